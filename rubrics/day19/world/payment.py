books = {"paid": []}

def charge(books, order, amount):
    """Charges the customer of this order and returns {"receipt": text}. Rejected: the card was declined. ServiceUnavailable: payment does not work. Timeout: no answer within 2 seconds."""
    books["paid"].append(order)
    return {"receipt": "rc-" + order}
