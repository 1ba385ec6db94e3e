# What began and ended in which order, for the judge.
books = {"order": []}


def mark(books, text):
    """Notes that something happened."""
    books["order"].append(text)
    return None
