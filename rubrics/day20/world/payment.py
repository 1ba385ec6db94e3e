books = {"charged": []}

def charge(books, order, amount, timeout=None):
    """Charges the customer of this order with an amount in cents and returns {"receipt": text}. The same order is charged once, however often it is sent."""
    if order not in [c[0] for c in books["charged"]]:
        books["charged"].append([order, amount])
    return {"receipt": "rc-" + order}
