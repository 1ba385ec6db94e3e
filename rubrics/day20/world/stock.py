books = {}

def left(books, product, timeout=None):
    """Returns how many of a product are left."""
    number = int(product.split("-")[1])
    day = int((books["now"] - 1767225600) // 86400)
    return (5 * number + 4 * day + 6) % 21
