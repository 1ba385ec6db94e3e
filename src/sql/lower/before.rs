//! What a table's BEFORE triggers make of a row is written into the statement that makes the row, so that keys,
//! conditions, conflicts and `RETURNING` see the row as it is stored.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Assignment, AssignmentTarget, BinaryOperator, Delete, Expr, FromTable, Ident, Insert, OnConflict, OnConflictAction,
    OnInsert, Query, Select, SelectItem, SetExpr, Statement, TableFactor, Update, Value, Visit, visit_expressions,
    visit_expressions_mut,
};

use super::store::DEFAULT;
use super::{Lowering, raw};
use crate::sql::model::{Column, Table};
use crate::sql::names::{last_name, literal, plain_name};
use crate::sql::trigger::{self, Before, Event, Subject};
use crate::sql::{DbError, Dialect, SqlProblem, SqlProblemKind, parse};

/// What the row of an `INSERT` goes by before it is stored.
const ROW: &str = "belt.row";

impl<'a> Lowering<'a> {
    /// Writes what BEFORE triggers do into the statement.
    pub(super) fn write_triggers(&mut self, statement: &mut Statement, target: Option<&str>) -> Result<(), DbError> {
        let dialect = self.dialect();
        let Some(table) = target.and_then(|name| self.table(name)) else {
            return Ok(());
        };
        if dialect == Dialect::Sqlite || self.schema.triggers.iter().all(|trigger| trigger.table != table.name) {
            return Ok(());
        }
        match statement {
            Statement::Insert(insert) => {
                let alias =
                    insert.table_alias.as_ref().map_or_else(|| table.name.clone(), |alias| alias.alias.value.clone());
                if let Some(OnInsert::OnConflict(OnConflict { action: OnConflictAction::DoUpdate(update), .. })) =
                    &mut insert.on
                {
                    self.assigned(table, &alias, &mut update.assignments, &mut update.selection)?;
                }
                self.inserted(table, insert)
            }
            Statement::Update(update) => {
                let alias = self.alias(&update.table.relation).unwrap_or_else(|| table.name.clone());
                let Update { assignments, selection, .. } = update;
                self.assigned(table, &alias, assignments, selection)
            }
            Statement::Delete(delete) => self.deleted(table, delete),
            _ => Ok(()),
        }
    }

    fn before(&self, table: &'a Table, event: Event, set: &[String]) -> Result<Before, DbError> {
        let subject = Subject { schema: self.schema, table, enforced: Vec::new(), functions: &self.schema.functions };
        let mut before = trigger::before(&subject, event, set).map_err(|problem| match problem.kind {
            SqlProblemKind::Unsupported => DbError::from(problem),
            _ => SqlProblem::invalid(format!("a trigger of {} fails: {}", table.name, problem.message)).into(),
        })?;
        let skips = before.skips.iter_mut().chain(before.refusals.iter_mut().map(|(condition, _)| condition));
        for expr in before.columns.values_mut().chain(skips) {
            trigger::write_out(self.schema, expr);
        }
        Ok(before)
    }

    /// Tables that what comes from a trigger reads.
    fn collect(&mut self, expr: &Expr) {
        let _ = Visit::visit(expr, &mut self.sources);
    }

    /// `SET`, of an `UPDATE` or behind `ON CONFLICT`; `alias` is the name the row goes by.
    fn assigned(
        &mut self,
        table: &'a Table,
        alias: &str,
        assignments: &mut Vec<Assignment>,
        selection: &mut Option<Expr>,
    ) -> Result<(), DbError> {
        let mut given: BTreeMap<String, Expr> = BTreeMap::new();
        let mut set = Vec::new();
        for assignment in assignments.iter() {
            match &assignment.target {
                AssignmentTarget::ColumnName(name) => {
                    let name = self.known(table, &last_name(self.dialect(), name))?.name.clone();
                    given.insert(name.clone(), assignment.value.clone());
                    set.push(name);
                }
                AssignmentTarget::Tuple(names) => {
                    for name in names {
                        set.push(self.known(table, &last_name(self.dialect(), name))?.name.clone());
                    }
                }
            }
        }
        let before = self.before(table, Event::Update, &set)?;
        let old = |column: &Column| {
            Expr::CompoundIdentifier(vec![Ident::with_quote('"', alias), Ident::with_quote('"', &column.name)])
        };
        let mut hidden = None;
        let mut read = |new: bool, name: &str| {
            let column = table.column(name)?;
            match given.get(&column.name).filter(|_| new) {
                Some(value) if is_default(value) => Some(default_of(column)),
                Some(value) => Some(Expr::Nested(Box::new(value.clone()))),
                None => {
                    if new && set.contains(&column.name) {
                        hidden = Some(column.name.clone());
                    }
                    Some(old(column))
                }
            }
        };
        let before = over(before, &mut read);
        if let Some(column) = hidden {
            return Err(SqlProblem::unsupported(format!(
                "setting {column} with others from one subquery, where a trigger reads it, is not something belt can run: set each by itself"
            ))
            .into());
        }
        for (name, value) in before.columns {
            self.collect(&value);
            let same = |assignment: &&mut Assignment| {
                matches!(&assignment.target, AssignmentTarget::ColumnName(known)
                    if last_name(Dialect::Sqlite, known).eq_ignore_ascii_case(&name))
            };
            match assignments.iter_mut().find(same) {
                Some(assignment) => assignment.value = value,
                None => {
                    for assignment in assignments.iter() {
                        if let AssignmentTarget::Tuple(names) = &assignment.target
                            && names.iter().any(|known| last_name(self.dialect(), known) == name)
                        {
                            return Err(SqlProblem::unsupported(format!(
                                "setting {name} with others from one subquery, where a trigger sets it too, is not something belt can run: set each by itself"
                            ))
                            .into());
                        }
                    }
                    assignments.push(Assignment { target: AssignmentTarget::ColumnName(plain_name(&name)), value });
                }
            }
        }
        for condition in conditions(before.skips, before.refusals) {
            self.collect(&condition);
            *selection = Some(and(selection.take(), condition));
        }
        Ok(())
    }

    fn deleted(&mut self, table: &'a Table, delete: &mut Delete) -> Result<(), DbError> {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let alias = match (delete.tables.first(), from.first()) {
            (Some(name), _) => last_name(self.dialect(), name),
            (None, Some(first)) => self.alias(&first.relation).unwrap_or_else(|| table.name.clone()),
            (None, None) => return Ok(()),
        };
        let before = self.before(table, Event::Delete, &[])?;
        let mut read = |_, name: &str| {
            let column = table.column(name)?;
            Some(Expr::CompoundIdentifier(vec![Ident::with_quote('"', &alias), Ident::with_quote('"', &column.name)]))
        };
        let before = over(before, &mut read);
        for condition in conditions(before.skips, before.refusals) {
            self.collect(&condition);
            delete.selection = Some(and(delete.selection.take(), condition));
        }
        Ok(())
    }

    /// `INSERT ... VALUES` and `INSERT ... SELECT` read their rows from a query that has what the triggers read.
    fn inserted(&mut self, table: &'a Table, insert: &mut Insert) -> Result<(), DbError> {
        let before = self.before(table, Event::Insert, &[])?;
        if before.columns.is_empty() && before.skips.is_empty() && before.refusals.is_empty() {
            return Ok(());
        }
        let mut listed: Vec<&Column> =
            insert.columns.iter().filter_map(|name| table.column(&last_name(Dialect::Sqlite, name))).collect();
        if listed.iter().any(|column| column.always) && !self.overriding {
            return Ok(());
        }
        let Some(source) = insert.source.take() else {
            return Err(SqlProblem::unsupported("INSERT ... DEFAULT VALUES where a trigger changes the row is not something belt can run: name a column and give it DEFAULT").into());
        };
        // What the triggers read and the statement does not give.
        let mut missing: Vec<&Column> = Vec::new();
        let mut wanted = |_, name: &str| {
            let column = table.column(name)?;
            let known = |known: &&Column| known.name == column.name;
            if !listed.iter().any(known) && !missing.iter().any(known) && column.computed.is_none() {
                missing.push(column);
            }
            None
        };
        let before = over(before, &mut wanted);
        let mut read = |_, name: &str| {
            let column = table.column(name)?;
            match column.computed {
                Some(_) => Some(Expr::value(Value::Null)),
                None => Some(of_row(&column.name)),
            }
        };
        let before = over(before, &mut read);
        self.overriding |= missing.iter().any(|column| column.always);
        let mut query = self.rows(source, &listed, &missing)?;
        listed.extend(missing);
        let SetExpr::Select(select) = query.body.as_mut() else { return Ok(()) };
        let mut columns = before.columns;
        select.projection.clear();
        insert.columns.clear();
        for column in listed {
            let value = columns.remove(&column.name).unwrap_or_else(|| of_row(&column.name));
            select.projection.push(SelectItem::UnnamedExpr(value));
            insert.columns.push(plain_name(&column.name));
        }
        for (name, value) in columns {
            select.projection.push(SelectItem::UnnamedExpr(value));
            insert.columns.push(plain_name(&name));
        }
        for item in &select.projection {
            if let SelectItem::UnnamedExpr(value) = item {
                let _ = Visit::visit(value, &mut self.sources);
            }
        }
        select.selection = Some(Expr::value(Value::Boolean(true)));
        for condition in conditions(before.skips, before.refusals) {
            self.collect(&condition);
            select.selection = Some(and(select.selection.take(), condition));
        }
        self.sources.tables.push((ROW.into(), table.name.clone()));
        insert.source = Some(query);
        Ok(())
    }

    /// `SELECT FROM (the rows that are given, each value in the form of its column) AS "belt.row"`.
    fn rows(&self, mut source: Box<Query>, listed: &[&Column], missing: &[&Column]) -> Result<Box<Query>, DbError> {
        // A window function keeps the engine from computing a row's values more than once.
        let template = "SELECT 1 FROM (SELECT row_number() OVER () AS \"belt.n\" FROM (SELECT 1) AS \"belt.given\") AS \"belt.row\"";
        let unsupported = || {
            SqlProblem::unsupported(
                "this INSERT, where a trigger changes the row, is not something belt can run: give VALUES",
            )
        };
        let mut query = match parse::statements(template, Dialect::Sqlite)?.pop() {
            Some((Statement::Query(query), _)) => query,
            _ => return Err(unsupported().into()),
        };
        let names: Vec<String> = name_outputs(&mut source, listed).ok_or_else(unsupported)?;
        let Some(middle) = inner(&mut query) else { return Err(unsupported().into()) };
        let SetExpr::Select(select) = middle.body.as_mut() else { return Err(unsupported().into()) };
        for (column, name) in listed.iter().zip(&names) {
            let given = Expr::Identifier(Ident::with_quote('"', name));
            select.projection.push(item(coerced(column, given), &column.name));
        }
        for column in missing {
            let value = match (&column.default_expr, column.sequence) {
                (Some(_), _) => coerced(column, default_of(column)),
                (None, Some(sequence)) if self.dialect() == Dialect::PostgreSql => raw(format!("belt_seq({sequence})")),
                _ => Expr::value(Value::Null),
            };
            select.projection.push(item(value, &column.name));
        }
        match inner(middle) {
            Some(place) => *place = *source,
            None => return Err(unsupported().into()),
        }
        Ok(query)
    }
}

fn item(expr: Expr, name: &str) -> SelectItem {
    SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('"', name) }
}

fn of_row(column: &str) -> Expr {
    Expr::CompoundIdentifier(vec![Ident::with_quote('"', ROW), Ident::with_quote('"', column)])
}

/// The query a query reads from.
fn inner(query: &mut Query) -> Option<&mut Query> {
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    match select.from.first_mut().map(|from| &mut from.relation) {
        Some(TableFactor::Derived { subquery, .. }) => Some(subquery),
        _ => None,
    }
}

/// Names for the columns of the rows that are given; `DEFAULT` among them is written out.
fn name_outputs(source: &mut Query, listed: &[&Column]) -> Option<Vec<String>> {
    match source.body.as_mut() {
        SetExpr::Values(values) => {
            for row in &mut values.rows {
                for (value, column) in row.content.iter_mut().zip(listed) {
                    if is_default(value) {
                        *value = match (&column.default_expr, column.sequence) {
                            (None, Some(sequence)) => raw(format!("belt_seq({sequence})")),
                            _ => default_of(column),
                        };
                    }
                }
            }
            Some((1..=listed.len()).map(|n| format!("column{n}")).collect())
        }
        body => {
            let select = leftmost(body)?;
            let mut names = Vec::new();
            for (at, item) in select.projection.iter_mut().enumerate() {
                let name = format!("belt.{at}");
                let alias = Ident::with_quote('"', &name);
                match item {
                    SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                        *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
                    }
                    _ => return None,
                }
                names.push(name);
            }
            Some(names)
        }
    }
}

fn leftmost(body: &mut SetExpr) -> Option<&mut Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::SetOperation { left, .. } => leftmost(left),
        SetExpr::Query(query) => leftmost(&mut query.body),
        _ => None,
    }
}

/// The value in the form its column is stored in.
fn coerced(column: &Column, value: Expr) -> Expr {
    const PLACE: &str = "belt_place";
    let Some(text) = column.kind.coerced(PLACE) else { return value };
    let Some((Statement::Query(query), _)) =
        parse::statements(&format!("SELECT {text}"), Dialect::Sqlite).ok().and_then(|mut found| found.pop())
    else {
        return value;
    };
    let SetExpr::Select(mut select) = *query.body else { return value };
    let Some(SelectItem::UnnamedExpr(mut expr)) = select.projection.pop() else { return value };
    let _ = visit_expressions_mut(&mut expr, |expr| {
        if matches!(expr, Expr::Identifier(name) if name.value == PLACE) {
            *expr = value.clone();
        }
        ControlFlow::<()>::Continue(())
    });
    expr
}

fn is_default(value: &Expr) -> bool {
    matches!(value, Expr::Value(v) if matches!(&v.value, Value::Placeholder(mark) if mark == DEFAULT))
}

fn default_of(column: &Column) -> Expr {
    column.default_expr.clone().map_or_else(|| Expr::value(Value::Null), |expr| Expr::Nested(Box::new(expr)))
}

/// What triggers do, with the columns of `NEW` and `OLD` as `read` has them.
fn over(mut before: Before, read: &mut dyn FnMut(bool, &str) -> Option<Expr>) -> Before {
    let exprs = before
        .columns
        .values_mut()
        .chain(&mut before.skips)
        .chain(before.refusals.iter_mut().map(|(condition, _)| condition));
    for expr in exprs {
        // Not what has been put in: it may hold rows of its own.
        let mut marked = expr.clone();
        let mut found: Vec<(bool, String)> = Vec::new();
        let _ = visit_expressions(&marked, |expr| {
            if let Some(place) = trigger::of_row(expr) {
                found.push(place);
            }
            ControlFlow::<()>::Continue(())
        });
        let values: Vec<Option<Expr>> = found.iter().map(|(new, name)| read(*new, name)).collect();
        let _ = visit_expressions_mut(&mut marked, |expr| {
            if let Some(place) = trigger::of_row(expr)
                && let Some(at) = found.iter().position(|known| *known == place)
                && let Some(Some(value)) = values.get(at)
            {
                *expr = value.clone();
            }
            ControlFlow::<()>::Continue(())
        });
        *expr = marked;
    }
    before
}

/// What has to hold for a row to be written.
fn conditions(skips: Vec<Expr>, refusals: Vec<(Expr, String)>) -> Vec<Expr> {
    let skips = skips.into_iter().map(|skip| Expr::IsNotTrue(Box::new(Expr::Nested(Box::new(skip)))));
    let refusals = refusals
        .into_iter()
        .map(|(condition, mark)| crate::sql::rewrite::call("belt_refuse", vec![condition, raw(literal(&mark))]));
    skips.chain(refusals).collect()
}

fn and(selection: Option<Expr>, condition: Expr) -> Expr {
    match selection {
        Some(selection) => Expr::BinaryOp {
            left: Box::new(Expr::Nested(Box::new(selection))),
            op: BinaryOperator::And,
            right: Box::new(condition),
        },
        None => condition,
    }
}
