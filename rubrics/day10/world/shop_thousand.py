books = {"bad": 0, "marks": "0000", "staged": "0000", "published": "", "extra": 0}

def process(books, order, reference=None):
    """As in shop.py, for one batch of numbered orders, with a mark for each: 0 new, 1 carried out, 2 undone."""
    at = _place(books, order)
    if at + 1 == books["bad"]:
        raise Rejected("order " + str(order) + " cannot be carried out")
    mark = books["marks"][at]
    if reference is not None and mark != "0":
        return
    if mark == "1":
        books["extra"] = books["extra"] + 1
    books["marks"] = _set(books["marks"], at, "1")

def undo(books, order, reference=None):
    """As in shop.py."""
    at = _place(books, order)
    mark = books["marks"][at]
    if reference is not None and mark == "2":
        return
    if mark != "1":
        books["extra"] = books["extra"] + 1
    books["marks"] = _set(books["marks"], at, "2")

def processed(books, order):
    """As in shop.py."""
    return books["marks"][_place(books, order)] == "1"

def stage(books, batch, order):
    """As in shop.py."""
    at = _place(books, order)
    if at + 1 == books["bad"]:
        raise Rejected("order " + str(order) + " cannot be carried out")
    if books["published"] == str(batch):
        raise Rejected("batch " + str(batch) + " was published")
    books["staged"] = _set(books["staged"], at, "1")

def publish(books, batch):
    """As in shop.py."""
    if books["published"] == str(batch) or "1" not in books["staged"]:
        return
    books["marks"] = books["staged"]
    books["published"] = str(batch)

def discard(books, batch):
    """As in shop.py."""
    if books["published"] == str(batch):
        raise Rejected("batch " + str(batch) + " was published")
    books["staged"] = "0" * len(books["staged"])

def batch_state(books, batch):
    """As in shop.py."""
    if books["published"] == str(batch):
        return "published"
    return "staged" if "1" in books["staged"] else None

def _place(books, order):
    at = int(str(order)[2:]) - 1
    if at < 0 or at >= len(books["marks"]):
        raise Rejected("there is no order " + str(order))
    return at

def _set(text, at, mark):
    return text[:at] + mark + text[at + 1:]
