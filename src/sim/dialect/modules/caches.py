_belt_caches = {}
class _belt_cache_state:
    def __init__(self, maxsize):
        self.known = {}
        self.maxsize = maxsize
        self.hits = 0
        self.misses = 0
        self.currsize = 0
def _belt_cache(function, maxsize=None):
    state = _belt_cache_state(maxsize)
    known = state.known
    def cached(*args, **named):
        key = (args, tuple(sorted(named.items()))) if named else args
        if key in known:
            state.hits += 1
            if maxsize is None:
                return known[key]
            known[key] = value = known.pop(key)
            return value
        state.misses += 1
        value = function(*args, **named)
        if maxsize is not None and len(known) >= maxsize:
            known.pop(next(iter(known)), None)
        if maxsize != 0:
            known[key] = value
        return value
    _belt_caches[id(cached)] = [cached, state]
    return cached
def _belt_lru_cache(maxsize=128, typed=False):
    if maxsize is not None and not isinstance(maxsize, int):
        return _belt_cache(maxsize, 128)
    return lambda function: _belt_cache(function, maxsize)
def _belt_cache_clear(cached):
    state = _belt_caches[id(cached)][1]
    state.known.clear()
    state.hits = state.misses = 0
def _belt_cache_info(cached):
    state = _belt_caches[id(cached)][1]
    state.currsize = len(state.known)
    return state
