class _belt_m_pprint:
    def pprint(self, *values, **more):
        return None
    def pp(self, *values, **more):
        return None
    def pformat(self, value, **more):
        return repr(value)
_belt_m_pprint = _belt_m_pprint()
