//! What a new name of a table or column changes elsewhere: conditions, indexes, keys, views.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Ident, ObjectName, Query, SelectItem, SetExpr, TableAlias, TableFactor, Visit, VisitMut, Visitor, VisitorMut,
};

use super::alter::missing;
use super::invalid;
use super::rebuild::Change;
use crate::sql::names::{fold, last_name};
use crate::sql::{DbError, Dialect};

pub(super) fn table(change: &mut Change, from: &str, to: &str) -> Result<(), DbError> {
    let schema = &mut change.model.schema;
    let dialect = schema.dialect;
    let taken = schema.tables.iter().any(|table| table.name.eq_ignore_ascii_case(to))
        || schema.views.iter().any(|view| view.name.eq_ignore_ascii_case(to));
    if taken && !from.eq_ignore_ascii_case(to) {
        return Err(invalid(format!("there is a table or view {to} already")));
    }
    let Some(found) =
        schema.tables.iter_mut().find(|table| table.name == from || table.name.eq_ignore_ascii_case(from))
    else {
        return Err(missing(from));
    };
    let from = std::mem::replace(&mut found.name, to.to_string());
    for key in schema.tables.iter_mut().flat_map(|table| &mut table.foreign_keys).filter(|key| key.table == from) {
        key.table = to.to_string();
    }
    // MySQL's views go on asking for the old name.
    if dialect != Dialect::MySql {
        for view in &mut schema.views {
            let _ = VisitMut::visit(view.query.as_mut(), &mut Table { dialect, from: &from, to });
        }
    }
    for trigger in change.model.triggers.iter_mut().filter(|trigger| trigger.table == from) {
        trigger.table = to.to_string();
    }
    let renamed = std::mem::take(&mut change.model.not_valid).into_iter();
    change.model.not_valid =
        renamed.map(|(table, name)| (if table == from { to.to_string() } else { table }, name)).collect();
    let carries = std::mem::take(&mut change.carries).into_iter();
    change.carries = carries
        .map(|(name, carry)| (if name == from { to.to_string() } else { name }, carry))
        .collect::<BTreeMap<_, _>>();
    Ok(())
}

/// Whether a query reads a table.
pub(super) fn reads(query: &Query, table: &str) -> bool {
    struct Reads<'a>(&'a str);
    impl Visitor for Reads<'_> {
        type Break = ();
        fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
            if last_name(Dialect::Sqlite, relation).eq_ignore_ascii_case(self.0) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
    }
    query.visit(&mut Reads(table)).is_break()
}

/// Whether a tree speaks of a column of this name.
pub(super) fn speaks_of<T: Visit>(tree: &T, dialect: Dialect, column: &str) -> bool {
    sqlparser::ast::visit_expressions(tree, |expr| {
        let name = match expr {
            Expr::Identifier(name) => Some(name),
            Expr::CompoundIdentifier(parts) => parts.last(),
            _ => None,
        };
        if name.is_some_and(|name| fold(dialect, name).eq_ignore_ascii_case(column)) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .is_break()
}

struct Table<'a> {
    dialect: Dialect,
    from: &'a str,
    to: &'a str,
}

impl VisitorMut for Table<'_> {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, .. } = factor
            && last_name(self.dialect, name) == self.from
        {
            *name = ObjectName::from(vec![Ident::with_quote(quote(self.dialect), self.to)]);
            // The query goes on calling it by its old name.
            alias.get_or_insert_with(|| TableAlias {
                explicit: true,
                name: Ident::with_quote(quote(self.dialect), self.from),
                columns: Vec::new(),
                at: None,
            });
        }
        ControlFlow::Continue(())
    }
}

fn quote(dialect: Dialect) -> char {
    if dialect == Dialect::MySql { '`' } else { '"' }
}

/// Puts a column's new name for the old one.
pub(super) struct Column<'a> {
    pub(super) dialect: Dialect,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
}

impl VisitorMut for Column<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let name = match expr {
            Expr::Identifier(name) => Some(name),
            Expr::CompoundIdentifier(parts) => parts.last_mut(),
            _ => None,
        };
        if let Some(name) = name
            && fold(self.dialect, name) == self.from
        {
            *name = Ident::with_quote(quote(self.dialect), self.to);
        }
        ControlFlow::Continue(())
    }
}

/// A view keeps its own columns' names when the table's change.
pub(super) fn column_in_view(query: &mut Query, renamed: &mut Column<'_>) {
    if let SetExpr::Select(select) = query.body.as_mut() {
        for item in &mut select.projection {
            let SelectItem::UnnamedExpr(expr) = &*item else { continue };
            let named = match expr {
                Expr::Identifier(name) => Some(name),
                Expr::CompoundIdentifier(parts) => parts.last(),
                _ => None,
            };
            if let Some(name) = named
                && fold(renamed.dialect, name) == renamed.from
            {
                let alias = Ident::with_quote(quote(renamed.dialect), renamed.from);
                *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
            }
        }
    }
    let _ = VisitMut::visit(query, renamed);
}
