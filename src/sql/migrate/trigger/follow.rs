//! What a body makes of a row, as one expression a column: the body is followed with names in place of values.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{BinaryOperator, CaseWhen, Expr, Statement, Value, VisitMut, VisitorMut};

use super::{Act, Event, Given, Place, body};
use crate::sql::lower::raw;
use crate::sql::names::last_name;
use crate::sql::{Dialect, SqlProblem};

/// Branches followed in all.
const MAX_BRANCHES: usize = 200;

/// What the columns of `NEW` and the body's variables hold, where they have been assigned.
#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    pub(super) columns: BTreeMap<String, Expr>,
    variables: BTreeMap<String, Expr>,
}

/// Something a body does beside changing its row, and when.
#[derive(Debug, Clone)]
pub(super) enum Effect {
    Statement(Vec<Expr>, Box<Statement>),
    Refuse(Vec<Expr>, String),
}

pub(super) struct Follow {
    pub(super) dialect: Dialect,
    pub(super) event: Event,
    /// The row may be left out by returning nothing.
    pub(super) before: bool,
    pub(super) effects: Vec<Effect>,
    branches: usize,
}

impl Follow {
    pub(super) fn new(dialect: Dialect, event: Event) -> Follow {
        Follow { dialect, event, before: false, effects: Vec::new(), branches: 0 }
    }

    /// An expression of the body, in terms of the row as it came.
    pub(super) fn read(&self, held: &Held, expr: &Expr) -> Expr {
        self.read_at(held, expr, 1)
    }

    /// A trigger's own condition, which is looked at before the trigger counts as one that is at work.
    pub(super) fn read_when(&self, held: &Held, expr: &Expr) -> Expr {
        self.read_at(held, expr, 0)
    }

    fn read_at(&self, held: &Held, expr: &Expr, depth: u8) -> Expr {
        let mut expr = expr.clone();
        let _ = VisitMut::visit(&mut expr, &mut Replace { dialect: self.dialect, event: self.event, held, depth });
        expr
    }

    pub(super) fn body(&mut self, acts: &[Act], mut held: Held, guard: &[Expr]) -> Result<Held, SqlProblem> {
        self.branches += 1;
        if self.branches > MAX_BRANCHES {
            return Err(SqlProblem::unsupported("a trigger with as many branches is not something belt can run"));
        }
        for (at, act) in acts.iter().enumerate() {
            match act {
                Act::Set(place, value) => {
                    let value = Expr::Nested(Box::new(self.read(&held, value)));
                    match place {
                        Place::New(column) => held.columns.insert(column.clone(), value),
                        Place::Variable(name) => held.variables.insert(name.clone(), value),
                    };
                }
                Act::If(found, otherwise) => {
                    let leaves = found.iter().map(|(_, acts)| acts).chain([otherwise]).any(|acts| returns(acts));
                    let rest = &acts[at + 1..];
                    let follow = |acts: &[Act]| -> Vec<Act> {
                        let rest = if leaves { rest } else { &[] };
                        acts.iter().chain(rest).cloned().collect()
                    };
                    let mut refused: Vec<Expr> = Vec::new();
                    let mut arms = Vec::new();
                    for (condition, acts) in found {
                        let condition = self.read(&held, condition);
                        let mut inner: Vec<Expr> = guard.to_vec();
                        inner.extend(refused.iter().map(is_not_true));
                        inner.push(condition.clone());
                        let held = self.body(&follow(acts), held.clone(), &inner)?;
                        arms.push((condition.clone(), held));
                        refused.push(condition);
                    }
                    let mut inner: Vec<Expr> = guard.to_vec();
                    inner.extend(refused.iter().map(is_not_true));
                    let last = self.body(&follow(otherwise), held, &inner)?;
                    held = merged(arms, last);
                    if leaves {
                        return Ok(held);
                    }
                }
                Act::Sql(statement) => {
                    let mut statement = statement.clone();
                    let held = &held;
                    let _ = VisitMut::visit(
                        statement.as_mut(),
                        &mut Replace { dialect: self.dialect, event: self.event, held, depth: 1 },
                    );
                    self.effects.push(Effect::Statement(guard.to_vec(), statement));
                }
                Act::Refuse(text) => self.effects.push(Effect::Refuse(guard.to_vec(), text.clone())),
                Act::Return(Given::Null) if self.before => {
                    return Err(SqlProblem::unsupported(
                        "a BEFORE trigger that returns NULL, which leaves the row out, is not something belt can run",
                    ));
                }
                Act::Return(_) => return Ok(held),
            }
        }
        Ok(held)
    }
}

fn returns(acts: &[Act]) -> bool {
    acts.iter().any(|act| match act {
        Act::Return(_) => true,
        Act::If(found, otherwise) => found.iter().any(|(_, acts)| returns(acts)) || returns(otherwise),
        Act::Set(..) | Act::Sql(_) | Act::Refuse(_) => false,
    })
}

pub(super) fn is_not_true(condition: &Expr) -> Expr {
    Expr::IsNotTrue(Box::new(Expr::Nested(Box::new(condition.clone()))))
}

/// All of the conditions.
pub(super) fn all(conditions: &[Expr]) -> Option<Expr> {
    let nested = |expr: &Expr| Expr::Nested(Box::new(expr.clone()));
    conditions.iter().map(nested).reduce(|left, right| Expr::BinaryOp {
        left: Box::new(left),
        op: BinaryOperator::And,
        right: Box::new(right),
    })
}

/// What is held after one of several branches.
pub(super) fn merged(arms: Vec<(Expr, Held)>, last: Held) -> Held {
    let pick = |name: &str, of: &dyn Fn(&Held) -> Option<Expr>| {
        let original = || if name.is_empty() { Expr::value(Value::Null) } else { body::row(true, name) };
        let conditions = arms
            .iter()
            .map(|(condition, held)| CaseWhen {
                condition: condition.clone(),
                result: of(held).unwrap_or_else(original),
            })
            .collect::<Vec<_>>();
        let otherwise = of(&last).unwrap_or_else(original);
        if conditions.is_empty() {
            return otherwise;
        }
        Expr::Case {
            case_token: AttachedToken::empty(),
            end_token: AttachedToken::empty(),
            operand: None,
            conditions,
            else_result: Some(Box::new(otherwise)),
        }
    };
    let all = || arms.iter().map(|(_, held)| held).chain([&last]);
    let columns: Vec<String> = all().flat_map(|held| held.columns.keys().cloned()).collect();
    let variables: Vec<String> = all().flat_map(|held| held.variables.keys().cloned()).collect();
    let mut out = Held::default();
    for name in columns {
        let value = pick(&name, &|held| held.columns.get(&name).cloned());
        out.columns.insert(name, value);
    }
    for name in variables {
        let value = pick("", &|held| held.variables.get(&name).cloned());
        out.variables.insert(name, value);
    }
    out
}

struct Replace<'a> {
    dialect: Dialect,
    event: Event,
    held: &'a Held,
    depth: u8,
}

impl VisitorMut for Replace<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Some((new, column)) = body::of_row(self.dialect, expr) {
            // There is no row before an INSERT and none after a DELETE.
            let absent = if new { self.event == Event::Delete } else { self.event == Event::Insert };
            *expr = match self.held.columns.get(&column).filter(|_| new) {
                Some(value) => value.clone(),
                None if absent && self.dialect == Dialect::PostgreSql => Expr::value(Value::Null),
                None => body::row(new, &column),
            };
        } else if let Some(name) = body::alone(self.dialect, expr) {
            if let Some(value) = self.held.variables.get(&name) {
                *expr = value.clone();
            } else if self.dialect == Dialect::PostgreSql && name == "tg_op" {
                *expr = Expr::value(Value::SingleQuotedString(self.event.word().into()));
            }
        } else if let Expr::Function(function) = expr
            && last_name(Dialect::PostgreSql, &function.name) == "pg_trigger_depth"
        {
            *expr = raw(format!("(belt_depth(0) + {})", self.depth));
        }
        ControlFlow::Continue(())
    }
}

/// `a IS DISTINCT FROM b`, for columns before and after.
pub(super) fn changed(column: &str) -> Expr {
    Expr::IsDistinctFrom(Box::new(body::row(true, column)), Box::new(body::row(false, column)))
}

/// Any of the conditions.
pub(super) fn any(conditions: Vec<Expr>) -> Option<Expr> {
    conditions.into_iter().map(|expr| Expr::Nested(Box::new(expr))).reduce(|left, right| Expr::BinaryOp {
        left: Box::new(left),
        op: BinaryOperator::Or,
        right: Box::new(right),
    })
}
