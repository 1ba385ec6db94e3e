//! Statements that change tables which are there: `ALTER`, `DROP` and `RENAME`.

use sqlparser::ast::{
    AlterIndexOperation, AlterTableOperation as Op, ObjectName, ObjectType, RenameTableNameKind, Statement,
};

use super::columns::Subject;
use super::rebuild::Change;
use super::{invalid, renames};
use crate::sql::model::Table;
use crate::sql::names::last_name;
use crate::sql::{DbError, DbErrorKind, Dialect};

/// Applies a statement of these kinds; `false` for others.
pub(super) fn apply(change: &mut Change, statement: &Statement) -> Result<bool, DbError> {
    let dialect = change.model.schema.dialect;
    match statement {
        Statement::AlterTable(alter) => {
            let name = last_name(dialect, &alter.name);
            if table(change, &name).is_none() {
                if alter.if_exists {
                    return Ok(true);
                }
                return rename_view(change, &name, &alter.operations);
            }
            if dialect == Dialect::Sqlite {
                sqlite_can(&alter.operations)?;
            }
            let mut name = name;
            for operation in &alter.operations {
                name = one(change, &name, operation)?;
            }
            Ok(true)
        }
        Statement::RenameTable(pairs) => {
            for pair in pairs {
                let (from, to) = (last_name(dialect, &pair.old_name), last_name(dialect, &pair.new_name));
                if !view_renamed(change, &from, &to)? {
                    renames::table(change, &from, &to)?;
                }
            }
            Ok(true)
        }
        Statement::Drop { object_type, if_exists, names, cascade, table, .. } => {
            for name in names {
                drop_one(change, *object_type, name, *if_exists, *cascade, table.as_ref())?;
            }
            Ok(true)
        }
        Statement::AlterView { name, columns, query, .. } => {
            let name = last_name(dialect, name);
            let Some(view) = change.model.schema.views.iter_mut().find(|view| view.name == name) else {
                return Err(DbError::new(DbErrorKind::MissingTable, format!("there is no view {name}")));
            };
            view.columns = columns.iter().map(|column| crate::sql::names::fold(dialect, column)).collect();
            view.query = query.clone();
            Ok(true)
        }
        Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) => Ok(false),
        Statement::AlterIndex { name, operation: AlterIndexOperation::RenameIndex { index_name } } => {
            rename_index(change, &last_name(dialect, name), &last_name(dialect, index_name))?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// One operation on a table; the name it has afterwards.
pub(super) fn one(change: &mut Change, name: &str, operation: &Op) -> Result<String, DbError> {
    if let Op::RenameTable { table_name } = operation {
        let (RenameTableNameKind::As(to) | RenameTableNameKind::To(to)) = table_name;
        let to = last_name(change.model.schema.dialect, to);
        renames::table(change, name, &to)?;
        return Ok(to);
    }
    Subject::new(change, name)?.alter(operation)?;
    Ok(name.to_string())
}

fn table<'a>(change: &'a Change, name: &str) -> Option<&'a Table> {
    change.model.schema.tables.iter().find(|table| match change.model.schema.dialect {
        Dialect::PostgreSql | Dialect::MySql => table.name == name,
        Dialect::Sqlite => table.name.eq_ignore_ascii_case(name),
    })
}

pub(super) fn missing(name: &str) -> DbError {
    DbError::new(DbErrorKind::MissingTable, format!("there is no table {name} at this point"))
}

fn view_renamed(change: &mut Change, from: &str, to: &str) -> Result<bool, DbError> {
    let taken = table(change, to).is_some() || change.model.schema.views.iter().any(|view| view.name == to);
    let Some(view) = change.model.schema.views.iter_mut().find(|view| view.name == from) else {
        return Ok(false);
    };
    if taken {
        return Err(invalid(format!("there is a table or view {to} already")));
    }
    view.name = to.to_string();
    for trigger in change.model.triggers.iter_mut().filter(|trigger| trigger.table == from) {
        trigger.table = to.to_string();
    }
    Ok(true)
}

/// The index of a constraint has its name, and the constraint changes it too.
fn rename_index(change: &mut Change, from: &str, to: &str) -> Result<(), DbError> {
    let mut found = false;
    for table in &mut change.model.schema.tables {
        let indexes = table.indexes.iter_mut().map(|index| &mut index.name);
        for name in indexes.chain(table.uniques.iter_mut().map(|unique| &mut unique.name)) {
            if name == from {
                *name = to.to_string();
                found = true;
            }
        }
    }
    if found { Ok(()) } else { Err(invalid(format!("there is no index {from}"))) }
}

/// PostgreSQL renames a view with `ALTER TABLE` as well.
fn rename_view(change: &mut Change, name: &str, operations: &[Op]) -> Result<bool, DbError> {
    if let [Op::RenameTable { table_name }] = operations {
        let (RenameTableNameKind::As(to) | RenameTableNameKind::To(to)) = table_name;
        let to = last_name(change.model.schema.dialect, to);
        if view_renamed(change, name, &to)? {
            return Ok(true);
        }
    }
    if change.model.schema.views.iter().any(|view| view.name == name) {
        return Err(invalid(format!("{name} is a view, and only a table can be altered so")));
    }
    Err(missing(name))
}

/// SQLite alters little, and one thing a statement.
fn sqlite_can(operations: &[Op]) -> Result<(), DbError> {
    match operations {
        [Op::AddColumn { .. } | Op::DropColumn { .. } | Op::RenameColumn { .. } | Op::RenameTable { .. }] => Ok(()),
        [_] => Err(invalid(
            "SQLite cannot alter a table so: it adds, renames and drops columns; for all else make a new table, copy the \
             rows, drop the old one and rename the new one, in one transaction",
        )),
        _ => Err(invalid("SQLite does one change a statement")),
    }
}

fn drop_one(
    change: &mut Change,
    kind: ObjectType,
    name: &ObjectName,
    if_exists: bool,
    cascade: bool,
    on: Option<&ObjectName>,
) -> Result<(), DbError> {
    let dialect = change.model.schema.dialect;
    let name = last_name(dialect, name);
    match kind {
        ObjectType::Table | ObjectType::MaterializedView => {
            let view = |known: &str| change.model.schema.materialized.iter().any(|(view, _)| view == known);
            let as_view = kind == ObjectType::MaterializedView;
            if table(change, &name).is_some() && view(&name) != as_view {
                let what = if as_view { "a table" } else { "a materialized view" };
                return Err(invalid(format!("{name} is {what}")));
            }
            let Some(found) = table(change, &name).map(|table| table.name.clone()) else {
                return if if_exists { Ok(()) } else { Err(missing(&name)) };
            };
            drop_table(change, &found, cascade)
        }
        ObjectType::View => {
            let before = change.model.schema.views.len();
            change.model.schema.views.retain(|view| view.name != name);
            if change.model.schema.views.len() == before && !if_exists {
                let what = if table(change, &name).is_some() { "is a table" } else { "is not there" };
                return Err(DbError::new(DbErrorKind::MissingTable, format!("the view {name} {what}")));
            }
            change.model.triggers.retain(|trigger| trigger.table != name);
            Ok(())
        }
        ObjectType::Index => {
            let on = on.map(|on| last_name(dialect, on));
            let mut found = false;
            for table in &mut change.model.schema.tables {
                if on.as_ref().is_some_and(|on| table.name != *on) {
                    continue;
                }
                let before = table.indexes.len() + table.uniques.len();
                table.indexes.retain(|index| !index.name.eq_ignore_ascii_case(&name));
                if dialect == Dialect::MySql {
                    table.uniques.retain(|unique| unique.primary || !unique.name.eq_ignore_ascii_case(&name));
                } else if table.uniques.iter().any(|unique| unique.name == name) {
                    return Err(invalid(format!("the index {name} belongs to a constraint: drop the constraint")));
                }
                found |= table.indexes.len() + table.uniques.len() < before;
            }
            if found || if_exists { Ok(()) } else { Err(invalid(format!("there is no index {name}"))) }
        }
        ObjectType::Type | ObjectType::Sequence | ObjectType::Schema => Ok(()),
        other => Err(DbError::new(DbErrorKind::Unsupported, format!("DROP {other} is not something belt can run"))),
    }
}

fn drop_table(change: &mut Change, name: &str, cascade: bool) -> Result<(), DbError> {
    let schema = &mut change.model.schema;
    let strict = schema.dialect == Dialect::PostgreSql;
    for other in schema.tables.iter_mut().filter(|other| other.name != name) {
        if let Some(key) = other.foreign_keys.iter().find(|key| key.table == name)
            && !cascade
        {
            return Err(invalid(format!(
                "the table {name} cannot be dropped: the foreign key {} of {} refers to it",
                key.name, other.name
            )));
        }
        other.foreign_keys.retain(|key| key.table != name);
    }
    let dependent: Vec<String> =
        schema.views.iter().filter(|view| renames::reads(&view.query, name)).map(|view| view.name.clone()).collect();
    if strict
        && !cascade
        && let Some(view) = dependent.first()
    {
        return Err(invalid(format!("the table {name} cannot be dropped: the view {view} reads it")));
    }
    if strict {
        schema.views.retain(|view| !dependent.contains(&view.name));
        change.model.triggers.retain(|trigger| !dependent.contains(&trigger.table));
    }
    schema.tables.retain(|table| table.name != name);
    schema.materialized.retain(|(view, _)| view != name);
    change.model.triggers.retain(|trigger| trigger.table != name);
    change.model.not_valid.retain(|(table, _)| table != name);
    change.note_new_tables();
    Ok(())
}
