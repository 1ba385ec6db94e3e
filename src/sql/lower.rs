//! Queries and statements of the learner's dialect become SQLite's.
//!
//! The tree is rewritten bottom up; what has no tree in SQLite's dialect is put in as finished text ([`raw`]).

use std::ops::ControlFlow;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    Assignment, AssignmentTarget, BinaryOperator, ConflictTarget, DataType, DoUpdate, Expr, FromTable, Ident, Insert,
    ObjectName, ObjectNamePart, OnConflict, OnConflictAction, OnInsert, Query, SelectItem, SetExpr, Statement,
    TableFactor, TableObject, UnaryOperator, Value, Visit, VisitMut, Visitor,
};

use super::ddl::{fold, last_name, quoted};
use super::model::{Column, Schema, Table};
use super::params::{self, Slot};
use super::{DbError, DbErrorKind, Dialect, Kind, Locking, SqlProblem, parse};

/// A statement ready for SQLite.
#[derive(Debug, Clone)]
pub(super) struct Lowered {
    pub(super) sql: String,
    pub(super) slots: Vec<Slot>,
    pub(super) locking: Option<Locking>,
    pub(super) wrote: bool,
    pub(super) returns_rows: bool,
    /// Places of the answer's columns that hold booleans.
    pub(super) booleans: Vec<usize>,
    /// The table an `INSERT`, `UPDATE` or `DELETE` changes.
    pub(super) target: Option<String>,
    /// Alias and table of everything read.
    pub(super) aliases: Vec<(String, String)>,
}

/// Finished SQLite text as an expression.
pub(super) fn raw(text: String) -> Expr {
    Expr::Identifier(Ident { value: text, quote_style: None, span: sqlparser::tokenizer::Span::empty() })
}

pub(super) fn string(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) | Value::DoubleQuotedString(text) => {
                Some(text)
            }
            _ => None,
        },
        _ => None,
    }
}

/// Marks `DEFAULT` in a list of values.
const DEFAULT: &str = "belt:default";

pub(super) fn statement(schema: &Schema, sql: &str) -> Result<Lowered, DbError> {
    let (numbered, slots) = params::number(sql, schema.dialect);
    let mut statements = parse::statements(&numbered, schema.dialect)?;
    let (statement, _) = match statements.len() {
        0 => {
            return Err(DbError::new(DbErrorKind::Syntax, "there is no statement in this text"));
        }
        1 => statements.remove(0),
        n => {
            return Err(DbError::new(
                DbErrorKind::Unsupported,
                format!("{n} statements in one call: run them one at a time"),
            ));
        }
    };
    lower_statement(schema, statement, slots)
}

fn lower_statement(schema: &Schema, mut statement: Statement, slots: Vec<Slot>) -> Result<Lowered, DbError> {
    let mut sources = Sources { dialect: schema.dialect, tables: Vec::new(), ctes: Vec::new() };
    let _ = Visit::visit(&statement, &mut sources);
    let mut lowering = Lowering { schema, sources, locking: None, row_alias: None };
    let (wrote, returns_rows, target) = match &mut statement {
        Statement::Query(query) => {
            if !is_read_only(query) {
                return Err(SqlProblem::unsupported(
                    "a query that changes data inside WITH is not something belt can run",
                )
                .into());
            }
            (false, true, None)
        }
        Statement::Insert(insert) => {
            let target = lowering.prepare_insert(insert)?;
            (true, insert.returning.is_some(), Some(target))
        }
        Statement::Update(update) => {
            if !update.table.joins.is_empty() {
                return Err(SqlProblem::unsupported(
                    "UPDATE with a join is not something belt can run; use a subquery",
                )
                .into());
            }
            let target = lowering.target(&update.table.relation)?;
            (true, update.returning.is_some(), Some(target))
        }
        Statement::Delete(delete) => {
            let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
            let [only] = from.as_slice() else {
                return Err(SqlProblem::unsupported("DELETE from several tables is not something belt can run").into());
            };
            if delete.using.is_some() || !delete.tables.is_empty() || !only.joins.is_empty() {
                return Err(SqlProblem::unsupported(
                    "DELETE with a join is not something belt can run; use a subquery",
                )
                .into());
            }
            let target = lowering.target(&only.relation)?;
            (true, delete.returning.is_some(), Some(target))
        }
        Statement::StartTransaction { .. }
        | Statement::Commit { .. }
        | Statement::Rollback { .. }
        | Statement::Savepoint { .. }
        | Statement::ReleaseSavepoint { .. } => {
            return Err(DbError::new(
                DbErrorKind::Unsupported,
                "transactions are not opened with SQL here: use the client's transaction block",
            ));
        }
        other => {
            let word = other.to_string().split_whitespace().take(2).collect::<Vec<_>>().join(" ").to_uppercase();
            return Err(DbError::new(
                DbErrorKind::Unsupported,
                format!("{word} is not something a running program does here: SELECT, INSERT, UPDATE and DELETE are"),
            ));
        }
    };
    lowering.check_tables(target.as_deref())?;
    let booleans = match &statement {
        Statement::Query(query) => lowering.booleans(query),
        _ => Vec::new(),
    };
    if let ControlFlow::Break(problem) = VisitMut::visit(&mut statement, &mut lowering) {
        return Err(problem);
    }
    lowering.finish(&mut statement)?;
    Ok(Lowered {
        sql: statement.to_string(),
        slots,
        locking: lowering.locking,
        wrote,
        returns_rows,
        booleans,
        target,
        aliases: lowering.sources.tables,
    })
}

/// Lowers an expression that stands in the DDL of the table at `at`.
pub(super) fn expression(schema: &Schema, at: usize, expr: &Expr) -> Result<String, SqlProblem> {
    let name = schema.tables[at].name.clone();
    let sources = Sources { dialect: schema.dialect, tables: vec![(name.clone(), name)], ctes: Vec::new() };
    let mut expr = expr.clone();
    let mut lowering = Lowering { schema, sources, locking: None, row_alias: None };
    match VisitMut::visit(&mut expr, &mut lowering) {
        ControlFlow::Break(problem) if problem.kind == DbErrorKind::Unsupported => {
            Err(SqlProblem::unsupported(problem.message))
        }
        ControlFlow::Break(problem) => Err(SqlProblem::invalid(problem.message)),
        ControlFlow::Continue(()) => Ok(expr.to_string()),
    }
}

fn is_read_only(query: &Query) -> bool {
    fn body(part: &SetExpr) -> bool {
        match part {
            SetExpr::Select(_) | SetExpr::Values(_) | SetExpr::Table(_) => true,
            SetExpr::Query(query) => is_read_only(query),
            SetExpr::SetOperation { left, right, .. } => body(left) && body(right),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => false,
        }
    }
    body(&query.body) && query.with.iter().flat_map(|with| &with.cte_tables).all(|cte| is_read_only(&cte.query))
}

/// What a statement reads from: tables under their aliases, and names made in `WITH`.
pub(super) struct Sources {
    dialect: Dialect,
    /// Alias and table.
    tables: Vec<(String, String)>,
    ctes: Vec<String>,
}

impl Visitor for Sources {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.ctes.push(fold(self.dialect, &cte.alias.name));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, args: None, .. } = factor {
            let table = last_name(self.dialect, name);
            let alias = alias.as_ref().map_or_else(|| table.clone(), |alias| fold(self.dialect, &alias.name));
            self.tables.push((alias, table));
        }
        ControlFlow::Continue(())
    }
}

pub(super) struct Lowering<'a> {
    pub(super) schema: &'a Schema,
    sources: Sources,
    pub(super) locking: Option<Locking>,
    /// MySQL's name for the row that could not be inserted: `INSERT ... AS new ON DUPLICATE KEY UPDATE`.
    pub(super) row_alias: Option<String>,
}

impl<'a> Lowering<'a> {
    pub(super) fn dialect(&self) -> Dialect {
        self.schema.dialect
    }

    /// The table of exactly this name, by the dialect's rules of case.
    pub(super) fn table(&self, name: &str) -> Option<&'a Table> {
        match self.dialect() {
            Dialect::Sqlite => self.schema.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name)),
            Dialect::PostgreSql | Dialect::MySql => self.schema.tables.iter().find(|table| table.name == name),
        }
    }

    fn missing_table(&self, name: &str) -> DbError {
        let mut message = format!("there is no table {name} in the schema");
        if let Some(close) = self.schema.table(name) {
            message.push_str(&format!("; there is one named {}, and case counts", close.name));
        }
        DbError::new(DbErrorKind::MissingTable, message)
    }

    fn check_tables(&self, target: Option<&str>) -> Result<(), DbError> {
        for name in self.sources.tables.iter().map(|(_, table)| table.as_str()).chain(target) {
            let cte = self.sources.ctes.iter().any(|cte| cte.eq_ignore_ascii_case(name));
            if !cte && self.table(name).is_none() {
                return Err(self.missing_table(name));
            }
        }
        Ok(())
    }

    fn target(&self, factor: &TableFactor) -> Result<String, DbError> {
        match factor {
            TableFactor::Table { name, .. } => {
                let name = last_name(self.dialect(), name);
                self.table(&name).map(|table| table.name.clone()).ok_or_else(|| self.missing_table(&name))
            }
            _ => {
                Err(SqlProblem::unsupported("changing something that is not a table is not something belt can run")
                    .into())
            }
        }
    }

    /// The column an expression names, when that is certain.
    pub(super) fn column(&self, expr: &Expr) -> Option<&'a Column> {
        let (qualifier, name) = match expr {
            Expr::Identifier(name) => (None, name),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., table, name] => (Some(fold(self.dialect(), table)), name),
                _ => return None,
            },
            Expr::Nested(inner) => return self.column(inner),
            _ => return None,
        };
        let name = fold(self.dialect(), name);
        let mut found: Option<&Column> = None;
        for (alias, table) in &self.sources.tables {
            let wanted = match &qualifier {
                None => true,
                Some(qualifier) => {
                    alias.eq_ignore_ascii_case(qualifier) || (qualifier == "excluded" && self.sources.tables.len() == 1)
                }
            };
            if !wanted || self.sources.ctes.contains(table) {
                continue;
            }
            if let Some(column) = self.table(table).and_then(|table| table.column(&name)) {
                if found.is_some_and(|other| other.kind != column.kind) {
                    return None;
                }
                found = Some(column);
            }
        }
        found
    }

    /// The table a column belongs to, when only one has it.
    pub(super) fn table_of(&self, expr: &Expr) -> Option<&str> {
        let (qualifier, name) = match expr {
            Expr::Identifier(name) => (None, name),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., table, name] => (Some(fold(self.dialect(), table)), name),
                _ => return None,
            },
            _ => return None,
        };
        let name = fold(self.dialect(), name);
        let mut found = self.sources.tables.iter().filter(|(alias, table)| {
            qualifier.as_ref().is_none_or(|qualifier| alias.eq_ignore_ascii_case(qualifier))
                && self.table(table).is_some_and(|table| table.column(&name).is_some())
        });
        let first = found.next();
        first.map(|(_, table)| table.as_str())
    }

    fn prepare_insert(&mut self, insert: &mut Insert) -> Result<String, DbError> {
        let dialect = self.dialect();
        let TableObject::TableName(name) = &insert.table else {
            return Err(SqlProblem::unsupported(
                "inserting into something that is not a table is not something belt can run",
            )
            .into());
        };
        let target = last_name(dialect, name);
        let Some(table) = self.table(&target) else {
            return Err(self.missing_table(&target));
        };
        let alias = insert.table_alias.as_ref().map(|alias| fold(dialect, &alias.alias));
        self.sources.tables.push((alias.unwrap_or_else(|| target.clone()), target.clone()));
        insert.table = TableObject::TableName(plain_name(&table.name));
        insert.priority = None;
        if !insert.assignments.is_empty() {
            let assignments = std::mem::take(&mut insert.assignments);
            let mut row = Vec::new();
            for assignment in assignments {
                if let AssignmentTarget::ColumnName(name) = assignment.target {
                    insert.columns.push(name);
                    row.push(assignment.value);
                }
            }
            insert.source = Some(Box::new(values(row)));
        }
        let mut columns = Vec::new();
        for column in &insert.columns {
            columns.push(self.known(table, &last_name(dialect, column))?.name.clone());
        }
        if let Some(source) = &mut insert.source
            && let SetExpr::Values(rows) = source.body.as_mut()
        {
            rows.explicit_row = false;
            let width = rows.rows.first().map_or(0, |row| row.content.len());
            if columns.is_empty() {
                columns = table.columns.iter().take(width).map(|column| column.name.clone()).collect();
            }
            for row in &mut rows.rows {
                if row.content.len() != columns.len() {
                    return Err(DbError::new(
                        DbErrorKind::Syntax,
                        format!("INSERT names {} columns and gives {} values", columns.len(), row.content.len()),
                    ));
                }
                for value in &mut row.content {
                    if matches!(value, Expr::Identifier(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("default"))
                    {
                        *value = Expr::value(Value::Placeholder(DEFAULT.into()));
                    }
                }
            }
        }
        if columns.is_empty() && insert.source.is_some() {
            columns = table.columns.iter().map(|column| column.name.clone()).collect();
        }
        if let Some(twice) = columns.iter().enumerate().find(|(at, name)| columns[..*at].contains(name)) {
            return Err(DbError::new(DbErrorKind::Syntax, format!("INSERT names the column {} twice", twice.1)));
        }
        insert.columns = columns.iter().map(|name| plain_name(name)).collect();
        if insert.ignore {
            insert.ignore = false;
            insert.on =
                Some(OnInsert::OnConflict(OnConflict { conflict_target: None, action: OnConflictAction::DoNothing }));
        }
        if let Some(alias) = insert.insert_alias.take() {
            self.row_alias = Some(last_name(dialect, &alias.row_alias));
        }
        if matches!(insert.on, Some(OnInsert::DuplicateKeyUpdate(_)))
            && let Some(OnInsert::DuplicateKeyUpdate(assignments)) = insert.on.take()
        {
            let action = OnConflictAction::DoUpdate(DoUpdate { assignments, selection: None });
            insert.on = Some(OnInsert::OnConflict(OnConflict { conflict_target: None, action }));
        }
        if let Some(OnInsert::OnConflict(conflict)) = &mut insert.on {
            match &mut conflict.conflict_target {
                Some(ConflictTarget::OnConstraint(name)) => {
                    let name = last_name(dialect, name);
                    let Some(unique) = table.uniques.iter().find(|unique| unique.name == name) else {
                        return Err(DbError::new(
                            DbErrorKind::Syntax,
                            format!("{} has no constraint named {name}", table.name),
                        ));
                    };
                    let columns = unique.columns.iter().map(|name| quoted_ident(name)).collect();
                    conflict.conflict_target = Some(ConflictTarget::Columns(columns));
                }
                Some(ConflictTarget::Columns(columns)) => {
                    for column in columns {
                        *column = quoted_ident(&self.known(table, &fold(dialect, column))?.name);
                    }
                }
                None => {
                    if dialect == Dialect::PostgreSql && matches!(conflict.action, OnConflictAction::DoUpdate(_)) {
                        return Err(DbError::new(
                            DbErrorKind::Syntax,
                            "ON CONFLICT DO UPDATE needs the columns that may conflict",
                        ));
                    }
                }
            }
            // SQLite would read ON as part of a join.
            if let Some(source) = &mut insert.source
                && let SetExpr::Select(select) = source.body.as_mut()
                && select.selection.is_none()
            {
                select.selection = Some(Expr::value(Value::Boolean(true)));
            }
        }
        Ok(table.name.clone())
    }

    fn known(&self, table: &'a Table, name: &str) -> Result<&'a Column, DbError> {
        let found = match self.dialect() {
            Dialect::PostgreSql => table.columns.iter().find(|column| column.name == name),
            Dialect::MySql | Dialect::Sqlite => table.column(name),
        };
        found.ok_or_else(|| {
            DbError::new(DbErrorKind::MissingColumn, format!("the table {} has no column {name}", table.name))
        })
    }

    /// What is left once every expression has been lowered: values take the form of their columns.
    fn finish(&mut self, statement: &mut Statement) -> Result<(), DbError> {
        match statement {
            Statement::Insert(insert) => {
                let TableObject::TableName(name) = &insert.table else {
                    return Ok(());
                };
                let Some(table) = self.table(&last_name(Dialect::Sqlite, name)) else {
                    return Ok(());
                };
                let columns: Vec<&Column> =
                    insert.columns.iter().filter_map(|name| table.column(&last_name(Dialect::Sqlite, name))).collect();
                if let Some(source) = &mut insert.source {
                    store_all(&mut source.body, &columns, self.dialect() != Dialect::PostgreSql)?;
                }
                if let Some(OnInsert::OnConflict(OnConflict { action: OnConflictAction::DoUpdate(update), .. })) =
                    &mut insert.on
                {
                    self.assign(table, &mut update.assignments)?;
                }
                Ok(())
            }
            Statement::Update(update) => {
                let target = self.target(&update.table.relation)?;
                let Some(table) = self.table(&target) else {
                    return Ok(());
                };
                for column in table.columns.iter().filter(|column| column.touched_on_update) {
                    let already = update.assignments.iter().any(|assignment| {
                        matches!(&assignment.target, AssignmentTarget::ColumnName(name)
                            if last_name(Dialect::Sqlite, name).eq_ignore_ascii_case(&column.name))
                    });
                    if !already {
                        update.assignments.push(Assignment {
                            target: AssignmentTarget::ColumnName(plain_name(&column.name)),
                            value: raw("belt_now()".into()),
                        });
                    }
                }
                self.assign(table, &mut update.assignments)?;
                if !update.order_by.is_empty() || update.limit.is_some() {
                    let picked = picked_rows(table, update.selection.take(), &update.order_by, update.limit.take());
                    update.order_by.clear();
                    update.selection = Some(raw(picked));
                }
                Ok(())
            }
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
                let Some(first) = from.first() else {
                    return Ok(());
                };
                let target = self.target(&first.relation)?;
                if (!delete.order_by.is_empty() || delete.limit.is_some())
                    && let Some(table) = self.table(&target)
                {
                    let picked = picked_rows(table, delete.selection.take(), &delete.order_by, delete.limit.take());
                    delete.order_by.clear();
                    delete.selection = Some(raw(picked));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn assign(&self, table: &'a Table, assignments: &mut [Assignment]) -> Result<(), DbError> {
        for assignment in assignments {
            match &mut assignment.target {
                AssignmentTarget::ColumnName(name) => {
                    let column = self.known(table, &last_name(self.dialect(), name))?;
                    *name = plain_name(&column.name);
                    store(&mut assignment.value, column, false)?;
                }
                AssignmentTarget::Tuple(names) => {
                    for name in names {
                        *name = plain_name(&self.known(table, &last_name(self.dialect(), name))?.name);
                    }
                }
            }
        }
        Ok(())
    }

    /// Which columns of the answer hold booleans.
    fn booleans(&self, query: &Query) -> Vec<usize> {
        let SetExpr::Select(select) = query.body.as_ref() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut at = 0;
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                    if self.is_boolean(expr) {
                        found.push(at);
                    }
                    at += 1;
                }
                SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => {
                    let only = match item {
                        SelectItem::QualifiedWildcard(kind, _) => {
                            Some(kind.to_string().trim_end_matches(".*").replace('"', ""))
                        }
                        _ => None,
                    };
                    for join in select
                        .from
                        .iter()
                        .flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|j| &j.relation)))
                    {
                        let TableFactor::Table { name, alias, .. } = join else {
                            return found;
                        };
                        let table = last_name(self.dialect(), name);
                        let alias =
                            alias.as_ref().map_or_else(|| table.clone(), |alias| fold(self.dialect(), &alias.name));
                        if only.as_ref().is_some_and(|only| !only.eq_ignore_ascii_case(&alias)) {
                            continue;
                        }
                        let Some(table) = self.table(&table).filter(|_| !self.sources.ctes.contains(&table)) else {
                            return found;
                        };
                        for column in &table.columns {
                            if column.kind == Kind::Boolean {
                                found.push(at);
                            }
                            at += 1;
                        }
                    }
                }
                SelectItem::ExprWithAliases { .. } => return found,
            }
        }
        found
    }

    fn is_boolean(&self, expr: &Expr) -> bool {
        use BinaryOperator as B;
        match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                self.column(expr).is_some_and(|column| column.kind == Kind::Boolean)
            }
            Expr::Nested(inner) | Expr::UnaryOp { op: UnaryOperator::Not, expr: inner } => {
                matches!(expr, Expr::UnaryOp { .. }) || self.is_boolean(inner)
            }
            Expr::BinaryOp { op, .. } => {
                matches!(op, B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq | B::And | B::Or)
            }
            Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::Exists { .. }
            | Expr::InList { .. }
            | Expr::InSubquery { .. }
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::IsTrue(_)
            | Expr::IsFalse(_) => true,
            Expr::Value(value) => matches!(value.value, Value::Boolean(_)),
            Expr::Cast { data_type, .. } => matches!(data_type, DataType::Boolean | DataType::Bool),
            _ => false,
        }
    }
}

/// `WHERE` of an `UPDATE` or `DELETE` that has an order and a limit.
fn picked_rows(
    table: &Table,
    selection: Option<Expr>,
    order: &[sqlparser::ast::OrderByExpr],
    limit: Option<Expr>,
) -> String {
    let key: Vec<String> = match table.primary_key() {
        Some(key) => key.columns.iter().map(|name| quoted(name)).collect(),
        None => vec!["rowid".into()],
    };
    let mut text = format!("({0}) IN (SELECT {0} FROM {1}", key.join(", "), quoted(&table.name));
    if let Some(selection) = selection {
        text.push_str(&format!(" WHERE {selection}"));
    }
    if !order.is_empty() {
        let order: Vec<String> = order.iter().map(ToString::to_string).collect();
        text.push_str(&format!(" ORDER BY {}", order.join(", ")));
    }
    if let Some(limit) = limit {
        text.push_str(&format!(" LIMIT {limit}"));
    }
    text.push(')');
    text
}

pub(super) fn quoted_ident(name: &str) -> Ident {
    Ident::with_quote('"', name)
}

pub(super) fn plain_name(name: &str) -> ObjectName {
    ObjectName(vec![ObjectNamePart::Identifier(quoted_ident(name))])
}

fn values(row: Vec<Expr>) -> Query {
    let row = sqlparser::ast::Parens {
        opening_token: AttachedToken::empty(),
        content: row,
        closing_token: AttachedToken::empty(),
    };
    let body = SetExpr::Values(sqlparser::ast::Values { explicit_row: false, value_keyword: false, rows: vec![row] });
    Query {
        with: None,
        body: Box::new(body),
        order_by: None,
        limit_clause: None,
        fetch: None,
        locks: Vec::new(),
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: Vec::new(),
    }
}

fn store_all(body: &mut SetExpr, columns: &[&Column], counted: bool) -> Result<(), DbError> {
    match body {
        SetExpr::Values(values) => {
            for row in &mut values.rows {
                for (value, column) in row.content.iter_mut().zip(columns) {
                    store(value, column, counted)?;
                }
            }
        }
        SetExpr::Select(select) => {
            let plain = select
                .projection
                .iter()
                .all(|item| matches!(item, SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. }));
            if plain {
                for (item, column) in select.projection.iter_mut().zip(columns) {
                    if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                        store(expr, column, counted)?;
                    }
                }
            }
        }
        SetExpr::SetOperation { left, right, .. } => {
            store_all(left, columns, counted)?;
            store_all(right, columns, counted)?;
        }
        SetExpr::Query(query) => store_all(&mut query.body, columns, counted)?,
        _ => {}
    }
    Ok(())
}

/// Gives a value the form its column is stored in. `counted`: given keys move the key generator, and null asks it for
/// one, as MySQL and SQLite do; PostgreSQL's sequences do not look.
fn store(value: &mut Expr, column: &Column, counted: bool) -> Result<(), DbError> {
    let is_default = matches!(value, Expr::Value(v) if matches!(&v.value, Value::Placeholder(p) if p == DEFAULT));
    if is_default {
        *value = raw(column.lowered_default.clone().unwrap_or_else(|| "NULL".into()));
        return Ok(());
    }
    if column.always {
        return Err(DbError::new(
            DbErrorKind::Syntax,
            format!("the column {} is GENERATED ALWAYS, so no value can be given for it", column.name),
        ));
    }
    if let (Some(sequence), true) = (column.sequence, counted) {
        *value = raw(format!("belt_auto({sequence}, {value})"));
    } else if let Some(text) = column.kind.coerced(&value.to_string()) {
        *value = raw(text);
    }
    Ok(())
}
