//! What a table's BEFORE triggers make of a row, for the statement that stores it.

use std::collections::BTreeMap;

use sqlparser::ast::Expr;

use super::emit::{Of, Subject, columns, fire, in_order, known};
use super::follow::{self, Deed, Effect, Follow, Held};
use super::{Event, Timing, Trigger};
use crate::sql::{Dialect, SqlProblem, marks};

/// What a table's BEFORE triggers make of a row.
#[derive(Debug, Default)]
pub(in crate::sql) struct Before {
    /// Columns that get another value, in terms of the row as it came.
    pub(in crate::sql) columns: BTreeMap<String, Expr>,
    /// Conditions under which the row is left out.
    pub(in crate::sql) skips: Vec<Expr>,
    /// Conditions under which it is refused, and the mark of the refusal.
    pub(in crate::sql) refusals: Vec<(Expr, String)>,
}

/// What the BEFORE triggers of a table make of a row that a statement writes; `set` are the columns it sets.
pub(in crate::sql) fn before(subject: &Subject<'_>, event: Event, set: &[String]) -> Result<Before, SqlProblem> {
    let dialect = subject.schema.dialect();
    let mut out = Before::default();
    if dialect == Dialect::Sqlite {
        return Ok(out);
    }
    let triggers: Vec<&Trigger> =
        subject.schema.triggers.iter().filter(|trigger| trigger.table == subject.table.name).collect();
    let own = in_order(dialect, &triggers, event);
    let (held, skips) = held_before(subject, event, &own, Of::Set(set))?;
    for (name, value) in held.columns {
        let column = known(subject, &name)?;
        if value.to_string().contains("belt_kept(") {
            return Err(SqlProblem::unsupported(
                "a BEFORE trigger whose NEW hangs on what a statement of its own found is not something belt can run",
            ));
        }
        out.columns.insert(column.name.clone(), value);
    }
    out.skips = skips.iter().filter_map(|guards| follow::all(guards)).collect();
    if skips.iter().any(Vec::is_empty) {
        out.skips.push(Expr::value(sqlparser::ast::Value::Boolean(true)));
    }
    for effect in effects_before(subject, event, &own, Of::Set(set))? {
        let raw: Vec<Expr> = effect.guards.iter().map(|guard| guard.raw.clone()).collect();
        if let Deed::Refuse(kind, text) = &effect.does
            && effect.guards.iter().any(|guard| guard.lost)
            && let Some(guard) = follow::all(&raw)
        {
            out.refusals.push((guard, marks::raised(*kind, text)));
        }
    }
    Ok(out)
}

fn held_before(
    subject: &Subject<'_>,
    event: Event,
    own: &[&Trigger],
    of: Of<'_>,
) -> Result<(Held, Vec<Vec<Expr>>), SqlProblem> {
    let mut follow = Follow::new(subject.schema.dialect(), event, columns(subject));
    (follow.before, follow.skips) = (true, Some(Vec::new()));
    let mut held = Held::default();
    for trigger in own.iter().filter(|trigger| trigger.timing == Timing::Before) {
        held = fire(subject, &mut follow, trigger, held, of)?;
    }
    Ok((held, follow.skips.unwrap_or_default()))
}

pub(super) fn effects_before(
    subject: &Subject<'_>,
    event: Event,
    own: &[&Trigger],
    of: Of<'_>,
) -> Result<Vec<Effect>, SqlProblem> {
    let (last, _) = held_before(subject, event, own, of)?;
    let mut follow = Follow::new(subject.schema.dialect(), event, columns(subject));
    (follow.before, follow.skips, follow.finals) = (true, Some(Vec::new()), Some(last.columns));
    let mut held = Held::default();
    for trigger in own.iter().filter(|trigger| trigger.timing == Timing::Before) {
        held = fire(subject, &mut follow, trigger, held, of)?;
    }
    Ok(follow.effects)
}
