# The session of a visit, between two application servers.
books = {"sessions": []}


def put(books, session):
    """Keeps what the session holds after a query."""
    books["sessions"].append(session)
    return None


def take(books):
    """The session, on the application server that has the visit's next query."""
    if len(books["sessions"]) == 0:
        return BLOCK
    return books["sessions"].pop(0)
