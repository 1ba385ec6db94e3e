class _belt_sorter:
    def __init__(self, graph=None):
        self.before = {}
        for node, needed in (graph or {}).items():
            self.add(node, *needed)
        self.gone = set()
        self.given = set()
    def add(self, node, *needed):
        known = self.before.setdefault(node, [])
        for other in needed:
            known.append(other)
            self.before.setdefault(other, [])
    def prepare(self):
        self.static_order()
    def _belt_ready(self, gone):
        return [node for node in self.before if node not in gone and all([other in gone for other in self.before[node]])]
    def get_ready(self):
        ready = [node for node in self._belt_ready(self.gone) if node not in self.given]
        self.given.update(ready)
        return tuple(ready)
    def done(self, *nodes):
        self.gone.update(nodes)
    def is_active(self):
        return len(self.gone) < len(self.before)
    def static_order(self):
        order = []
        while len(order) < len(self.before):
            ready = self._belt_ready(order)
            if not ready:
                raise ValueError("nodes are in a cycle")
            order.extend(ready)
        return order
class _belt_m_graphlib:
    TopologicalSorter = _belt_sorter
    CycleError = ValueError
_belt_m_graphlib = _belt_m_graphlib()
