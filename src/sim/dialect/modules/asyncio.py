class _belt_scope:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return False
class _belt_tasks:
    def create_task(self, result, name=None, context=None):
        return result
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return False
class _belt_m_asyncio:
    TimeoutError = Timeout
    Task = None
    TaskGroup = _belt_tasks
    def sleep(self, seconds, result=None):
        $clock.sleep(seconds)
        return result
    def run(self, result, debug=None):
        return result
    def gather(self, *results, return_exceptions=False):
        return [_belt_tried(result) for result in results] if return_exceptions else list(results)
    def wait_for(self, result, timeout=None):
        return result
    def create_task(self, result, name=None, context=None):
        return result
    def ensure_future(self, result):
        return result
    def shield(self, result):
        return result
    def as_completed(self, results, timeout=None):
        return list(results)
    def to_thread(self, function, *args, **named):
        return function(*args, **named)
    def timeout(self, delay=None):
        return _belt_scope()
    def Lock(self):
        return _belt_lock()
    def Semaphore(self, value=1):
        return _belt_semaphore(value)
    def BoundedSemaphore(self, value=1):
        return _belt_semaphore(value)
    def Event(self):
        return _belt_event()
    def Queue(self, maxsize=0):
        return _belt_queue(maxsize)
    def PriorityQueue(self, maxsize=0):
        return _belt_queue(maxsize, 1)
    def LifoQueue(self, maxsize=0):
        return _belt_queue(maxsize, 2)
class _belt_later:
    def __init__(self, made):
        self.made = made
def _belt_tried(later):
    if not isinstance(later, _belt_later):
        return later
    try:
        return later.made()
    except Exception as error:
        return error
_belt_m_asyncio = _belt_m_asyncio()
