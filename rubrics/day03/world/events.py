# The bus between services. Two seconds after an event was published, on_price_changed gets it, in some process; now and then
# one is lost.
books = {"waiting": [], "published": 0, "lossy": False}


def publish(books, event):
    """Sends any plain data; on_price_changed(event) gets it about 2 s later, in some process, or never."""
    books["published"] += 1
    if not books["lossy"]:
        books["waiting"].append([event, books["now"] + 2])
    return True


def take(books):
    """For the process that calls on_price_changed: the next event and when it is due."""
    if len(books["waiting"]) == 0:
        return BLOCK
    return books["waiting"].pop(0)
