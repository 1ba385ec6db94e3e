//! Modules the interpreter lacks, as small classes that call the world. Each is defined only where code imports it.

/// `None` when the module is not ours to stand in for.
pub fn shim(module: &str) -> Option<&'static str> {
    Some(match module {
        "time" => TIME,
        "random" => RANDOM,
        "uuid" => UUID,
        "secrets" => SECRETS,
        "hashlib" => HASHLIB,
        "hmac" => HMAC,
        "zlib" => ZLIB,
        "logging" => LOGGING,
        "heapq" => HEAPQ,
        "bisect" => BISECT,
        "string" => STRING,
        "enum" => ENUM,
        "abc" => ABC,
        "operator" => OPERATOR,
        "statistics" => STATISTICS,
        "copy" => COPY,
        "asyncio" => ASYNCIO,
        "threading" => THREADING,
        _ => return None,
    })
}

/// Shims a shim needs before it.
pub fn needs(module: &str) -> &'static [&'static str] {
    match module {
        "hmac" => &["hashlib"],
        _ => &[],
    }
}

/// Single names of modules the interpreter has, that it lacks.
pub fn extra(module: &str, name: &str) -> Option<(&'static str, &'static str)> {
    Some(match (module, name) {
        ("collections", "OrderedDict") => ("dict", ""),
        ("functools", "lru_cache") => ("_belt_lru_cache", CACHE),
        ("functools", "cache") => ("_belt_cache", CACHE),
        ("functools", "wraps") => ("_belt_wraps", WRAPS),
        ("typing", name) if !TYPING.contains(&name) && !matches!(name, "NamedTuple" | "TypedDict") => ("None", ""),
        _ => return None,
    })
}

/// What the interpreter's `typing` has; other hints are `None`, which no annotation minds.
const TYPING: [&str; 24] = [
    "Any",
    "Optional",
    "Union",
    "List",
    "Dict",
    "Tuple",
    "Set",
    "FrozenSet",
    "Callable",
    "Type",
    "Sequence",
    "Mapping",
    "Iterable",
    "Iterator",
    "Generator",
    "ClassVar",
    "Final",
    "Literal",
    "TypeVar",
    "Generic",
    "Annotated",
    "Self",
    "TYPE_CHECKING",
    "NoReturn",
];

const TIME: &str = "\
class _belt_m_time:
    def sleep(self, seconds):
        return $clock.sleep(seconds)
    def time(self):
        return $clock.now()
    def monotonic(self):
        return $clock.now()
    def perf_counter(self):
        return $clock.now()
    def time_ns(self):
        return int($clock.now() * 1000000) * 1000
    def monotonic_ns(self):
        return int($clock.now() * 1000000) * 1000
_belt_m_time = _belt_m_time()
";

const RANDOM: &str = "\
class _belt_m_random:
    def random(self):
        return $rand.random()
    def uniform(self, a, b):
        return $rand.uniform(a, b)
    def randint(self, a, b):
        return $rand.randint(a, b)
    def randrange(self, start, stop=None, step=1):
        if stop is None:
            start, stop = 0, start
        return start + step * $rand.randint(0, (stop - start - 1) // step)
    def choice(self, items):
        return $rand.choice(items)
    def choices(self, items, k=1):
        return [$rand.choice(items) for _ in range(k)]
    def sample(self, items, k):
        rest = list(items)
        return [rest.pop($rand.randint(0, len(rest) - 1)) for _ in range(k)]
    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = $rand.randint(0, i)
            held = items[i]
            items[i] = items[j]
            items[j] = held
    def getrandbits(self, bits):
        return $rand.randint(0, 2 ** min(bits, 62) - 1)
    def seed(self, value=None):
        return None
_belt_m_random = _belt_m_random()
";

const UUID: &str = "\
class _belt_m_uuid:
    NAMESPACE_DNS = 'dns'
    NAMESPACE_URL = 'url'
    NAMESPACE_OID = 'oid'
    def uuid4(self):
        return $rand.uuid()
    def uuid1(self):
        return $rand.uuid()
    def uuid7(self):
        return $rand.uuid()
    def uuid5(self, namespace, name):
        h = sha256(str(namespace) + str(name))
        return h[:8] + '-' + h[8:12] + '-5' + h[13:16] + '-a' + h[17:20] + '-' + h[20:32]
    def UUID(self, text):
        return str(text)
_belt_m_uuid = _belt_m_uuid()
";

const SECRETS: &str = "\
class _belt_m_secrets:
    def token_hex(self, nbytes=32):
        text = ''
        while len(text) < 2 * nbytes:
            text = text + sha256($rand.token(32))
        return text[:2 * nbytes]
    def token_urlsafe(self, nbytes=32):
        length = (nbytes * 4 + 2) // 3
        text = ''
        while len(text) < length:
            text = text + $rand.token(32)
        return text[:length]
    def token_bytes(self, nbytes=32):
        return bytes.fromhex(self.token_hex(nbytes))
    def choice(self, items):
        return $rand.choice(items)
    def randbelow(self, n):
        return $rand.randint(0, n - 1)
    def compare_digest(self, a, b):
        return a == b
_belt_m_secrets = _belt_m_secrets()
";

/// Every algorithm is SHA-256 cut or stretched to the right length: designs need a hash, not that hash.
const HASHLIB: &str = "\
class _belt_hash:
    def __init__(self, data, size):
        self.data = data
        self.digest_size = size
    def update(self, data):
        self.data = self.data + data
    def hexdigest(self):
        text = sha256(self.data)
        if self.digest_size > 32:
            text = text + sha256(text)
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

const HMAC: &str = "\
class _belt_m_hmac:
    def new(self, key, msg=b'', digestmod=None):
        return _belt_hash(key + b'.' + msg, 32)
    def compare_digest(self, a, b):
        return a == b
_belt_m_hmac = _belt_m_hmac()
";

const ZLIB: &str = "\
class _belt_m_zlib:
    def crc32(self, data):
        return crc32(data)
_belt_m_zlib = _belt_m_zlib()
";

const LOGGING: &str = "\
class _belt_m_logging:
    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40
    def getLogger(self, name=None):
        return self
    def basicConfig(self, **settings):
        return None
    def setLevel(self, level):
        return None
    def debug(self, *values, **more):
        return None
    def info(self, *values, **more):
        return None
    def warning(self, *values, **more):
        return None
    def warn(self, *values, **more):
        return None
    def error(self, *values, **more):
        return None
    def exception(self, *values, **more):
        return None
    def critical(self, *values, **more):
        return None
_belt_m_logging = _belt_m_logging()
";

/// A sorted list is a heap.
const HEAPQ: &str = "\
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

const BISECT: &str = "\
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
    def insort_left(self, a, x):
        a.insert(self.bisect_left(a, x), x)
    def insort_right(self, a, x):
        a.insert(self.bisect_right(a, x), x)
    def insort(self, a, x):
        a.insert(self.bisect_right(a, x), x)
_belt_m_bisect = _belt_m_bisect()
";

const STRING: &str = "\
class _belt_m_string:
    ascii_lowercase = 'abcdefghijklmnopqrstuvwxyz'
    ascii_uppercase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    ascii_letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
    digits = '0123456789'
    hexdigits = '0123456789abcdefABCDEF'
    punctuation = '!\"#$%&\\'()*+,-./:;<=>?@[\\\\]^_`{|}~'
    whitespace = ' \\t\\n\\r\\x0b\\x0c'
_belt_m_string = _belt_m_string()
";

const ENUM: &str = "\
class _belt_m_enum:
    Enum = None
    IntEnum = None
    StrEnum = None
    Flag = None
    def __init__(self):
        self.count = 0
    def auto(self):
        self.count += 1
        return self.count
    def unique(self, cls):
        return cls
_belt_m_enum = _belt_m_enum()
";

const ABC: &str = "\
class _belt_m_abc:
    ABC = None
    ABCMeta = None
    def abstractmethod(self, function):
        return function
_belt_m_abc = _belt_m_abc()
";

const OPERATOR: &str = "\
class _belt_m_operator:
    def itemgetter(self, *keys):
        if len(keys) == 1:
            return lambda item: item[keys[0]]
        return lambda item: tuple([item[key] for key in keys])
    def attrgetter(self, name):
        return lambda item: getattr(item, name)
    def add(self, a, b):
        return a + b
    def mul(self, a, b):
        return a * b
_belt_m_operator = _belt_m_operator()
";

const STATISTICS: &str = "\
class _belt_m_statistics:
    def mean(self, values):
        values = list(values)
        return sum(values) / len(values)
    def fmean(self, values):
        return self.mean(values)
    def median(self, values):
        values = sorted(values)
        half = len(values) // 2
        return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
_belt_m_statistics = _belt_m_statistics()
";

const COPY: &str = "\
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

/// `async` and `await` are dropped from the code, so a coroutine is here already its result.
const ASYNCIO: &str = "\
class _belt_m_asyncio:
    TimeoutError = Timeout
    def sleep(self, seconds, result=None):
        $clock.sleep(seconds)
        return result
    def run(self, result):
        return result
    def gather(self, *results, return_exceptions=False):
        return list(results)
    def wait_for(self, result, timeout=None):
        return result
_belt_m_asyncio = _belt_m_asyncio()
";

const THREADING: &str = "\
class _belt_m_threading:
    def Lock(self):
        raise TypeError('a lock in memory holds back nobody: every client here is a process of its own')
    def RLock(self):
        return self.Lock()
    def Semaphore(self, value=1):
        return self.Lock()
    def Event(self):
        return self.Lock()
    def Thread(self, *args, **named):
        raise TypeError('threads cannot be started here: the simulator runs several clients itself')
    def Timer(self, *args, **named):
        return self.Thread()
_belt_m_threading = _belt_m_threading()
";

const CACHE: &str = "\
def _belt_cache(function):
    known = {}
    def cached(*args):
        if args not in known:
            known[args] = function(*args)
        return known[args]
    return cached
def _belt_lru_cache(maxsize=128, typed=False):
    return _belt_cache if maxsize is None or isinstance(maxsize, int) else _belt_cache(maxsize)
";

const WRAPS: &str = "\
def _belt_wraps(wrapped):
    return lambda function: function
";

/// `\"...\" % values`, for the conversions people use.
pub const PERCENT: &str = "\
def _belt_percent(text, values):
    named = isinstance(values, dict)
    rest = list(values) if isinstance(values, tuple) else [values]
    out = ''
    i = 0
    while i < len(text):
        c = text[i]
        i += 1
        if c != '%':
            out += c
            continue
        if text[i:i + 1] == '%':
            out += '%'
            i += 1
            continue
        value = None
        if text[i:i + 1] == '(':
            end = text.index(')', i)
            value = values[text[i + 1:end]]
            i = end + 1
        elif not rest:
            raise TypeError('not enough arguments for format string')
        else:
            value = rest.pop(0)
        spec = ''
        while text[i:i + 1] in list('0123456789.-+# '):
            spec += text[i]
            i += 1
        kind = text[i:i + 1]
        i += 1
        if kind == 's' or kind == 'r':
            value = str(value) if kind == 's' else repr(value)
            width = spec.lstrip('-').split('.')[0]
            if width:
                value = value.ljust(int(width)) if spec[0] == '-' else value.rjust(int(width))
            out += value
        elif kind in list('dif'):
            if kind != 'f':
                value = int(value)
            out += ('{:' + spec.replace('-', '<') + ('f' if kind == 'f' else 'd') + '}').format(value)
        elif kind in list('xXeEgGo'):
            out += ('{:' + spec.replace('-', '<') + kind + '}').format(value)
        else:
            raise ValueError('unsupported format character ' + repr(kind))
    if rest and not named:
        raise TypeError('not all arguments converted during string formatting')
    return out
";

/// The one text an exception holds: its message, or else all it was given.
pub const TEXT: &str = "\
def _belt_text(*values, **named):
    if values and isinstance(values[0], str):
        return values[0]
    return ', '.join([str(value) for value in values] + [str(value) for value in named.values()])
";

pub const SAME: &str = "\
def _belt_same(value):
    return value
";

pub const FLAT: &str = "\
def _belt_flat(types):
    flat = []
    for item in types:
        if isinstance(item, tuple):
            flat.extend(_belt_flat(item))
        else:
            flat.append(item)
    return tuple(flat)
";

pub const NOW: &str = "\
import datetime as _belt_datetime
def _belt_now(tz=None):
    micros = int($clock.now() * 1000000)
    return _belt_datetime.datetime(1970, 1, 1, tzinfo=tz) + _belt_datetime.timedelta(seconds=micros // 1000000, microseconds=micros % 1000000)
";

pub const BITS: &str = "\
def _belt_bit_length(number):
    return len(bin(abs(number))) - 2 if number else 0
def _belt_from_bytes(data, byteorder='big', signed=False):
    number = 0
    for byte in (data if byteorder == 'big' else data[::-1]):
        number = number * 256 + byte
    return number
";

/// The shim's text with the world's names in place.
pub fn fill(shim: &str, prelude: &str) -> String {
    let object = |method: &str, otherwise: &str| {
        let needle = format!("', '{method}', [");
        let end = prelude.find(&needle);
        let name = end.and_then(|end| prelude[..end].rsplit_once("_belt_call('")).map(|(_, name)| name);
        name.unwrap_or(otherwise).to_owned()
    };
    let (clock, rand) = (object("sleep", "_belt_no_clock"), object("token", "_belt_no_rand"));
    let mut text = String::new();
    if shim.contains("$clock") && clock == "_belt_no_clock" {
        text.push_str(NO_CLOCK);
    }
    if shim.contains("$rand") && rand == "_belt_no_rand" {
        text.push_str(NO_RAND);
    }
    text.push_str(&shim.replace("$clock", &clock).replace("$rand", &rand));
    text
}

const NO_CLOCK: &str = "\
class _belt_no_clock:
    def now(self):
        raise TypeError('there is no clock here: this code is called with all it needs')
    def sleep(self, seconds):
        return self.now()
_belt_no_clock = _belt_no_clock()
";

const NO_RAND: &str = "\
class _belt_no_rand:
    def random(self):
        raise TypeError('this exercise has no source of randomness: take what you need from the arguments, such as a key or an id')
    def uniform(self, a, b):
        return self.random()
    def randint(self, a, b):
        return self.random()
    def choice(self, items):
        return self.random()
    def token(self, length=22):
        return self.random()
    def uuid(self):
        return self.random()
_belt_no_rand = _belt_no_rand()
";
