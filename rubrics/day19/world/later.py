books = {"orders": []}

def add(books, order, amount):
    """Keeps an order; a worker charges it when payment works again, and tells the customer by mail."""
    books["orders"].append([order, amount])
