# The product database: slow, expensive, and always right. Prices are whole cents.
books = {
    "prices": {"p-3": 5400, "p-5": 650, "p-7": 1999, "p-8": 450, "p-9": 870},
    "versions": {"p-3": 4, "p-5": 11, "p-7": 2, "p-8": 7, "p-9": 30},
    "reads": 0,
}


def get(books, product):
    """{"price": ..., "version": ...}, as the database has it now, or None; the version grows with every change."""
    books["reads"] += 1
    if product not in books["prices"]:
        return None
    return {"product": product, "price": books["prices"][product], "version": books["versions"][product]}


def set_price(books, product, price):
    """Changes the price, for good, and returns its new version."""
    if product not in books["prices"]:
        raise Rejected("there is no product " + str(product))
    books["prices"][product] = price
    books["versions"][product] += 1
    return books["versions"][product]
