//! The text of a schema: what the parser does not know is taken out of it, with every other byte in its place.

use std::collections::BTreeMap;
use std::ops::Range;

use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::without_effect::{WITHOUT_EFFECT, is_about_storage};
use crate::sql::model::Schema;
use crate::sql::parse::cut::{cut, without_delimiters, words};
use crate::sql::trigger::{self, Does, Function, Made, Scalar, Subject, Timing, Trigger};
use crate::sql::{Dialect, SqlProblem, SqlProblemKind, parse};

/// A schema's text, and what was taken out of it.
pub(super) struct Script {
    /// The text with blanks in place of what is not here.
    pub(super) tables: String,
    pub(super) triggers: Vec<(Trigger, Range<usize>)>,
    pub(super) functions: BTreeMap<String, Function>,
    pub(super) scalars: Vec<Scalar>,
}

pub(super) fn read(dialect: Dialect, sql: &str) -> Result<Script, SqlProblem> {
    let mut script =
        Script { tables: sql.to_string(), triggers: Vec::new(), functions: BTreeMap::new(), scalars: Vec::new() };
    let plain = without_commands(&without_delimiters(sql), dialect);
    let lines = parse::Lines::new(&plain);
    let Ok(tokens) = Tokenizer::new(parse::grammar(dialect), &plain).tokenize_with_location() else {
        // Said by the parser.
        return Ok(script);
    };
    let mut taken: Vec<Range<usize>> = Vec::new();
    for statement in cut(&tokens) {
        let (Some(first), Some(last)) = (statement.first(), statement.last()) else { continue };
        let range = lines.offset(first.span.start)..lines.offset(last.span.end).max(lines.offset(first.span.start));
        let words = words(statement, 16);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let here = |problem: SqlProblem| problem.at(range.clone());
        match words.as_slice() {
            ["CREATE", "EVENT", "TRIGGER", ..] => {}
            ["CREATE", ..] if made(&words, "TRIGGER") => {
                let trigger = trigger::parse_trigger(dialect, statement).map_err(here)?;
                script.triggers.push((trigger, range.clone()));
            }
            ["CREATE", ..] if made(&words, "FUNCTION") => {
                match trigger::parse_any_function(dialect, statement).map_err(here)? {
                    Made::ForTriggers(function) => {
                        script.functions.insert(function.name.clone(), function);
                    }
                    Made::Scalar(scalar) => script.scalars.push(scalar),
                    Made::Other => {}
                }
            }
            ["CREATE", "POLICY", ..] => policy(&plain[range.clone()]).map_err(here)?,
            ["DO", ..] if dialect == Dialect::PostgreSql => {
                let kept = block(statement, &plain, range.clone(), &lines).map_err(here)?;
                let mut start = range.start;
                for part in kept {
                    taken.push(start..part.start);
                    start = part.end;
                }
                taken.push(start..range.end);
                continue;
            }
            ["ALTER", "TYPE", ..] if words.contains(&"VALUE") => continue,
            ["ALTER", "TABLE", ..] if is_about_storage(&words) => {}
            _ if WITHOUT_EFFECT.iter().any(|known| words.starts_with(known)) => {}
            _ => continue,
        }
        taken.push(range);
    }
    script.tables = blanked(&plain, &taken);
    Ok(script)
}

/// Whether it is this that a `CREATE` makes; a column may have such a name.
fn made(words: &[&str], what: &str) -> bool {
    let kinds = [
        "TRIGGER",
        "FUNCTION",
        "TABLE",
        "INDEX",
        "VIEW",
        "TYPE",
        "SEQUENCE",
        "DOMAIN",
        "PROCEDURE",
        "EVENT",
        "POLICY",
        "SCHEMA",
        "UNIQUE",
    ];
    words.iter().find(|word| kinds.contains(word)) == Some(&what)
}

/// A policy that asks for a setting of the session says so when the setting is made, and changes nothing until then.
fn policy(text: &str) -> Result<(), SqlProblem> {
    let text = text.to_lowercase();
    let rest = text.replace(' ', "");
    if text.contains("current_setting") || rest.contains("using(true)") {
        return Ok(());
    }
    Err(SqlProblem::unsupported("CREATE POLICY is not something belt can run: everybody sees every row here")
        .with_help("ask for the tenant in each statement's WHERE"))
}

fn blanked(text: &str, taken: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in taken {
        out.push_str(&text[at..range.start]);
        for c in text[range.clone()].chars() {
            match c {
                '\n' => out.push('\n'),
                c => out.extend(std::iter::repeat_n(' ', c.len_utf8())),
            }
        }
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Lines that are for PostgreSQL's client.
fn without_commands(sql: &str, dialect: Dialect) -> String {
    if dialect != Dialect::PostgreSql || !sql.contains('\\') {
        return sql.to_string();
    }
    let mut out = String::with_capacity(sql.len());
    for line in sql.split_inclusive('\n') {
        let command = line.strip_prefix('\\').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        if command {
            out.extend(line.chars().map(|c| if c == '\n' { c } else { ' ' }));
        } else {
            out.push_str(line);
        }
    }
    out
}

/// The statements inside `DO $$ BEGIN ... END $$` that are those of a schema, by their bytes in the whole text.
fn block(
    statement: &[TokenWithSpan],
    text: &str,
    range: Range<usize>,
    lines: &parse::Lines<'_>,
) -> Result<Vec<Range<usize>>, SqlProblem> {
    let refused = |what: &str| {
        SqlProblem::unsupported(format!("{what} in a DO block is not something belt can run"))
            .with_help("write its statements by themselves")
    };
    let found = statement.iter().find(|token| matches!(token.token, Token::DollarQuotedString(_)));
    let Some((body_token, Token::DollarQuotedString(quoted))) = found.map(|token| (token, &token.token)) else {
        return Err(refused("text in quotes"));
    };
    let tag = quoted.tag.as_ref().map_or(0, String::len) + 2;
    let start = lines.offset(body_token.span.start) + tag;
    let body = quoted.value.as_str();
    if text.get(start..start + body.len()) != Some(body) {
        return Err(refused("this"));
    }
    let inner = parse::Lines::new(body);
    let tokens = Tokenizer::new(parse::grammar(Dialect::PostgreSql), body)
        .tokenize_with_location()
        .map_err(|error| SqlProblem::new(SqlProblemKind::Syntax, parse::plain(&error.message), Some(range.clone())))?;
    let solid: Vec<&TokenWithSpan> =
        tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF)).collect();
    let word = |at: usize| match solid.get(at).map(|token| &token.token) {
        Some(Token::Word(word)) if word.quote_style.is_none() => word.value.to_uppercase(),
        _ => String::new(),
    };
    // Partitions hold nothing of their own here, however they are made.
    if body.to_uppercase().contains("PARTITION OF") {
        return Ok(Vec::new());
    }
    let mut at = (0..solid.len()).find(|at| word(*at) == "BEGIN").map_or(0, |at| at + 1);
    let mut kept = Vec::new();
    while at < solid.len() {
        match word(at).as_str() {
            // In an empty database nothing is in the way.
            "EXCEPTION" => break,
            "END" => {
                at += if word(at + 1) == "IF" { 2 } else { 1 };
                continue;
            }
            "IF" if word(at + 1) == "NOT" && word(at + 2) == "EXISTS" => {
                at = (at..solid.len()).find(|at| word(*at) == "THEN").map_or(solid.len(), |at| at + 1);
                continue;
            }
            "CREATE" | "ALTER" | "INSERT" | "UPDATE" | "DELETE" | "COMMENT" | "GRANT" | "DROP" | "NULL" | "RAISE"
            | "SET" | "REVOKE" => {
                let first = at;
                while at < solid.len() && solid[at].token != Token::SemiColon {
                    at += 1;
                }
                if matches!(word(first).as_str(), "CREATE" | "ALTER" | "INSERT" | "UPDATE" | "DELETE") {
                    let end = solid.get(at).or(solid.last()).map_or(body.len(), |token| inner.offset(token.span.end));
                    kept.push(start + inner.offset(solid[first].span.start)..start + end);
                }
                at += 1;
            }
            "" => at += 1,
            other => return Err(refused(other)),
        }
    }
    Ok(kept)
}

/// Gives the tables their triggers.
pub(super) fn add_triggers(schema: &mut Schema, triggers: Vec<(Trigger, Range<usize>)>) -> Result<(), SqlProblem> {
    let mut order: Vec<(String, Range<usize>)> = Vec::new();
    for (trigger, range) in triggers {
        let here = |problem: SqlProblem| problem.at(range.clone());
        if trigger.timing == Timing::Instead {
            return Err(here(
                SqlProblem::unsupported("INSTEAD OF in a schema is not something belt can run")
                    .with_help("write to the table behind the view"),
            ));
        }
        let Some(table) = schema.table(&trigger.table).map(|table| table.name.clone()) else {
            return Err(here(SqlProblem::invalid(format!("there is no table {}", trigger.table))));
        };
        if let Does::Call(function) = &trigger.does
            && !schema.functions.contains_key(function)
        {
            // PostgreSQL's own.
            if matches!(function.as_str(), "tsvector_update_trigger" | "tsvector_update_trigger_column") {
                continue;
            }
            return Err(here(SqlProblem::invalid(format!("there is no function {function}() that returns trigger"))));
        }
        let same = |known: &Trigger| {
            known.name.eq_ignore_ascii_case(&trigger.name)
                && (known.table == table || schema.dialect != Dialect::PostgreSql)
        };
        if schema.triggers.iter().any(same) {
            if trigger.if_not_exists {
                continue;
            }
            if !trigger.replace {
                return Err(here(SqlProblem::invalid(format!("there is a trigger {} already", trigger.name))));
            }
            let kept = schema.triggers.iter().filter(|known| !same(known)).cloned().collect();
            schema.triggers = kept;
        }
        if !order.iter().any(|(known, _)| *known == table) {
            order.push((table.clone(), range));
        }
        schema.triggers.push(Trigger { table, ..trigger });
    }
    let mut made = Vec::new();
    for (name, range) in order {
        let Some(table) = schema.table(&name) else { continue };
        let own: Vec<&Trigger> = schema.triggers.iter().filter(|trigger| trigger.table == name).collect();
        let subject = Subject { schema, table, enforced: Vec::new(), functions: &schema.functions };
        for sql in trigger::plain(&subject, &own).map_err(|problem| problem.at(range.clone()))? {
            made.push((sql, range.clone()));
        }
        // What they make of a row is written into each statement; whether it can be shows here.
        for event in trigger::Event::ALL {
            let every: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
            trigger::before(&subject, event, &every).map_err(|problem| problem.at(range.clone()))?;
        }
    }
    schema.lowered.extend(made);
    Ok(())
}
