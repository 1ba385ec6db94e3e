//! Functions that make functions and contexts: `operator`, `contextlib` and the caches of `functools`.

pub(super) const OPERATOR: &str = "\
class _belt_m_operator:
    def itemgetter(self, *keys):
        if len(keys) == 1:
            return lambda item: item[keys[0]]
        return lambda item: tuple([item[key] for key in keys])
    def attrgetter(self, name):
        return lambda item: getattr(item, name)
    methodcaller = None
    def add(self, a, b):
        return a + b
    def sub(self, a, b):
        return a - b
    def mul(self, a, b):
        return a * b
    def truediv(self, a, b):
        return a / b
    def floordiv(self, a, b):
        return a // b
    def mod(self, a, b):
        return a % b
    def neg(self, a):
        return -a
    def lt(self, a, b):
        return a < b
    def le(self, a, b):
        return a <= b
    def gt(self, a, b):
        return a > b
    def ge(self, a, b):
        return a >= b
    def eq(self, a, b):
        return a == b
    def ne(self, a, b):
        return a != b
    def contains(self, a, b):
        return b in a
    def getitem(self, a, b):
        return a[b]
_belt_m_operator = _belt_m_operator()
";

pub(super) const CACHE: &str = include_str!("caches.py");

pub(super) const CONTEXTLIB: &str = "\
class _belt_context_of:
    def __init__(self, value, close):
        self.value = value
        self.close = close
    def __enter__(self):
        return self.value
    def __exit__(self, kind, error, trace):
        if self.close:
            self.value.close()
        return False
class _belt_exit_stack:
    def __init__(self):
        self.exits = []
    def __enter__(self):
        return self
    def enter_context(self, manager):
        value = manager.__enter__()
        self.exits.append(manager.__exit__)
        return value
    def push(self, manager):
        self.exits.append(manager.__exit__ if hasattr(manager, '__exit__') else manager)
        return manager
    def callback(self, function, *args, **named):
        self.exits.append(lambda kind, error, trace: [function(*args, **named)] == 0)
        return function
    def pop_all(self):
        stack = _belt_exit_stack()
        stack.exits = self.exits
        self.exits = []
        return stack
    def close(self):
        self.__exit__(None, None, None)
    def __exit__(self, kind, error, trace):
        raised = error is not None
        while self.exits:
            leave = self.exits.pop()
            try:
                if leave(kind, error, trace):
                    kind = error = None
            except Exception as other:
                kind, error = type(other), other
                if not self.exits:
                    raise
        return raised and error is None
class _belt_m_contextlib:
    ExitStack = _belt_exit_stack
    AsyncExitStack = _belt_exit_stack
    suppress = None
    contextmanager = None
    asynccontextmanager = None
    def nullcontext(self, value=None):
        return _belt_context_of(value, False)
    def closing(self, value):
        return _belt_context_of(value, True)
_belt_m_contextlib = _belt_m_contextlib()
";

/// A process runs one thing at a time, so each variable has one value.
pub(super) const CONTEXTVARS: &str = "\
_belt_no_value = ['no value']
class _belt_token:
    MISSING = _belt_no_value
    def __init__(self, var, old_value):
        self.var = var
        self.old_value = old_value
class _belt_context_var:
    def __init__(self, name, default=_belt_no_value):
        self.name = name
        self.default = default
        self.value = _belt_no_value
    def get(self, *default):
        if self.value is not _belt_no_value:
            return self.value
        if default:
            return default[0]
        if self.default is _belt_no_value:
            raise LookupError(self.name)
        return self.default
    def set(self, value):
        token = _belt_token(self, self.value)
        self.value = value
        return token
    def reset(self, token):
        self.value = token.old_value
class _belt_context:
    def run(self, function, *args, **named):
        return function(*args, **named)
class _belt_m_contextvars:
    ContextVar = _belt_context_var
    Token = _belt_token
    Context = _belt_context
    def copy_context(self):
        return _belt_context()
_belt_m_contextvars = _belt_m_contextvars()
";
