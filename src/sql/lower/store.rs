//! What is written takes the form its column is stored in. This is the last step, when every expression is SQLite's.

use sqlparser::ast::{
    Assignment, AssignmentTarget, Delete, Expr, FromTable, OnConflict, OnConflictAction, OnInsert, OrderByExpr,
    SelectItem, SetExpr, Statement, TableFactor, TableObject, Value,
};

use super::{Lowering, raw};
use crate::sql::model::{Column, Table};
use crate::sql::names::{last_name, plain_name, quoted};
use crate::sql::rewrite::EXACT;
use crate::sql::{DbError, DbErrorKind, Dialect, Kind};

/// Marks `DEFAULT` in a list of values.
pub(super) const DEFAULT: &str = "belt:default";

impl<'a> Lowering<'a> {
    /// What is left once every expression has been lowered: values take the form of their columns.
    pub(super) fn finish(&mut self, statement: &mut Statement) -> Result<(), DbError> {
        match statement {
            Statement::Insert(insert) => {
                let TableObject::TableName(name) = &insert.table else {
                    return Ok(());
                };
                let Some(table) = self.table(&last_name(Dialect::Sqlite, name)) else {
                    return Ok(());
                };
                let columns: Vec<&Column> =
                    insert.columns.iter().filter_map(|name| table.column(&last_name(Dialect::Sqlite, name))).collect();
                if let Some(source) = &mut insert.source {
                    let rules = Rules {
                        counted: self.dialect() != Dialect::PostgreSql,
                        overriding: self.overriding,
                        rounds: self.dialect() != Dialect::Sqlite,
                    };
                    store_all(&mut source.body, &columns, rules)?;
                }
                if let Some(OnInsert::OnConflict(OnConflict { action: OnConflictAction::DoUpdate(update), .. })) =
                    &mut insert.on
                {
                    self.assign(table, &mut update.assignments)?;
                    if self.dialect() == Dialect::MySql {
                        // A row that was there counts twice, or not at all where nothing changes.
                        let changes = self.changes(table, Some(&table.name), &update.assignments);
                        update.selection =
                            Some(raw(format!("belt_changes({})", changes.unwrap_or_else(|| "1".into()))));
                        self.touch(table, &mut update.assignments);
                    }
                }
                let alias = insert.table_alias.as_ref().map(|alias| alias.alias.value.clone());
                self.unqualify(insert.returning.as_mut(), &alias.unwrap_or_else(|| table.name.clone()))
            }
            Statement::Update(update) => {
                let target = self.target(&update.table.relation)?;
                let Some(table) = self.table(&target) else {
                    return Ok(());
                };
                self.assign(table, &mut update.assignments)?;
                let name = alias_of(&update.table.relation);
                let changes = match self.dialect() {
                    Dialect::MySql => self.changes(table, Some(&name), &update.assignments),
                    Dialect::PostgreSql | Dialect::Sqlite => None,
                };
                self.touch(table, &mut update.assignments);
                self.unqualify(update.returning.as_mut(), &alias_of(&update.table.relation))?;
                if !update.order_by.is_empty() || update.limit.is_some() {
                    let picked = picked_rows(table, update.selection.take(), &update.order_by, update.limit.take());
                    update.order_by.clear();
                    update.selection = Some(raw(picked));
                }
                // MySQL counts the rows that are not as they were.
                if let Some(changes) = changes {
                    let selection = update.selection.take().map(|selection| format!("({selection}) AND "));
                    update.selection = Some(raw(format!("{}({changes})", selection.unwrap_or_default())));
                }
                Ok(())
            }
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
                let Some(first) = from.first() else {
                    return Ok(());
                };
                self.unqualify(delete.returning.as_mut(), &alias_of(&first.relation))?;
                if delete.using.is_some() || !delete.tables.is_empty() {
                    return self.delete_joined(delete);
                }
                let target = self.target(&first.relation)?;
                if (!delete.order_by.is_empty() || delete.limit.is_some())
                    && let Some(table) = self.table(&target)
                {
                    let picked = picked_rows(table, delete.selection.take(), &delete.order_by, delete.limit.take());
                    delete.order_by.clear();
                    delete.selection = Some(raw(picked));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// `DELETE ... USING` and `DELETE t FROM t JOIN ...`: the rows are picked by a query.
    fn delete_joined(&self, delete: &mut Delete) -> Result<(), DbError> {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &mut delete.from;
        let Some(first) = from.first_mut() else {
            return Ok(());
        };
        let (name, target) = match delete.tables.first() {
            Some(name) => (last_name(self.dialect(), name), self.aliased(name)?),
            None => (alias_of(&first.relation), self.target(&first.relation)?),
        };
        let Some(table) = self.table(&target) else {
            return Ok(());
        };
        let sources = std::iter::once(&*first).chain(delete.using.iter().flatten());
        let sources: Vec<String> = sources.map(ToString::to_string).collect();
        let key: Vec<String> = match table.primary_key() {
            Some(key) => key.columns.iter().map(|name| quoted(name)).collect(),
            None => vec!["rowid".into()],
        };
        let picked: Vec<String> = key.iter().map(|column| format!("{}.{column}", quoted(&name))).collect();
        let condition = delete.selection.take().map(|selection| format!(" WHERE {selection}")).unwrap_or_default();
        let text =
            format!("({}) IN (SELECT {} FROM {}{condition})", key.join(", "), picked.join(", "), sources.join(", "));
        delete.selection = Some(raw(text));
        delete.using = None;
        delete.tables.clear();
        first.joins.clear();
        if let TableFactor::Table { name, alias, .. } = &mut first.relation {
            *name = plain_name(&table.name);
            *alias = None;
        }
        Ok(())
    }

    fn assign(&self, table: &'a Table, assignments: &mut [Assignment]) -> Result<(), DbError> {
        for assignment in assignments {
            match &mut assignment.target {
                AssignmentTarget::ColumnName(name) => {
                    let column = self.known(table, &last_name(self.dialect(), name))?;
                    *name = plain_name(&column.name);
                    let rounds = self.dialect() != Dialect::Sqlite;
                    store(&mut assignment.value, column, Rules { counted: false, overriding: false, rounds })?;
                }
                AssignmentTarget::Tuple(names) => {
                    for name in names {
                        *name = plain_name(&self.known(table, &last_name(self.dialect(), name))?.name);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The name a table goes by in a statement that is lowered already.
fn alias_of(factor: &TableFactor) -> String {
    match factor {
        TableFactor::Table { alias: Some(alias), .. } => alias.name.value.clone(),
        TableFactor::Table { name, .. } => last_name(Dialect::Sqlite, name),
        _ => String::new(),
    }
}

/// `WHERE` of an `UPDATE` or `DELETE` that has an order and a limit.
fn picked_rows(table: &Table, selection: Option<Expr>, order: &[OrderByExpr], limit: Option<Expr>) -> String {
    let key: Vec<String> = match table.primary_key() {
        Some(key) => key.columns.iter().map(|name| quoted(name)).collect(),
        None => vec!["rowid".into()],
    };
    let mut text = format!("({0}) IN (SELECT {0} FROM {1}", key.join(", "), quoted(&table.name));
    if let Some(selection) = selection {
        text.push_str(&format!(" WHERE {selection}"));
    }
    if !order.is_empty() {
        let order: Vec<String> = order.iter().map(ToString::to_string).collect();
        text.push_str(&format!(" ORDER BY {}", order.join(", ")));
    }
    if let Some(limit) = limit {
        text.push_str(&format!(" LIMIT {limit}"));
    }
    text.push(')');
    text
}

/// How a dialect stores values.
#[derive(Debug, Clone, Copy)]
struct Rules {
    /// Given keys move the key generator, and null asks it for one, as in MySQL and SQLite; PostgreSQL's do not look.
    counted: bool,
    overriding: bool,
    /// A number with a fraction is rounded where a whole one is stored.
    rounds: bool,
}

fn store_all(body: &mut SetExpr, columns: &[&Column], rules: Rules) -> Result<(), DbError> {
    match body {
        SetExpr::Values(values) => {
            for row in &mut values.rows {
                for (value, column) in row.content.iter_mut().zip(columns) {
                    store(value, column, rules)?;
                }
            }
        }
        SetExpr::Select(select) => {
            let plain = select
                .projection
                .iter()
                .all(|item| matches!(item, SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. }));
            if plain {
                for (item, column) in select.projection.iter_mut().zip(columns) {
                    if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                        store(expr, column, rules)?;
                    }
                }
            }
        }
        SetExpr::SetOperation { left, right, .. } => {
            store_all(left, columns, rules)?;
            store_all(right, columns, rules)?;
        }
        SetExpr::Query(query) => store_all(&mut query.body, columns, rules)?,
        _ => {}
    }
    Ok(())
}

/// Gives a value the form its column is stored in.
/// Whether a value for a column of whole numbers may have a fraction.
fn may_have_fraction(value: &Expr, column: &Column) -> bool {
    const SIGNS: &[&str] = &[".", "avg(", "AVG(", "pow(", "sqrt(", "exp(", "ln(", "belt_random(", "belt_real("];
    let named = match value {
        Expr::Identifier(name) => name.quote_style.is_some(),
        Expr::CompoundIdentifier(_) => true,
        _ => false,
    };
    if named || !matches!(column.kind, Kind::Integer { .. }) {
        return false;
    }
    let text = value.to_string();
    SIGNS.iter().chain(EXACT).any(|sign| text.contains(sign))
}

fn store(value: &mut Expr, column: &Column, rules: Rules) -> Result<(), DbError> {
    let is_default = matches!(value, Expr::Value(v) if matches!(&v.value, Value::Placeholder(p) if p == DEFAULT));
    if is_default {
        *value = raw(column.lowered_default.clone().unwrap_or_else(|| "NULL".into()));
        return Ok(());
    }
    if column.always && !(rules.overriding && column.computed.is_none()) {
        return Err(DbError::new(
            DbErrorKind::Syntax,
            format!("the column {} is GENERATED ALWAYS, so no value can be given for it", column.name),
        ));
    }
    if rules.rounds && may_have_fraction(value, column) {
        *value = raw(format!("belt_whole({value})"));
    }
    if let (Some(sequence), true) = (column.sequence, rules.counted) {
        *value = raw(format!("belt_auto({sequence}, {value})"));
    } else if let Some(text) = column.kind.coerced(&value.to_string()) {
        *value = raw(text);
    }
    Ok(())
}
