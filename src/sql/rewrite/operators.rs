//! Operators, and what is compared with a column: it takes the form the column is stored in, or nothing would be equal.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr};

use crate::sql::lower::{Lowering, raw};
use crate::sql::{DbError, DbErrorKind, Dialect, Kind};

impl Lowering<'_> {
    /// The kind of a column whose values are not stored as they are written.
    pub(super) fn kind(&self, expr: &Expr) -> Option<Kind> {
        self.column(expr)
            .map(|column| column.kind.clone())
            .filter(|kind| kind.coerced("").is_some() && !matches!(kind, Kind::Json | Kind::Array))
    }

    /// Gives what is compared with a column the form the column is stored in.
    pub(super) fn compare(&self, left: &mut Expr, right: &mut Expr) {
        match (&mut *left, &mut *right) {
            (Expr::Tuple(left), Expr::Tuple(right)) => {
                for (left, right) in left.iter_mut().zip(right) {
                    self.compare(left, right);
                }
            }
            (Expr::Nested(inner), right) => self.compare(inner, right),
            (left, right) => match (self.kind(left), self.kind(right)) {
                (Some(kind), None) => coerce(right, &kind),
                (None, Some(kind)) => coerce(left, &kind),
                (Some(Kind::Date), Some(kind @ Kind::Timestamp)) => coerce(left, &kind),
                (Some(kind @ Kind::Timestamp), Some(Kind::Date)) => coerce(right, &kind),
                _ => {}
            },
        }
    }

    pub(super) fn binary(
        &self,
        left: &mut Expr,
        op: &mut BinaryOperator,
        right: &mut Expr,
    ) -> ControlFlow<DbError, Option<Expr>> {
        use BinaryOperator as B;
        let dialect = self.dialect();
        ControlFlow::Continue(match op {
            B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq => {
                self.compare(left, right);
                None
            }
            B::Spaceship => {
                self.compare(left, right);
                Some(raw(format!("{left} IS {right}")))
            }
            B::StringConcat if dialect == Dialect::MySql => Some(raw(format!("({left} OR {right})"))),
            B::Divide if dialect == Dialect::MySql => Some(raw(format!("({left} * 1.0 / {right})"))),
            B::MyIntegerDivide => Some(raw(format!("CAST({left} / {right} AS INTEGER)"))),
            B::PGExp => Some(raw(format!("pow({left}, {right})"))),
            B::PGStartsWith => Some(raw(format!("(substr({left}, 1, length({right})) = {right})"))),
            B::PGLikeMatch => Some(raw(format!("{left} LIKE {right}"))),
            B::PGILikeMatch => Some(raw(format!("lower({left}) LIKE lower({right})"))),
            B::Plus
            | B::Minus
            | B::Multiply
            | B::Divide
            | B::Modulo
            | B::StringConcat
            | B::And
            | B::Or
            | B::BitwiseAnd
            | B::BitwiseOr
            | B::PGBitwiseShiftLeft
            | B::PGBitwiseShiftRight
            | B::Arrow
            | B::LongArrow => None,
            other => {
                return ControlFlow::Break(DbError::new(
                    DbErrorKind::Unsupported,
                    format!("the operator {other} is not something belt can run"),
                ));
            }
        })
    }
}

pub(super) fn coerce(expr: &mut Expr, kind: &Kind) {
    // A finished conversion, or a query: nothing to add.
    if matches!(expr, Expr::Subquery(_)) || expr.to_string().starts_with("belt_") {
        return;
    }
    if let Some(text) = kind.coerced(&expr.to_string()) {
        *expr = raw(text);
    }
}
