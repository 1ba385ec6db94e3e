//! `CREATE DOMAIN`: a type with conditions, which go to the columns that have it.

use std::ops::ControlFlow;

use sqlparser::ast::{
    CheckConstraint, ColumnDef, ColumnOption, ColumnOptionDef, CreateDomain, DataType, Expr, Ident, TableConstraint,
    visit_expressions_mut,
};

use super::Builder;
use crate::sql::names::last_name;
use crate::sql::{Dialect, SqlProblem};

impl Builder<'_> {
    pub(super) fn create_domain(&mut self, domain: CreateDomain) -> Result<(), SqlProblem> {
        if domain.constraints.iter().any(|constraint| !matches!(constraint, TableConstraint::Check(_))) {
            return Err(SqlProblem::unsupported(format!("{domain} is not something belt can run"))
                .with_help("write the conditions at the columns"));
        }
        self.domains.push(domain);
        Ok(())
    }

    /// The column with its domain's type, default and conditions written out.
    pub(super) fn without_domain(&self, mut def: ColumnDef) -> ColumnDef {
        let DataType::Custom(name, _) = &def.data_type else {
            return def;
        };
        let name = last_name(Dialect::PostgreSql, name);
        let Some(domain) = self.domains.iter().find(|domain| last_name(Dialect::PostgreSql, &domain.name) == name)
        else {
            return def;
        };
        let option = |option| ColumnOptionDef { name: None, option };
        for constraint in &domain.constraints {
            if let TableConstraint::Check(CheckConstraint { expr, .. }) = constraint {
                // A column of a domain that takes no null is one that takes none.
                if expr.to_string().eq_ignore_ascii_case("VALUE IS NOT NULL") {
                    def.options.push(option(ColumnOption::NotNull));
                    continue;
                }
                let expr = Box::new(of_column(expr, &def.name));
                let check = CheckConstraint { name: None, expr, enforced: None, no_inherit: false };
                def.options.push(option(ColumnOption::Check(check)));
            }
        }
        let has_default = def.options.iter().any(|option| matches!(option.option, ColumnOption::Default(_)));
        if let (Some(default), false) = (&domain.default, has_default) {
            def.options.push(option(ColumnOption::Default(default.clone())));
        }
        def.data_type = domain.data_type.clone();
        // One domain may be made of another.
        self.without_domain(def)
    }
}

fn of_column(condition: &Expr, column: &Ident) -> Expr {
    let mut condition = condition.clone();
    let _ = visit_expressions_mut(&mut condition, |expr| {
        if matches!(expr, Expr::Identifier(name) if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("value"))
        {
            *expr = Expr::Identifier(column.clone());
        }
        ControlFlow::<()>::Continue(())
    });
    condition
}
