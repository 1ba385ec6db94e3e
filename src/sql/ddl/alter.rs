//! `ALTER TABLE`: what it makes of a table that is already in the model.

use std::ops::Range;

use sqlparser::ast::{AlterColumnOperation, AlterTableOperation, Ident};

use super::Builder;
use crate::sql::SqlProblem;

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
                other => Err(SqlProblem::unsupported(format!("ALTER COLUMN {other} is not something belt can run"))),
            },
            other @ (AlterTableOperation::EnableRowLevelSecurity | AlterTableOperation::OwnerTo { .. }) => {
                let _ = other;
                Ok(())
            }
            other => Err(SqlProblem::unsupported(format!("ALTER TABLE {other} is not something belt can run"))),
        }
    }
}
