//! The triggers of one table as SQLite's.
//!
//! SQLite's triggers cannot assign to `NEW`. The row goes in as it came, is changed at once by a trigger that speaks
//! for all BEFORE triggers, and only then held to what must be true of it (`enforced`).

use std::collections::BTreeMap;

use sqlparser::ast::{Expr, Statement};

use super::follow::{self, Effect, Follow, Held};
use super::{Does, Event, Function, Timing, Trigger};
use crate::sql::lower;
use crate::sql::migrate::marks;
use crate::sql::model::{Schema, Table};
use crate::sql::names::{literal, quoted};
use crate::sql::{DbError, DbErrorKind, Dialect, SqlProblem, SqlProblemKind};

/// The table and what is said of it.
pub(in crate::sql::migrate) struct Subject<'a> {
    pub(in crate::sql::migrate) schema: &'a Schema,
    pub(in crate::sql::migrate) table: &'a Table,
    /// Conditions, in SQLite's words, that each row must fulfil after its triggers, and the mark of the refusal.
    pub(in crate::sql::migrate) enforced: Vec<(String, String)>,
    pub(in crate::sql::migrate) functions: &'a BTreeMap<String, Function>,
}

/// Statements that create the triggers, in the order they are to be created in: SQLite fires the latest first.
pub(in crate::sql::migrate) fn emit(subject: &Subject<'_>, triggers: &[&Trigger]) -> Result<Vec<String>, SqlProblem> {
    let mut created = Vec::new();
    for event in Event::ALL {
        let mut own: Vec<&Trigger> =
            triggers.iter().copied().filter(|trigger| trigger.events.contains(&event)).collect();
        if subject.schema.dialect() == Dialect::PostgreSql {
            own.sort_by(|a, b| a.name.cmp(&b.name));
        }
        if own.is_empty() && (subject.enforced.is_empty() || event == Event::Delete) {
            continue;
        }
        let mut firing = match one_event(subject, event, &own) {
            Ok(firing) => firing,
            Err(problem) if problem.kind == SqlProblemKind::Unsupported => return Err(problem),
            // A trigger that speaks of what is no longer there fails when it is fired, not before.
            Err(problem) => {
                let timing =
                    if own.iter().any(|trigger| trigger.timing == Timing::Instead) { "INSTEAD OF" } else { "AFTER" };
                let does = format!("SELECT RAISE(ABORT, {})", literal(&marks::broken(&problem.message)));
                vec![(format!("{timing} {}", event.word()), None, vec![does])]
            }
        };
        firing.reverse();
        for (at, (head, when, acts)) in firing.into_iter().enumerate() {
            let name = quoted(&format!("belt.{}.{}.{at}", subject.table.name, event.word()));
            let when = when.map(|when| format!(" WHEN {when}")).unwrap_or_default();
            created.push(format!(
                "CREATE TRIGGER {name} {head} ON {} FOR EACH ROW{when} BEGIN {}; END",
                quoted(&subject.table.name),
                acts.join("; ")
            ));
        }
    }
    Ok(created)
}

/// When it fires, on which condition, and what it does.
type Firing = (String, Option<String>, Vec<String>);

fn one_event(subject: &Subject<'_>, event: Event, triggers: &[&Trigger]) -> Result<Vec<Firing>, SqlProblem> {
    let dialect = subject.schema.dialect();
    let mut follow = Follow::new(dialect, event);
    let mut held = Held::default();
    let timing_of = |timing: Timing| triggers.iter().copied().filter(move |trigger| trigger.timing == timing);
    if dialect == Dialect::Sqlite {
        return sqlite(subject, event, triggers);
    }
    follow.before = true;
    for trigger in timing_of(Timing::Before) {
        held = fire(subject, &mut follow, trigger, held)?;
    }
    follow.before = false;
    let earlier = std::mem::take(&mut follow.effects);
    for trigger in timing_of(Timing::After).chain(timing_of(Timing::Instead)) {
        // What it assigns to the row comes too late to be kept.
        fire(subject, &mut follow, trigger, held.clone())?;
    }
    let head = if timing_of(Timing::Instead).next().is_some() { "INSTEAD OF" } else { "AFTER" };
    let head = format!("{head} {}", event.word());
    let quiet = "belt_quiet(-1) = 0";
    let mut firing: Vec<Firing> = Vec::new();
    let key = key(subject.table);
    if event != Event::Delete && !held.columns.is_empty() {
        let mut sets = Vec::new();
        for (name, value) in &held.columns {
            let column = known(subject, name)?;
            let text = over_rows(subject, value)?;
            sets.push(format!("{} = {}", quoted(&column.name), column.kind.coerced(&text).unwrap_or(text)));
        }
        let update = format!("UPDATE {} SET {} WHERE {key}", quoted(&subject.table.name), sets.join(", "));
        let acts = vec!["SELECT belt_quiet(1)".into(), update, "SELECT belt_quiet(0)".into()];
        firing.push((head.clone(), Some(quiet.into()), acts));
    }
    if event != Event::Delete && !subject.enforced.is_empty() {
        let acts = subject.enforced.iter().map(|(condition, mark)| {
            let table = quoted(&subject.table.name);
            format!("SELECT RAISE(ABORT, {}) FROM {table} WHERE {key} AND NOT ({condition})", literal(mark))
        });
        firing.push((head.clone(), Some(quiet.into()), acts.collect()));
    }
    for effect in earlier.iter().chain(&follow.effects) {
        let (guard, acts) = match effect {
            Effect::Statement(guard, statement) => {
                let text = statement_over_rows(subject, statement)?;
                (guard, vec!["SELECT belt_depth(1)".into(), text, "SELECT belt_depth(-1)".into()])
            }
            Effect::Refuse(guard, text) => {
                (guard, vec![format!("SELECT RAISE(ABORT, {})", literal(&marks::raised(text)))])
            }
        };
        let mut when = quiet.to_string();
        if let Some(guard) = follow::all(guard) {
            when.push_str(&format!(" AND ({})", over_rows(subject, &guard)?));
        }
        firing.push((head.clone(), Some(when), acts));
    }
    Ok(firing)
}

/// SQLite's own triggers keep their time and order.
fn sqlite(subject: &Subject<'_>, event: Event, triggers: &[&Trigger]) -> Result<Vec<Firing>, SqlProblem> {
    let mut firing = Vec::new();
    for trigger in triggers {
        let mut follow = Follow::new(Dialect::Sqlite, event);
        let Does::Body(body) = &trigger.does else { continue };
        follow.body(body, Held::default(), &[])?;
        let timing = match trigger.timing {
            Timing::Before => "BEFORE",
            Timing::After => "AFTER",
            Timing::Instead => "INSTEAD OF",
        };
        let mut head = format!("{timing} {}", event.word());
        if event == Event::Update && !trigger.columns.is_empty() {
            let columns: Vec<String> = trigger.columns.iter().map(|name| quoted(name)).collect();
            head.push_str(&format!(" OF {}", columns.join(", ")));
        }
        let when = trigger.when.as_ref().map(|when| over_rows(subject, when)).transpose()?;
        let mut acts = Vec::new();
        for effect in &follow.effects {
            acts.push(match effect {
                Effect::Statement(_, statement) => statement_over_rows(subject, statement)?,
                Effect::Refuse(guard, text) => {
                    let when = follow::all(guard).map(|guard| over_rows(subject, &guard)).transpose()?;
                    let when = when.map(|when| format!(" WHERE {when}")).unwrap_or_default();
                    format!("SELECT RAISE(ABORT, {}){when}", literal(&marks::raised(text)))
                }
            });
        }
        firing.push((head, when, acts));
    }
    // The latest is fired first, as when the learner creates them in this order.
    firing.reverse();
    Ok(firing)
}

fn fire(subject: &Subject<'_>, follow: &mut Follow, trigger: &Trigger, held: Held) -> Result<Held, SqlProblem> {
    let body = match &trigger.does {
        Does::Body(body) => body,
        Does::Call(name) => {
            &subject
                .functions
                .get(name)
                .ok_or_else(|| SqlProblem::invalid(format!("there is no function {name}()")))?
                .body
        }
    };
    let mut guard = Vec::new();
    if follow.event == Event::Update && !trigger.columns.is_empty() {
        guard.extend(follow::any(trigger.columns.iter().map(|column| follow::changed(column)).collect()));
    }
    guard.extend(trigger.when.as_ref().map(|when| follow.read_when(&held, when)));
    let after = follow.body(body, held.clone(), &guard)?;
    Ok(match follow::all(&guard) {
        Some(guard) => follow::merged(vec![(guard, after)], held),
        None => after,
    })
}

fn known<'a>(subject: &Subject<'a>, name: &str) -> Result<&'a crate::sql::model::Column, SqlProblem> {
    subject
        .table
        .column(name)
        .ok_or_else(|| SqlProblem::invalid(format!("the row of {} has no column {name}", subject.table.name)))
}

fn rows(subject: &Subject<'_>) -> Vec<(String, String)> {
    ["new", "old"].map(|alias| (alias.to_string(), subject.table.name.clone())).to_vec()
}

fn over_rows(subject: &Subject<'_>, expr: &Expr) -> Result<String, SqlProblem> {
    check_rows(subject, expr)?;
    lower::expression_over(subject.schema, rows(subject), expr)
}

/// SQLite finds out only when the trigger fires, and in words of its own.
fn check_rows<T: sqlparser::ast::Visit>(subject: &Subject<'_>, tree: &T) -> Result<(), SqlProblem> {
    let found = sqlparser::ast::visit_expressions(tree, |expr| {
        match super::body::of_row(subject.schema.dialect(), expr).map(|(_, column)| known(subject, &column)) {
            Some(Err(problem)) => std::ops::ControlFlow::Break(problem),
            Some(Ok(_)) | None => std::ops::ControlFlow::Continue(()),
        }
    });
    match found {
        std::ops::ControlFlow::Break(problem) => Err(problem),
        std::ops::ControlFlow::Continue(()) => Ok(()),
    }
}

fn statement_over_rows(subject: &Subject<'_>, statement: &Statement) -> Result<String, SqlProblem> {
    check_rows(subject, statement)?;
    let lowered = lower::lower_statement(subject.schema, statement.clone(), Vec::new(), &rows(subject));
    if let Ok(lowered) = &lowered
        && subject.schema.dialect() == Dialect::MySql
        && lowered.target.as_deref() == Some(subject.table.name.as_str())
    {
        return Err(SqlProblem::invalid(format!("MySQL cannot change {0} in a trigger of {0}", subject.table.name)));
    }
    lowered.map(|lowered| lowered.sql).map_err(|error: DbError| match error.kind {
        DbErrorKind::Unsupported => SqlProblem::unsupported(error.message),
        _ => SqlProblem::invalid(error.message),
    })
}

/// The condition that picks the row a trigger is fired for.
fn key(table: &Table) -> String {
    match table.primary_key() {
        Some(key) => {
            let parts: Vec<String> = key.columns.iter().map(|name| format!("{0} = NEW.{0}", quoted(name))).collect();
            parts.join(" AND ")
        }
        None => "rowid = NEW.rowid".into(),
    }
}
