class _belt_base_dict:
    def __init__(self, *args, **named):
        self._belt_data = getattr(self, "_belt_data", {})
        self._belt_data.update(_belt_bare(args[0]) if args else {}, **named)
    def __getitem__(self, key):
        if key not in self._belt_data and hasattr(self, "__missing__"):
            return self.__missing__(key)
        return self._belt_data[key]
    def __setitem__(self, key, value):
        self._belt_data[key] = value
    def __delitem__(self, key):
        self._belt_data.pop(key)
    def __contains__(self, key):
        return key in self._belt_data
    def __len__(self):
        return len(self._belt_data)
    def __iter__(self):
        return iter(self._belt_data)
    def __eq__(self, other):
        return self._belt_data == _belt_bare(other)
    def __hash__(self):
        raise TypeError("unhashable type")
    def __repr__(self):
        return repr(self._belt_data)
    def __or__(self, other):
        return {**self._belt_data, **_belt_bare(other)}
    def __ror__(self, other):
        return {**_belt_bare(other), **self._belt_data}
    def get(self, key, default=None):
        return self._belt_data.get(key, default)
    def setdefault(self, key, default=None):
        return self._belt_data.setdefault(key, default)
    def pop(self, key, *default):
        return self._belt_data.pop(key, *default)
    def popitem(self, last=True):
        if not self._belt_data:
            raise KeyError("popitem(): dictionary is empty")
        key = list(self._belt_data)[-1] if last else next(iter(self._belt_data))
        return key, self._belt_data.pop(key)
    def move_to_end(self, key, last=True):
        value = self._belt_data.pop(key)
        rest = {} if last else dict(self._belt_data)
        if not last:
            self._belt_data.clear()
        self._belt_data[key] = value
        self._belt_data.update(rest)
    def keys(self):
        return self._belt_data.keys()
    def values(self):
        return self._belt_data.values()
    def items(self):
        return self._belt_data.items()
    def update(self, *args, **named):
        self._belt_data.update(_belt_bare(args[0]) if args else {}, **named)
    def clear(self):
        self._belt_data.clear()
    def copy(self):
        return self._belt_data.copy()
def _belt_bare(thing):
    if hasattr(thing, "_belt_merged"):
        return thing._belt_merged()
    return getattr(thing, "_belt_data", thing)
def _belt_dict(*args, **named):
    return dict(_belt_bare(args[0]), **named) if args else dict(**named)
def _belt_part_of(thing, start, stop, step):
    return _belt_bare(thing)[start:stop:step]
class _belt_base_default:
    __getitem__ = _belt_base_dict.__getitem__
    __setitem__ = _belt_base_dict.__setitem__
    __delitem__ = _belt_base_dict.__delitem__
    __contains__ = _belt_base_dict.__contains__
    __len__ = _belt_base_dict.__len__
    __iter__ = _belt_base_dict.__iter__
    __eq__ = _belt_base_dict.__eq__
    __hash__ = _belt_base_dict.__hash__
    __repr__ = _belt_base_dict.__repr__
    __or__ = _belt_base_dict.__or__
    __ror__ = _belt_base_dict.__ror__
    get = _belt_base_dict.get
    setdefault = _belt_base_dict.setdefault
    pop = _belt_base_dict.pop
    popitem = _belt_base_dict.popitem
    keys = _belt_base_dict.keys
    values = _belt_base_dict.values
    items = _belt_base_dict.items
    update = _belt_base_dict.update
    clear = _belt_base_dict.clear
    copy = _belt_base_dict.copy
    default_factory = None
    def __init__(self, default_factory=None, *args, **named):
        self.default_factory = default_factory
        self._belt_data = getattr(self, "_belt_data", {})
        self._belt_data.update(_belt_bare(args[0]) if args else {}, **named)
    def __missing__(self, key):
        if self.default_factory is None:
            raise KeyError(key)
        value = self.default_factory()
        self.__setitem__(key, value)
        return value
class _belt_base_mapping:
    def __init__(self, *args, **named):
        pass
    def __contains__(self, key):
        try:
            self.__getitem__(key)
        except KeyError:
            return False
        return True
    def __eq__(self, other):
        return dict(self.items()) == (dict(other.items()) if hasattr(other, "items") else _belt_bare(other))
    def get(self, key, default=None):
        try:
            return self.__getitem__(key)
        except KeyError:
            return default
    def keys(self):
        return [key for key in self]
    def values(self):
        return [self.__getitem__(key) for key in self]
    def items(self):
        return [(key, self.__getitem__(key)) for key in self]
    def setdefault(self, key, default=None):
        if not self.__contains__(key):
            self.__setitem__(key, default)
        return self.__getitem__(key)
    def pop(self, key, *default):
        if default and not self.__contains__(key):
            return default[0]
        value = self.__getitem__(key)
        self.__delitem__(key)
        return value
    def popitem(self):
        keys = [key for key in self]
        if not keys:
            raise KeyError("popitem(): mapping is empty")
        return keys[0], self.pop(keys[0])
    def clear(self):
        for key in [key for key in self]:
            self.__delitem__(key)
    def update(self, *args, **named):
        for key, value in dict(_belt_bare(args[0]) if args else {}, **named).items():
            self.__setitem__(key, value)
class _belt_base_userdict:
    __eq__ = _belt_base_mapping.__eq__
    get = _belt_base_mapping.get
    keys = _belt_base_mapping.keys
    values = _belt_base_mapping.values
    items = _belt_base_mapping.items
    setdefault = _belt_base_mapping.setdefault
    pop = _belt_base_mapping.pop
    popitem = _belt_base_mapping.popitem
    clear = _belt_base_mapping.clear
    update = _belt_base_mapping.update
    __or__ = _belt_base_dict.__or__
    __ror__ = _belt_base_dict.__ror__
    def __init__(self, *args, **named):
        self.data = self._belt_data = getattr(self, "_belt_data", {})
        self.update(*args, **named)
    def __getitem__(self, key):
        if key not in self.data and hasattr(self, "__missing__"):
            return self.__missing__(key)
        return self.data[key]
    def __setitem__(self, key, value):
        self.data[key] = value
    def __delitem__(self, key):
        self.data.pop(key)
    def __contains__(self, key):
        return key in self.data
    def __len__(self):
        return len(self.data)
    def __iter__(self):
        return iter(self.data)
    def __repr__(self):
        return repr(self.data)
    def copy(self):
        return self.data.copy()
class _belt_base_list:
    def __init__(self, items=()):
        self.data = self._belt_data = getattr(self, "_belt_data", [])
        self._belt_data.extend(items)
    def __getitem__(self, at):
        return self._belt_data[at]
    def __setitem__(self, at, value):
        self._belt_data[at] = value
    def __delitem__(self, at):
        self._belt_data.pop(at)
    def __contains__(self, item):
        return item in self._belt_data
    def __len__(self):
        return len(self._belt_data)
    def __iter__(self):
        return iter(self._belt_data)
    def __eq__(self, other):
        return self._belt_data == _belt_bare(other)
    def __lt__(self, other):
        return self._belt_data < _belt_bare(other)
    def __hash__(self):
        raise TypeError("unhashable type")
    def __repr__(self):
        return repr(self._belt_data)
    def __add__(self, other):
        return self._belt_data + list(other)
    def __radd__(self, other):
        return list(other) + self._belt_data
    def __mul__(self, times):
        return self._belt_data * times
    def append(self, item):
        self._belt_data.append(item)
    def extend(self, items):
        self._belt_data.extend(list(items))
    def insert(self, at, item):
        self._belt_data.insert(at, item)
    def pop(self, at=-1):
        return self._belt_data.pop(at)
    def remove(self, item):
        self._belt_data.remove(item)
    def clear(self):
        self._belt_data.clear()
    def index(self, item, *bounds):
        return self._belt_data.index(item, *bounds)
    def count(self, item):
        return self._belt_data.count(item)
    def reverse(self):
        self._belt_data.reverse()
    def sort(self, key=None, reverse=False):
        rows = sorted(self._belt_data, key=key, reverse=reverse)
        self._belt_data.clear()
        self._belt_data.extend(rows)
    def copy(self):
        return self._belt_data.copy()
class _belt_base_set:
    def __init__(self, items=()):
        self._belt_data = getattr(self, "_belt_data", set())
        self._belt_data.update(items)
    def __contains__(self, item):
        return item in self._belt_data
    def __len__(self):
        return len(self._belt_data)
    def __iter__(self):
        return iter(self._belt_data)
    def __eq__(self, other):
        return self._belt_data == _belt_bare(other)
    def __hash__(self):
        raise TypeError("unhashable type")
    def __repr__(self):
        return repr(self._belt_data)
    def __or__(self, other):
        return self._belt_data | _belt_bare(other)
    def __ror__(self, other):
        return self._belt_data | other
    def __and__(self, other):
        return self._belt_data & _belt_bare(other)
    def __rand__(self, other):
        return self._belt_data & other
    def __sub__(self, other):
        return self._belt_data - _belt_bare(other)
    def __rsub__(self, other):
        return other - self._belt_data
    def __xor__(self, other):
        return self._belt_data ^ _belt_bare(other)
    def __le__(self, other):
        return all([item in other for item in self._belt_data])
    def __ge__(self, other):
        return all([item in self._belt_data for item in other])
    def add(self, item):
        self._belt_data.add(item)
    def discard(self, item):
        self._belt_data.discard(item)
    def remove(self, item):
        self._belt_data.remove(item)
    def pop(self):
        return self._belt_data.pop()
    def clear(self):
        self._belt_data.clear()
    def update(self, *many):
        for items in many:
            self._belt_data.update(list(items))
    def union(self, *many):
        made = set(self._belt_data)
        for items in many:
            made.update(list(items))
        return made
    def intersection(self, other):
        return {item for item in self._belt_data if item in other}
    def difference(self, other):
        return {item for item in self._belt_data if item not in other}
    def issubset(self, other):
        return all([item in other for item in self._belt_data])
    def issuperset(self, other):
        return all([item in self._belt_data for item in other])
    def isdisjoint(self, other):
        return not any([item in self._belt_data for item in other])
    def copy(self):
        return self._belt_data.copy()
from collections import deque as _belt_native_deque
class _belt_base_deque:
    __contains__ = _belt_base_list.__contains__
    __len__ = _belt_base_list.__len__
    __iter__ = _belt_base_list.__iter__
    __eq__ = _belt_base_list.__eq__
    __hash__ = _belt_base_list.__hash__
    __repr__ = _belt_base_list.__repr__
    __getitem__ = _belt_base_list.__getitem__
    __setitem__ = _belt_base_list.__setitem__
    append = _belt_base_list.append
    extend = _belt_base_list.extend
    insert = _belt_base_list.insert
    remove = _belt_base_list.remove
    clear = _belt_base_list.clear
    index = _belt_base_list.index
    count = _belt_base_list.count
    reverse = _belt_base_list.reverse
    copy = _belt_base_list.copy
    maxlen = None
    def __init__(self, items=(), maxlen=None):
        self.maxlen = maxlen
        self._belt_data = _belt_native_deque(items, maxlen)
    def pop(self):
        return self._belt_data.pop()
    def popleft(self):
        return self._belt_data.popleft()
    def appendleft(self, item):
        self._belt_data.appendleft(item)
    def extendleft(self, items):
        for item in items:
            self._belt_data.appendleft(item)
    def rotate(self, n=1):
        self._belt_data.rotate(n)
from collections import Counter as _belt_native_counter
class _belt_base_counter:
    __setitem__ = _belt_base_dict.__setitem__
    __delitem__ = _belt_base_dict.__delitem__
    __contains__ = _belt_base_dict.__contains__
    __len__ = _belt_base_dict.__len__
    __iter__ = _belt_base_dict.__iter__
    __eq__ = _belt_base_dict.__eq__
    __hash__ = _belt_base_dict.__hash__
    __repr__ = _belt_base_dict.__repr__
    get = _belt_base_dict.get
    setdefault = _belt_base_dict.setdefault
    pop = _belt_base_dict.pop
    keys = _belt_base_dict.keys
    values = _belt_base_dict.values
    items = _belt_base_dict.items
    clear = _belt_base_dict.clear
    def __init__(self, *args, **named):
        self._belt_data = _belt_native_counter(*args, **named)
    def __getitem__(self, key):
        return self._belt_data[key]
    def __add__(self, other):
        return self._belt_data + _belt_bare(other)
    def __sub__(self, other):
        return self._belt_data - _belt_bare(other)
    def update(self, *args, **named):
        self._belt_data.update(*args, **named)
    def subtract(self, *args, **named):
        self._belt_data.subtract(*args, **named)
    def most_common(self, n=None):
        return self._belt_data.most_common(n)
    def elements(self):
        return self._belt_data.elements()
    def total(self):
        return self._belt_data.total()
class _belt_chain_map:
    get = _belt_base_mapping.get
    keys = _belt_base_mapping.keys
    values = _belt_base_mapping.values
    items = _belt_base_mapping.items
    setdefault = _belt_base_mapping.setdefault
    def __init__(self, *maps):
        self.maps = list(maps) if maps else [{}]
        self._belt_data = self.maps[0]
        self.parents = None if len(self.maps) < 2 else _belt_chain_map(*self.maps[1:])
    def _belt_merged(self):
        found = {}
        for known in self.maps[::-1]:
            found.update(_belt_bare(known))
        return found
    def __getitem__(self, key):
        for known in self.maps:
            if key in known:
                return _belt_bare(known)[key]
        raise KeyError(key)
    def __setitem__(self, key, value):
        self.maps[0][key] = value
    def __delitem__(self, key):
        self.maps[0].pop(key)
    def __contains__(self, key):
        return any([key in known for known in self.maps])
    def __iter__(self):
        return iter(self._belt_merged())
    def __len__(self):
        return len(self._belt_merged())
    def __eq__(self, other):
        return self._belt_merged() == _belt_bare(other)
    def __repr__(self):
        return "ChainMap(" + ", ".join([repr(known) for known in self.maps]) + ")"
    def pop(self, key, *default):
        return self.maps[0].pop(key, *default)
    def update(self, *args, **named):
        self.maps[0].update(*args, **named)
    def new_child(self, first=None, **named):
        return _belt_chain_map({**(first or {}), **named}, *self.maps)
