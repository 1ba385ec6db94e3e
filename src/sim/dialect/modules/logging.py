class _belt_silent:
    def __init__(self, *values, **more):
        self.handlers = []
        self.name = "design"
        self.level = 0
        self.propagate = True
    def setLevel(self, level):
        self.level = level
    def setFormatter(self, formatter):
        return None
    def addHandler(self, handler):
        return None
    def removeHandler(self, handler):
        return None
    def addFilter(self, filter):
        return None
    def isEnabledFor(self, level):
        return level >= self.level
    def getEffectiveLevel(self):
        return self.level
    def hasHandlers(self):
        return False
    def getChild(self, name):
        return self
    def debug(self, *values, **more):
        return None
    info = debug
    warning = debug
    warn = debug
    error = debug
    exception = debug
    critical = debug
    fatal = debug
    log = debug
class _belt_m_logging:
    NOTSET = 0
    DEBUG = 10
    INFO = 20
    WARNING = 30
    WARN = 30
    ERROR = 40
    CRITICAL = 50
    FATAL = 50
    Logger = _belt_silent
    LoggerAdapter = _belt_silent
    Handler = _belt_silent
    StreamHandler = _belt_silent
    FileHandler = _belt_silent
    NullHandler = _belt_silent
    Formatter = _belt_silent
    Filter = _belt_silent
    def getLogger(self, name=None):
        return _belt_silent()
    def basicConfig(self, **settings):
        return None
    def disable(self, level=50):
        return None
    def captureWarnings(self, capture):
        return None
    debug = _belt_silent.debug
    info = _belt_silent.debug
    warning = _belt_silent.debug
    warn = _belt_silent.debug
    error = _belt_silent.debug
    exception = _belt_silent.debug
    critical = _belt_silent.debug
    log = _belt_silent.debug
_belt_m_logging = _belt_m_logging()
