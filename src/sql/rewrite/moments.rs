//! Times and lengths of time: months are the calendar's, and a field of a length is none of a time.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value};

use super::{call, expr_take, unsupported};
use crate::sql::lower::{Lowering, raw, string};
use crate::sql::{DbError, Dialect, Kind, time};

/// What begins the text of what has been computed in decimals.
pub(in crate::sql) const EXACT: &[&str] =
    &["belt_exact(", "belt_num(", "belt_add(", "belt_sub(", "belt_mul(", "belt_mod("];

/// A length of time as the learner wrote it: months, and the seconds beside them.
fn months_of(expr: &Expr) -> Option<(Expr, Expr)> {
    let number = |number: f64| raw(format!("({number:?})"));
    let parsed = |text: &str| time::parse_months(text).map(|(months, rest)| (number(months), number(rest)));
    let product = |left: Expr, right: Expr| Expr::BinaryOp {
        left: Box::new(left),
        op: BinaryOperator::Multiply,
        right: Box::new(Expr::Nested(Box::new(right))),
    };
    match expr {
        Expr::Nested(inner) => months_of(inner),
        Expr::Interval(interval) => match (&interval.leading_field, string(&interval.value)) {
            (None, Some(text)) => parsed(text),
            (None, None) => None,
            (Some(unit), text) => {
                let unit = time::unit_months(&unit.to_string())?;
                let count = match text {
                    Some(text) => number(text.trim().parse().ok()?),
                    None => interval.value.as_ref().clone(),
                };
                Some((product(number(unit), count), number(0.0)))
            }
        },
        Expr::Cast { expr: inner, data_type, .. } => {
            let is_interval = data_type.to_string().to_ascii_lowercase().starts_with("interval");
            string(inner).filter(|_| is_interval).and_then(parsed)
        }
        Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } => {
            let (length, times) = match (months_of(left), months_of(right)) {
                (Some(length), None) => (length, right),
                (None, Some(length)) => (length, left),
                _ => return None,
            };
            Some((product(length.0, times.as_ref().clone()), product(length.1, times.as_ref().clone())))
        }
        Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("make_interval") => {
            let FunctionArguments::List(list) = &function.args else { return None };
            let mut months: Option<(Expr, Expr)> = None;
            for argument in &list.args {
                let (name, FunctionArgExpr::Expr(value)) = (match argument {
                    FunctionArg::Named { name, arg, .. } => (name.value.clone(), arg),
                    FunctionArg::ExprNamed { name, arg, .. } => (name.to_string().replace('"', ""), arg),
                    FunctionArg::Unnamed(_) => return None,
                }) else {
                    return None;
                };
                let unit = time::unit_months(&name)?;
                if months.is_some() {
                    return None;
                }
                months = Some((product(number(unit), value.clone()), number(0.0)));
            }
            months
        }
        _ => None,
    }
}

fn two_arguments(function: &Function) -> Option<(Expr, Expr)> {
    let FunctionArguments::List(list) = &function.args else { return None };
    match list.args.as_slice() {
        [FunctionArg::Unnamed(FunctionArgExpr::Expr(a)), FunctionArg::Unnamed(FunctionArgExpr::Expr(b))] => {
            Some((a.clone(), b.clone()))
        }
        _ => None,
    }
}

impl Lowering<'_> {
    /// Writes a time moved by a length of time so that its months are the calendar's.
    pub(super) fn moved(&self, expr: &mut Expr) {
        let mysql = self.dialect() == Dialect::MySql;
        if self.dialect() == Dialect::Sqlite {
            return;
        }
        if let Expr::Function(function) = &*expr
            && mysql
            && let Some((at, by)) = two_arguments(function)
            && matches!(by, Expr::Interval(_))
        {
            let op = match function.name.to_string().to_ascii_lowercase().as_str() {
                "date_add" | "adddate" => BinaryOperator::Plus,
                "date_sub" | "subdate" => BinaryOperator::Minus,
                _ => return,
            };
            *expr = Expr::BinaryOp { left: Box::new(at), op, right: Box::new(by) };
        }
        let Expr::BinaryOp { left, op: op @ (BinaryOperator::Plus | BinaryOperator::Minus), right } = expr else {
            return;
        };
        if *op == BinaryOperator::Plus && months_of(left).is_some() && months_of(right).is_none() {
            std::mem::swap(left, right);
        }
        // MySQL's dates stay dates when they are moved by days or more.
        let stays = mysql
            && self.is_day(left)
            && matches!(right.as_ref(), Expr::Interval(by)
            if by.leading_field.as_ref().is_some_and(|unit| {
                time::unit_months(&unit.to_string()).is_some() || time::unit_s(&unit.to_string()).is_some_and(|s| s >= 86_400.0)
            }));
        let moved = match months_of(right).filter(|_| months_of(left).is_none()) {
            Some((months, seconds)) => {
                let signed = |by: Expr| match op {
                    BinaryOperator::Minus => Expr::BinaryOp {
                        left: Box::new(Expr::value(Value::Number("0".into(), false))),
                        op: BinaryOperator::Minus,
                        right: Box::new(Expr::Nested(Box::new(by))),
                    },
                    _ => by,
                };
                let at = call("belt_ts", vec![expr_take(left)]);
                Some(call("belt_months", vec![at, signed(months), signed(seconds)]))
            }
            None if stays => {
                let left = call("belt_ts", vec![expr_take(left)]);
                let right = expr_take(right);
                Some(Expr::BinaryOp { left: Box::new(left), op: op.clone(), right: Box::new(right) })
            }
            None => None,
        };
        if let Some(moved) = moved {
            *expr = if stays { call("belt_date", vec![moved]) } else { moved };
        }
    }

    /// A day, as a column or as text without a time.
    fn is_day(&self, expr: &Expr) -> bool {
        match string(expr) {
            Some(text) => time::parse_date(text.trim()).is_some(),
            None => self.infer(expr) == Some(Kind::Date),
        }
    }

    /// Whether an expression is a length of time.
    pub(super) fn is_span(&self, expr: &Expr) -> bool {
        let is_time = |expr: &Expr| matches!(self.infer(expr), Some(Kind::Timestamp));
        match expr {
            Expr::Nested(inner) => self.is_span(inner),
            Expr::BinaryOp { left, op: BinaryOperator::Minus, right } => is_time(left) && is_time(right),
            // What an interval or `age()` has become.
            Expr::Identifier(word) if word.quote_style.is_none() => {
                let inner = word.value.trim_start_matches('(').trim_end_matches(')');
                inner.parse::<f64>().is_ok()
                    || (word.value.starts_with("(belt_ts(") && word.value.contains(" - belt_ts("))
                    || word.value.starts_with("belt_interval(")
            }
            other => self.infer(other) == Some(Kind::Interval),
        }
    }

    /// `AT TIME ZONE`: times are UTC here, and no other zone is known.
    pub(super) fn at_zone(&self, timestamp: &mut Expr, zone: &Expr) -> ControlFlow<DbError, Expr> {
        let known = string(zone).map(|zone| zone.trim().to_ascii_lowercase());
        match known.as_deref() {
            Some("utc" | "gmt" | "z" | "zulu" | "etc/utc" | "etc/gmt" | "utc+0" | "utc0" | "+00" | "+0" | "+00:00") => {
                ControlFlow::Continue(expr_take(timestamp))
            }
            _ => match unsupported(format!("AT TIME ZONE {zone}")) {
                ControlFlow::Break(mut error) => {
                    error.message.push_str(": only UTC is known here; keep times in UTC");
                    ControlFlow::Break(error)
                }
                ControlFlow::Continue(()) => ControlFlow::Continue(expr_take(timestamp)),
            },
        }
    }

    /// `EXTRACT` and `date_part`.
    pub(super) fn part_of(&self, field: &str, inner: &Expr) -> Expr {
        let name = if self.is_span(inner) { "belt_span" } else { "belt_extract" };
        raw(format!("{name}({field}, {inner})"))
    }

    /// What is computed in decimals: columns and numbers with a point, and what comes of them.
    pub(super) fn is_exact(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => self.is_exact(inner),
            Expr::Value(value) => matches!(&value.value, Value::Number(text, _) if text.contains('.')),
            Expr::Identifier(word) if word.quote_style.is_none() => {
                EXACT.iter().any(|head| word.value.trim_start_matches('(').starts_with(head))
            }
            other => matches!(self.infer(other), Some(Kind::Numeric { .. })),
        }
    }

    /// Arithmetic with decimals, and PostgreSQL's division, which has no answer for zero.
    pub(super) fn arithmetic(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<Expr> {
        use BinaryOperator as B;
        let dialect = self.dialect();
        if dialect == Dialect::Sqlite {
            return None;
        }
        let is_real = |expr: &Expr| self.infer(expr) == Some(Kind::Real);
        let exact = (self.is_exact(left) || self.is_exact(right)) && !is_real(left) && !is_real(right);
        let divides = matches!(op, B::Divide | B::Modulo) && dialect == Dialect::PostgreSql;
        let known = matches!(right, Expr::Value(value) if matches!(&value.value, Value::Number(text, _)
            if text.parse::<f64>().is_ok_and(|number| number.abs() > 0.0)));
        let divisor = if divides && !known { format!("belt_divisor({right})") } else { right.to_string() };
        match (exact, divides && !known) {
            (true, _) => Some(raw(match op {
                B::Plus => format!("belt_add({left}, {right})"),
                B::Minus => format!("belt_sub({left}, {right})"),
                B::Multiply => format!("belt_mul({left}, {right})"),
                B::Modulo => format!("belt_mod({left}, {divisor})"),
                // Decimals without digits after the point are kept as whole numbers.
                _ => format!("belt_exact({left} * 1.0 / {divisor})"),
            })),
            (_, true) => Some(raw(format!("({left} {op} {divisor})"))),
            _ => None,
        }
    }
}

/// A cast to text writes a boolean out, as PostgreSQL does.
pub(super) fn spelt_out(inner: &Expr) -> String {
    format!("(CASE WHEN {inner} THEN 'true' WHEN NOT {inner} THEN 'false' END)")
}
