books = {"of": {}, "at_once": 10}

def count(books, author):
    """How many followers the author has."""
    return len(books["of"].get(author, []))

def page(books, author, after=None):
    """The names of up to 10 followers, in order: the first ones, or those that come behind the name after; [] at the end."""
    names = [name for name in books["of"].get(author, []) if after is None or name > after]
    return names[:books["at_once"]]

def following(books, follower):
    """The authors whom the follower follows."""
    return sorted([author for author in books["of"] if follower in books["of"][author]])
