//! The body of a trigger: the part of PL/pgSQL, of MySQL's and of SQLite's that dual writes are made of.

use sqlparser::ast::{Expr, GroupByExpr, Ident, Select, SetExpr, Statement, Value};
use sqlparser::tokenizer::Token;

use super::{Act, Given, Parsed, Place, Reader, syntax};
use crate::sql::names::fold;
use crate::sql::{Dialect, SqlProblem};

/// Statements one body may have.
const MAX_ACTS: usize = 60;

/// Reads a body: one statement, or statements between `BEGIN` and `END`.
pub(super) fn read(reader: &mut Reader<'_>) -> Parsed<Vec<Act>> {
    let mut acts = Vec::new();
    if reader.word("DECLARE") {
        while !reader.peeked("BEGIN") {
            declaration(reader, &mut acts)?;
        }
    }
    if reader.word("BEGIN") {
        while !reader.word("END") {
            act(reader, &mut acts)?;
        }
    } else {
        act(reader, &mut acts)?;
    }
    while reader.token(&Token::SemiColon) {}
    if reader.at_end() { Ok(acts) } else { Err(reader.unexpected("the end")) }
}

/// `name type [:= value];`
fn declaration(reader: &mut Reader<'_>, acts: &mut Vec<Act>) -> Parsed<()> {
    let name = reader.column()?;
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
    } else if reader.word("NULL") {
    } else if reader.word("RETURN") {
        let given = if reader.word("NULL") {
            Given::Null
        } else if reader.word("NEW") || reader.word("OLD") {
            Given::Row
        } else {
            return Err(SqlProblem::unsupported(
                "a trigger that returns anything but NEW, OLD or NULL is not something belt can run",
            ));
        };
        acts.push(Act::Return(given));
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
    } else if ["PERFORM", "EXECUTE", "LOOP", "FOR", "WHILE", "CASE", "CALL", "GET"]
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

/// `RAISE EXCEPTION '...'` and `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '...'`.
fn refusal(reader: &mut Reader<'_>) -> Parsed<Act> {
    let mild = ["NOTICE", "WARNING", "INFO", "LOG", "DEBUG"].iter().any(|word| reader.word(word));
    let mut text = String::new();
    while !matches!(reader.parser.peek_token().token, Token::SemiColon | Token::EOF) {
        if let Token::SingleQuotedString(said) = reader.parser.next_token().token {
            text = said;
        }
    }
    Ok(if mild { Act::If(Vec::new(), Vec::new()) } else { Act::Refuse(text) })
}

fn statement(reader: &mut Reader<'_>) -> Parsed<Act> {
    let statement = reader.parser.parse_statement().map_err(|error| syntax(&error.to_string()))?;
    let Statement::Query(mut query) = statement else {
        return Ok(Act::Sql(Box::new(statement)));
    };
    // SQLite refuses with SELECT RAISE(ABORT, '...').
    if let SetExpr::Select(select) = query.body.as_mut() {
        if let Some(into) = select.into.take() {
            let [Expr::Identifier(target)] = into.targets.as_slice() else {
                return Err(SqlProblem::unsupported("SELECT INTO several variables is not something belt can run"));
            };
            let name = fold(reader.dialect, target);
            return Ok(Act::Set(Place::Variable(name), Box::new(Expr::Subquery(query))));
        }
        if let Some(text) = raised(select) {
            let condition = select.selection.take();
            let refuse = Act::Refuse(text);
            return Ok(match condition {
                Some(condition) => Act::If(vec![(condition, vec![refuse])], Vec::new()),
                None => refuse,
            });
        }
    }
    Err(SqlProblem::unsupported("a SELECT that goes nowhere in a trigger is not something belt can run"))
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
