//! Calls: built-in functions and methods of the standard library that the interpreter lacks or takes otherwise.

use ruff_python_ast::visitor;
use ruff_python_ast::{Expr, ExprAttribute, ExprCall};
use ruff_text_size::Ranged;

use super::expressions::{BUILT_IN, METHODS, is_method};
use super::survey::Kind;
use super::{Pass, last_name, library, name, span};

impl<'a> Pass<'a> {
    pub fn call(&mut self, expr: &'a Expr, call: &'a ExprCall) {
        if self.making(call) {
            return self.arguments(call);
        }
        if self.super_call(call) {
            return self.arguments(call);
        }
        if self.ask_by_name(call) || self.base_call(call) {
            return self.arguments(call);
        }
        self.lazy_call(call);
        self.bare_call(call);
        if self.ordering(call) {
            return self.arguments(call);
        }
        match call.func.as_ref() {
            Expr::Name(function) => match function.id.as_str() {
                "isinstance" if call.arguments.args.len() == 2 && self.is_of_enum(call) => {
                    return self.expression(&call.arguments.args[0]);
                }
                "isinstance" | "issubclass" if call.arguments.args.len() == 2 => {
                    self.types(&call.arguments.args[1]);
                    if function.id.as_str() == "issubclass" {
                        visitor::walk_expr(self, &call.arguments.args[0]);
                        self.expression(&call.func);
                    } else {
                        self.expression(&call.arguments.args[0]);
                    }
                    return;
                }
                "vars" if call.arguments.args.len() == 1 && !self.survey.functions.contains_key("vars") => {
                    self.need(library::CLASSES);
                    let range = span(call.func.as_ref());
                    self.edits.replace(range, "_belt_dict_of");
                    self.edits.suffix(call.arguments.args[0].end().to_usize(), format!(", {}", self.held()));
                    return self.arguments(call);
                }
                "repr" if call.arguments.args.first().is_some_and(|value| self.shown(value)) => {
                    self.edits.prefix(call.func.start().to_usize(), "_belt_");
                    return self.arguments(call);
                }
                "type"
                    if self.is_caught(&call.arguments.args) && !self.named_types.contains(&expr.start().to_usize()) =>
                {
                    self.need(library::EXCEPTIONS);
                    self.edits.replace(span(call.func.as_ref()), "_belt_type");
                    return self.arguments(call);
                }
                // A value that is nothing but itself.
                "object" if call.arguments.args.is_empty() => {
                    self.need(library::CLASSES);
                    return self.edits.replace(span(call.func.as_ref()), "_belt_object");
                }
                "sum" if !self.survey.imports.contains("decimal") && !self.survey.functions.contains_key("sum") => {
                    match call.arguments.args.first() {
                        Some(Expr::Generator(each)) if !self.survey.overloads(&["__add__"]) => self.number(&each.elt),
                        Some(Expr::ListComp(each)) if !self.survey.overloads(&["__add__"]) => self.number(&each.elt),
                        _ => {
                            self.need(library::OPERATORS);
                            let range = span(call.func.as_ref());
                            self.edits.replace(range, "_belt_total");
                        }
                    }
                    return self.arguments(call);
                }
                "len" if self.survey.operators.contains("__len__") => {
                    self.need(library::OPERATORS);
                    self.edits.prefix(call.func.start().to_usize(), "_belt_");
                    return self.arguments(call);
                }
                "int" | "float" | "round" | "abs" | "sum" | "min" | "max" | "sorted"
                    if self.survey.imports.contains("decimal") =>
                {
                    self.need(library::DECIMAL);
                    self.edits.prefix(call.func.start().to_usize(), "_belt_");
                    return self.arguments(call);
                }
                "int" | "float" | "round" | "abs"
                    if self.survey.operators.contains(format!("__{}__", function.id).as_str()) =>
                {
                    self.need(library::OPERATORS);
                    self.edits.prefix(call.func.start().to_usize(), "_belt_own_");
                    return self.arguments(call);
                }
                "bool" if call.arguments.args.len() == 1 => self.condition(&call.arguments.args[0]),
                "print" if call.arguments.find_keyword("file").is_some() => {
                    self.need(library::CLASSES);
                    self.edits.prefix(call.func.start().to_usize(), "_belt_");
                    return self.arguments(call);
                }
                "TypeVar" | "ParamSpec" if self.survey.imports.contains("typing") => {
                    return self.edits.replace(span(&expr), "None");
                }
                "methodcaller" if self.survey.imports.contains("operator.methodcaller") => return self.caller(call),
                "copy" | "deepcopy"
                    if self.copies() && self.survey.imports.contains(&format!("copy.{}", function.id)) =>
                {
                    self.need(library::CLASSES);
                    self.edits.prefix(call.func.start().to_usize(), "_belt_");
                    self.edits.suffix(call.arguments.range.end().to_usize() - 1, format!(", {}", self.held()));
                    return self.arguments(call);
                }
                "bytes" if call.arguments.args.len() == 1 && !self.survey.functions.contains_key("bytes") => {
                    self.need(library::FUNCTIONS);
                    self.edits.prefix(call.func.start().to_usize(), "_belt_");
                    return self.arguments(call);
                }
                "NewType" if self.survey.imports.contains("typing") && call.arguments.args.len() == 2 => {
                    let kind = self.text(&call.arguments.args[1]);
                    return self.edits.replace(span(&expr), kind);
                }
                function if self.survey.is_rich(function) => {
                    self.exception_call(call);
                    return self.arguments(call);
                }
                _ => {}
            },
            Expr::Attribute(method) if self.fill_many(call, method) => return self.arguments(call),
            Expr::Attribute(method) if method.attr.as_str() == "methodcaller" => return self.caller(call),
            Expr::Attribute(method) if self.method(call, method) => return self.arguments(call),
            _ => {}
        }
        if self.survey.operators.contains("__call__") {
            self.callable_arguments(call);
            if self.may_be_an_object(&call.func) {
                self.need(library::OPERATORS);
                self.wrap(call.func.as_ref(), "_belt_callee");
                self.expression(&call.func);
                return self.arguments(call);
            }
        }
        self.bound_call(call);
        self.left_alone.insert((call.func.start().to_usize(), call.func.end().to_usize()));
        // The walk sees the function's object but not its name, which is rewritten with the call.
        match call.func.as_ref() {
            Expr::Attribute(method)
                if self.is_bound_by_name(method.attr.as_str())
                    || is_method(method.attr.as_str()) && !self.survey.properties.contains(method.attr.as_str()) =>
            {
                self.expression(&method.value)
            }
            _ => self.expression(&call.func),
        }
        self.arguments(call);
    }

    /// Coroutines whose exceptions are gathered begin when they are asked for their results.
    fn later(&mut self, call: &'a ExprCall) {
        for value in &call.arguments.args {
            let value = match value {
                Expr::Starred(starred) => match starred.value.as_ref() {
                    Expr::ListComp(each) => each.elt.as_ref(),
                    Expr::Generator(each) => each.elt.as_ref(),
                    _ => continue,
                },
                value => value,
            };
            if value.is_call_expr() {
                self.edits.prefix(value.start().to_usize(), "_belt_later(lambda: ");
                self.edits.suffix(value.end().to_usize(), ")");
            }
        }
    }

    /// `re.VERBOSE`, which the interpreter takes inside of a pattern only.
    fn verbose(&mut self, call: &'a ExprCall) -> bool {
        let values = call.arguments.keywords.iter().map(|keyword| &keyword.value);
        let flags = call.arguments.args.iter().skip(1).chain(values).find(|flags| {
            let text = self.text(*flags);
            text.contains("re.VERBOSE") || text.split(['|', ' ']).any(|flag| flag == "re.X")
        });
        let (Some(flags), Some(pattern)) = (flags, call.arguments.args.first()) else { return false };
        let rest = self.text(flags).replace("re.VERBOSE", "0");
        let rest: Vec<&str> = rest.split('|').map(|flag| if flag.trim() == "re.X" { "0" } else { flag }).collect();
        self.edits.replace(span(flags), rest.join("|"));
        self.edits.prefix(pattern.start().to_usize(), "'(?x)' + (");
        self.edits.suffix(pattern.end().to_usize(), ")");
        true
    }

    /// `methodcaller("m", a)` as the call it makes.
    fn caller(&mut self, call: &'a ExprCall) {
        let Some(Expr::StringLiteral(method)) = call.arguments.args.first() else { return self.arguments(call) };
        let method_name = method.value.to_str();
        let from = call.arguments.args.get(1).map(Ranged::start);
        let from = from.or(call.arguments.keywords.first().map(Ranged::start)).map(|at| at.to_usize());
        let end = call.range().end().to_usize();
        self.edits.replace(
            call.range().start().to_usize()..from.unwrap_or(end - 1),
            format!("(lambda _belt_it: _belt_it.{method_name}("),
        );
        self.edits.replace(end - 1..end, "))");
        self.arguments(call);
    }

    /// Whether objects of the code's own may be copied.
    fn copies(&self) -> bool {
        self.survey.imports.contains("copy") && !self.survey.held.is_empty()
    }

    /// The name of a caught exception.
    fn is_caught(&self, args: &[Expr]) -> bool {
        matches!(args, [Expr::Name(one)] if self.survey.caught.contains(one.id.as_str()))
    }

    fn arguments(&mut self, call: &'a ExprCall) {
        visitor::walk_arguments(self, &call.arguments);
    }

    /// Methods and functions of modules that the interpreter lacks.
    fn method(&mut self, call: &'a ExprCall, method: &'a ExprAttribute) -> bool {
        let object = last_name(&method.value);
        let replacement = match (object, method.attr.as_str()) {
            (Some("datetime"), "fromtimestamp") => ("_belt_fromtimestamp", library::TIMES),
            (Some("datetime"), "utcfromtimestamp") => ("_belt_fromtimestamp", library::TIMES),
            (Some("json"), "dumps") if call.arguments.find_keyword("cls").is_some() => {
                if let Some(encoder) = call.arguments.find_keyword("cls") {
                    let encoder_name = self.text(&encoder.value);
                    self.edits.replace(span(encoder), format!("default={encoder_name}().default"));
                }
                ("_belt_dumps", library::FUNCTIONS)
            }
            (Some("json"), "dumps")
                if call.arguments.find_keyword("default").is_some() || self.survey.has_containers() =>
            {
                ("_belt_dumps", library::FUNCTIONS)
            }
            (_, "cache_clear" | "cache_info") if !self.survey.functions.contains_key(method.attr.as_str()) => {
                return self.first(call, method, &format!("_belt_{}", method.attr));
            }
            (_, "gather") if call.arguments.find_keyword("return_exceptions").is_some() => {
                self.later(call);
                return false;
            }
            (Some("copy"), "copy" | "deepcopy") if self.copies() => {
                self.need(library::CLASSES);
                self.edits.replace(span(call.func.as_ref()), format!("_belt_{}", method.attr));
                self.edits.suffix(call.arguments.range.end().to_usize() - 1, format!(", {}", self.held()));
                return true;
            }
            (Some("re"), _) if self.verbose(call) => return false,
            (Some("re"), "sub") if call.arguments.args.get(1).is_some_and(|by| self.is_template(by)) => {
                ("_belt_re_sub", library::FUNCTIONS)
            }
            (object, "sub")
                if object != Some("re") && call.arguments.args.first().is_some_and(|by| self.is_template(by)) =>
            {
                self.need(library::FUNCTIONS);
                return self.first(call, method, "_belt_re_sub");
            }
            (Some("set" | "frozenset"), set @ ("union" | "intersection" | "difference"))
                if method.value.is_name_expr() =>
            {
                self.need(library::FUNCTIONS);
                let range = call.func.start().to_usize()..call.arguments.range.start().to_usize() + 1;
                self.edits.replace(range, format!("_belt_sets(\"{set}\", "));
                return true;
            }
            (_, set @ ("union" | "intersection" | "difference"))
                if (call.arguments.args.len() != 1 || call.arguments.args[0].is_starred_expr())
                    && !self.survey.functions.contains_key(set) =>
            {
                self.need(library::FUNCTIONS);
                return self.first(call, method, &format!("_belt_{set}"));
            }
            // The calls of such methods are Python's own; only what is not called is bound.
            (_, known) if METHODS.contains(&known) => {
                self.expression(&method.value);
                return true;
            }
            (Some("chain"), "from_iterable") => ("_belt_flatten", library::FUNCTIONS),
            (_, "move_to_end") if !self.survey.functions.contains_key("move_to_end") => {
                self.need(library::FUNCTIONS);
                return self.first(call, method, "_belt_move_to_end");
            }
            (_, "popitem") if !self.survey.functions.contains_key("popitem") => {
                self.need(library::FUNCTIONS);
                return self.first(call, method, "_belt_popitem");
            }
            (Some("stderr" | "stdout"), "write" | "writelines" | "flush") => ("_belt_print", library::CLASSES),
            (_, "astimezone") if !self.survey.functions.contains_key("astimezone") => {
                self.need(library::TIMES);
                return self.first(call, method, "_belt_astimezone");
            }
            (_, "isoformat") if !call.arguments.keywords.is_empty() => {
                self.need(library::TIMES);
                return self.first(call, method, "_belt_isoformat");
            }
            (Some("str"), "maketrans") => ("_belt_maketrans", library::FUNCTIONS),
            (_, "to_bytes") if call.arguments.args.len() <= 2 && !self.survey.functions.contains_key("to_bytes") => {
                self.need(library::FUNCTIONS);
                return self.first(call, method, "_belt_to_bytes");
            }
            (_, "translate") if call.arguments.args.len() == 1 && !self.survey.functions.contains_key("translate") => {
                self.need(library::FUNCTIONS);
                return self.first(call, method, "_belt_translate");
            }
            (object, method_name) => {
                let stands = object.and_then(|module| crate::sim::dialect::extra(module, method_name));
                if let Some((stands, part)) = stands.and_then(|(stands, _)| Some((stands, library::defining(stands)?)))
                {
                    self.need(part);
                    self.edits.replace(span(call.func.as_ref()), stands);
                    return true;
                }
                let Some(class) = self.survey.enum_methods.get(method_name).copied() else { return false };
                let holder = self.survey.holder(class);
                if name(&method.value) == Some(class) {
                    if holder != class && !self.is_bound_by_name(method_name) {
                        self.edits.replace(span(method.value.as_ref()), holder);
                    }
                    return false;
                }
                return self.first(call, method, &format!("{holder}.{method_name}"));
            }
        };
        let (function, shim) = replacement;
        self.need(shim);
        let range = span(call.func.as_ref());
        self.edits.replace(range, function);
        true
    }

    /// `x.m(a)` as `function(x, a)`.
    pub fn first(&mut self, call: &'a ExprCall, method: &'a ExprAttribute, function: &str) -> bool {
        let Some(dot) = self.find(method.value.end().to_usize(), ".") else { return false };
        let open = call.arguments.range.start().to_usize();
        let none = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
        self.edits.prefix(call.range().start().to_usize(), format!("{function}("));
        self.edits.replace(dot..open + 1, if none { "" } else { ", " });
        self.expression(&method.value);
        true
    }

    /// A replacement that the interpreter does not take as Python does: a function, or a text with groups.
    fn is_template(&self, expr: &Expr) -> bool {
        let groups = expr.is_string_literal_expr() && self.text(expr).contains('\\');
        groups || expr.is_lambda_expr() || name(expr).is_some_and(|name| self.survey.functions.contains_key(name))
    }

    /// `isinstance(x, E)` of an enumeration, whose members are plain values: `x in E`.
    fn is_of_enum(&mut self, call: &'a ExprCall) -> bool {
        let [value, class] = &*call.arguments.args else { return false };
        if name(class).and_then(|class| self.survey.kind(class)) != Some(Kind::Enum) {
            return false;
        }
        let Some(comma) = self.find(value.end().to_usize(), ",") else { return false };
        let open = call.arguments.range.start().to_usize();
        self.edits.replace(call.range().start().to_usize()..open + 1, "((");
        self.edits.replace(comma..comma + 1, ") in ");
        true
    }

    /// Whether what is called may be an object with `__call__`.
    pub fn may_be_an_object(&self, callee: &Expr) -> bool {
        match callee {
            Expr::Name(name) => {
                let function = name.id.as_str();
                let plain = self.survey.functions.contains_key(function) && !self.survey.decorated.contains(function);
                !plain
                    && !self.survey.classes.contains_key(function)
                    && !BUILT_IN.contains(&function)
                    && !crate::sim::dialect::is_exception(function)
                    && !function.starts_with("_belt_")
                    && !crate::sim::dialect::is_built_in(function)
            }
            // A field that is no method.
            Expr::Attribute(attribute) => {
                let field = attribute.attr.as_str();
                self.survey.held.contains(field) && !self.survey.functions.contains_key(field)
            }
            Expr::Call(_) | Expr::Subscript(_) | Expr::If(_) | Expr::BoolOp(_) => true,
            _ => false,
        }
    }

    /// Objects with `__call__` among what built-in functions are to call.
    fn callable_arguments(&mut self, call: &'a ExprCall) {
        let function = last_name(&call.func).unwrap_or_default();
        let first = match function {
            "map" | "filter" | "reduce" | "starmap" | "takewhile" | "dropwhile" | "partial" | "defaultdict" => {
                call.arguments.args.first()
            }
            _ => None,
        };
        let key = call.arguments.find_keyword("key").map(|keyword| &keyword.value);
        for callee in first.into_iter().chain(key) {
            if self.may_be_an_object(callee) {
                self.need(library::OPERATORS);
                self.wrap(callee, "_belt_callee");
            }
        }
    }
}
