//! The body of a trigger: the part of PL/pgSQL, of MySQL's and of SQLite's that dual writes are made of.

use sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, Ident, OnConflict, OnConflictAction, OnInsert, Query, Select, SetExpr,
    Statement, UnaryOperator, Value,
};
use sqlparser::tokenizer::Token;

use super::{Act, Given, Parsed, Place, Reader, syntax};
use crate::sql::names::fold;
use crate::sql::{DbErrorKind, Dialect, SqlProblem};

/// Statements one body may have.
const MAX_ACTS: usize = 60;
/// The variables that PL/pgSQL sets by itself.
pub(super) const FOUND: &str = "found";
pub(super) const ROW_COUNT: &str = "row_count";

/// Reads a body: one statement, or statements between `BEGIN` and `END`.
pub(super) fn read(reader: &mut Reader<'_>) -> Parsed<Vec<Act>> {
    let mut acts = Vec::new();
    if reader.peeked("DECLARE") || reader.peeked("BEGIN") {
        block(reader, &mut acts)?;
    } else {
        act(reader, &mut acts)?;
    }
    while reader.token(&Token::SemiColon) {}
    if reader.at_end() { Ok(acts) } else { Err(reader.unexpected("the end")) }
}

/// `[DECLARE ...] BEGIN ... END`
fn block(reader: &mut Reader<'_>, acts: &mut Vec<Act>) -> Parsed<()> {
    if reader.word("DECLARE") {
        while !reader.peeked("BEGIN") {
            declaration(reader, acts)?;
        }
    }
    reader.expect("BEGIN")?;
    let first = acts.len();
    while !reader.word("END") {
        if reader.word("EXCEPTION") {
            return caught(reader, acts, first);
        }
        act(reader, acts)?;
    }
    Ok(())
}

/// `EXCEPTION WHEN unique_violation THEN ...` of a block that is one `INSERT`: where the key is taken, nothing is
/// inserted and the handler runs.
fn caught(reader: &mut Reader<'_>, acts: &mut Vec<Act>, first: usize) -> Parsed<()> {
    let refused = || {
        SqlProblem::unsupported("this EXCEPTION in a trigger is not something belt can run").with_help(
            "a block of one INSERT with WHEN unique_violation can be run, and INSERT ... ON CONFLICT does the same",
        )
    };
    let Some([Act::Sql(statement)]) = acts.get_mut(first..) else { return Err(refused()) };
    let Statement::Insert(insert) = statement.as_mut() else { return Err(refused()) };
    if insert.on.is_some() {
        return Err(refused());
    }
    insert.on = Some(OnInsert::OnConflict(OnConflict { conflict_target: None, action: OnConflictAction::DoNothing }));
    reader.expect("WHEN")?;
    if !reader.word("UNIQUE_VIOLATION") {
        return Err(refused());
    }
    reader.expect("THEN")?;
    let mut handler = Vec::new();
    while !reader.word("END") {
        if reader.peeked("WHEN") {
            return Err(refused());
        }
        act(reader, &mut handler)?;
    }
    if !handler.is_empty() {
        let missed = Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(Expr::Identifier(Ident::new(FOUND))) };
        acts.push(Act::If(vec![(missed, handler)], Vec::new()));
    }
    Ok(())
}

/// `name type [:= value];`
fn declaration(reader: &mut Reader<'_>, acts: &mut Vec<Act>) -> Parsed<()> {
    let name = reader.column()?;
    let _ = reader.word("CONSTANT");
    while !matches!(reader.parser.peek_token().token, Token::SemiColon | Token::Assignment | Token::Eq | Token::EOF)
        && !reader.peeked("DEFAULT")
    {
        reader.parser.next_token();
    }
    let value = if reader.token(&Token::SemiColon) {
        Expr::value(Value::Null)
    } else {
        if reader.at_end() {
            return Err(reader.unexpected("BEGIN"));
        }
        reader.parser.next_token();
        let value = reader.expr()?;
        let _ = reader.token(&Token::SemiColon);
        value
    };
    acts.push(Act::Set(Place::Variable(name), Box::new(value)));
    Ok(())
}

fn act(reader: &mut Reader<'_>, acts: &mut Vec<Act>) -> Parsed<()> {
    if acts.len() >= MAX_ACTS {
        return Err(SqlProblem::unsupported("a trigger as long as this is not something belt can run"));
    }
    if reader.word("IF") {
        acts.push(branches(reader)?);
    } else if reader.word("CASE") {
        acts.push(cases(reader)?);
    } else if reader.peeked("BEGIN") || (reader.dialect == Dialect::PostgreSql && reader.peeked("DECLARE")) {
        block(reader, acts)?;
    } else if reader.word("NULL") {
    } else if reader.word("RETURN") {
        let given = if reader.word("NULL") {
            Given::Null
        } else if reader.word("NEW") {
            Given::New
        } else if reader.word("OLD") {
            Given::Old
        } else if reader.word("COALESCE") && reader.token(&Token::LParen) {
            while !reader.token(&Token::RParen) && !reader.at_end() {
                reader.parser.next_token();
            }
            Given::Either
        } else {
            return Err(SqlProblem::unsupported(
                "a trigger that returns anything but NEW, OLD or NULL is not something belt can run",
            ));
        };
        acts.push(Act::Return(given));
    } else if reader.word("GET") {
        let _ = reader.word("DIAGNOSTICS");
        let name = reader.column()?;
        let _ = reader.token(&Token::Eq) || reader.token(&Token::Assignment);
        reader.expect("ROW_COUNT")?;
        acts.push(Act::Set(Place::Variable(name), Box::new(Expr::Identifier(Ident::new(ROW_COUNT)))));
    } else if reader.word("RAISE") || reader.word("SIGNAL") {
        acts.push(refusal(reader)?);
    } else if reader.dialect == Dialect::MySql && reader.word("SET") {
        loop {
            let place = place(reader)?;
            if !reader.token(&Token::Eq) && !reader.token(&Token::Assignment) {
                return Err(reader.unexpected("="));
            }
            let value = reader.expr()?;
            acts.push(Act::Set(place, Box::new(value)));
            if !reader.token(&Token::Comma) {
                break;
            }
        }
    } else if reader.dialect == Dialect::MySql && reader.word("DECLARE") {
        return declaration(reader, acts);
    } else if ["INSERT", "UPDATE", "DELETE", "SELECT", "WITH", "REPLACE"].iter().any(|word| reader.peeked(word)) {
        acts.push(statement(reader)?);
    } else if ["EXECUTE", "LOOP", "FOR", "FOREACH", "WHILE", "REPEAT", "CALL", "OPEN", "FETCH", "LEAVE"]
        .iter()
        .any(|word| reader.peeked(word))
    {
        let word = reader.parser.next_token().token;
        return Err(SqlProblem::unsupported(format!("{word} in a trigger is not something belt can run"))
            .with_help("assignments to NEW, IF, INSERT, UPDATE, DELETE and RETURN can be run"));
    } else {
        let place = place(reader)?;
        if !reader.token(&Token::Assignment) && !reader.token(&Token::Eq) {
            return Err(reader.unexpected(":="));
        }
        let value = reader.expr()?;
        acts.push(Act::Set(place, Box::new(value)));
    }
    if reader.token(&Token::SemiColon) || reader.at_end() || reader.peeked("END") {
        Ok(())
    } else {
        Err(reader.unexpected(";"))
    }
}

fn place(reader: &mut Reader<'_>) -> Parsed<Place> {
    let first = reader.column()?;
    if !reader.token(&Token::Period) {
        return Ok(Place::Variable(first));
    }
    let column = reader.column()?;
    if !first.eq_ignore_ascii_case("new") {
        return Err(SqlProblem::invalid(format!("{first}.{column} cannot be assigned to: NEW can")));
    }
    Ok(Place::New(column))
}

fn branches(reader: &mut Reader<'_>) -> Parsed<Act> {
    let mut found = Vec::new();
    let mut otherwise = Vec::new();
    loop {
        let condition = reader.expr()?;
        reader.expect("THEN")?;
        let mut acts = Vec::new();
        while !["ELSIF", "ELSEIF", "ELSE", "END"].iter().any(|word| reader.peeked(word)) {
            act(reader, &mut acts)?;
        }
        found.push((condition, acts));
        if !reader.word("ELSIF") && !reader.word("ELSEIF") {
            break;
        }
    }
    if reader.word("ELSE") {
        while !reader.peeked("END") {
            act(reader, &mut otherwise)?;
        }
    }
    reader.expect("END")?;
    reader.expect("IF")?;
    Ok(Act::If(found, otherwise))
}

/// `CASE x WHEN ... THEN ...; ELSE ...; END CASE`
fn cases(reader: &mut Reader<'_>) -> Parsed<Act> {
    let operand = if reader.peeked("WHEN") { None } else { Some(reader.expr()?) };
    let mut found = Vec::new();
    let mut otherwise = Vec::new();
    while reader.word("WHEN") {
        let mut condition = reader.expr()?;
        if let Some(operand) = &operand {
            condition =
                Expr::BinaryOp { left: Box::new(operand.clone()), op: BinaryOperator::Eq, right: Box::new(condition) };
        }
        reader.expect("THEN")?;
        let mut acts = Vec::new();
        while !["WHEN", "ELSE", "END"].iter().any(|word| reader.peeked(word)) {
            act(reader, &mut acts)?;
        }
        found.push((condition, acts));
    }
    if reader.word("ELSE") {
        while !reader.peeked("END") {
            act(reader, &mut otherwise)?;
        }
    }
    reader.expect("END")?;
    reader.expect("CASE")?;
    Ok(Act::If(found, otherwise))
}

/// `RAISE EXCEPTION '...'` and `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '...'`.
fn refusal(reader: &mut Reader<'_>) -> Parsed<Act> {
    let mild = ["NOTICE", "WARNING", "INFO", "LOG", "DEBUG"].iter().any(|word| reader.word(word));
    let mut texts: Vec<String> = Vec::new();
    let mut said: Option<usize> = None;
    let mut words = String::new();
    while !matches!(reader.parser.peek_token().token, Token::SemiColon | Token::EOF) {
        match reader.parser.next_token().token {
            Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => {
                words.push_str(&format!(" {}", text.to_lowercase()));
                texts.push(text);
            }
            Token::Word(word) => {
                let word = word.value.to_lowercase();
                if word == "message_text" || (word == "message" && texts.is_empty()) {
                    said = Some(texts.len());
                }
                words.push_str(&format!(" {word}"));
            }
            _ => {}
        }
    }
    let kind = match () {
        () if words.contains("unique_violation") || words.contains("23505") => DbErrorKind::Unique,
        () if words.contains("foreign_key_violation") || words.contains("23503") => DbErrorKind::ForeignKey,
        () => DbErrorKind::Check,
    };
    let text = texts.into_iter().nth(said.unwrap_or(0)).unwrap_or_default();
    Ok(if mild { Act::If(Vec::new(), Vec::new()) } else { Act::Refuse(kind, text) })
}

fn statement(reader: &mut Reader<'_>) -> Parsed<Act> {
    let statement = reader.parser.parse_statement().map_err(|error| syntax(&error.to_string()))?;
    if reader.peeked("INTO") {
        return Err(SqlProblem::unsupported("RETURNING ... INTO in a trigger is not something belt can run")
            .with_help("take the value in the code that writes the row, in the same transaction"));
    }
    let Statement::Query(mut query) = statement else {
        return Ok(Act::Sql(Box::new(statement)));
    };
    // SQLite refuses with SELECT RAISE(ABORT, '...').
    if let SetExpr::Select(select) = query.body.as_mut() {
        if let Some(into) = select.into.take() {
            return into_places(reader, into.targets, query);
        }
        if let Some(text) = raised(select) {
            let condition = select.selection.take();
            let refuse = Act::Refuse(DbErrorKind::Check, text);
            return Ok(match condition {
                Some(condition) => Act::If(vec![(condition, vec![refuse])], Vec::new()),
                None => refuse,
            });
        }
        // PERFORM: what it answers is lost, but for whether there was a row.
        if reader.dialect == Dialect::PostgreSql {
            if select.from.is_empty() {
                let quiet = ["pg_notify", "pg_advisory_xact_lock", "set_config"];
                let text = query.to_string().to_lowercase();
                if quiet.iter().any(|name| text.contains(name)) {
                    return Ok(Act::If(Vec::new(), Vec::new()));
                }
            } else {
                let found = Expr::Exists { subquery: query, negated: false };
                return Ok(Act::Set(Place::Variable(FOUND.into()), Box::new(found)));
            }
        }
    }
    Err(SqlProblem::unsupported("a SELECT that goes nowhere in a trigger is not something belt can run"))
}

/// `SELECT a, b INTO x, y FROM ...`: one query for each.
fn into_places(reader: &Reader<'_>, targets: Vec<Expr>, query: Box<Query>) -> Parsed<Act> {
    let width = match query.body.as_ref() {
        SetExpr::Select(select) => select.projection.len(),
        _ => 0,
    };
    if width != targets.len() {
        return Err(SqlProblem::unsupported("SELECT INTO a whole row is not something belt can run in a trigger")
            .with_help("name a variable for each column"));
    }
    let mut acts = Vec::new();
    for (at, target) in targets.iter().enumerate() {
        let place = match (alone(reader.dialect, target), of_row(reader.dialect, target)) {
            (Some(name), _) => Place::Variable(name),
            (None, Some((true, column))) => Place::New(column),
            _ => return Err(SqlProblem::unsupported(format!("SELECT INTO {target} is not something belt can run"))),
        };
        let mut own = query.clone();
        if let SetExpr::Select(select) = own.body.as_mut() {
            let item = select.projection.swap_remove(at);
            select.projection = vec![item];
        }
        acts.push(Act::Set(place, Box::new(Expr::Subquery(own))));
    }
    let found = Expr::Exists { subquery: query, negated: false };
    acts.push(Act::Set(Place::Variable(FOUND.into()), Box::new(found)));
    Ok(Act::If(vec![(Expr::value(Value::Boolean(true)), acts)], Vec::new()))
}

fn raised(select: &Select) -> Option<String> {
    let plain = select.from.is_empty() && matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty());
    let [item] = select.projection.as_slice() else { return None };
    let text = item.to_string();
    let upper = text.to_uppercase();
    if !plain || !upper.starts_with("RAISE(") {
        return None;
    }
    Some(text.split('\'').nth(1).unwrap_or_default().to_string())
}

/// A name in a body that stands alone: a variable, or one of the words a trigger knows.
pub(super) fn alone(dialect: Dialect, expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(ident) => Some(fold(dialect, ident)),
        _ => None,
    }
}

/// Column of `NEW.x` or `OLD.x`, and whether it is `NEW`.
pub(super) fn of_row(dialect: Dialect, expr: &Expr) -> Option<(bool, String)> {
    let Expr::CompoundIdentifier(parts) = expr else { return None };
    let [row, column] = parts.as_slice() else { return None };
    let is = |word: &str| row.value.eq_ignore_ascii_case(word);
    (is("new") || is("old")).then(|| (is("new"), fold(dialect, column)))
}

pub(super) fn row(new: bool, column: &str) -> Expr {
    let name = if new { "new" } else { "old" };
    Expr::CompoundIdentifier(vec![Ident::new(name), Ident::with_quote('"', column)])
}
