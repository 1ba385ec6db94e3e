//! What a statement reads from, and which table or column a name in it means.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, ObjectName, Query, Statement, TableFactor, Visitor};

use super::Lowering;
use crate::sql::errors::did_you_mean;
use crate::sql::model::{Column, Schema, Table};
use crate::sql::names::{fold, last_name};
use crate::sql::{DbError, DbErrorKind, Dialect, SqlProblem};

/// What a statement reads from: tables under their aliases, and names made in `WITH`.
pub(in crate::sql) struct Sources {
    pub(super) dialect: Dialect,
    /// Alias and table.
    pub(super) tables: Vec<(String, String)>,
    pub(super) ctes: Vec<String>,
}

impl Visitor for Sources {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.ctes.push(fold(self.dialect, &cte.alias.name));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, args: None, .. } = factor {
            let table = last_name(self.dialect, name);
            let alias = alias.as_ref().map_or_else(|| table.clone(), |alias| fold(self.dialect, &alias.name));
            self.tables.push((alias, table));
        }
        ControlFlow::Continue(())
    }
}

pub(super) fn nearest_table(schema: &Schema, name: &str) -> String {
    let views = schema.views.iter().map(|view| view.name.as_str());
    did_you_mean(name, schema.tables.iter().map(|table| table.name.as_str()).chain(views))
}

impl<'a> Lowering<'a> {
    /// The table of exactly this name, by the dialect's rules of case.
    pub(in crate::sql) fn table(&self, name: &str) -> Option<&'a Table> {
        match self.dialect() {
            Dialect::Sqlite => self.schema.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name)),
            Dialect::PostgreSql | Dialect::MySql => self.schema.tables.iter().find(|table| table.name == name),
        }
    }

    pub(super) fn missing_table(&self, name: &str) -> DbError {
        let mut message = format!("there is no table {name} in the schema");
        match self.schema.table(name) {
            Some(close) => message.push_str(&format!("; there is one named {}, and case counts", close.name)),
            None => message.push_str(&nearest_table(self.schema, name)),
        }
        DbError::new(DbErrorKind::MissingTable, message)
    }

    pub(super) fn check_tables(&self, target: Option<&str>) -> Result<(), DbError> {
        for name in self.sources.tables.iter().map(|(_, table)| table.as_str()).chain(target) {
            let cte = self.sources.ctes.iter().any(|cte| cte.eq_ignore_ascii_case(name));
            let view = || self.schema.views.iter().any(|view| view.name.eq_ignore_ascii_case(name));
            if !cte && self.table(name).is_none() && !view() {
                return Err(self.missing_table(name));
            }
        }
        Ok(())
    }

    pub(super) fn target(&self, factor: &TableFactor) -> Result<String, DbError> {
        match factor {
            TableFactor::Table { name, .. } => {
                let name = last_name(self.dialect(), name);
                self.table(&name).map(|table| table.name.clone()).ok_or_else(|| self.missing_table(&name))
            }
            _ => {
                Err(SqlProblem::unsupported("changing something that is not a table is not something belt can run")
                    .into())
            }
        }
    }

    /// The table that stands under an alias.
    pub(super) fn aliased(&self, name: &ObjectName) -> Result<String, DbError> {
        let name = last_name(self.dialect(), name);
        let found = self.sources.tables.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(&name));
        let table = found.map_or(name.as_str(), |(_, table)| table.as_str());
        self.table(table).map(|table| table.name.clone()).ok_or_else(|| self.missing_table(&name))
    }

    /// The column an expression names, when that is certain.
    pub(in crate::sql) fn column(&self, expr: &Expr) -> Option<&'a Column> {
        let (qualifier, name) = match expr {
            Expr::Identifier(name) => (None, name),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., table, name] => (Some(fold(self.dialect(), table)), name),
                _ => return None,
            },
            Expr::Nested(inner) => return self.column(inner),
            _ => return None,
        };
        let name = fold(self.dialect(), name);
        let mut found: Option<&Column> = None;
        for (alias, table) in &self.sources.tables {
            let wanted = match &qualifier {
                None => true,
                Some(qualifier) => {
                    alias.eq_ignore_ascii_case(qualifier) || (qualifier == "excluded" && self.sources.tables.len() == 1)
                }
            };
            if !wanted || self.sources.ctes.contains(table) {
                continue;
            }
            if let Some(column) = self.table(table).and_then(|table| table.column(&name)) {
                if found.is_some_and(|other| other.kind != column.kind) {
                    return None;
                }
                found = Some(column);
            }
        }
        found
    }

    /// The alias of this name, and its table.
    pub(in crate::sql) fn source(&self, name: &str) -> Option<(&str, &'a Table)> {
        let (alias, table) = self.sources.tables.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name))?;
        self.table(table).map(|table| (alias.as_str(), table))
    }

    /// The columns a statement compares for equality, each with the alias of its table.
    pub(super) fn looked_up(&self, statement: &Statement) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let _ = sqlparser::ast::visit_expressions(statement, |expr| {
            let sides: Vec<&Expr> = match expr {
                Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => vec![left, right],
                Expr::InList { expr, negated: false, .. } | Expr::InSubquery { expr, negated: false, .. } => vec![expr],
                Expr::AnyOp { left, compare_op: BinaryOperator::Eq, .. } => vec![left],
                _ => Vec::new(),
            };
            for side in sides {
                if let Some(source) = self.source_of(side)
                    && let Some(column) = self.column(side)
                {
                    let pair = (source.0.clone(), column.name.clone());
                    if !found.contains(&pair) {
                        found.push(pair);
                    }
                }
            }
            ControlFlow::<()>::Continue(())
        });
        found
    }

    /// The table a column belongs to.
    pub(in crate::sql) fn table_of(&self, expr: &Expr) -> Option<&str> {
        self.source_of(expr).map(|(_, table)| table.as_str())
    }

    /// Alias and table of what a column belongs to.
    fn source_of(&self, expr: &Expr) -> Option<&(String, String)> {
        let (qualifier, name) = match expr {
            Expr::Identifier(name) => (None, name),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., table, name] => (Some(fold(self.dialect(), table)), name),
                _ => return None,
            },
            _ => return None,
        };
        let name = fold(self.dialect(), name);
        let mut found = self.sources.tables.iter().filter(|(alias, table)| {
            qualifier.as_ref().is_none_or(|qualifier| alias.eq_ignore_ascii_case(qualifier))
                && self.table(table).is_some_and(|table| table.column(&name).is_some())
        });
        found.next()
    }

    pub(super) fn known(&self, table: &'a Table, name: &str) -> Result<&'a Column, DbError> {
        let found = match self.dialect() {
            Dialect::PostgreSql => table.columns.iter().find(|column| column.name == name),
            Dialect::MySql | Dialect::Sqlite => table.column(name),
        };
        found.ok_or_else(|| {
            let near = did_you_mean(name, table.columns.iter().map(|column| column.name.as_str()));
            DbError::new(DbErrorKind::MissingColumn, format!("the table {} has no column {name}{near}", table.name))
        })
    }
}
