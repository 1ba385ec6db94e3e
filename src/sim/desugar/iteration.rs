//! Going through values one by one, where they may be objects that are asked for the next one: the interpreter's own loops
//! cannot leave such an object for a call of the world. Code without generators and the like is left alone.

use ruff_python_ast::{Expr, ExprCall, Stmt, StmtFor};
use ruff_text_size::Ranged;

use super::{Pass, last_name, library, name, span};

/// Built-in functions that ask for one value after another.
const LAZY: [(&str, &str); 8] = [
    ("all", "_belt_every"),
    ("any", "_belt_any"),
    ("enumerate", "_belt_enumerate"),
    ("filter", "_belt_filter"),
    ("iter", "_belt_iter"),
    ("map", "_belt_map"),
    ("next", "_belt_next"),
    ("zip", "_belt_zip"),
];
/// Functions that take all values at once.
pub const DRAINING: [&str; 14] = [
    "list",
    "tuple",
    "set",
    "frozenset",
    "dict",
    "sorted",
    "sum",
    "min",
    "max",
    "reversed",
    "bytes",
    "Counter",
    "deque",
    "OrderedDict",
];
pub const DRAINING_METHODS: [&str; 12] = [
    "join",
    "extend",
    "extendleft",
    "update",
    "union",
    "intersection",
    "difference",
    "difference_update",
    "intersection_update",
    "fromkeys",
    "issubset",
    "issuperset",
];
/// Functions of `itertools` that are lazy here too; others get lists.
const ITERTOOLS: [&str; 13] = [
    "accumulate",
    "batched",
    "chain",
    "compress",
    "cycle",
    "dropwhile",
    "filterfalse",
    "islice",
    "pairwise",
    "starmap",
    "takewhile",
    "tee",
    "zip_longest",
];
/// Methods whose result is no iterator.
pub const PLAIN_METHODS: [&str; 7] = ["items", "keys", "values", "split", "splitlines", "most_common", "copy"];
const PLAIN_FUNCTIONS: [&str; 9] = ["range", "sorted", "list", "tuple", "set", "frozenset", "dict", "str", "reversed"];

impl<'a> Pass<'a> {
    /// Whether a value is certainly the interpreter's own to go through.
    pub fn is_plain_source(&self, expr: &Expr) -> bool {
        match expr {
            Expr::List(_) | Expr::Tuple(_) | Expr::Set(_) | Expr::Dict(_) => true,
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) => true,
            Expr::StringLiteral(_) | Expr::FString(_) | Expr::BytesLiteral(_) => true,
            Expr::Subscript(subscript) => subscript.slice.is_slice_expr(),
            Expr::If(choice) => self.is_plain_source(&choice.body) && self.is_plain_source(&choice.orelse),
            Expr::BinOp(binary) => self.is_plain_source(&binary.left) || self.is_plain_source(&binary.right),
            Expr::Call(call) => match call.func.as_ref() {
                Expr::Name(function) => {
                    let function = function.id.as_str();
                    let known = !self.survey.functions.contains_key(function);
                    let through = matches!(function, "enumerate" | "zip");
                    known
                        && (PLAIN_FUNCTIONS.contains(&function)
                            || through && call.arguments.args.iter().all(|arg| self.is_plain_source(arg)))
                }
                Expr::Attribute(method) => {
                    let method_name = method.attr.as_str();
                    PLAIN_METHODS.contains(&method_name) && !self.survey.functions.contains_key(method_name)
                        || name(&method.value).is_some_and(|object| self.survey.objects.contains(object))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// `for x in values:` as `while`, which asks for each. The iterator, if it is to be given up with the loop.
    pub fn each(&mut self, statement: &Stmt, loops: &'a StmtFor) -> Option<String> {
        if !self.survey.lazy || self.is_plain_source(&loops.iter) {
            return None;
        }
        let indent = self.indent(statement)?;
        let colon = self.find(loops.iter.end().to_usize(), ":")?;
        let keyword = self.find(loops.target.end().to_usize(), "in")?;
        self.need(library::GENERATORS);
        self.lowered += 1;
        let (it, item) = (format!("_belt_go_{}", self.lowered), format!("_belt_got_{}", self.lowered));
        let head = statement.start().to_usize()..keyword + "in".len();
        self.edits.replace(head, format!("{it} = _belt_iter("));
        let ask = format!(")\n{indent}while ({item} := {it}._belt_pull()) is not _belt_end:");
        self.edits.replace(colon..colon + 1, ask);
        let target = self.text(loops.target.as_ref());
        self.before_first(&loops.body, &format!("{target} = {item}"));
        let own = name(&loops.iter).is_some_and(|iter| iter.starts_with(super::generators::OWN));
        (self.survey.closes && (own || loops.iter.is_call_expr())).then_some(it)
    }

    /// What leaves a loop gives up what it goes through.
    pub fn leaving(&mut self, statement: &'a Stmt) {
        let start = statement.start().to_usize();
        match statement {
            Stmt::Break(_) => {
                if let Some(Some(it)) = self.loops.last() {
                    self.edits.prefix(start, format!("{it}._belt_close(); "));
                }
            }
            Stmt::Return(returns) => {
                for it in self.loops.iter().flatten() {
                    match returns.value.as_deref() {
                        None => self.edits.prefix(start, format!("{it}._belt_close(); ")),
                        Some(value) => {
                            self.edits.prefix(value.start().to_usize(), format!("_belt_closing({it}, ("));
                            self.edits.suffix(value.end().to_usize(), "))");
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Built-in functions and methods that go through what they are given.
    pub fn lazy_call(&mut self, call: &'a ExprCall) {
        if !self.survey.lazy {
            return;
        }
        let args = &call.arguments.args;
        match call.func.as_ref() {
            Expr::Name(function) if !self.survey.functions.contains_key(function.id.as_str()) => {
                let function = function.id.as_str();
                let plain = args.iter().all(|arg| self.is_plain_source(arg));
                if let Some((_, instead)) = LAZY.iter().find(|(known, _)| *known == function) {
                    if !plain {
                        let until = function == "iter" && args.len() == 2;
                        self.need(library::GENERATORS);
                        let range = span(call.func.as_ref());
                        self.edits.replace(range, if until { "_belt_until" } else { instead });
                        if let ("any" | "all", [only]) = (function, &**args) {
                            self.edits.suffix(only.end().to_usize(), self.given_up(only));
                        }
                    }
                } else if DRAINING.contains(&function) && (args.len() == 1 || !matches!(function, "min" | "max")) {
                    self.drained(args.iter().take(1));
                } else if self.survey.imports.contains(&format!("itertools.{function}")) {
                    self.of_itertools(call, function);
                }
            }
            Expr::Attribute(method) => {
                let object = name(&method.value);
                let method_name = method.attr.as_str();
                if object == Some("itertools") {
                    self.of_itertools(call, method_name);
                } else if method_name == "from_iterable" && last_name(&method.value) == Some("chain") {
                    self.need(library::GENERATORS);
                    self.edits.replace(span(call.func.as_ref()), "_belt_chained");
                } else if DRAINING_METHODS.contains(&method_name) && !self.survey.functions.contains_key(method_name)
                    || object.is_some_and(|object| self.survey.imports.contains(object))
                {
                    self.drained(args.iter().filter(|arg| !arg.is_lambda_expr()));
                }
            }
            _ => {}
        }
    }

    fn of_itertools(&mut self, call: &'a ExprCall, function: &str) {
        if ITERTOOLS.contains(&function) {
            self.need(library::GENERATORS);
            self.edits.replace(span(call.func.as_ref()), format!("_belt_{function}"));
        } else if !matches!(function, "count" | "repeat") {
            self.drained(call.arguments.args.iter());
        }
    }

    /// Values of which all are taken at once.
    pub fn drained(&mut self, values: impl Iterator<Item = &'a Expr>) {
        for value in values.filter(|_| self.survey.lazy) {
            if value.is_generator_expr() {
                self.eager.insert(value.start().to_usize());
            } else if !self.is_plain_source(value) && !value.is_starred_expr() && !value.is_literal_expr() {
                self.need(library::GENERATORS);
                self.wrap(value, "_belt_all");
            }
        }
    }

    /// Another argument that says that nobody else has the first one, which is over when it is not asked any further.
    pub fn given_up(&self, values: &Expr) -> &'static str {
        if self.survey.closes && values.is_call_expr() { ", True" } else { "" }
    }

    /// Whether `x in values` may ask for one value after another.
    pub fn asks_for(&self, values: &Expr) -> bool {
        let operators = &self.survey.operators;
        let own = operators.contains("__iter__") || operators.contains("__next__");
        let may = match values {
            Expr::Call(_) => !self.is_plain_source(values),
            Expr::Generator(_) => true,
            Expr::Name(_) | Expr::Attribute(_) => own,
            _ => false,
        };
        self.survey.lazy && may && !operators.contains("__contains__")
    }

    /// `f(*values)`: what stands for many values and is no name is taken at once.
    pub fn taken(&mut self, value: &'a Expr) {
        if matches!(value, Expr::Call(_) | Expr::Generator(_)) {
            self.drained(std::iter::once(value));
        }
    }
}
