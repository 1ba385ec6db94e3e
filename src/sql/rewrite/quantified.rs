//! `ANY`, `ALL` and arrays made by queries.

use sqlparser::ast::{BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::{ON, Step, unsupported};
use crate::sql::lower::{Lowering, raw};

impl Lowering<'_> {
    /// `left op ANY (right)`, or `ALL`.
    pub(super) fn quantified(&self, left: &Expr, op: &BinaryOperator, right: &Expr, all: bool) -> Result<Expr, String> {
        use BinaryOperator as B;
        // The items of an array of times are written as the client wrote them.
        let item = match self.kind(left) {
            Some(kind) => kind.coerced("value").unwrap_or_else(|| "value".into()),
            None => "value".into(),
        };
        let word = match (op, all) {
            (B::Eq, false) => Some("IN"),
            (B::NotEq, true) => Some("NOT IN"),
            _ => None,
        };
        if let Some(word) = word {
            return Ok(raw(match bare(right) {
                Expr::Subquery(query) => format!("{left} {word} ({query})"),
                list => format!("{left} {word} (SELECT {item} FROM json_each(belt_array({list})))"),
            }));
        }
        if !matches!(op, B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq) {
            return Err(format!("{op} {}", if all { "ALL" } else { "ANY" }));
        }
        let items = match bare(right) {
            Expr::Subquery(query) => format!("WITH \"belt.items\"(value) AS ({query}) SELECT 1 FROM \"belt.items\""),
            list => format!("SELECT 1 FROM json_each(belt_array({list}))"),
        };
        Ok(raw(match all {
            true => format!("(NOT EXISTS ({items} WHERE NOT ({left} {op} {item})))"),
            false => format!("(EXISTS ({items} WHERE {left} {op} {item}))"),
        }))
    }
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => bare(inner),
        other => other,
    }
}

/// `text LIKE ANY (array)`: the pattern reads as a call of a function.
pub(super) fn like_each(pattern: &Expr, like: impl FnOnce(&str) -> String) -> Option<Expr> {
    let Expr::Function(function) = pattern else {
        return None;
    };
    let all = match function.name.to_string().to_ascii_lowercase().as_str() {
        "any" | "some" => false,
        "all" => true,
        _ => return None,
    };
    let list = only_argument(function)?;
    let condition = like("value");
    let items = format!("SELECT 1 FROM json_each(belt_array({list})) WHERE");
    Some(raw(match all {
        true => format!("(NOT EXISTS ({items} NOT ({condition})))"),
        false => format!("(EXISTS ({items} {condition}))"),
    }))
}

pub(super) fn only_argument(function: &Function) -> Option<&Expr> {
    match &function.args {
        FunctionArguments::List(list) => match list.args.as_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))] => Some(expr),
            _ => None,
        },
        FunctionArguments::None | FunctionArguments::Subquery(_) => None,
    }
}

pub(super) fn only_argument_mut(function: &mut Function) -> Option<&mut Expr> {
    match &mut function.args {
        FunctionArguments::List(list) => match list.args.as_mut_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))] => Some(expr),
            _ => None,
        },
        FunctionArguments::None | FunctionArguments::Subquery(_) => None,
    }
}

/// `ARRAY(SELECT ...)`, whose query is SQLite's already.
pub(super) fn array_of_query(function: &Function) -> Option<Expr> {
    let FunctionArguments::Subquery(query) = &function.args else {
        return None;
    };
    let items = format!("WITH \"belt.items\"(item) AS ({query})");
    Some(raw(format!("({items} SELECT json_group_array(item) FROM \"belt.items\")")))
}

/// `array[n]`, from 1.
pub(super) fn subscript(expr: &mut Expr) -> Step {
    use sqlparser::ast::{AccessExpr, Subscript};
    let Expr::CompoundFieldAccess { root, access_chain } = &*expr else {
        return ON;
    };
    let mut text = root.to_string();
    for access in access_chain {
        match access {
            AccessExpr::Subscript(Subscript::Index { index }) => text = format!("belt_item({text}, {index})"),
            _ => return unsupported(&*expr),
        }
    }
    *expr = raw(text);
    ON
}
