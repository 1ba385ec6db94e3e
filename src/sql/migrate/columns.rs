//! `ALTER TABLE`, one operation on one table at a time.

use std::ops::Range;

use sqlparser::ast::{AlterTableOperation as Op, ColumnDef, ColumnOption, Expr, Ident, VisitMut};

use super::rebuild::Change;
use super::renames::{self, speaks_of};
use super::{alter, invalid};
use crate::sql::ddl::Builder;
use crate::sql::model::Table;
use crate::sql::names::fold;
use crate::sql::{DbError, DbErrorKind, Dialect, SqlProblem};

pub(super) struct Subject<'a> {
    pub(super) change: &'a mut Change,
    at: usize,
    pub(super) dialect: Dialect,
}

pub(super) const NOWHERE: Range<usize> = 0..0;

pub(super) fn missing(table: &str, column: &str) -> DbError {
    DbError::new(DbErrorKind::MissingColumn, format!("the table {table} has no column {column}"))
}

impl<'a> Subject<'a> {
    pub(super) fn new(change: &'a mut Change, name: &str) -> Result<Subject<'a>, DbError> {
        let dialect = change.model.schema.dialect;
        let found = change.model.schema.tables.iter().position(|table| {
            table.name == name || (dialect == Dialect::Sqlite && table.name.eq_ignore_ascii_case(name))
        });
        let at = found.ok_or_else(|| alter::missing(name))?;
        Ok(Subject { change, at, dialect })
    }

    pub(super) fn table(&mut self) -> &mut Table {
        &mut self.change.model.schema.tables[self.at]
    }

    pub(super) fn name(&self) -> String {
        self.change.model.schema.tables[self.at].name.clone()
    }

    pub(super) fn column(&self, ident: &Ident) -> Result<String, DbError> {
        let name = fold(self.dialect, ident);
        let table = &self.change.model.schema.tables[self.at];
        let found = match self.dialect {
            Dialect::PostgreSql => table.columns.iter().find(|column| column.name == name),
            Dialect::MySql | Dialect::Sqlite => table.column(&name),
        };
        found.map(|column| column.name.clone()).ok_or_else(|| missing(&table.name, &name))
    }

    /// The ordinary way a schema is read.
    pub(super) fn build(
        &mut self,
        f: impl FnOnce(&mut Builder<'_>, usize) -> Result<(), SqlProblem>,
    ) -> Result<(), DbError> {
        let schema = self.change.model.schema.clone();
        let mut builder = Builder::new(schema, "");
        f(&mut builder, self.at)?;
        self.change.model.schema = builder.changed()?;
        crate::sql::ddl::constraints::check_references(&mut self.change.model.schema)?;
        Ok(())
    }

    pub(super) fn alter(&mut self, operation: &Op) -> Result<(), DbError> {
        match operation {
            Op::AddColumn { column_def, if_not_exists, .. } => self.add(column_def, *if_not_exists),
            Op::DropColumn { column_names, if_exists, drop_behavior, .. } => {
                for ident in column_names {
                    match self.column(ident) {
                        Ok(name) => self.drop(&name, drop_behavior.is_some_and(|b| b.to_string() == "CASCADE"))?,
                        Err(_) if *if_exists => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            }
            Op::RenameColumn { old_column_name, new_column_name } => self.rename(old_column_name, new_column_name),
            Op::AlterColumn { column_name, op } => self.alter_column(column_name, op),
            Op::ModifyColumn { col_name, data_type, options, .. } => self.modify(col_name, data_type, options),
            Op::ChangeColumn { old_name, new_name, data_type, options, .. } => {
                if fold(self.dialect, old_name) != fold(self.dialect, new_name) {
                    self.rename(old_name, new_name)?;
                }
                self.modify(new_name, data_type, options)
            }
            Op::AddConstraint { constraint, not_valid } => {
                let before = names_of(&self.change.model.schema.tables[self.at]);
                let constraint = constraint.clone();
                self.build(|builder, at| builder.constraint(at, constraint, &NOWHERE))?;
                let table = &self.change.model.schema.tables[self.at];
                let mut added = names_of(table);
                added.retain(|name| {
                    let twice = names_of(table).iter().filter(|other| *other == name).count() > 1;
                    twice || !before.contains(name)
                });
                if let Some(name) = added.iter().find(|name| before.contains(name)) {
                    return Err(invalid(format!("there is a constraint {name} already")));
                }
                if *not_valid {
                    let table = table.name.clone();
                    self.change.model.not_valid.extend(added.into_iter().map(|name| (table.clone(), name)));
                }
                Ok(())
            }
            Op::ValidateConstraint { name } => {
                let pair = (self.name(), fold(self.dialect, name));
                if !names_of(self.table()).contains(&pair.1) {
                    return Err(no_constraint(&pair.1));
                }
                self.change.model.not_valid.remove(&pair);
                Ok(())
            }
            Op::DropConstraint { name, if_exists, .. } => {
                let name = fold(self.dialect, name);
                if !names_of(self.table()).contains(&name) {
                    return if *if_exists { Ok(()) } else { Err(no_constraint(&name)) };
                }
                let table = self.table();
                table.uniques.retain(|unique| unique.name != name);
                table.checks.retain(|check| check.name != name);
                table.foreign_keys.retain(|key| key.name != name);
                let pair = (self.name(), name);
                self.change.model.not_valid.remove(&pair);
                Ok(())
            }
            Op::RenameConstraint { old_name, new_name } => {
                let (old, new) = (fold(self.dialect, old_name), fold(self.dialect, new_name));
                let table = self.table();
                let names = table.uniques.iter_mut().map(|unique| &mut unique.name);
                let names = names.chain(table.checks.iter_mut().map(|check| &mut check.name));
                for name in names.chain(table.foreign_keys.iter_mut().map(|key| &mut key.name)) {
                    if *name == old {
                        name.clone_from(&new);
                    }
                }
                Ok(())
            }
            Op::DropPrimaryKey { .. } => {
                let table = self.table();
                let before = table.uniques.len();
                table.uniques.retain(|unique| !unique.primary);
                if table.uniques.len() == before {
                    return Err(invalid(format!("{} has no primary key", table.name)));
                }
                Ok(())
            }
            Op::DropIndex { name } => {
                let name = fold(self.dialect, name);
                let table = self.table();
                let before = table.indexes.len() + table.uniques.len();
                table.indexes.retain(|index| !index.name.eq_ignore_ascii_case(&name));
                table.uniques.retain(|unique| unique.primary || !unique.name.eq_ignore_ascii_case(&name));
                if table.indexes.len() + table.uniques.len() == before {
                    return Err(invalid(format!("there is no index {name}")));
                }
                Ok(())
            }
            Op::DropForeignKey { name, .. } => {
                let name = fold(self.dialect, name);
                self.table().foreign_keys.retain(|key| key.name != name);
                Ok(())
            }
            // How it is done, not what comes of it.
            Op::Algorithm { .. } | Op::Lock { .. } | Op::OwnerTo { .. } | Op::SetLogged | Op::SetUnlogged => Ok(()),
            other => Err(DbError::new(
                DbErrorKind::Unsupported,
                format!("ALTER TABLE {other} is not something belt can run"),
            )),
        }
    }

    fn add(&mut self, def: &ColumnDef, if_not_exists: bool) -> Result<(), DbError> {
        if if_not_exists && self.column(&def.name).is_ok() {
            return Ok(());
        }
        let has = |wanted: fn(&ColumnOption) -> bool| def.options.iter().any(|option| wanted(&option.option));
        if self.dialect == Dialect::Sqlite {
            if has(|option| matches!(option, ColumnOption::NotNull)) && !has(|o| matches!(o, ColumnOption::Default(_)))
            {
                return Err(DbError::new(
                    DbErrorKind::NotNull,
                    format!("SQLite cannot add the NOT NULL column {} without a default", def.name),
                ));
            }
            if has(|option| matches!(option, ColumnOption::Unique(_) | ColumnOption::PrimaryKey(_))) {
                return Err(invalid("SQLite cannot add a column that is unique: create an index"));
            }
        }
        let def = def.clone();
        self.build(|builder, at| builder.column(at, def, &NOWHERE))
    }

    fn drop(&mut self, name: &str, cascade: bool) -> Result<(), DbError> {
        let dialect = self.dialect;
        let table_name = self.name();
        let schema = &mut self.change.model.schema;
        let reads = |view: &crate::sql::model::View| {
            let every = view.query.to_string().contains('*');
            renames::reads(&view.query, &table_name) && (every || speaks_of(view.query.as_ref(), dialect, name))
        };
        let dependent: Vec<String> = schema.views.iter().filter(|view| reads(view)).map(|v| v.name.clone()).collect();
        if dialect != Dialect::MySql
            && let Some(view) = dependent.first()
        {
            if !cascade {
                return Err(invalid(format!("the column {name} cannot be dropped: the view {view} reads it")));
            }
            schema.views.retain(|view| !dependent.contains(&view.name));
            self.change.model.triggers.retain(|trigger| !dependent.contains(&trigger.table));
        }
        for other in &mut self.change.model.schema.tables {
            let refers = |key: &crate::sql::model::ForeignKey| {
                key.table == table_name && key.referred.iter().any(|column| column == name)
            };
            if let Some(key) = other.foreign_keys.iter().find(|key| refers(key))
                && !cascade
            {
                return Err(invalid(format!(
                    "the column {name} cannot be dropped: the foreign key {} refers to it",
                    key.name
                )));
            }
            other.foreign_keys.retain(|key| !refers(key));
        }
        let table = self.table();
        if table.columns.len() == 1 {
            return Err(invalid(format!("{name} is the only column of {table_name}")));
        }
        if let Some(other) = table.columns.iter().find(|column| {
            column.name != name && column.computed.as_ref().is_some_and(|expr| speaks_of(expr, dialect, name))
        }) {
            return Err(invalid(format!("the column {name} cannot be dropped: {} is computed from it", other.name)));
        }
        let holds = |columns: &[String]| columns.iter().any(|column| column == name);
        let indexed = |index: &crate::sql::model::Index| {
            index.parts.iter().any(|part| speaks_of(&part.expr, dialect, name))
                || index.predicate_expr.as_ref().is_some_and(|expr| speaks_of(expr, dialect, name))
        };
        let blocked = table.uniques.iter().any(|unique| holds(&unique.columns))
            || table.indexes.iter().any(indexed)
            || table.checks.iter().any(|check| speaks_of(&check.expr, dialect, name));
        if dialect == Dialect::Sqlite && blocked {
            return Err(invalid(format!(
                "SQLite cannot drop the column {name}: a key, an index or a condition speaks of it"
            )));
        }
        if dialect == Dialect::MySql {
            if let Some(check) = table.checks.iter().find(|check| speaks_of(&check.expr, dialect, name)) {
                return Err(invalid(format!(
                    "the column {name} cannot be dropped: the constraint {} speaks of it",
                    check.name
                )));
            }
            for unique in &mut table.uniques {
                unique.columns.retain(|column| column != name);
            }
            for index in &mut table.indexes {
                index.parts.retain(|part| !speaks_of(&part.expr, dialect, name));
            }
            table.uniques.retain(|unique| !unique.columns.is_empty());
            table.indexes.retain(|index| !index.parts.is_empty());
        } else {
            table.uniques.retain(|unique| !holds(&unique.columns));
            table.indexes.retain(|index| !indexed(index));
            table.checks.retain(|check| !speaks_of(&check.expr, dialect, name));
        }
        table.foreign_keys.retain(|key| !holds(&key.columns));
        table.columns.retain(|column| column.name != name);
        if let Some(carry) = self.change.carries.get_mut(&table_name) {
            carry.columns.remove(name);
        }
        Ok(())
    }

    fn rename(&mut self, from: &Ident, to: &Ident) -> Result<(), DbError> {
        let from = self.column(from)?;
        let to = fold(self.dialect, to);
        let (dialect, table_name) = (self.dialect, self.name());
        if self.table().columns.iter().any(|column| column.name.eq_ignore_ascii_case(&to)) && from != to {
            return Err(invalid(format!("the table {table_name} has a column {to} already")));
        }
        let renamed = || renames::Column { dialect, from: &from, to: &to };
        let swap = |names: &mut Vec<String>| {
            for name in names.iter_mut().filter(|name| **name == from) {
                name.clone_from(&to);
            }
        };
        let within = |expr: &mut Expr| {
            let _ = VisitMut::visit(expr, &mut renamed());
        };
        let table = self.table();
        for column in &mut table.columns {
            if column.name == from {
                column.name.clone_from(&to);
            }
            column.computed.iter_mut().for_each(within);
        }
        for unique in &mut table.uniques {
            swap(&mut unique.columns);
        }
        for check in table.checks.iter_mut().filter(|check| speaks_of(&check.expr, dialect, &from)) {
            within(&mut check.expr);
            check.text = check.expr.to_string();
        }
        for key in &mut table.foreign_keys {
            swap(&mut key.columns);
        }
        for index in &mut table.indexes {
            for part in &mut index.parts {
                within(&mut part.expr);
                if part.column.as_deref() == Some(from.as_str()) {
                    part.column = Some(to.clone());
                }
            }
            index.predicate_expr.iter_mut().for_each(within);
        }
        for key in self.change.model.schema.tables.iter_mut().flat_map(|table| &mut table.foreign_keys) {
            if key.table == table_name {
                swap(&mut key.referred);
            }
        }
        // MySQL's views go on asking for the old name.
        if dialect != Dialect::MySql {
            for view in &mut self.change.model.schema.views {
                if renames::reads(&view.query, &table_name) {
                    renames::column_in_view(&mut view.query, &mut renamed());
                }
            }
        }
        for trigger in self.change.model.triggers.iter_mut().filter(|trigger| trigger.table == table_name) {
            swap(&mut trigger.columns);
        }
        if let Some(carry) = self.change.carries.get_mut(&table_name)
            && let Some(source) = carry.columns.remove(&from)
        {
            carry.columns.insert(to, source);
        }
        Ok(())
    }
}

fn no_constraint(name: &str) -> DbError {
    invalid(format!("there is no constraint {name}"))
}

fn names_of(table: &Table) -> Vec<String> {
    let uniques = table.uniques.iter().map(|unique| &unique.name);
    let checks = table.checks.iter().map(|check| &check.name);
    uniques.chain(checks).chain(table.foreign_keys.iter().map(|key| &key.name)).cloned().collect()
}
