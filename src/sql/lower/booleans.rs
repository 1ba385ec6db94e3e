//! SQLite has no booleans: which columns of an answer hold them is worked out from the query.

use sqlparser::ast::{BinaryOperator, DataType, Expr, Query, SelectItem, SetExpr, TableFactor, UnaryOperator, Value};

use super::Lowering;
use crate::sql::Kind;
use crate::sql::names::{fold, last_name};

impl Lowering<'_> {
    /// Which columns of the answer hold booleans.
    pub(super) fn booleans(&self, query: &Query) -> Vec<usize> {
        let SetExpr::Select(select) = query.body.as_ref() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut at = 0;
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                    if self.is_boolean(expr) {
                        found.push(at);
                    }
                    at += 1;
                }
                SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => {
                    let only = match item {
                        SelectItem::QualifiedWildcard(kind, _) => {
                            Some(kind.to_string().trim_end_matches(".*").replace('"', ""))
                        }
                        _ => None,
                    };
                    for join in select
                        .from
                        .iter()
                        .flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|j| &j.relation)))
                    {
                        let TableFactor::Table { name, alias, .. } = join else {
                            return found;
                        };
                        let table = last_name(self.dialect(), name);
                        let alias =
                            alias.as_ref().map_or_else(|| table.clone(), |alias| fold(self.dialect(), &alias.name));
                        if only.as_ref().is_some_and(|only| !only.eq_ignore_ascii_case(&alias)) {
                            continue;
                        }
                        let Some(table) = self.table(&table).filter(|_| !self.sources.ctes.contains(&table)) else {
                            return found;
                        };
                        for column in &table.columns {
                            if column.kind == Kind::Boolean {
                                found.push(at);
                            }
                            at += 1;
                        }
                    }
                }
                SelectItem::ExprWithAliases { .. } => return found,
            }
        }
        found
    }

    fn is_boolean(&self, expr: &Expr) -> bool {
        use BinaryOperator as B;
        match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                self.column(expr).is_some_and(|column| column.kind == Kind::Boolean)
            }
            Expr::Nested(inner) | Expr::UnaryOp { op: UnaryOperator::Not, expr: inner } => {
                matches!(expr, Expr::UnaryOp { .. }) || self.is_boolean(inner)
            }
            Expr::BinaryOp { op, .. } => {
                matches!(op, B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq | B::And | B::Or)
            }
            Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::Exists { .. }
            | Expr::InList { .. }
            | Expr::InSubquery { .. }
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::IsTrue(_)
            | Expr::IsFalse(_) => true,
            Expr::Value(value) => matches!(value.value, Value::Boolean(_)),
            Expr::Cast { data_type, .. } => matches!(data_type, DataType::Boolean | DataType::Bool),
            _ => false,
        }
    }
}
