//! `schema_probe`: rows that the learner's tables must accept, and rows that they must refuse.
//!
//! ```yaml
//! schema_probe:
//!   schema: /idempotency                 # {dialect, sql}
//!   tables:
//!     keys: {name: /idempotency/names/table, columns: {account: /idempotency/names/account, key: /idempotency/names/key}}
//!   probes:
//!     - given: [{keys: {account: 1, key: k1}}]
//!       refuse: {keys: {account: 1, key: k1}}
//!       because: unique
//!       otherwise: the same key of the same account is stored twice
//!     - {given: [{keys: {account: 1, key: k1}}], accept: {keys: {account: 2, key: k1}}, otherwise: ...}
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::rows::{self, Bound, Filler, Form, Refusal, RoleRow, Roles};
use super::{Outcome, Place, Problem, Verdict};
use crate::sql::{Check, Database, DbError, DbErrorKind, Kind, Schema, Table, Value};

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaProbe {
    /// Pointer to `{dialect, sql}`.
    pub schema: String,
    pub tables: Roles,
    pub probes: Vec<Probe>,
}

/// One try on an empty database: the rows given go in first; then one must be accepted or refused.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    #[serde(default)]
    pub given: Vec<BTreeMap<String, RoleRow>>,
    #[serde(default)]
    pub accept: Option<BTreeMap<String, RoleRow>>,
    #[serde(default)]
    pub refuse: Option<BTreeMap<String, RoleRow>>,
    /// What has to refuse the row, or must not; a unique constraint unless told. Where it is neither `check` nor `any`,
    /// a CHECK that refuses a value is no fault: another value is tried.
    #[serde(default)]
    pub because: Because,
    /// What is wrong when the probe fails: one sentence.
    pub otherwise: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    #[default]
    Unique,
    ForeignKey,
    NotNull,
    Check,
    Type,
    /// Whatever the reason.
    Any,
}

impl Because {
    fn is_about_conditions(self) -> bool {
        matches!(self, Because::Check | Because::Any)
    }

    fn fits(self, kind: DbErrorKind) -> bool {
        match self {
            Because::Unique => kind == DbErrorKind::Unique,
            Because::ForeignKey => kind == DbErrorKind::ForeignKey,
            Because::NotNull => kind == DbErrorKind::NotNull,
            Because::Check => matches!(kind, DbErrorKind::Check | DbErrorKind::Type),
            Because::Type => kind == DbErrorKind::Type,
            Because::Any => true,
        }
    }
}

/// What begins the words about a row that should have been taken.
const REFUSED: &str = "it is refused: ";

enum Ended {
    Right,
    Wrong(Problem),
    NotGradable(Problem),
    /// A condition of the learner's refused the rubric's own values, which says nothing about what the probe asks.
    Condition(DbError, Vec<String>),
}

type Forms = Vec<(String, String, Vec<Value>, Form)>;

impl SchemaProbe {
    pub fn run(&self, document: &Json) -> Verdict {
        let schema = match rows::schema_at(document, &self.schema) {
            Ok(schema) => schema,
            Err(problem) => return Verdict::not_gradable(vec![problem]),
        };
        let mut problems = Vec::new();
        for probe in &self.probes {
            match self.probe(document, &schema, probe) {
                Ended::Right => {}
                Ended::Wrong(problem) => problems.push(problem),
                Ended::NotGradable(problem) => return Verdict::not_gradable(vec![problem]),
                Ended::Condition(error, notes) => {
                    return Verdict::not_gradable(vec![Problem {
                        message: format!("this cannot be tried with the rows there are: {error}"),
                        help: Some("the condition may be right; none of the exercise's values fulfil it".into()),
                        notes,
                        place: Place::field(format!("{}/sql", self.schema)),
                        ..Problem::default()
                    }]);
                }
            }
        }
        let total = u32::try_from(self.probes.len()).unwrap_or(u32::MAX);
        let wrong = u32::try_from(problems.len()).unwrap_or(u32::MAX);
        // What refuses one row for this reason refuses the others, too.
        let mut told: Vec<String> = Vec::new();
        problems.retain(|problem| match &problem.actual {
            Some(actual) if actual.starts_with(REFUSED) => {
                let new = !told.contains(actual);
                told.push(actual.clone());
                new
            }
            _ => true,
        });
        let executed = Some(format!("tried {total} row{} on the schema", if total == 1 { "" } else { "s" }));
        let outcome = if wrong == 0 { Outcome::Passed } else { Outcome::Failed { earned: total - wrong, of: total } };
        Verdict { outcome, problems, executed }
    }

    /// Tries the probe with the rubric's values, and where a condition refuses these, with values like them.
    fn probe(&self, document: &Json, schema: &Schema, probe: &Probe) -> Ended {
        let bound = match rows::bind(document, schema, &self.tables) {
            Ok(bound) => bound,
            Err(problem) => return Ended::NotGradable(problem),
        };
        let mut forms = Forms::new();
        let mut ended = self.attempt(schema, &bound, probe, &forms);
        // As many conditions as a probe may have to be brought round to.
        for _ in 0..6 {
            let Ended::Condition(error, _) = &ended else {
                break;
            };
            let known = conditions(schema).find(|(_, check)| Some(&check.name) == error.constraint.as_ref());
            let Some((table, check)) = known else {
                break;
            };
            let refused = error.constraint.clone();
            let better = others(&bound, probe, table, check, &forms).find_map(|form| {
                let tried: Forms = forms.iter().cloned().chain([form]).collect();
                match self.attempt(schema, &bound, probe, &tried) {
                    Ended::Condition(error, _) if error.constraint == refused => None,
                    ended => Some((tried, ended)),
                }
            });
            match better {
                Some((tried, result)) => (forms, ended) = (tried, result),
                None => break,
            }
        }
        ended
    }

    fn attempt(&self, schema: &Schema, bound: &BTreeMap<String, Bound<'_>>, probe: &Probe, forms: &Forms) -> Ended {
        let sql_field = format!("{}/sql", self.schema);
        let not_gradable = |message: String, notes: Vec<String>| {
            Ended::NotGradable(Problem { message, notes, place: Place::field(sql_field.clone()), ..Problem::default() })
        };
        let mut database = match Database::create(schema) {
            Ok(database) => database,
            Err(problem) => return not_gradable(problem.message, Vec::new()),
        };
        let mut filler = Filler::new(schema);
        filler.forms.clone_from(forms);
        let mut notes = Vec::new();
        let last = probe.accept.as_ref().or(probe.refuse.as_ref());
        let must_accept = probe.accept.is_some();
        let steps = probe.given.iter().map(|rows| (rows, false)).chain(last.map(|rows| (rows, true)));
        for (rows, is_last) in steps {
            for (role, row) in rows {
                let Some(table) = bound.get(role) else {
                    return not_gradable(format!("the rubric speaks of {role}, and tells nobody what it is"), notes);
                };
                let result = filler.insert(&mut database, table, row);
                let place = Place::inside(sql_field.clone(), table.table.range.clone());
                let wrong = |actual: String, expected: &str, label: &str, notes: Vec<String>| {
                    Ended::Wrong(Problem {
                        message: probe.otherwise.clone(),
                        expected: Some(expected.into()),
                        actual: Some(actual),
                        place: place.clone(),
                        label: Some(label.into()),
                        notes,
                        ..Problem::default()
                    })
                };
                match result {
                    Ok(()) => {
                        notes.push(format!("{} -> accepted", filler.shown));
                        if is_last && !must_accept {
                            return wrong(
                                "it is accepted".into(),
                                "the last row is refused",
                                "this table takes the row",
                                notes,
                            );
                        }
                    }
                    Err(Refusal::NoFiller(why)) => return not_gradable(why, notes),
                    Err(Refusal::Refused(error)) => {
                        notes.push(format!("{} -> {error}", filler.shown));
                        if error.kind == DbErrorKind::Check && !probe.because.is_about_conditions() {
                            return Ended::Condition(error, notes);
                        }
                        if is_last && !must_accept {
                            if probe.because.fits(error.kind) {
                                return Ended::Right;
                            }
                            return not_gradable(format!("the row was refused for another reason: {error}"), notes);
                        }
                        let judged = matches!(
                            error.kind,
                            DbErrorKind::Unique | DbErrorKind::Check | DbErrorKind::Type | DbErrorKind::NotNull
                        );
                        if judged {
                            return wrong(
                                format!("{REFUSED}{error}"),
                                "the row is accepted",
                                "this table refuses the row",
                                notes,
                            );
                        }
                        return not_gradable(format!("a row could not be put in: {error}"), notes);
                    }
                }
            }
        }
        Ended::Right
    }
}

fn conditions(schema: &Schema) -> impl Iterator<Item = (&Table, &Check)> {
    schema.tables().iter().flat_map(|table| table.checks.iter().map(move |check| (table, check)))
}

/// Forms for the columns the condition speaks of.
fn others<'a>(
    bound: &'a BTreeMap<String, Bound<'_>>,
    probe: &'a Probe,
    table: &'a Table,
    check: &'a Check,
    forms: &'a Forms,
) -> impl Iterator<Item = (String, String, Vec<Value>, Form)> + 'a {
    let roles = bound.iter().filter(|(_, bound)| bound.table.name == table.name);
    let columns = roles.flat_map(|(role, bound)| bound.columns.iter().map(move |(part, column)| (role, part, *column)));
    columns.filter(|(_, _, column)| rows::names(&check.text, &column.name)).flat_map(move |(role, part, column)| {
        let steps = probe.given.iter().chain(&probe.accept).chain(&probe.refuse);
        let given = steps.filter_map(|rows| rows.get(role)?.get(part));
        let mut all: Vec<Value> = Vec::new();
        for value in given {
            let mut value = rows::adapted(value, &column.kind);
            for (_, _, all, form) in forms.iter().filter(|(t, c, ..)| *t == table.name && *c == column.name) {
                value = form.apply(&value, all);
            }
            if value != Value::Null && !all.contains(&value) {
                all.push(value);
            }
        }
        let fits = |form: &Form| match column.kind {
            Kind::Text { max: Some(max) } => all.iter().all(|value| match form.apply(value, &all) {
                Value::Text(text) => u64::try_from(text.chars().count()).is_ok_and(|length| length <= max),
                _ => true,
            }),
            _ => true,
        };
        let usable = Form::suggested(&check.text).into_iter().filter(|form| form.keeps_apart(&all) && fits(form));
        let usable = usable.collect::<Vec<_>>();
        usable.into_iter().map(move |form| (table.name.clone(), column.name.clone(), all.clone(), form))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAMLISH: &str = r#"{
      "schema": "/s",
      "tables": {"keys": {"name": "/s/table", "columns": {"account": "/s/account", "key": "/s/key"}}},
      "probes": [
        {"given": [{"keys": {"account": 1, "key": "k1"}}], "refuse": {"keys": {"account": 1, "key": "k1"}}, "otherwise": "stored twice"},
        {"given": [{"keys": {"account": 1, "key": "k1"}}], "accept": {"keys": {"account": 2, "key": "k1"}}, "otherwise": "accounts share keys"}
      ]}"#;

    fn verdict(dialect: &str, sql: &str) -> Verdict {
        let check: SchemaProbe = serde_json::from_str(YAMLISH).unwrap();
        let document = serde_json::json!({"s": {"dialect": dialect, "sql": sql, "table": "keys", "account": "account_id", "key": "idem_key"}});
        check.run(&document)
    }

    #[test]
    fn one_reason_is_told_once() {
        let short = "CREATE TABLE keys (account_id INT NOT NULL, idem_key VARCHAR(1) NOT NULL, PRIMARY KEY (account_id, idem_key))";
        let verdict = verdict("postgres", short);
        assert_eq!(verdict.outcome, Outcome::Failed { earned: 0, of: 2 });
        assert_eq!(verdict.problems.len(), 1, "{:?}", verdict.problems);
    }

    #[test]
    fn conditions_on_the_columns_of_a_role_are_no_fault() {
        let table = |condition: &str| {
            format!(
                "CREATE TABLE keys (account_id INT NOT NULL, idem_key VARCHAR(40) NOT NULL, PRIMARY KEY (account_id, idem_key), CHECK ({condition}))"
            )
        };
        let fine = [
            "char_length(idem_key) = 8",
            "length(idem_key) BETWEEN 16 AND 40",
            "length(idem_key) > 10 AND idem_key LIKE 'key-%'",
            "idem_key IN ('a', 'b')",
            "idem_key = upper(idem_key)",
            "account_id >= 1000",
            "account_id IN (3, 7)",
            "account_id BETWEEN 5 AND 6",
            "idem_key ~ '^[0-9a-f]{40}$'",
            "idem_key ~* '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'",
            "idem_key ~ '^key_[a-z]{20,30}$'",
            "idem_key SIMILAR TO '[A-Z]{26}'",
            "length(idem_key) = 32 AND idem_key !~ '[^0-9a-f]'",
        ];
        for condition in fine {
            let verdict = verdict("postgres", &table(condition));
            assert_eq!(verdict.outcome, Outcome::Passed, "{condition}: {:?}", verdict.problems);
        }
        let fault = table("length(idem_key) = 8").replace("PRIMARY KEY (account_id, idem_key)", "UNIQUE (idem_key)");
        assert_eq!(verdict("postgres", &fault).problems[0].message, "accounts share keys");
        let verdict = verdict("postgres", &table("idem_key = 'x' || account_id"));
        assert_eq!(verdict.outcome, Outcome::NotGradable, "{:?}", verdict.problems);
        assert!(verdict.problems[0].message.contains("idem_key = 'x' || account_id"), "{:?}", verdict.problems);
    }

    #[test]
    fn columns_nobody_asks_about_get_values_their_conditions_take() {
        let fine = [
            "hash TEXT NOT NULL CHECK (length(hash) = 64)",
            "hash TEXT NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$')",
            "hash BYTEA NOT NULL CHECK (octet_length(hash) = 20)",
            "hash CHAR(26) NOT NULL CHECK (hash ~ '^[A-Z]{26}$'), currency TEXT NOT NULL CHECK (currency ~ '^[a-z]{3}$')",
            "email TEXT NOT NULL CHECK (email LIKE '%@%'), hash TEXT NOT NULL CHECK (length(hash) BETWEEN 20 AND 22)",
        ];
        for columns in fine {
            let sql = format!(
                "CREATE TABLE keys (account_id INT, idem_key TEXT, {columns}, PRIMARY KEY (account_id, idem_key))"
            );
            let verdict = verdict("postgres", &sql);
            assert_eq!(verdict.outcome, Outcome::Passed, "{columns}: {:?}", verdict.problems);
        }
    }

    #[test]
    fn a_probe_about_conditions_keeps_its_values() {
        let probe = |because: &str| {
            let check: SchemaProbe = serde_json::from_value(serde_json::json!({
                "schema": "/s", "tables": {"t": {"name": "t", "columns": {"url": "url"}}},
                "probes": [{"accept": {"t": {"url": "x".repeat(280)}}, "because": because, "otherwise": "too short"}],
            }))
            .unwrap();
            check.run(&serde_json::json!({"s": {"dialect": "postgres", "sql": "CREATE TABLE t (id SERIAL PRIMARY KEY, url TEXT NOT NULL CHECK (length(url) <= 200))"}}))
        };
        assert_eq!(probe("any").problems[0].message, "too short");
        assert_eq!(probe("any").outcome, Outcome::Failed { earned: 0, of: 1 });
    }

    #[test]
    fn key_tables() {
        let cases = [
            ("postgresql", "CREATE TABLE accounts (id UUID PRIMARY KEY, name TEXT NOT NULL UNIQUE);
              CREATE TABLE keys (account_id UUID NOT NULL REFERENCES accounts(id), idem_key TEXT, hash CHAR(4) NOT NULL, status TEXT NOT NULL CHECK (status IN ('a', 'b')), PRIMARY KEY (account_id, idem_key))", 0),
            ("mysql", "CREATE TABLE `keys` (id BIGINT AUTO_INCREMENT PRIMARY KEY, account_id BIGINT UNSIGNED NOT NULL, idem_key VARCHAR(64) NOT NULL, made DATETIME NOT NULL, UNIQUE KEY uk (account_id, idem_key)) ENGINE=InnoDB", 0),
            ("sqlite", "CREATE TABLE keys (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, idem_key TEXT NOT NULL); CREATE UNIQUE INDEX u ON keys (account_id, idem_key)", 0),
            ("postgres", "CREATE TABLE keys (account_id INT NOT NULL, idem_key TEXT PRIMARY KEY)", 1),
            ("postgres", "CREATE TABLE keys (account_id INT NOT NULL, idem_key TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (account_id, idem_key, hash))", 1),
            ("postgres", "CREATE TABLE keys (account_id INT NOT NULL, idem_key TEXT NOT NULL)", 1),
        ];
        for (dialect, sql, wrong) in cases {
            let verdict = verdict(dialect, sql);
            assert_eq!(verdict.problems.len(), wrong, "{sql}: {:?}", verdict.problems);
            assert_eq!(verdict.outcome == Outcome::Passed, wrong == 0, "{sql}");
        }
    }
}
