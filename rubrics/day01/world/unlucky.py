books = {"drawn": {}}

def _next(books, limit):
    """Every process draws the same numbers, one after the other: the worst luck there is."""
    me = str(books["caller"])
    count = books["drawn"].get(me, 0) + 1
    books["drawn"][me] = count
    x = count * 2654435761 % 4294967296
    for factor in (2246822519, 3266489917):
        x = (x ^ (x >> 15)) * factor % 4294967296
    return (x ^ (x >> 16)) % limit

def random(books):
    """From 0 up to but not including 1."""
    return _next(books, 4294967291) / 4294967291

def uniform(books, a, b):
    """Between a and b."""
    return a + (b - a) * _next(books, 4294967291) / 4294967291

def randint(books, a, b):
    """From a to b, both included."""
    span = b - a + 1
    return a + (_next(books, 4294967291) * 4294967291 + _next(books, 4294967291)) % span

def choice(books, items):
    """One of the items."""
    return items[_next(books, 4294967291) % len(items)]

def token(books, length=22):
    """Letters and digits."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "".join([letters[_next(books, 4294967291) % 62] for i in range(min(length, 32))])

def uuid(books):
    """A version 4 UUID."""
    digits = "".join(["0123456789abcdef"[_next(books, 4294967291) % 16] for i in range(32)])
    return digits[:8] + "-" + digits[8:12] + "-4" + digits[13:16] + "-a" + digits[17:20] + "-" + digits[20:]
