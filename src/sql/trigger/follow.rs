//! What a body makes of a row, as one expression a column: the body is followed with names in place of values.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{BinaryOperator, CaseWhen, Expr, Statement, Value, VisitMut, visit_expressions};

use super::replace::Replace;
use super::{Act, Event, Given, Place, Trigger, body};
use crate::sql::lower::raw;
use crate::sql::names::literal;
use crate::sql::{DbErrorKind, Dialect, SqlProblem};

/// Branches followed in all.
const MAX_BRANCHES: usize = 200;

/// What the columns of `NEW` and the body's variables hold, where they have been assigned.
#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    pub(super) columns: BTreeMap<String, Expr>,
    pub(super) variables: BTreeMap<String, Expr>,
}

/// A condition of the body around what it does.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    /// In terms of the row as it came.
    pub(super) raw: Expr,
    /// In terms of the row as it will be stored, where that is followed.
    pub(super) seen: Expr,
    /// Whether it asks for what the stored row no longer shows.
    pub(super) lost: bool,
}

/// Something a body does beside changing its row, and when.
#[derive(Debug, Clone)]
pub(super) struct Effect {
    /// `UPDATE OF`.
    pub(super) of: Vec<String>,
    pub(super) guards: Vec<Guard>,
    /// Whether it reads what the stored row no longer shows.
    pub(super) lost: bool,
    pub(super) does: Deed,
}

#[derive(Debug, Clone)]
pub(super) enum Deed {
    /// A statement, and what the number of rows it changed is kept under.
    Statement(Box<Statement>, String),
    Refuse(DbErrorKind, String),
    /// A condition that reads tables is looked at once, before what hangs on it changes them.
    Keep(String, Box<Expr>),
}

pub(super) struct Follow<'a> {
    pub(super) dialect: Dialect,
    pub(super) event: Event,
    /// The columns of the table.
    pub(super) columns: Vec<String>,
    pub(super) trigger: Option<&'a Trigger>,
    /// The row may be left out by returning nothing.
    pub(super) before: bool,
    /// Whether leaving a row out can be done.
    pub(super) skips: Option<Vec<Vec<Expr>>>,
    /// What `NEW` holds in the end, where effects see the row as it is stored.
    pub(super) finals: Option<BTreeMap<String, Expr>>,
    pub(super) effects: Vec<Effect>,
    branches: usize,
    kept: usize,
}

impl<'a> Follow<'a> {
    pub(super) fn new(dialect: Dialect, event: Event, columns: Vec<String>) -> Follow<'a> {
        Follow {
            dialect,
            event,
            columns,
            trigger: None,
            before: false,
            skips: None,
            finals: None,
            effects: Vec::new(),
            branches: 0,
            kept: 0,
        }
    }

    fn replace<'f>(&'f self, held: &'f Held, depth: u8, finals: bool) -> Replace<'f> {
        let finals = self.finals.as_ref().filter(|_| finals);
        Replace { follow: self, held, depth, finals, lost: false }
    }

    /// An expression of the body, in terms of the row as it came.
    pub(super) fn read(&self, held: &Held, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        let _ = VisitMut::visit(&mut expr, &mut self.replace(held, 1, false));
        expr
    }

    /// A condition; a trigger's own is looked at before the trigger counts as one that is at work.
    pub(super) fn guard(&self, held: &Held, expr: &Expr, depth: u8) -> Guard {
        let (mut raw, mut seen) = (expr.clone(), expr.clone());
        let _ = VisitMut::visit(&mut raw, &mut self.replace(held, depth, false));
        let mut replace = self.replace(held, depth, true);
        let _ = VisitMut::visit(&mut seen, &mut replace);
        Guard { raw, seen, lost: replace.lost }
    }

    fn effect(&mut self, guards: &[Guard], lost: bool, does: Deed) {
        let of = self.trigger.map(|trigger| trigger.columns.clone()).unwrap_or_default();
        self.effects.push(Effect { of, guards: guards.to_vec(), lost, does });
    }

    fn kept_name(&mut self) -> String {
        self.kept += 1;
        let trigger = self.trigger.map(|trigger| trigger.name.as_str()).unwrap_or_default();
        format!("{trigger}.{}.{}", self.event.word(), self.kept)
    }

    pub(super) fn body(&mut self, acts: &[Act], mut held: Held, guards: &[Guard]) -> Result<Held, SqlProblem> {
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
                    let mut refused: Vec<Guard> = Vec::new();
                    let mut arms = Vec::new();
                    for (condition, acts) in found {
                        let mut condition = self.guard(&held, condition, 1);
                        let mut inner: Vec<Guard> = guards.to_vec();
                        inner.extend(refused.iter().map(is_not_true));
                        if !self.before && reads_tables(&condition.raw) {
                            let name = self.kept_name();
                            let kept = kept(&name);
                            self.effect(&inner, false, Deed::Keep(name, Box::new(condition.raw)));
                            condition = Guard { raw: kept.clone(), seen: kept, lost: false };
                        }
                        inner.push(condition.clone());
                        let held = self.body(&follow(acts), held.clone(), &inner)?;
                        arms.push((condition.raw.clone(), held));
                        refused.push(condition);
                    }
                    let mut inner: Vec<Guard> = guards.to_vec();
                    inner.extend(refused.iter().map(is_not_true));
                    let last = self.body(&follow(otherwise), held, &inner)?;
                    held = merged(arms, last);
                    if leaves {
                        return Ok(held);
                    }
                }
                Act::Sql(statement) => {
                    let mut statement = statement.clone();
                    let mut replace = self.replace(&held, 1, true);
                    let _ = VisitMut::visit(statement.as_mut(), &mut replace);
                    let lost = replace.lost;
                    let name = self.kept_name();
                    if self.dialect == Dialect::PostgreSql {
                        held.variables.insert(body::FOUND.into(), raw(format!("({} > 0)", kept(&name))));
                        held.variables.insert(body::ROW_COUNT.into(), kept(&name));
                    }
                    self.effect(guards, lost, Deed::Statement(statement, name));
                }
                Act::Refuse(kind, text) => self.effect(guards, false, Deed::Refuse(*kind, text.clone())),
                Act::Return(given) => {
                    let nothing = match (given, self.event) {
                        (Given::Null, _) | (Given::New, Event::Delete) | (Given::Old, Event::Insert) => true,
                        (Given::Old, Event::Update) if self.before => {
                            return Err(SqlProblem::unsupported(
                                "a BEFORE UPDATE trigger that returns OLD is not something belt can run",
                            ));
                        }
                        _ => false,
                    };
                    if nothing && self.before {
                        let Some(skips) = &mut self.skips else {
                            return Err(SqlProblem::unsupported(
                                "a BEFORE trigger that returns NULL, which leaves the row out, is not something belt can run",
                            ));
                        };
                        skips.push(guards.iter().map(|guard| guard.raw.clone()).collect());
                    }
                    return Ok(held);
                }
            }
        }
        Ok(held)
    }
}

fn kept(name: &str) -> Expr {
    raw(format!("belt_kept({})", literal(name)))
}

fn reads_tables(expr: &Expr) -> bool {
    let found = visit_expressions(expr, |expr| match expr {
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

fn returns(acts: &[Act]) -> bool {
    acts.iter().any(|act| match act {
        Act::Return(_) => true,
        Act::If(found, otherwise) => found.iter().any(|(_, acts)| returns(acts)) || returns(otherwise),
        Act::Set(..) | Act::Sql(_) | Act::Refuse(..) => false,
    })
}

fn is_not_true(guard: &Guard) -> Guard {
    let not = |condition: &Expr| Expr::IsNotTrue(Box::new(Expr::Nested(Box::new(condition.clone()))));
    Guard { raw: not(&guard.raw), seen: not(&guard.seen), lost: guard.lost }
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
