books = {"bad": [], "away_s": 0, "away_until": 0, "refused_at": 0, "at_once": 0, "most_at_once": 0, "charged": {}, "refunded": {}, "references": [], "batches": {}}

def process(books, order, reference=None):
    """As in shop.py, but when an order has been refused the shop is out of reach for a while."""
    _there(books)
    if order in books["bad"]:
        _refuse(books, order)
    if _first(books, "process", order, reference):
        books["charged"][order] = books["charged"].get(order, 0) + 1

def undo(books, order, reference=None):
    """As in shop.py."""
    _there(books)
    if _first(books, "undo", order, reference):
        books["refunded"][order] = books["refunded"].get(order, 0) + 1

def processed(books, order):
    """As in shop.py."""
    _there(books)
    return books["charged"].get(order, 0) > books["refunded"].get(order, 0)

def stage(books, batch, order):
    """As in shop.py."""
    _there(books)
    if order in books["bad"]:
        _refuse(books, order)
    held = books["batches"].setdefault(batch, {"state": "staged", "orders": []})
    if held["state"] == "published":
        raise Rejected("batch " + str(batch) + " was published")
    if order not in held["orders"]:
        held["orders"].append(order)

def publish(books, batch):
    """As in shop.py."""
    _there(books)
    held = books["batches"].get(batch)
    if held is None or held["state"] == "published":
        return
    for order in held["orders"]:
        books["charged"][order] = books["charged"].get(order, 0) + 1
    held["state"] = "published"

def discard(books, batch):
    """As in shop.py."""
    _there(books)
    held = books["batches"].get(batch)
    if held is None:
        return
    if held["state"] == "published":
        raise Rejected("batch " + str(batch) + " was published")
    books["batches"].pop(batch)

def batch_state(books, batch):
    """As in shop.py."""
    _there(books)
    held = books["batches"].get(batch)
    return None if held is None else held["state"]

def _there(books):
    if books["now"] < books["away_until"]:
        books["at_once"] = books["at_once"] + 1 if books["refused_at"] == books["now"] else 1
        books["refused_at"] = books["now"]
        books["most_at_once"] = max(books["most_at_once"], books["at_once"])
        raise ServiceUnavailable("the shop is out of reach")

def _refuse(books, order):
    if books["away_until"] == 0:
        books["away_until"] = books["now"] + books["away_s"]
    raise Rejected("order " + str(order) + " cannot be carried out")

def _first(books, kind, order, reference):
    if reference is None:
        return True
    name = kind + " " + str(order) + " " + str(reference)
    if name in books["references"]:
        return False
    books["references"].append(name)
    return True
