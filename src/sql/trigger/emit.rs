//! The triggers of one table as SQLite's.
//!
//! SQLite's triggers cannot assign to `NEW`. The row goes in as it came, is changed at once by a trigger that speaks
//! for all BEFORE triggers, and only then held to what must be true of it (`enforced`).

use std::collections::BTreeMap;

use sqlparser::ast::{Expr, Statement};

use super::follow::{self, Deed, Effect, Follow, Guard, Held};
use super::stored::effects_before;
use super::{Does, Event, Function, Timing, Trigger};
use crate::sql::lower;
use crate::sql::marks;
use crate::sql::model::{Schema, Table};
use crate::sql::names::{literal, quoted};
use crate::sql::{DbError, DbErrorKind, Dialect, SqlProblem, SqlProblemKind};

/// The table and what is said of it.
pub(in crate::sql) struct Subject<'a> {
    pub(in crate::sql) schema: &'a Schema,
    pub(in crate::sql) table: &'a Table,
    /// Conditions, in SQLite's words, that each row must fulfil after its triggers, and the mark of the refusal.
    pub(in crate::sql) enforced: Vec<(String, String)>,
    pub(in crate::sql) functions: &'a BTreeMap<String, Function>,
}

/// Statements that create the triggers, in the order they are to be created in: SQLite fires the latest first.
pub(in crate::sql) fn emit(subject: &Subject<'_>, triggers: &[&Trigger]) -> Result<Vec<String>, SqlProblem> {
    let mut created = Vec::new();
    for event in Event::ALL {
        let own = in_order(subject.schema.dialect(), triggers, event);
        if own.is_empty() && (subject.enforced.is_empty() || event == Event::Delete) {
            continue;
        }
        let firing = match one_event(subject, event, &own) {
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
        created.extend(written(subject, event, firing));
    }
    Ok(created)
}

fn written(subject: &Subject<'_>, event: Event, mut firing: Vec<Firing>) -> Vec<String> {
    firing.reverse();
    let table = &subject.table.name;
    let text = |(at, (head, when, acts)): (usize, Firing)| {
        let name = quoted(&format!("belt.{table}.{}.{at}", event.word()));
        let when = when.map(|when| format!(" WHEN {when}")).unwrap_or_default();
        let acts = if acts.is_empty() { "SELECT 1".into() } else { acts.join("; ") };
        format!("CREATE TRIGGER {name} {head} ON {} FOR EACH ROW{when} BEGIN {acts}; END", quoted(table))
    };
    firing.into_iter().enumerate().map(text).collect()
}

/// When it fires, on which condition, and what it does.
type Firing = (String, Option<String>, Vec<String>);

pub(super) fn columns(subject: &Subject<'_>) -> Vec<String> {
    subject.table.columns.iter().map(|column| column.name.clone()).collect()
}

fn one_event(subject: &Subject<'_>, event: Event, triggers: &[&Trigger]) -> Result<Vec<Firing>, SqlProblem> {
    let dialect = subject.schema.dialect();
    if dialect == Dialect::Sqlite {
        return sqlite(subject, event, triggers);
    }
    let mut follow = Follow::new(dialect, event, columns(subject));
    let mut held = Held::default();
    let timing_of = |timing: Timing| triggers.iter().copied().filter(move |trigger| trigger.timing == timing);
    follow.before = true;
    for trigger in timing_of(Timing::Before) {
        held = fire(subject, &mut follow, trigger, held, Of::Changed)?;
    }
    follow.before = false;
    let earlier = std::mem::take(&mut follow.effects);
    for trigger in timing_of(Timing::After).chain(timing_of(Timing::Instead)) {
        // What it assigns to the row comes too late to be kept.
        fire(subject, &mut follow, trigger, held.clone(), Of::Changed)?;
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
        let (when, acts) = deed(subject, effect)?;
        let when = when.map(|when| format!(" AND ({when})")).unwrap_or_default();
        firing.push((head.clone(), Some(format!("{quiet}{when}")), acts));
    }
    Ok(firing)
}

/// The condition of an effect and the statements that have it.
fn deed(subject: &Subject<'_>, effect: &Effect) -> Result<(Option<String>, Vec<String>), SqlProblem> {
    let seen: Vec<Expr> = effect.guards.iter().map(|guard| guard.seen.clone()).collect();
    let when = follow::all(&seen).map(|guard| over_rows(subject, &guard)).transpose()?;
    let acts = match &effect.does {
        Deed::Statement(statement, name) => {
            let text = statement_over_rows(subject, statement)?;
            let mut acts = vec!["SELECT belt_depth(1)".into(), text, "SELECT belt_depth(-1)".into()];
            if subject.schema.dialect() == Dialect::PostgreSql {
                acts.push(format!("SELECT belt_keep({}, changes())", literal(name)));
            }
            acts
        }
        Deed::Refuse(kind, text) => vec![format!("SELECT RAISE(ABORT, {})", literal(&marks::raised(*kind, text)))],
        Deed::Keep(name, condition) => {
            vec![format!("SELECT belt_keep({}, {})", literal(name), over_rows(subject, condition)?)]
        }
    };
    Ok((when, acts))
}

/// Triggers of a table whose statements are written so that they store what BEFORE triggers make of a row ([`before`]).
pub(in crate::sql) fn plain(subject: &Subject<'_>, triggers: &[&Trigger]) -> Result<Vec<String>, SqlProblem> {
    let dialect = subject.schema.dialect();
    if dialect == Dialect::Sqlite {
        return emit(subject, triggers);
    }
    let mut created = Vec::new();
    for event in Event::ALL {
        let own = in_order(dialect, triggers, event);
        let timed = |timing: Timing| own.iter().copied().filter(move |trigger| trigger.timing == timing);
        let earlier = effects_before(subject, event, &own, Of::Always)?;
        let mut follow = Follow::new(dialect, event, columns(subject));
        for trigger in timed(Timing::After) {
            fire(subject, &mut follow, trigger, Held::default(), Of::Always)?;
        }
        let earlier = earlier.into_iter().map(|effect| ("BEFORE", effect));
        let later = std::mem::take(&mut follow.effects).into_iter().map(|effect| ("AFTER", effect));
        let mut firing = Vec::new();
        for (timing, effect) in earlier.chain(later) {
            if effect.lost || effect.guards.iter().any(|guard| guard.lost) {
                match effect.does {
                    // Said where the row is made.
                    Deed::Refuse(..) => continue,
                    _ => {
                        return Err(SqlProblem::unsupported(
                            "a BEFORE trigger that acts on a value of NEW and changes it afterwards is not something belt can run",
                        )
                        .with_help("put the INSERT, UPDATE or DELETE into an AFTER trigger"));
                    }
                }
            }
            let of: Vec<String> = effect.of.iter().map(|name| quoted(name)).collect();
            let of =
                if event == Event::Update && !of.is_empty() { format!(" OF {}", of.join(", ")) } else { String::new() };
            let (when, acts) = deed(subject, &effect)?;
            firing.push((format!("{timing} {}{of}", event.word()), when, acts));
        }
        created.extend(written(subject, event, firing));
    }
    Ok(created)
}

pub(super) fn in_order<'t>(dialect: Dialect, triggers: &[&'t Trigger], event: Event) -> Vec<&'t Trigger> {
    let mut own: Vec<&Trigger> = triggers.iter().copied().filter(|trigger| trigger.events.contains(&event)).collect();
    if dialect == Dialect::PostgreSql {
        own.sort_by(|a, b| a.name.cmp(&b.name));
    }
    own
}

/// SQLite's own triggers keep their time and order.
fn sqlite(subject: &Subject<'_>, event: Event, triggers: &[&Trigger]) -> Result<Vec<Firing>, SqlProblem> {
    let mut firing = Vec::new();
    for trigger in triggers {
        let mut follow = Follow::new(Dialect::Sqlite, event, columns(subject));
        follow.before = true;
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
            match &effect.does {
                Deed::Statement(statement, _) => acts.push(statement_over_rows(subject, statement)?),
                Deed::Refuse(kind, text) => {
                    let raw: Vec<Expr> = effect.guards.iter().map(|guard| guard.raw.clone()).collect();
                    let when = follow::all(&raw).map(|guard| over_rows(subject, &guard)).transpose()?;
                    let when = when.map(|when| format!(" WHERE {when}")).unwrap_or_default();
                    acts.push(format!("SELECT RAISE(ABORT, {}){when}", literal(&marks::raised(*kind, text))));
                }
                Deed::Keep(..) => {}
            }
        }
        firing.push((head, when, acts));
    }
    // The latest is fired first, as when the learner creates them in this order.
    firing.reverse();
    Ok(firing)
}

/// When `UPDATE OF` fires.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of<'s> {
    /// When one of its columns has another value.
    Changed,
    /// Whenever: who fires it has looked.
    Always,
    /// When the statement sets one of its columns.
    Set(&'s [String]),
}

pub(super) fn fire<'t>(
    subject: &Subject<'t>,
    follow: &mut Follow<'t>,
    trigger: &'t Trigger,
    held: Held,
    of: Of<'_>,
) -> Result<Held, SqlProblem> {
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
    if trigger.once && !super::only_refuses(body) {
        return Err(SqlProblem::unsupported("a trigger FOR EACH STATEMENT that writes is not something belt can run")
            .with_help(
                "use FOR EACH ROW; without it, PostgreSQL runs the trigger once a statement, and there is no NEW",
            ));
    }
    follow.trigger = Some(trigger);
    let mut guards: Vec<Guard> = Vec::new();
    if follow.event == Event::Update && !trigger.columns.is_empty() {
        match of {
            Of::Changed => {
                let changed = follow::any(trigger.columns.iter().map(|column| follow::changed(column)).collect());
                guards.extend(changed.map(|changed| Guard { raw: changed.clone(), seen: changed, lost: false }));
            }
            Of::Always => {}
            Of::Set(set) => {
                if !trigger.columns.iter().any(|name| set.iter().any(|column| column.eq_ignore_ascii_case(name))) {
                    return Ok(held);
                }
            }
        }
    }
    guards.extend(trigger.when.as_ref().map(|when| follow.guard(&held, when, 0)));
    let after = follow.body(body, held.clone(), &guards)?;
    let raw: Vec<Expr> = guards.iter().map(|guard| guard.raw.clone()).collect();
    Ok(match follow::all(&raw) {
        Some(guard) => follow::merged(vec![(guard, after)], held),
        None => after,
    })
}

pub(super) fn known<'a>(subject: &Subject<'a>, name: &str) -> Result<&'a crate::sql::model::Column, SqlProblem> {
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
