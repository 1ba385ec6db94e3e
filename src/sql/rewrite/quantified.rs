//! `ANY`, `ALL` and arrays made by queries.

use sqlparser::ast::{BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::{ON, Step, unsupported};
use crate::sql::Kind;
use crate::sql::lower::{Lowering, raw};

impl Lowering<'_> {
    /// `left op ANY (right)`, or `ALL`.
    pub(super) fn quantified(&self, left: &Expr, op: &BinaryOperator, right: &Expr, all: bool) -> Result<Expr, String> {
        use BinaryOperator as B;
        // The items of an array of times are written as the client wrote them.
        let kind = self.kind(left);
        let item = kind.and_then(|kind| kind.coerced("value")).unwrap_or_else(|| "value".into());
        let word = match (op, all) {
            (B::Eq, false) => Some("IN"),
            (B::NotEq, true) => Some("NOT IN"),
            _ => None,
        };
        if let Some(word) = word {
            return Ok(raw(match bare(right) {
                Expr::Subquery(query) | Expr::Exists { subquery: query, .. } => format!("{left} {word} ({query})"),
                list if item == "value"
                    && let Some(items) = written(&list.to_string()) =>
                {
                    format!("{left} {word} ({items})")
                }
                list => format!("{left} {word} (SELECT {item} FROM json_each(belt_array({list})))"),
            }));
        }
        if !matches!(op, B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq) {
            return Err(format!("{op} {}", if all { "ALL" } else { "ANY" }));
        }
        let from = match bare(right) {
            Expr::Subquery(query) | Expr::Exists { subquery: query, .. } => {
                format!("WITH \"belt.items\"({ITEM}) AS ({query}) SELECT 1 FROM \"belt.items\"")
            }
            list => items(&list.to_string(), &item),
        };
        Ok(each(&from, &format!("{left} {op} {ITEM}"), all))
    }
}

/// A name that nothing else in a statement has: the columns of `json_each` must not stand for the learner's.
const ITEM: &str = "\"belt.item\"";

/// The items of an array whose items are all written there: a condition of a table may hold no query.
fn written(list: &str) -> Option<String> {
    let mut inner = list.trim();
    loop {
        let wrapped = inner.strip_prefix("belt_array(").or_else(|| inner.strip_prefix('('));
        match wrapped.and_then(|rest| rest.strip_suffix(')')) {
            Some(rest) => inner = rest.trim(),
            None => break,
        }
    }
    let items = inner.strip_prefix("json_array(")?.strip_suffix(')')?;
    let plain = items.split(", ").all(|item| {
        let text = item.strip_prefix("CAST(").and_then(|rest| rest.strip_suffix(" AS TEXT)")).unwrap_or(item);
        let quoted = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        quoted.is_some_and(|text| !text.contains('\'')) || text.parse::<f64>().is_ok()
    });
    plain.then(|| items.to_string())
}

fn items(list: &str, item: &str) -> String {
    format!("SELECT 1 FROM (SELECT {item} AS {ITEM} FROM json_each(belt_array({list})))")
}

fn each(from: &str, condition: &str, all: bool) -> Expr {
    raw(match all {
        true => format!("(NOT EXISTS ({from} WHERE NOT ({condition})))"),
        false => format!("(EXISTS ({from} WHERE {condition}))"),
    })
}

/// `value MEMBER OF (array)`.
pub(super) fn member(value: &Expr, array: &Expr) -> Expr {
    let from = format!("SELECT 1 FROM (SELECT value AS {ITEM} FROM json_each({array}))");
    each(&from, &format!("{ITEM} = {value}"), false)
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => bare(inner),
        other => other,
    }
}

/// `text LIKE ANY (array)`.
pub(super) fn like_each(patterns: &Expr, like: impl FnOnce(&str) -> String) -> Expr {
    each(&items(&bare(patterns).to_string(), "value"), &like(ITEM), false)
}

pub(super) fn only_argument(function: &mut Function) -> Option<&mut Expr> {
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

/// An argument of a call, by its place.
pub(super) fn argument(function: &Function, at: usize) -> Option<&Expr> {
    match &function.args {
        FunctionArguments::List(list) => match list.args.get(at) {
            Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))) => Some(expr),
            _ => None,
        },
        FunctionArguments::None | FunctionArguments::Subquery(_) => None,
    }
}

impl Lowering<'_> {
    /// `array[n]`, from 1, and `json['key']`.
    pub(super) fn subscript(&self, expr: &mut Expr) -> Step {
        use sqlparser::ast::{AccessExpr, Subscript};
        let Expr::CompoundFieldAccess { root, access_chain } = &*expr else {
            return ON;
        };
        let json = self.infer(root) == Some(Kind::Json);
        let mut text = root.to_string();
        for access in access_chain {
            match access {
                AccessExpr::Subscript(Subscript::Index { index }) if json => text = format!("({text} -> {index})"),
                AccessExpr::Subscript(Subscript::Index { index }) => text = format!("belt_item({text}, {index})"),
                AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride: None }) if !json => {
                    let bound = |bound: &Option<Expr>| bound.as_ref().map_or("NULL".into(), ToString::to_string);
                    text = format!("belt_slice({text}, {}, {})", bound(lower_bound), bound(upper_bound));
                }
                _ => return unsupported(&*expr),
            }
        }
        *expr = raw(text);
        ON
    }
}
