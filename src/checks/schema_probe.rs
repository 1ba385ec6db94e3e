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

use super::rows::{self, Filler, Refusal, RoleRow, Roles};
use super::{Outcome, Place, Problem, Verdict};
use crate::sql::{Database, DbErrorKind, Schema};

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
    /// What has to refuse the row; a unique constraint unless told.
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

enum Ended {
    Right,
    Wrong(Problem),
    NotGradable(Problem),
}

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
            }
        }
        let total = u32::try_from(self.probes.len()).unwrap_or(u32::MAX);
        let wrong = u32::try_from(problems.len()).unwrap_or(u32::MAX);
        let executed = Some(format!("tried {total} row{} on the schema", if total == 1 { "" } else { "s" }));
        let outcome = if wrong == 0 { Outcome::Passed } else { Outcome::Failed { earned: total - wrong, of: total } };
        Verdict { outcome, problems, executed }
    }

    fn probe(&self, document: &Json, schema: &Schema, probe: &Probe) -> Ended {
        let bound = match rows::bind(document, schema, &self.tables) {
            Ok(bound) => bound,
            Err(problem) => return Ended::NotGradable(problem),
        };
        let sql_field = format!("{}/sql", self.schema);
        let not_gradable = |message: String, notes: Vec<String>| {
            Ended::NotGradable(Problem { message, notes, place: Place::field(sql_field.clone()), ..Problem::default() })
        };
        let mut database = match Database::create(schema) {
            Ok(database) => database,
            Err(problem) => return not_gradable(problem.message, Vec::new()),
        };
        let mut filler = Filler::new(schema);
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
                                format!("it is refused: {error}"),
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
