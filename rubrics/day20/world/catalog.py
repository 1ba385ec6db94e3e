books = {}

def product(books, product, timeout=None):
    """Returns {"name": text, "price": cents} of a product such as "p-17"."""
    number = int(product.split("-")[1])
    day = int((books["now"] - 1767225600) // 86400)
    return {"name": "Lamp " + str(number), "price": 1000 + 37 * number + 500 * day}
