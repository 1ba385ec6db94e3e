books = {"saved": {}}

def save(books, key, value):
    """Stores the value under the key, in place of an earlier one."""
    books["saved"][str(key)] = value

def load(books, key):
    """The value stored under the key, or None."""
    return books["saved"].get(str(key))
