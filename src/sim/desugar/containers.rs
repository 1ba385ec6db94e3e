//! Classes that derive from `dict`, `list` and the like: plain classes that hold one of these and hand on to it what they
//! do not say themselves. Classes that derive from texts and numbers are those types; their methods stand beside them.

use ruff_python_ast::{Expr, ExprCall, Stmt, StmtClassDef, StmtFunctionDef};

use super::survey::{Kind, Survey};
use super::{Pass, last_name, library, name, span};

/// Types with the class of the library that stands for them, and what an object of it begins with.
const CONTAINERS: [(&str, &str, &str); 16] = [
    ("dict", "_belt_base_dict", "{}"),
    ("Dict", "_belt_base_dict", "{}"),
    ("OrderedDict", "_belt_base_dict", "{}"),
    ("defaultdict", "_belt_base_default", "{}"),
    ("DefaultDict", "_belt_base_default", "{}"),
    ("UserDict", "_belt_base_userdict", "{}"),
    ("list", "_belt_base_list", "[]"),
    ("List", "_belt_base_list", "[]"),
    ("UserList", "_belt_base_list", "[]"),
    ("set", "_belt_base_set", "set()"),
    ("Set", "_belt_base_set", "set()"),
    ("deque", "_belt_base_deque", "_belt_native_deque()"),
    ("Deque", "_belt_base_deque", "_belt_native_deque()"),
    ("Counter", "_belt_base_counter", "_belt_native_counter()"),
    ("Mapping", "_belt_base_mapping", ""),
    ("MutableMapping", "_belt_base_mapping", ""),
];
/// Methods that code reaches by other words than their names.
const ASKED: [&str; 8] =
    ["__getitem__", "__setitem__", "__delitem__", "__len__", "__add__", "__sub__", "__and__", "__xor__"];
/// Types whose objects are their values.
const VALUES: [&str; 4] = ["str", "int", "float", "bytes"];

pub fn is_container(name: &str) -> bool {
    CONTAINERS.iter().any(|(known, ..)| *known == name)
}

/// The type of values a class derives from, if it adds no more than methods that can be told by their names.
pub fn value_type(class: &StmtClassDef) -> Option<&str> {
    let [base] = class.bases() else { return None };
    let base = name(base).filter(|base| VALUES.contains(base))?;
    let plain = |statement: &Stmt| match statement {
        Stmt::FunctionDef(function) => !function.name.starts_with("__"),
        Stmt::Expr(_) | Stmt::Pass(_) => true,
        Stmt::Assign(assign) => matches!(assign.targets.as_slice(), [target] if name(target) == Some("__slots__")),
        _ => false,
    };
    class.body.iter().all(plain).then_some(base)
}

/// Names of what a class of the library has.
fn members(class: &'static str) -> impl Iterator<Item = &'static str> {
    let header = format!("class {class}:");
    let lines = library::CONTAINERS.lines().skip_while(move |line| *line != header).skip(1);
    lines.take_while(|line| line.starts_with(' ')).filter_map(|line| {
        let rest = line.strip_prefix("    ").filter(|rest| !rest.starts_with(' '))?;
        let rest = rest.strip_prefix("def ").unwrap_or(rest);
        Some(&rest[..rest.find(['(', ' ']).unwrap_or(rest.len())])
    })
}

impl<'a> Survey<'a> {
    /// The library's class for what a class holds, and what that begins with.
    pub fn container(&self, class: &'a str) -> Option<(&'static str, &'static str)> {
        let ancestry = self.ancestry(class).into_iter().filter_map(|class| self.classes.get(class));
        let mut bases = ancestry.flat_map(|class| class.def.bases()).filter_map(last_name);
        bases.find_map(|base| {
            let own = self.classes.contains_key(base);
            let found = CONTAINERS.iter().find(|(known, ..)| *known == base && !own)?;
            Some((found.1, found.2))
        })
    }

    pub fn has_containers(&self) -> bool {
        self.containers
    }

    /// What code with such classes must ask for by way of functions.
    pub fn sort_containers(&mut self) {
        let names: Vec<&'a str> = self.classes.keys().copied().collect();
        for class in names {
            let Some((base, _)) = self.container(class).filter(|_| self.kind(class) == Some(Kind::Plain)) else {
                continue;
            };
            self.containers = true;
            for member in members(base) {
                if ASKED.contains(&member) {
                    self.operators.insert(member);
                }
            }
            self.operators.extend(["__len__", "__getitem__"]);
        }
    }
}

impl<'a> Pass<'a> {
    /// `C.get = _belt_base_dict.get` for what neither the class nor its ancestors say.
    pub fn held_members(&self, class: &'a str, seen: &[&str]) -> Vec<String> {
        let Some((base, _)) = self.survey.container(class) else { return Vec::new() };
        let missing = members(base).filter(|member| !seen.contains(member));
        missing.map(|member| format!("{class}.{member} = {base}.{member}")).collect()
    }

    /// Where `super().m` ends up when no class of the code has `m`.
    pub fn held_base(&self, class: &'a str, member: &str) -> Option<&'static str> {
        let (base, _) = self.survey.container(class)?;
        members(base).any(|known| known == member).then_some(base)
    }

    /// An object has what it holds before its own `__init__` says anything.
    pub fn holding(&mut self, function: &'a StmtFunctionDef) {
        let (Some(class), None, "__init__") = (self.class, self.function, function.name.as_str()) else { return };
        let Some((base, empty)) = self.survey.container(class).filter(|(_, empty)| !empty.is_empty()) else { return };
        let Some(this) = function.parameters.args.first().map(|first| first.parameter.name.as_str()) else { return };
        self.need(library::CONTAINERS);
        let data = if base == "_belt_base_userdict" { format!("{this}.data = ") } else { String::new() };
        let statement = format!("{data}{this}._belt_data = getattr({this}, \"_belt_data\", {empty})");
        self.before_first(&function.body, &statement);
    }

    /// `dict.get(self, k)` in a class that derives from it.
    pub fn base_call(&mut self, call: &'a ExprCall) -> bool {
        let Expr::Attribute(method) = call.func.as_ref() else { return false };
        let this = self.function.and_then(|function| function.first);
        let (Some(class), Some(base)) = (self.class, name(&method.value)) else { return false };
        if !is_container(base) || this.is_none() || call.arguments.args.first().and_then(name) != this {
            return false;
        }
        let Some(base) = self.held_base(class, method.attr.as_str()) else { return false };
        self.edits.replace(span(method.value.as_ref()), base);
        true
    }

    /// Calls that take what such an object holds.
    pub fn bare_call(&mut self, call: &'a ExprCall) {
        if !self.survey.has_containers() {
            return;
        }
        for keyword in call.arguments.keywords.iter().filter(|keyword| keyword.arg.is_none()) {
            self.bare(&keyword.value);
        }
        match (call.func.as_ref(), &*call.arguments.args) {
            (Expr::Name(function), [value]) if function.id.as_str() == "dict" => self.bare(value),
            (Expr::Name(function), [value]) if function.id.as_str() == "reversed" => self.bare(value),
            (Expr::Attribute(method), [value]) if method.attr.as_str() == "update" => self.bare(value),
            _ => {}
        }
    }

    pub fn bare(&mut self, value: &Expr) {
        if matches!(value, Expr::Name(_) | Expr::Attribute(_) | Expr::Call(_) | Expr::Subscript(_)) {
            self.need(library::CONTAINERS);
            self.wrap(value, "_belt_bare");
        }
    }

    /// `class Id(str)` as that type, with its methods in a class beside it.
    pub fn value_class(&mut self, statement: &Stmt, class: &'a StmtClassDef) -> bool {
        let (class_name, Some(base)) = (class.name.as_str(), value_type(class)) else { return false };
        if !self.survey.tuples.contains(class_name) {
            self.edits.replace(span(&statement), format!("{class_name} = {base}"));
            return true;
        }
        self.edits.replace(span(&class.name), self.survey.holder(class_name));
        if let Some(arguments) = &class.arguments {
            self.edits.replace(span(&arguments.range), "");
        }
        self.after(statement, &[format!("{class_name} = {base}")]);
        false
    }
}
