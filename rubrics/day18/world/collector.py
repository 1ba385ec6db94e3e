books = {"spans": []}

def record(books, span):
    """Takes a span that has ended: {"trace": id, "span": id, "parent": id or None, "service": name, "start": seconds, "end": seconds}, and whatever else you put in."""
    books["spans"].append(span)
