//! Modules that only compute: the parts of the standard library the interpreter lacks.

/// Every algorithm is SHA-256 cut or stretched to the right length: designs need a hash, not that hash.
pub(super) const HASHLIB: &str = "\
class _belt_hash:
    def __init__(self, data, size):
        self.data = data
        self.digest_size = size
    def update(self, data):
        self.data = self.data + data
    def hexdigest(self):
        text = _belt_sha256(self.data)
        if self.digest_size > 32:
            text = text + _belt_sha256(text)
        return text[:2 * self.digest_size]
    def digest(self):
        return bytes.fromhex(self.hexdigest())
class _belt_m_hashlib:
    def sha256(self, data=b'', usedforsecurity=True):
        return _belt_hash(data, 32)
    def sha1(self, data=b'', usedforsecurity=True):
        return _belt_hash(data, 20)
    def md5(self, data=b'', usedforsecurity=True):
        return _belt_hash(data, 16)
    def sha512(self, data=b''):
        return _belt_hash(data, 64)
    def sha3_256(self, data=b''):
        return _belt_hash(data, 32)
    def blake2b(self, data=b'', digest_size=64):
        return _belt_hash(data, digest_size)
    def new(self, name, data=b''):
        return _belt_hash(data, {'md5': 16, 'sha1': 20, 'sha512': 64}.get(name, 32))
_belt_m_hashlib = _belt_m_hashlib()
";

pub(super) const HMAC: &str = "\
class _belt_m_hmac:
    def new(self, key, msg=b'', digestmod=None):
        return _belt_hash(key + b'.' + msg, 32)
    def compare_digest(self, a, b):
        return a == b
_belt_m_hmac = _belt_m_hmac()
";

pub(super) const ZLIB: &str = "\
class _belt_m_zlib:
    def adler32(self, data, value=1):
        a, b = value % 65536, value // 65536
        for byte in data:
            a = (a + byte) % 65521
            b = (b + a) % 65521
        return b * 65536 + a
    def crc32(self, data):
        return _belt_crc32(data)
_belt_m_zlib = _belt_m_zlib()
";

/// A sorted list is a heap.
pub(super) const HEAPQ: &str = "\
class _belt_m_heapq:
    def heapify(self, heap):
        heap.sort()
    def heappush(self, heap, item):
        heap.append(item)
        heap.sort()
    def heappop(self, heap):
        return heap.pop(0)
    def heappushpop(self, heap, item):
        self.heappush(heap, item)
        return heap.pop(0)
    def heapreplace(self, heap, item):
        first = heap.pop(0)
        self.heappush(heap, item)
        return first
    def nsmallest(self, n, items, key=None):
        return sorted(items, key=key)[:n]
    def nlargest(self, n, items, key=None):
        return sorted(items, key=key, reverse=True)[:n]
    def merge(self, *lists):
        return sorted([item for items in lists for item in items])
_belt_m_heapq = _belt_m_heapq()
";

pub(super) const BISECT: &str = "\
class _belt_m_bisect:
    def bisect_left(self, a, x, lo=0, hi=None, key=None):
        hi = len(a) if hi is None else hi
        while lo < hi:
            mid = (lo + hi) // 2
            if (a[mid] if key is None else key(a[mid])) < x:
                lo = mid + 1
            else:
                hi = mid
        return lo
    def bisect_right(self, a, x, lo=0, hi=None, key=None):
        hi = len(a) if hi is None else hi
        while lo < hi:
            mid = (lo + hi) // 2
            if x < (a[mid] if key is None else key(a[mid])):
                hi = mid
            else:
                lo = mid + 1
        return lo
    def bisect(self, a, x, lo=0, hi=None, key=None):
        return self.bisect_right(a, x, lo, hi, key)
    def insort_left(self, a, x, lo=0, hi=None, key=None):
        a.insert(self.bisect_left(a, x if key is None else key(x), lo, hi, key), x)
    def insort_right(self, a, x, lo=0, hi=None, key=None):
        a.insert(self.bisect_right(a, x if key is None else key(x), lo, hi, key), x)
    def insort(self, a, x, lo=0, hi=None, key=None):
        self.insort_right(a, x, lo, hi, key)
_belt_m_bisect = _belt_m_bisect()
";

pub(super) const STRING: &str = "\
class _belt_template:
    def __init__(self, template):
        self.template = template
    def substitute(self, mapping=None, **named):
        return self.filled({**(mapping or {}), **named}, True)
    def safe_substitute(self, mapping=None, **named):
        return self.filled({**(mapping or {}), **named}, False)
    def filled(self, values, strict):
        first, *parts = self.template.split('$')
        out = first
        for part in parts:
            braces = part.startswith('{') and '}' in part
            if braces:
                name, rest = part[1:part.index('}')], part[part.index('}') + 1:]
            else:
                size = 0
                while size < len(part) and (part[size].isalnum() or part[size] == '_'):
                    size += 1
                name, rest = part[:size], part[size:]
            if not name:
                out += '$' + part
            elif name in values:
                out += str(values[name]) + rest
            elif strict:
                raise KeyError(name)
            else:
                out += '$' + part
        return out
class _belt_m_string:
    Template = _belt_template
    ascii_lowercase = 'abcdefghijklmnopqrstuvwxyz'
    ascii_uppercase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    ascii_letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
    digits = '0123456789'
    hexdigits = '0123456789abcdefABCDEF'
    punctuation = '!\"#$%&\\'()*+,-./:;<=>?@[\\\\]^_`{|}~'
    whitespace = ' \\t\\n\\r\\x0b\\x0c'
_belt_m_string = _belt_m_string()
";

pub(super) const ENUM: &str = "\
class _belt_m_enum:
    IntEnum = None
    StrEnum = None
    Flag = None
    IntFlag = None
    EnumMeta = None
    Enum = None
    def __init__(self):
        self.count = 0
    def auto(self):
        self.count += 1
        return self.count
    def unique(self, cls):
        return cls
_belt_m_enum = _belt_m_enum()
";

pub(super) const ABC: &str = "\
class _belt_m_abc:
    ABC = None
    ABCMeta = None
    def abstractmethod(self, function):
        return function
_belt_m_abc = _belt_m_abc()
";

pub(super) const COPY: &str = "\
class _belt_m_copy:
    def copy(self, value):
        return value.copy() if isinstance(value, (dict, list, set)) else value
    def deepcopy(self, value):
        if isinstance(value, dict):
            return {key: self.deepcopy(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.deepcopy(item) for item in value]
        if isinstance(value, tuple):
            return tuple([self.deepcopy(item) for item in value])
        return value.copy() if isinstance(value, set) else value
_belt_m_copy = _belt_m_copy()
";

/// Numbers instead of members: that is what they are compared with and sent as.
pub(super) const HTTP: &str = "\
class _belt_statuses:
    OK = 200
    CREATED = 201
    ACCEPTED = 202
    NO_CONTENT = 204
    MULTI_STATUS = 207
    MOVED_PERMANENTLY = 301
    FOUND = 302
    SEE_OTHER = 303
    NOT_MODIFIED = 304
    TEMPORARY_REDIRECT = 307
    PERMANENT_REDIRECT = 308
    BAD_REQUEST = 400
    UNAUTHORIZED = 401
    PAYMENT_REQUIRED = 402
    FORBIDDEN = 403
    NOT_FOUND = 404
    METHOD_NOT_ALLOWED = 405
    REQUEST_TIMEOUT = 408
    CONFLICT = 409
    GONE = 410
    PRECONDITION_FAILED = 412
    UNPROCESSABLE_ENTITY = 422
    UNPROCESSABLE_CONTENT = 422
    LOCKED = 423
    FAILED_DEPENDENCY = 424
    TOO_EARLY = 425
    PRECONDITION_REQUIRED = 428
    TOO_MANY_REQUESTS = 429
    INTERNAL_SERVER_ERROR = 500
    NOT_IMPLEMENTED = 501
    BAD_GATEWAY = 502
    SERVICE_UNAVAILABLE = 503
    GATEWAY_TIMEOUT = 504
    INSUFFICIENT_STORAGE = 507
class _belt_m_http:
    HTTPStatus = _belt_statuses
_belt_m_http = _belt_m_http()
";

/// Within one process a queue is a list; waiting on an empty one would never end.
pub(super) const QUEUE: &str = "\
class _belt_queue:
    def __init__(self, maxsize=0, order=0):
        self.maxsize = maxsize
        self.order = order
        self.items = []
    def qsize(self):
        return len(self.items)
    def empty(self):
        return len(self.items) == 0
    def full(self):
        return 0 < self.maxsize <= len(self.items)
    def put(self, item, block=True, timeout=None):
        if self.full():
            if not block or timeout is not None:
                raise OverflowError('Full')
            raise TypeError('this waits for ever: the queue is full, and only this process could take from it')
        self.items.append(item)
        if self.order == 1:
            self.items.sort()
    def put_nowait(self, item):
        self.put(item, False)
    def get(self, block=True, timeout=None):
        if not self.items:
            if not block or timeout is not None:
                raise LookupError('Empty')
            raise TypeError('this waits for ever: the queue is empty, and only this process could fill it')
        return self.items.pop() if self.order == 2 else self.items.pop(0)
    def get_nowait(self):
        return self.get(False)
    def task_done(self):
        return None
    def join(self):
        return None
class _belt_m_queue:
    Empty = LookupError
    Full = OverflowError
    def Queue(self, maxsize=0):
        return _belt_queue(maxsize)
    def SimpleQueue(self):
        return _belt_queue()
    def PriorityQueue(self, maxsize=0):
        return _belt_queue(maxsize, 1)
    def LifoQueue(self, maxsize=0):
        return _belt_queue(maxsize, 2)
_belt_m_queue = _belt_m_queue()
";

pub(super) const TYPES: &str = "\
class _belt_namespace:
    def __init__(self, **fields):
        for name in fields:
            setattr(self, name, fields[name])
class _belt_m_types:
    SimpleNamespace = _belt_namespace
    TracebackType = None
    FunctionType = None
    def MappingProxyType(self, mapping):
        return mapping
_belt_m_types = _belt_m_types()
";

pub(super) const TEXTWRAP: &str = "\
class _belt_m_textwrap:
    def dedent(self, text):
        lines = text.split('\\n')
        depths = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
        depth = min(depths) if depths else 0
        return '\\n'.join([line[depth:] if line.strip() else '' for line in lines])
    def shorten(self, text, width, placeholder='...'):
        return text if len(text) <= width else text[:width - len(placeholder)] + placeholder
_belt_m_textwrap = _belt_m_textwrap()
";
