_belt_kept = {}
class _belt_exception:
    args = ()
    __cause__ = None
    _belt_raised = None
    def __init__(self, *args):
        self.args = args
    def __str__(self):
        if len(self.args) == 0:
            return ""
        return str(self.args[0]) if len(self.args) == 1 else str(self.args)
    def __repr__(self):
        name = type(self).__name__.replace("_belt_of_", "")
        return f"{name}({self.args[0]!r})" if len(self.args) == 1 else name + str(tuple(self.args))
def _belt_keep(thing):
    # The text ends with the number of the object, which nobody sees.
    number = len(_belt_kept)
    _belt_kept[number] = thing
    return str(thing) + chr(0) + str(number)
def _belt_known(error):
    text = str(error.args[0]) if isinstance(error, BaseException) and error.args else ""
    mark = text.rfind(chr(0))
    if mark < 0:
        return error
    thing = _belt_kept[int(text[mark + 1:])]
    thing._belt_raised = error
    return thing
def _belt_is_own(kind):
    return hasattr(kind, "_belt_stands")
def _belt_these(own, *others):
    try:
        raise
    except BaseException as error:
        raised = error
    thing = _belt_known(raised)
    kinds = _belt_flattened(others)
    natives = tuple([kind for kind in kinds if not _belt_is_own(kind)])
    if thing is raised:
        return _belt_caught(*natives, *[kind._belt_stands for kind in own + kinds if _belt_is_own(kind)])
    for kind in own + kinds:
        if _belt_is_own(kind) and (isinstance(thing, kind) or kind in thing._belt_bases):
            return BaseException
    return natives
def _belt_raisable(thing):
    if not _belt_is_own(thing):
        return thing
    if thing._belt_raised is None:
        # It was made by way of its class under another name.
        return thing._belt_stands(_belt_keep(thing))
    return thing._belt_raised
# Python's own are known again by what they say.
_belt_causes = {}
def _belt_caused(error, cause):
    if not isinstance(error, BaseException) and not _belt_is_own(error):
        error = error()
    thing = _belt_known(error)
    if _belt_is_own(thing):
        thing.__cause__ = cause
    else:
        _belt_causes[(str(type(thing)), str(thing))] = cause
    return error
def _belt_cause_of(error):
    if _belt_is_own(error):
        return error.__cause__
    cause = _belt_causes.get((str(type(error)), str(error)))
    return None if cause is error else cause
class _belt_suppress:
    def __init__(self, *kinds):
        self.kinds = _belt_flattened(kinds)
    def __enter__(self):
        return None
    def __exit__(self, kind, error, trace):
        thing = _belt_known(error)
        for kind in self.kinds:
            if isinstance(thing, kind) or isinstance(error, kind) or _belt_is_own(thing) and kind in thing._belt_bases:
                return True
        return False
# Some types that stand for the world's errors derive from others, which do not mean them.
_belt_doubtful = (ValueError, AttributeError, ImportError, ArithmeticError)
_belt_os_error = (Timeout, ServiceUnavailable)
def _belt_caught(*kinds):
    try:
        raise
    except (SerializationFailure, Deadlock, LockNotAvailable, ServiceUnavailable, Rejected, SqlError) as error:
        theirs = error
    except BaseException:
        return _belt_flattened(kinds)
    for kind in _belt_flattened(kinds):
        if isinstance(theirs, kind) and kind not in _belt_doubtful:
            return BaseException
    return ()
def _belt_flattened(kinds):
    flat = ()
    for kind in kinds:
        flat += _belt_flattened(kind) if isinstance(kind, tuple) else (kind,)
    return flat
# The interpreter's type of an exception is not its class.
_belt_kinds = [Exception, ArithmeticError, OverflowError, ZeroDivisionError, LookupError, IndexError, KeyError, RuntimeError, NotImplementedError, AttributeError, NameError, UnboundLocalError, ValueError, ImportError, OSError, AssertionError, StopIteration, TypeError, PermissionError, MemoryError, SyntaxError, SystemExit, KeyboardInterrupt, UniqueViolation, ForeignKeyViolation, NotNullViolation, CheckViolation, SerializationFailure, Deadlock, LockNotAvailable, Timeout, ServiceUnavailable, Rejected]
def _belt_type(thing):
    kind = type(thing)
    if _belt_is_own(thing):
        return kind
    for known in _belt_kinds:
        if isinstance(thing, known) and str(known) == str(kind):
            return known
    return kind
