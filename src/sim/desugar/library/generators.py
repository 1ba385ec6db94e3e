_belt_end = ["end"]
_belt_native_next = next
_belt_native_iter = iter
# The interpreter has no such exception; this one is no Exception either.
GeneratorExit = SystemExit
class _belt_generator:
    result = None
    def __init__(self, step, throws=False):
        self.step = step
        self.throws = throws
        # 0 new, 1 begun, 2 over
        self.state = 0
    def _belt_pull(self, sent=None, thrown=None):
        if self.state == 2:
            return _belt_end
        # What raises is over.
        self.state = 2
        value = self.step(sent, thrown)
        if value is not _belt_end:
            self.state = 1
        return value
    def _belt_throw(self, error):
        error = _belt_raisable(error)
        if isinstance(error, GeneratorExit):
            self._belt_close()
        elif self.state == 1 and self.throws:
            return self._belt_pull(None, error)
        self.state = 2
        raise _belt_raisable(error)
    def _belt_close(self):
        if self.state == 1 and self.throws:
            try:
                self._belt_pull(None, GeneratorExit())
            except GeneratorExit:
                pass
        self.state = 2
    def __iter__(self):
        return self
    def __next__(self):
        return _belt_got(self._belt_pull())
    def send(self, value):
        return _belt_got(self._belt_pull(value))
    def throw(self, error, *more):
        return _belt_got(self._belt_throw(error))
    def close(self):
        self._belt_close()
def _belt_got(value):
    if value is _belt_end:
        raise StopIteration()
    return value
class _belt_stream:
    result = None
    def __init__(self, items, own=False):
        self.own = own
        self.items = items if own else _belt_native_iter(items)
    def _belt_pull(self, sent=None, thrown=None):
        if not self.own:
            return _belt_native_next(self.items, _belt_end)
        try:
            return self.items.__next__()
        except StopIteration:
            return _belt_end
    def _belt_throw(self, error):
        raise _belt_raisable(error)
    def _belt_close(self):
        pass
    def __iter__(self):
        return self
    def __next__(self):
        return _belt_got(self._belt_pull())
def _belt_leaving(error, *its):
    if isinstance(error, GeneratorExit):
        for it in its[::-1]:
            it._belt_close()
    return _belt_raisable(error)
def _belt_own_iter(items):
    return type(items).__name__ not in ("list", "dict", "range", "tuple", "str", "set") and (hasattr(items, "__iter__") or hasattr(items, "__next__"))
def _belt_iter(items):
    if hasattr(items, "_belt_pull"):
        return items
    if not _belt_own_iter(items):
        return _belt_stream(items)
    items = items.__iter__() if hasattr(items, "__iter__") else items
    if hasattr(items, "_belt_pull"):
        return items
    return _belt_stream(items, hasattr(items, "__next__"))
def _belt_all(items):
    if not hasattr(items, "_belt_pull") and not _belt_own_iter(items):
        return items
    it = _belt_iter(items)
    out = []
    while (item := it._belt_pull()) is not _belt_end:
        out.append(item)
    return out
def _belt_closing(it, value):
    it._belt_close()
    return value
class _belt_context:
    def __init__(self, generator):
        self.generator = generator
    def __enter__(self):
        value = self.generator._belt_pull()
        if value is _belt_end:
            raise RuntimeError("generator didn't yield")
        return value
    def __exit__(self, kind, error, trace):
        if error is None:
            if self.generator._belt_pull() is not _belt_end:
                raise RuntimeError("generator didn't stop")
            return False
        try:
            value = self.generator._belt_pull(None, error)
        except BaseException as raised:
            if raised is error or type(raised) is type(error) and str(raised) == str(error):
                return False
            raise
        if value is not _belt_end:
            raise RuntimeError("generator didn't stop after throw()")
        return True
def _belt_next(items, *default):
    value = items._belt_pull() if hasattr(items, "_belt_pull") else _belt_iter(items)._belt_pull()
    if value is not _belt_end:
        return value
    if default:
        return default[0]
    raise StopIteration()
def _belt_until(function, end):
    def step(sent, thrown):
        value = function()
        return _belt_end if value == end else value
    return _belt_generator(step)
def _belt_each(value, first, keep, *more):
    its = [_belt_iter(first)]
    row = []
    def step(sent, thrown):
        while its:
            item = its[-1]._belt_pull()
            if item is _belt_end:
                its.pop()
                if row:
                    row.pop()
                continue
            now = row + [item]
            level = len(row)
            test = keep if level == 0 else more[2 * level - 1]
            if test is not None and not test(*now):
                continue
            if 2 * level >= len(more):
                return value(*now)
            row.append(item)
            its.append(_belt_iter(more[2 * level](*now)))
        return _belt_end
    return _belt_generator(step)
def _belt_any(items, closes=False):
    it = _belt_iter(items)
    while (item := it._belt_pull()) is not _belt_end:
        if item:
            return not closes or _belt_given_up(it)
    return False
def _belt_every(items, closes=False):
    it = _belt_iter(items)
    while (item := it._belt_pull()) is not _belt_end:
        if not item:
            return closes and not _belt_given_up(it)
    return True
def _belt_has(wanted, items, closes=False):
    if not hasattr(items, "_belt_pull") and not _belt_own_iter(items):
        return wanted in items
    return _belt_any(_belt_map(lambda item: item == wanted, items)) and (not closes or _belt_given_up(items))
def _belt_given_up(items):
    if hasattr(items, "_belt_pull"):
        items._belt_close()
    return True
def _belt_zip(*sources, strict=False):
    its = [_belt_iter(items) for items in sources]
    def step(sent, thrown):
        row = []
        for it in its:
            item = it._belt_pull()
            if item is _belt_end:
                if strict and (row or len([other for other in its[1:] if other._belt_pull() is not _belt_end]) > 0):
                    raise ValueError("zip() arguments have different lengths")
                return _belt_end
            row.append(item)
        return tuple(row) if row else _belt_end
    return _belt_generator(step)
def _belt_enumerate(items, start=0):
    it = _belt_iter(items)
    at = start - 1
    def step(sent, thrown):
        nonlocal at
        item = it._belt_pull()
        at += 1
        return _belt_end if item is _belt_end else (at, item)
    return _belt_generator(step)
def _belt_map(function, *sources):
    rows = _belt_zip(*sources)
    def step(sent, thrown):
        row = rows._belt_pull()
        return _belt_end if row is _belt_end else function(*row)
    return _belt_generator(step)
def _belt_filter(test, items):
    it = _belt_iter(items)
    def step(sent, thrown):
        while (item := it._belt_pull()) is not _belt_end:
            if item if test is None else test(item):
                return item
        return _belt_end
    return _belt_generator(step)
def _belt_filterfalse(test, items):
    return _belt_filter(lambda item: not (item if test is None else test(item)), items)
def _belt_starmap(function, rows):
    return _belt_map(lambda row: function(*row), rows)
def _belt_compress(items, selectors):
    return _belt_map(lambda row: row[0], _belt_filter(lambda row: row[1], _belt_zip(items, selectors)))
def _belt_islice(items, *bounds):
    start, stop, step_by = (0, bounds[0], 1) if len(bounds) == 1 else (bounds + (1,))[:3]
    start = 0 if start is None else start
    step_by = 1 if step_by is None else step_by
    it = _belt_iter(items)
    at = 0
    def step(sent, thrown):
        nonlocal at, start
        while stop is None or start < stop:
            item = it._belt_pull()
            if item is _belt_end:
                return item
            at += 1
            if at > start:
                start += step_by
                return item
        while at < stop:
            at += 1
            if it._belt_pull() is _belt_end:
                return _belt_end
        return _belt_end
    return _belt_generator(step)
def _belt_takewhile(test, items):
    it = _belt_iter(items)
    def step(sent, thrown):
        item = it._belt_pull()
        return item if item is not _belt_end and test(item) else _belt_end
    return _belt_generator(step)
def _belt_dropwhile(test, items):
    it = _belt_iter(items)
    dropping = True
    def step(sent, thrown):
        nonlocal dropping
        item = it._belt_pull()
        while dropping and item is not _belt_end and test(item):
            item = it._belt_pull()
        dropping = False
        return item
    return _belt_generator(step)
def _belt_chain(*sources):
    return _belt_chained(sources)
def _belt_chained(sources):
    return _belt_each(lambda items, item: item, sources, None, lambda items: items, None)
def _belt_accumulate(items, func=None, initial=None):
    it = _belt_iter(items)
    total = _belt_end if initial is None else initial
    first = True
    def step(sent, thrown):
        nonlocal total, first
        if first and total is not _belt_end:
            first = False
            return total
        item = it._belt_pull()
        if item is _belt_end:
            return item
        total = item if total is _belt_end else (total + item if func is None else func(total, item))
        first = False
        return total
    return _belt_generator(step)
def _belt_pairwise(items):
    it = _belt_iter(items)
    last = _belt_end
    def step(sent, thrown):
        nonlocal last
        last = it._belt_pull() if last is _belt_end else last
        item = _belt_end if last is _belt_end else it._belt_pull()
        pair = (last, item)
        last = item
        return _belt_end if item is _belt_end else pair
    return _belt_generator(step)
def _belt_batched(items, n, strict=False):
    it = _belt_iter(items)
    def step(sent, thrown):
        row = []
        while len(row) < n and (item := it._belt_pull()) is not _belt_end:
            row.append(item)
        return tuple(row) if row else _belt_end
    return _belt_generator(step)
def _belt_zip_longest(*sources, fillvalue=None):
    its = [_belt_iter(items) for items in sources]
    def step(sent, thrown):
        row = [it._belt_pull() for it in its]
        if len([item for item in row if item is not _belt_end]) == 0:
            return _belt_end
        return tuple([fillvalue if item is _belt_end else item for item in row])
    return _belt_generator(step)
def _belt_cycle(items):
    it = _belt_iter(items)
    seen = []
    at = -1
    def step(sent, thrown):
        nonlocal at
        item = it._belt_pull() if at < 0 else _belt_end
        if item is not _belt_end:
            seen.append(item)
            return item
        if not seen:
            return _belt_end
        at = (at + 1) % len(seen)
        return seen[at]
    return _belt_generator(step)
def _belt_tee(items, n=2):
    it = _belt_iter(items)
    seen = []
    def branch():
        at = -1
        def step(sent, thrown):
            nonlocal at
            at += 1
            if at == len(seen):
                item = it._belt_pull()
                if item is _belt_end:
                    at -= 1
                    return item
                seen.append(item)
            return seen[at]
        return _belt_generator(step)
    return tuple([branch() for copy in range(n)])
