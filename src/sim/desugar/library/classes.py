from collections import namedtuple as _belt_namedtuple
_belt_unset = ["unset"]
class _belt_object:
    def __init__(self, *args, **named):
        pass
def _belt_read(thing, field):
    getter = getattr(thing, "_belt_get_" + field, None)
    return getattr(thing, field) if getter is None else getter()
def _belt_assign(thing, field, value):
    setter = getattr(thing, "_belt_set_" + field, None)
    if setter is not None:
        setter(value)
    elif getattr(thing, "_belt_get_" + field, None) is not None:
        raise AttributeError(f"property '{field}' of '{type(thing).__name__}' object has no setter")
    else:
        setattr(thing, field, value)
def _belt_is_class(thing):
    return type(thing).__name__ == "type"
def _belt_of_class(thing, method, *args, **named):
    kind = thing if _belt_is_class(thing) else thing.__class__
    return getattr(kind, method)(kind, *args, **named)
def _belt_static(thing, method, *args, **named):
    kind = thing if _belt_is_class(thing) else thing.__class__
    return getattr(kind, method)(*args, **named)
def _belt_name_of(thing):
    return thing.__name__.replace("_belt_of_", "") if _belt_is_class(thing) else "function"
def _belt_value(member):
    return member.value if hasattr(member, "value") else member
def _belt_name(member, members):
    for value, name in members:
        if value == member and type(value) is type(member):
            return name
    return member.name
def _belt_asdict(thing):
    if hasattr(thing, "_belt_fields"):
        return {field: _belt_asdict(getattr(thing, field)) for field in thing._belt_fields}
    if isinstance(thing, dict):
        return {key: _belt_asdict(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [_belt_asdict(value) for value in thing]
    if isinstance(thing, tuple):
        return tuple([_belt_asdict(value) for value in thing])
    return thing
def _belt_astuple(thing):
    return tuple([getattr(thing, field) for field in thing._belt_fields])
def _belt_replace(thing, **changes):
    values = {field: getattr(thing, field) for field in thing._belt_fields}
    values.update(changes)
    return thing.__class__(**values)
class _belt_manager:
    def __init__(self, enter, leave):
        self.enter = enter
        self.leave = leave
    def __enter__(self):
        return self.enter()
    def __exit__(self, kind, error, trace):
        self.leave(error)
        return error is not None
