//! What queries answer: the names and kinds of their columns, as far as these can be told without running them.
//!
//! SQLite has no booleans and stores times as numbers. So what an outer query does with the columns of an inner one, and
//! what the learner reads, hangs on where they came from.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Statement, TableAlias, TableFactor,
    Visit, Visitor,
};

use super::Lowering;
use crate::sql::Kind;
use crate::sql::names::{fold, last_name};
use crate::sql::rewrite::output_name;

/// Name and kind of each column.
pub(in crate::sql) type Shape = Vec<(String, Option<Kind>)>;

struct Collector<'l, 'a>(&'l mut Lowering<'a>);

impl Visitor for Collector<'_, '_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            if let Some(shape) = self.0.outputs(&cte.query) {
                self.0.shapes.push((fold(self.0.dialect(), &cte.alias.name), self.0.renamed(shape, &cte.alias)));
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Derived { subquery, alias: Some(alias), .. } = factor
            && let Some(shape) = self.0.outputs(subquery)
        {
            self.0.shapes.push((fold(self.0.dialect(), &alias.name), self.0.renamed(shape, alias)));
        }
        ControlFlow::Continue(())
    }
}

impl Lowering<'_> {
    pub(super) fn collect_shapes(&mut self, statement: &Statement) {
        let _ = Visit::visit(statement, &mut Collector(self));
    }

    fn renamed(&self, shape: Shape, alias: &TableAlias) -> Shape {
        let mut names = alias.columns.iter().map(|column| fold(self.dialect(), &column.name));
        shape.into_iter().map(|(name, kind)| (names.next().unwrap_or(name), kind)).collect()
    }

    /// The columns a query answers.
    pub(in crate::sql) fn outputs(&self, query: &Query) -> Option<Shape> {
        self.body_outputs(&query.body)
    }

    fn body_outputs(&self, body: &SetExpr) -> Option<Shape> {
        match body {
            SetExpr::Select(select) => self.select_outputs(select),
            SetExpr::Query(query) => self.outputs(query),
            SetExpr::SetOperation { left, right, .. } => {
                let left = self.body_outputs(left)?;
                let right = self.body_outputs(right).unwrap_or_default();
                let mut others = right.into_iter().map(|(_, kind)| kind);
                Some(left.into_iter().map(|(name, kind)| (name, kind.or(others.next().flatten()))).collect())
            }
            SetExpr::Values(values) => {
                let row = values.rows.first()?;
                let name = |at: usize| format!("column{}", at + 1);
                Some(row.content.iter().enumerate().map(|(at, value)| (name(at), self.result_kind(value))).collect())
            }
            SetExpr::Insert(inner) | SetExpr::Update(inner) | SetExpr::Delete(inner) => self.returned(inner),
            SetExpr::Table(_) | SetExpr::Merge(_) => None,
        }
    }

    /// The columns of `RETURNING`.
    pub(super) fn returned(&self, statement: &Statement) -> Option<Shape> {
        let (items, table) = match statement {
            Statement::Insert(insert) => (insert.returning.as_ref()?, insert.table.to_string()),
            Statement::Update(update) => (update.returning.as_ref()?, self.target(&update.table.relation).ok()?),
            Statement::Delete(delete) => {
                let from = match &delete.from {
                    sqlparser::ast::FromTable::WithFromKeyword(from)
                    | sqlparser::ast::FromTable::WithoutKeyword(from) => from,
                };
                (delete.returning.as_ref()?, self.target(&from.first()?.relation).ok()?)
            }
            _ => return None,
        };
        let table = self.schema.table(&table)?;
        let mut shape = Shape::new();
        for item in items {
            match item {
                SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => {
                    shape.extend(table.columns.iter().map(|column| (column.name.clone(), Some(column.kind.clone()))));
                }
                item => shape.push(self.item(item)?),
            }
        }
        Some(shape)
    }

    fn item(&self, item: &SelectItem) -> Option<(String, Option<Kind>)> {
        let dialect = self.dialect();
        match item {
            SelectItem::UnnamedExpr(expr) => Some((output_name(expr, dialect)?, self.result_kind(expr))),
            SelectItem::ExprWithAlias { expr, alias } => Some((fold(dialect, alias), self.result_kind(expr))),
            _ => None,
        }
    }

    fn select_outputs(&self, select: &Select) -> Option<Shape> {
        let mut shape = Shape::new();
        for item in &select.projection {
            let only = match item {
                SelectItem::Wildcard(_) => None,
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    Some(last_name(self.dialect(), name))
                }
                item => {
                    shape.push(self.item(item)?);
                    continue;
                }
            };
            for from in &select.from {
                for factor in std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)) {
                    let (alias, columns) = self.factor(factor)?;
                    if only.as_ref().is_none_or(|only| only.eq_ignore_ascii_case(&alias)) {
                        shape.extend(columns);
                    }
                }
            }
        }
        Some(shape)
    }

    /// The name a source goes by, and its columns.
    fn factor(&self, factor: &TableFactor) -> Option<(String, Shape)> {
        let dialect = self.dialect();
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let name = last_name(dialect, name);
                let columns = match self.shape(&name) {
                    Some(shape) => shape.clone(),
                    None => {
                        let table = self.table(&name)?;
                        table.columns.iter().map(|column| (column.name.clone(), Some(column.kind.clone()))).collect()
                    }
                };
                Some((alias.as_ref().map_or(name, |alias| fold(dialect, &alias.name)), columns))
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let shape = self.outputs(subquery)?;
                Some(match alias {
                    Some(alias) => (fold(dialect, &alias.name), self.renamed(shape, alias)),
                    None => (String::new(), shape),
                })
            }
            _ => None,
        }
    }

    /// The names of a source's columns.
    pub(in crate::sql) fn names_of(&self, factor: &TableFactor) -> Option<Vec<String>> {
        self.factor(factor).map(|(_, columns)| columns.into_iter().map(|(name, _)| name).collect())
    }

    pub(in crate::sql) fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, shape)| shape)
    }

    /// The kind of a column of an inner query.
    pub(in crate::sql) fn shaped(&self, expr: &Expr) -> Option<Kind> {
        let dialect = self.dialect();
        match expr {
            Expr::Identifier(name) => {
                let name = fold(dialect, name);
                let mut found = self.shapes.iter().flat_map(|(_, shape)| shape).filter(|(known, _)| *known == name);
                let kind = found.next()?.1.clone();
                found.all(|(_, other)| *other == kind).then_some(kind)?
            }
            Expr::CompoundIdentifier(parts) => {
                let [.., table, name] = parts.as_slice() else {
                    return None;
                };
                let (table, name) = (fold(dialect, table), fold(dialect, name));
                let source = self.sources.tables.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(&table));
                let shape = self.shape(&table).or_else(|| self.shape(&source?.1))?;
                shape.iter().find(|(known, _)| *known == name)?.1.clone()
            }
            _ => None,
        }
    }
}
