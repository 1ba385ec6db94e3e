//! Programs as people write them, and what CPython makes of them.

use crate::sim::python::run_pure;

const PROGRAMS: &str = include_str!("programs.txt");

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
        ("def g(x):\n    match x:\n        case [a, b]:\n            return a / b\ng([1, 0])", "return a / b"),
        ("class E(Exception):\n    code = 1\n\n\ndef f():\n    raise E('x')\nf()", "raise E('x')"),
        (
            "from dataclasses import dataclass, field\n@dataclass\nclass P:\n    xs: list = field(default_factory=list)\n\nP().xs[0]",
            "P().xs[0]",
        ),
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
fn code_that_uses_none_of_it_comes_back_unchanged() {
    for code in [
        "def f(a, b):\n    return a + b if a < b else a[b]\n",
        "class A:\n    def __init__(self):\n        self.value = 1\nx = A().value\n",
        "try:\n    pass\nexcept ValueError as e:\n    raise\n",
        "match x:\n    case 1 | 2:\n        pass\n    case _:\n        pass\n",
        "this does not parse",
    ] {
        assert!(super::desugar(code, "").is_none(), "{code}");
    }
}
