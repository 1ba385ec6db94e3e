//! Values on their way between Python and SQL.

use crate::sim::value::Value;
use crate::sql::{self, Params};

pub(super) fn parameters(value: &Value) -> Result<Params, String> {
    match value {
        Value::None => Ok(Params::None),
        Value::Dict(pairs) if pairs.is_empty() => Ok(Params::None),
        Value::Dict(pairs) => pairs
            .iter()
            .map(|(name, value)| Ok((name.as_str().unwrap_or_default().to_owned(), to_sql(value)?)))
            .collect::<Result<_, _>>()
            .map(Params::Named),
        Value::List(items) | Value::Tuple(items) => {
            items.iter().map(to_sql).collect::<Result<_, _>>().map(Params::Positional)
        }
        other => Ok(Params::Positional(vec![to_sql(other)?])),
    }
}

fn to_sql(value: &Value) -> Result<sql::Value, String> {
    Ok(match value {
        Value::None => sql::Value::Null,
        Value::Bool(b) => sql::Value::Bool(*b),
        Value::Int(i) => sql::Value::Int(*i),
        Value::Float(f) => sql::Value::Real(f.0),
        Value::Str(s) => sql::Value::Text(s.clone()),
        Value::Bytes(b) => sql::Value::Blob(b.clone()),
        // As drivers do for JSON columns.
        Value::Dict(_) | Value::List(_) | Value::Tuple(_) => sql::Value::Text(value.to_json().to_string()),
        Value::Set(_) | Value::Record(..) | Value::Other(_) => {
            return Err(format!("a parameter must be text, a number, a boolean, None, a list or a dict, not {value}"));
        }
    })
}

pub(super) fn record(columns: &[String], row: &[sql::Value]) -> Value {
    Value::Dict(columns.iter().map(|name| Value::str(name.clone())).zip(row.iter().map(from_sql)).collect())
}

fn from_sql(value: &sql::Value) -> Value {
    match value {
        sql::Value::Null => Value::None,
        sql::Value::Bool(b) => Value::Bool(*b),
        sql::Value::Int(i) => Value::Int(*i),
        sql::Value::Real(r) => Value::float(*r),
        sql::Value::Text(t) => Value::Str(t.clone()),
        sql::Value::Blob(b) => Value::Bytes(b.clone()),
    }
}
