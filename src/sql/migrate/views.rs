//! Views that are written to: for statements they are tables, and triggers carry what is written to the table behind.

use sqlparser::ast::{Expr, Query, SelectItem, SetExpr, TableFactor};

use super::renames;
use crate::sql::lower;
use crate::sql::model::{Column, Schema, Table, View};
use crate::sql::names::{fold, last_name, quoted};
use crate::sql::{Dialect, Kind};

/// A column of a view, and the column of a table it shows.
struct Shown<'a> {
    name: String,
    of: Option<(&'a Table, &'a Column)>,
}

/// Adds the views to the tables a statement may name.
pub(super) fn as_tables(schema: &mut Schema) {
    let plain = schema.clone();
    for view in &plain.views {
        let columns = shown(&plain, view).into_iter().map(|shown| column(&shown)).collect();
        schema.tables.push(Table {
            name: view.name.clone(),
            range: view.range.clone(),
            columns,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
        });
    }
}

fn column(shown: &Shown<'_>) -> Column {
    let (kind, ignores_case) = match shown.of {
        Some((_, column)) => (column.kind.clone(), column.ignores_case),
        None => (Kind::Any, false),
    };
    let mut column = Column::plain(shown.name.clone(), kind, 0..0);
    column.type_text = shown.of.map(|(_, column)| column.type_text.clone()).unwrap_or_default();
    column.ignores_case = ignores_case;
    column
}

fn sources<'a>(schema: &'a Schema, query: &Query) -> Vec<(String, &'a Table)> {
    let SetExpr::Select(select) = query.body.as_ref() else { return Vec::new() };
    let factors = select
        .from
        .iter()
        .flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)));
    let named = factors.filter_map(|factor| match factor {
        TableFactor::Table { name, alias, .. } => {
            let name = last_name(schema.dialect, name);
            let table = schema.tables.iter().find(|table| table.name.eq_ignore_ascii_case(&name))?;
            Some((alias.as_ref().map_or(name, |alias| fold(schema.dialect, &alias.name)), table))
        }
        _ => None,
    });
    named.collect()
}

fn shown<'a>(schema: &'a Schema, view: &View) -> Vec<Shown<'a>> {
    let sources = sources(schema, &view.query);
    let SetExpr::Select(select) = view.query.body.as_ref() else { return Vec::new() };
    let find = |expr: &Expr| -> Option<(&'a Table, &'a Column)> {
        let (alias, name) = match expr {
            Expr::Identifier(name) => (None, name),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., alias, name] => (Some(fold(schema.dialect, alias)), name),
                _ => return None,
            },
            _ => return None,
        };
        let name = fold(schema.dialect, name);
        let mut wanted = sources.iter().filter(|(known, _)| alias.as_ref().is_none_or(|alias| known == alias));
        wanted.find_map(|(_, table)| table.column(&name).map(|column| (*table, column)))
    };
    let mut columns: Vec<Shown<'a>> = Vec::new();
    for item in &select.projection {
        match item {
            SelectItem::ExprWithAlias { expr, alias } => {
                columns.push(Shown { name: fold(schema.dialect, alias), of: find(expr) });
            }
            SelectItem::UnnamedExpr(expr) => {
                let name = match expr {
                    Expr::Identifier(name) => fold(schema.dialect, name),
                    Expr::CompoundIdentifier(parts) => {
                        parts.last().map(|name| fold(schema.dialect, name)).unwrap_or_default()
                    }
                    other => other.to_string(),
                };
                columns.push(Shown { name, of: find(expr) });
            }
            _ => {
                for (_, table) in &sources {
                    let all = table.columns.iter();
                    columns.extend(all.map(|column| Shown { name: column.name.clone(), of: Some((*table, column)) }));
                }
            }
        }
    }
    for (shown, name) in columns.iter_mut().zip(&view.columns) {
        shown.name.clone_from(name);
    }
    columns
}

/// Triggers that make a simple view of one table writable, as PostgreSQL and MySQL do by themselves.
pub(super) fn updatable(schema: &Schema, name: &str) -> Option<Vec<String>> {
    let view = schema.views.iter().find(|view| view.name == name)?;
    if schema.dialect == Dialect::Sqlite {
        return None;
    }
    let SetExpr::Select(select) = view.query.body.as_ref() else { return None };
    let simple = select.distinct.is_none()
        && select.having.is_none()
        && view.query.limit_clause.is_none()
        && view.query.with.is_none()
        && matches!(select.from.as_slice(), [from] if from.joins.is_empty())
        && !view.query.to_string().to_uppercase().contains("GROUP BY");
    let sources = sources(schema, &view.query);
    let [(_, table)] = sources.as_slice() else { return None };
    if !simple || !renames::reads(&view.query, &table.name) {
        return None;
    }
    let columns: Vec<(String, &Column)> =
        shown(schema, view).into_iter().filter_map(|shown| Some((shown.name, shown.of?.1))).collect();
    let key = table.primary_key()?;
    let keyed: Option<Vec<String>> = key
        .columns
        .iter()
        .map(|name| columns.iter().find(|(_, column)| column.name == *name).map(|(shown, _)| (name, shown)))
        .map(|pair| pair.map(|(name, shown)| format!("{} = OLD.{}", quoted(name), quoted(shown))))
        .collect();
    let keyed = keyed?.join(" AND ");
    let base = quoted(&table.name);
    let on = quoted(name);
    let named = |event: &str| quoted(&format!("belt.{name}.{event}"));
    let values = columns.iter().map(|(shown, column)| {
        let given = format!("NEW.{}", quoted(shown));
        match defaulted(schema, table, column) {
            Some(default) => format!("coalesce({given}, {default})"),
            None => given,
        }
    });
    let targets: Vec<String> = columns.iter().map(|(_, column)| quoted(&column.name)).collect();
    let sets = columns.iter().map(|(shown, column)| format!("{} = NEW.{}", quoted(&column.name), quoted(shown)));
    Some(vec![
        format!(
            "CREATE TRIGGER {} INSTEAD OF INSERT ON {on} BEGIN INSERT INTO {base} ({}) VALUES ({}); END",
            named("insert"),
            targets.join(", "),
            values.collect::<Vec<_>>().join(", ")
        ),
        format!(
            "CREATE TRIGGER {} INSTEAD OF UPDATE ON {on} BEGIN UPDATE {base} SET {} WHERE {keyed}; END",
            named("update"),
            sets.collect::<Vec<_>>().join(", ")
        ),
        format!(
            "CREATE TRIGGER {} INSTEAD OF DELETE ON {on} BEGIN DELETE FROM {base} WHERE {keyed}; END",
            named("delete")
        ),
    ])
}

/// What a column gets that is not mentioned.
fn defaulted(schema: &Schema, table: &Table, column: &Column) -> Option<String> {
    let at = schema.tables.iter().position(|known| known.name == table.name)?;
    match (&column.default_expr, column.sequence) {
        (Some(expr), _) => lower::expression(schema, at, expr).ok(),
        (None, Some(sequence)) => Some(format!("belt_seq({sequence})")),
        (None, None) => None,
    }
}
