//! What users do: records are made, changed and read, by the version that has the traffic.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value as Json;

use super::plan::{Environment, Plan};
use super::story::{Event, NO_ROW, filled, told};
use super::{Judge, Situation};
use crate::checks::{Place, Problem};
use crate::sql::{Answer, DbError, DbErrorKind, Live, Params, Value};

/// What a record must be, by field.
pub(super) type Record = BTreeMap<String, Value>;

/// The database, the environments, and what users were told is stored.
pub(super) struct World<'a> {
    pub(super) situation: &'a Situation,
    pub(super) plan: &'a Plan,
    pub(super) live: Live,
    pub(super) runs: BTreeMap<Environment, String>,
    pub(super) serving: Vec<Environment>,
    pub(super) ledger: BTreeMap<i64, Record>,
    /// What each environment made or changed last, the newest first.
    pub(super) latest: BTreeMap<Environment, Vec<i64>>,
    /// Records that tests made and nobody misses.
    pub(super) trials: BTreeSet<i64>,
    pub(super) events: Vec<Rc<Event>>,
    /// Counts what is written, so that no two values are alike.
    pub(super) count: usize,
    pub(super) statements: usize,
    /// The migration's latest place.
    pub(super) place: Place,
    /// The step's name, for messages.
    pub(super) moment: String,
}

/// How many of the records an environment wrote last are remembered: one of each operation.
const LATEST: usize = 4;

/// Something that went wrong, and what it is about.
pub(super) type Wrong = (Judge, Box<Problem>);

impl World<'_> {
    pub(super) fn fork(&self) -> Result<Self, DbError> {
        Ok(World {
            situation: self.situation,
            plan: self.plan,
            live: self.live.fork()?,
            runs: self.runs.clone(),
            serving: self.serving.clone(),
            ledger: self.ledger.clone(),
            latest: self.latest.clone(),
            trials: self.trials.clone(),
            events: self.events.clone(),
            count: self.count,
            statements: 0,
            place: self.place.clone(),
            moment: self.moment.clone(),
        })
    }

    pub(super) fn is_old(&self, version: &str) -> bool {
        version == self.situation.old.version
    }

    fn shows(&self, version: &str) -> &BTreeMap<String, String> {
        if self.is_old(version) { &self.situation.old.shows } else { &self.situation.new.shows }
    }

    /// Who does it, as a column of the story.
    pub(super) fn client(&self, environment: Environment) -> String {
        let version = self.runs.get(&environment).map(String::as_str).unwrap_or_default();
        format!("{} ({version})", environment.name())
    }

    fn fresh(&mut self, field: &str) -> Value {
        let texts = self.situation.fresh.get(field).map(Vec::as_slice).unwrap_or_default();
        let text = if texts.is_empty() { "{n}" } else { texts[self.count % texts.len()].as_str() };
        Value::Text(text.replace("{n}", &self.count.to_string()))
    }

    fn run(&mut self, text: &str, given: &[(String, Value)]) -> Result<Answer, DbError> {
        self.statements += 1;
        #[expect(clippy::cast_precision_loss, reason = "a small count")]
        let now_s = self.count as f64 + 1_767_225_600.0;
        let answer = self.live.run(text, &Params::Named(given.to_vec()), now_s);
        match answer {
            Err(error) if error.kind == DbErrorKind::Parameter => {
                let values = given.iter().map(|(_, value)| value.clone()).collect();
                let second = self.live.run(text, &Params::Positional(values), now_s);
                second.map_err(|other| if other.kind == DbErrorKind::Parameter { error } else { other })
            }
            other => other,
        }
    }

    /// One operation of a version: all its statements, the answer of the last that has rows.
    fn operation(
        &mut self,
        environment: Environment,
        operation: &str,
        given: &[(String, Value)],
        id: i64,
    ) -> Result<Answer, (DbError, String)> {
        let version = self.runs.get(&environment).cloned().unwrap_or_default();
        let plan = self.plan;
        let texts = plan.versions.get(&version).and_then(|version| version.statements.get(operation));
        let mut last = Answer::default();
        for text in texts.into_iter().flatten() {
            let result = self.run(text, given);
            let shown = filled(text, given);
            let told = match &result {
                Ok(answer) if answer.returns_rows => told(&answer.columns, &answer.rows),
                Ok(answer) if self.idle(answer) => NO_ROW.to_string(),
                Ok(_) => "done".to_string(),
                Err(error) => error.message.clone(),
            };
            self.events.push(Rc::new(Event {
                client: self.client(environment),
                call: shown.clone(),
                summary: in_short(operation, id, given),
                result: told,
                place: None,
                id: Some(id),
                failed: result.is_err(),
            }));
            match result {
                Ok(answer) if answer.returns_rows || !last.returns_rows => last = answer,
                Ok(_) => {}
                Err(error) => return Err((error, shown)),
            }
        }
        Ok(last)
    }

    /// A statement of a version failed.
    pub(super) fn failed(&self, environment: Environment, error: &DbError, shown: &str) -> Wrong {
        let version = self.runs.get(&environment).cloned().unwrap_or_default();
        let old = self.is_old(&version);
        let name = environment.name();
        let mut problem = Problem {
            message: match error.cannot_run() {
                Some(message) => format!("{message}, in {version}"),
                None => format!("{}, {name} ({version}) fails: {}", self.moment, error.message),
            },
            place: self.place.clone(),
            label: Some(format!("{version} fails from here on")),
            notes: vec![format!("{version} runs: {shown}")],
            story: Some(self.story(None, format!("{name} ({version}) at work"))),
            ..Problem::default()
        };
        if let Some(pointer) = self.plan.versions.get(&version).and_then(|version| version.pointer.clone()) {
            problem
                .related
                .push((Place { key: true, ..Place::field(pointer) }, format!("the statements of {version}")));
        }
        (if old { Judge::Old } else { Judge::New }, Box::new(problem))
    }

    /// Makes a record.
    pub(super) fn create(&mut self, environment: Environment) -> Result<i64, Wrong> {
        self.count += 1;
        let id = self.ledger.keys().next_back().copied().unwrap_or(0) + 1;
        let version = self.runs.get(&environment).cloned().unwrap_or_default();
        let shows = self.shows(&version).clone();
        let mut record: Record = BTreeMap::new();
        for field in shows.values() {
            let value = if field == "id" { Value::Int(id) } else { self.fresh(field) };
            record.insert(field.clone(), value);
        }
        for (field, value) in &self.situation.unknown {
            record.entry(field.clone()).or_insert_with(|| of_json(value));
        }
        let given = self.given(&version, "create", &record);
        match self.operation(environment, "create", &given, id) {
            Ok(_) => {
                self.ledger.insert(id, record);
                self.remember(environment, id);
                Ok(id)
            }
            Err((error, shown)) => Err(self.failed(environment, &error, &shown)),
        }
    }

    /// Every operation that changes a record, each on one of these.
    pub(super) fn change(&mut self, environment: Environment, ids: &[i64]) -> Result<(), Wrong> {
        let version = self.runs.get(&environment).cloned().unwrap_or_default();
        let operations: Vec<String> = match self.plan.versions.get(&version) {
            Some(version) => {
                version.statements.keys().filter(|name| !["create", "read"].contains(&name.as_str())).cloned().collect()
            }
            None => return Ok(()),
        };
        for (at, operation) in operations.iter().enumerate() {
            let Some(id) = ids.get(at % ids.len().max(1)).copied() else { continue };
            let Some(mut record) = self.ledger.get(&id).cloned() else { continue };
            self.count += 1;
            let shows = self.shows(&version).clone();
            for parameter in self.parameters(&version, operation) {
                if let Some(field) = shows.get(&parameter).filter(|field| *field != "id") {
                    let value = self.fresh(field);
                    record.insert(field.clone(), value);
                }
            }
            let given = self.given(&version, operation, &record);
            match self.operation(environment, operation, &given, id) {
                Ok(_) => self.ledger.insert(id, record),
                Err((error, shown)) => return Err(self.failed(environment, &error, &shown)),
            };
            self.remember(environment, id);
        }
        Ok(())
    }

    fn remember(&mut self, environment: Environment, id: i64) {
        let latest = self.latest.entry(environment).or_default();
        latest.retain(|known| *known != id);
        latest.insert(0, id);
        latest.truncate(LATEST);
    }

    /// Changes what these environments made or changed last: what another version wrote is what goes wrong.
    pub(super) fn change_latest(&mut self, by: Environment, of: &[Environment]) -> Result<(), Wrong> {
        let ids: Vec<i64> = of.iter().filter_map(|other| self.latest.get(other)).flatten().copied().collect();
        for id in ids {
            self.change(by, &[id])?;
        }
        Ok(())
    }

    fn parameters(&self, version: &str, operation: &str) -> Vec<String> {
        if !self.is_old(version) {
            return self.situation.new.operations.get(operation).cloned().unwrap_or_default();
        }
        let text = self.situation.old.statements.get(operation).map(String::as_str).unwrap_or_default();
        let names = text
            .split(':')
            .skip(1)
            .map(|part| part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>());
        names.collect()
    }

    fn given(&self, version: &str, operation: &str, record: &Record) -> Vec<(String, Value)> {
        let shows = self.shows(version);
        let parameters = self.parameters(version, operation);
        let value = |name: &String| shows.get(name).and_then(|field| record.get(field)).cloned().unwrap_or(Value::Null);
        parameters.iter().map(|name| (name.clone(), value(name))).collect()
    }

    /// Reads every record, and compares.
    pub(super) fn read_all(&mut self, environment: Environment) -> Result<(), Wrong> {
        let ids: Vec<i64> = self.ledger.keys().copied().collect();
        // The story holds what was written; readings that were right are no part of it.
        for id in ids {
            let told = self.events.len();
            self.read(environment, id)?;
            self.events.truncate(told);
        }
        Ok(())
    }

    fn read(&mut self, environment: Environment, id: i64) -> Result<(), Wrong> {
        let version = self.runs.get(&environment).cloned().unwrap_or_default();
        let Some(record) = self.ledger.get(&id).cloned() else { return Ok(()) };
        let given = self.given(&version, "read", &record);
        let answer = match self.operation(environment, "read", &given, id) {
            Ok(answer) => answer,
            Err((error, shown)) => return Err(self.failed(environment, &error, &shown)),
        };
        let name = environment.name();
        let what = &self.situation.record;
        let shows = self.shows(&version);
        let wanted: Vec<(&String, &Value)> =
            shows.iter().filter_map(|(column, field)| record.get(field).map(|value| (column, value))).collect();
        let expected =
            wanted.iter().map(|(column, value)| format!("{column} {}", shown(value))).collect::<Vec<_>>().join(", ");
        let (message, actual) = match answer.rows.as_slice() {
            [] => (format!("{}, {name} ({version}) does not find {what} {id}", self.moment), "no row".to_string()),
            [row] => {
                let mut wrong = None;
                for (column, value) in &wanted {
                    let Some(at) = answer.columns.iter().position(|known| known.eq_ignore_ascii_case(column)) else {
                        return Err((Judge::New, Box::new(self.no_column(&version, column, &answer.columns))));
                    };
                    let got = row.get(at).cloned().unwrap_or(Value::Null);
                    if !same(&got, value) {
                        wrong.get_or_insert((*column, got));
                    }
                }
                let Some((column, got)) = wrong else { return Ok(()) };
                let written = shown(record.get(&shows[column]).unwrap_or(&Value::Null));
                (
                    format!(
                        "{}, {name} ({version}) reads {column} {} of {what} {id}, and it should be {written}",
                        self.moment,
                        shown(&got)
                    ),
                    told(&answer.columns, &answer.rows),
                )
            }
            rows => (
                format!("{}, {name} ({version}) finds {what} {id} {} times", self.moment, rows.len()),
                told(&answer.columns, &answer.rows),
            ),
        };
        Err((
            Judge::Data,
            Box::new(Problem {
                message,
                expected: Some(expected),
                actual: Some(actual),
                place: self.place.clone(),
                label: Some("after this".into()),
                notes: self.idle_write(id).into_iter().collect(),
                story: Some(self.story(Some(id), format!("what happened to {what} {id}"))),
                ..Problem::default()
            }),
        ))
    }

    fn no_column(&self, version: &str, column: &str, columns: &[String]) -> Problem {
        let pointer = self.plan.versions.get(version).and_then(|version| version.pointer.clone());
        Problem {
            message: format!("what {version} reads has no column {column}"),
            actual: Some(columns.join(", ")),
            place: pointer.map_or_else(|| self.place.clone(), |pointer| Place::field(format!("{pointer}/read"))),
            ..Problem::default()
        }
    }

    /// Records that are changed; every second one stays as it was made.
    pub(super) fn changing(&self) -> impl Iterator<Item = i64> {
        self.ledger.keys().copied().filter(|id| id % 2 == 1)
    }

    /// Users at work: each environment that serves them makes, changes and reads records.
    pub(super) fn traffic(&mut self) -> Result<(), Wrong> {
        let serving = self.serving.clone();
        for environment in &serving {
            let made = self.create(*environment)?;
            let ids: Vec<i64> = self.changing().filter(|id| *id != made).collect();
            // One that is new, and ever others.
            let places =
                [self.count * 7 % ids.len().max(1), ids.len().saturating_sub(1), self.count * 3 % ids.len().max(1)];
            let mut picked: Vec<i64> = places.iter().filter_map(|at| ids.get(*at).copied()).collect();
            picked.dedup();
            self.change(*environment, &picked)?;
        }
        for environment in serving {
            self.read_all(environment)?;
        }
        Ok(())
    }
}

/// An operation with what it sets, for tables.
fn in_short(operation: &str, id: i64, given: &[(String, Value)]) -> String {
    let set = given.iter().find(|(name, _)| name != "id").map(|(_, value)| shown(value));
    match set {
        Some(value) => format!("{operation} {id} {value}"),
        None => format!("{operation} {id}"),
    }
}

pub(super) fn of_json(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Number(number) => number.as_i64().map_or(Value::Null, Value::Int),
        Json::String(text) => Value::Text(text.clone()),
        Json::Bool(truth) => Value::Bool(*truth),
        other => Value::Text(other.to_string()),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Text(b)) | (Value::Text(b), Value::Int(a)) => a.to_string() == *b,
        _ => a == b,
    }
}

/// A value as a person reads it; long texts by their ends and length.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Int(i) => i.to_string(),
        Value::Real(r) => r.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Blob(bytes) => format!("{} bytes", bytes.len()),
        Value::Text(text) if text.chars().count() > 40 => {
            let start: String = text.chars().take(16).collect();
            let count = text.chars().count();
            let end: String = text.chars().skip(count - 8).collect();
            format!("'{start}...{end}' ({count} characters)")
        }
        Value::Text(text) => format!("'{text}'"),
    }
}

impl World<'_> {
    /// Whether a record without a value for this field is stored without it; how it is read then.
    pub(super) fn stores_null(&mut self, environment: Environment, field: &str) -> Option<String> {
        let version = self.runs.get(&environment).cloned()?;
        let shows = self.shows(&version).clone();
        let id = self.ledger.keys().next_back().copied().unwrap_or(0) + 1;
        let mut record = Record::new();
        for known in shows.values() {
            let value = match known.as_str() {
                "id" => Value::Int(id),
                known if known == field => Value::Null,
                known => self.fresh(known),
            };
            record.insert(known.clone(), value);
        }
        let given = self.given(&version, "create", &record);
        self.operation(environment, "create", &given, id).ok()?;
        let given = self.given(&version, "read", &record);
        let answer = self.operation(environment, "read", &given, id).ok()?;
        let column = shows.iter().find(|(_, known)| *known == field).map(|(column, _)| column)?;
        let at = answer.columns.iter().position(|known| known.eq_ignore_ascii_case(column))?;
        let row = answer.rows.first()?;
        (row.get(at) == Some(&Value::Null)).then(|| told(&answer.columns, &answer.rows))
    }
}
