//! Expressions: operators that are methods, attributes that are computed, and built-in functions the interpreter lacks.

use ruff_python_ast::visitor;
use ruff_python_ast::{CmpOp, Expr, ExprAttribute, ExprCall, ExprCompare, ExprSubscript, Operator};
use ruff_text_size::Ranged;

use super::survey::{Kind, is_truth};
use super::{Pass, last_name, library, name};

/// Methods of built-in types that people hand to other functions without calling them: `key=scores.get`.
const METHODS: [&str; 22] = [
    "get",
    "pop",
    "append",
    "extend",
    "add",
    "discard",
    "remove",
    "count",
    "index",
    "keys",
    "values",
    "items",
    "lower",
    "upper",
    "strip",
    "split",
    "startswith",
    "endswith",
    "join",
    "encode",
    "decode",
    "setdefault",
];

/// Built-in functions that are defined where the code names them.
const BUILT_IN: [&str; 3] = ["callable", "format", "issubclass"];

impl<'a> Pass<'a> {
    pub fn expression(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => return self.call(expr, call),
            Expr::BinOp(binary) => {
                if let Some(function) = self.operator(binary.op) {
                    self.need(library::OPERATORS);
                    self.wrap(expr, function);
                    self.operand(binary.left.end().to_usize(), binary.op.as_str());
                } else if matches!(binary.op, Operator::Add | Operator::Sub) {
                    self.number(&binary.left);
                    self.number(&binary.right);
                }
            }
            Expr::UnaryOp(unary) if unary.op == ruff_python_ast::UnaryOp::USub => {
                if self.survey.overloads(&["__neg__"]) && !unary.operand.is_number_literal_expr() {
                    self.need(library::OPERATORS);
                    let start = expr.start().to_usize();
                    self.edits.replace(start..start + 1, "_belt_neg(");
                    self.edits.suffix(expr.end().to_usize(), ")");
                }
            }
            Expr::Compare(compare) => self.compare(expr, compare),
            Expr::Subscript(subscript) if subscript.ctx.is_load() => self.item(expr, subscript),
            Expr::Attribute(attribute) => self.attribute(expr, attribute),
            Expr::Name(name) if name.ctx.is_load() && BUILT_IN.contains(&name.id.as_str()) => {
                if !self.survey.functions.contains_key(name.id.as_str()) {
                    self.need(library::FUNCTIONS);
                    self.edits.prefix(expr.start().to_usize(), "_belt_");
                }
            }
            Expr::Name(name) if name.id.as_str() == "Decimal" => self.need(library::DECIMAL),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }

    /// A comma instead of the sign between two operands, with the brackets around them left where they are.
    fn operand(&mut self, from: usize, sign: &str) {
        if let Some(at) = self.find(from, sign) {
            self.edits.replace(at..at + sign.len(), ",");
        }
    }

    /// The function that stands for an operator, where it may be a method.
    pub fn operator(&self, operator: Operator) -> Option<&'static str> {
        let (function, methods): (_, &[&str]) = match operator {
            Operator::Add => ("_belt_add", &["__add__", "__radd__", "__iadd__"]),
            Operator::Sub => ("_belt_sub", &["__sub__", "__rsub__", "__isub__"]),
            Operator::Mult => ("_belt_mul", &["__mul__", "__rmul__"]),
            Operator::Div => ("_belt_div", &["__truediv__", "__rtruediv__"]),
            Operator::FloorDiv => ("_belt_floordiv", &["__floordiv__"]),
            Operator::Mod => ("_belt_mod", &["__mod__"]),
            // Dicts have it in Python.
            Operator::BitOr => return Some("_belt_or"),
            _ => return None,
        };
        self.survey.overloads(methods).then_some(function)
    }

    /// Truth values count as 0 and 1.
    pub fn number(&mut self, operand: &Expr) {
        let named = match operand {
            Expr::Name(_) | Expr::Attribute(_) => last_name(operand),
            _ => None,
        };
        if is_truth(operand) || named.is_some_and(|name| self.survey.truths.contains(name)) {
            self.need(library::OPERATORS);
            self.wrap(operand, "_belt_number");
        }
    }

    fn compare(&mut self, expr: &Expr, compare: &'a ExprCompare) {
        let mut left = compare.left.as_ref();
        for (sign, right) in compare.ops.iter().zip(&compare.comparators) {
            if matches!(sign, CmpOp::Is | CmpOp::IsNot)
                && self.survey.has_enums()
                && !is_constant(left)
                && !is_constant(right)
            {
                // Members of an enumeration are their plain values, and equal ones need not be the same one.
                let (word, instead) = if *sign == CmpOp::Is { ("is", "==") } else { ("is", "!=") };
                if let Some(at) = self.find(left.end().to_usize(), word) {
                    let not = (*sign == CmpOp::IsNot).then(|| self.find(at, "not")).flatten();
                    let end = not.map_or(at + word.len(), |not| not + "not".len());
                    self.edits.replace(at..end, instead);
                }
            }
            left = right;
        }
        let ([sign], [right]) = (&*compare.ops, &*compare.comparators) else { return };
        let (function, method) = match sign {
            CmpOp::Lt => ("_belt_lt", "__lt__"),
            CmpOp::LtE => ("_belt_le", "__le__"),
            CmpOp::Gt => ("_belt_gt", "__gt__"),
            CmpOp::GtE => ("_belt_ge", "__ge__"),
            CmpOp::In if self.survey.operators.contains("__contains__") => {
                self.need(library::OPERATORS);
                self.wrap(expr, "_belt_in");
                return self.operand(compare.left.end().to_usize(), "in");
            }
            _ => return,
        };
        let methods = [method, "__lt__", "__gt__"];
        if self.survey.overloads(&methods) || is_set(&compare.left) || is_set(right) {
            self.need(library::OPERATORS);
            self.wrap(expr, function);
            self.operand(compare.left.end().to_usize(), sign.as_str());
        }
    }

    /// `x[i]` on objects of the code's own.
    fn item(&mut self, expr: &Expr, subscript: &'a ExprSubscript) {
        if let Some(class) = name(&subscript.value).filter(|class| self.survey.kind(class) == Some(Kind::Enum)) {
            self.need(library::CLASSES);
            let open = self.find(subscript.value.end().to_usize(), "[").unwrap_or_default();
            self.edits.replace(subscript.value.start().to_usize()..open + 1, format!("getattr({class}, "));
            self.edits.replace(expr.end().to_usize() - 1..expr.end().to_usize(), ")");
            return;
        }
        if !self.survey.operators.contains("__getitem__") || subscript.slice.is_slice_expr() {
            return;
        }
        let Some(open) = self.find(subscript.value.end().to_usize(), "[") else { return };
        self.need(library::OPERATORS);
        self.edits.prefix(expr.start().to_usize(), "_belt_item(");
        self.edits.replace(open..open + 1, ", (");
        self.edits.replace(expr.end().to_usize() - 1..expr.end().to_usize(), "))");
    }

    fn attribute(&mut self, expr: &Expr, attribute: &'a ExprAttribute) {
        if !attribute.ctx.is_load() {
            return;
        }
        let field = attribute.attr.as_str();
        if self.super_property(attribute) {
            return;
        }
        if field == "maxsize" && name(&attribute.value) == Some("sys") {
            return self.edits.replace(expr.start().to_usize()..expr.end().to_usize(), "9223372036854775807");
        }
        self.exception_field(&attribute.value);
        if self.survey.properties.contains(field)
            && let Some(class) = self.survey.enum_methods.get(field)
            && let Some(dot) = self.find(attribute.value.end().to_usize(), ".")
        {
            self.edits.prefix(expr.start().to_usize(), format!("{class}._belt_get_{field}("));
            return self.edits.replace(dot..expr.end().to_usize(), ")");
        }
        let is_class = name(&attribute.value).is_some_and(|name| self.survey.classes.contains_key(name));
        let reader = if self.survey.properties.contains(field) && !is_class {
            "_belt_read"
        } else if field == "__name__" && !is_class {
            "_belt_name_of"
        } else if field == "__dict__" && !is_class {
            "_belt_dict_of"
        } else if METHODS.contains(&field) && !self.survey.attributes.contains(field) && self.is_plain(&attribute.value)
        {
            "_belt_bound"
        } else if matches!(field, "value" | "name")
            && (self.survey.has_enums() || self.survey.imports.contains("http"))
            && !self.survey.attributes.contains(field)
            && !self.is_member(&attribute.value)
        {
            if field == "value" { "_belt_value" } else { "_belt_name" }
        } else {
            return;
        };
        self.need(library::CLASSES);
        let Some(dot) = self.find(attribute.value.end().to_usize(), ".") else { return };
        self.edits.prefix(expr.start().to_usize(), format!("{reader}("));
        let rest = match reader {
            "_belt_read" | "_belt_bound" => format!(", {field:?})"),
            "_belt_dict_of" => format!(", {})", self.held()),
            "_belt_name" => {
                let enums = self.survey.classes.iter().filter(|(_, class)| class.kind == Kind::Enum);
                let members: String = enums
                    .flat_map(|(class, known)| {
                        let members = known.own.iter().filter(|member| !self.survey.functions.contains_key(**member));
                        members.map(move |member| format!("({class}.{member}, \"{member}\"), "))
                    })
                    .collect();
                format!(", [{members}])")
            }
            _ => ")".to_owned(),
        };
        self.edits.replace(dot..expr.end().to_usize(), rest);
    }

    /// Names of what objects of the code's classes hold, as a tuple.
    fn held(&self) -> String {
        let names: String = self.survey.held.iter().map(|name| format!("\"{name}\", ")).collect();
        format!("({names})")
    }

    /// Whether a value is none of the code's functions, classes and modules, so that its methods are Python's own.
    fn is_plain(&self, value: &Expr) -> bool {
        let name = match value {
            Expr::Attribute(attribute) => return self.is_plain(&attribute.value),
            _ => name(value),
        };
        name.is_some_and(|name| {
            !self.survey.classes.contains_key(name)
                && !self.survey.imports.contains(name)
                && !self.survey.objects.contains(name)
        })
    }

    /// `State.NEW`, whose name and value are known from its text, and `self` in the enumeration itself.
    fn is_member(&self, value: &Expr) -> bool {
        let class = value.as_attribute_expr().and_then(|attribute| name(&attribute.value));
        class.is_some_and(|class| self.survey.kind(class) == Some(Kind::Enum))
    }

    fn call(&mut self, expr: &'a Expr, call: &'a ExprCall) {
        if self.super_call(call) {
            return self.arguments(call);
        }
        match call.func.as_ref() {
            Expr::Name(function) => match function.id.as_str() {
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
                    let range = call.func.start().to_usize()..call.func.end().to_usize();
                    self.edits.replace(range, "_belt_dict_of");
                    self.edits.suffix(call.arguments.args[0].end().to_usize(), format!(", {}", self.held()));
                    return self.arguments(call);
                }
                "sum" if !self.survey.imports.contains("decimal") && !self.survey.functions.contains_key("sum") => {
                    match call.arguments.args.first() {
                        Some(Expr::Generator(each)) => self.number(&each.elt),
                        Some(Expr::ListComp(each)) => self.number(&each.elt),
                        _ => {
                            self.need(library::OPERATORS);
                            let range = call.func.start().to_usize()..call.func.end().to_usize();
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
                "TypeVar" | "ParamSpec" if self.survey.imports.contains("typing") => {
                    return self.edits.replace(expr.start().to_usize()..expr.end().to_usize(), "None");
                }
                "NewType" if self.survey.imports.contains("typing") && call.arguments.args.len() == 2 => {
                    let kind = self.text(&call.arguments.args[1]);
                    return self.edits.replace(expr.start().to_usize()..expr.end().to_usize(), kind);
                }
                function if self.survey.is_rich(function) => {
                    self.exception_call(call);
                    return self.arguments(call);
                }
                function if self.survey.operators.contains("__call__") && self.may_be_an_object(function) => {
                    self.need(library::OPERATORS);
                    self.wrap(call.func.as_ref(), "_belt_callee");
                    return self.arguments(call);
                }
                _ => {}
            },
            Expr::Attribute(method) if self.method(call, method) => return self.arguments(call),
            _ => {}
        }
        self.bound_call(call);
        // The walk sees the function's object but not its name, which is rewritten with the call.
        match call.func.as_ref() {
            Expr::Attribute(method) if self.is_bound_by_name(method.attr.as_str()) => self.expression(&method.value),
            _ => self.expression(&call.func),
        }
        let _ = expr;
        self.arguments(call);
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
            (Some("json"), "dumps") if call.arguments.find_keyword("default").is_some() => {
                ("_belt_dumps", library::FUNCTIONS)
            }
            (Some("re"), "sub") if call.arguments.args.get(1).is_some_and(|by| self.is_template(by)) => {
                ("_belt_re_sub", library::FUNCTIONS)
            }
            (_, "sub") if call.arguments.args.first().is_some_and(|by| self.is_template(by)) => {
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
            (Some("itertools"), "groupby") => ("_belt_groupby", library::FUNCTIONS),
            (Some("itertools"), "product") => ("_belt_product", library::FUNCTIONS),
            (Some("itertools"), "permutations") => ("_belt_permutations", library::FUNCTIONS),
            (Some("itertools"), "combinations") => ("_belt_combinations", library::FUNCTIONS),
            (Some("functools"), "reduce") => ("_belt_reduce", library::FUNCTIONS),
            (Some("chain"), "from_iterable") => ("_belt_flatten", library::FUNCTIONS),
            (_, "move_to_end") if !self.survey.functions.contains_key("move_to_end") => {
                self.need(library::FUNCTIONS);
                return self.first(call, method, "_belt_move_to_end");
            }
            (_, "popitem") if !self.survey.functions.contains_key("popitem") => {
                self.need(library::FUNCTIONS);
                return self.first(call, method, "_belt_popitem");
            }
            (Some("math"), "prod") => ("_belt_prod", library::FUNCTIONS),
            (Some("str"), "maketrans") => ("_belt_maketrans", library::FUNCTIONS),
            (Some("dataclasses"), "asdict") => ("_belt_asdict", library::CLASSES),
            (Some("dataclasses"), "replace") => ("_belt_replace", library::CLASSES),
            (_, "to_bytes") if call.arguments.args.len() <= 2 && !self.survey.functions.contains_key("to_bytes") => {
                self.need(library::FUNCTIONS);
                return self.first(call, method, "_belt_to_bytes");
            }
            (_, "translate") if call.arguments.args.len() == 1 && !self.survey.functions.contains_key("translate") => {
                self.need(library::FUNCTIONS);
                return self.first(call, method, "_belt_translate");
            }
            (_, method_name) => {
                let Some(class) = self.survey.enum_methods.get(method_name).copied() else { return false };
                if name(&method.value) == Some(class) {
                    return false;
                }
                return self.first(call, method, &format!("{class}.{method_name}"));
            }
        };
        let (function, shim) = replacement;
        self.need(shim);
        let range = call.func.start().to_usize()..call.func.end().to_usize();
        self.edits.replace(range, function);
        true
    }

    /// `x.m(a)` as `function(x, a)`.
    fn first(&mut self, call: &'a ExprCall, method: &'a ExprAttribute, function: &str) -> bool {
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

    fn may_be_an_object(&self, function: &str) -> bool {
        !self.survey.functions.contains_key(function)
            && !self.survey.classes.contains_key(function)
            && !BUILT_IN.contains(&function)
            && !crate::sim::dialect::is_built_in(function)
    }
}

fn is_constant(expr: &Expr) -> bool {
    expr.is_none_literal_expr() || expr.is_boolean_literal_expr() || expr.is_ellipsis_literal_expr()
}

/// Expressions that are a set by their form.
fn is_set(expr: &Expr) -> bool {
    match expr {
        Expr::Set(_) | Expr::SetComp(_) => true,
        Expr::Call(call) => match call.func.as_ref() {
            Expr::Name(function) => matches!(function.id.as_str(), "set" | "frozenset"),
            Expr::Attribute(method) => matches!(method.attr.as_str(), "keys" | "smembers" | "intersection" | "union"),
            _ => false,
        },
        _ => false,
    }
}
