//! SQLite has no booleans: which columns of an answer hold them is worked out from the query.

use sqlparser::ast::{BinaryOperator, Expr, Statement, UnaryOperator, Value};

use super::Lowering;
use crate::sql::{Dialect, Kind};

/// PostgreSQL's functions that answer with a boolean.
const ANSWERS: &[&str] = &[
    "bool_or",
    "bool_and",
    "every",
    "starts_with",
    "jsonb_exists",
    "jsonb_exists_any",
    "jsonb_exists_all",
    "pg_try_advisory_xact_lock",
    "pg_try_advisory_xact_lock_shared",
    "regexp_like",
    "isempty",
    "isfinite",
];

impl Lowering<'_> {
    /// Which columns of the answer hold booleans.
    pub(super) fn booleans(&self, statement: &Statement) -> Vec<usize> {
        let shape = match statement {
            Statement::Query(query) => self.outputs(query),
            other => self.returned(other),
        };
        let columns = shape.unwrap_or_default().into_iter().enumerate();
        columns.filter(|(_, (_, kind))| *kind == Some(Kind::Boolean)).map(|(at, _)| at).collect()
    }

    /// What an expression of an answer is.
    pub(in crate::sql) fn result_kind(&self, expr: &Expr) -> Option<Kind> {
        if self.is_boolean(expr) { Some(Kind::Boolean) } else { self.infer(expr) }
    }

    fn is_boolean(&self, expr: &Expr) -> bool {
        use BinaryOperator as B;
        match expr {
            Expr::Nested(inner) => self.is_boolean(inner),
            Expr::UnaryOp { op, .. } => *op == UnaryOperator::Not,
            Expr::BinaryOp { op, .. } => matches!(
                op,
                B::Eq
                    | B::NotEq
                    | B::Lt
                    | B::LtEq
                    | B::Gt
                    | B::GtEq
                    | B::And
                    | B::Or
                    | B::PGRegexMatch
                    | B::PGRegexIMatch
                    | B::PGRegexNotMatch
                    | B::PGRegexNotIMatch
                    | B::AtArrow
                    | B::ArrowAt
                    | B::PGOverlap
                    | B::Overlaps
                    | B::Question
                    | B::QuestionAnd
                    | B::QuestionPipe
            ),
            Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..)
            | Expr::Exists { .. }
            | Expr::InList { .. }
            | Expr::InSubquery { .. }
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::ILike { .. }
            | Expr::SimilarTo { .. }
            | Expr::AnyOp { .. }
            | Expr::AllOp { .. } => true,
            Expr::Value(value) => matches!(value.value, Value::Boolean(_)),
            Expr::Function(function) if self.dialect() == Dialect::PostgreSql => {
                ANSWERS.contains(&function.name.to_string().to_ascii_lowercase().as_str())
            }
            Expr::Case { conditions, .. } => conditions.first().is_some_and(|when| self.is_boolean(&when.result)),
            _ => self.infer(expr) == Some(Kind::Boolean),
        }
    }
}
