//! Materialized views: tables that hold what their query answered when they were refreshed last.

use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Statement};

use super::steps::Part;
use super::{Lowered, Surroundings, lower_part, lower_statement, shapes};
use crate::sql::model::Schema;
use crate::sql::names::{fold, quoted};
use crate::sql::params::Slot;
use crate::sql::{DbError, DbErrorKind, SqlProblem, parse};

/// The columns a query answers.
pub(in crate::sql) fn columns(schema: &Schema, query: &Statement) -> Result<shapes::Shape, SqlProblem> {
    let lowered = lower_statement(schema, query.clone(), Vec::new(), &[]).map_err(|error| match error.kind {
        DbErrorKind::Unsupported => SqlProblem::unsupported(error.message),
        _ => SqlProblem::invalid(error.message),
    })?;
    if lowered.shape.is_empty() {
        return Err(SqlProblem::unsupported("a materialized view of this query is not something belt can run")
            .with_help("name its columns one by one"));
    }
    Ok(lowered.shape)
}

/// Whether a call is the parser's way to say `REFRESH MATERIALIZED VIEW`.
pub(in crate::sql) fn is_refresh(function: &Function) -> bool {
    function.name.to_string().trim_matches('"') == parse::REFRESH
}

/// `REFRESH MATERIALIZED VIEW`: the rows go, and the query's take their place.
pub(super) fn lower(schema: &Schema, function: &Function, slots: Vec<Slot>) -> Result<Lowered, DbError> {
    let arguments: &[FunctionArg] = match &function.args {
        FunctionArguments::List(list) => &list.args,
        FunctionArguments::None | FunctionArguments::Subquery(_) => &[],
    };
    let mut names = arguments.iter().filter_map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(name))) => Some(fold(schema.dialect, name)),
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::CompoundIdentifier(parts))) => {
            parts.last().map(|name| fold(schema.dialect, name))
        }
        _ => None,
    });
    let name = names.next().unwrap_or_default();
    let found = schema.materialized.iter().find(|(known, _)| *known == name).zip(schema.table(&name));
    let Some(((_, query), table)) = found else {
        return Err(DbError::new(DbErrorKind::MissingTable, format!("there is no materialized view {name}")));
    };
    if names.next().is_some() && table.unique_sets().is_empty() {
        return Err(DbError::new(
            DbErrorKind::Syntax,
            format!("{name} cannot be refreshed CONCURRENTLY: that takes a unique index over columns of all its rows"),
        ));
    }
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let text = format!("INSERT INTO {} ({}) SELECT 1", quoted(&name), columns.join(", "));
    let mut around = Surroundings { refreshes: true, ..Surroundings::default() };
    let Some((mut statement, _)) = parse::statements(&text, schema.dialect)?.pop() else {
        return Err(DbError::new(DbErrorKind::Unsupported, "REFRESH is not something belt can run here"));
    };
    if let Statement::Insert(insert) = &mut statement {
        insert.source = Some(query.clone());
    }
    let mut lowered = lower_part(schema, statement, slots, &mut around)?;
    let sql = format!("DELETE FROM {} RETURNING 1", quoted(&name));
    lowered.parts = vec![Part { name: "belt.gone".into(), columns: Vec::new(), own: None, sql }];
    Ok(lowered)
}
