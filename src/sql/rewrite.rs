//! The rewriting itself: each expression, select and query of the learner's dialect, bottom up.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, DataType, Distinct, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, GroupByExpr, Ident, JoinOperator, LimitClause, LockType, NonBlock, ObjectName, Offset,
    OffsetRows, OrderByKind, OrderBySort, Query, Select, SelectItem, SetExpr, Statement, TableFactor, TrimWhereField,
    Value, ValueWithSpan, VisitorMut,
};

use super::ddl::{fold, last_name, literal};
use super::lower::{Lowering, plain_name, quoted_ident, raw, string};
use super::{DbError, DbErrorKind, Dialect, Kind, Locking, groups, parse, time, types};

type Step = ControlFlow<DbError>;

const ON: Step = ControlFlow::Continue(());

fn unsupported(what: impl std::fmt::Display) -> Step {
    ControlFlow::Break(DbError::new(DbErrorKind::Unsupported, format!("{what} is not something belt can run")))
}

impl VisitorMut for Lowering<'_> {
    type Break = DbError;

    fn pre_visit_query(&mut self, query: &mut Query) -> Step {
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
        unbracket(&mut query.body);
        ON
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> Step {
        if select.into.is_some() {
            return unsupported("SELECT INTO");
        }
        if matches!(select.distinct, Some(Distinct::On(_))) {
            return unsupported("DISTINCT ON");
        }
        if matches!(select.distinct, Some(Distinct::All)) {
            select.distinct = None;
        }
        if select.top.is_some()
            || !select.lateral_views.is_empty()
            || select.prewhere.is_some()
            || select.qualify.is_some()
            || !select.connect_by.is_empty()
        {
            return unsupported("this form of SELECT");
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
            TableFactor::Table { alias, args, index_hints, partitions, sample, with_hints, version, .. } => {
                if args.is_some() || sample.is_some() || version.is_some() {
                    return unsupported("a function in FROM");
                }
                index_hints.clear();
                partitions.clear();
                with_hints.clear();
                if let Some(alias) = alias {
                    self.rename(&mut alias.name);
                }
                ON
            }
            TableFactor::Derived { lateral, alias, .. } => {
                if *lateral {
                    return unsupported("LATERAL");
                }
                if let Some(alias) = alias {
                    self.rename(&mut alias.name);
                }
                ON
            }
            TableFactor::NestedJoin { .. } => ON,
            other => unsupported(format!("{other} in FROM")),
        }
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> Step {
        match expr {
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

    fn rewrite(&mut self, expr: &mut Expr) -> Step {
        let dialect = self.dialect();
        if let (Dialect::PostgreSql, Expr::Identifier(name)) = (dialect, &*expr)
            && let Some(column) = self.column(expr)
            && column.name != fold(dialect, name)
        {
            return ControlFlow::Break(DbError::new(
                DbErrorKind::MissingColumn,
                format!(
                    "there is no column {}; there is {:?}, and case counts in double quotes",
                    fold(dialect, name),
                    column.name
                ),
            ));
        }
        let new = match expr {
            // What is finished already has no quotes and is no name.
            Expr::Identifier(name) if name.quote_style.is_none() && !is_name(&name.value) => {
                return ON;
            }
            // MySQL's grammar takes `$1` for a name.
            Expr::Identifier(name)
                if name.quote_style.is_none()
                    && name.value.strip_prefix('$').is_some_and(|n| n.parse::<u32>().is_ok()) =>
            {
                raw(name.value.replace('$', "?"))
            }
            Expr::Identifier(name) => {
                let name = fold(dialect, name);
                if dialect != Dialect::Sqlite
                    && ["rowid", "oid", "_rowid_"].contains(&name.to_ascii_lowercase().as_str())
                    && self.column(expr).is_none()
                {
                    return ControlFlow::Break(DbError::new(
                        DbErrorKind::MissingColumn,
                        format!("there is no column {name}"),
                    ));
                }
                Expr::Identifier(quoted_ident(&name))
            }
            Expr::CompoundIdentifier(parts) => {
                let mut parts: Vec<Ident> = parts.iter().map(|part| quoted_ident(&fold(dialect, part))).collect();
                if parts.len() > 2 {
                    parts.drain(..parts.len() - 2);
                }
                if let (Some(alias), [table, _]) = (&self.row_alias, parts.as_mut_slice())
                    && table.value.eq_ignore_ascii_case(alias)
                {
                    *table = quoted_ident("excluded");
                }
                Expr::CompoundIdentifier(parts)
            }
            Expr::Value(value) => return self.value(value, dialect),
            Expr::TypedString(typed) => {
                let kind = match types::kind_of(dialect, &typed.data_type, &self.schema.enums) {
                    Ok((kind, _)) => kind,
                    Err(problem) => return ControlFlow::Break(problem.into()),
                };
                let text = literal(&typed.value.value.clone().into_string().unwrap_or_default());
                raw(kind.coerced(&text).unwrap_or(text))
            }
            Expr::Interval(interval) => {
                let unit = interval.leading_field.as_ref().map(ToString::to_string);
                match (string(&interval.value), unit) {
                    (Some(text), None) => match time::parse_interval(text) {
                        Some(seconds) => raw(format!("({seconds:?})")),
                        None => return unsupported(format!("the interval '{text}'")),
                    },
                    (None, None) => call("belt_interval", vec![(*interval.value).clone()]),
                    (_, Some(unit)) => match time::unit_s(&unit) {
                        Some(unit_s) => raw(format!("({} * {unit_s:?})", interval.value)),
                        None => return unsupported(format!("an interval in {unit}")),
                    },
                }
            }
            Expr::Cast { expr: inner, data_type, .. } => {
                return self.cast_into(expr_take(inner), data_type.clone(), expr);
            }
            Expr::AtTimeZone { timestamp, .. } => expr_take(timestamp),
            Expr::Extract { field, expr: inner, .. } => {
                raw(format!("belt_extract({}, {inner})", literal(&field.to_string().to_lowercase())))
            }
            Expr::Position { expr: needle, r#in } => raw(format!("instr({in}, {needle})", r#in = r#in)),
            Expr::Substring { expr: inner, substring_from, substring_for, .. } => {
                let from = substring_from.as_ref().map_or_else(|| "1".to_string(), ToString::to_string);
                let length = substring_for.as_ref().map(|length| format!(", {length}")).unwrap_or_default();
                raw(format!("substr({inner}, {from}{length})"))
            }
            Expr::Trim { trim_where, trim_what, expr: inner, .. } => {
                let name = match trim_where {
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                    _ => "trim",
                };
                let what = trim_what.as_ref().map(|what| format!(", {what}")).unwrap_or_default();
                raw(format!("{name}({inner}{what})"))
            }
            Expr::AnyOp { left, compare_op, right, .. } | Expr::AllOp { left, compare_op, right } => {
                let word = match compare_op {
                    BinaryOperator::Eq => "IN",
                    BinaryOperator::NotEq => "NOT IN",
                    other => return unsupported(format!("{other} ANY")),
                };
                match right.as_ref() {
                    Expr::Subquery(query) => raw(format!("{left} {word} ({query})")),
                    list => raw(format!("{left} {word} (SELECT value FROM json_each(belt_array({list})))")),
                }
            }
            Expr::Array(array) => {
                let items: Vec<String> = array.elem.iter().map(ToString::to_string).collect();
                raw(format!("json_array({})", items.join(", ")))
            }
            Expr::ILike { negated, expr: inner, pattern, escape_char, any: false } => {
                let not = if *negated { "NOT " } else { "" };
                let escape = like_escape(pattern, escape_char.as_deref());
                raw(format!("lower({inner}) {not}LIKE lower({pattern}){escape}"))
            }
            Expr::Like { negated, expr: inner, pattern, escape_char, any: false } => {
                let not = if *negated { "NOT " } else { "" };
                let escape = if dialect == Dialect::Sqlite && escape_char.is_none() {
                    String::new()
                } else {
                    like_escape(pattern, escape_char.as_deref())
                };
                raw(format!("{inner} {not}LIKE {pattern}{escape}"))
            }
            Expr::SimilarTo { .. }
            | Expr::RLike { .. }
            | Expr::MatchAgainst { .. }
            | Expr::GroupingSets(_)
            | Expr::Cube(_)
            | Expr::Rollup(_)
            | Expr::InUnnest { .. }
            | Expr::JsonAccess { .. }
            | Expr::CompoundFieldAccess { .. }
            | Expr::Struct { .. }
            | Expr::Map(_)
            | Expr::Dictionary(_)
            | Expr::Lambda(_)
            | Expr::MemberOf(_)
            | Expr::Convert { .. }
            | Expr::Overlay { .. }
            | Expr::IsNormalized { .. }
            | Expr::OuterJoin(_)
            | Expr::Prior(_) => {
                return unsupported(&*expr);
            }
            Expr::IsUnknown(inner) => Expr::IsNull(Box::new(expr_take(inner))),
            Expr::IsNotUnknown(inner) => Expr::IsNotNull(Box::new(expr_take(inner))),
            Expr::InList { expr: inner, list, .. } => {
                if let Some(kind) = self.kind(inner) {
                    list.iter_mut().for_each(|item| coerce(item, &kind));
                }
                return ON;
            }
            Expr::Between { expr: inner, low, high, .. } => {
                if let Some(kind) = self.kind(inner) {
                    coerce(low, &kind);
                    coerce(high, &kind);
                }
                return ON;
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.compare(left, right);
                return ON;
            }
            Expr::BinaryOp { left, op, right } => {
                return self.binary(left, op, right).map_continue(|new| {
                    if let Some(new) = new {
                        *expr = new;
                    }
                });
            }
            Expr::Function(function) => {
                return self.function(function).map_continue(|new| {
                    if let Some(new) = new {
                        *expr = new;
                    }
                });
            }
            _ => return ON,
        };
        *expr = new;
        ON
    }

    fn value(&self, value: &mut ValueWithSpan, dialect: Dialect) -> Step {
        match &mut value.value {
            Value::Placeholder(name) => {
                if let Some(number) = name.strip_prefix('$') {
                    *name = format!("?{number}");
                }
            }
            Value::Number(..) | Value::Boolean(_) | Value::Null | Value::HexStringLiteral(_) => {}
            Value::SingleQuotedString(text) if !text.contains(['\'', '\\', '\0']) => {}
            Value::DoubleQuotedString(_) if dialect != Dialect::MySql => {}
            other => {
                let Some(text) = other.clone().into_string() else {
                    return unsupported(&*other);
                };
                // The printer guesses whether quotes are doubled already; bytes leave nothing to guess.
                if text.contains(['\'', '\\', '\0']) {
                    let hex: String = text.bytes().map(|b| format!("{b:02x}")).collect();
                    *other = Value::HexStringLiteral(hex);
                    return self.as_text(value);
                }
                *other = Value::SingleQuotedString(text);
            }
        }
        ON
    }

    /// A hexadecimal literal is bytes; as a name it is printed as the text it stands for.
    fn as_text(&self, value: &mut ValueWithSpan) -> Step {
        if let Value::HexStringLiteral(hex) = &value.value {
            value.value = Value::Placeholder(format!("CAST(X'{hex}' AS TEXT)"));
        }
        ON
    }

    fn cast_into(&self, inner: Expr, data_type: DataType, into: &mut Expr) -> Step {
        let kind = match &data_type {
            DataType::Signed | DataType::SignedInteger | DataType::Unsigned | DataType::UnsignedInteger => {
                Kind::Integer { min: i64::MIN, max: i64::MAX }
            }
            _ => match types::kind_of(self.dialect(), &data_type, &self.schema.enums) {
                Ok((kind, _)) => kind,
                Err(problem) => return ControlFlow::Break(problem.into()),
            },
        };
        let text = match &kind {
            Kind::Integer { .. } => format!("belt_int({inner})"),
            Kind::Real => format!("belt_real({inner})"),
            Kind::Text { .. } if self.kind(&inner) == Some(Kind::Timestamp) => {
                format!("belt_ts_text({inner})")
            }
            Kind::Text { .. } | Kind::Enum(_) => format!("CAST({inner} AS TEXT)"),
            Kind::Bytes { .. } => format!("CAST({inner} AS BLOB)"),
            Kind::Any => inner.to_string(),
            _ => kind.coerced(&inner.to_string()).unwrap_or_else(|| inner.to_string()),
        };
        *into = raw(text);
        ON
    }

    /// The kind of a column whose values are not stored as they are written.
    fn kind(&self, expr: &Expr) -> Option<Kind> {
        self.column(expr)
            .map(|column| column.kind.clone())
            .filter(|kind| kind.coerced("").is_some() && !matches!(kind, Kind::Json | Kind::Array))
    }

    /// Gives what is compared with a column the form the column is stored in.
    fn compare(&self, left: &mut Expr, right: &mut Expr) {
        match (&mut *left, &mut *right) {
            (Expr::Tuple(left), Expr::Tuple(right)) => {
                for (left, right) in left.iter_mut().zip(right) {
                    self.compare(left, right);
                }
            }
            (Expr::Nested(inner), right) => self.compare(inner, right),
            (left, right) => match (self.kind(left), self.kind(right)) {
                (Some(kind), None) => coerce(right, &kind),
                (None, Some(kind)) => coerce(left, &kind),
                (Some(Kind::Date), Some(kind @ Kind::Timestamp)) => coerce(left, &kind),
                (Some(kind @ Kind::Timestamp), Some(Kind::Date)) => coerce(right, &kind),
                _ => {}
            },
        }
    }

    fn binary(&self, left: &mut Expr, op: &mut BinaryOperator, right: &mut Expr) -> ControlFlow<DbError, Option<Expr>> {
        use BinaryOperator as B;
        let dialect = self.dialect();
        ControlFlow::Continue(match op {
            B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq => {
                self.compare(left, right);
                None
            }
            B::Spaceship => {
                self.compare(left, right);
                Some(raw(format!("{left} IS {right}")))
            }
            B::StringConcat if dialect == Dialect::MySql => Some(raw(format!("({left} OR {right})"))),
            B::Divide if dialect == Dialect::MySql => Some(raw(format!("({left} * 1.0 / {right})"))),
            B::MyIntegerDivide => Some(raw(format!("CAST({left} / {right} AS INTEGER)"))),
            B::PGExp => Some(raw(format!("pow({left}, {right})"))),
            B::PGStartsWith => Some(raw(format!("(substr({left}, 1, length({right})) = {right})"))),
            B::PGLikeMatch => Some(raw(format!("{left} LIKE {right}"))),
            B::PGILikeMatch => Some(raw(format!("lower({left}) LIKE lower({right})"))),
            B::Plus
            | B::Minus
            | B::Multiply
            | B::Divide
            | B::Modulo
            | B::StringConcat
            | B::And
            | B::Or
            | B::BitwiseAnd
            | B::BitwiseOr
            | B::PGBitwiseShiftLeft
            | B::PGBitwiseShiftRight
            | B::Arrow
            | B::LongArrow => None,
            other => {
                return ControlFlow::Break(DbError::new(
                    DbErrorKind::Unsupported,
                    format!("the operator {other} is not something belt can run"),
                ));
            }
        })
    }

    fn function(&self, function: &mut Function) -> ControlFlow<DbError, Option<Expr>> {
        let dialect = self.dialect();
        let name = function.name.to_string().to_ascii_lowercase().replace(['"', '`'], "");
        let name = name.strip_prefix("pg_catalog.").unwrap_or(&name).to_string();
        let arguments = plain_arguments(&function.args);
        let args: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let text = match (name.as_str(), args.as_slice()) {
            (
                "now"
                | "current_timestamp"
                | "localtimestamp"
                | "clock_timestamp"
                | "statement_timestamp"
                | "transaction_timestamp"
                | "sysdate"
                | "utc_timestamp"
                | "unix_timestamp"
                | "unixepoch",
                [],
            ) => match (dialect, name.as_str()) {
                (Dialect::Sqlite, "current_timestamp") => "belt_ts_text(belt_now())".into(),
                (_, "unixepoch" | "unix_timestamp") => "CAST(belt_now() AS INTEGER)".into(),
                _ => "belt_now()".into(),
            },
            ("now" | "current_timestamp" | "localtimestamp" | "utc_timestamp", [_]) => "belt_now()".into(),
            ("current_date" | "curdate" | "utc_date", []) => "belt_date(belt_now())".into(),
            ("current_time" | "curtime" | "localtime", []) => "belt_time(belt_now())".into(),
            ("datetime", ["'now'"] | []) if dialect == Dialect::Sqlite => "belt_ts_text(belt_now())".into(),
            ("datetime", ["'now'", change]) if dialect == Dialect::Sqlite => {
                format!("belt_ts_text(belt_now() + belt_interval({change}))")
            }
            ("unixepoch", ["'now'"]) => "CAST(belt_now() AS INTEGER)".into(),
            ("date", ["'now'"] | []) if dialect == Dialect::Sqlite => "belt_date(belt_now())".into(),
            ("strftime", ["'%s'", "'now'"]) => "CAST(CAST(belt_now() AS INTEGER) AS TEXT)".into(),
            ("date" | "time" | "datetime" | "julianday" | "strftime" | "timediff", _)
                if dialect == Dialect::Sqlite && (args.is_empty() || args.contains(&"'now'")) =>
            {
                return ControlFlow::Break(DbError::new(
                    DbErrorKind::Unsupported,
                    format!(
                        "{function} is not something belt can run: use datetime('now', '-5 minutes') or unixepoch()"
                    ),
                ));
            }
            ("date", [x]) if dialect != Dialect::Sqlite => format!("belt_date({x})"),
            ("to_timestamp" | "from_unixtime" | "unix_timestamp" | "timestamp", [x]) => {
                format!("belt_ts({x})")
            }
            ("values", [column]) => format!("excluded.{column}"),
            ("date_trunc", [unit, x]) => format!("belt_date_trunc({unit}, {x})"),
            ("date_part", [unit, x]) => format!("belt_extract({unit}, {x})"),
            ("hour" | "minute" | "second" | "day" | "month" | "year" | "dayofweek", [x])
                if dialect == Dialect::MySql =>
            {
                format!("belt_extract('{name}', {x})")
            }
            ("date_add" | "adddate", [x, by]) => format!("(belt_ts({x}) + {by})"),
            ("date_sub" | "subdate", [x, by]) => format!("(belt_ts({x}) - {by})"),
            ("timestampdiff", [unit, from, to]) => match time::unit_s(unit.trim_matches('\'')) {
                Some(unit_s) => {
                    format!("CAST((belt_ts({to}) - belt_ts({from})) / {unit_s:?} AS INTEGER)")
                }
                None => format!("timestampdiff({unit}, {from}, {to})"),
            },
            ("make_interval", _) if args.len() == 1 => format!("belt_interval({})", args[0]),
            ("age", [a, b]) => format!("(belt_ts({a}) - belt_ts({b}))"),
            ("gen_random_uuid" | "uuid_generate_v4" | "uuid" | "uuidv4" | "uuidv7", []) => "belt_new_uuid()".into(),
            ("random" | "rand", []) => "belt_random()".into(),
            ("last_insert_id" | "lastval" | "last_insert_rowid", []) => "belt_last_id()".into(),
            ("nextval", [sequence]) => {
                let wanted = sequence.trim_matches('\'').rsplit('.').next().unwrap_or_default();
                match self.schema.sequences.iter().position(|known| known == wanted) {
                    Some(at) => format!("belt_seq({at})"),
                    None => {
                        return ControlFlow::Break(DbError::new(
                            DbErrorKind::MissingTable,
                            format!("there is no sequence {wanted}"),
                        ));
                    }
                }
            }
            ("char_length" | "character_length" | "length", [x]) if name != "length" => {
                format!("length({x})")
            }
            ("greatest", [_, ..]) => format!("max({})", args.join(", ")),
            ("least", [_, ..]) => format!("min({})", args.join(", ")),
            ("if", [a, b, c]) => format!("iif({a}, {b}, {c})"),
            ("isnull", [a]) => format!("({a} IS NULL)"),
            ("to_json" | "to_jsonb", [a]) => format!("json_quote({a})"),
            (
                "pg_advisory_lock"
                | "pg_advisory_xact_lock"
                | "pg_try_advisory_lock"
                | "pg_try_advisory_xact_lock"
                | "get_lock"
                | "pg_sleep"
                | "sleep",
                _,
            ) => {
                return ControlFlow::Break(DbError::new(
                    DbErrorKind::Unsupported,
                    format!("{name}() is not something belt can run: lock rows with SELECT ... FOR UPDATE instead"),
                ));
            }
            ("count" | "sum" | "min" | "max" | "avg" | "coalesce", _) => {
                return ControlFlow::Continue(None);
            }
            (other, _) => {
                let renamed = match other {
                    "string_agg" => "group_concat",
                    "array_agg" | "json_agg" | "jsonb_agg" | "json_arrayagg" => "json_group_array",
                    "json_build_object" | "jsonb_build_object" => "json_object",
                    "json_build_array" | "jsonb_build_array" => "json_array",
                    "json_object_agg" | "jsonb_object_agg" | "json_objectagg" => "json_group_object",
                    "bool_or" => "max",
                    "bool_and" | "every" => "min",
                    "power" => "pow",
                    "ucase" => "upper",
                    "lcase" => "lower",
                    _ => return ControlFlow::Continue(None),
                };
                function.name = ObjectName::from(vec![Ident::new(renamed)]);
                separator(function);
                return ControlFlow::Continue(None);
            }
        };
        ControlFlow::Continue(Some(raw(text)))
    }
}

/// SQLite takes no brackets around the parts of a `UNION`: those with an order or a limit become a table.
fn unbracket(body: &mut SetExpr) {
    match body {
        SetExpr::SetOperation { left, right, .. } => {
            unbracket(left);
            unbracket(right);
        }
        SetExpr::Query(inner) => {
            let bare = inner.with.is_none() && inner.order_by.is_none() && inner.limit_clause.is_none();
            if bare && !matches!(inner.body.as_ref(), SetExpr::SetOperation { .. }) {
                *body = inner.body.as_ref().clone();
                unbracket(body);
                return;
            }
            let template = "SELECT * FROM (SELECT 1)";
            let Ok(mut statements) = parse::statements(template, Dialect::Sqlite) else {
                return;
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
}

/// MySQL's `SEPARATOR` is an argument in SQLite.
fn separator(function: &mut Function) {
    if let FunctionArguments::List(list) = &mut function.args {
        let mut separator = None;
        list.clauses.retain(|clause| match clause {
            FunctionArgumentClause::Separator(value) => {
                separator = Some(Expr::Value(value.clone()));
                false
            }
            _ => true,
        });
        if let Some(value) = separator {
            list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(value)));
        }
    }
}

fn plain_arguments(arguments: &FunctionArguments) -> Vec<String> {
    match arguments {
        FunctionArguments::List(list) => list.args.iter().map(ToString::to_string).collect(),
        FunctionArguments::None | FunctionArguments::Subquery(_) => Vec::new(),
    }
}

/// `TIMESTAMPDIFF(SECOND, a, b)`: the unit is a word, not a column.
fn units_as_text(function: &mut Function) -> Step {
    let name = function.name.to_string().to_ascii_lowercase();
    if matches!(name.as_str(), "timestampdiff" | "date_trunc" | "date_part")
        && let FunctionArguments::List(list) = &mut function.args
        && let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(first))) = list.args.first_mut()
        && let Expr::Identifier(word) = first
    {
        *first = Expr::value(Value::SingleQuotedString(word.value.to_lowercase()));
    }
    ON
}

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let args = arguments.into_iter().map(|argument| FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))).collect();
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(sqlparser::ast::FunctionArgumentList {
            duplicate_treatment: None,
            args,
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

fn expr_take(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, raw(String::new()))
}

fn coerce(expr: &mut Expr, kind: &Kind) {
    // A finished conversion, or a query: nothing to add.
    if matches!(expr, Expr::Subquery(_)) || expr.to_string().starts_with("belt_") {
        return;
    }
    if let Some(text) = kind.coerced(&expr.to_string()) {
        *expr = raw(text);
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

fn like_escape(pattern: &Expr, escape: Option<&Expr>) -> String {
    match escape {
        Some(escape) => format!(" ESCAPE {escape}"),
        None if pattern.to_string().contains("5c") || matches!(string(pattern), Some(text) if text.contains('\\')) => {
            " ESCAPE '\\'".into()
        }
        None => String::new(),
    }
}

/// What the learner's database calls a column that has no name.
fn output_name(expr: &Expr, dialect: Dialect) -> Option<String> {
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
        _ => Some("?column?".into()),
    }
}
