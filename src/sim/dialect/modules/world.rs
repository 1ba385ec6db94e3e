//! Modules that ask for the time or for randomness: they call the world's clock and its source, wherever these are bound.

pub(super) const TIME: &str = "\
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

pub(super) const RANDOM: &str = "\
class _belt_seeded:
    def __init__(self, seed=0):
        self.state = int(_belt_sha256(str(seed))[:15], 16)
    def getrandbits(self, bits):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        return self.state >> (64 - bits) if bits <= 64 else int(_belt_sha256(str(self.state)), 16) % 2 ** bits
    def random(self):
        return self.getrandbits(53) / 2 ** 53
    def uniform(self, a, b):
        return a + (b - a) * self.random()
    def randrange(self, start, stop=None, step=1):
        if stop is None:
            start, stop = 0, start
        return start + step * int(self.random() * ((stop - start + step - 1) // step))
    def randint(self, a, b):
        return self.randrange(a, b + 1)
    def choice(self, items):
        return items[self.randrange(len(items))]
    def choices(self, items, weights=None, cum_weights=None, k=1):
        return [_belt_weighted(items, weights, cum_weights, self) for i in range(k)]
    def getstate(self):
        return self.state
    def expovariate(self, lambd=1.0):
        return -math.log(1.0 - self.random()) / lambd
    def gauss(self, mu=0.0, sigma=1.0):
        return mu + sigma * (sum([self.random() for i in range(12)]) - 6.0)
    def normalvariate(self, mu=0.0, sigma=1.0):
        return self.gauss(mu, sigma)
    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.randrange(i + 1)
            held = items[i]
            items[i] = items[j]
            items[j] = held
    def sample(self, items, k):
        items = list(items)
        self.shuffle(items)
        return items[:k]
def _belt_weighted(items, weights, sums, source):
    items = list(items)
    if weights is None and sums is None:
        return source.choice(items)
    sums = list(sums) if weights is None else [sum(weights[:at + 1]) for at in range(len(weights))]
    point = source.random() * sums[-1]
    for at in range(len(items)):
        if point < sums[at]:
            return items[at]
    return items[-1]
class _belt_m_random:
    Random = _belt_seeded
    SystemRandom = _belt_seeded
    def __init__(self):
        self.own = None
    def random(self):
        return self._rand().random()
    def uniform(self, a, b):
        return self._rand().uniform(a, b)
    def randint(self, a, b):
        return self._rand().randint(a, b)
    def randrange(self, start, stop=None, step=1):
        if stop is None:
            start, stop = 0, start
        return start + step * self._rand().randint(0, (stop - start - 1) // step)
    def choice(self, items):
        return self._rand().choice(items)
    def choices(self, items, weights=None, cum_weights=None, k=1):
        return [_belt_weighted(items, weights, cum_weights, self._rand()) for _ in range(k)]
    def expovariate(self, lambd=1.0):
        return -math.log(1.0 - self._rand().random()) / lambd
    def gauss(self, mu=0.0, sigma=1.0):
        return mu + sigma * (2.0 * self._rand().random() - 1.0)
    def normalvariate(self, mu=0.0, sigma=1.0):
        return self.gauss(mu, sigma)
    def triangular(self, low=0.0, high=1.0, mode=None):
        return self._rand().uniform(low, high)
    def sample(self, items, k):
        rest = list(items)
        return [rest.pop(self._rand().randint(0, len(rest) - 1)) for _ in range(k)]
    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self._rand().randint(0, i)
            held = items[i]
            items[i] = items[j]
            items[j] = held
    def getrandbits(self, bits):
        return self._rand().randint(0, 2 ** bits - 1)
    def seed(self, value=None):
        self.own = None if value is None else _belt_seeded(value)
    def _rand(self):
        return $rand if self.own is None else self.own
_belt_m_random = _belt_m_random()
";

pub(super) const UUID: &str = "\
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
        h = _belt_sha256(str(namespace) + str(name))
        return h[:8] + '-' + h[8:12] + '-5' + h[13:16] + '-a' + h[17:20] + '-' + h[20:32]
    def UUID(self, text):
        return str(text)
_belt_m_uuid = _belt_m_uuid()
";

pub(super) const SECRETS: &str = "\
class _belt_m_secrets:
    def token_hex(self, nbytes=32):
        text = ''
        while len(text) < 2 * nbytes:
            text = text + _belt_sha256($rand.token(32))
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
