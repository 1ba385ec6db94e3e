//! What the code defines, found before anything is rewritten: its classes with their ancestors and attributes, and its
//! functions that call the world.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtClassDef, StmtFunctionDef};

use super::containers::{is_container, value_type};
use super::expressions::{METHODS, is_set};
use super::members::sentinel;
use super::{last_name, name};
use crate::sim::dialect;

#[derive(Debug, Default)]
pub struct Survey<'a> {
    pub classes: BTreeMap<&'a str, Class<'a>>,
    /// Names of all functions and methods, with how often each is defined.
    pub functions: BTreeMap<&'a str, usize>,
    /// Functions that call the world, themselves or through others.
    pub worldly: BTreeSet<&'a str>,
    /// Names that stand for a property in some class.
    pub properties: BTreeSet<&'a str>,
    /// Those of them that are computed once, and those that are not.
    pub cached: BTreeSet<&'a str>,
    pub uncached: BTreeSet<&'a str>,
    /// Properties that can be set, with their class.
    pub setters: BTreeSet<(&'a str, &'a str)>,
    /// Names that are class methods wherever they are defined, and static ones likewise.
    pub class_methods: BTreeSet<&'a str>,
    pub static_methods: BTreeSet<&'a str>,
    /// Special methods of the code's own classes, such as `__len__`.
    pub operators: BTreeSet<&'a str>,
    /// Functions that are whatever a decorator makes of them.
    pub decorated: BTreeSet<&'a str>,
    /// Functions that choose by the type of their first argument.
    pub choosers: BTreeSet<&'a str>,
    /// Named tuples whose methods are kept beside them.
    pub tuples: BTreeSet<&'a str>,
    /// Methods of enumerations and of named tuples, with the class.
    pub enum_methods: BTreeMap<&'a str, &'a str>,
    /// Fields that enumerations make of their members' values, with the place in the value.
    pub enum_fields: BTreeMap<&'a str, usize>,
    /// Attributes assigned through a plain name, which may be that of a function.
    pub function_attributes: BTreeSet<&'a str>,
    /// Names that hold an exception which was caught.
    pub caught: BTreeSet<&'a str>,
    /// There are more exceptions than types that could stand for them.
    pub many_exceptions: bool,
    /// Somebody asks for the exception behind another one.
    pub asks_causes: bool,
    /// Exceptions are shown as more than their text.
    pub shows_exceptions: bool,
    /// Attributes assigned or declared somewhere.
    pub attributes: BTreeSet<&'a str>,
    /// Names and attributes that are given a truth value somewhere.
    pub truths: BTreeSet<&'a str>,
    /// Those of them that objects hold for themselves.
    pub held: BTreeSet<&'a str>,
    /// Names the code imports from the standard library's modules, as `module.name` or `module`.
    pub imports: BTreeSet<String>,
    /// Data classes are written out as plain ones.
    pub lowers_dataclasses: bool,
    /// There are values that are asked for the next one, and may call the world then.
    pub lazy: bool,
    /// Some of them have something to do when they are given up.
    pub closes: bool,
    /// Names of the module that are nothing but themselves.
    pub sentinels: BTreeSet<&'a str>,
    /// Names that hold sets.
    pub sets: BTreeSet<&'a str>,
    /// Names that are called as methods.
    pub called: BTreeSet<&'a str>,
    /// Classes derive from containers.
    pub containers: bool,
    /// The world's objects.
    pub objects: BTreeSet<&'a str>,
}

#[derive(Debug)]
pub struct Class<'a> {
    pub def: &'a StmtClassDef,
    pub kind: Kind,
    /// Classes of the code it derives from directly.
    pub bases: Vec<&'a str>,
    /// Methods and class variables of its own.
    pub own: Vec<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Dataclass,
    Enum,
    NamedTuple,
    TypedDict,
    /// A text or a number under another name.
    Value,
    /// An exception; one with fields or methods of its own is rich.
    Exception {
        rich: bool,
    },
    /// It derives from something unknown.
    Strange,
}

pub const ENUMS: [&str; 5] = ["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"];
/// So many exceptions of the code's own have types of their own, whatever else the code names.
const EXCEPTIONS_APART: usize = 3;
const MAX_ANCESTORS: usize = 16;
/// What exceptions have beside their text.
const CARRIED: [&str; 4] = ["args", "__name__", "__cause__", "__context__"];
/// Bases that add nothing here.
const EMPTY: [&str; 9] =
    ["object", "ABC", "Protocol", "Generic", "Hashable", "Callable", "Iterable", "Iterator", "JSONEncoder"];

impl<'a> Survey<'a> {
    pub fn of(body: &'a [Stmt], prelude: &'a str) -> Self {
        let mut survey = Survey { objects: dialect::objects(prelude).into_iter().collect(), ..Survey::default() };
        survey.visit_body(body);
        survey.sentinels = body.iter().filter_map(sentinel).collect();
        survey.sort_classes();
        survey.sort_containers();
        survey.sort_tuples();
        survey.find_worldly(body);
        survey
    }

    /// The class and its ancestors in the order in which Python looks for a method.
    pub fn ancestry(&self, class: &'a str) -> Vec<&'a str> {
        self.linear(class, 0)
    }

    fn linear(&self, class: &'a str, depth: usize) -> Vec<&'a str> {
        let bases = self.classes.get(class).map_or(&[][..], |class| &class.bases);
        let mut found = vec![class];
        // A class cannot derive from itself, but code may say so.
        if depth > MAX_ANCESTORS || bases.contains(&class) {
            return found;
        }
        let mut rows: Vec<Vec<&str>> = bases.iter().map(|base| self.linear(base, depth + 1)).collect();
        rows.push(bases.to_vec());
        loop {
            rows.retain(|row| !row.is_empty());
            let behind = |head: &str| rows.iter().any(|row| row[1..].contains(&head));
            let Some(next) =
                rows.iter().map(|row| row[0]).find(|head| !behind(head)).or(rows.first().map(|row| row[0]))
            else {
                return found;
            };
            rows.iter_mut().for_each(|row| row.retain(|other| *other != next));
            if !found.contains(&next) {
                found.push(next);
            }
        }
    }

    /// Whether some class derives from several of the code's, so that what comes after a class is for the object to say.
    pub fn mixes(&self) -> bool {
        let own = |class: &&Class| class.bases.iter().filter(|base| self.classes.contains_key(*base)).count() > 1;
        self.classes
            .values()
            .filter(|class| matches!(class.kind, Kind::Plain | Kind::Dataclass))
            .any(|class| own(&class))
    }

    /// Classes that derive from `class`, itself not counted.
    pub fn derived(&self, class: &str) -> Vec<&'a str> {
        let all = self.classes.keys().copied();
        all.filter(|other| *other != class && self.ancestry(other).contains(&class)).collect()
    }

    pub fn kind(&self, class: &str) -> Option<Kind> {
        self.classes.get(class).map(|class| class.kind)
    }

    pub fn is_rich(&self, class: &str) -> bool {
        self.kind(class) == Some(Kind::Exception { rich: true })
    }

    pub fn has_enums(&self) -> bool {
        self.classes.values().any(|class| class.kind == Kind::Enum)
    }

    pub fn has_rich_exceptions(&self) -> bool {
        self.classes.keys().any(|class| self.is_rich(class))
    }

    /// Whether some class of the code, or money in decimals, defines one of these methods.
    pub fn overloads(&self, methods: &[&str]) -> bool {
        methods.iter().any(|method| self.operators.contains(method)) || self.imports.contains("decimal")
    }

    fn sort_classes(&mut self) {
        self.sort_kinds();
        let is_exception = |class: &&Class| matches!(class.kind, Kind::Exception { .. });
        if self.classes.values().filter(is_exception).count() > EXCEPTIONS_APART {
            (self.many_exceptions, self.shows_exceptions) = (true, true);
            self.sort_kinds();
        }
        let names: Vec<&str> = self.classes.keys().copied().collect();
        let plain = names.iter().filter(|name| matches!(self.kind(name), Some(Kind::Plain | Kind::Dataclass)));
        let derives = plain.clone().any(|name| {
            let ancestry = self.ancestry(name);
            ancestry.len() > 1 && ancestry.iter().any(|name| self.kind(name) == Some(Kind::Dataclass))
        });
        self.lowers_dataclasses |= derives;
    }

    fn sort_kinds(&mut self) {
        let names: Vec<&str> = self.classes.keys().copied().collect();
        // What a base is decides what the class is, in whichever order they stand.
        for _ in 0..names.len() {
            for name in &names {
                let kind = self.kind_of(name);
                if let Some(class) = self.classes.get_mut(name) {
                    class.kind = kind;
                }
            }
        }
    }

    fn kind_of(&self, class: &'a str) -> Kind {
        let Some(known) = self.classes.get(class) else { return Kind::Strange };
        let names: Vec<&str> = known.def.bases().iter().map(|base| last_name(base).unwrap_or_default()).collect();
        let is = |wanted: fn(Kind) -> bool| known.bases.iter().any(|base| self.kind(base).is_some_and(wanted));
        if names.iter().any(|name| ENUMS.contains(name)) {
            return Kind::Enum;
        }
        let exceptional = |name: &&str| !self.classes.contains_key(*name) && dialect::is_exception(name);
        if names.iter().any(exceptional) || is(|kind| matches!(kind, Kind::Exception { .. })) {
            let inherits = is(|kind| kind == Kind::Exception { rich: true });
            let rich = inherits || self.shows_exceptions || known.def.body.iter().any(says_something);
            return Kind::Exception { rich };
        }
        match names.as_slice() {
            ["NamedTuple"] => return Kind::NamedTuple,
            ["TypedDict"] => return Kind::TypedDict,
            _ => {}
        }
        if value_type(known.def).is_some() {
            return Kind::Value;
        }
        let known_base = |name: &&str| EMPTY.contains(name) || self.classes.contains_key(*name) || is_container(name);
        if !names.iter().all(known_base) || is(|kind| !matches!(kind, Kind::Plain | Kind::Dataclass)) {
            return Kind::Strange;
        }
        let decorators = known.def.decorator_list.iter();
        let data = decorators.filter_map(|decorator| match &decorator.expression {
            Expr::Call(call) => last_name(&call.func),
            other => last_name(other),
        });
        if data.into_iter().any(|name| name == "dataclass") { Kind::Dataclass } else { Kind::Plain }
    }

    /// Named tuples with methods stay tuples where each of their methods is known by its name.
    fn sort_tuples(&mut self) {
        for (name, class) in &self.classes {
            let methods: Vec<&StmtFunctionDef> = class.def.body.iter().filter_map(Stmt::as_function_def_stmt).collect();
            if !matches!(class.kind, Kind::NamedTuple | Kind::Value) || methods.is_empty() {
                continue;
            }
            let known = methods.iter().all(|method| {
                let name = method.name.as_str();
                let plain = decorators(method).all(|decorator| {
                    decorator == "property"
                        || class.kind == Kind::Value && matches!(decorator, "classmethod" | "staticmethod")
                });
                plain && !name.starts_with("__") && !METHODS.contains(&name) && self.functions.get(name) == Some(&1)
            });
            if known {
                self.tuples.insert(name);
                self.enum_methods.extend(methods.iter().map(|method| (method.name.as_str(), *name)));
            } else if class.kind == Kind::NamedTuple {
                self.operators.extend(["__getitem__", "__len__"]);
            }
        }
    }

    /// What holds the methods of an enumeration or named tuple.
    pub fn holder(&self, class: &str) -> String {
        if self.tuples.contains(class) { format!("_belt_of_{class}") } else { class.to_owned() }
    }
}

/// Expressions whose value is true or false by their form.
pub fn is_truth(expr: &Expr) -> bool {
    match expr {
        Expr::Compare(_) | Expr::BooleanLiteral(_) => true,
        Expr::UnaryOp(unary) => unary.op == ruff_python_ast::UnaryOp::Not,
        Expr::BoolOp(both) => both.values.iter().all(is_truth),
        Expr::Named(named) => is_truth(&named.value),
        Expr::Call(call) => matches!(
            last_name(&call.func),
            Some("any" | "all" | "isinstance" | "bool" | "startswith" | "endswith" | "isdigit" | "isalpha" | "isalnum")
        ),
        _ => false,
    }
}

fn is_set_type(annotation: &Expr) -> bool {
    matches!(last_name(annotation), Some("set" | "frozenset" | "Set" | "FrozenSet" | "AbstractSet"))
}

/// Anything but a docstring, `pass` and `...`.
fn says_something(statement: &Stmt) -> bool {
    match statement {
        Stmt::Pass(_) => false,
        Stmt::Expr(expr) => !(expr.value.is_string_literal_expr() || expr.value.is_ellipsis_literal_expr()),
        _ => true,
    }
}

pub fn decorators(function: &StmtFunctionDef) -> impl Iterator<Item = &str> {
    function.decorator_list.iter().filter_map(|decorator| last_name(&decorator.expression))
}

impl<'a> Visitor<'a> for Survey<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::ClassDef(class) => self.class(class),
            Stmt::FunctionDef(function) => {
                *self.functions.entry(function.name.as_str()).or_default() += 1;
                if matches!(function.name.as_str(), "__exit__" | "__aexit__") {
                    self.caught.extend(function.parameters.args.get(2).map(|raised| raised.parameter.name.as_str()));
                }
                let given = function.parameters.iter_non_variadic_params();
                let sets = given.filter(|given| given.parameter.annotation.as_deref().is_some_and(is_set_type));
                self.sets.extend(sets.map(|given| given.parameter.name.as_str()));
                if !function.decorator_list.is_empty() {
                    self.decorated.insert(function.name.as_str());
                    if decorators(function).any(|name| name == "singledispatch") {
                        self.choosers.insert(function.name.as_str());
                    }
                }
            }
            Stmt::Assign(assign) if is_truth(&assign.value) => {
                self.truths.extend(assign.targets.iter().filter_map(last_name));
            }
            Stmt::Assign(assign) if is_set(&assign.value) => {
                self.sets.extend(assign.targets.iter().filter_map(last_name));
            }
            Stmt::Assign(assign) if matches!(assign.targets.as_slice(), [Expr::Tuple(_)]) => {
                if let ([Expr::Tuple(targets)], Expr::Tuple(values)) = (assign.targets.as_slice(), &*assign.value) {
                    let pairs = targets.elts.iter().zip(&values.elts);
                    self.sets
                        .extend(pairs.filter(|(_, value)| is_set(value)).filter_map(|(target, _)| last_name(target)));
                }
            }
            Stmt::AnnAssign(assign)
                if assign.value.as_deref().is_some_and(is_set) || is_set_type(&assign.annotation) =>
            {
                self.sets.extend(last_name(&assign.target));
            }
            Stmt::Import(import) => {
                self.imports.extend(import.names.iter().map(|alias| alias.name.to_string()));
                // The interpreter's own data classes may not be changed from outside when they are frozen.
                self.lowers_dataclasses |= import.names.iter().any(|alias| alias.name.as_str() == "copy");
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                self.imports.insert(module.to_owned());
                self.imports.extend(import.names.iter().map(|alias| format!("{module}.{}", alias.name)));
                self.lowers_dataclasses |= module == "copy";
                let objects = ["UserDict", "UserList", "ChainMap"];
                if module == "collections" && import.names.iter().any(|alias| objects.contains(&alias.name.as_str())) {
                    self.containers = true;
                    self.operators.extend(["__getitem__", "__setitem__", "__delitem__", "__len__"]);
                }
                // What compares is an object with an order.
                if module == "functools" && import.names.iter().any(|alias| alias.name.as_str() == "cmp_to_key") {
                    self.operators.insert("__lt__");
                }
                if module == "dataclasses" {
                    self.lowers_dataclasses |= import.names.iter().any(|alias| {
                        matches!(
                            alias.name.as_str(),
                            "field" | "asdict" | "astuple" | "replace" | "fields" | "InitVar" | "KW_ONLY"
                        )
                    });
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        self.caught.extend(inner.name.as_ref().map(|name| name.as_str()));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(attribute) if !attribute.ctx.is_load() => {
                self.attributes.insert(attribute.attr.as_str());
                self.held.insert(attribute.attr.as_str());
                if name(&attribute.value).is_some() {
                    self.function_attributes.insert(attribute.attr.as_str());
                }
            }
            Expr::Attribute(attribute) if CARRIED.contains(&attribute.attr.as_str()) => {
                self.shows_exceptions = true;
                self.asks_causes |= matches!(attribute.attr.as_str(), "__cause__" | "__context__");
            }
            Expr::Call(call) if call.func.is_attribute_expr() => self.called.extend(last_name(&call.func)),
            Expr::Call(call) if name(&call.func) == Some("repr") => self.shows_exceptions = true,
            Expr::Attribute(attribute) if name(&attribute.value) == Some("dataclasses") => {
                self.lowers_dataclasses |= attribute.attr.as_str() != "dataclass";
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

impl<'a> Survey<'a> {
    /// The code's rich exceptions that `name`, one of Python's, stands for.
    pub fn rich_below(&self, name: &str) -> Vec<&'a str> {
        let below = |class: &&str| {
            let ancestry = self.ancestry(class);
            let mut bases =
                ancestry.iter().filter_map(|class| self.classes.get(class)).flat_map(|class| class.def.bases());
            matches!(name, "Exception" | "BaseException") || bases.any(|base| last_name(base) == Some(name))
        };
        self.classes.keys().copied().filter(|class| self.is_rich(class)).filter(|class| below(class)).collect()
    }
}
