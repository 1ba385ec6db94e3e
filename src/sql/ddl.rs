//! DDL becomes the model: each statement changes what the tables are.

mod alter;
mod columns;
pub(super) mod constraints;
mod domains;
pub(super) mod exclusions;
mod script;
pub(super) mod without_effect;

use std::ops::Range;

use sqlparser::ast::{
    CreateDomain, CreateTable, CreateTableLikeKind, CreateTableOptions, CreateView, Ident, Query, SetExpr, SqlOption,
    Statement, UserDefinedTypeRepresentation,
};
use sqlparser::tokenizer::Span;

use super::lower::refresh;
use super::model::{Column, Schema, Table, View};
use super::names::{fold, last_name, quoted};
use super::{Dialect, Kind, SqlProblem, parse, tables};

pub(super) struct Builder<'a> {
    pub(super) schema: Schema,
    lines: parse::Lines<'a>,
    sql: &'a str,
    domains: Vec<CreateDomain>,
    /// Names of the parts of tables; the tables hold their rows here.
    partitions: Vec<String>,
    exclusions: Vec<exclusions::Exclusion>,
}

pub(super) fn schema(dialect: Dialect, sql: &str) -> Result<Schema, SqlProblem> {
    let script = script::read(dialect, sql)?;
    let mut builder = Builder::new(Schema::empty(dialect), sql);
    builder.schema.functions = script.functions;
    builder.schema.scalars = script.scalars;
    for (statement, range) in parse::statements(&script.tables, dialect)? {
        builder.statement(statement, &range).map_err(|problem| problem.at(range))?;
    }
    let mut schema = builder.schema;
    constraints::check_references(&mut schema)?;
    tables::lower_all(&mut schema)?;
    let triggers = exclusions::triggers(&schema, &builder.exclusions)?;
    schema.lowered.extend(triggers);
    script::add_triggers(&mut schema, script.triggers)?;
    Ok(schema)
}

impl<'a> Builder<'a> {
    /// What statements of `sql` change on a schema.
    pub(super) fn new(schema: Schema, sql: &'a str) -> Self {
        Builder {
            schema,
            lines: parse::Lines::new(sql),
            sql,
            domains: Vec::new(),
            partitions: Vec::new(),
            exclusions: Vec::new(),
        }
    }

    /// The schema after a change to one that is in use.
    pub(super) fn changed(self) -> Result<Schema, SqlProblem> {
        match self.exclusions.is_empty() {
            true => Ok(self.schema),
            false => Err(SqlProblem::unsupported("an EXCLUDE constraint in a migration is not something belt can run")),
        }
    }
}

impl Builder<'_> {
    pub(super) fn fold(&self, ident: &Ident) -> String {
        fold(self.schema.dialect, ident)
    }

    fn range(&self, span: Span, within: &Range<usize>) -> Range<usize> {
        let Some(mut range) = self.lines.range(span).filter(|range| !range.is_empty()) else {
            return within.clone();
        };
        // The parser's spans leave out closing brackets.
        let marked = &self.sql[range.clone()];
        let open = marked.matches('(').count().saturating_sub(marked.matches(')').count());
        for _ in 0..open {
            let rest = &self.sql[range.end..];
            let skipped = rest.len() - rest.trim_start().len();
            if !rest.trim_start().starts_with(')') {
                break;
            }
            range.end += skipped + 1;
        }
        range
    }

    pub(super) fn statement(&mut self, statement: Statement, range: &Range<usize>) -> Result<(), SqlProblem> {
        match statement {
            Statement::CreateTable(table) => self.create_table(table, range),
            Statement::CreateIndex(index) if self.is_partition(&index.table_name) => Ok(()),
            Statement::CreateIndex(index) => self.create_index(index, range),
            Statement::AlterTable(alter) => self.alter_table(alter, range),
            Statement::Drop { .. } | Statement::RenameTable(_) | Statement::AlterView { .. } => self.change(&statement),
            Statement::AlterType(alter) => self.alter_type(alter),
            Statement::CreateType { name, representation: Some(UserDefinedTypeRepresentation::Enum { labels }) } => {
                let labels = labels.into_iter().map(|label| label.value).collect();
                self.schema.enums.push((last_name(self.schema.dialect, &name), labels));
                Ok(())
            }
            Statement::CreateDomain(domain) => self.create_domain(domain),
            Statement::CreateSequence { name, sequence_options, .. } => {
                let name = last_name(self.schema.dialect, &name);
                self.schema.sequences.push(columns::sequence(name, &sequence_options));
                Ok(())
            }
            Statement::CreateView(view) if !view.materialized => {
                let name = last_name(self.schema.dialect, &view.name);
                if self.schema.table(&name).is_some() {
                    return Err(SqlProblem::invalid(format!("there is a table {name} already")).at(range.clone()));
                }
                self.schema.views.retain(|known| known.name != name);
                let columns = view.columns.iter().map(|column| self.fold(&column.name)).collect();
                self.schema.views.push(View { name, columns, query: view.query, range: range.clone() });
                Ok(())
            }
            Statement::CreateView(view) => self.create_materialized(view, range),
            Statement::Call(function) if refresh::is_refresh(&function) => {
                self.schema.seeds.push((self.sql[range.clone()].to_string(), range.clone()));
                Ok(())
            }
            // A generator that is set, or a helper of an extension that has its own tables.
            Statement::Query(query) if !changes(&query) && !query.to_string().to_lowercase().contains("setval(") => {
                Ok(())
            }
            Statement::Insert(_)
            | Statement::Update(_)
            | Statement::Delete(_)
            | Statement::Truncate(_)
            | Statement::Query(_) => {
                self.schema.seeds.push((self.sql[range.clone()].to_string(), range.clone()));
                Ok(())
            }
            // Nothing that changes what the tables accept.
            Statement::CreateExtension(_)
            | Statement::CreateSchema { .. }
            | Statement::CreateDatabase { .. }
            | Statement::Comment { .. }
            | Statement::Set(_)
            | Statement::Use(_)
            | Statement::Pragma { .. }
            | Statement::StartTransaction { .. }
            | Statement::Commit { .. }
            | Statement::Grant(_)
            | Statement::Revoke(_)
            | Statement::CreateRole(_)
            | Statement::Analyze(_) => Ok(()),
            other => {
                let words: Vec<String> = other.to_string().split_whitespace().take(2).map(str::to_uppercase).collect();
                Err(SqlProblem::unsupported(format!("{} is not something belt can run in a schema", words.join(" ")))
                    .with_help(
                        "a schema is made of CREATE TABLE, CREATE INDEX, CREATE TYPE ... AS ENUM and ALTER TABLE",
                    ))
            }
        }
    }

    /// A materialized view is a table that is filled when it is made and whenever it is refreshed.
    fn create_materialized(&mut self, view: CreateView, range: &Range<usize>) -> Result<(), SqlProblem> {
        let name = last_name(self.schema.dialect, &view.name);
        if self.schema.table(&name).is_some() {
            if view.if_not_exists {
                return Ok(());
            }
            return Err(SqlProblem::invalid(format!("there is a table {name} already")).at(range.clone()));
        }
        let shape = refresh::columns(&self.schema, &Statement::Query(view.query.clone()))?;
        let mut given = view.columns.iter().map(|column| fold(self.schema.dialect, &column.name));
        let columns = shape.into_iter().map(|(known, kind)| {
            Column::plain(given.next().unwrap_or(known), kind.unwrap_or(Kind::Any), range.clone())
        });
        let columns = columns.collect();
        self.schema.tables.push(Table {
            name: name.clone(),
            range: range.clone(),
            columns,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
        });
        let fill = format!("REFRESH MATERIALIZED VIEW {}", quoted(&name));
        self.schema.materialized.push((name, view.query));
        self.schema.seeds.push((fill, range.clone()));
        Ok(())
    }

    pub(super) fn table_index(&self, name: &str, range: &Range<usize>) -> Result<usize, SqlProblem> {
        let found = self.schema.table(name).map(|table| table.name.clone());
        self.schema.tables.iter().position(|table| Some(&table.name) == found.as_ref()).ok_or_else(|| {
            SqlProblem::invalid(format!("there is no table {name} at this point"))
                .at(range.clone())
                .with_help("make the table first, or correct its name")
        })
    }

    fn create_table(&mut self, create: CreateTable, range: &Range<usize>) -> Result<(), SqlProblem> {
        let name = last_name(self.schema.dialect, &create.name);
        if let Some(existing) = self.schema.table(&name) {
            if create.if_not_exists {
                return Ok(());
            }
            return Err(SqlProblem::invalid(format!("the table {} is created twice", existing.name)).at(range.clone()));
        }
        // A partition has its parent's columns and keys; the parent holds the rows here.
        if create.partition_of.is_some() {
            self.partitions.push(name);
            return Ok(());
        }
        if let Some(CreateTableLikeKind::Plain(like) | CreateTableLikeKind::Parenthesized(like)) = &create.like {
            return self.create_like(name, &last_name(self.schema.dialect, &like.name), range);
        }
        if create.query.is_some() || create.clone.is_some() || create.inherits.is_some() {
            return Err(SqlProblem::unsupported("a table made from another one is not something belt can run")
                .at(range.clone())
                .with_help("write the columns out"));
        }
        if create.columns.is_empty() {
            return Err(SqlProblem::invalid(format!("the table {name} has no columns")).at(range.clone()));
        }
        self.schema.tables.push(Table {
            name,
            range: range.clone(),
            columns: Vec::new(),
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
        });
        let at = self.schema.tables.len() - 1;
        for column in create.columns {
            self.column(at, column, range)?;
        }
        for constraint in create.constraints {
            self.constraint(at, constraint, range)?;
        }
        if let Some(first) = first_number(&create.table_options) {
            for column in &self.schema.tables[at].columns {
                if let Some(sequence) = column.sequence.and_then(|at| self.schema.sequences.get_mut(at)) {
                    sequence.start = first;
                }
            }
        }
        Ok(())
    }
}

/// MySQL's `AUTO_INCREMENT = n` behind a table.
fn first_number(options: &CreateTableOptions) -> Option<i64> {
    let CreateTableOptions::Plain(options) = options else {
        return None;
    };
    options.iter().find_map(|option| match option {
        SqlOption::KeyValue { key, value } if key.value.eq_ignore_ascii_case("auto_increment") => {
            value.to_string().parse().ok()
        }
        _ => None,
    })
}

fn changes(query: &Query) -> bool {
    let body = |body: &SetExpr| matches!(body, SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_));
    body(&query.body) || query.with.iter().flat_map(|with| &with.cte_tables).any(|cte| body(&cte.query.body))
}
