_belt_no_default = ["no default"]
def _belt_less(a, b):
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        for x, y in zip(a, b):
            if not (x is y or x == y):
                return _belt_less(x, y)
        return len(a) < len(b)
    return _belt_lt(a, b)
def _belt_in_order(items, key=None, reverse=False):
    items = list(items)
    keys = items if key is None else [key(item) for item in items]
    rows = [[at] for at in range(len(items))]
    while len(rows) > 1:
        rows = [_belt_merged(rows[at], rows[at + 1] if at + 1 < len(rows) else [], keys, reverse) for at in range(0, len(rows), 2)]
    return [items[at] for at in rows[0]] if rows else []
def _belt_merged(left, right, keys, reverse):
    out = []
    l = r = 0
    while l < len(left) and r < len(right):
        a, b = keys[left[l]], keys[right[r]]
        if _belt_less(a, b) if reverse else _belt_less(b, a):
            out.append(right[r])
            r += 1
        else:
            out.append(left[l])
            l += 1
    return out + left[l:] + right[r:]
def _belt_order(items, key=None, reverse=False):
    rows = _belt_in_order(items, key, reverse)
    items.clear()
    items.extend(rows)
def _belt_extreme(items, key, default, last):
    items = list(items[0]) if len(items) == 1 else list(items)
    if len(items) == 0:
        if default is _belt_no_default:
            raise ValueError("there is nothing to choose from")
        return default
    best = items[0]
    for item in items[1:]:
        a, b = (item, best) if key is None else (key(item), key(best))
        if _belt_less(b, a) if last else _belt_less(a, b):
            best = item
    return best
def _belt_least(*items, key=None, default=_belt_no_default):
    return _belt_extreme(items, key, default, False)
def _belt_most(*items, key=None, default=_belt_no_default):
    return _belt_extreme(items, key, default, True)
def _belt_sift_up(heap, at):
    item = heap[at]
    while at > 0 and _belt_less(item, heap[(at - 1) // 2]):
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    heap[at] = item
def _belt_sift_down(heap, at):
    item = heap[at]
    child = 2 * at + 1
    while child < len(heap):
        if child + 1 < len(heap) and not _belt_less(heap[child], heap[child + 1]):
            child += 1
        heap[at] = heap[child]
        at = child
        child = 2 * at + 1
    heap[at] = item
    _belt_sift_up(heap, at)
def _belt_heapify(heap):
    for at in range(len(heap) // 2 - 1, -1, -1):
        _belt_sift_down(heap, at)
def _belt_heappush(heap, item):
    heap.append(item)
    _belt_sift_up(heap, len(heap) - 1)
def _belt_heappop(heap):
    last = heap.pop()
    if not heap:
        return last
    first = heap[0]
    heap[0] = last
    _belt_sift_down(heap, 0)
    return first
def _belt_heapreplace(heap, item):
    first = heap[0]
    heap[0] = item
    _belt_sift_down(heap, 0)
    return first
def _belt_heappushpop(heap, item):
    return _belt_heapreplace(heap, item) if heap and _belt_less(heap[0], item) else item
def _belt_nsmallest(n, items, key=None):
    return _belt_in_order(items, key)[:n]
def _belt_nlargest(n, items, key=None):
    return _belt_in_order(items, key, True)[:n]
def _belt_cmp_to_key(compare):
    return lambda item: _belt_compared(compare, item)
class _belt_compared:
    def __init__(self, compare, item):
        self.compare = compare
        self.item = item
    def __lt__(self, other):
        return self.compare(self.item, other.item) < 0
    def __gt__(self, other):
        return self.compare(self.item, other.item) > 0
    def __eq__(self, other):
        return self.compare(self.item, other.item) == 0
def _belt_bisect_left(a, x, lo=0, hi=None, key=None):
    hi = len(a) if hi is None else hi
    while lo < hi:
        mid = (lo + hi) // 2
        if _belt_less(a[mid] if key is None else key(a[mid]), x):
            lo = mid + 1
        else:
            hi = mid
    return lo
def _belt_bisect_right(a, x, lo=0, hi=None, key=None):
    hi = len(a) if hi is None else hi
    while lo < hi:
        mid = (lo + hi) // 2
        if _belt_less(x, a[mid] if key is None else key(a[mid])):
            hi = mid
        else:
            lo = mid + 1
    return lo
def _belt_bisect(a, x, lo=0, hi=None, key=None):
    return _belt_bisect_right(a, x, lo, hi, key)
def _belt_insort_left(a, x, key=None):
    a.insert(_belt_bisect_left(a, x if key is None else key(x), 0, None, key), x)
def _belt_insort_right(a, x, key=None):
    a.insert(_belt_bisect_right(a, x if key is None else key(x), 0, None, key), x)
def _belt_insort(a, x, key=None):
    _belt_insort_right(a, x, key)
