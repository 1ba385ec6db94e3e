//! Programs as people write them, and what CPython makes of them.

use std::time::Duration;

use crate::sim::errors::Fault;
use crate::sim::python::{Program, Reply, Turn, run_pure};
use crate::sim::value::Value;

const PROGRAMS: &str = include_str!("programs.txt");
const WORLDLY: &str = include_str!("worldly.txt");
const DB: &str = "\
class _belt_db:
    def get(self, n):
        return _belt_call('db', 'get', [n])
    def put(self, x):
        return _belt_call('db', 'put', [x])
    def seen(self):
        return _belt_call('db', 'seen', [])
    def fail(self, kind, message='m'):
        return _belt_call('db', 'fail', [kind, message])
db = _belt_db()
";

/// What `out` is in the end, and the calls of `db` on the way.
fn run_worldly(code: &str) -> (String, String) {
    let mut calls = Vec::new();
    let prelude = format!("{}{DB}", crate::sim::errors::PRELUDE);
    let program = match Program::compile(&prelude, code, "out\n", &[]) {
        Ok(program) => program,
        Err(error) => return (error.to_string(), String::new()),
    };
    let mut turn = program.start::<Value>(&[], Duration::from_secs(60));
    loop {
        turn = match turn {
            Turn::Done(value) => return (value.to_string(), calls.join(", ")),
            Turn::Raised(error) => return (format!("{error} (help: {:?})", error.help), calls.join(", ")),
            Turn::Call(call) => {
                if let ("fail", [Value::Str(kind), Value::Str(message)]) = (call.method.as_str(), call.args.as_slice())
                {
                    calls.push(format!("fail {kind}"));
                    let reply =
                        Reply::Raise(Fault::from_name(kind).expect("the world has this error"), message.clone());
                    turn = call.resume(&reply);
                    continue;
                }
                let answer = match (call.method.as_str(), call.args.first()) {
                    ("get", Some(Value::Int(n))) if *n < 5 => Value::Int(n * 10),
                    ("seen", _) => Value::List(
                        calls.iter().filter(|call: &&String| call.starts_with("get")).map(|_| Value::None).collect(),
                    ),
                    _ => Value::None,
                };
                if let Some(arg) = call.args.first() {
                    calls.push(format!("{} {}", call.method, arg.to_string().trim_matches('\'')));
                }
                call.resume(&Reply::Return(answer))
            }
        };
    }
}

#[test]
fn the_world_is_called_when_cpython_calls_it() {
    let mut wrong = Vec::new();
    for program in WORLDLY.split("=====\n").skip(1) {
        let (rest, calls) = program.trim_end().rsplit_once("\n# calls: ").expect("each says what it calls");
        let (code, out) = rest.rsplit_once("\n# out: ").expect("each says what it gives");
        let got = run_worldly(code);
        if (got.0.as_str(), got.1.as_str()) != (out, calls) {
            let runs = super::desugar(code, DB).map_or_else(String::new, |desugared| desugared.code);
            wrong.push(format!("{code}\n  gives {got:#?}\n  not   {:#?}\n  as\n{runs}", (out, calls)));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn programs_give_what_cpython_gives() {
    let mut wrong = Vec::new();
    for program in PROGRAMS.split("=====\n").skip(1) {
        let (code, expected) = program.trim_end().rsplit_once("\n# out: ").expect("each says what it gives");
        let got = match run_pure(code, "out\n", &[]) {
            Ok(value) => value.to_string(),
            Err(error) => format!("{error} (help: {:?})", error.help),
        };
        if got != expected {
            let runs = super::desugar(code, "").map_or_else(String::new, |desugared| desugared.code);
            wrong.push(format!("{code}\n  gives {got}\n  not   {expected}\n  as\n{runs}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn mistakes_are_shown_at_the_line_that_was_written() {
    for (code, line) in [
        ("class A:\n    def f(self):\n        return 1 / 0\nclass B(A):\n    pass\nB().f()", "return 1 / 0"),
        ("class A:\n    pass\nclass B(A):\n    def f(self):\n        return gone\nB().f()", "return gone"),
        ("def g():\n    for i in range(3):\n        yield i\n        yield 1 / 0\nlist(g())", "yield 1 / 0"),
        (
            "def g():\n    while True:\n        try:\n            yield 1\n        finally:\n            gone\nx = g()\nnext(x)\nnext(x)",
            "gone",
        ),
        (
            "def g():\n    with M() as f:\n        for x in f:\n            y = x\n            yield (\n                y /\n                0)\nclass M:\n    def __enter__(self):\n        return [1]\n    def __exit__(self, *a):\n        pass\nnext(g())",
            "y /",
        ),
        (
            "def g():\n    yield 1\nxs = [\n  1,\n  *g(),\n]\nfor x in g():\n    for y in g():\n        x.gone()",
            "x.gone()",
        ),
        ("def g(xs):\n    yield from (x / 0 for x in xs)\nlist(g([1]))", "yield from (x / 0 for x in xs)"),
        (
            "def g(xs):\n    \'\'\'doc\n    doc\'\'\'\n    yield 1\n    for x in xs: yield x.a\nlist(g([1]))",
            "for x in xs: yield x.a",
        ),
        ("def g(x):\n    match x:\n        case [a, b]:\n            return a / b\ng([1, 0])", "return a / b"),
        ("class E(Exception):\n    code = 1\n\n\ndef f():\n    raise E('x')\nf()", "raise E('x')"),
        (
            "from dataclasses import dataclass, field\n@dataclass\nclass P:\n    xs: list = field(default_factory=list)\n\nP().xs[0]",
            "P().xs[0]",
        ),
        (
            "def g():\n    try:\n        yield 1\n    finally:\n        pass\nfor i in g():\n    for j in g():\n        x = j / 0",
            "x = j / 0",
        ),
        (
            "class A:\n    class B(Exception):\n        code = 4\n    def f(self):\n        raise self.B(\n            'x')\nA().f()",
            "raise self.B(",
        ),
        (
            "from collections import OrderedDict\nclass L(OrderedDict):\n    def f(self):\n        return self['gone']\nL().f()",
            "return self['gone']",
        ),
        (
            "import itertools as it\nxs = list(it.chain(\n    [1]))\nfor x in it.groupby(xs): x / 0",
            "for x in it.groupby(xs): x / 0",
        ),
        ("def g():\n    x = [(yield 1), (yield 2)]\n    x / 0\nlist(g())", "x / 0"),
        ("class P:\n    def __getattr__(self, n):\n        raise AttributeError(n)\nP().x", "raise AttributeError(n)"),
        (
            "from contextlib import contextmanager\n@contextmanager\ndef c():\n    x = 1\n    try:\n        yield x\n    finally:\n        x / 0\nwith c():\n    pass",
            "x / 0",
        ),
    ] {
        let error = run_pure(code, "1\n", &[]).expect_err("each fails");
        let frame = error.place().unwrap_or_else(|| panic!("{error} has a place"));
        let from = code[..frame.range.start].rfind('\n').map_or(0, |newline| newline + 1);
        assert_eq!(code[from..].lines().next().map(str::trim), Some(line), "{error}");
        assert!(!error.to_string().contains("_belt"), "{error}");
    }
}

#[test]
fn what_authors_run_beside_the_code_knows_errors_by_their_names() {
    let epilogue =
        "try:\n    f()\nexcept Exception as error:\n    out = type(error).__name__ + ': ' + str(error)\nout\n";
    for (code, told) in [
        ("def f():\n    raise CheckViolation('row')", "CheckViolation: row"),
        ("def f():\n    raise ServiceUnavailable('down')", "ServiceUnavailable: down"),
        ("def f():\n    {}['k']", "KeyError: 'k'"),
        ("class Gone(Exception):\n    code = 1\ndef f():\n    raise Gone('no')", "Gone: no"),
    ] {
        let value = run_pure(code, epilogue, &[]).expect("what is raised is caught");
        assert_eq!(value.as_str(), Some(told), "{code}");
    }
}

#[test]
fn what_authors_run_beside_the_code_compares_sets() {
    for (code, epilogue, told) in [
        ("seen = ['a', 'b']", "out = set(['a']) <= set(seen)\nout\n", true),
        ("seen = {'a', 'b'}\nknown = {'a'} < seen", "out = known and set(seen) < {'a', 'b'}\nout\n", false),
        ("d = {'a': 1}", "d.keys() >= {'a'}\n", true),
    ] {
        assert_eq!(
            run_pure(code, epilogue, &[]).map_err(|error| error.to_string()),
            Ok(Value::Bool(told)),
            "{epilogue}"
        );
    }
}

#[test]
fn code_that_uses_none_of_it_comes_back_unchanged() {
    for code in [
        "def f(a, b):\n    return a + b if a < b else a[b]\n",
        "class A:\n    def __init__(self):\n        self.value = 1\nx = A().value\n",
        "try:\n    pass\nexcept ValueError as e:\n    raise\n",
        "match x:\n    case 1 | 2:\n        pass\n    case _:\n        pass\n",
        "this does not parse",
        "for x in f():\n    for y in x:\n        if y in x: break\na, b = f()\nprint(*f())\n",
        "x = any(y > 1 for y in ys), list(map(str, ys)), next(iter(ys)), {k: v for k, v in zip(ys, ys)}\n",
        "x = [db.get(n) for n in ns], sum(db.get(n) for n in ns), list(map(db.get, ns)), f(n + 1 for n in ns)\n",
        "def f():\n    return 1\nclass A:\n    def __exit__(self, *a):\n        pass\nx = sorted(f().g, key=f)\n",
    ] {
        assert!(super::desugar(code, DB).is_none(), "{code}");
    }
}
