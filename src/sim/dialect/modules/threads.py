class _belt_lock:
    def __init__(self, again=False):
        self.held = 0
        self.again = again
    def acquire(self, blocking=True, timeout=-1):
        if self.held > 0 and not self.again:
            if not blocking or timeout >= 0:
                return False
            raise TypeError("this waits for ever: the lock is held by the same process, perhaps across a call")
        self.held += 1
        return True
    def release(self):
        if self.held == 0:
            raise RuntimeError("release unlocked lock")
        self.held -= 1
    def locked(self):
        return self.held > 0
    def __enter__(self):
        self.acquire()
        return self
    def __exit__(self, kind, error, trace):
        self.release()
        return False
class _belt_semaphore:
    def __init__(self, value=1):
        self.value = value
    def acquire(self, blocking=True, timeout=None):
        if self.value <= 0:
            if not blocking or timeout is not None:
                return False
            raise TypeError("this waits for ever: only this process could release the semaphore")
        self.value -= 1
        return True
    def release(self, n=1):
        self.value += n
    def locked(self):
        return self.value <= 0
    __enter__ = _belt_lock.__enter__
    __exit__ = _belt_lock.__exit__
class _belt_event:
    def __init__(self):
        self.flag = False
    def is_set(self):
        return self.flag
    def set(self):
        self.flag = True
    def clear(self):
        self.flag = False
    def wait(self, timeout=None):
        if not self.flag and timeout is None:
            raise TypeError("this waits for ever: only this process could set the event")
        return self.flag
class _belt_of_thread:
    name = "MainThread"
    ident = 1
    daemon = False
class _belt_m_threading:
    local = _belt_of_thread
    def Lock(self):
        return _belt_lock()
    def RLock(self):
        return _belt_lock(True)
    def Semaphore(self, value=1):
        return _belt_semaphore(value)
    def BoundedSemaphore(self, value=1):
        return _belt_semaphore(value)
    def Event(self):
        return _belt_event()
    def get_ident(self):
        return 1
    def current_thread(self):
        return _belt_of_thread()
    def Condition(self, lock=None):
        raise TypeError("threads cannot be started here: the simulator runs several clients itself")
    def Thread(self, *args, **named):
        raise TypeError("threads cannot be started here: the simulator runs several clients itself")
    def Timer(self, *args, **named):
        return self.Thread()
_belt_m_threading = _belt_m_threading()
