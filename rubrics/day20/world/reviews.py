books = {}

def of(books, product, timeout=None):
    """Returns a list of {"stars": 1 to 5, "text": text}, newest first."""
    number = int(product.split("-")[1])
    day = int((books["now"] - 1767225600) // 86400)
    return [{"stars": (number + turn) % 5 + 1, "text": "review " + str(10 * day + turn)} for turn in range(min(number - 3, number % 3 + 1))]
