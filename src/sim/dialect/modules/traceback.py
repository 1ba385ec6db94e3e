class _belt_m_traceback:
    def format_exc(self, limit=None, chain=True):
        return "Traceback (most recent call last):\n"
    def format_exception(self, *values, **more):
        return ["Traceback (most recent call last):\n"]
    def print_exc(self, *values, **more):
        return None
    def print_exception(self, *values, **more):
        return None
    def print_stack(self, *values, **more):
        return None
    def format_stack(self, *values, **more):
        return []
_belt_m_traceback = _belt_m_traceback()
