//! `RETURNING` speaks of the changed table alone, and SQLite knows it there by no name.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, SelectItem, SelectItemQualifiedWildcardKind, VisitMut, WildcardAdditionalOptions, visit_expressions_mut,
};

use super::Lowering;
use crate::sql::names::{last_name, quoted_ident};
use crate::sql::{DbError, Dialect, SqlProblem};

impl Lowering<'_> {
    /// `target` is the name the changed table goes by.
    pub(super) fn unqualify(&self, returning: Option<&mut Vec<SelectItem>>, target: &str) -> Result<(), DbError> {
        for item in returning.into_iter().flatten() {
            match item {
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    let name = last_name(Dialect::Sqlite, name);
                    if !name.eq_ignore_ascii_case(target) {
                        return Err(elsewhere(&name));
                    }
                    *item = SelectItem::Wildcard(WildcardAdditionalOptions::default());
                }
                SelectItem::UnnamedExpr(expr) => {
                    let was = expr.clone();
                    self.bare(expr, target)?;
                    // The engine names a column by its text.
                    if let (Expr::CompoundIdentifier(parts), true) = (&was, !matches!(expr, Expr::Identifier(_)))
                        && let Some(name) = parts.last()
                    {
                        *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: name.clone() };
                    }
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    *alias = quoted_ident(&crate::sql::names::fold(self.dialect(), alias));
                    self.bare(expr, target)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn bare(&self, expr: &mut Expr, target: &str) -> Result<(), DbError> {
        if contains_query(expr) {
            return Ok(());
        }
        let step = visit_expressions_mut(expr, |expr| {
            if let Expr::CompoundIdentifier(parts) = expr
                && let [table, column] = parts.as_slice()
            {
                if !table.value.eq_ignore_ascii_case(target) {
                    return ControlFlow::Break(elsewhere(&table.value));
                }
                *expr = Expr::Identifier(column.clone());
            }
            ControlFlow::Continue(())
        });
        match step {
            ControlFlow::Break(error) => Err(error),
            ControlFlow::Continue(()) => Ok(()),
        }
    }
}

fn elsewhere(table: &str) -> DbError {
    let message = format!(
        "RETURNING columns of {table}, which is not the changed table, is not something belt can run: read them with a SELECT in the same transaction"
    );
    SqlProblem::unsupported(message).into()
}

/// A query inside has tables of its own.
fn contains_query(expr: &mut Expr) -> bool {
    struct Finds(bool);
    impl sqlparser::ast::VisitorMut for Finds {
        type Break = ();
        fn pre_visit_query(&mut self, _: &mut sqlparser::ast::Query) -> ControlFlow<()> {
            self.0 = true;
            ControlFlow::Break(())
        }
    }
    let mut finds = Finds(false);
    let _ = VisitMut::visit(expr, &mut finds);
    finds.0
}
