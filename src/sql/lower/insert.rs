//! `INSERT` in one form: named columns, `ON CONFLICT`, and `DEFAULT` marked for later, whatever the dialect wrote.

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    AssignmentTarget, ConflictTarget, DoUpdate, Expr, Ident, Insert, OnConflict, OnConflictAction, OnInsert, Query,
    SetExpr, TableObject, Value,
};

use super::Lowering;
use super::store::DEFAULT;
use crate::sql::model::Table;
use crate::sql::names::{fold, last_name, plain_name, quoted, quoted_ident};
use crate::sql::parse::{OVERRIDING, PARTIAL};
use crate::sql::{DbError, DbErrorKind, Dialect, SqlProblem, tables};

impl Lowering<'_> {
    pub(super) fn prepare_insert(&mut self, insert: &mut Insert) -> Result<String, DbError> {
        let dialect = self.dialect();
        let TableObject::TableName(name) = &insert.table else {
            return Err(SqlProblem::unsupported(
                "inserting into something that is not a table is not something belt can run",
            )
            .into());
        };
        foreign(insert, dialect)?;
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
        let given = insert.columns.len();
        insert.columns.retain(|column| last_name(Dialect::Sqlite, column) != OVERRIDING);
        self.overriding = insert.columns.len() < given;
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
                    let partial = columns.iter().any(|column| column.value == PARTIAL);
                    columns.retain(|column| column.value != PARTIAL);
                    for column in columns.iter_mut() {
                        *column = quoted_ident(&self.known(table, &fold(dialect, column))?.name);
                    }
                    if partial && let Some(target) = self.partial_target(table, columns)? {
                        *columns = vec![target];
                    } else if let Some(target) = null_target(table, columns) {
                        *columns = vec![target];
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

    /// Columns and condition of the partial unique index over these columns, as they stand between the brackets.
    fn partial_target(&self, table: &Table, columns: &[Ident]) -> Result<Option<Ident>, DbError> {
        let wanted: Vec<Option<&str>> = columns.iter().map(|column| Some(column.value.as_str())).collect();
        let index = table.indexes.iter().filter(|index| index.unique).find(|index| {
            index.parts.len() == wanted.len() && index.parts.iter().all(|part| wanted.contains(&part.column.as_deref()))
        });
        let Some(condition) = index.and_then(|index| index.predicate_expr.as_ref()) else {
            return Ok(None);
        };
        let at = self.schema.tables.iter().position(|other| other.name == table.name).unwrap_or_default();
        let condition = super::expression(self.schema, at, condition)?;
        let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        // The printer puts the brackets around the whole.
        Ok(Some(Ident::new(format!("{}) WHERE ({condition}", columns.join(", ")))))
    }
}

/// What another database says about a key that is taken.
fn foreign(insert: &Insert, dialect: Dialect) -> Result<(), DbError> {
    let message = match (&insert.on, dialect) {
        (Some(OnInsert::DuplicateKeyUpdate(_)), Dialect::PostgreSql | Dialect::Sqlite) => {
            "has no ON DUPLICATE KEY UPDATE: write ON CONFLICT (...) DO UPDATE SET"
        }
        (Some(OnInsert::OnConflict(_)), Dialect::MySql) => "has no ON CONFLICT: write ON DUPLICATE KEY UPDATE",
        _ => return Ok(()),
    };
    Err(DbError::new(DbErrorKind::Syntax, format!("{} {message}", dialect.name())))
}

/// `NULLS NOT DISTINCT` is an index over expressions, and a conflict with it has to name these.
fn null_target(table: &Table, columns: &[Ident]) -> Option<Ident> {
    let same =
        |names: &[&str]| names.len() == columns.len() && columns.iter().all(|c| names.contains(&c.value.as_str()));
    let unique = table.uniques.iter().filter(|unique| unique.nulls_not_distinct);
    let unique = unique.map(|unique| unique.columns.iter().map(String::as_str).collect::<Vec<_>>());
    let indexes = table.indexes.iter().filter(|index| index.unique && index.nulls_not_distinct);
    let indexes = indexes.filter_map(|index| index.parts.iter().map(|part| part.column.as_deref()).collect());
    let found = unique.chain(indexes).find(|names| same(names))?;
    let parts: Vec<String> = found.iter().map(|name| tables::null_as_value(&quoted(name))).collect();
    Some(Ident::new(parts.join(", ")))
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
