//! One expression, whose parts are SQLite's already.

use std::ops::ControlFlow;

use sqlparser::ast::{DataType, Expr, Ident, TrimWhereField, Value, ValueWithSpan};

use super::moments::spelt_out;
use super::operators::coerce;
use super::quantified::{like_each, member};
use super::{ON, Step, call, expr_take, unsupported};
use crate::sql::lower::{Lowering, raw, string};
use crate::sql::names::{fold, literal, quoted_ident};
use crate::sql::{DbError, DbErrorKind, Dialect, Kind, time, types};

impl Lowering<'_> {
    pub(super) fn rewrite(&mut self, expr: &mut Expr) -> Step {
        let dialect = self.dialect();
        if let (Dialect::PostgreSql, Expr::Identifier(name)) = (dialect, &*expr)
            && let Some(column) = self.column(expr)
            && column.name != fold(dialect, name)
        {
            return ControlFlow::Break(DbError::new(
                DbErrorKind::MissingColumn,
                format!(
                    "there is no column {}; there is {:?}, and case counts in double quotes",
                    fold(dialect, name),
                    column.name
                ),
            ));
        }
        if let Some(qualified) = self.told_apart(expr) {
            *expr = qualified;
        }
        if let Some(text) = self.computed(expr) {
            *expr = raw(text);
            return ON;
        }
        if let (Dialect::PostgreSql, Expr::Identifier(name)) = (dialect, &*expr)
            && let Some(text) = system(&fold(dialect, name))
            && self.column(expr).is_none()
        {
            *expr = raw(text.into());
            return ON;
        }
        let new = match expr {
            // What is finished already has no quotes and is no name.
            Expr::Identifier(name) if name.quote_style.is_none() && !is_name(&name.value) => {
                return ON;
            }
            // MySQL's grammar takes `$1` for a name.
            Expr::Identifier(name)
                if name.quote_style.is_none()
                    && name.value.strip_prefix('$').is_some_and(|n| n.parse::<u32>().is_ok()) =>
            {
                raw(name.value.replace('$', "?"))
            }
            Expr::Identifier(name)
                if dialect == Dialect::PostgreSql
                    && name.quote_style.is_none()
                    && ["current_user", "session_user", "current_role", "user"]
                        .iter()
                        .any(|known| name.value.eq_ignore_ascii_case(known)) =>
            {
                raw("'app'".into())
            }
            Expr::Identifier(name) => {
                let name = fold(dialect, name);
                if dialect != Dialect::Sqlite
                    && ["rowid", "oid", "_rowid_"].contains(&name.to_ascii_lowercase().as_str())
                    && self.column(expr).is_none()
                {
                    return ControlFlow::Break(DbError::new(
                        DbErrorKind::MissingColumn,
                        format!("there is no column {name}"),
                    ));
                }
                Expr::Identifier(quoted_ident(&name))
            }
            Expr::CompoundIdentifier(parts) => {
                let mut parts: Vec<Ident> = parts.iter().map(|part| quoted_ident(&fold(dialect, part))).collect();
                if parts.len() > 2 {
                    parts.drain(..parts.len() - 2);
                }
                if let (Dialect::PostgreSql, [_, name]) = (dialect, parts.as_mut_slice())
                    && self.column(expr).is_none()
                {
                    match system(&name.value) {
                        Some(XMAX) => {
                            *expr = raw(XMAX.into());
                            return ON;
                        }
                        Some(known) => *name = quoted_ident(known),
                        None => {}
                    }
                }
                if let (Some(alias), [table, _]) = (&self.row_alias, parts.as_mut_slice())
                    && table.value.eq_ignore_ascii_case(alias)
                {
                    *table = quoted_ident("excluded");
                }
                Expr::CompoundIdentifier(parts)
            }
            Expr::Value(value) => return self.value(value, dialect),
            Expr::TypedString(typed) => {
                let kind = match types::kind_of(dialect, &typed.data_type, &self.schema.enums) {
                    Ok((kind, _)) => kind,
                    Err(problem) => return ControlFlow::Break(problem.into()),
                };
                let text = literal(&typed.value.value.clone().into_string().unwrap_or_default());
                raw(kind.coerced(&text).unwrap_or(text))
            }
            Expr::Interval(interval) => {
                let unit = interval.leading_field.as_ref().map(ToString::to_string);
                match (string(&interval.value), unit) {
                    (Some(text), None) => match time::parse_interval(text) {
                        Some(seconds) => raw(format!("({seconds:?})")),
                        None => return unsupported(format!("the interval '{text}'")),
                    },
                    (None, None) => call("belt_interval", vec![(*interval.value).clone()]),
                    (_, Some(unit)) => match time::unit_s(&unit) {
                        Some(unit_s) => raw(format!("({} * {unit_s:?})", interval.value)),
                        None => return unsupported(format!("an interval in {unit}")),
                    },
                }
            }
            Expr::Cast { expr: inner, data_type, .. } => {
                return self.cast_into(expr_take(inner), data_type.clone(), expr);
            }
            Expr::AtTimeZone { timestamp, time_zone } => self.at_zone(timestamp, time_zone)?,
            // Text is compared by its bytes, in MySQL also without case.
            Expr::Collate { expr: inner, collation } if dialect != Dialect::Sqlite => {
                let name = collation.to_string().to_lowercase();
                match dialect == Dialect::MySql && !name.contains("bin") {
                    true => raw(format!("({inner} COLLATE NOCASE)")),
                    false => raw(format!("({inner} COLLATE BINARY)")),
                }
            }
            Expr::Extract { field, expr: inner, .. } => {
                self.part_of(&literal(&field.to_string().to_lowercase()), inner)
            }
            Expr::Position { expr: needle, r#in } => raw(format!("instr({in}, {needle})", r#in = r#in)),
            Expr::Substring { expr: inner, substring_from: Some(pattern), substring_for: None, .. }
                if dialect == Dialect::PostgreSql && string(pattern).is_some() =>
            {
                raw(format!("belt_regex_found({inner}, {pattern})"))
            }
            Expr::Substring { expr: inner, substring_from, substring_for, .. } => {
                let from = substring_from.as_ref().map_or_else(|| "1".to_string(), ToString::to_string);
                let length = substring_for.as_ref().map(|length| format!(", {length}")).unwrap_or_default();
                raw(format!("substr({inner}, {from}{length})"))
            }
            Expr::Trim { trim_where, trim_what, expr: inner, .. } => {
                let name = match trim_where {
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                    _ => "trim",
                };
                let what = trim_what.as_ref().map(|what| format!(", {what}")).unwrap_or_default();
                raw(format!("{name}({inner}{what})"))
            }
            Expr::AnyOp { left, compare_op, right, .. } => match self.quantified(left, compare_op, right, false) {
                Ok(new) => new,
                Err(what) => return unsupported(what),
            },
            Expr::AllOp { left, compare_op, right } => match self.quantified(left, compare_op, right, true) {
                Ok(new) => new,
                Err(what) => return unsupported(what),
            },
            Expr::Array(array) => {
                let items: Vec<String> = array.elem.iter().map(ToString::to_string).collect();
                raw(format!("json_array({})", items.join(", ")))
            }
            Expr::ILike { negated, expr: inner, pattern, escape_char, any } => {
                let not = if *negated { "NOT " } else { "" };
                let escape = like_escape(pattern, escape_char.as_deref());
                let like = |pattern: &str| format!("lower({inner}) {not}LIKE lower({pattern}){escape}");
                if *any { like_each(pattern, like) } else { raw(like(&pattern.to_string())) }
            }
            Expr::Like { negated, expr: inner, pattern, escape_char, any } => {
                let not = if *negated { "NOT " } else { "" };
                let escape = if dialect == Dialect::Sqlite && escape_char.is_none() {
                    String::new()
                } else {
                    like_escape(pattern, escape_char.as_deref())
                };
                let like = |pattern: &str| format!("{inner} {not}LIKE {pattern}{escape}");
                if *any { like_each(pattern, like) } else { raw(like(&pattern.to_string())) }
            }
            Expr::SimilarTo { negated, expr: inner, pattern, escape_char: None } => {
                raw(negation(*negated, format!("belt_similar({inner}, {pattern})")))
            }
            Expr::RLike { negated, expr: inner, pattern, .. } if dialect == Dialect::MySql => {
                raw(negation(*negated, format!("belt_regex({inner}, {pattern}, 1)")))
            }
            Expr::CompoundFieldAccess { .. } => return self.subscript(expr),
            Expr::Convert { expr: inner, data_type: Some(data_type), .. } => {
                let data_type = data_type.clone();
                return self.cast_into(expr_take(inner), data_type, expr);
            }
            Expr::Convert { expr: inner, .. } => expr_take(inner),
            Expr::MemberOf(inside) => member(&inside.value, &inside.array),
            Expr::SimilarTo { .. }
            | Expr::RLike { .. }
            | Expr::MatchAgainst { .. }
            | Expr::GroupingSets(_)
            | Expr::Cube(_)
            | Expr::Rollup(_)
            | Expr::InUnnest { .. }
            | Expr::JsonAccess { .. }
            | Expr::Struct { .. }
            | Expr::Map(_)
            | Expr::Dictionary(_)
            | Expr::Lambda(_)
            | Expr::Overlay { .. }
            | Expr::IsNormalized { .. }
            | Expr::OuterJoin(_)
            | Expr::Prior(_) => {
                return unsupported(&*expr);
            }
            Expr::Subquery(query) => {
                self.hold_to_one(query);
                return ON;
            }
            Expr::IsUnknown(inner) => Expr::IsNull(Box::new(expr_take(inner))),
            Expr::IsNotUnknown(inner) => Expr::IsNotNull(Box::new(expr_take(inner))),
            Expr::InList { expr: inner, list, .. } => {
                if let Some(kind) = self.kind(inner) {
                    list.iter_mut().for_each(|item| coerce(item, &kind));
                }
                return ON;
            }
            Expr::Between { expr: inner, low, high, .. } => {
                if let Some(kind) = self.kind(inner) {
                    coerce(low, &kind);
                    coerce(high, &kind);
                }
                return ON;
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.compare(left, right);
                return ON;
            }
            Expr::BinaryOp { left, op, right } => {
                return self.binary(left, op, right).map_continue(|new| {
                    if let Some(new) = new {
                        *expr = new;
                    }
                });
            }
            Expr::Function(function) => {
                return self.function(function).map_continue(|new| {
                    if let Some(new) = new {
                        *expr = new;
                    }
                });
            }
            _ => return ON,
        };
        *expr = new;
        ON
    }

    fn value(&self, value: &mut ValueWithSpan, dialect: Dialect) -> Step {
        match &mut value.value {
            Value::Placeholder(name) => {
                if let Some(number) = name.strip_prefix('$') {
                    *name = format!("?{number}");
                }
            }
            Value::Number(..) | Value::Boolean(_) | Value::Null | Value::HexStringLiteral(_) => {}
            Value::SingleQuotedString(text) if !text.contains(['\'', '\\', '\0']) => {}
            Value::DoubleQuotedString(_) if dialect != Dialect::MySql => {}
            other => {
                let Some(text) = other.clone().into_string() else {
                    return unsupported(&*other);
                };
                // The printer guesses whether quotes are doubled already; bytes leave nothing to guess.
                if text.contains(['\'', '\\', '\0']) {
                    let hex: String = text.bytes().map(|b| format!("{b:02x}")).collect();
                    *other = Value::HexStringLiteral(hex);
                    return self.as_text(value);
                }
                *other = Value::SingleQuotedString(text);
            }
        }
        ON
    }

    /// A hexadecimal literal is bytes; as a name it is printed as the text it stands for.
    fn as_text(&self, value: &mut ValueWithSpan) -> Step {
        if let Value::HexStringLiteral(hex) = &value.value {
            value.value = Value::Placeholder(format!("CAST(X'{hex}' AS TEXT)"));
        }
        ON
    }

    fn cast_into(&self, inner: Expr, data_type: DataType, into: &mut Expr) -> Step {
        // The name of a table or a sequence.
        if data_type.to_string().eq_ignore_ascii_case("regclass") {
            *into = inner;
            return ON;
        }
        let kind = match &data_type {
            DataType::Signed | DataType::SignedInteger | DataType::Unsigned | DataType::UnsignedInteger => {
                Kind::Integer { min: i64::MIN, max: i64::MAX }
            }
            _ => match types::kind_of(self.dialect(), &data_type, &self.schema.enums) {
                Ok((kind, _)) => kind,
                Err(problem) => return ControlFlow::Break(problem.into()),
            },
        };
        let text = match &kind {
            Kind::Integer { .. } => format!("belt_int({inner})"),
            Kind::Real => format!("belt_real({inner})"),
            Kind::Text { .. } if self.kind(&inner) == Some(Kind::Timestamp) => {
                format!("belt_ts_text({inner})")
            }
            Kind::Text { .. }
                if self.dialect() == Dialect::PostgreSql && self.result_kind(&inner) == Some(Kind::Boolean) =>
            {
                spelt_out(&inner)
            }
            Kind::Text { .. } | Kind::Enum(_) => format!("CAST({inner} AS TEXT)"),
            Kind::Bytes { .. } => format!("CAST({inner} AS BLOB)"),
            Kind::Any => inner.to_string(),
            _ => kind.coerced(&inner.to_string()).unwrap_or_else(|| inner.to_string()),
        };
        *into = raw(text);
        ON
    }
}

const XMAX: &str = "belt_xmax()";

/// What stands for PostgreSQL's system columns.
fn system(name: &str) -> Option<&'static str> {
    match name {
        "xmax" => Some(XMAX),
        "ctid" => Some("rowid"),
        _ => None,
    }
}

fn negation(negated: bool, text: String) -> String {
    if negated { format!("(NOT {text})") } else { text }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

fn like_escape(pattern: &Expr, escape: Option<&Expr>) -> String {
    match escape {
        Some(escape) => format!(" ESCAPE {escape}"),
        None if pattern.to_string().contains("5c") || matches!(string(pattern), Some(text) if text.contains('\\')) => {
            " ESCAPE '\\'".into()
        }
        None => String::new(),
    }
}
