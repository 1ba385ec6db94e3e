from collections import namedtuple as _belt_namedtuple
_belt_unset = ["unset"]
# The interpreter's types that stand for the world's errors.
_belt_world_names = {"FileExistsError": "UniqueViolation", "FileNotFoundError": "ForeignKeyViolation", "IsADirectoryError": "NotNullViolation", "NotADirectoryError": "CheckViolation", "binascii.Error": "SerializationFailure", "UnicodeEncodeError": "Deadlock", "UnicodeDecodeError": "LockNotAvailable", "re.PatternError": "Timeout", "FrozenInstanceError": "ServiceUnavailable", "ModuleNotFoundError": "Rejected", "OverflowError": "SqlError", "OSError": "IntegrityError"}
def _belt_repr(thing):
    shown = str(type(thing)).split("'")[1]
    name = _belt_world_names.get(shown) if isinstance(thing, Exception) else None
    return repr(thing) if name is None else f"{name}({str(thing)!r})"
class _belt_object:
    def __init__(self, *args, **named):
        pass
    def default(self, value):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
def _belt_made(kind, *args, **named):
    thing = kind._belt_new(kind, *args, **named)
    if type(thing) is kind and hasattr(thing, "_belt_init"):
        thing._belt_init(*args, **named)
    return thing
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
_belt_attributes = {}
def _belt_is_function(thing):
    return type(thing).__name__ == "function"
def _belt_set_attribute(thing, name, value):
    if _belt_is_function(thing):
        # The function is kept with its attributes, so that its number stays its own.
        _belt_attributes.setdefault(id(thing), {"": thing})[name] = value
    else:
        setattr(thing, name, value)
def _belt_attribute(thing, name):
    if not _belt_is_function(thing):
        return getattr(thing, name)
    known = _belt_attributes.get(id(thing), {})
    if name not in known:
        raise AttributeError(f"'function' object has no attribute '{name}'")
    return known[name]
def _belt_name_of(thing):
    given = _belt_attributes.get(id(thing), {}).get("__name__") if _belt_is_function(thing) else None
    if given is not None:
        return given
    parts = str(thing).split("'")
    if len(parts) < 2:
        return str(thing).replace(">", "").split(" at ")[0].split(" ")[-1].split(".")[-1]
    name = parts[1].replace("_belt_of_", "")
    return _belt_world_names.get(name, name.split(".")[-1])
def _belt_value(member):
    return member.value if hasattr(member, "value") else member
def _belt_part(member, field, place):
    if isinstance(member, tuple):
        return member[place]
    return getattr(member, field) if hasattr(member, field) else member
def _belt_name(member, members):
    if hasattr(member, "name"):
        return member.name
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
def _belt_wraps(wrapped):
    def named(function):
        _belt_set_attribute(function, "__name__", _belt_name_of(wrapped))
        return function
    return named
def _belt_dict_of(thing, fields):
    return {field: getattr(thing, field) for field in fields if hasattr(thing, field)}
def _belt_bound(thing, method, call):
    if hasattr(thing, method):
        return getattr(thing, method)
    if _belt_is_class(thing):
        return lambda first, *args, **named: call(first, *args, **named)
    return lambda *args, **named: call(thing, *args, **named)
class _belt_field:
    def __init__(self, name):
        self.name = name
def _belt_fields_of(thing):
    return [_belt_field(name) for name in thing._belt_fields]
def _belt_is_plain(thing):
    return type(thing).__name__ in ("int", "float", "str", "bool", "bytes", "NoneType", "type", "function")
def _belt_unmade(kind):
    # The only way to an object that is not filled.
    init = getattr(kind, "__init__", None)
    kind.__init__ = lambda self: None
    made = kind()
    if init is not None:
        kind.__init__ = init
    return made
def _belt_copy(thing, fields):
    if isinstance(thing, (dict, list, set)) or hasattr(thing, "maxlen"):
        return thing.copy()
    if _belt_is_plain(thing) or isinstance(thing, (tuple, frozenset)):
        return thing
    if hasattr(thing, "__copy__"):
        return thing.__copy__()
    made = _belt_unmade(type(thing))
    for field in fields:
        if hasattr(thing, field):
            setattr(made, field, getattr(thing, field))
    return made
def _belt_deepcopy(thing, fields, memo=None):
    if _belt_is_plain(thing):
        return thing
    memo = {} if memo is None else memo
    if id(thing) in memo:
        return memo[id(thing)]
    if isinstance(thing, (tuple, set, frozenset)):
        return type(thing)([_belt_deepcopy(item, fields, memo) for item in thing])
    if isinstance(thing, dict):
        made = memo[id(thing)] = thing.copy()
        for key in made:
            made[key] = _belt_deepcopy(made[key], fields, memo)
        return made
    if isinstance(thing, list) or hasattr(thing, "maxlen"):
        made = memo[id(thing)] = thing.copy()
        made.clear()
        made.extend([_belt_deepcopy(item, fields, memo) for item in thing])
        return made
    if hasattr(thing, "__deepcopy__"):
        return thing.__deepcopy__(memo)
    if len([field for field in fields if hasattr(thing, field)]) == 0:
        return thing
    made = memo[id(thing)] = _belt_unmade(type(thing))
    for field in fields:
        if hasattr(thing, field):
            setattr(made, field, _belt_deepcopy(getattr(thing, field), fields, memo))
    return made
_belt_registries = {}
def _belt_dispatcher(function):
    rows = []
    def dispatched(*args, **named):
        for kind, other in rows:
            if isinstance(args[0], kind):
                return other(*args, **named)
        return function(*args, **named)
    _belt_registries[id(dispatched)] = [dispatched, rows]
    return dispatched
def _belt_registered(dispatched, kind):
    def register(function):
        # A truth value is no number to it, and the last one given is asked first.
        rows = _belt_registries[id(dispatched)][1]
        rows.insert(0, (kind, function))
        rows.sort(key=lambda row: 0 if row[0] is bool else 1)
        return function
    return register
def _belt_ask(thing, name):
    if not hasattr(thing, "__getattr__"):
        return getattr(thing, name)
    if hasattr(thing, name):
        found = getattr(thing, name)
        if name not in thing._belt_asked or type(found).__name__ != "method":
            return found
    return thing.__getattr__(name)
def _belt_getattr(thing, name, *default):
    try:
        return _belt_ask(thing, name)
    except AttributeError:
        if not default:
            raise
        return default[0]
# Methods of built-in types that people ask for, which the interpreter has but does not admit.
_belt_methods = {
    "str": ("lower", "upper", "strip", "split", "encode", "format", "join", "replace", "startswith", "endswith", "__iter__", "__len__", "__getitem__", "__contains__"),
    "bytes": ("decode", "hex", "__iter__", "__len__", "__getitem__"),
    "list": ("append", "extend", "insert", "pop", "remove", "sort", "index", "count", "copy", "__iter__", "__len__", "__getitem__", "__setitem__", "__contains__"),
    "tuple": ("index", "count", "__iter__", "__len__", "__getitem__"),
    "dict": ("get", "items", "keys", "values", "pop", "update", "setdefault", "copy", "__iter__", "__len__", "__getitem__", "__setitem__", "__contains__"),
    "set": ("add", "discard", "remove", "update", "union", "copy", "__iter__", "__len__", "__contains__"),
    "frozenset": ("union", "copy", "__iter__", "__len__", "__contains__"),
    "deque": ("append", "appendleft", "pop", "popleft", "extend", "__iter__", "__len__", "__getitem__"),
    "int": ("bit_length", "to_bytes", "__int__", "__index__"),
    "float": ("is_integer", "__float__", "__int__"),
    "timedelta": ("total_seconds", "days", "seconds"),
    "datetime": ("isoformat", "timestamp", "strftime", "date", "year", "tzinfo", "replace"),
    "date": ("isoformat", "strftime", "year", "replace"),
    "function": ("__call__", "__name__"),
}
def _belt_hasattr(thing, name):
    if hasattr(thing, name) or hasattr(thing, "_belt_get_" + name):
        return True
    kind = type(thing).__name__
    if kind in _belt_methods:
        return name in _belt_methods[kind] or name == "__class__"
    if name in ("__dict__", "__class__"):
        return True
    if not hasattr(thing, "__getattr__"):
        return False
    try:
        _belt_ask(thing, name)
        return True
    except AttributeError:
        return False
def _belt_tell(thing, name, value):
    if hasattr(thing, "__setattr__") and _belt_of_own_class(thing):
        thing.__setattr__(name, value)
    else:
        setattr(thing, name, value)
def _belt_of_own_class(thing):
    return not _belt_is_class(thing) and hasattr(type(thing), "__setattr__")
def _belt_fill(thing, *args, **named):
    for name, value in dict(*args, **named).items():
        setattr(thing, name, value)
def _belt_later_of(function, thing, method):
    return lambda *args, **named: function(thing, method, *args, **named)
def _belt_read_once(thing, field):
    kept = "_belt_kept_" + field
    if not hasattr(thing, kept):
        setattr(thing, kept, _belt_read(thing, field))
    return getattr(thing, kept)
def _belt_super(thing, after, method):
    order = thing._belt_order
    for kind in order[order.index(after) + 1:]:
        if method in kind._belt_says:
            return lambda *args, **named: getattr(kind, method)(thing, *args, **named)
    if method in ("__init__", "__init_subclass__", "__post_init__"):
        return lambda *args, **named: None
    raise AttributeError(f"'super' object has no attribute '{method}'")
def _belt_print(*values, **options):
    pass
def _belt_update_wrapper(wrapper, wrapped):
    return _belt_wraps(wrapped)(wrapper)
