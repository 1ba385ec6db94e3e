//! Rows for tables whose names and other columns only the learner knows.
//!
//! A rubric speaks of roles (`keys.account`); the submission says which of its tables and columns play them. Columns
//! that play no role get values of their type, different in every row, and rows that foreign keys need are made.

#![expect(clippy::result_large_err, reason = "a problem ends the check; it is not on a hot path")]

mod forms;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

pub(super) use self::forms::Form;
use super::{Place, Problem};
use crate::sql::{Column, Database, DbError, DbErrorKind, Dialect, Kind, Params, Schema, SqlProblemKind, Table, Value};

/// Which table plays a role, and which of its columns play the parts. A text that begins with `/` points into the
/// submission; any other is the name itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleTable {
    pub name: String,
    pub columns: BTreeMap<String, String>,
}

pub type Roles = BTreeMap<String, RoleTable>;

/// Values of roles: table role, then column role.
pub type RoleRow = BTreeMap<String, Json>;

#[derive(Debug)]
pub(super) struct Bound<'a> {
    pub(super) table: &'a Table,
    pub(super) columns: BTreeMap<String, &'a Column>,
}

/// The schema that stands at a pointer to `{dialect, sql}`.
pub(super) fn schema_at(document: &Json, pointer: &str) -> Result<Schema, Problem> {
    let text = |field: &str| document.pointer(&format!("{pointer}/{field}")).and_then(Json::as_str);
    let not_text = |field: &str| Problem {
        message: format!("there is no text at {pointer}/{field}"),
        expected: Some("a schema: its dialect and its SQL".into()),
        place: Place::field(format!("{pointer}/{field}")),
        ..Problem::default()
    };
    let sql = text("sql").filter(|sql| !sql.trim().is_empty()).ok_or_else(|| not_text("sql"))?;
    let name = text("dialect").ok_or_else(|| not_text("dialect"))?;
    let dialect = Dialect::from_name(name).ok_or_else(|| Problem {
        message: format!("there is no dialect {name:?} here"),
        help: Some("use postgresql, mysql or sqlite".into()),
        place: Place::field(format!("{pointer}/dialect")),
        ..Problem::default()
    })?;
    let place = format!("{pointer}/sql");
    let problem = |problem: crate::sql::SqlProblem| Problem {
        message: format!("the schema cannot be created: {}", problem.message),
        slip: true,
        help: problem.help,
        label: (problem.kind == SqlProblemKind::Unsupported).then(|| "belt cannot run this".to_string()),
        place: Place { range: problem.range, ..Place::field(place.clone()) },
        ..Problem::default()
    };
    let schema = Schema::parse(dialect, sql).map_err(problem)?;
    Database::create(&schema).map_err(problem)?;
    Ok(schema.accepting_given_keys())
}

/// Finds the tables and columns that play the roles.
pub(super) fn bind<'a>(
    document: &Json,
    schema: &'a Schema,
    roles: &Roles,
) -> Result<BTreeMap<String, Bound<'a>>, Problem> {
    let mut bound = BTreeMap::new();
    for (role, wanted) in roles {
        let (name, place) = named(document, &wanted.name)?;
        let table = schema.table(&name).ok_or_else(|| {
            let known: Vec<&str> = schema.tables().iter().map(|table| table.name.as_str()).collect();
            Problem {
                message: format!("the schema has no table {name}, which is to hold the {role}"),
                help: Some(format!("its tables are: {}", known.join(", "))),
                place: place.clone(),
                ..Problem::default()
            }
        })?;
        let mut columns = BTreeMap::new();
        for (part, wanted) in &wanted.columns {
            let (name, place) = named(document, wanted)?;
            let column = table.column(&name).ok_or_else(|| {
                let known: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
                Problem {
                    message: format!("the table {} has no column {name}, which is to be the {part}", table.name),
                    help: Some(format!("its columns are: {}", known.join(", "))),
                    place,
                    ..Problem::default()
                }
            })?;
            columns.insert(part.clone(), column);
        }
        bound.insert(role.clone(), Bound { table, columns });
    }
    Ok(bound)
}

fn named(document: &Json, name: &str) -> Result<(String, Place), Problem> {
    if !name.starts_with('/') {
        return Ok((name.to_string(), Place::default()));
    }
    match document.pointer(name).and_then(Json::as_str).filter(|text| !text.trim().is_empty()) {
        Some(text) => Ok((text.trim().to_string(), Place::field(name))),
        None => Err(Problem {
            message: format!("there is no name at {name}"),
            expected: Some("the name of a table or column of the schema".into()),
            place: Place::field(name),
            ..Problem::default()
        }),
    }
}

/// A small number that stands for a text, the same on every machine.
fn number_of(text: &str) -> i64 {
    let hash =
        text.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    i64::try_from(hash % 30_000).unwrap_or(0) + 1
}

fn uuid_of(n: u64) -> String {
    format!("00000000-0000-4000-8000-{:012x}", n & 0xffff_ffff_ffff)
}

/// A rubric's value in the form a column of this kind takes: 7 in a `UUID` column is the seventh uuid.
pub(super) fn adapted(value: &Json, kind: &Kind) -> Value {
    let integer = value.as_i64();
    match (value, kind) {
        (Json::Null, _) => Value::Null,
        (Json::Bool(b), _) => Value::Bool(*b),
        (Json::Number(_), Kind::Uuid) => Value::Text(uuid_of(integer.unwrap_or(0).unsigned_abs())),
        (Json::String(text), Kind::Uuid) if text.len() < 32 => Value::Text(uuid_of(number_of(text).unsigned_abs())),
        (Json::String(text), Kind::Integer { .. } | Kind::Numeric { .. } | Kind::Real) => {
            Value::Int(text.parse().unwrap_or_else(|_| number_of(text)))
        }
        (Json::Number(number), Kind::Text { .. }) => Value::Text(number.to_string()),
        (Json::Number(number), _) => match integer {
            Some(i) => Value::Int(i),
            None => Value::Real(number.as_f64().unwrap_or(0.0)),
        },
        (Json::String(text), _) => Value::Text(text.clone()),
        (other, _) => Value::Text(other.to_string()),
    }
}

/// Puts rows into one database, counting so that no two fillers are equal.
pub(super) struct Filler<'a> {
    schema: &'a Schema,
    count: i64,
    /// Table, column, the values it is given and the form they are given in.
    pub(super) forms: Vec<(String, String, Vec<Value>, Form)>,
    /// The last statement, as a person would write it.
    pub(super) shown: String,
}

/// Why a row did not go in.
pub(super) enum Refusal {
    /// The database refused the values the rubric gave.
    Refused(DbError),
    /// No filler was found that the table accepts.
    NoFiller(String),
}

impl<'a> Filler<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        Filler { schema, count: 0, forms: Vec::new(), shown: String::new() }
    }

    /// Inserts a row of roles. Rows that its foreign keys refer to are made when they are missing.
    pub(super) fn insert(&mut self, database: &mut Database, bound: &Bound<'_>, row: &RoleRow) -> Result<(), Refusal> {
        let mut given = BTreeMap::new();
        for (role, value) in row {
            if let Some(column) = bound.columns.get(role) {
                let mut value = adapted(value, &column.kind);
                for (_, _, all, form) in
                    self.forms.iter().filter(|(table, name, ..)| *table == bound.table.name && *name == column.name)
                {
                    value = form.apply(&value, all);
                }
                given.insert(column.name.clone(), value);
            }
        }
        self.insert_into(database, bound.table, given, 0)
    }

    fn insert_into(
        &mut self,
        database: &mut Database,
        table: &Table,
        mut given: BTreeMap<String, Value>,
        depth: usize,
    ) -> Result<(), Refusal> {
        if depth > 6 {
            return Err(Refusal::NoFiller(format!("foreign keys around {} go in a circle", table.name)));
        }
        self.count += 1;
        let mut open: Vec<&Column> = Vec::new();
        for column in &table.columns {
            if given.contains_key(&column.name) || column.nullable || column.generated || column.default.is_some() {
                continue;
            }
            open.push(column);
            given.insert(column.name.clone(), filler(&column.kind, self.count));
        }
        for key in &table.foreign_keys {
            let values: Option<Vec<Value>> = key.columns.iter().map(|name| given.get(name).cloned()).collect();
            let Some(values) = values.filter(|values| !values.contains(&Value::Null)) else {
                continue;
            };
            if key.table == table.name
                && key.referred.iter().zip(&values).all(|(name, value)| given.get(name) == Some(value))
            {
                continue;
            }
            let Some(parent) = self.schema.table(&key.table) else {
                continue;
            };
            if !self.exists(database, parent, &key.referred, &values) {
                let row = key.referred.iter().cloned().zip(values).collect();
                self.insert_into(database, parent, row, depth + 1)?;
            }
        }
        // How many candidates each condition has been tried with.
        let mut tried: BTreeMap<String, usize> = BTreeMap::new();
        loop {
            let error = match self.run(database, table, &given) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            // A condition may speak of columns the rubric knows nothing about: try what it names.
            let condition = table.checks.iter().find(|check| Some(&check.name) == error.constraint.as_ref());
            let about_filler = match condition {
                Some(check) => open.iter().any(|column| names(&check.text, &column.name)),
                None => matches!(error.kind, DbErrorKind::Check | DbErrorKind::Type) && !open.is_empty(),
            };
            if !about_filler {
                return Err(Refusal::Refused(error));
            }
            let conditions: String = match condition {
                Some(check) => check.text.clone(),
                None => table.checks.iter().map(|check| check.text.as_str()).collect::<Vec<_>>().join(" "),
            };
            let candidates = candidates(&conditions, self.count);
            let tried = tried.entry(error.constraint.clone().unwrap_or_default()).or_default();
            if *tried >= candidates.len() {
                return Err(Refusal::NoFiller(format!(
                    "no row for {} was found that its conditions accept: {error}",
                    table.name
                )));
            }
            for column in &open {
                let concerned = match condition {
                    Some(check) => names(&check.text, &column.name),
                    None => !matches!(column.kind, Kind::Text { .. }),
                };
                if concerned && let Some(value) = fitting(&candidates, *tried, &column.kind) {
                    given.insert(column.name.clone(), value);
                }
            }
            *tried += 1;
        }
    }

    fn exists(&self, database: &mut Database, table: &Table, columns: &[String], values: &[Value]) -> bool {
        let conditions: Vec<String> = columns.iter().map(|name| format!("{} = ?", self.quoted(name))).collect();
        let sql = format!("SELECT 1 FROM {} WHERE {}", self.quoted(&table.name), conditions.join(" AND "));
        database.run(&sql, &Params::Positional(values.to_vec()), 0.0).is_ok_and(|answer| !answer.rows.is_empty())
    }

    fn quoted(&self, name: &str) -> String {
        match self.schema.dialect() {
            Dialect::MySql => format!("`{}`", name.replace('`', "``")),
            Dialect::PostgreSql | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    fn run(&mut self, database: &mut Database, table: &Table, given: &BTreeMap<String, Value>) -> Result<(), DbError> {
        let columns: Vec<&Column> = table.columns.iter().filter(|column| given.contains_key(&column.name)).collect();
        let names: Vec<String> = columns.iter().map(|column| self.quoted(&column.name)).collect();
        let values: Vec<Value> = columns.iter().filter_map(|column| given.get(&column.name).cloned()).collect();
        let plain: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let literals: Vec<String> = values.iter().map(shown).collect();
        self.shown = format!("INSERT INTO {} ({}) VALUES ({})", table.name, plain.join(", "), literals.join(", "));
        let marks = vec!["?"; names.len()].join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES ({marks})", self.quoted(&table.name), names.join(", "));
        // Every row a second later, so that times do not tell rows apart by accident or hide that they are alike.
        #[expect(clippy::cast_precision_loss, reason = "a small count")]
        database.run(&sql, &Params::Positional(values), self.count as f64).map(|_| ())
    }
}

/// Whether a condition speaks of a column.
pub(super) fn names(condition: &str, column: &str) -> bool {
    condition
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
        .any(|word| !word.is_empty() && column.eq_ignore_ascii_case(word))
        || condition.contains(&format!("\"{column}\""))
        || condition.contains(&format!("`{column}`"))
}

/// A value as SQL.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Bool(b) => b.to_string().to_uppercase(),
        Value::Int(i) => i.to_string(),
        Value::Real(r) => r.to_string(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Blob(bytes) => format!("<{} bytes>", bytes.len()),
    }
}

fn filler(kind: &Kind, n: i64) -> Value {
    match kind {
        Kind::Integer { max, .. } => Value::Int(1 + (n + 99) % (*max).min(1_000_000)),
        Kind::Numeric { precision: Some(p), scale } if p.saturating_sub(*scale) < 4 => Value::Int(n % 10 % 2),
        Kind::Real | Kind::Numeric { .. } | Kind::Timestamp | Kind::Interval => Value::Int(n + 100),
        Kind::Boolean => Value::Bool(false),
        Kind::Text { max } => {
            let text = format!("x{n}");
            let keep = max.and_then(|max| usize::try_from(max).ok()).unwrap_or(text.len());
            Value::Text(text.chars().rev().take(keep).collect::<String>().chars().rev().collect())
        }
        Kind::Date => Value::Text(format!("2026-01-{:02}", n % 28 + 1)),
        Kind::Time => Value::Text(format!("12:00:{:02}", n % 60)),
        Kind::Uuid => Value::Text(uuid_of(n.unsigned_abs() + 1_000_000)),
        Kind::Json => Value::Text(format!("{{\"n\":{n}}}")),
        Kind::Enum(labels) => labels.first().cloned().map_or(Value::Null, Value::Text),
        Kind::Bytes { .. } | Kind::Any => Value::Text(format!("x{n}")),
        Kind::Array => Value::Text("[]".into()),
        Kind::Range(_) => Value::Text(format!("[{n},{})", n + 1)),
    }
}

/// What the conditions of a table name, and some usual numbers.
fn candidates(conditions: &str, n: i64) -> Vec<Value> {
    let texts = conditions.split('\'').skip(1).step_by(2).map(|text| Value::Text(text.to_string()));
    let numbers = [1, 0, 10, 100, n, -1, 1_000_000].map(Value::Int);
    let named = forms::lengths(conditions);
    let counted = named.iter().flat_map(|length| [*length, length + 1]).filter_map(|n| i64::try_from(n).ok());
    let counted = counted.map(Value::Int);
    let own = n.to_string();
    let long = named.iter().copied().chain([8, 32, 40, 64]).flat_map(|length| {
        let letters = forms::letters(&own, length);
        [format!("{n:0>length$}"), forms::hexadecimal(&own, length), letters.to_uppercase(), letters]
    });
    let starts = conditions.split('\'').skip(1).step_by(2).filter(|text| text.contains('%'));
    let like = starts.map(|text| Value::Text(text.replace('%', &own).replace('_', "x")));
    texts.chain(numbers).chain(counted).chain(long.map(Value::Text)).chain(like).collect()
}

fn fitting(candidates: &[Value], at: usize, kind: &Kind) -> Option<Value> {
    let fits: Vec<&Value> = candidates
        .iter()
        .filter(|value| {
            matches!(value, Value::Text(_)) == matches!(kind, Kind::Text { .. } | Kind::Bytes { .. } | Kind::Any)
        })
        .collect();
    if matches!(
        kind,
        Kind::Text { .. } | Kind::Bytes { .. } | Kind::Any | Kind::Integer { .. } | Kind::Numeric { .. } | Kind::Real
    ) && !fits.is_empty()
    {
        Some(fits[at % fits.len()].clone())
    } else {
        None
    }
}
