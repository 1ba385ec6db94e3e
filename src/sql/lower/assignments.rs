//! `SET`: each column by itself, in the order the dialect has, and MySQL's count of what really changed.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Assignment, AssignmentTarget, BinaryOperator, Delete, Expr, FromTable, FunctionArg, FunctionArgExpr,
    FunctionArguments, Ident, Insert, Join, JoinConstraint, JoinOperator, ObjectName, OnConflictAction, OnInsert,
    SelectItem, Statement, TableAlias, TableFactor, TableWithJoins, Update, UpdateTableFromKind, Value,
    visit_expressions_mut,
};

use super::store::DEFAULT;
use super::{Lowering, raw};
use crate::sql::model::{Column, Table};
use crate::sql::names::{fold, last_name, plain_name, quoted, quoted_ident};
use crate::sql::rewrite::output_name;
use crate::sql::{DbError, Dialect, SqlProblem};

impl<'a> Lowering<'a> {
    /// Brings the assignments into one form before anything in them is lowered, and names what is returned.
    pub(super) fn arrange(&mut self, statement: &mut Statement) -> Result<(), DbError> {
        self.returned_by_key(statement);
        let returning = match statement {
            Statement::Insert(insert) => insert.returning.as_mut(),
            Statement::Update(update) => update.returning.as_mut(),
            Statement::Delete(delete) => delete.returning.as_mut(),
            _ => None,
        };
        for item in returning.into_iter().flatten() {
            if let SelectItem::UnnamedExpr(expr) = item
                && !matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
                && let Some(name) = output_name(expr, self.dialect())
            {
                *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: quoted_ident(&name) };
            }
        }
        let assignments = match statement {
            Statement::Update(update) => {
                self.join_sources(update)?;
                &mut update.assignments
            }
            Statement::Insert(Insert { on: Some(OnInsert::DuplicateKeyUpdate(assignments)), .. }) => assignments,
            Statement::Insert(Insert { on: Some(OnInsert::OnConflict(conflict)), .. }) => match &mut conflict.action {
                OnConflictAction::DoUpdate(update) => &mut update.assignments,
                OnConflictAction::DoNothing => return Ok(()),
            },
            _ => return Ok(()),
        };
        *assignments = std::mem::take(assignments).into_iter().flat_map(apart).collect();
        for assignment in assignments.iter_mut() {
            if matches!(&assignment.value, Expr::Identifier(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("default"))
            {
                assignment.value = Expr::value(Value::Placeholder(DEFAULT.into()));
            }
        }
        if self.dialect() == Dialect::MySql {
            in_order(assignments);
        }
        Ok(())
    }

    /// MySQL's `UPDATE t JOIN u ON ... SET` as `UPDATE t SET ... FROM u WHERE ...`, with the changed table first.
    fn join_sources(&mut self, update: &mut Update) -> Result<(), DbError> {
        let unsupported = |what: &str| Err(SqlProblem::unsupported(what).into());
        let mut changed: Option<String> = None;
        for assignment in &update.assignments {
            if let AssignmentTarget::ColumnName(ObjectName(parts)) = &assignment.target
                && let [.., table, _] = parts.as_slice()
            {
                let name = table.as_ident().map(|name| fold(self.dialect(), name)).unwrap_or_default();
                if changed.as_ref().is_some_and(|other| !other.eq_ignore_ascii_case(&name)) {
                    return unsupported(
                        "an UPDATE of two tables at once is not something belt can run: use two in one transaction",
                    );
                }
                changed = Some(name);
            }
        }
        let inner = |join: &Join| {
            matches!(join.join_operator, JoinOperator::Join(_) | JoinOperator::Inner(_) | JoinOperator::CrossJoin(_))
        };
        if !update.table.joins.iter().all(inner) {
            return self.join_outer(update, changed);
        }
        let joins = std::mem::take(&mut update.table.joins);
        if joins.is_empty() {
            return Ok(());
        }
        let mut sources = vec![std::mem::replace(&mut update.table.relation, nowhere())];
        for join in joins {
            let on = match join.join_operator {
                JoinOperator::Join(on) | JoinOperator::Inner(on) | JoinOperator::CrossJoin(on) => on,
                _ => {
                    return unsupported(
                        "UPDATE with this kind of join is not something belt can run: ask for the missing rows with NOT EXISTS",
                    );
                }
            };
            match on {
                JoinConstraint::On(on) => {
                    update.selection = Some(match update.selection.take() {
                        Some(selection) => Expr::BinaryOp {
                            left: Box::new(Expr::Nested(Box::new(on))),
                            op: BinaryOperator::And,
                            right: Box::new(Expr::Nested(Box::new(selection))),
                        },
                        None => on,
                    });
                }
                JoinConstraint::None => {}
                _ => return unsupported("UPDATE with a join USING is not something belt can run: write ON"),
            }
            sources.push(join.relation);
        }
        let first = changed.and_then(|name| {
            sources.iter().position(|factor| self.alias(factor).is_some_and(|alias| alias.eq_ignore_ascii_case(&name)))
        });
        update.table.relation = sources.remove(first.unwrap_or(0));
        let sources = sources.into_iter().map(|relation| TableWithJoins { relation, joins: Vec::new() });
        match &mut update.from {
            Some(UpdateTableFromKind::AfterSet(known) | UpdateTableFromKind::BeforeSet(known)) => known.extend(sources),
            None => update.from = Some(UpdateTableFromKind::AfterSet(sources.collect())),
        }
        Ok(())
    }

    /// `UPDATE a LEFT JOIN b ON ... SET a.x = ...`: the joined tables stand as they are, and the changed one once more.
    fn join_outer(&mut self, update: &mut Update, changed: Option<String>) -> Result<(), DbError> {
        const TARGET: &str = "belt.target";
        let factors: Vec<TableFactor> = std::iter::once(&update.table.relation)
            .chain(update.table.joins.iter().map(|join| &join.relation))
            .cloned()
            .collect();
        let named = |factor: &&TableFactor| {
            let alias = self.alias(factor);
            changed.as_ref().is_none_or(|name| alias.is_some_and(|alias| alias.eq_ignore_ascii_case(name)))
        };
        let factor = factors.iter().find(named).unwrap_or(&update.table.relation).clone();
        let target = self.target(&factor)?;
        let (Some(alias), Some(table)) = (self.alias(&factor), self.table(&target)) else {
            return Ok(());
        };
        let Some(key) = table.primary_key() else {
            return Err(SqlProblem::unsupported(format!(
                "UPDATE with this kind of join, of {target} without a primary key, is not something belt can run"
            ))
            .into());
        };
        let qualify = |expr: &mut Expr| {
            let _ = visit_expressions_mut(expr, |expr| {
                if let Expr::Identifier(name) = expr
                    && table.column(&name.value).is_some()
                {
                    *expr = Expr::CompoundIdentifier(vec![Ident::with_quote('`', &alias), name.clone()]);
                }
                ControlFlow::<()>::Continue(())
            });
        };
        for assignment in &mut update.assignments {
            qualify(&mut assignment.value);
        }
        update.selection.iter_mut().for_each(qualify);
        for name in &key.columns {
            let of = |alias: &str| {
                Expr::CompoundIdentifier(vec![Ident::with_quote('`', alias), Ident::with_quote('`', name)])
            };
            let equal =
                Expr::BinaryOp { left: Box::new(of(TARGET)), op: BinaryOperator::Eq, right: Box::new(of(&alias)) };
            update.selection = Some(match update.selection.take() {
                Some(selection) => Expr::BinaryOp {
                    left: Box::new(Expr::Nested(Box::new(selection))),
                    op: BinaryOperator::And,
                    right: Box::new(equal),
                },
                None => equal,
            });
        }
        self.sources.tables.push((TARGET.into(), target.clone()));
        let mut relation = factor;
        if let TableFactor::Table { alias, .. } = &mut relation {
            *alias = Some(TableAlias {
                explicit: true,
                name: Ident::with_quote('`', TARGET),
                columns: Vec::new(),
                at: None,
            });
        }
        let whole = std::mem::replace(&mut update.table, TableWithJoins { relation, joins: Vec::new() });
        update.from = Some(UpdateTableFromKind::AfterSet(vec![whole]));
        Ok(())
    }

    /// What has to hold for MySQL to say that a row was changed; `source` is the name the table goes by.
    pub(super) fn changes(&self, table: &'a Table, source: Option<&str>, assignments: &[Assignment]) -> Option<String> {
        let mut terms = Vec::new();
        for assignment in assignments {
            let AssignmentTarget::ColumnName(name) = &assignment.target else {
                return None;
            };
            let column = table.column(&last_name(Dialect::Sqlite, name))?;
            let value = assignment.value.to_string();
            // What counts or draws must not do so twice.
            if ["belt_keep_id(", "belt_seq(", "belt_auto(", "belt_new_uuid(", "belt_random("]
                .iter()
                .any(|call| value.contains(call))
            {
                return None;
            }
            let source = source.map(|source| format!("{}.", quoted(source))).unwrap_or_default();
            let bytes = if column.ignores_case { " COLLATE BINARY" } else { "" };
            terms.push(format!("{source}{}{bytes} IS NOT ({value})", quoted(&column.name)));
        }
        (!terms.is_empty()).then(|| terms.join(" OR "))
    }

    /// `ON UPDATE CURRENT_TIMESTAMP`, where the column is not set anyway.
    pub(super) fn touch(&self, table: &'a Table, assignments: &mut Vec<Assignment>) {
        let touched = |column: &&Column| column.touched_on_update;
        for column in table.columns.iter().filter(touched) {
            let already = assignments.iter().any(|assignment| {
                matches!(&assignment.target, AssignmentTarget::ColumnName(name)
                    if last_name(Dialect::Sqlite, name).eq_ignore_ascii_case(&column.name))
            });
            if !already {
                assignments.push(Assignment {
                    target: AssignmentTarget::ColumnName(plain_name(&column.name)),
                    value: raw("belt_now()".into()),
                });
            }
        }
    }
}

/// MySQL's `DELETE FROM a USING a JOIN b ...` is its `DELETE a FROM a JOIN b ...`.
pub(super) fn from_using(delete: &mut Delete) {
    let Some(using) = delete.using.take() else { return };
    let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &mut delete.from;
    let named = |from: &TableWithJoins| match &from.relation {
        TableFactor::Table { name, .. } => Some(name.clone()),
        _ => None,
    };
    delete.tables = from.iter().filter_map(named).collect();
    *from = using;
}

fn nowhere() -> TableFactor {
    TableFactor::TableFunction { expr: raw(String::new()), alias: None }
}

/// `(a, b) = (1, 2)` as two assignments.
fn apart(assignment: Assignment) -> Vec<Assignment> {
    let values = match &assignment.value {
        Expr::Tuple(values) => Some(values.clone()),
        Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("row") => match &function.args {
            FunctionArguments::List(list) => list
                .args
                .iter()
                .map(|argument| match argument {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => Some(value.clone()),
                    _ => None,
                })
                .collect(),
            _ => None,
        },
        _ => None,
    };
    match (&assignment.target, values) {
        (AssignmentTarget::Tuple(names), Some(values)) if names.len() == values.len() => {
            let pair = |(name, value): (&ObjectName, Expr)| Assignment {
                target: AssignmentTarget::ColumnName(name.clone()),
                value,
            };
            names.iter().zip(values).map(pair).collect()
        }
        _ => vec![assignment],
    }
}

/// MySQL assigns from left to right: a column that was set before has its new value in what follows.
fn in_order(assignments: &mut [Assignment]) {
    // `VALUES(column)` is of the row that could not be inserted, which stays what it is.
    for assignment in assignments.iter_mut() {
        let _ = visit_expressions_mut(&mut assignment.value, |expr| {
            if let Expr::Function(function) = expr
                && function.name.to_string().eq_ignore_ascii_case("values")
                && let FunctionArguments::List(list) = &function.args
                && let [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(column)))] = list.args.as_slice()
            {
                *expr = Expr::CompoundIdentifier(vec![Ident::new("excluded"), column.clone()]);
            }
            ControlFlow::<()>::Continue(())
        });
    }
    for at in 1..assignments.len() {
        let (before, rest) = assignments.split_at_mut(at);
        let known: Vec<(String, &Expr)> = before
            .iter()
            .filter_map(|assignment| match &assignment.target {
                AssignmentTarget::ColumnName(name) => Some((last_name(Dialect::MySql, name), &assignment.value)),
                AssignmentTarget::Tuple(_) => None,
            })
            .collect();
        let Some(assignment) = rest.first_mut() else {
            return;
        };
        let _ = visit_expressions_mut(&mut assignment.value, |expr| {
            if let Expr::Identifier(name) = expr
                && let Some((_, value)) = known.iter().find(|(column, _)| column.eq_ignore_ascii_case(&name.value))
            {
                *expr = Expr::Nested(Box::new((*value).clone()));
            }
            ControlFlow::<()>::Continue(())
        });
    }
}
