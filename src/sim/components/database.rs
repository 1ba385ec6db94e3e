//! The learner's database: their schema and their statements, on a real engine, as a component whose states are numbers.
//!
//! The engine holds one state at a time. A state is known by the digest of its contents and remembered by the statement that
//! first led to it, so any state can be brought back: savepoints are unwound to a common ancestor and the rest is run again.
//!
//! Transactions are serializable by the plainest means: from its first statement on, a transaction holds the database, and
//! others' statements wait until it ends. Every serial order is explored, and nothing else can be seen from outside.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::checks::{Place, Problem, Reading};
use crate::sim::errors::Fault;
use crate::sim::scenario::Trouble;
use crate::sim::value::Value;
use crate::sim::world::{
    ApiEntry, Call, Caller, Component, Depends, EPOCH_S, Interner, MICROS_PER_SECOND, Micros, StateId, Transition,
};
use crate::sql::{self, DbError, DbErrorKind, Dialect, Given, Params, Schema, SqlProblem};

mod values;

use values::{parameters, record};

type ContentId = u32;

/// What PostgreSQL answers to the next statement after one has failed.
const ABORTED: &str = "the transaction is aborted: after a statement has failed PostgreSQL runs no other until it is rolled \
                       back; put the statement that may fail into a with db.transaction() of its own (a savepoint), or use ON \
                       CONFLICT";

/// What a state is: the contents, and whose transaction is open.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Held {
    content: ContentId,
    /// Clients inside `with db.transaction()`, with a level for each: the outermost is the transaction, others savepoints.
    open: Vec<(u32, Vec<Level>)>,
    /// The client whose transaction holds the database.
    holder: Option<u32>,
    /// The numbers each client's connection was given last, in the order of the clients.
    given: Vec<(u32, Given)>,
}

/// One `with db.transaction()`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Level {
    /// The contents it goes back to; not known before its first statement.
    before: Option<ContentId>,
    /// A statement in it has failed, and PostgreSQL runs no other until it ends.
    aborted: bool,
}

impl Held {
    fn levels(&mut self, client: u32) -> Option<&mut Vec<Level>> {
        self.open.iter_mut().find(|(open, _)| *open == client).map(|(_, levels)| levels)
    }

    fn given(&self, client: u32) -> Given {
        self.given.iter().find(|(known, _)| *known == client).map(|(_, given)| given.clone()).unwrap_or_default()
    }

    fn give(&mut self, client: u32, given: Given) {
        self.given.retain(|(known, _)| *known != client);
        if given != Given::default() {
            self.given.push((client, given));
            self.given.sort_by_key(|(client, _)| *client);
        }
    }
}

/// How contents first came about.
struct Origin {
    parent: ContentId,
    statement: Option<Statement>,
}

struct Statement {
    text: String,
    params: Params,
    now: Micros,
    /// What the connection had been given before: the statement may speak of it.
    given: Given,
}

pub struct Database {
    engine: sql::Database,
    states: Interner<Held>,
    origins: Vec<Origin>,
    by_digest: HashMap<u128, ContentId>,
    /// Contents on the way to what the engine holds now; one savepoint for each but the first.
    stack: Vec<ContentId>,
    /// SQL that belt could not run, the first of it.
    unsupported: Option<String>,
}

impl Database {
    /// The database of the schema at `pointer` (`{dialect, sql}`), with `rows` (SQL) run on it.
    pub fn new(pointer: &str, rows: &[String], document: &Reading) -> Result<Database, Trouble> {
        let schema = schema_at(pointer, document)?;
        let place = format!("{pointer}/sql");
        let mut engine = sql::Database::create(&schema)
            .map_err(|problem| Trouble::Submission(Box::new(schema_problem(&place, &problem))))?;
        for statement in rows {
            engine.run(statement, &Params::None, EPOCH_S).map_err(|error| {
                Trouble::Submission(Box::new(Problem {
                    message: format!("the schema does not take the exercise's own rows: {error}"),
                    place: Place::field(&place),
                    notes: vec![statement.clone()],
                    ..Problem::default()
                }))
            })?;
        }
        let digest = engine.digest();
        let initial = Held { content: 0, open: Vec::new(), holder: None, given: Vec::new() };
        Ok(Database {
            engine,
            states: Interner::new(initial),
            origins: vec![Origin { parent: 0, statement: None }],
            by_digest: HashMap::from([(digest, 0)]),
            stack: vec![0],
            unsupported: None,
        })
    }

    /// Makes the engine hold `content`.
    fn bring_back(&mut self, content: ContentId) {
        let mut path = Vec::new();
        let mut at = content;
        while !self.stack.contains(&at) {
            path.push(at);
            at = self.origins[at as usize].parent;
        }
        while self.stack.last() != Some(&at) {
            self.engine.rollback();
            self.stack.pop();
        }
        for content in path.into_iter().rev() {
            self.engine.savepoint();
            if let Some(Statement { text, params, now, given }) = &self.origins[content as usize].statement {
                // It ran before from the same contents, so it runs again.
                let _ = self.engine.run_for(given, text, params, seconds(*now));
            }
            self.stack.push(content);
        }
    }

    fn statement(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        let mut held = self.states.get(state).clone();
        let Some(text) = call.arg(0).as_str().map(str::to_owned) else {
            return Transition::raises(Fault::Misuse, format!("{} takes SQL as text first", call.method), state);
        };
        if let Some(holder) = held.holder
            && holder != caller.client
        {
            let words = text.to_ascii_uppercase();
            if words.contains("NOWAIT") {
                return Transition::raises(Fault::LockNotAvailable, "the row is locked", state);
            }
            if words.contains("SKIP LOCKED") {
                let nothing = if call.method == "all" { Value::List(Vec::new()) } else { Value::None };
                return Transition::returns(nothing, state);
            }
            return Transition::blocks(state);
        }
        let params = match parameters(call.arg(1)) {
            Ok(params) => params,
            Err(message) => return Transition::raises(Fault::Misuse, message, state),
        };
        let content = held.content;
        if let Some(levels) = held.levels(caller.client) {
            if levels.iter().any(|level| level.aborted) {
                return Transition::raises(Fault::SqlError, ABORTED, state);
            }
            for level in levels.iter_mut() {
                level.before.get_or_insert(content);
            }
            held.holder.get_or_insert(caller.client);
        }
        self.bring_back(held.content);
        self.engine.savepoint();
        let given = held.given(caller.client);
        match self.engine.run_for(&given, &text, &params, seconds(caller.now)) {
            Err(error) => {
                self.engine.rollback();
                let fault = fault_of(error.kind);
                if self.engine.schema().dialect() == Dialect::PostgreSql
                    && let Some(level) = held.levels(caller.client).and_then(|levels| levels.last_mut())
                {
                    level.aborted = true;
                }
                let message = self.told(error);
                Transition::raises(fault, message, self.states.intern(held))
            }
            Ok(answer) => {
                held.give(caller.client, answer.given);
                let value = match call.method.as_str() {
                    "all" => Value::List(answer.rows.iter().map(|row| record(&answer.columns, row)).collect()),
                    "one" => answer.rows.first().map_or(Value::None, |row| record(&answer.columns, row)),
                    _ if answer.returns_rows && !answer.wrote => Value::Int(answer.rows.len() as i64),
                    _ => Value::Int(answer.changed as i64),
                };
                if answer.wrote {
                    let digest = self.engine.digest();
                    let next = self.origins.len() as ContentId;
                    let content = *self.by_digest.entry(digest).or_insert(next);
                    if content == next {
                        self.origins.push(Origin {
                            parent: held.content,
                            statement: Some(Statement { text, params, now: caller.now, given }),
                        });
                    }
                    if self.stack.contains(&content) {
                        // Back to contents further down: keep the stack a simple path.
                        self.engine.rollback();
                    } else {
                        self.stack.push(content);
                    }
                    held.content = content;
                } else {
                    self.engine.release();
                }
                Transition::returns(value, self.states.intern(held))
            }
        }
    }

    /// The error's message, remembered when it is belt that falls short.
    fn told(&mut self, error: DbError) -> String {
        match error.cannot_run() {
            Some(message) => {
                self.unsupported.get_or_insert_with(|| message.clone());
                message
            }
            None => error.message,
        }
    }

    fn end_transaction(&mut self, state: StateId, client: u32, keep: bool) -> StateId {
        let mut held = self.states.get(state).clone();
        let Some(levels) = held.levels(client) else { return state };
        let Some(level) = levels.pop() else { return state };
        let outermost = levels.is_empty();
        if level.aborted && keep && !outermost {
            // The savepoint cannot be released: what is around it has failed too.
            if let Some(outer) = levels.last_mut() {
                outer.aborted = true;
            }
        } else if (!keep || level.aborted)
            && let Some(before) = level.before
        {
            held.content = before;
        }
        if outermost {
            held.open.retain(|(open, _)| *open != client);
            held.holder = held.holder.filter(|holder| *holder != client);
        }
        self.states.intern(held)
    }
}

/// The schema at `pointer`, or what is wrong with it.
pub fn schema_at(pointer: &str, document: &Reading) -> Result<Schema, Trouble> {
    let field = document.pointer(pointer);
    let dialect = field.and_then(|f| f.get("dialect")).and_then(Json::as_str).unwrap_or("postgresql");
    let text = field.and_then(|f| f.get("sql")).and_then(Json::as_str).unwrap_or_default();
    let place = format!("{pointer}/sql");
    let Some(dialect) = Dialect::from_name(dialect) else {
        return Err(Trouble::Submission(Box::new(Problem {
            message: format!("{dialect} is not a dialect belt speaks: postgresql, mysql or sqlite"),
            place: Place::field(format!("{pointer}/dialect")),
            ..Problem::default()
        })));
    };
    Schema::parse(dialect, text).map_err(|problem| Trouble::Submission(Box::new(schema_problem(&place, &problem))))
}

fn schema_problem(pointer: &str, problem: &SqlProblem) -> Problem {
    Problem {
        message: format!("the schema cannot be created: {}", problem.message),
        slip: true,
        place: problem.range.clone().map_or_else(|| Place::field(pointer), |range| Place::inside(pointer, range)),
        help: problem.help.clone(),
        ..Problem::default()
    }
}

fn seconds(now: Micros) -> f64 {
    EPOCH_S + now as f64 / MICROS_PER_SECOND
}

fn fault_of(kind: DbErrorKind) -> Fault {
    match kind {
        DbErrorKind::Unique => Fault::UniqueViolation,
        DbErrorKind::ForeignKey => Fault::ForeignKeyViolation,
        DbErrorKind::NotNull => Fault::NotNullViolation,
        DbErrorKind::Check => Fault::CheckViolation,
        DbErrorKind::Type
        | DbErrorKind::Syntax
        | DbErrorKind::MissingTable
        | DbErrorKind::MissingColumn
        | DbErrorKind::Parameter
        | DbErrorKind::Unsupported
        | DbErrorKind::Limit => Fault::SqlError,
    }
}

/// What every database answers to.
pub fn api(name: &str) -> Vec<ApiEntry> {
    [
            (
            "execute(sql, params=None) -> int",
            "runs one statement of your dialect; the number of rows it changed. Parameters: a dict for :name or %(name)s, a list \
             for ?, $1 or %s",
        ),
            (
            "one(sql, params=None) -> dict or None",
            "the first row, by column name; also for INSERT ... RETURNING. Timestamps read as seconds since 1970, JSON as text",
        ),
            ("all(sql, params=None) -> list of dict", "every row"),
            (
                "transaction()",
                "with db.transaction(): what is inside commits at its end, and rolls back on an exception or a crash; one inside \
                 another is a savepoint; serializable. In PostgreSQL a failed statement aborts the innermost one",
            ),
        ]
        .into_iter()
        .map(|(signature, meaning)| ApiEntry { signature: format!("{name}.{signature}"), meaning: meaning.into() })
        .collect()
}

impl Component for Database {
    fn stub(&self, name: &str) -> String {
        // The end of a transaction can fail like any call. Unless it was executed, the database gives the transaction up;
        // `discard` is not a step of its own, so that a lost connection does not hold the database for ever.
        let mut text = format!(
            "class _belt_{name}_transaction:\n    def __enter__(self):\n        _belt_call('{name}', 'begin', [])\n        return {name}\n    \
             def __exit__(self, kind, error, trace):\n        try:\n            _belt_call('{name}', 'rollback' if kind else 'commit', [])\n        \
             except Exception:\n            _belt_call('{name}', 'discard', [])\n            if not kind:\n                raise\n        \
             return False\n\
             class _belt_{name}:\n    def transaction(self):\n        return _belt_{name}_transaction()\n"
        );
        for method in ["execute", "one", "all"] {
            text.push_str(&format!(
                "    def {method}(self, sql, params=None, *more, **named):\n        if more:\n            params = [params] + list(more)\n        \
                 elif named:\n            params = named\n        return _belt_call('{name}', '{method}', [sql, params])\n"
            ));
        }
        text.push_str(&format!("{name} = _belt_{name}()\n"));
        text
    }

    fn api(&self, name: &str) -> Vec<ApiEntry> {
        api(name)
    }

    fn call(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        match call.method.as_str() {
            "begin" => {
                let mut held = self.states.get(state).clone();
                // Inside of a transaction nobody else changes the contents.
                let before = held.holder.filter(|holder| *holder == caller.client).map(|_| held.content);
                let level = Level { before, aborted: false };
                match held.levels(caller.client) {
                    Some(levels) => levels.push(level),
                    None => {
                        held.open.push((caller.client, vec![level]));
                        held.open.sort_unstable_by_key(|(client, _)| *client);
                    }
                }
                Transition::returns(Value::None, self.states.intern(held))
            }
            "commit" => Transition::returns(Value::None, self.end_transaction(state, caller.client, true)),
            "rollback" | "discard" => {
                Transition::returns(Value::None, self.end_transaction(state, caller.client, false))
            }
            _ => self.statement(state, call, caller),
        }
    }

    fn depends(&self) -> Depends {
        Depends { client: true, now: true, ..Depends::default() }
    }

    fn is_local(&self, method: &str) -> bool {
        matches!(method, "begin" | "discard")
    }

    fn crashed(&mut self, mut state: StateId, client: u32) -> StateId {
        while self.states.get(state).open.iter().any(|(open, _)| *open == client) {
            state = self.end_transaction(state, client, false);
        }
        let mut held = self.states.get(state).clone();
        held.give(client, Given::default());
        self.states.intern(held)
    }

    fn ages(&self) -> bool {
        true
    }

    fn view(&mut self, state: StateId, _now: Micros) -> Value {
        let held = self.states.get(state);
        Value::Record("database".into(), vec![("busy".into(), Value::Bool(held.holder.is_some()))])
    }

    fn unsupported(&self) -> Option<&str> {
        self.unsupported.as_deref()
    }

    fn query(&mut self, state: StateId, sql: &str, now: Micros) -> Result<Value, String> {
        let content = self.states.get(state).content;
        self.bring_back(content);
        let answer = self.engine.run(sql, &Params::None, seconds(now)).map_err(|error| self.told(error))?;
        Ok(Value::List(answer.rows.iter().map(|row| record(&answer.columns, row)).collect()))
    }
}

#[cfg(test)]
mod tests;
