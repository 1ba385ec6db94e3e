books = {"saved": {}, "calls": 0, "away": []}

def save(books, key, value):
    """Stores the value under the key, in place of an earlier one."""
    if books["away"]:
        books["calls"] += 1
        if books["away"][0] <= books["calls"] <= books["away"][1]:
            raise ServiceUnavailable("the store of checkpoints is away for a while")
    books["saved"][str(key)] = value

def load(books, key):
    """The value stored under the key, or None."""
    return books["saved"].get(str(key))
