//! `ALTER TABLE`: what it makes of a table that is already in the model.

use std::ops::Range;

use sqlparser::ast::{
    AlterColumnOperation, AlterTable, AlterTableOperation, AlterType, AlterTypeOperation, GeneratedAs, Ident,
    ObjectName, Statement,
};

use super::Builder;
use crate::sql::model::Schema;
use crate::sql::names::last_name;
use crate::sql::{DbError, DbErrorKind, Dialect, Kind, SqlProblem, migrate};

impl Builder<'_> {
    pub(in crate::sql) fn alter(
        &mut self,
        at: usize,
        operation: AlterTableOperation,
        range: &Range<usize>,
    ) -> Result<(), SqlProblem> {
        let set_nullable = |builder: &mut Self, name: &Ident, nullable: bool| -> Result<(), SqlProblem> {
            let known = builder.known(at, std::slice::from_ref(name), range)?;
            for column in &mut builder.schema.tables[at].columns {
                if known.contains(&column.name) {
                    column.nullable = nullable;
                }
            }
            Ok(())
        };
        match operation {
            AlterTableOperation::AddColumn { column_def, if_not_exists, .. } => {
                let name = self.fold(&column_def.name);
                if if_not_exists && self.schema.tables[at].column(&name).is_some() {
                    return Ok(());
                }
                self.column(at, column_def, range)
            }
            AlterTableOperation::AddConstraint { constraint, .. } => self.constraint(at, constraint, range),
            AlterTableOperation::AlterColumn { column_name, op } => match op {
                AlterColumnOperation::SetNotNull => set_nullable(self, &column_name, false),
                AlterColumnOperation::DropNotNull => set_nullable(self, &column_name, true),
                AlterColumnOperation::SetDefault { value } => {
                    let known = self.known(at, &[column_name], range)?;
                    for column in &mut self.schema.tables[at].columns {
                        if known.contains(&column.name) {
                            column.default = Some(value.to_string());
                            column.default_expr = Some(value.clone());
                        }
                    }
                    Ok(())
                }
                AlterColumnOperation::AddGenerated { generated_as, sequence_options, .. } => {
                    let name = self.known(at, &[column_name], range)?.remove(0);
                    let sequence = self.sequence(at, &name, &sequence_options.unwrap_or_default());
                    for column in self.schema.tables[at].columns.iter_mut().filter(|column| column.name == name) {
                        column.sequence = Some(sequence);
                        column.generated = true;
                        column.always = matches!(generated_as, Some(GeneratedAs::Always));
                        (column.default, column.default_expr) = (None, None);
                    }
                    Ok(())
                }
                op => {
                    let operation = AlterTableOperation::AlterColumn { column_name, op };
                    self.change_table(at, &operation)
                }
            },
            AlterTableOperation::EnableRowLevelSecurity
            | AlterTableOperation::DisableRowLevelSecurity
            | AlterTableOperation::ForceRowLevelSecurity
            | AlterTableOperation::NoForceRowLevelSecurity
            | AlterTableOperation::EnableTrigger { .. }
            | AlterTableOperation::DisableTrigger { .. }
            | AlterTableOperation::OwnerTo { .. }
            | AlterTableOperation::ReplicaIdentity { .. }
            | AlterTableOperation::SetOptionsParens { .. }
            | AlterTableOperation::AutoIncrement { .. }
            | AlterTableOperation::ValidateConstraint { .. } => Ok(()),
            other => self.change_table(at, &other),
        }
    }

    /// One operation after the other; the table may have another name after one.
    pub(super) fn alter_table(&mut self, alter: AlterTable, range: &Range<usize>) -> Result<(), SqlProblem> {
        if self.is_partition(&alter.name) {
            return Ok(());
        }
        let name = last_name(self.schema.dialect, &alter.name);
        if self.schema.table(&name).is_none() && alter.if_exists {
            return Ok(());
        }
        let at = self.table_index(&name, range)?;
        for operation in alter.operations {
            self.alter(at, operation, range)?;
        }
        Ok(())
    }

    pub(super) fn is_partition(&self, name: &ObjectName) -> bool {
        self.partitions.contains(&last_name(self.schema.dialect, name))
    }

    fn change_table(&mut self, at: usize, operation: &AlterTableOperation) -> Result<(), SqlProblem> {
        let dialect = self.schema.dialect;
        let schema = std::mem::replace(&mut self.schema, Schema::empty(dialect));
        self.schema = migrate::altered(schema, at, operation).map_err(problem)?;
        Ok(())
    }

    /// What a migration does to tables that are there.
    pub(super) fn change(&mut self, statement: &Statement) -> Result<(), SqlProblem> {
        let dialect = self.schema.dialect;
        let schema = std::mem::replace(&mut self.schema, Schema::empty(dialect));
        self.schema = migrate::changed(schema, statement).map_err(problem)?;
        Ok(())
    }

    /// `ALTER TYPE ... ADD VALUE`, which columns of the type take too.
    pub(super) fn alter_type(&mut self, alter: AlterType) -> Result<(), SqlProblem> {
        let name = last_name(self.schema.dialect, &alter.name);
        if let AlterTypeOperation::AddValue(added) = alter.operation
            && let Some((_, labels)) = self.schema.enums.iter_mut().find(|(known, _)| *known == name)
        {
            let before = labels.clone();
            if !labels.contains(&added.value.value) {
                labels.push(added.value.value);
            }
            let after = labels.clone();
            for column in self.schema.tables.iter_mut().flat_map(|table| &mut table.columns) {
                if column.kind == Kind::Enum(before.clone()) {
                    column.kind = Kind::Enum(after.clone());
                }
            }
        }
        Ok(())
    }

    /// `CREATE TABLE a (LIKE b INCLUDING ALL)`, and MySQL's `CREATE TABLE a LIKE b`.
    pub(super) fn create_like(&mut self, name: String, like: &str, range: &Range<usize>) -> Result<(), SqlProblem> {
        let at = self.table_index(like, range)?;
        let mut table = self.schema.tables[at].clone();
        let old = std::mem::replace(&mut table.name, name.clone());
        table.range = range.clone();
        table.foreign_keys.clear();
        let renamed = |known: &str| match known.strip_prefix(old.as_str()) {
            Some(rest) => format!("{name}{rest}"),
            None => format!("{name}_{known}"),
        };
        if self.schema.dialect != Dialect::MySql {
            table.uniques.iter_mut().for_each(|unique| unique.name = renamed(&unique.name));
            table.indexes.iter_mut().for_each(|index| index.name = renamed(&index.name));
        }
        self.schema.tables.push(table);
        Ok(())
    }
}

fn problem(error: DbError) -> SqlProblem {
    match error.kind {
        DbErrorKind::Unsupported => SqlProblem::unsupported(error.message),
        _ => SqlProblem::invalid(error.message),
    }
}
