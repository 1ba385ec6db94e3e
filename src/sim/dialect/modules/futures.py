class _belt_future:
    def __init__(self):
        self.value = None
        self.error = None
    def result(self, timeout=None):
        if self.error is not None:
            raise self.error
        return self.value
    def exception(self, timeout=None):
        return self.error
    def done(self):
        return True
    def running(self):
        return False
    def cancel(self):
        return False
    def cancelled(self):
        return False
    def set_result(self, value):
        self.value = value
    def set_exception(self, error):
        self.error = error
    def add_done_callback(self, function):
        function(self)
class _belt_executor:
    def __init__(self, max_workers=None, thread_name_prefix="", initializer=None, initargs=()):
        if initializer is not None:
            initializer(*initargs)
    def submit(self, function, *args, **named):
        future = _belt_future()
        try:
            future.value = function(*args, **named)
        except Exception as error:
            future.error = error
        return future
    def map(self, function, *sources, timeout=None, chunksize=1):
        return [function(*row) for row in zip(*sources)]
    def shutdown(self, wait=True, cancel_futures=False):
        return None
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return False
class _belt_waited:
    def __init__(self, done):
        self.done = done
        self.not_done = set()
    def __iter__(self):
        return iter((self.done, self.not_done))
class _belt_m_concurrent_futures:
    ThreadPoolExecutor = _belt_executor
    ProcessPoolExecutor = _belt_executor
    Future = _belt_future
    TimeoutError = Timeout
    FIRST_COMPLETED = "FIRST_COMPLETED"
    FIRST_EXCEPTION = "FIRST_EXCEPTION"
    ALL_COMPLETED = "ALL_COMPLETED"
    def as_completed(self, futures, timeout=None):
        return list(futures)
    def wait(self, futures, timeout=None, return_when=None):
        return _belt_waited(set(futures))
_belt_m_concurrent_futures = _belt_m_concurrent_futures()
class _belt_m_concurrent:
    futures = _belt_m_concurrent_futures
_belt_m_concurrent = _belt_m_concurrent()
