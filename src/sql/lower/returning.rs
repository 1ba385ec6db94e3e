//! `RETURNING` speaks of the changed table alone, and SQLite knows it there by no name.

use std::ops::ControlFlow;

use sqlparser::ast::{
    AssignmentTarget, BinaryOperator, Expr, FromTable, SelectItem, SelectItemQualifiedWildcardKind, Statement,
    VisitMut, WildcardAdditionalOptions, visit_expressions_mut,
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

impl Lowering<'_> {
    /// A column of another table that equals one of the changed table, and is not set, is that one.
    pub(super) fn returned_by_key(&self, statement: &mut Statement) {
        let (returning, selection, target, set) = match statement {
            Statement::Update(update) => {
                let set: Vec<String> = update
                    .assignments
                    .iter()
                    .flat_map(|assignment| match &assignment.target {
                        AssignmentTarget::ColumnName(name) => vec![last_name(self.dialect(), name)],
                        AssignmentTarget::Tuple(names) => {
                            names.iter().map(|name| last_name(self.dialect(), name)).collect()
                        }
                    })
                    .collect();
                (&mut update.returning, &update.selection, &update.table.relation, set)
            }
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
                let Some(first) = from.first() else { return };
                (&mut delete.returning, &delete.selection, &first.relation, Vec::new())
            }
            _ => return,
        };
        let (Some(returning), Some(selection), Some(alias)) = (returning, selection, self.alias(target)) else {
            return;
        };
        let mut equal: Vec<(String, Expr)> = Vec::new();
        equals(selection, &mut |left, right| {
            for (own, other) in [(left, right), (right, left)] {
                let Some((Some(table), column)) = self.parts(own) else { continue };
                if table.eq_ignore_ascii_case(&alias) && !set.contains(&column) {
                    equal.push((other.to_string().to_lowercase(), own.clone()));
                }
            }
        });
        for item in returning {
            let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item else { continue };
            let Some((Some(table), name)) = self.parts(expr) else { continue };
            let Some((_, own)) = equal.iter().find(|(other, _)| *other == expr.to_string().to_lowercase()) else {
                continue;
            };
            if table.eq_ignore_ascii_case(&alias) {
                continue;
            }
            match item {
                SelectItem::UnnamedExpr(_) => {
                    *item = SelectItem::ExprWithAlias { expr: own.clone(), alias: quoted_ident(&name) };
                }
                SelectItem::ExprWithAlias { expr, .. } => *expr = own.clone(),
                _ => {}
            }
        }
    }

    /// The table, where it is named, and the name of a column.
    fn parts(&self, expr: &Expr) -> Option<(Option<String>, String)> {
        let fold = |name| crate::sql::names::fold(self.dialect(), name);
        match expr {
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., table, name] => Some((Some(fold(table)), fold(name))),
                _ => None,
            },
            Expr::Identifier(name) => Some((None, fold(name))),
            _ => None,
        }
    }
}

/// The equalities that hold where a condition holds.
fn equals(condition: &Expr, found: &mut dyn FnMut(&Expr, &Expr)) {
    match condition {
        Expr::Nested(inner) => equals(inner, found),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            equals(left, found);
            equals(right, found);
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => found(left, right),
        _ => {}
    }
}

pub(super) fn elsewhere(table: &str) -> DbError {
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
