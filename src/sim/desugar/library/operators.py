import datetime as _belt_dates
def _belt_own(thing):
    return type(thing).__name__ not in ("int", "float", "str", "bool", "list", "tuple", "dict", "set", "frozenset", "bytes", "NoneType")
def _belt_apply(a, b, name, reflected):
    method = getattr(a, name, None) if _belt_own(a) else None
    if method is not None:
        return [method(b)]
    method = getattr(b, reflected, None) if _belt_own(b) else None
    return None if method is None else [method(a)]
def _belt_add(a, b):
    found = _belt_apply(a, b, "__add__", "__radd__")
    return a + b if found is None else found[0]
def _belt_sub(a, b):
    found = _belt_apply(a, b, "__sub__", "__rsub__")
    return a - b if found is None else found[0]
def _belt_mul(a, b):
    found = _belt_apply(a, b, "__mul__", "__rmul__")
    return a * b if found is None else found[0]
def _belt_div(a, b):
    if type(b).__name__ == "timedelta":
        a, b = _belt_micros(a), _belt_micros(b)
        return a / b
    found = _belt_apply(a, b, "__truediv__", "__rtruediv__")
    return a / b if found is None else found[0]
def _belt_floordiv(a, b):
    if type(b).__name__ == "timedelta":
        a, b = _belt_micros(a), _belt_micros(b)
        return a // b
    found = _belt_apply(a, b, "__floordiv__", "__rfloordiv__")
    return a // b if found is None else found[0]
def _belt_mod(a, b):
    if type(b).__name__ == "timedelta":
        a, b = _belt_micros(a), _belt_micros(b)
        return _belt_dates.timedelta(microseconds=a % b)
    found = _belt_apply(a, b, "__mod__", "__rmod__")
    return a % b if found is None else found[0]
def _belt_neg(a):
    return a.__neg__() if _belt_own(a) and hasattr(a, "__neg__") else -a
def _belt_or(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        merged = dict(a)
        merged.update(b)
        return merged
    if isinstance(a, tuple) or type(a).__name__ == "type" or type(b).__name__ == "type":
        # Alternatives of types, as isinstance takes them.
        sides = [type(None) if side is None else side for side in (a, b)]
        return tuple([kind for side in sides for kind in (side if isinstance(side, tuple) else (side,))])
    found = _belt_apply(a, b, "__or__", "__ror__")
    return a | b if found is None else found[0]
def _belt_extend(a, b):
    if hasattr(a, "_belt_data") and hasattr(a, "extend"):
        a.extend(b)
        return a
    return _belt_add(a, b)
def _belt_update(a, b):
    if hasattr(a, "_belt_data"):
        a.update(b)
        return a
    if isinstance(a, dict):
        a.update(b)
        return a
    if isinstance(a, set):
        a.update(b)
        return a
    return _belt_or(a, b)
def _belt_is_set(thing):
    return isinstance(thing, (set, frozenset)) or type(thing).__name__ in ("dict_keys", "dict_items")
def _belt_lt(a, b):
    if _belt_is_set(a):
        return len(a) < len(b) and all([item in b for item in a])
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        for x, y in zip(a, b):
            if not (x is y or x == y):
                return _belt_lt(x, y)
        return len(a) < len(b)
    found = _belt_apply(a, b, "__lt__", "__gt__")
    return a < b if found is None else found[0]
def _belt_gt(a, b):
    if _belt_is_set(b):
        return len(b) < len(a) and all([item in a for item in b])
    if isinstance(a, (tuple, list)):
        return _belt_lt(b, a)
    found = _belt_apply(a, b, "__gt__", "__lt__")
    return a > b if found is None else found[0]
def _belt_le(a, b):
    if _belt_is_set(a):
        return all([item in b for item in a])
    found = _belt_apply(a, b, "__le__", "__ge__")
    if found is not None:
        return found[0]
    return a <= b if not (_belt_own(a) or _belt_own(b)) else (_belt_lt(a, b) or a == b)
def _belt_ge(a, b):
    if _belt_is_set(b):
        return all([item in a for item in b])
    found = _belt_apply(a, b, "__ge__", "__le__")
    if found is not None:
        return found[0]
    return a >= b if not (_belt_own(a) or _belt_own(b)) else (_belt_gt(a, b) or a == b)
def _belt_len(thing):
    return thing.__len__() if _belt_own(thing) and hasattr(thing, "__len__") else len(thing)
def _belt_item(thing, key):
    return thing.__getitem__(key) if _belt_own(thing) and hasattr(thing, "__getitem__") else thing[key]
def _belt_set_item(thing, key, slices, value):
    if slices:
        size = len(thing)
        start = 0 if key[0] is None else key[0]
        stop = size if key[1] is None else key[1]
        start = max(0, start + size) if start < 0 else min(start, size)
        stop = max(start, stop + size if stop < 0 else min(stop, size))
        rest = list(value) + thing[stop:]
        kept = thing[:start]
        thing.clear()
        thing.extend(kept + rest)
    elif _belt_own(thing) and hasattr(thing, "__setitem__"):
        thing.__setitem__(key, value)
    else:
        thing[key] = value
def _belt_callee(thing):
    return thing.__call__ if _belt_own(thing) and hasattr(thing, "__call__") else thing
def _belt_in(item, thing):
    return thing.__contains__(item) if _belt_own(thing) and hasattr(thing, "__contains__") else item in thing
def _belt_number(value):
    return int(value) if isinstance(value, bool) else value
def _belt_total(values, start=0):
    values = list(values)
    if _belt_own(start) or any([_belt_own(value) for value in values]):
        for value in values:
            start = _belt_add(start, value)
        return start
    return sum([int(value) if isinstance(value, bool) else value for value in values], start)
def _belt_true(value):
    if _belt_own(value):
        if hasattr(value, "__bool__"):
            return value.__bool__()
        if hasattr(value, "__len__"):
            return value.__len__() > 0
    return value
def _belt_del_item(thing, key):
    if _belt_own(thing) and hasattr(thing, "__delitem__"):
        thing.__delitem__(key)
    else:
        thing.pop(key)
def _belt_change_item(thing, key, change):
    _belt_set_item(thing, key, False, change(_belt_item(thing, key)))
def _belt_and(a, b):
    found = _belt_apply(a, b, "__and__", "__rand__")
    return a & b if found is None else found[0]
def _belt_xor(a, b):
    found = _belt_apply(a, b, "__xor__", "__rxor__")
    return a ^ b if found is None else found[0]
def _belt_own_abs(thing):
    return thing.__abs__() if _belt_own(thing) and hasattr(thing, "__abs__") else abs(thing)
def _belt_own_int(*args):
    return args[0].__int__() if args and _belt_own(args[0]) and hasattr(args[0], "__int__") else int(*args)
def _belt_own_float(*args):
    return args[0].__float__() if args and _belt_own(args[0]) and hasattr(args[0], "__float__") else float(*args)
def _belt_own_round(thing, *places):
    return thing.__round__(*places) if _belt_own(thing) and hasattr(thing, "__round__") else round(thing, *places)
def _belt_micros(span):
    return (span.days * 86400 + span.seconds) * 1000000 + span.microseconds
