books = {"kept": []}

def keep(books, order, product):
    """Keeps an order that is not paid; the customer is asked to pay it when payment works again. In the shop's own database, which does not fail here."""
    books["kept"].append([order, product])
