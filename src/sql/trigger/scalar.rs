//! Functions of one expression: it is written where they are called. What any other function does cannot be run, and
//! shows only where one is called.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments, SelectItem, SetExpr, Statement, Value};
use sqlparser::ast::{VisitMut, visit_expressions_mut};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::reader::Parsed;
use super::{Function, Reader, parse_function, tokens_of};
use crate::sql::model::Schema;
use crate::sql::names::last_name;
use crate::sql::rewrite::call;
use crate::sql::{Dialect, parse};

#[derive(Debug, Clone)]
pub(in crate::sql) struct Scalar {
    pub(in crate::sql) name: String,
    parameters: Vec<String>,
    body: Box<Expr>,
}

/// What a `CREATE FUNCTION` makes.
pub(in crate::sql) enum Made {
    ForTriggers(Function),
    Scalar(Scalar),
    /// Something that cannot be run.
    Other,
}

pub(in crate::sql) fn parse_any_function(dialect: Dialect, tokens: &[TokenWithSpan]) -> Parsed<Made> {
    let is = |token: &TokenWithSpan, text: &str| matches!(&token.token, Token::Word(word) if word.value.eq_ignore_ascii_case(text));
    let solid: Vec<&TokenWithSpan> =
        tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    let returns = solid.iter().position(|token| is(token, "RETURNS"));
    if dialect == Dialect::PostgreSql
        && returns.is_some_and(|at| solid.get(at + 1).is_some_and(|token| is(token, "TRIGGER")))
    {
        return parse_function(dialect, tokens).map(Made::ForTriggers);
    }
    let Ok((name, parameters)) = head(dialect, tokens) else { return Ok(Made::Other) };
    let returned = returns.and_then(|at| solid.get(at + 1));
    // An identifier is a new one, whatever its bits are made of.
    if parameters.is_empty() && returned.is_some_and(|token| is(token, "UUID")) {
        let body = Box::new(call("gen_random_uuid", Vec::new()));
        return Ok(Made::Scalar(Scalar { name, parameters, body }));
    }
    let text = solid.windows(2).find_map(|pair| match &pair[1].token {
        Token::DollarQuotedString(text) => Some(text.value.clone()),
        Token::SingleQuotedString(text) if is(pair[0], "AS") => Some(text.clone()),
        _ => None,
    });
    let text = match (text, returns) {
        (Some(text), _) => text,
        // The body of MySQL's functions, and of those PostgreSQL reads as SQL, stands as it is.
        (None, Some(returns)) => {
            let body = solid[returns..].iter().position(|token| is(token, "RETURN") || is(token, "BEGIN"));
            let Some(body) = body else { return Ok(Made::Other) };
            let words: Vec<String> = solid[returns + body..].iter().map(|token| token.token.to_string()).collect();
            words.join(" ")
        }
        (None, None) => return Ok(Made::Other),
    };
    Ok(match expression(dialect, &text) {
        Some(body) => Made::Scalar(Scalar { name, parameters, body: Box::new(body) }),
        None => Made::Other,
    })
}

fn head(dialect: Dialect, tokens: &[TokenWithSpan]) -> Parsed<(String, Vec<String>)> {
    let mut reader = Reader::new(dialect, tokens);
    while !reader.word("FUNCTION") {
        if reader.at_end() {
            return Err(reader.unexpected("FUNCTION"));
        }
        reader.parser.next_token();
    }
    let name = reader.name()?;
    let mut parameters = Vec::new();
    if !reader.token(&Token::LParen) || reader.token(&Token::RParen) {
        return Ok((name, parameters));
    }
    let mut depth = 1_usize;
    let mut words: Vec<String> = Vec::new();
    while depth > 0 && !reader.at_end() {
        let token = reader.parser.next_token().token;
        match &token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            Token::Comma if depth == 1 => parameters.push(parameter(&std::mem::take(&mut words))),
            Token::Word(word) if depth == 1 => words.push(word.value.to_lowercase()),
            _ => {}
        }
    }
    parameters.push(parameter(&words));
    Ok((name, parameters))
}

/// The name of a parameter, or nothing where only its type is given.
fn parameter(words: &[String]) -> String {
    let words = if words.first().is_some_and(|word| word == "in") { &words[1..] } else { words };
    match words {
        [first, _, ..] if !["double", "character", "timestamp", "time", "bit"].contains(&first.as_str()) => {
            first.clone()
        }
        _ => String::new(),
    }
}

/// The expression a body answers.
fn expression(dialect: Dialect, text: &str) -> Option<Expr> {
    let tokens = tokens_of(dialect, text).ok()?;
    let mut reader = Reader::new(dialect, &tokens);
    let block = reader.word("BEGIN");
    let found = if reader.word("RETURN") {
        let found = reader.expr().ok()?;
        let _ = reader.token(&Token::SemiColon);
        found
    } else if !block {
        let (statement, _) = parse::statements(text, dialect).ok()?.pop()?;
        let Statement::Query(query) = statement else { return None };
        match query.body.as_ref() {
            SetExpr::Select(select) if select.from.is_empty() && select.selection.is_none() => {
                match select.projection.as_slice() {
                    [SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }] => {
                        return Some(expr.clone());
                    }
                    _ => return None,
                }
            }
            _ => return Some(Expr::Subquery(query)),
        }
    } else {
        return None;
    };
    if block {
        reader.expect("END").ok()?;
        let _ = reader.token(&Token::SemiColon);
    }
    reader.at_end().then_some(found)
}

/// Writes the functions of a schema out where they are called.
pub(in crate::sql) fn write_out<T: VisitMut>(schema: &Schema, tree: &mut T) {
    if schema.scalars.is_empty() {
        return;
    }
    let dialect = schema.dialect();
    // One may call another.
    for _ in 0..4 {
        let _ = visit_expressions_mut(tree, |expr| {
            if let Expr::Function(function) = expr
                && let Some(scalar) = schema
                    .scalars
                    .iter()
                    .find(|known| known.name.eq_ignore_ascii_case(&last_name(dialect, &function.name)))
                && let FunctionArguments::List(list) = &function.args
                && list.args.len() == scalar.parameters.len()
            {
                let given: Option<Vec<Expr>> = list
                    .args
                    .iter()
                    .map(|argument| match argument {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
                        _ => None,
                    })
                    .collect();
                if let Some(given) = given {
                    *expr = applied(scalar, &given);
                }
            }
            ControlFlow::<()>::Continue(())
        });
    }
}

fn applied(scalar: &Scalar, given: &[Expr]) -> Expr {
    let mut body = scalar.body.as_ref().clone();
    let _ = visit_expressions_mut(&mut body, |expr| {
        let at = match expr {
            Expr::Identifier(name) => {
                scalar.parameters.iter().position(|known| !known.is_empty() && name.value.eq_ignore_ascii_case(known))
            }
            Expr::Value(value) => match &value.value {
                Value::Placeholder(mark) => {
                    mark.strip_prefix('$').and_then(|n| n.parse::<usize>().ok()).and_then(|n| n.checked_sub(1))
                }
                _ => None,
            },
            _ => None,
        };
        if let Some(value) = at.and_then(|at| given.get(at)) {
            *expr = Expr::Nested(Box::new(value.clone()));
        }
        ControlFlow::<()>::Continue(())
    });
    Expr::Nested(Box::new(body))
}
