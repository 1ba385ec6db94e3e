books = {"bad": [], "charged": {}, "refunded": {}, "references": [], "batches": {}}

def process(books, order, reference=None):
    """Carries one order out, at once and for all to see: charges the customer and takes the goods. Does so each time it is called, unless the reference was used for it before. Rejected when the order cannot be carried out; then nothing happened."""
    if order in books["bad"]:
        raise Rejected("order " + str(order) + " cannot be carried out")
    if _first(books, "process", order, reference):
        books["charged"][order] = books["charged"].get(order, 0) + 1

def undo(books, order, reference=None):
    """Refunds one order and puts its goods back. Does so each time it is called, whether there is anything to refund or not, unless the reference was used for it before."""
    if _first(books, "undo", order, reference):
        books["refunded"][order] = books["refunded"].get(order, 0) + 1

def processed(books, order):
    """True if the order stands: carried out or published, and not undone."""
    return books["charged"].get(order, 0) > books["refunded"].get(order, 0)

def stage(books, batch, order):
    """Gets one order of a batch ready without carrying it out; nobody sees it. Again for the same order: nothing happens. Rejected when the order cannot be carried out, or the batch was published."""
    if order in books["bad"]:
        raise Rejected("order " + str(order) + " cannot be carried out")
    held = books["batches"].setdefault(batch, {"state": "staged", "orders": []})
    if held["state"] == "published":
        raise Rejected("batch " + str(batch) + " was published")
    if order not in held["orders"]:
        held["orders"].append(order)

def publish(books, batch):
    """Carries out all staged orders of a batch in one step. Again, or when nothing is staged: nothing happens."""
    held = books["batches"].get(batch)
    if held is None or held["state"] == "published":
        return
    for order in held["orders"]:
        books["charged"][order] = books["charged"].get(order, 0) + 1
    held["state"] = "published"

def discard(books, batch):
    """Forgets the staged orders of a batch. Again, or when nothing is staged: nothing happens. Rejected when it was published."""
    held = books["batches"].get(batch)
    if held is None:
        return
    if held["state"] == "published":
        raise Rejected("batch " + str(batch) + " was published")
    books["batches"].pop(batch)

def batch_state(books, batch):
    """Either "staged" or "published", or None if nothing is staged."""
    held = books["batches"].get(batch)
    return None if held is None else held["state"]

def _first(books, kind, order, reference):
    if reference is None:
        return True
    name = kind + " " + str(order) + " " + str(reference)
    if name in books["references"]:
        return False
    books["references"].append(name)
    return True
