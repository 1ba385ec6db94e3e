//! Functions that go by another name here, or that a running program has no use for here.

use sqlparser::ast::Function;

use super::quantified::array_of_query;
use crate::sql::lower::{Lowering, raw};
use crate::sql::names::{literal, quoted};
use crate::sql::{DbError, DbErrorKind, Dialect};

/// What a call becomes.
pub(super) enum Call {
    Text(String),
    Renamed(&'static str),
    Kept,
    Refused(DbError),
}

fn refused(name: &str, instead: &str) -> Call {
    Call::Refused(DbError::new(DbErrorKind::Unsupported, format!("{name}() is not something belt can run: {instead}")))
}

impl Lowering<'_> {
    pub(super) fn other_call(&self, name: &str, args: &[&str], function: &mut Function) -> Call {
        let dialect = self.dialect();
        let postgres = dialect == Dialect::PostgreSql;
        if !function.within_group.is_empty() {
            return refused(name, "order the rows with row_number() and pick the place");
        }
        match (name, args) {
            ("array", []) if let Some(array) = array_of_query(function) => Call::Text(array.to_string()),
            // A transaction holds the whole database anyway, and outside one the lock ends with the statement.
            ("pg_advisory_xact_lock" | "pg_advisory_xact_lock_shared", [_] | [_, _]) => Call::Text("NULL".into()),
            ("pg_try_advisory_xact_lock" | "pg_try_advisory_xact_lock_shared", [_] | [_, _]) => Call::Text("1".into()),
            ("pg_advisory_lock" | "pg_try_advisory_lock" | "pg_advisory_unlock" | "pg_advisory_unlock_all", _) => {
                refused(
                    name,
                    "it keeps its lock beyond the transaction; use pg_advisory_xact_lock() inside a transaction",
                )
            }
            ("get_lock" | "release_lock" | "is_free_lock" | "is_used_lock", _) => {
                refused(name, "it keeps its lock beyond the transaction; lock a row with SELECT ... FOR UPDATE")
            }
            ("pg_sleep" | "sleep", _) => refused(name, "waiting is the program's to do, with clock.sleep()"),
            ("row_count" | "found_rows" | "changes" | "total_changes", _) => {
                refused(name, "the client answers it; take the number that execute() returns")
            }
            // A hint that may be lost; nobody listens here.
            ("pg_notify", [_, _]) => Call::Text("NULL".into()),
            ("current_setting" | "set_config", _) => {
                refused(name, "sessions have no settings here; pass the value as a parameter")
            }
            ("log", [_] | [_, _]) if dialect == Dialect::MySql && args.len() == 1 => Call::Renamed("ln"),
            ("log", _) => Call::Renamed("belt_log"),
            ("concat", _) if dialect == Dialect::MySql => Call::Renamed("belt_concat"),
            ("regexp_replace", _) => Call::Renamed(if postgres { "belt_pg_replace" } else { "belt_my_replace" }),
            ("regexp_like", [text, pattern]) => {
                Call::Text(format!("belt_regex({text}, {pattern}, {})", u8::from(!postgres)))
            }
            ("regexp_substr" | "substring", [text, pattern]) if pattern.starts_with('\'') => {
                Call::Text(format!("belt_regex_found({text}, {pattern})"))
            }
            ("starts_with", [text, start]) if postgres => {
                Call::Text(format!("(substr({text}, 1, length({start})) = {start})"))
            }
            ("json_value", [json, path]) if dialect == Dialect::MySql => Call::Text(format!("({json} ->> {path})")),
            ("elt", [at, items @ ..]) if dialect == Dialect::MySql && !items.is_empty() => {
                let arms = items.iter().enumerate().map(|(n, item)| format!(" WHEN {} THEN {item}", n + 1));
                Call::Text(format!("(CASE {at}{} END)", arms.collect::<String>()))
            }
            // MySQL counts bytes.
            ("length", [text]) if dialect == Dialect::MySql => Call::Text(format!("octet_length({text})")),
            ("connection_id", []) if dialect == Dialect::MySql => Call::Text("1".into()),
            ("pg_backend_pid", []) if postgres => Call::Text("1".into()),
            ("json_contains", [json, part]) => Call::Text(format!("belt_contains({json}, {part})")),
            ("json_contains", [json, part, path]) => {
                Call::Text(format!("belt_contains(json_extract({json}, {path}), {part})"))
            }
            ("to_json" | "to_jsonb" | "row_to_json", [row]) => Call::Text(match self.row(row) {
                Some(object) => object,
                None => format!("json_quote({row})"),
            }),
            ("json_agg" | "jsonb_agg", [row]) if let Some(object) = self.row(row) => {
                let argument = super::quantified::only_argument(function);
                if let Some(argument) = argument {
                    *argument = raw(object);
                }
                Call::Renamed("json_group_array")
            }
            (
                "tstzrange" | "tsrange" | "int4range" | "int8range" | "numrange" | "daterange",
                [low, high, rest @ ..],
            ) if postgres => {
                let days = matches!(name, "daterange" | "int4range" | "int8range");
                let bounds = rest.first().copied().unwrap_or("'[)'");
                let time = |end: &str| if name.starts_with("ts") { format!("belt_ts({end})") } else { end.to_string() };
                Call::Text(format!("belt_range({}, {}, {bounds}, {})", time(low), time(high), u8::from(days)))
            }
            _ => match plain(name) {
                Some(name) => Call::Renamed(name),
                None => Call::Kept,
            },
        }
    }

    /// A table's row as a JSON object, where the word is a table's name.
    fn row(&self, word: &str) -> Option<String> {
        let name = word.trim_matches('"');
        let (alias, table) = self.source(name)?;
        let pairs: Vec<String> = table
            .columns
            .iter()
            .map(|column| format!("{}, {}.{}", literal(&column.name), quoted(alias), quoted(&column.name)))
            .collect();
        Some(format!("json_object({})", pairs.join(", ")))
    }
}

fn plain(name: &str) -> Option<&'static str> {
    Some(match name {
        "string_agg" => "group_concat",
        "array_agg" | "json_agg" | "jsonb_agg" | "json_arrayagg" => "json_group_array",
        "json_build_object" | "jsonb_build_object" => "json_object",
        "json_build_array" | "jsonb_build_array" => "json_array",
        "json_object_agg" | "jsonb_object_agg" | "json_objectagg" => "json_group_object",
        "json_merge_patch" => "json_patch",
        "jsonb_exists" => "belt_has_key",
        "jsonb_exists_any" => "belt_has_any",
        "jsonb_exists_all" => "belt_has_all",
        "jsonb_contains" => "belt_contains",
        "date_bin" => "belt_date_bin",
        "bool_or" => "max",
        "bool_and" | "every" => "min",
        "power" => "pow",
        "ucase" => "upper",
        "lcase" => "lower",
        _ => return None,
    })
}
