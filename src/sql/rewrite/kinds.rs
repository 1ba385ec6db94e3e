//! What an expression is, as far as its form tells: a time compared with text has to meet a time.

use sqlparser::ast::{BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

use crate::sql::lower::Lowering;
use crate::sql::{Ends, Kind, types};

/// Functions whose value is one of their arguments.
const SAME: &[&str] = &[
    "coalesce",
    "ifnull",
    "nullif",
    "max",
    "min",
    "lag",
    "lead",
    "first_value",
    "last_value",
    "nth_value",
    "greatest",
    "least",
    "belt_greatest",
    "belt_least",
];

/// What begins the text of finished expressions, and what they are.
const FINISHED: &[(&str, Kind)] = &[
    ("belt_now()", Kind::Timestamp),
    ("belt_ts(", Kind::Timestamp),
    ("belt_date_trunc(", Kind::Timestamp),
    ("belt_date_bin(", Kind::Timestamp),
    ("belt_months(", Kind::Timestamp),
    ("belt_to_timestamp(", Kind::Timestamp),
    ("to_date(", Kind::Date),
    ("belt_date(", Kind::Date),
    ("belt_date_add(", Kind::Date),
    ("belt_interval(", Kind::Interval),
    ("belt_json", Kind::Json),
    ("belt_at_path(", Kind::Json),
    ("belt_element(", Kind::Json),
    ("jsonb_", Kind::Json),
    ("belt_array(", Kind::Array),
    ("json_array(", Kind::Array),
    ("belt_range(", Kind::Range(Ends::Times)),
    ("belt_range_of(", Kind::Range(Ends::Times)),
];

fn arguments(function: &Function) -> impl Iterator<Item = &Expr> {
    let list = match &function.args {
        FunctionArguments::List(list) => list.args.as_slice(),
        FunctionArguments::None | FunctionArguments::Subquery(_) => &[],
    };
    list.iter().filter_map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    })
}

impl Lowering<'_> {
    pub(in crate::sql) fn infer(&self, expr: &Expr) -> Option<Kind> {
        if let Some(column) = self.column(expr) {
            return Some(column.kind.clone());
        }
        if let Some(kind) = self.shaped(expr) {
            return Some(kind);
        }
        match expr {
            Expr::Nested(inner) => self.infer(inner),
            Expr::Cast { data_type, .. } => {
                types::kind_of(self.dialect(), data_type, &self.schema.enums).ok().map(|(kind, _)| kind)
            }
            Expr::Case { conditions, else_result, .. } => {
                let results = conditions.iter().map(|when| &when.result).chain(else_result.as_deref());
                results.into_iter().find_map(|result| self.infer(result))
            }
            Expr::Function(function) => {
                let name = function.name.to_string().to_ascii_lowercase();
                match name.as_str() {
                    name if SAME.contains(&name) => arguments(function).find_map(|argument| self.infer(argument)),
                    "now" | "current_timestamp" | "localtimestamp" | "date_trunc" | "to_timestamp"
                    | "from_unixtime" => Some(Kind::Timestamp),
                    "belt_months" | "belt_ts" => Some(Kind::Timestamp),
                    "current_date" | "curdate" | "belt_date" => Some(Kind::Date),
                    "json_object" | "json_group_object" | "jsonb_build_object" | "jsonb_set" => Some(Kind::Json),
                    "json_group_array" | "array_agg" => Some(Kind::Array),
                    name => Ends::of(name).map(Kind::Range),
                }
            }
            Expr::Array(_) => Some(Kind::Array),
            Expr::Subquery(query) => self.outputs(query).and_then(|shape| shape.into_iter().next()?.1),
            Expr::BinaryOp { left, op: BinaryOperator::Plus | BinaryOperator::Minus, right } => {
                self.infer(left).filter(|kind| *kind == Kind::Timestamp && self.infer(right) != Some(Kind::Timestamp))
            }
            Expr::BinaryOp { left, op: BinaryOperator::Arrow | BinaryOperator::HashArrow, .. } => {
                self.infer(left).filter(|kind| *kind == Kind::Json)
            }
            Expr::Identifier(word) if word.quote_style.is_none() => {
                let text = word.value.trim_start_matches('(');
                let found = FINISHED.iter().find(|(head, _)| text.starts_with(head)).map(|(_, kind)| kind.clone());
                // What comes of joining texts is text, and a difference of times is none.
                found.filter(|_| !text.contains(" || ") && !text.contains(" - belt_ts("))
            }
            _ => None,
        }
    }

    pub(super) fn is_range(&self, expr: &Expr) -> bool {
        matches!(self.infer(expr), Some(Kind::Range(_)))
    }

    /// Whether an operand of `||` or `-` is JSON, an array, or neither.
    pub(super) fn is_composite(&self, expr: &Expr) -> bool {
        matches!(self.infer(expr), Some(Kind::Json | Kind::Array))
    }
}
