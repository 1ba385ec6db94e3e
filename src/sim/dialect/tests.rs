//! The notation people bring along, and what comes of it.

use proptest::prelude::*;

use super::lexer::lex;
use super::{adapt, too_much};
use crate::sim::python::{ErrorKind, Program, Turn, run_pure};

const CLOCK: &str = "\
class _belt_clock:
    def now(self):
        return _belt_call('clock', 'now', [])
    def sleep(self, seconds):
        return _belt_call('clock', 'sleep', [seconds])
clock = _belt_clock()
class _belt_dice:
    def token(self, length=22):
        return _belt_call('dice', 'token', [length])
    def uuid(self):
        return _belt_call('dice', 'uuid', [])
    def choice(self, items):
        return _belt_call('dice', 'choice', [items])
    def randint(self, a, b):
        return _belt_call('dice', 'randint', [a, b])
dice = _belt_dice()
class _belt_db:
    def execute(self, sql, params=None):
        return _belt_call('db', 'execute', [sql, params])
    def one(self, sql, params=None):
        return _belt_call('db', 'one', [sql, params])
    def all(self, sql, params=None):
        return _belt_call('db', 'all', [sql, params])
db = _belt_db()
";

/// Snippets that set `out`, and its value.
const RUNS: &[(&str, &str)] = &[
    ("class Gone(Exception):\n    pass\ntry:\n    raise Gone('x')\nexcept Gone as e:\n    out = str(e)", "'x'"),
    ("class Gone(Exception): pass\ntry:\n    raise Gone\nexcept Exception:\n    out = 1", "1"),
    (
        "class Gone(Exception):\n    \"\"\"No more.\"\"\"\ntry:\n    raise Gone()\nexcept (Gone, Timeout):\n    out = 1",
        "1",
    ),
    (
        "class Gone(Exception):\n    ...\nclass Other(Exception):\n    ...\ntry:\n    raise Gone('a')\nexcept Other:\n    out = 1\nexcept Gone:\n    out = 2",
        "2",
    ),
    (
        "class Base(Exception):\n    pass\nclass Sub(Base):\n    pass\ntry:\n    raise Sub('a')\nexcept Base as e:\n    out = str(e)",
        "'a'",
    ),
    (
        "class Base(Exception):\n    pass\nclass Sub(Base):\n    pass\nclass Leaf(Sub):\n    pass\ntry:\n    raise Leaf('a')\nexcept (Timeout, Base) as e:\n    out = str(e)",
        "'a'",
    ),
    (
        "class Base(Exception):\n    pass\nclass Sub(Base):\n    pass\ntry:\n    raise Base('a')\nexcept Sub:\n    out = 1\nexcept Base:\n    out = 2",
        "2",
    ),
    (
        "class Short(Exception):\n    def __init__(self, have, need):\n        super().__init__(f'{have} of {need}')\n        self.have = have\ntry:\n    raise Short(1, need=2)\nexcept Short as e:\n    out = str(e)",
        "'1 of 2'",
    ),
    ("class Bad(ValueError):\n    pass\ntry:\n    raise Bad('x')\nexcept ValueError:\n    out = 1", "1"),
    ("class Declined(Rejected):\n    pass\ntry:\n    raise Declined('x')\nexcept Rejected:\n    out = 1", "1"),
    (
        "class Base(Exception):\n    pass\nclass Sub(Base):\n    pass\ntry:\n    raise Sub()\nexcept Exception as e:\n    out = isinstance(e, Base)",
        "True",
    ),
    ("try:\n    raise ValueError(404)\nexcept ValueError as e:\n    out = str(e)", "'404'"),
    ("try:\n    raise ValueError('a', {'b': 1})\nexcept ValueError as e:\n    out = str(e)", "'a'"),
    ("try:\n    raise Timeout('x') from None\nexcept (IntegrityError, Timeout):\n    out = 1", "1"),
    ("try:\n    raise KeyError('x')\nexcept (ValueError, (KeyError, TypeError)):\n    out = 1", "1"),
    (
        "RETRY = (Timeout, Deadlock)\ntry:\n    raise Timeout('x')\nexcept (RETRY, ServiceUnavailable):\n    out = 1",
        "1",
    ),
    (
        "try:\n    int('x')\nexcept ValueError as e:\n    try:\n        raise Rejected('no') from e\n    except Rejected as r:\n        out = str(r)",
        "'no'",
    ),
    ("d = {'a': 1, 'b': 2}\ndel d['a']\nout = d", "{'b': 2}"),
    ("d = {'a': [1, 2]}\ndel d['a'][0], d['a'][0]\nout = d", "{'a': []}"),
    ("d = {(1, 2): 3}\ndel d[1, 2]\nout = d", "{}"),
    ("x = 1\ndel x\nout = x", "None"),
    ("d = {1: 2}\nif d: del d[1]\nout = d", "{}"),
    ("from time import monotonic as now\nout = 1", "1"),
    ("import time, json\nout = json.dumps([1])", "'[1]'"),
    ("import logging\nlogger = logging.getLogger(__name__)\nlogger.info('x %s', 3)\nout = 1", "1"),
    (
        "import heapq\nh = []\nheapq.heappush(h, (2, 'b'))\nheapq.heappush(h, (1, 'a'))\nout = heapq.heappop(h)",
        "(1, 'a')",
    ),
    ("from heapq import heappush, heappop\nh = [3, 4]\nheappush(h, 1)\nout = heappop(h)", "1"),
    ("import bisect\nout = bisect.bisect_left([1, 2, 2, 3], 2), bisect.bisect([1, 2, 2, 3], 2)", "(1, 3)"),
    ("from bisect import insort\na = [1, 3]\ninsort(a, 2)\nout = a", "[1, 2, 3]"),
    ("import string\nout = string.digits + string.ascii_letters[:2]", "'0123456789ab'"),
    ("import hashlib\nout = hashlib.sha256('abc'.encode()).hexdigest()[:8]", "'ba7816bf'"),
    ("import hashlib\nout = len(hashlib.md5(b'abc').hexdigest()), len(hashlib.sha1(b'a').digest())", "(32, 20)"),
    ("import hashlib\nh = hashlib.sha256()\nh.update(b'abc')\nout = h.hexdigest()[:8]", "'ba7816bf'"),
    ("from hashlib import sha256\nout = sha256('abc'.encode()).hexdigest()[:8]", "'ba7816bf'"),
    ("import hashlib as h\nout = h.sha256(b'abc').digest()[:2].hex()", "'ba78'"),
    (
        "from hashlib import sha256 as sha512, md5\nout = sha512(b'abc').hexdigest()[:4], len(md5(b'a').hexdigest())",
        "('ba78', 32)",
    ),
    (
        "import hashlib\ndef sha256(x):\n    return hashlib.sha256(x.encode()).hexdigest()\nout = sha256('abc')[:8]",
        "'ba7816bf'",
    ),
    ("from zlib import crc32\nout = crc32(b'123456789')", "3421780262"),
    ("out = sha256('abc')[:8], crc32('123456789')", "('ba7816bf', 3421780262)"),
    ("import zlib\nout = zlib.crc32(b'123456789')", "3421780262"),
    (
        "from enum import Enum\nclass State(Enum):\n    NEW = 'new'\n    PAID = 'paid'\nout = State.NEW == State.NEW, State.NEW == State.PAID, State.PAID.value, State.NEW.name",
        "(True, False, 'paid', 'NEW')",
    ),
    (
        "from enum import Enum\nclass S(Enum):\n    A = 'a'\nout = list(S), [s for s in S], S.A in S",
        "(['a'], ['a'], True)",
    ),
    ("import enum\nclass State(str, enum.Enum):\n    NEW = 'new'\nout = State('new') == State.NEW", "True"),
    (
        "from enum import Enum, auto\nclass State(Enum):\n    A = auto()\n    B = auto()\nout = State.A, State.B",
        "(1, 2)",
    ),
    (
        "from typing import Optional, NoSuch, Dict\ndef f(x: Optional[int], y: dict[str, int] | None = None) -> Dict[str, int]:\n    z: list[int] = []\n    return z\nout = f(1)",
        "[]",
    ),
    (
        "from abc import ABC, abstractmethod\nclass Store(ABC):\n    @abstractmethod\n    def get(self):\n        pass\nout = Store().get()",
        "None",
    ),
    ("from collections import OrderedDict, deque\nout = OrderedDict(), len(deque([1]))", "({}, 1)"),
    ("import collections\nout = collections.OrderedDict()", "{}"),
    (
        "from functools import lru_cache\n@lru_cache(maxsize=None)\ndef f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nout = f(30)",
        "832040",
    ),
    ("import functools\n@functools.lru_cache\ndef f(n):\n    return n + 1\nout = f(1)", "2"),
    (
        "from operator import itemgetter\nout = sorted([{'a': 2}, {'a': 1}], key=itemgetter('a'))",
        "[{'a': 1}, {'a': 2}]",
    ),
    ("import copy\na = {'x': [1]}\nb = copy.deepcopy(a)\nb['x'].append(2)\nout = a", "{'x': [1]}"),
    ("import statistics\nout = statistics.median([3, 1, 2])", "2"),
    ("async def f(x):\n    return x\nasync def g():\n    return await f(3) + (await f(4))\nout = g()", "7"),
    (
        "import asyncio\nasync def f(x):\n    return x\nasync def g():\n    return await asyncio.gather(f(1), f(2))\nout = asyncio.run(g())",
        "[1, 2]",
    ),
    ("class A(object):\n    def f(self):\n        return 1\nclass B():\n    pass\nout = A().f()", "1"),
    (
        "class A:\n    @staticmethod\n    def f(a):\n        return a\n    def g(self):\n        return self.f(2)\nout = A.f(1), A().g()",
        "(1, 2)",
    ),
    (
        "class A:\n    @classmethod\n    def make(cls, a):\n        x = cls()\n        x.a = a\n        return x\nout = A.make(3).a",
        "3",
    ),
    (
        "class A:\n    def __init__(self):\n        self.n = 2\n    @property\n    def twice(self):\n        return self.n * 2\nout = A().twice + 1",
        "5",
    ),
    (
        "def f(s):\n    match s:\n        case 'a' | 'b':\n            return 1\n        case 3 if s > 2:\n            return 2\n        case None:\n            return 3\n        case _:\n            return 4\nout = [f('b'), f(3), f(None), f('z')]",
        "[1, 2, 3, 4]",
    ),
    ("match 5:\n    # first\n    case 1: out = 'one'\n    case n:\n        out = n", "5"),
    ("match = 3\nout = match", "3"),
    ("out = '%s-%d %5.2f%%' % ('a', 3, 2.5)", "'a-3  2.50%'"),
    ("out = 'user:%s' % 7", "'user:7'"),
    ("out = '%(a)s:%(b)03d' % {'a': 1, 'b': 2}", "'1:002'"),
    ("\"\"\"Doc.\"\"\"\nout = len('x%s' % 'ab'.upper())", "3"),
    ("out = 7 % 3", "1"),
    ("a = [1, 2]\na[0], a[1] = a[1], a[0]\nout = a", "[2, 1]"),
    ("class P:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\nout = P(1, 2).y", "2"),
    ("def f(a):\n    (x, a['k']) = 1, 2\n    return a\nout = f({})", "{'k': 2}"),
    ("out = (37).bit_length(), [8][0].bit_length()", "(6, 4)"),
    ("out = int.from_bytes(b'\\x01\\x00', 'big')", "256"),
    ("```python\nout = 1\n```", "1"),
    ("# del d[k], import time\nout = 'del d[k]; await x % y'", "'del d[k]; await x % y'"),
    ("out = f\"{'await' + f'{1}'} del\"", "'await1 del'"),
    ("x = '''\nimport time\ndel x\n'''\nout = len(x)", "19"),
    ("async def f():\n\treturn 1\nout = await f()", "1"),
    ("import traceback_ as t\nout = 1", "ModuleNotFoundError"),
];

/// Snippets that fail: part of the line blamed, of the message, and of the advice.
const FAILS: &[(&str, &str, &str, &str)] = &[
    ("class Gone(Exception):\n    pass\ndef f():\n    raise Gone('no')\nf()", "raise Gone('no')", "Gone: no", ""),
    (
        "class B(int):\n    def __str__(self):\n        return 'b'",
        "class B",
        "class inheritance",
        "a field that holds it",
    ),
    ("class B(type):\n    pass", "class B", "class inheritance", "__init_subclass__"),
    ("class B(tuple):\n    pass", "class B", "class inheritance", "NamedTuple"),
    ("class B(Thread):\n    pass", "class B", "class inheritance", "classes of this code"),
    ("def f():\n    x = g() or (yield 1)", "yield 1", "yield", "on a line of its own"),
    ("def f():\n    try:\n        g()\n    finally:\n        yield 1", "yield 1", "yield", "outside finally"),
    (
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
        "lock.acquire()",
        "waits for ever",
        "",
    ),
    ("from threading import Thread\nThread(target=print)", "Thread(target", "threads cannot be started", ""),
    ("import multiprocessing", "import multiprocessing", "No module named", "several clients itself"),
    ("from fractions import Fraction", "from fractions", "No module named", "whole cents"),
    ("import psycopg2", "import psycopg2", "No module named", "db"),
    ("import time\ntime.slep(1)", "time.slep(1)", "no attribute 'slep'", "did you mean sleep"),
    ("rows = db.query('select 1')", "db.query", "no attribute 'query'", "did you mean all"),
    ("rows = db.excute('select 1')", "db.excute", "no attribute 'excute'", "db.execute(sql, params=None)"),
    ("db.one()", "db.one()", "missing 1 required positional argument", "db.one(sql, params=None)"),
    ("def pay(key, amount):\n    return key\npay(1)", "def pay(key", "missing", "pay(key, amount)"),
    ("amount = 1\nx = amuont + 1", "x = amuont + 1", "amuont", "did you mean amount?"),
    ("@dataclass\nclass A:\n    x: int", "@dataclass", "dataclass", "from dataclasses import dataclass"),
    ("x = null", "x = null", "null", "None"),
    ("x = time.time()", "x = time.time()", "time", "import time"),
    ("row = None\nx = row['a']", "x = row['a']", "not subscriptable", "this is None"),
    ("row = {'a': 1}\nx = row.amount", "x = row.amount", "no attribute 'amount'", "[\"amount\"]"),
    ("def f(x)\n    return x", "def f(x)", "", "colon"),
    ("function f(x) {\n}", "function f(x) {", "", "def name(parameters):"),
    ("x = 1\nif x == 1 && x:\n    pass", "if x == 1 && x:", "", "and, or, not"),
    ("def f():\n\tx = 1\n        y = 2", "        y = 2", "", "four spaces"),
    ("from os import *\n", "from os", "", "import the names"),
    (
        "class Odd(Exception):\n    pass\ntry:\n    raise Odd('x')\nexcept Odd as e:\n    x = e.code",
        "x = e.code",
        "'Odd' object has no attribute",
        "str(e)",
    ),
    ("import time\n\n\nx = 1 / 0", "x = 1 / 0", "ZeroDivisionError", ""),
];

fn run(code: &str) -> Turn {
    let prelude = format!("{}{}{CLOCK}", crate::sim::errors::PRELUDE, crate::sim::pure::PRELUDE);
    match Program::compile(&prelude, code, "None\n", &[]) {
        Ok(program) => program.start::<crate::sim::value::Value>(&[], std::time::Duration::from_secs(2)),
        Err(error) => Turn::Raised(error),
    }
}

#[test]
fn what_people_write_runs() {
    let mut wrong = Vec::new();
    for (code, expected) in RUNS {
        let got = match run_pure(code, "out\n", &[]) {
            Ok(value) => value.to_string(),
            Err(error) if error.name == *expected => continue,
            Err(error) => format!("{error} (help: {:?})", error.help),
        };
        if got != *expected {
            wrong.push(format!("{code}\n  gives {got}, not {expected}\n  as {}", adapt(code, "").code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_cannot_run_is_told_with_its_line_and_a_way_out() {
    let mut wrong = Vec::new();
    for (code, line, message, advice) in FAILS {
        let Turn::Raised(error) = run(code) else {
            wrong.push(format!("{code}\n  runs"));
            continue;
        };
        let start = error.place().map(|frame| frame.range.start.min(code.len())).unwrap_or_default();
        let from = code[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let blamed = code[from..].lines().next().unwrap_or_default();
        let help = error.help.clone().unwrap_or_default();
        let text = error.to_string();
        let leaks = text.contains("monty") || text.contains("_belt") || help.contains("_belt");
        if leaks || !blamed.contains(line) || !text.contains(message) || !help.contains(advice) {
            wrong.push(format!("{code}\n  at {blamed:?}: {error}\n  help: {help}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn modules_call_the_world() {
    for (code, object, method) in [
        ("import time as t\nt.sleep(3)", "clock", "sleep"),
        ("from time import time\ntime()", "clock", "now"),
        ("import random\nrandom.choice([1])", "dice", "choice"),
        ("from random import randint, shuffle\nrandint(1, 2)", "dice", "randint"),
        ("import uuid\nstr(uuid.uuid4())", "dice", "uuid"),
        ("import uuid\nuuid.uuid4().hex", "dice", "uuid"),
        ("import secrets\nsecrets.token_urlsafe(16)", "dice", "token"),
        ("from datetime import datetime, timezone\ndatetime.now(timezone.utc)", "clock", "now"),
        ("import datetime\ndatetime.datetime.utcnow().isoformat()", "clock", "now"),
        ("import asyncio\nasync def f():\n    await asyncio.sleep(1)\nasyncio.run(f())", "clock", "sleep"),
        ("import db\ndb.one('x')", "db", "one"),
        ("from world import db, clock\ndb.one('x')", "db", "one"),
    ] {
        match run(code) {
            Turn::Call(call) => assert_eq!((call.object.as_str(), call.method.as_str()), (object, method), "{code}"),
            other => panic!("{code} calls nothing: {other:?}"),
        }
    }
}

#[test]
fn every_module_can_be_imported() {
    for module in [
        "time",
        "random",
        "uuid",
        "secrets",
        "hashlib",
        "hmac",
        "zlib",
        "logging",
        "heapq",
        "bisect",
        "string",
        "enum",
        "abc",
        "operator",
        "statistics",
        "copy",
        "asyncio",
        "threading",
    ] {
        let code = format!("import {module}\nout = 1");
        assert_eq!(run_pure(&code, "out\n", &[]).map(|value| value.to_string()), Ok("1".to_owned()), "{module}");
    }
    let error = run_pure("import random\nx = random.random()", "x\n", &[]).expect_err("there is no randomness");
    assert!(error.message.contains("no source of randomness"), "{error}");
}

#[test]
fn what_would_break_the_parser_is_refused_before() {
    for code in [
        "(".repeat(10_000),
        format!("x = {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("x = {}1{}", "[".repeat(300), "]".repeat(300)),
        format!("x = {}1", "-".repeat(50_000)),
        format!("x = {}1", "not ".repeat(50_000)),
        format!("x = {}1", "lambda: ".repeat(30_000)),
        format!("x = {}1", "1 if 2 else ".repeat(20_000)),
        format!("x = {}1", "1 + ".repeat(60_000)),
        format!("x = {}1", "2 ** ".repeat(50_000)),
        format!("x = a{}", ".b".repeat(100_000)),
        format!("x = f{}", "()".repeat(100_000)),
        format!("x = '{}'", "a".repeat(300_000)),
        (0..500).map(|depth| format!("{}if 1:\n", " ".repeat(depth))).collect::<String>(),
        format!("x = {}1", "f'{".repeat(10_000)),
        format!("x = [{}]", "1, ".repeat(90_000)),
        format!("x = {}1 + '", "-".repeat(50_000)),
        format!("x = {}1 + '", "not ".repeat(50_000)),
        format!("x = f'{{{}1}}'", "-".repeat(50_000)),
    ] {
        let error = Program::compile("", &code, "", &[]).expect_err("it is refused");
        assert_eq!(error.kind, ErrorKind::Syntax);
    }
    // What people write is far from the limits.
    let table = format!("x = [\n{}]\nout = len(x)", "    {'a': 1, 'b': 2},\n".repeat(300));
    assert!(too_much(&table).is_none());
    let drawing = format!("# {}\n\"\"\"\n{}\n\"\"\"\nout = 1", "-".repeat(120), "+----".repeat(40));
    assert!(too_much(&drawing).is_none());
}

/// Within one process the interpreter counts time and calls, not memory: text that doubles itself (`s = s + s`), `'a' * 10**9`
/// and `10**10**10` are for the limits of the outer process.
#[test]
fn what_does_not_end_is_stopped() {
    for code in [
        "while True: pass",
        "def f(n):\n    return f(n + 1)\nf(0)",
        "class N:\n    def __init__(self, n): self.n = n\n    def __eq__(self, o): return self.n == o.n\na = N(1)\na.n = a\nb = N(1)\nb.n = b\na == b",
        "def f(n):\n    return sorted([1, 2], key=lambda x: f(x))\nf(0)",
        "class N:\n    def __str__(self): return str(self)\nstr(N())",
        "def f(n):\n    with N() as x:\n        f(n)\nclass N:\n    def __enter__(self): return f(1)\n    def __exit__(self, a, b, c): pass\nf(0)",
        "x = [0] * 10\nfor i in x:\n    x.append(i)",
    ] {
        let Turn::Raised(error) = run(code) else { panic!("{code} ends") };
        assert_eq!(error.kind, ErrorKind::Limit, "{code}: {error}");
    }
}

/// Each line stays where it is, or says where it came from.
fn lines_are_known(code: &str) -> bool {
    let adapted = adapt(code, "");
    let count = |text: &str| text.matches('\n').count();
    if adapted.lines.is_empty() {
        return count(&adapted.code) == count(code);
    }
    let last = count(code) as u32;
    adapted.lines.len() == count(&adapted.code) + 1 && adapted.lines.is_sorted() && adapted.lines.last() == Some(&last)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_adapted_without_moving_lines(code in "(?s).{0,200}") {
        prop_assert!(lines_are_known(&code));
    }

    #[test]
    fn text_like_code_compiles_or_is_refused(
        words in proptest::collection::vec(prop_oneof![
            Just("del "), Just("d[k]"), Just("import "), Just("time"), Just("from "), Just("class "), Just("E(Exception)"),
            Just(":"), Just("\n"), Just("\n    "), Just("match "), Just("case "), Just("'a'"), Just("f'{x}'"),
            Just(" % "), Just("("), Just(")"), Just("async "), Just("await "), Just("@property"), Just("def f(self):"),
            Just("except "), Just("E"), Just(" as "), Just(", "), Just("# c\n"), Just("\"\"\""), Just(".bit_length()"),
            Just("x"), Just("raise "), Just("State(Enum)"), Just(" = "), Just("\\\n"), Just("|"), Just("é"),
            Just("datetime.now()"), Just("\t"), Just(";"), Just("```\n"), Just("class A:\n    x = 1\n"),
            Just("class B(A):\n    pass\n"), Just("def g():\n    yield 1\n"), Just("B().x"), Just("{1} < y\n"),
        ], 0..30)
    ) {
        let code: String = words.concat();
        prop_assert!(lines_are_known(&code));
        let _ = Program::compile("", &code, "", &[]);
    }

    #[test]
    fn plain_code_comes_back_as_it_was(
        lines in proptest::collection::vec(prop_oneof![
            Just("def pay(key, amount):"), Just("    row = db.one(\"select 1 % 2\", {'k': key})  # del x"),
            Just("    return f\"{row['a']}\""), Just("x = '''\ndel d[k]\n'''"), Just("if a and b: c = 1; d = 2"),
            Just("\tprint(x)"), Just(""), Just("for i in range(3):"), Just("except UniqueViolation as e:"),
            Just("    raise Rejected('no')"), Just("import json"), Just("from math import sqrt"),
        ], 0..20)
    ) {
        let code = lines.join("\n");
        prop_assert_eq!(adapt(&code, "").code, code);
    }

    #[test]
    fn the_lexer_takes_any_text(code in "[-+*/%=()\\[\\]{}'\"#\\\\\\n fFrb:a1.é]{0,80}") {
        if let Some(lexed) = lex(&code) {
            for token in &lexed.tokens {
                prop_assert!(code.get(token.range.clone()).is_some());
            }
        }
    }
}
