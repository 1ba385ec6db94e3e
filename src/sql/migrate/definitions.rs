//! `ALTER COLUMN` and MySQL's `MODIFY`: what a column is.

use sqlparser::ast::{AlterColumnOperation, ColumnDef, ColumnOption, ColumnOptionDef, DataType, Expr, Ident};

use super::columns::{NOWHERE, Subject, missing};
use super::invalid;
use super::rebuild::Source;
use crate::sql::{DbError, DbErrorKind, types};

impl Subject<'_> {
    pub(super) fn alter_column(&mut self, ident: &Ident, op: &AlterColumnOperation) -> Result<(), DbError> {
        let name = self.column(ident)?;
        let dialect = self.dialect;
        let enums = self.change.model.schema.enums.clone();
        let table = self.table();
        let primary = table.primary_key().is_some_and(|key| key.columns.contains(&name));
        let Some(column) = table.columns.iter_mut().find(|column| column.name == name) else {
            return Err(missing(&name, &name));
        };
        match op {
            AlterColumnOperation::SetNotNull => column.nullable = false,
            AlterColumnOperation::DropNotNull if primary => {
                return Err(invalid(format!("the column {name} is in the primary key and cannot be null")));
            }
            AlterColumnOperation::DropNotNull => column.nullable = true,
            AlterColumnOperation::SetDefault { value } => {
                column.default = Some(value.to_string());
                column.default_expr = Some(value.clone());
            }
            AlterColumnOperation::DropDefault => {
                column.default = None;
                column.default_expr = None;
                column.sequence = None;
            }
            AlterColumnOperation::SetDataType { data_type, using, .. } => {
                let (kind, _) = types::kind_of(dialect, data_type, &enums)?;
                column.kind = kind;
                column.type_text = data_type.to_string();
                let table = self.name();
                if let Some(carry) = self.change.carries.get_mut(&table) {
                    let old = match carry.columns.get(&name) {
                        Some(Source::Keep(old)) => old.clone(),
                        _ => name.clone(),
                    };
                    let expr = using.clone().unwrap_or_else(|| Expr::Identifier(Ident::with_quote('"', old)));
                    carry.columns.insert(name, Source::Using(Box::new(expr)));
                }
            }
            AlterColumnOperation::AddGenerated { .. } => {
                return Err(DbError::new(
                    DbErrorKind::Unsupported,
                    format!("ALTER COLUMN {op} is not something belt can run"),
                ));
            }
        }
        Ok(())
    }

    /// MySQL's `MODIFY`: the column as if it were written anew.
    pub(super) fn modify(
        &mut self,
        ident: &Ident,
        data_type: &DataType,
        options: &[ColumnOption],
    ) -> Result<(), DbError> {
        let name = self.column(ident)?;
        let options = options.iter().map(|option| ColumnOptionDef { name: None, option: option.clone() }).collect();
        let def = ColumnDef { name: Ident::with_quote('`', name.clone()), data_type: data_type.clone(), options };
        let table = self.table();
        let Some(place) = table.columns.iter().position(|column| column.name == name) else {
            return Err(missing(&name, &name));
        };
        let primary = table.primary_key().is_some_and(|key| key.columns.contains(&name));
        table.columns.remove(place);
        self.build(|builder, at| builder.column(at, def, &NOWHERE))?;
        let table = self.table();
        if let Some(mut column) = table.columns.pop() {
            column.nullable &= !primary;
            table.columns.insert(place, column);
        }
        Ok(())
    }
}
