books = {"appended": [], "keyed": {}, "slices": {}, "progress": {}, "writes": 0, "away": []}

def append(books, rows, key=None, value=None):
    """Adds the rows, each time it is called. With a key, the value is noted under it in the same transaction."""
    rows = _checked(books, rows)
    for row in rows:
        books["appended"].append(row)
    _note(books, key, value)

def upsert(books, rows, key=None, value=None):
    """Adds the rows, and replaces those upserted before with the same id. With a key, the value is noted under it in the same transaction."""
    rows = _checked(books, rows)
    for row in rows:
        books["keyed"][str(row["id"])] = row
    _note(books, key, value)

def overwrite(books, name, rows, key=None, value=None):
    """Makes the rows the only ones of the slice of this name, in one step. You choose the slices: any name. With a key, the value is noted under it in the same transaction."""
    rows = _checked(books, rows)
    books["slices"][str(name)] = rows
    _note(books, key, value)

def progress(books, key):
    """The value last noted under the key by a write, or None."""
    return books["progress"].get(str(key))

def _checked(books, rows):
    if books["away"]:
        books["writes"] += 1
        if books["away"][0] <= books["writes"] <= books["away"][1]:
            raise ServiceUnavailable("the warehouse is away for a while")
    rows = list(rows)
    for row in rows:
        if not isinstance(row, dict) or "id" not in row:
            raise Rejected("a row is a dict with an id, and not " + str(row))
    return rows

def _note(books, key, value):
    if key is not None:
        books["progress"][str(key)] = value
