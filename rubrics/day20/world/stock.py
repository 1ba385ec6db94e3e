books = {}

def left(books, product, timeout=None):
    """Returns how many of a product are left."""
    number = int(product.split("-")[1])
    day = int((books["now"] - 1767225600) // 86400)
    return (7 * number + 5 * day) % 19 + 2
