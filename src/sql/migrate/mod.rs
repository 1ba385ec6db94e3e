//! A database whose tables change while it is used: a migration, statement by statement.
//!
//! Every change of a table is a change of the model; a new database is made from it and the rows are carried over, so
//! that what SQLite's ALTER cannot do is no special case. What the learner's database would refuse shows when the rows
//! are carried over, in the words of an ordinary insert.

mod alter;
mod columns;
mod definitions;
mod rebuild;
mod renames;
mod script;
#[cfg(test)]
mod tests;
mod views;

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::ast::{AlterTableOperation, SetExpr, Statement};

use self::rebuild::Change;
use self::script::What;
pub use self::script::{Piece, script, split};
use super::ddl::Builder;
use super::model::Schema;
use super::trigger::{Does, Function, Trigger};
use super::{Answer, Database, DbError, DbErrorKind, Dialect, Params, SqlProblem, SqlProblemKind, parse};

/// Turns of one loop.
const MAX_TURNS: u32 = 2_000;

/// What a database is made of beside its tables.
#[derive(Debug, Clone)]
struct Model {
    schema: Schema,
    triggers: Vec<Trigger>,
    functions: BTreeMap<String, Function>,
    /// Table and name of constraints that rows which were there before are not held to.
    not_valid: BTreeSet<(String, String)>,
}

/// A database that can be changed and copied.
pub struct Live {
    model: Model,
    database: Database,
}

/// Whether a statement changes rows rather than tables.
fn is_data(statement: &Statement) -> bool {
    match statement {
        Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) => true,
        Statement::Merge(_) | Statement::Truncate(_) => true,
        Statement::Call(function) => super::lower::refresh::is_refresh(function),
        Statement::Query(query) => !matches!(query.body.as_ref(), SetExpr::Table(_)),
        _ => false,
    }
}

fn invalid(message: impl Into<String>) -> DbError {
    DbError::new(DbErrorKind::Syntax, message)
}

impl Live {
    /// An empty database with this schema.
    ///
    /// # Errors
    /// As for [`Schema::parse`] and [`Database::create`].
    pub fn create(dialect: Dialect, sql: &str) -> Result<Live, SqlProblem> {
        let mut schema = Schema::parse(dialect, sql)?;
        let (triggers, functions) = (std::mem::take(&mut schema.triggers), std::mem::take(&mut schema.functions));
        let mut database = Database::create(&schema)?;
        let plain = triggers.is_empty();
        let model = Model { schema, triggers, functions, not_valid: BTreeSet::new() };
        if !plain {
            let rebuilt = rebuild::rebuilt(&database, &model.schema, &Change::none(&model));
            database = rebuilt.map_err(|error| SqlProblem::unsupported(error.message))?;
        }
        Ok(Live { model, database })
    }

    pub fn dialect(&self) -> Dialect {
        self.model.schema.dialect
    }

    /// The tables as they are now.
    pub fn schema(&self) -> &Schema {
        &self.model.schema
    }

    /// Names of the triggers there are.
    pub fn triggers(&self) -> impl Iterator<Item = &str> {
        self.model.triggers.iter().map(|trigger| trigger.name.as_str())
    }

    /// Names of the views there are.
    pub fn views(&self) -> impl Iterator<Item = &str> {
        self.model.schema.views.iter().map(|view| view.name.as_str())
    }

    /// Another database with the same tables and rows.
    ///
    /// # Errors
    /// Only when the engine fails.
    pub fn fork(&self) -> Result<Live, DbError> {
        let change = Change::none(&self.model);
        let database = rebuild::rebuilt(&self.database, &self.model.schema, &change)?;
        Ok(Live { model: self.model.clone(), database })
    }

    /// Runs a statement of a program.
    ///
    /// # Errors
    /// As for [`Database::run`].
    pub fn run(&mut self, sql: &str, params: &Params, now_s: f64) -> Result<Answer, DbError> {
        self.database.run(sql, params, now_s)
    }

    /// Runs one statement of a migration. A statement that fails changes nothing.
    ///
    /// # Errors
    /// What the learner's database would refuse, in the learner's names, and what belt cannot run.
    pub fn apply(&mut self, piece: &Piece, params: &Params, now_s: f64) -> Result<u64, DbError> {
        let change = match &piece.what {
            What::Nothing => return Ok(0),
            What::Sql(statement) if is_data(statement) => {
                return self
                    .run(&piece.text, params, now_s)
                    .map(|answer| if answer.wrote { answer.changed } else { 0 });
            }
            What::Block { statements, looped } => return self.block(statements, *looped, params, now_s),
            What::Sql(statement) => match self.change(statement, &piece.text)? {
                Some(change) => change,
                None => return Ok(0),
            },
            What::Trigger(trigger) => match self.create_trigger(trigger)? {
                Some(change) => change,
                None => return Ok(0),
            },
            What::Function(function) => {
                let mut change = Change::none(&self.model);
                if !function.replace && self.model.functions.contains_key(&function.name) {
                    return Err(invalid(format!("there is a function {}() already", function.name)));
                }
                change.model.functions.insert(function.name.clone(), function.clone());
                change
            }
            What::DropTrigger { name, table, if_exists } => {
                let mut change = Change::none(&self.model);
                let same = |trigger: &Trigger| {
                    trigger.name.eq_ignore_ascii_case(name)
                        && table.as_ref().is_none_or(|table| trigger.table.eq_ignore_ascii_case(table))
                };
                change.model.triggers.retain(|trigger| !same(trigger));
                if change.model.triggers.len() == self.model.triggers.len() && !if_exists {
                    return Err(invalid(format!("there is no trigger {name}")));
                }
                change
            }
            What::DropFunction { name, if_exists, cascade } => {
                let mut change = Change::none(&self.model);
                if change.model.functions.remove(name).is_none() && !if_exists {
                    return Err(invalid(format!("there is no function {name}()")));
                }
                let calls = |trigger: &Trigger| matches!(&trigger.does, Does::Call(called) if called == name);
                if let Some(trigger) = change.model.triggers.iter().find(|trigger| calls(trigger))
                    && !cascade
                {
                    return Err(invalid(format!(
                        "the function {name}() cannot be dropped: the trigger {} calls it",
                        trigger.name
                    )));
                }
                change.model.triggers.retain(|trigger| !calls(trigger));
                change
            }
        };
        let database = rebuild::rebuilt_at(&self.database, &self.model.schema, &change, now_s)?;
        self.database = database;
        let known = self.model.schema.materialized.len();
        self.model = change.model;
        // A new materialized view has its rows from the beginning.
        let new: Vec<String> =
            self.model.schema.materialized.iter().skip(known).map(|(name, _)| name.clone()).collect();
        for name in new {
            self.run(&format!("REFRESH MATERIALIZED VIEW {}", super::names::quoted(&name)), params, now_s)?;
        }
        Ok(0)
    }

    fn block(&mut self, statements: &[String], looped: bool, params: &Params, now_s: f64) -> Result<u64, DbError> {
        let mut all = 0;
        for _ in 0..MAX_TURNS {
            let mut changed = 0;
            for text in statements {
                changed += self.run(text, params, now_s)?.changed;
            }
            all += changed;
            if !looped || changed == 0 {
                return Ok(all);
            }
        }
        Err(DbError::new(DbErrorKind::Limit, "the loop of the DO block still changes rows after thousands of turns"))
    }

    fn create_trigger(&self, trigger: &Trigger) -> Result<Option<Change>, DbError> {
        let mut change = Change::none(&self.model);
        let model = &mut change.model;
        let view = model.schema.views.iter().find(|view| view.name.eq_ignore_ascii_case(&trigger.table));
        let name = match (model.schema.table(&trigger.table), view) {
            (Some(table), _) => table.name.clone(),
            (None, Some(view)) => view.name.clone(),
            (None, None) => return Err(invalid(format!("there is no table {}", trigger.table))),
        };
        if let Does::Call(function) = &trigger.does
            && !model.functions.contains_key(function)
        {
            return Err(invalid(format!("there is no function {function}()")));
        }
        let same = |known: &Trigger| {
            known.name.eq_ignore_ascii_case(&trigger.name)
                && (known.table == name || model.schema.dialect != Dialect::PostgreSql)
        };
        if model.triggers.iter().any(same) {
            if trigger.if_not_exists {
                return Ok(None);
            }
            if !trigger.replace {
                return Err(invalid(format!("there is a trigger {} already", trigger.name)));
            }
        }
        let kept = model.triggers.iter().filter(|known| !same(known)).cloned().collect();
        model.triggers = kept;
        model.triggers.push(Trigger { table: name, ..trigger.clone() });
        Ok(Some(change))
    }

    /// What a statement makes of the model; nothing where it has no effect.
    fn change(&self, statement: &Statement, text: &str) -> Result<Option<Change>, DbError> {
        let mut change = Change::none(&self.model);
        if alter::apply(&mut change, statement)? {
            return Ok(Some(change));
        }
        let before = change.model.schema.tables.len();
        let views = change.model.schema.views.len();
        if let Statement::CreateView(view) = statement
            && !view.or_replace
            && self.views().any(|known| known == super::names::last_name(self.dialect(), &view.name))
        {
            return Err(invalid(format!("there is a view {} already", view.name)));
        }
        let mut builder = Builder::new(change.model.schema, text);
        // What the parser makes of the text again has its places in it.
        let Some((statement, range)) = parse::statements(text, self.model.schema.dialect)?.pop() else {
            return Ok(None);
        };
        if let Statement::CreateTable(table) = &statement
            && builder.schema.views.iter().any(|view| view.name == super::names::last_name(self.dialect(), &table.name))
        {
            return Err(invalid(format!("there is a view {} already", table.name)));
        }
        builder.statement(statement, &range)?;
        change.model.schema = builder.changed()?;
        let schema = &mut change.model.schema;
        super::ddl::constraints::check_references(schema)?;
        if schema.tables.len() > before || schema.views.len() != views {
            change.note_new_tables();
        }
        Ok(Some(change))
    }
}

/// A schema that has not been used yet, after a change of its tables.
pub(super) fn changed(schema: Schema, statement: &Statement) -> Result<Schema, DbError> {
    let mut change = unused(schema);
    alter::apply(&mut change, statement)?;
    Ok(change.model.schema)
}

/// The same for one operation on the table at `at`.
pub(super) fn altered(schema: Schema, at: usize, operation: &AlterTableOperation) -> Result<Schema, DbError> {
    let name = schema.tables[at].name.clone();
    let mut change = unused(schema);
    alter::one(&mut change, &name, operation)?;
    Ok(change.model.schema)
}

fn unused(schema: Schema) -> Change {
    Change::none(&Model { schema, triggers: Vec::new(), functions: BTreeMap::new(), not_valid: BTreeSet::new() })
}

/// Whether what was refused is what belt cannot run.
fn problem(problem: SqlProblem) -> DbError {
    match problem.kind {
        SqlProblemKind::Unsupported => DbError::new(DbErrorKind::Unsupported, problem.message),
        SqlProblemKind::Syntax | SqlProblemKind::Invalid => invalid(problem.message),
    }
}
