import json as _belt_json
import re as _belt_re
def _belt_callable(thing):
    return type(thing).__name__ in ("function", "builtin_function_or_method", "type", "method") or hasattr(thing, "__call__")
def _belt_format(value, spec=""):
    return ("{:" + spec + "}").format(value)
def _belt_issubclass(kind, others):
    others = others if isinstance(others, tuple) else (others,)
    if kind in others:
        return True
    try:
        made = kind("")
    except Exception:
        return False
    return isinstance(made, BaseException) and isinstance(made, others)
def _belt_plain(value, default):
    value = getattr(value, "_belt_data", value)
    if isinstance(value, dict):
        return {key: _belt_plain(item, default) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_belt_plain(item, default) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if default is None:
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return _belt_plain(default(value), default)
def _belt_dumps(value, default=None, **options):
    return _belt_json.dumps(_belt_plain(value, default), **options)
def _belt_expand(template, match):
    out = ""
    at = 0
    while at < len(template):
        sign = template[at]
        if sign != "\\" or at + 1 >= len(template):
            out += sign
            at += 1
            continue
        after = template[at + 1]
        if after in "0123456789":
            end = at + 2
            if end < len(template) and template[end] in "0123456789":
                end += 1
            out += match.group(int(template[at + 1:end])) or ""
            at = end
        elif template[at + 1:at + 3] == "g<":
            end = template.index(">", at)
            name = template[at + 3:end]
            out += match.group(int(name) if name.isdigit() else name) or ""
            at = end + 1
        else:
            out += {"n": "\n", "t": "\t", "\\": "\\"}.get(after, "\\" + after)
            at += 2
    return out
def _belt_re_sub(pattern, by, text, count=0, flags=0):
    out = ""
    last = 0
    done = 0
    for match in _belt_re.finditer(pattern, text) if isinstance(pattern, str) else pattern.finditer(text):
        if count and done >= count:
            break
        out += text[last:match.start()] + (_belt_expand(by, match) if isinstance(by, str) else by(match))
        last = match.end()
        done += 1
    return out + text[last:]
def _belt_sets(method, first, *others):
    kept = set(first)
    for other in others:
        kept = {item for item in kept if (item in other) == (method == "intersection")} if method != "union" else kept | set(other)
    return kept
def _belt_union(first, *others):
    first = getattr(first, "_belt_data", first)
    return _belt_sets("union", first, *others)
def _belt_intersection(first, *others):
    first = getattr(first, "_belt_data", first)
    return _belt_sets("intersection", first, *others)
def _belt_difference(first, *others):
    first = getattr(first, "_belt_data", first)
    return _belt_sets("difference", first, *others)
def _belt_groupby(items, key=None):
    groups = []
    for item in items:
        value = item if key is None else key(item)
        if not groups or groups[-1][0] != value:
            groups.append((value, []))
        groups[-1][1].append(item)
    return iter(groups)
def _belt_prod(values, start=1):
    for value in values:
        start = start * value
    return start
def _belt_maketrans(a, b=None, c=""):
    table = dict(a) if b is None else {ord(a[i]): b[i] for i in range(len(a))}
    table = {(ord(key) if isinstance(key, str) else key): value for key, value in table.items()}
    for sign in c:
        table[ord(sign)] = None
    return table
def _belt_translate(text, table):
    out = ""
    for sign in text:
        found = table.get(ord(sign), sign)
        out += "" if found is None else (chr(found) if isinstance(found, int) else found)
    return out
def _belt_to_bytes(number, length=1, byteorder="big", signed=False):
    if not isinstance(number, int):
        return number.to_bytes(length, byteorder)
    digits = []
    for place in range(length):
        digits.append(number % 256)
        number = number // 256
    if number not in (0, -1):
        raise OverflowError("int too big to convert")
    digits = digits[::-1] if byteorder == "big" else digits
    return bytes.fromhex("".join([f"{digit:02x}" for digit in digits]))
def _belt_product(*pools, repeat=1):
    rows = [()]
    for pool in list(pools) * repeat:
        pool = list(pool)
        rows = [row + (item,) for row in rows for item in pool]
    return rows
def _belt_permutations(items, length=None):
    items = list(items)
    length = len(items) if length is None else length
    rows = [()]
    for place in range(length):
        rows = [row + (at,) for row in rows for at in range(len(items)) if at not in row]
    return [tuple([items[at] for at in row]) for row in rows]
def _belt_partialmethod(function, *args, **named):
    return lambda self, *more, **others: function(self, *args, *more, **{**named, **others})
def _belt_combinations(items, length):
    items = list(items)
    return [tuple([items[at] for at in row]) for row in _belt_permutations(range(len(items)), length) if list(row) == sorted(row)]
def _belt_reduce(function, items, *start):
    items = list(items)
    value = start[0] if start else items.pop(0)
    for item in items:
        value = function(value, item)
    return value
def _belt_flatten(lists):
    return [item for items in lists for item in items]
def _belt_move_to_end(items, key, last=True):
    if hasattr(items, "_belt_data"):
        return items.move_to_end(key, last)
    value = items.pop(key)
    rest = {} if last else dict(items)
    if not last:
        items.clear()
    items[key] = value
    items.update(rest)
def _belt_popitem(items, last=True):
    if hasattr(items, "_belt_data"):
        return items.popitem(last)
    if not items:
        raise KeyError("popitem(): dictionary is empty")
    key = list(items)[-1] if last else next(iter(items))
    return key, items.pop(key)
def _belt_bytes(value):
    if isinstance(value, int):
        return bytes.fromhex("00" * value)
    return value if isinstance(value, bytes) else bytes.fromhex("".join([f"{byte:02x}" for byte in value]))
