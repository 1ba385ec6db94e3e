class _belt_m_warnings:
    def warn(self, *values, **more):
        return None
    def filterwarnings(self, *values, **more):
        return None
    def simplefilter(self, *values, **more):
        return None
_belt_m_warnings = _belt_m_warnings()
