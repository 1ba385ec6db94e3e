//! Sources that are functions, and `LATERAL`: both become `json_each`, whose argument may speak of the tables before it.

mod calling;
mod records;

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Query, Select, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, Statement, TableAlias, TableFactor, TableFunctionArgs, TableWithJoins,
    WildcardAdditionalOptions,
};

use self::calling::ROWS;
use super::{ON, Step, named, unsupported};
use crate::sql::lower::Lowering;
use crate::sql::names::{fold, last_name, plain_name, quoted, quoted_ident};
use crate::sql::{Dialect, Kind, parse};

/// A source whose columns are expressions.
#[derive(Debug, Clone)]
pub(in crate::sql) struct Computed {
    alias: String,
    /// Name and finished expression.
    columns: Vec<(String, String)>,
}

/// What a query's names may mean: the columns its tables have, and its computed sources.
#[derive(Debug, Default)]
pub(in crate::sql) struct Scope {
    /// Source and column.
    columns: Vec<(String, String)>,
    computed: Vec<Computed>,
}

impl Lowering<'_> {
    /// Gives every source among these that is a function the form SQLite knows.
    pub(in crate::sql) fn compute_sources(&mut self, from: &mut [TableWithJoins]) -> Step {
        for from in from {
            let factors =
                std::iter::once(&mut from.relation).chain(from.joins.iter_mut().map(|join| &mut join.relation));
            for factor in factors {
                self.compute(factor)?;
            }
        }
        ON
    }

    pub(super) fn compute_select(&mut self, select: &mut Select) -> Step {
        if self.dialect() == Dialect::PostgreSql {
            self.rows_in_list(select)?;
        }
        let factors = select
            .from
            .iter()
            .flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)));
        let plain = factors.filter(|factor| !matches!(factor, TableFactor::Derived { lateral: true, .. }));
        let mut columns = Vec::new();
        for (alias, names) in plain.filter_map(|factor| Some((self.alias(factor), self.names_of(factor)?))) {
            let alias = alias.unwrap_or_default();
            columns.extend(names.into_iter().map(|name| (alias.clone(), name)));
        }
        self.within(columns);
        let before = self.scope().computed.len();
        self.compute_sources(&mut select.from)?;
        let distinct = matches!(select.distinct, Some(sqlparser::ast::Distinct::On(_)));
        if self.scope().computed.len() > before || distinct {
            self.write_out(select);
        }
        ON
    }

    /// Columns that names mean before they mean a computed one.
    pub(in crate::sql) fn within(&mut self, columns: Vec<(String, String)>) {
        self.scope().columns.extend(columns);
    }

    fn scope(&mut self) -> &mut Scope {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::default());
        }
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }

    fn compute(&mut self, factor: &mut TableFactor) -> Step {
        let dialect = self.dialect();
        let (name, args, alias, counted) = match factor {
            TableFactor::UNNEST { alias, array_exprs, with_ordinality, .. } => {
                ("unnest".to_string(), std::mem::take(array_exprs), alias.take(), *with_ordinality)
            }
            TableFactor::Table { name, alias, args: Some(args), with_ordinality, .. } => {
                let Some(given) = plain(&args.args) else {
                    return unsupported(format!("{name} with such arguments"));
                };
                (last_name(dialect, name).to_ascii_lowercase(), given, alias.take(), *with_ordinality)
            }
            TableFactor::Function { name, args, alias, with_ordinality, .. } => {
                let Some(given) = plain(args) else {
                    return unsupported(format!("{name} with such arguments"));
                };
                (last_name(dialect, name).to_ascii_lowercase(), given, alias.take(), *with_ordinality)
            }
            TableFactor::Derived { lateral: true, subquery, alias: Some(alias), .. } => {
                let alias = alias.clone();
                return match self.lateral(subquery, &alias) {
                    Some(new) => {
                        *factor = new;
                        ON
                    }
                    None => unsupported(format!(
                        "this LATERAL query: give each of its columns a name, or write it as a subquery; {}",
                        alias.name
                    )),
                };
            }
            TableFactor::JsonTable { .. } => return self.json_table(factor),
            _ => return ON,
        };
        if dialect == Dialect::Sqlite {
            // These are SQLite's own.
            if !matches!(name.as_str(), "json_each" | "json_tree") {
                return unsupported(format!("{name}() in FROM"));
            }
            *factor = over(&name, args, alias.unwrap_or_else(|| named(&name)));
            return ON;
        }
        let alias = alias.unwrap_or_else(|| named(&name));
        let shown = fold(dialect, &alias.name);
        if dialect == Dialect::PostgreSql && records::RECORDS.contains(&name.as_str()) {
            return self.records(&name, args, &alias, factor);
        }
        let known = (dialect == Dialect::PostgreSql && ROWS.contains(&name.as_str()))
            .then(|| self.calling(&name, args, &quoted(&shown)));
        let Some(Some(calling)) = known else {
            return unsupported(format!("{name}() in FROM"));
        };
        let mut given = alias.columns.iter().map(|column| fold(dialect, &column.name));
        let mut columns: Vec<(String, String)> = Vec::new();
        for (column, text) in calling.columns {
            let column = match column {
                // PostgreSQL calls the only column by the alias.
                "" => shown.clone(),
                column => column.to_string(),
            };
            columns.push((given.next().unwrap_or(column), text));
        }
        if counted {
            let place = format!("({}.key + 1)", quoted(&shown));
            columns.push((given.next().unwrap_or_else(|| "ordinality".into()), place));
        }
        self.scope().computed.push(Computed { alias: shown.clone(), columns });
        *factor = over("json_each", vec![calling.over], named(&shown));
        ON
    }

    /// `LATERAL (SELECT ...) alias`: the rows as one JSON array, made anew for each row before it.
    fn lateral(&mut self, subquery: &mut Box<Query>, alias: &TableAlias) -> Option<TableFactor> {
        let shown = fold(self.dialect(), &alias.name);
        let shape = self.outputs(subquery)?;
        let inner: Vec<String> = shape.iter().map(|(name, _)| quoted(name)).collect();
        let text = format!("SELECT json_group_array(json_array({})) FROM (SELECT 1)", inner.join(", "));
        let mut rows = query(&text)?;
        if let SetExpr::Select(select) = rows.body.as_mut()
            && let Some(TableFactor::Derived { subquery: place, .. }) =
                select.from.first_mut().map(|from| &mut from.relation)
        {
            std::mem::swap(place, subquery);
        }
        let mut given = alias.columns.iter().map(|column| fold(self.dialect(), &column.name));
        let column = |(at, (name, _)): (usize, (String, Option<Kind>))| {
            (given.next().unwrap_or(name), format!("({}.value ->> {at})", quoted(&shown)))
        };
        let columns = shape.into_iter().enumerate().map(column).collect();
        self.scope().computed.push(Computed { alias: shown.clone(), columns });
        Some(over("json_each", vec![Expr::Subquery(rows)], named(&shown)))
    }

    /// What a name of a computed column stands for.
    pub(super) fn computed(&self, expr: &Expr) -> Option<String> {
        let dialect = self.dialect();
        match expr {
            Expr::CompoundIdentifier(parts) => {
                let [.., table, name] = parts.as_slice() else {
                    return None;
                };
                let (table, name) = (fold(dialect, table), fold(dialect, name));
                let source = self.computed_source(&table)?;
                source.columns.iter().find(|(known, _)| *known == name).map(|(_, text)| text.clone())
            }
            Expr::Identifier(name) => {
                let name = fold(dialect, name);
                for scope in self.scopes.iter().rev() {
                    if scope.columns.iter().any(|(_, known)| *known == name) {
                        return None;
                    }
                    let mut columns = scope.computed.iter().flat_map(|source| &source.columns);
                    if let Some((_, text)) = columns.find(|(known, _)| *known == name) {
                        return Some(text.clone());
                    }
                    // The row of a source of one column is that column.
                    let source = scope.computed.iter().find(|source| source.alias == name);
                    if let Some([(_, text)]) = source.map(|source| source.columns.as_slice()) {
                        return Some(text.clone());
                    }
                }
                None
            }
            _ => None,
        }
    }

    /// A name that `json_each` has as well, with its source before it.
    pub(super) fn told_apart(&self, expr: &Expr) -> Option<Expr> {
        let Expr::Identifier(name) = expr else {
            return None;
        };
        let name = fold(self.dialect(), name);
        let scope = self.scopes.iter().rev().find(|scope| scope.columns.iter().any(|(_, known)| *known == name))?;
        if scope.computed.is_empty() || !JSON_EACH.contains(&name.as_str()) {
            return None;
        }
        let (source, _) = scope.columns.iter().find(|(source, known)| *known == name && !source.is_empty())?;
        Some(Expr::CompoundIdentifier(vec![quoted_ident(source), quoted_ident(&name)]))
    }

    fn computed_source(&self, alias: &str) -> Option<&Computed> {
        let mut sources = self.scopes.iter().rev().flat_map(|scope| &scope.computed);
        sources.find(|source| source.alias.eq_ignore_ascii_case(alias))
    }

    /// `SELECT unnest(...)`: what answers rows in the list becomes a source.
    fn rows_in_list(&mut self, select: &mut Select) -> Step {
        let mut arrays: Vec<Expr> = Vec::new();
        let mut other: Option<Function> = None;
        let mut calls = 0;
        for item in &mut select.projection {
            let (expr, alias) = match item {
                SelectItem::UnnamedExpr(expr) => (expr, None),
                SelectItem::ExprWithAlias { expr, alias } => (expr, Some(alias.clone())),
                _ => continue,
            };
            let Expr::Function(function) = expr else {
                continue;
            };
            let name = last_name(self.dialect(), &function.name).to_ascii_lowercase();
            if !ROWS.contains(&name.as_str()) || matches!(name.as_str(), "json_each" | "jsonb_each") {
                continue;
            }
            calls += 1;
            let column = quoted_ident(&format!("c{calls}"));
            if let ("unnest", FunctionArguments::List(list)) = (name.as_str(), &function.args)
                && let Some(given) = plain(&list.args)
            {
                arrays.extend(given);
            } else {
                other = Some(function.clone());
            }
            *item = SelectItem::ExprWithAlias {
                expr: Expr::CompoundIdentifier(vec![quoted_ident(ROWS_ALIAS), column]),
                alias: alias.unwrap_or_else(|| quoted_ident(&name)),
            };
        }
        let mut alias = named(ROWS_ALIAS);
        let column =
            |at: usize| sqlparser::ast::TableAliasColumnDef { name: quoted_ident(&format!("c{at}")), data_type: None };
        alias.columns = (1..=calls).map(column).collect();
        let relation = match (arrays.is_empty(), other) {
            (true, None) => return ON,
            (false, None) => TableFactor::UNNEST {
                alias: Some(alias),
                array_exprs: arrays,
                with_offset: false,
                with_offset_alias: None,
                with_ordinality: false,
            },
            (true, Some(function)) if calls == 1 => {
                let FunctionArguments::List(list) = function.args else {
                    return unsupported(format!("{} here", function.name));
                };
                let (name, args) = (function.name, list.args);
                TableFactor::Function { lateral: false, name, args, with_ordinality: false, alias: Some(alias) }
            }
            _ => return unsupported("several functions that answer rows in one list"),
        };
        select.from.push(TableWithJoins { relation, joins: Vec::new() });
        ON
    }

    /// `*` as the columns it stands for, where a source is computed or each column has to have a name.
    fn write_out(&self, select: &mut Select) {
        let mut items = Vec::new();
        for item in std::mem::take(&mut select.projection) {
            let only = match &item {
                SelectItem::Wildcard(_) => None,
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    Some(last_name(self.dialect(), name))
                }
                _ => {
                    items.push(item);
                    continue;
                }
            };
            for from in &select.from {
                for factor in std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)) {
                    let Some(alias) = self.alias(factor) else {
                        continue;
                    };
                    if only.as_ref().is_some_and(|only| !only.eq_ignore_ascii_case(&alias)) {
                        continue;
                    }
                    let computed = self.computed_source(&alias);
                    let names: Option<Vec<String>> = match computed {
                        Some(source) => Some(source.columns.iter().map(|(name, _)| name.clone()).collect()),
                        None => self.names_of(factor),
                    };
                    match names {
                        Some(names) => items.extend(names.into_iter().map(|name| SelectItem::ExprWithAlias {
                            expr: Expr::CompoundIdentifier(vec![quoted_ident(&alias), quoted_ident(&name)]),
                            alias: quoted_ident(&name),
                        })),
                        None => items.push(SelectItem::QualifiedWildcard(
                            SelectItemQualifiedWildcardKind::ObjectName(plain_name(&alias)),
                            WildcardAdditionalOptions::default(),
                        )),
                    }
                }
            }
        }
        select.projection = items;
    }

    pub(in crate::sql) fn alias(&self, factor: &TableFactor) -> Option<String> {
        let dialect = self.dialect();
        match factor {
            TableFactor::Table { name, alias, .. } => {
                Some(alias.as_ref().map_or_else(|| last_name(dialect, name), |alias| fold(dialect, &alias.name)))
            }
            TableFactor::Derived { alias: Some(alias), .. } => Some(fold(dialect, &alias.name)),
            _ => None,
        }
    }
}

/// The columns of `json_each`.
const JSON_EACH: &[&str] = &["key", "value", "type", "atom", "id", "parent", "fullkey", "path", "json", "root"];

/// What the rows of functions in a list go by.
const ROWS_ALIAS: &str = "belt.rows";

fn plain(args: &[FunctionArg]) -> Option<Vec<Expr>> {
    args.iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
            _ => None,
        })
        .collect()
}

fn over(name: &str, args: Vec<Expr>, alias: TableAlias) -> TableFactor {
    let args = args.into_iter().map(|argument| FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))).collect();
    TableFactor::Table {
        name: plain_name(name),
        alias: Some(TableAlias { columns: Vec::new(), ..alias }),
        args: Some(TableFunctionArgs { args, settings: None }),
        with_hints: Vec::new(),
        version: None,
        with_ordinality: false,
        partitions: Vec::new(),
        json_path: None,
        sample: None,
        index_hints: Vec::new(),
    }
}

fn query(text: &str) -> Option<Box<Query>> {
    match parse::statements(text, Dialect::Sqlite).ok()?.pop()? {
        (Statement::Query(query), _) => Some(query),
        _ => None,
    }
}

/// `(...) AS v (a, b)`: SQLite names columns behind `WITH` only.
pub(super) fn name_columns(subquery: &mut Box<Query>, columns: Vec<Ident>) {
    let Some(mut outer) = query("WITH \"belt.named\"(a) AS (SELECT 1) SELECT * FROM \"belt.named\"") else {
        return;
    };
    if let Some(cte) = outer.with.as_mut().and_then(|with| with.cte_tables.first_mut()) {
        std::mem::swap(&mut cte.query, subquery);
        let column = |name| sqlparser::ast::TableAliasColumnDef { name, data_type: None };
        cte.alias.columns = columns.into_iter().map(column).collect();
        *subquery = outer;
    }
}
