//! Calls of functions: the names the three dialects have for what SQLite, or belt, can compute.

use std::ops::ControlFlow;

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments, Ident,
    ObjectName, OrderBySort, Value,
};

use super::renamed::Call;
use super::{ON, Step};
use crate::sql::lower::{Lowering, raw};
use crate::sql::{DbError, DbErrorKind, Dialect, Ends, Kind, time};

impl Lowering<'_> {
    pub(super) fn function(&self, function: &mut Function) -> ControlFlow<DbError, Option<Expr>> {
        let dialect = self.dialect();
        let name = function.name.to_string().to_ascii_lowercase().replace(['"', '`'], "");
        let name = name.strip_prefix("pg_catalog.").unwrap_or(&name).to_string();
        if let Some(error) = super::foreign::refused(&name, dialect) {
            return ControlFlow::Break(error);
        }
        let arguments = plain_arguments(&function.args);
        let args: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if let ("lower" | "upper" | "isempty", [range]) = (name.as_str(), args.as_slice())
            && let Some(Kind::Range(ends)) = super::quantified::only_argument(function).and_then(|arg| self.infer(arg))
        {
            let end = |at: u8| match ends {
                Ends::Days => format!("belt_date(belt_range_end({range}, {at}))"),
                Ends::Times => format!("belt_ts(belt_range_end({range}, {at}))"),
                Ends::Whole | Ends::Numbers => format!("belt_range_end({range}, {at})"),
            };
            return ControlFlow::Continue(Some(raw(match name.as_str() {
                "lower" => end(0),
                "upper" => end(1),
                _ => format!("(belt_range_end({range}, 0) = belt_range_end({range}, 1))"),
            })));
        }
        let text = match (name.as_str(), args.as_slice()) {
            (
                "now"
                | "current_timestamp"
                | "localtimestamp"
                | "clock_timestamp"
                | "statement_timestamp"
                | "transaction_timestamp"
                | "sysdate"
                | "utc_timestamp"
                | "unix_timestamp"
                | "unixepoch",
                [],
            ) => match (dialect, name.as_str()) {
                (Dialect::Sqlite, "current_timestamp") => "belt_ts_text(belt_now())".into(),
                (_, "unixepoch" | "unix_timestamp") => "CAST(belt_now() AS INTEGER)".into(),
                _ => "belt_now()".into(),
            },
            ("now" | "current_timestamp" | "localtimestamp" | "utc_timestamp", [_]) => "belt_now()".into(),
            ("current_date" | "curdate" | "utc_date", []) => "belt_date(belt_now())".into(),
            ("current_time" | "curtime" | "localtime", []) => "belt_time(belt_now())".into(),
            ("date" | "time" | "datetime" | "julianday" | "strftime" | "timediff" | "unixepoch", _)
                if dialect == Dialect::Sqlite =>
            {
                moment(&name, &args)
            }
            ("time", [x]) if dialect == Dialect::MySql => format!("belt_time({x})"),
            // The engine's own would look at the machine's clock.
            ("time" | "datetime" | "julianday" | "strftime" | "timediff" | "unixepoch", _) => {
                return ControlFlow::Break(DbError::new(
                    DbErrorKind::Unsupported,
                    format!("the function {name}() is not something belt can run"),
                ));
            }
            ("date", [x]) if dialect != Dialect::Sqlite => format!("belt_date({x})"),
            ("unix_timestamp", [x]) => format!("belt_extract('epoch', {x})"),
            ("str_to_date", [x, format]) if dialect == Dialect::MySql => match *format {
                "'%Y-%m-%d'" => format!("belt_date({x})"),
                "'%Y-%m-%d %H:%i:%s'" | "'%Y-%m-%d %T'" | "'%Y-%m-%dT%H:%i:%s'" | "'%Y-%m-%dT%TZ'" => {
                    format!("belt_ts({x})")
                }
                _ => format!("belt_str_to_date({x}, {format})"),
            },
            ("to_timestamp", [x, format]) if dialect == Dialect::PostgreSql => {
                format!("belt_to_timestamp({x}, {format})")
            }
            ("to_timestamp" | "from_unixtime" | "timestamp", [x]) => {
                format!("belt_ts({x})")
            }
            ("values", [column]) => format!("excluded.{column}"),
            ("date_trunc", [unit, x]) => format!("belt_date_trunc({unit}, {x})"),
            ("date_part", [unit, x]) => match super::quantified::argument(function, 1) {
                Some(inner) => self.part_of(unit, inner).to_string(),
                None => format!("belt_extract({unit}, {x})"),
            },
            ("dayofweek", [x]) if dialect == Dialect::MySql => format!("(belt_extract('dow', {x}) + 1)"),
            ("hour" | "minute" | "second" | "day" | "month" | "year" | "quarter", [x]) if dialect == Dialect::MySql => {
                format!("belt_extract('{name}', {x})")
            }
            ("date_add" | "adddate", [x, by]) => format!("(belt_ts({x}) + {by})"),
            ("date_sub" | "subdate", [x, by]) => format!("(belt_ts({x}) - {by})"),
            ("timestampdiff", [unit, from, to]) => match time::unit_s(unit.trim_matches('\'')) {
                Some(unit_s) => {
                    format!("CAST((belt_ts({to}) - belt_ts({from})) / {unit_s:?} AS INTEGER)")
                }
                None => format!("timestampdiff({unit}, {from}, {to})"),
            },
            ("make_interval", _) => match interval(&function.args) {
                Some(text) => text,
                None => return ControlFlow::Continue(None),
            },
            ("age", [a, b]) => format!("(belt_ts({a}) - belt_ts({b}))"),
            ("gen_random_uuid" | "uuid_generate_v4" | "uuid" | "uuidv4" | "uuidv7", []) => "belt_new_uuid()".into(),
            ("random", []) if dialect == Dialect::Sqlite => "belt_random_int()".into(),
            ("randomblob", [length]) if dialect == Dialect::Sqlite => format!("belt_random_bytes({length})"),
            ("random" | "rand", []) => "belt_random()".into(),
            ("last_insert_id" | "lastval" | "last_insert_rowid", []) => "belt_last_id()".into(),
            ("last_insert_id", [x]) => format!("belt_keep_id({x})"),
            ("nextval" | "currval", [sequence]) => {
                let at = self.sequence(sequence)?;
                if name == "currval" { format!("belt_currval({at})") } else { format!("belt_seq({at})") }
            }
            ("setval", [sequence, number, rest @ ..]) => {
                let at = self.sequence(sequence)?;
                format!("belt_setval({at}, {number}, {})", rest.first().unwrap_or(&"1"))
            }
            ("timestampadd", [unit, count, time]) => {
                let unit_s = time::unit_s(unit.trim_matches('\'')).unwrap_or(1.0);
                format!("(belt_ts({time}) + ({count}) * {unit_s:?})")
            }
            ("pg_get_serial_sequence", [table, column]) => {
                let bare = |text: &str| {
                    let text = text.trim_matches(['\'', '"']);
                    text.rsplit('.').next().unwrap_or(text).trim_matches('"').to_string()
                };
                let found = self.schema.table(&bare(table)).and_then(|table| table.column(&bare(column)));
                match found.and_then(|column| column.sequence).and_then(|at| self.schema.sequences.get(at)) {
                    Some(sequence) => format!("'{}'", sequence.name),
                    None => "NULL".into(),
                }
            }
            ("gen_random_bytes" | "random_bytes", [length]) => format!("belt_random_bytes({length})"),
            ("current_user" | "session_user" | "user" | "current_role" | "current_database" | "database", []) => {
                "'app'".into()
            }
            ("current_schema" | "schema", []) => "'public'".into(),
            ("version", []) => format!("'{}'", dialect.name()),
            ("any_value", [x]) => format!("min({x})"),
            ("percentile_cont" | "percentile_disc" | "mode", _) if !function.within_group.is_empty() => {
                let ordered = std::mem::take(&mut function.within_group);
                let mut args = arguments.clone();
                args.extend(ordered.first().map(|order| order.expr.to_string()));
                // The last are the first.
                if ordered.first().is_some_and(|order| order.options.sort == Some(OrderBySort::Desc))
                    && let Some(share) = args.first_mut().filter(|_| name != "mode")
                {
                    *share = format!("(1.0 - ({share}))");
                }
                let filter = function.filter.as_ref().map(|filter| format!(" FILTER (WHERE {filter})"));
                format!("belt_{name}({}){}", args.join(", "), filter.unwrap_or_default())
            }
            (
                "stddev" | "stddev_samp" | "std" | "stddev_pop" | "variance" | "var_samp" | "var_pop" | "bit_and"
                | "bit_or",
                [_],
            ) => {
                let mysql = dialect == Dialect::MySql;
                let known = match name.as_str() {
                    "std" => "belt_stddev_pop",
                    "stddev" if mysql => "belt_stddev_pop",
                    "variance" if mysql => "belt_var_pop",
                    "stddev" => "belt_stddev_samp",
                    "variance" => "belt_var_samp",
                    other => &format!("belt_{other}"),
                };
                function.name = ObjectName::from(vec![Ident::new(known)]);
                return ControlFlow::Continue(None);
            }
            ("char_length" | "character_length" | "length", [x]) if name != "length" => {
                format!("length({x})")
            }
            ("greatest", [_, ..]) if dialect == Dialect::PostgreSql => format!("belt_greatest({})", args.join(", ")),
            ("least", [_, ..]) if dialect == Dialect::PostgreSql => format!("belt_least({})", args.join(", ")),
            ("greatest", [_, ..]) => format!("max({})", args.join(", ")),
            ("least", [_, ..]) => format!("min({})", args.join(", ")),
            ("if", [a, b, c]) => format!("iif({a}, {b}, {c})"),
            ("isnull", [a]) => format!("({a} IS NULL)"),
            ("count", [_, _, ..]) if distinct(function) => {
                let there: Vec<String> = args.iter().map(|arg| format!("({arg}) IS NOT NULL")).collect();
                format!("count(DISTINCT CASE WHEN {} THEN json_array({}) END)", there.join(" AND "), args.join(", "))
            }
            ("count", [row])
                if distinct(function)
                    && matches!(super::quantified::only_argument(function), Some(Expr::Tuple(items)) if items.len() > 1) =>
            {
                format!("count(DISTINCT json_array{row})")
            }
            // The engine takes no separator with DISTINCT, and its own is this one.
            ("string_agg", [value, "','"]) if distinct(function) && !ordered(function) => {
                format!("group_concat(DISTINCT {value})")
            }
            // Sums of decimals are decimals.
            ("sum" | "avg", [_])
                if dialect != Dialect::Sqlite
                    && super::quantified::argument(function, 0).is_some_and(|inner| self.is_exact(inner)) =>
            {
                let inner = super::quantified::argument(function, 0).and_then(|inner| self.infer(inner));
                match (name.as_str(), inner) {
                    ("sum", Some(Kind::Numeric { scale, .. })) => format!("belt_num({function}, 0, {scale})"),
                    ("sum", _) => format!("belt_num({function}, 0, 12)"),
                    _ => format!("belt_exact({function})"),
                }
            }
            ("count" | "sum" | "min" | "max" | "avg" | "coalesce", _) => {
                return ControlFlow::Continue(None);
            }
            (other, _) => {
                match self.other_call(other, &args, function) {
                    Call::Text(text) => return ControlFlow::Continue(Some(raw(text))),
                    Call::Renamed(name) => function.name = ObjectName::from(vec![Ident::new(name)]),
                    Call::Kept => {}
                    Call::Refused(error) => return ControlFlow::Break(error),
                }
                separator(function);
                return ControlFlow::Continue(None);
            }
        };
        ControlFlow::Continue(Some(raw(text)))
    }
}

impl Lowering<'_> {
    /// The generator of this name.
    fn sequence(&self, name: &str) -> ControlFlow<DbError, usize> {
        let wanted = name.trim_matches('\'').rsplit('.').next().unwrap_or_default().trim_matches('"');
        match self.schema.sequences.iter().position(|known| known.name == wanted) {
            Some(at) => ControlFlow::Continue(at),
            None => {
                ControlFlow::Break(DbError::new(DbErrorKind::MissingTable, format!("there is no sequence {wanted}")))
            }
        }
    }
}

fn distinct(function: &Function) -> bool {
    matches!(&function.args, FunctionArguments::List(list) if list.duplicate_treatment == Some(DuplicateTreatment::Distinct))
}

fn ordered(function: &Function) -> bool {
    matches!(&function.args, FunctionArguments::List(list)
        if list.clauses.iter().any(|clause| matches!(clause, FunctionArgumentClause::OrderBy(_))))
}

/// MySQL's `SEPARATOR` is an argument in SQLite.
fn separator(function: &mut Function) {
    if let FunctionArguments::List(list) = &mut function.args {
        let mut separator = None;
        list.clauses.retain(|clause| match clause {
            FunctionArgumentClause::Separator(value) => {
                separator = Some(Expr::Value(value.clone()));
                false
            }
            _ => true,
        });
        if let Some(value) = separator {
            list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(value)));
        }
    }
}

fn plain_arguments(arguments: &FunctionArguments) -> Vec<String> {
    match arguments {
        FunctionArguments::List(list) => list.args.iter().map(ToString::to_string).collect(),
        FunctionArguments::None | FunctionArguments::Subquery(_) => Vec::new(),
    }
}

/// SQLite's functions of time, which would look at the machine's clock: the simulated one stands for `now`.
fn moment(name: &str, args: &[&str]) -> String {
    let now = "belt_moment('now')".to_string();
    let mut out: Vec<String> = Vec::new();
    let times = match name {
        "strftime" => 1..2,
        "timediff" => 0..2,
        _ => 0..1,
    };
    for (at, argument) in args.iter().enumerate() {
        match *argument {
            "'subsec'" | "'subsecond'" if times.contains(&at) => out.extend([now.clone(), (*argument).to_string()]),
            argument if times.contains(&at) => out.push(format!("belt_moment({argument})")),
            // The machine's time zone is nobody's here.
            "'localtime'" | "'utc'" => {}
            argument => out.push(argument.to_string()),
        }
    }
    if args.len() <= times.start {
        out.push(now);
    }
    format!("{name}({})", out.join(", "))
}

/// `make_interval(mins => 5, secs => 30)`, or its arguments in their order.
fn interval(arguments: &FunctionArguments) -> Option<String> {
    const UNITS: [&str; 7] = ["years", "months", "weeks", "days", "hours", "mins", "secs"];
    let FunctionArguments::List(list) = arguments else {
        return None;
    };
    let mut terms = Vec::new();
    for (at, argument) in list.args.iter().enumerate() {
        let (unit, value) = match argument {
            FunctionArg::Named { name, arg, .. } => (name.value.to_ascii_lowercase(), arg),
            FunctionArg::ExprNamed { name, arg, .. } => (name.to_string().replace('"', "").to_ascii_lowercase(), arg),
            FunctionArg::Unnamed(arg) => ((*UNITS.get(at)?).to_string(), arg),
        };
        terms.push(format!("{value} * {:?}", time::unit_s(&unit)?));
    }
    (!terms.is_empty()).then(|| format!("({})", terms.join(" + ")))
}

/// `TIMESTAMPDIFF(SECOND, a, b)`: the unit is a word, not a column.
pub(super) fn units_as_text(function: &mut Function) -> Step {
    let name = function.name.to_string().to_ascii_lowercase();
    if matches!(name.as_str(), "timestampdiff" | "timestampadd" | "date_trunc" | "date_part")
        && let FunctionArguments::List(list) = &mut function.args
        && let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(first))) = list.args.first_mut()
        && let Expr::Identifier(word) = first
    {
        *first = Expr::value(Value::SingleQuotedString(word.value.to_lowercase()));
    }
    ON
}
