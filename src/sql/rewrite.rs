//! The rewriting itself: each expression, select and query of the learner's dialect, bottom up.

mod calls;
mod distinct;
mod expressions;
mod foreign;
mod from;
mod grouping;
mod kinds;
mod moments;
mod operators;
mod quantified;
mod renamed;
mod single;

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Distinct, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments,
    GroupByExpr, Ident, JoinOperator, LimitClause, LockType, NonBlock, ObjectName, Offset, OffsetRows, OrderByKind,
    OrderBySort, Query, Select, SelectItem, SetExpr, SetOperator, SetQuantifier, Statement, TableAlias, TableFactor,
    Value, VisitorMut,
};

use super::lower::{Lowering, raw, steps};
use super::names::{fold, last_name, plain_name, quoted_ident};
use super::{DbError, DbErrorKind, Dialect, Kind, Locking, groups, parse};
use calls::units_as_text;
pub(super) use from::Scope;
pub(super) use moments::EXACT;

type Step = ControlFlow<DbError>;

const ON: Step = ControlFlow::Continue(());

fn unsupported(what: impl std::fmt::Display) -> Step {
    ControlFlow::Break(DbError::new(DbErrorKind::Unsupported, format!("{what} is not something belt can run")))
}

impl VisitorMut for Lowering<'_> {
    type Break = DbError;

    fn pre_visit_query(&mut self, query: &mut Query) -> Step {
        self.scopes.push(Scope::default());
        grouping::spread(query, self.dialect())?;
        if query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty()
        {
            return unsupported("this clause at the end of the query");
        }
        for lock in std::mem::take(&mut query.locks) {
            self.locking = Some(Locking {
                for_update: lock.lock_type == LockType::Update,
                skip_locked: lock.nonblock == Some(NonBlock::SkipLocked),
                nowait: lock.nonblock == Some(NonBlock::Nowait),
            });
        }
        if let Some(with) = &mut query.with {
            for cte in &mut with.cte_tables {
                self.rename(&mut cte.alias.name);
                for column in &mut cte.alias.columns {
                    let dialect = self.dialect();
                    column.name = quoted_ident(&fold(dialect, &column.name));
                }
            }
        }
        if let Some(fetch) = query.fetch.take() {
            if fetch.with_ties || fetch.percent {
                return unsupported("FETCH with ties or percent");
            }
            let offset = match query.limit_clause.take() {
                Some(LimitClause::LimitOffset { offset, .. }) => offset,
                _ => None,
            };
            let limit = fetch.quantity.or_else(|| Some(raw("1".into())));
            query.limit_clause = Some(LimitClause::LimitOffset { limit, offset, limit_by: Vec::new() });
        }
        match &mut query.limit_clause {
            Some(LimitClause::LimitOffset { limit: limit @ None, offset: Some(_), .. }) => {
                *limit = Some(raw("-1".into()))
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => {
                let offset = Offset { value: offset.clone(), rows: OffsetRows::None };
                query.limit_clause = Some(LimitClause::LimitOffset {
                    limit: Some(limit.clone()),
                    offset: Some(offset),
                    limit_by: Vec::new(),
                });
            }
            _ => {}
        }
        if let Some(LimitClause::LimitOffset { offset: Some(offset), .. }) = &mut query.limit_clause {
            offset.rows = OffsetRows::None;
        }
        if self.dialect() == Dialect::PostgreSql
            && let Some(order) = &mut query.order_by
            && let OrderByKind::Expressions(terms) = &mut order.kind
        {
            for term in terms {
                let nullable = self.column(&term.expr).is_none_or(|column| column.nullable)
                    && matches!(term.expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
                if nullable && term.options.nulls_first.is_none() && self.column(&term.expr).is_some() {
                    // PostgreSQL holds null to be larger than everything; SQLite smaller.
                    term.options.nulls_first = Some(term.options.sort == Some(OrderBySort::Desc));
                }
            }
        }
        ON
    }

    fn post_visit_query(&mut self, query: &mut Query) -> Step {
        self.scopes.pop();
        unbracket(&mut query.body)?;
        distinct::on(query)
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> Step {
        if select.into.is_some() {
            return unsupported("SELECT INTO");
        }
        if matches!(select.distinct, Some(Distinct::All)) {
            select.distinct = None;
        }
        if select.top.is_some() {
            return unsupported("SELECT TOP, which is T-SQL's,").map_break(|mut error| {
                error.message.push_str(": write LIMIT at the end");
                error
            });
        }
        if !select.lateral_views.is_empty()
            || select.prewhere.is_some()
            || select.qualify.is_some()
            || !select.connect_by.is_empty()
        {
            return unsupported("this form of SELECT");
        }
        // `EXISTS (SELECT FROM ...)`.
        if select.projection.is_empty() && self.dialect() == Dialect::PostgreSql {
            select.projection.push(SelectItem::UnnamedExpr(Expr::value(Value::Number("1".into(), false))));
        }
        select.select_modifiers = None;
        select.optimizer_hints.clear();
        if let GroupByExpr::All(_) = select.group_by {
            return unsupported("GROUP BY ALL");
        }
        if let GroupByExpr::Expressions(_, modifiers) = &select.group_by
            && !modifiers.is_empty()
        {
            return unsupported("GROUP BY with modifiers");
        }
        for from in &mut select.from {
            for join in &mut from.joins {
                match &mut join.join_operator {
                    JoinOperator::StraightJoin(constraint) => {
                        join.join_operator = JoinOperator::Inner(constraint.clone())
                    }
                    JoinOperator::Join(_)
                    | JoinOperator::Inner(_)
                    | JoinOperator::Left(_)
                    | JoinOperator::LeftOuter(_)
                    | JoinOperator::Right(_)
                    | JoinOperator::RightOuter(_)
                    | JoinOperator::FullOuter(_)
                    | JoinOperator::CrossJoin(_) => {}
                    _ => return unsupported("this kind of join"),
                }
            }
        }
        self.compute_select(select)?;
        if let Err(error) = groups::check(self, select) {
            return ControlFlow::Break(error);
        }
        let dialect = self.dialect();
        for item in &mut select.projection {
            match item {
                SelectItem::ExprWithAlias { alias, .. } => *alias = quoted_ident(&fold(dialect, alias)),
                SelectItem::UnnamedExpr(expr) => {
                    if let Some(name) = output_name(expr, dialect) {
                        *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: quoted_ident(&name) };
                    }
                }
                SelectItem::QualifiedWildcard(..) | SelectItem::Wildcard(_) => {}
                SelectItem::ExprWithAliases { .. } => {
                    return unsupported("several aliases for one expression");
                }
            }
        }
        ON
    }

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> Step {
        let name = last_name(self.dialect(), relation);
        *relation = plain_name(&name);
        ON
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> Step {
        match factor {
            TableFactor::Table { name, alias, args, index_hints, partitions, sample, with_hints, version, .. } => {
                if sample.is_some() || version.is_some() {
                    return unsupported("a part of a table, or a table of another time,");
                }
                if args.is_some() {
                    return ON;
                }
                index_hints.clear();
                partitions.clear();
                with_hints.clear();
                if let Some(alias) = alias {
                    self.rename(&mut alias.name);
                    // SQLite asks for the word in UPDATE and DELETE.
                    alias.explicit = true;
                }
                let table = last_name(self.dialect(), name);
                if self.changed.contains(&table) {
                    alias.get_or_insert_with(|| named(&table));
                    *name = plain_name(&steps::before(&table));
                    if !self.before.contains(&table) {
                        self.before.push(table);
                    }
                }
                ON
            }
            TableFactor::Derived { lateral, subquery, alias, .. } => {
                if *lateral {
                    return unsupported("LATERAL without a name");
                }
                if let Some(alias) = alias {
                    self.rename(&mut alias.name);
                    if !alias.columns.is_empty() {
                        let columns = std::mem::take(&mut alias.columns).into_iter().map(|column| column.name);
                        from::name_columns(subquery, columns.collect());
                    }
                }
                ON
            }
            TableFactor::NestedJoin { .. } => ON,
            other => unsupported(format!("{other} in FROM")),
        }
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> Step {
        self.moved(expr);
        match expr {
            // A query beside ANY and ALL answers as many rows as it likes.
            Expr::AnyOp { right, .. } | Expr::AllOp { right, .. } => {
                let mut inner = right.as_mut();
                while let Expr::Nested(nested) = inner {
                    inner = nested.as_mut();
                }
                if let Expr::Subquery(query) = inner {
                    let subquery = query.clone();
                    *inner = Expr::Exists { subquery, negated: false };
                }
                ON
            }
            // A date plus an interval is a time.
            Expr::BinaryOp { left, op: BinaryOperator::Plus | BinaryOperator::Minus, right }
                if matches!(right.as_ref(), Expr::Interval(_))
                    && self.column(left).is_none_or(|column| column.kind != Kind::Timestamp) =>
            {
                let inner = std::mem::replace(left.as_mut(), raw(String::new()));
                *left.as_mut() = call("belt_ts", vec![inner]);
                ON
            }
            Expr::Function(function) => units_as_text(function),
            _ => ON,
        }
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> Step {
        self.rewrite(expr)
    }
}

impl Lowering<'_> {
    fn rename(&self, ident: &mut Ident) {
        *ident = quoted_ident(&fold(self.dialect(), ident));
    }
}

/// SQLite takes no brackets around the parts of a `UNION`: those with an order or a limit become a table.
fn unbracket(body: &mut SetExpr) -> Step {
    match body {
        SetExpr::SetOperation { left, right, op, set_quantifier } => {
            if *op != SetOperator::Union && matches!(set_quantifier, SetQuantifier::All) {
                return unsupported(format!("{op} ALL"));
            }
            unbracket(left)?;
            unbracket(right)?;
        }
        SetExpr::Query(inner) => {
            let bare = inner.with.is_none() && inner.order_by.is_none() && inner.limit_clause.is_none();
            if bare && !matches!(inner.body.as_ref(), SetExpr::SetOperation { .. }) {
                *body = inner.body.as_ref().clone();
                return unbracket(body);
            }
            let template = "SELECT * FROM (SELECT 1)";
            let Ok(mut statements) = parse::statements(template, Dialect::Sqlite) else {
                return ON;
            };
            if let Some((Statement::Query(mut outer), _)) = statements.pop()
                && let SetExpr::Select(select) = outer.body.as_mut()
                && let Some(TableFactor::Derived { subquery, .. }) =
                    select.from.first_mut().map(|from| &mut from.relation)
            {
                std::mem::swap(subquery, inner);
                *body = *outer.body;
            }
        }
        _ => {}
    }
    ON
}

pub(super) fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let args = arguments.into_iter().map(|argument| FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))).collect();
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

fn named(name: &str) -> TableAlias {
    TableAlias { explicit: true, name: quoted_ident(name), columns: Vec::new(), at: None }
}

fn expr_take(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, raw(String::new()))
}

/// What the learner's database calls a column that has no name.
pub(super) fn output_name(expr: &Expr, dialect: Dialect) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(fold(dialect, name)),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| fold(dialect, name)),
        _ if dialect != Dialect::PostgreSql => Some(expr.to_string()),
        Expr::Function(function) => Some(last_name(dialect, &function.name).to_lowercase()),
        Expr::Cast { expr, .. } => output_name(expr, dialect),
        Expr::Nested(expr) => output_name(expr, dialect),
        Expr::Case { .. } => Some("case".into()),
        Expr::Exists { .. } => Some("exists".into()),
        Expr::Extract { .. } => Some("extract".into()),
        Expr::Floor { .. } => Some("floor".into()),
        Expr::Ceil { .. } => Some("ceil".into()),
        Expr::Substring { .. } => Some("substring".into()),
        Expr::Position { .. } => Some("position".into()),
        Expr::Trim { .. } => Some("btrim".into()),
        Expr::Array(_) => Some("array".into()),
        Expr::Tuple(_) => Some("row".into()),
        _ => Some("?column?".into()),
    }
}
