//! Operators, and what is compared with a column: it takes the form the column is stored in, or nothing would be equal.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr};

use crate::sql::lower::{Lowering, raw, string};
use crate::sql::{DbError, DbErrorKind, Dialect, Kind, time};

impl Lowering<'_> {
    /// The kind of what is stored in another form than it is written.
    pub(super) fn kind(&self, expr: &Expr) -> Option<Kind> {
        self.infer(expr).filter(|kind| kind.coerced("").is_some() && !matches!(kind, Kind::Json | Kind::Array))
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
        let ignores_case = dialect == Dialect::MySql;
        ControlFlow::Continue(match op {
            B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq => {
                self.compare(left, right);
                if dialect == Dialect::PostgreSql
                    && matches!(op, B::Eq | B::NotEq)
                    && [&*left, &*right].iter().any(|side| self.infer(side) == Some(Kind::Json))
                {
                    // What says the same is equal, however it is written.
                    return ControlFlow::Continue(Some(raw(format!("(belt_jsonb({left}) {op} belt_jsonb({right}))"))));
                }
                None
            }
            B::Spaceship => {
                self.compare(left, right);
                Some(raw(format!("{left} IS {right}")))
            }
            B::StringConcat if self.is_composite(left) || self.is_composite(right) => {
                Some(raw(format!("belt_json_concat({left}, {right})")))
            }
            B::Divide if dialect == Dialect::MySql => Some(raw(format!("({left} * 1.0 / {right})"))),
            B::MyIntegerDivide => Some(raw(format!("CAST({left} / {right} AS INTEGER)"))),
            B::Minus if self.infer(left) == Some(Kind::Json) => Some(raw(format!("belt_json_minus({left}, {right})"))),
            B::Plus | B::Minus if self.infer(left) == Some(Kind::Date) && dialect == Dialect::PostgreSql => {
                let minus = if *op == B::Minus { "-" } else { "" };
                Some(raw(match self.infer(right) {
                    Some(Kind::Date) => format!("CAST((belt_ts({left}) - belt_ts({right})) / 86400 AS INTEGER)"),
                    Some(Kind::Timestamp) => format!("(belt_ts({left}) - {right})"),
                    _ => format!("belt_date_add({left}, {minus}({right}))"),
                }))
            }
            // Text that is added to a time is a length of time.
            B::Plus
                if dialect == Dialect::PostgreSql
                    && self.infer(left) == Some(Kind::Timestamp)
                    && string(right).is_some() =>
            {
                Some(raw(format!("({left} + belt_interval({right}))")))
            }
            B::PGExp => Some(raw(format!("pow({left}, {right})"))),
            B::PGStartsWith => Some(raw(format!("(substr({left}, 1, length({right})) = {right})"))),
            B::PGLikeMatch => Some(raw(format!("{left} LIKE {right}"))),
            B::PGNotLikeMatch => Some(raw(format!("{left} NOT LIKE {right}"))),
            B::PGILikeMatch => Some(raw(format!("lower({left}) LIKE lower({right})"))),
            B::PGNotILikeMatch => Some(raw(format!("lower({left}) NOT LIKE lower({right})"))),
            B::PGRegexMatch => Some(raw(format!("belt_regex({left}, {right}, 0)"))),
            B::PGRegexIMatch => Some(raw(format!("belt_regex({left}, {right}, 1)"))),
            // So `NOT GLOB` is read.
            B::PGRegexNotMatch if dialect == Dialect::Sqlite => Some(raw(format!("{left} NOT GLOB {right}"))),
            B::PGRegexNotMatch => Some(raw(format!("(NOT belt_regex({left}, {right}, 0))"))),
            B::PGRegexNotIMatch => Some(raw(format!("(NOT belt_regex({left}, {right}, 1))"))),
            B::Regexp if dialect != Dialect::Sqlite => {
                Some(raw(format!("belt_regex({left}, {right}, {})", u8::from(ignores_case))))
            }
            B::AtArrow if self.is_range(left) => Some(raw(match self.as_range(right) {
                Some(inner) => format!("belt_range_within({left}, {inner})"),
                None => format!("belt_range_holds({left}, {right})"),
            })),
            B::ArrowAt if self.is_range(right) => Some(raw(match self.as_range(left) {
                Some(inner) => format!("belt_range_within({right}, {inner})"),
                None => format!("belt_range_holds({right}, {left})"),
            })),
            B::AtArrow => Some(raw(format!("belt_contains({left}, {right})"))),
            B::ArrowAt => Some(raw(format!("belt_contains({right}, {left})"))),
            B::PGOverlap if self.is_range(left) || self.is_range(right) => {
                let side = |expr: &Expr| match self.is_range(expr) {
                    true => expr.to_string(),
                    false => format!("belt_range_of({expr}, 0)"),
                };
                Some(raw(format!("belt_ranges_overlap({}, {})", side(left), side(right))))
            }
            B::PGOverlap if dialect == Dialect::PostgreSql => Some(raw(format!("belt_overlap({left}, {right})"))),
            B::PGOverlap => Some(raw(format!("({left} AND {right})"))),
            B::Overlaps => match (&*left, &*right) {
                (Expr::Tuple(a), Expr::Tuple(b)) if a.len() == 2 && b.len() == 2 => {
                    let range =
                        |ends: &[Expr]| format!("belt_range(belt_ts({}), belt_ts({}), '[)', 0)", ends[0], ends[1]);
                    Some(raw(format!("belt_ranges_overlap({}, {})", range(a), range(b))))
                }
                _ => return unknown(&B::Overlaps),
            },
            B::Question => Some(raw(format!("belt_has_key({left}, {right})"))),
            B::QuestionAnd => Some(raw(format!("belt_has_all({left}, {right})"))),
            B::QuestionPipe => Some(raw(format!("belt_has_any({left}, {right})"))),
            B::HashArrow => Some(raw(format!("belt_at_path({left}, {right})"))),
            B::HashLongArrow => Some(raw(format!("belt_at_path_text({left}, {right})"))),
            // JSON text and SQL text are equal in MySQL where they say the same.
            B::Arrow if dialect == Dialect::MySql => Some(raw(format!("json_extract({left}, {right})"))),
            B::Xor => Some(raw(format!("((NOT {left}) <> (NOT {right}))"))),
            B::Plus | B::Minus | B::Multiply | B::Divide | B::Modulo => self.arithmetic(left, op, right),
            B::BitwiseXor | B::PGBitwiseXor => Some(raw(format!("(({left} | {right}) - ({left} & {right}))"))),
            B::StringConcat
            | B::And
            | B::Or
            | B::BitwiseAnd
            | B::BitwiseOr
            | B::PGBitwiseShiftLeft
            | B::PGBitwiseShiftRight
            | B::Arrow
            | B::LongArrow => None,
            B::Match | B::Glob if dialect == Dialect::Sqlite => None,
            other => return unknown(other),
        })
    }
}

impl Lowering<'_> {
    /// A range, also one that is written as text.
    fn as_range(&self, expr: &Expr) -> Option<String> {
        match string(expr) {
            Some(text) if text.starts_with(['[', '(']) => Some(format!("belt_range_of({expr}, 0)")),
            _ => self.is_range(expr).then(|| expr.to_string()),
        }
    }
}

fn unknown(operator: &BinaryOperator) -> ControlFlow<DbError, Option<Expr>> {
    ControlFlow::Break(DbError::new(
        DbErrorKind::Unsupported,
        format!("the operator {operator} is not something belt can run"),
    ))
}

pub(super) fn coerce(expr: &mut Expr, kind: &Kind) {
    // A finished conversion, or a query: nothing to add.
    let text = expr.to_string();
    let day = *kind == Kind::Timestamp && text.starts_with("belt_date");
    if matches!(expr, Expr::Subquery(_)) || (text.starts_with("belt_") && !day) {
        return;
    }
    // A difference of times is compared with a length of time.
    if let (Kind::Timestamp, Some(text)) = (kind, string(expr))
        && time::parse_timestamp(text).is_none()
        && let Some(seconds) = time::parse_interval(text)
    {
        *expr = raw(format!("({seconds:?})"));
        return;
    }
    if let Some(text) = kind.coerced(&expr.to_string()) {
        *expr = raw(text);
    }
}
