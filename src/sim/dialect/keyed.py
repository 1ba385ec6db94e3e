_belt_sorted = sorted
_belt_nothing = ["nothing"]
def sorted(items, key=None, reverse=False):
    items = list(items)
    if key is None:
        return _belt_sorted(items, reverse=reverse)
    keys = [key(item) for item in items]
    return [items[i] for i in _belt_sorted(range(len(items)), key=lambda i: keys[i], reverse=reverse)]
def _belt_sort(items, key=None, reverse=False):
    rows = sorted(items, key=key, reverse=reverse)
    items.clear()
    items.extend(rows)
def _belt_best(items, key, default, last):
    items = list(items[0]) if len(items) == 1 else list(items)
    if len(items) == 0:
        if default is _belt_nothing:
            raise ValueError("there is nothing to choose from")
        return default
    keys = items if key is None else [key(item) for item in items]
    # Of equal ones the first, as in Python: sorting keeps their order, also backwards.
    return items[_belt_sorted(range(len(items)), key=lambda i: keys[i], reverse=last)[0]]
def min(*items, key=None, default=_belt_nothing):
    return _belt_best(items, key, default, False)
def max(*items, key=None, default=_belt_nothing):
    return _belt_best(items, key, default, True)
def filter(test, items):
    return [item for item in items if (item if test is None else test(item))]
def map(function, *items):
    return [function(*row) for row in zip(*items)]
def next(items, default=_belt_nothing):
    for item in items:
        return item
    if default is _belt_nothing:
        raise StopIteration("there is nothing next")
    return default
