//! Expressions: operators that are methods, attributes that are computed, and built-in functions the interpreter lacks.

use ruff_python_ast::visitor;
use ruff_python_ast::{CmpOp, Expr, ExprCompare, ExprSubscript, Operator};
use ruff_text_size::Ranged;

use super::survey::{Kind, is_truth};
use super::{Pass, last_name, library, name, span};

/// Methods of built-in types that people hand to other functions without calling them: `key=scores.get`.
pub const METHODS: [&str; 22] = [
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

/// More of them, which have no use but as methods.
const ALSO_METHODS: [&str; 36] = [
    "__contains__",
    "__delitem__",
    "__getitem__",
    "__setitem__",
    "appendleft",
    "capitalize",
    "casefold",
    "clear",
    "copy",
    "endswith",
    "find",
    "format",
    "insert",
    "intersection",
    "isalnum",
    "isalpha",
    "isdigit",
    "isdisjoint",
    "islower",
    "issubset",
    "issuperset",
    "isupper",
    "ljust",
    "lstrip",
    "most_common",
    "partition",
    "popleft",
    "replace",
    "rjust",
    "rstrip",
    "splitlines",
    "swapcase",
    "title",
    "union",
    "update",
    "zfill",
];

/// Whether a name is that of a method of a built-in type.
pub fn is_method(name: &str) -> bool {
    METHODS.contains(&name) || ALSO_METHODS.contains(&name)
}

/// Built-in functions that are defined where the code names them.
pub const BUILT_IN: [&str; 3] = ["callable", "format", "issubclass"];

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
            Expr::UnaryOp(unary)
                if unary.op == ruff_python_ast::UnaryOp::USub
                    && self.survey.overloads(&["__neg__"])
                    && !unary.operand.is_number_literal_expr() =>
            {
                self.need(library::OPERATORS);
                let start = expr.start().to_usize();
                self.edits.replace(start..start + 1, "_belt_neg(");
                self.edits.suffix(expr.end().to_usize(), ")");
            }
            Expr::UnaryOp(unary) if unary.op == ruff_python_ast::UnaryOp::Not => self.condition(&unary.operand),
            Expr::If(choice) => self.condition(&choice.test),
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => self.comprehension(expr),
            Expr::Dict(dict) if self.survey.has_containers() => {
                dict.items.iter().filter(|item| item.key.is_none()).for_each(|item| self.bare(&item.value));
            }
            Expr::Starred(starred) if starred.ctx.is_load() => self.taken(&starred.value),
            Expr::Compare(compare) => self.compare(expr, compare),
            // An alias of types says nothing to the interpreter.
            Expr::Subscript(subscript) if self.is_hint(&subscript.value) => {
                return self.edits.replace(span(&expr), "None");
            }
            Expr::Subscript(subscript) if subscript.ctx.is_load() => self.item(expr, subscript),
            Expr::Attribute(attribute) => self.attribute(expr, attribute),
            Expr::Name(name)
                if name.ctx.is_load()
                    && BUILT_IN.contains(&name.id.as_str())
                    && !self.survey.functions.contains_key(name.id.as_str()) =>
            {
                self.need(library::FUNCTIONS);
                self.edits.prefix(expr.start().to_usize(), "_belt_");
            }
            // The class as a value, which knows what stands for it.
            Expr::Name(name) if name.ctx.is_load() && self.survey.is_rich(name.id.as_str()) => {
                self.need(library::EXCEPTIONS);
                self.edits.replace(span(&expr), format!("_belt_of_{}", name.id));
            }
            Expr::Name(name) if name.id.as_str() == "Decimal" => self.need(library::DECIMAL),
            // The enumeration itself, which the pass over words knows by its name.
            Expr::Name(name) if name.ctx.is_load() && name.id.as_str() == "cls" => {
                let this = self.function.and_then(|function| function.first);
                let class = self.class.filter(|class| self.survey.kind(class) == Some(Kind::Enum));
                if let Some(class) = class.filter(|_| this == Some("cls")) {
                    self.edits.replace(span(&expr), class);
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }

    /// A comma instead of the sign between two operands, with the brackets around them left where they are.
    pub fn operand(&mut self, from: usize, sign: &str) {
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
            Operator::BitAnd => ("_belt_and", &["__and__", "__rand__"]),
            Operator::BitXor => ("_belt_xor", &["__xor__", "__rxor__"]),
            // Dicts have it in Python.
            Operator::BitOr => return Some("_belt_or"),
            _ => return None,
        };
        let times = matches!(operator, Operator::Div | Operator::FloorDiv | Operator::Mod)
            && self.survey.imports.contains("datetime.timedelta");
        (times || self.survey.overloads(methods)).then_some(function)
    }

    /// Whether an object of the code's own is true is its own to say.
    pub fn condition(&mut self, test: &Expr) {
        let operators = &self.survey.operators;
        if !operators.contains("__bool__") && !operators.contains("__len__") {
            return;
        }
        match test {
            Expr::BoolOp(both) => both.values.iter().for_each(|value| self.condition(value)),
            Expr::Name(_) | Expr::Attribute(_) | Expr::Call(_) | Expr::Subscript(_) => {
                self.need(library::OPERATORS);
                self.wrap(test, "_belt_true");
            }
            _ => {}
        }
    }

    /// A name of `typing` or `collections.abc` that is only ever said of types.
    fn is_hint(&self, value: &Expr) -> bool {
        let Some(name) = last_name(value) else { return false };
        let modules = ["typing", "typing_extensions", "collections.abc"];
        let imported = modules.iter().any(|module| self.survey.imports.contains(&format!("{module}.{name}")));
        let dotted = value.as_attribute_expr().and_then(|attribute| last_name(&attribute.value));
        imported || matches!(dotted, Some("typing" | "abc"))
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
        if let [right] = &*compare.comparators {
            self.exception_type(&[left, right]);
        }
        for (sign, right) in compare.ops.iter().zip(&compare.comparators) {
            let sentinel = |side: &Expr| name(side).is_some_and(|side| self.survey.sentinels.contains(side));
            if matches!(sign, CmpOp::Is | CmpOp::IsNot)
                && (self.survey.has_enums() || sentinel(left) || sentinel(right))
                && name(right) != Some("_belt_end")
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
        if matches!(sign, CmpOp::In | CmpOp::NotIn)
            && self.asks_for(right)
            && let Some(at) = self.find(compare.left.end().to_usize(), sign.as_str())
        {
            self.need(library::GENERATORS);
            self.wrap(expr, if *sign == CmpOp::In { "_belt_has" } else { "not _belt_has" });
            self.edits.suffix(expr.end().to_usize(), self.given_up(right));
            return self.edits.replace(at..at + sign.as_str().len(), ",");
        }
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
        let set = |side: &Expr| is_set(side) || last_name(side).is_some_and(|side| self.survey.sets.contains(side));
        if self.survey.overloads(&methods) || set(&compare.left) || set(right) {
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
        if let (Expr::Slice(slice), true) = (subscript.slice.as_ref(), self.survey.has_containers()) {
            let Some(open) = self.find(subscript.value.end().to_usize(), "[") else { return };
            self.need(library::CONTAINERS);
            self.edits.prefix(expr.start().to_usize(), "_belt_part_of(");
            let bound = |bound: &Option<Box<Expr>>| bound.as_ref().map_or("None", |bound| self.text(bound.as_ref()));
            let (lower, upper, step) = (bound(&slice.lower), bound(&slice.upper), bound(&slice.step));
            let range = open..expr.end().to_usize();
            return self.edits.replace(range, format!(", ({lower}), ({upper}), ({step}))"));
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
}

fn is_constant(expr: &Expr) -> bool {
    expr.is_none_literal_expr() || expr.is_boolean_literal_expr() || expr.is_ellipsis_literal_expr()
}

/// Expressions that are a set by their form.
pub fn is_set(expr: &Expr) -> bool {
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
