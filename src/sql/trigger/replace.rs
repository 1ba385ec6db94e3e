//! The names of a body in terms of the rows it is fired for.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::{
    AccessExpr, BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, SelectItem,
    SetExpr, Subscript, UnaryOperator, Value, VisitorMut, visit_expressions,
};

use super::follow::{Follow, Held, any};
use super::{Event, body};
use crate::sql::Dialect;
use crate::sql::lower::raw;
use crate::sql::names::last_name;
use crate::sql::rewrite::call;

pub(super) struct Replace<'a> {
    pub(super) follow: &'a Follow<'a>,
    pub(super) held: &'a Held,
    pub(super) depth: u8,
    /// What `NEW` holds in the end, where the row is seen as it is stored.
    pub(super) finals: Option<&'a BTreeMap<String, Expr>>,
    /// Whether something was asked for that the stored row no longer shows.
    pub(super) lost: bool,
}

impl Replace<'_> {
    /// A column of `NEW` or `OLD` as it is at this place of the body.
    fn leaf(&mut self, new: bool, column: &str) -> Expr {
        let (dialect, event) = (self.follow.dialect, self.follow.event);
        // There is no row before an INSERT and none after a DELETE.
        let absent = if new { event == Event::Delete } else { event == Event::Insert };
        let held = self.held.columns.get(column).filter(|_| new);
        if let Some(finals) = self.finals.filter(|_| new) {
            let last = finals.get(column);
            if held == last {
                return body::row(new, column);
            }
            self.lost |= held.is_none_or(|held| reads_any(held, finals));
        }
        match held {
            Some(value) => value.clone(),
            None if absent && dialect == Dialect::PostgreSql => Expr::value(Value::Null),
            None => body::row(new, column),
        }
    }

    /// Which row an expression names as a whole.
    fn whole(&self, expr: &Expr) -> Option<bool> {
        if self.follow.dialect != Dialect::PostgreSql {
            return None;
        }
        match expr {
            Expr::Nested(inner) => self.whole(inner),
            Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("row") => {
                match plain_arguments(function).as_slice() {
                    [only] => self.whole(only),
                    _ => None,
                }
            }
            _ => match body::alone(self.follow.dialect, expr)?.as_str() {
                "new" => Some(true),
                "old" => Some(false),
                _ => None,
            },
        }
    }

    fn each(&mut self, new: bool) -> Vec<Expr> {
        let columns = self.follow.columns.clone();
        columns.iter().map(|column| self.leaf(new, column)).collect()
    }

    /// `NEW IS DISTINCT FROM OLD`, column by column.
    fn differ(&mut self) -> Option<Expr> {
        let pairs = self.each(true).into_iter().zip(self.each(false));
        any(pairs.map(|(new, old)| Expr::IsDistinctFrom(Box::new(new), Box::new(old))).collect())
            .map(|expr| Expr::Nested(Box::new(expr)))
    }

    fn special(&self, name: &str) -> Option<Expr> {
        let text = |text: &str| Some(Expr::value(Value::SingleQuotedString(text.into())));
        let trigger = self.follow.trigger;
        match name {
            "tg_op" => text(self.follow.event.word()),
            "tg_table_name" | "tg_relname" => trigger.and_then(|trigger| text(&trigger.table)),
            "tg_table_schema" => text("public"),
            "tg_name" => trigger.and_then(|trigger| text(&trigger.name)),
            "tg_when" => text(if self.follow.before { "BEFORE" } else { "AFTER" }),
            "tg_level" => text("ROW"),
            _ => None,
        }
    }
}

fn reads_any(expr: &Expr, columns: &BTreeMap<String, Expr>) -> bool {
    let found = visit_expressions(expr, |expr| match body::of_row(Dialect::PostgreSql, expr) {
        Some((true, column)) if columns.contains_key(&column) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

fn plain_arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else { return Vec::new() };
    let plain = list.args.iter().filter_map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    });
    plain.collect()
}

impl VisitorMut for Replace<'_> {
    type Break = ();

    /// `VALUES (NEW.*)` and `SELECT NEW.*`.
    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        match query.body.as_mut() {
            SetExpr::Values(values) => {
                for row in &mut values.rows {
                    if row.content.iter().any(|value| self.whole(value).is_some()) {
                        let given = std::mem::take(&mut row.content);
                        row.content = given.into_iter().flat_map(|value| self.spelt_out(value)).collect();
                    }
                }
            }
            SetExpr::Select(select) => {
                let whole =
                    |item: &SelectItem| matches!(item, SelectItem::UnnamedExpr(expr) if self.whole(expr).is_some());
                if select.projection.iter().any(whole) {
                    let given = std::mem::take(&mut select.projection);
                    for item in given {
                        match item {
                            SelectItem::UnnamedExpr(expr) => {
                                select.projection.extend(self.spelt_out(expr).into_iter().map(SelectItem::UnnamedExpr));
                            }
                            item => select.projection.push(item),
                        }
                    }
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let dialect = self.follow.dialect;
        if let Some((new, column)) = body::of_row(dialect, expr) {
            *expr = self.leaf(new, &column);
        } else if let Some(name) = body::alone(dialect, expr) {
            if let Some(value) = self.held.variables.get(&name) {
                self.lost |= self.finals.is_some_and(|finals| reads_any(value, finals));
                *expr = value.clone();
            } else if dialect == Dialect::PostgreSql
                && let Some(value) = self.special(&name)
            {
                *expr = value;
            }
            return ControlFlow::Continue(());
        }
        let both =
            |one: &Expr, other: &Expr| self.whole(one).zip(self.whole(other)).is_some_and(|(one, other)| one != other);
        match expr {
            Expr::IsDistinctFrom(one, other) if both(one, other) => {
                *expr = self.differ().unwrap_or_else(|| expr.clone());
            }
            Expr::BinaryOp { left, op: BinaryOperator::NotEq, right } if both(left, right) => {
                *expr = self.differ().unwrap_or_else(|| expr.clone());
            }
            Expr::IsNotDistinctFrom(one, other) if both(one, other) => {
                if let Some(differ) = self.differ() {
                    *expr = Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(differ) };
                }
            }
            Expr::IsNull(one) => {
                if let Some(new) = self.whole(one) {
                    let absent = if new { Event::Delete } else { Event::Insert };
                    *expr = Expr::value(Value::Boolean(self.follow.event == absent));
                }
            }
            Expr::IsNotNull(one) => {
                if let Some(new) = self.whole(one) {
                    let absent = if new { Event::Delete } else { Event::Insert };
                    *expr = Expr::value(Value::Boolean(self.follow.event != absent));
                }
            }
            Expr::CompoundFieldAccess { root, access_chain } => {
                if body::alone(dialect, root).as_deref() == Some("tg_argv")
                    && let [AccessExpr::Subscript(Subscript::Index { index })] = access_chain.as_slice()
                    && let Some(trigger) = self.follow.trigger
                {
                    let at = index.to_string().parse::<usize>().unwrap_or(usize::MAX);
                    let given = trigger.arguments.get(at).cloned();
                    *expr = Expr::value(given.map_or(Value::Null, Value::SingleQuotedString));
                }
            }
            Expr::Function(function) => {
                let name = last_name(Dialect::PostgreSql, &function.name);
                if name == "pg_trigger_depth" {
                    *expr = raw(format!("(belt_depth(0) + {})", self.depth));
                } else if ["to_jsonb", "to_json", "row_to_json", "hstore"].contains(&name.as_str())
                    && let [only] = plain_arguments(function).as_slice()
                    && let Some(new) = self.whole(only)
                {
                    let columns = self.follow.columns.clone();
                    let pairs = columns.iter().flat_map(|column| {
                        [Expr::value(Value::SingleQuotedString(column.clone())), self.leaf(new, column)]
                    });
                    *expr = call("jsonb_build_object", pairs.collect());
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Replace<'_> {
    fn spelt_out(&mut self, value: Expr) -> Vec<Expr> {
        match self.whole(&value) {
            Some(new) => {
                let columns = self.follow.columns.clone();
                columns.iter().map(|column| body::row(new, column)).collect()
            }
            None => vec![value],
        }
    }
}
