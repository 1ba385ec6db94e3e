class _belt_m_weakref:
    WeakValueDictionary = dict
    WeakKeyDictionary = dict
    WeakSet = set
    def ref(self, value, callback=None):
        return lambda: value
    def proxy(self, value, callback=None):
        return value
_belt_m_weakref = _belt_m_weakref()
