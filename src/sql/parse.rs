//! Text to statements, with positions.

mod conflicts;
pub(super) mod cut;
mod foreign;
pub(super) mod is;
mod rows;
mod sequences;
mod spellings;

use std::ops::Range;

pub(super) use conflicts::PARTIAL;
pub(super) use spellings::{OVERRIDING, REFRESH};
use sqlparser::ast::Statement;
use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer};

use super::{Dialect, SqlProblem, SqlProblemKind};
use crate::submission::nearest;

/// Longest SQL text that is looked at, in bytes.
const MAX_TEXT_LEN: usize = 256 * 1024;
/// Deepest nesting of expressions and queries.
const MAX_DEPTH: usize = 48;

pub(super) fn grammar(dialect: Dialect) -> &'static dyn Grammar {
    match dialect {
        Dialect::PostgreSql => &PostgreSqlDialect {},
        Dialect::MySql => &MySqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
    }
}

/// Turns the tokenizer's line and column (characters, from 1) into byte offsets.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Lines { text, starts }
    }

    pub(super) fn offset(&self, location: Location) -> usize {
        let line = usize::try_from(location.line).unwrap_or(0).saturating_sub(1);
        let Some(&start) = self.starts.get(line) else {
            return self.text.len();
        };
        let column = usize::try_from(location.column).unwrap_or(0).saturating_sub(1);
        self.text[start..].char_indices().nth(column).map_or(self.text.len(), |(at, _)| start + at)
    }

    pub(super) fn range(&self, span: Span) -> Option<Range<usize>> {
        if span.start.line == 0 {
            return None;
        }
        let start = self.offset(span.start);
        Some(start..self.offset(span.end).max(start))
    }
}

/// Every statement with its bytes in `sql`.
pub(super) fn statements(sql: &str, dialect: Dialect) -> Result<Vec<(Statement, Range<usize>)>, SqlProblem> {
    if sql.len() > MAX_TEXT_LEN {
        return Err(SqlProblem::new(
            SqlProblemKind::Syntax,
            format!("the SQL text is {} bytes long, more than the {MAX_TEXT_LEN} that are read", sql.len()),
            None,
        ));
    }
    let lines = Lines::new(sql);
    let grammar = grammar(dialect);
    let mut tokens = Tokenizer::new(grammar, sql).tokenize_with_location().map_err(|error| {
        let at = lines.offset(error.location);
        SqlProblem::new(SqlProblemKind::Syntax, plain(&error.message), Some(at..sql.len().min(at + 1)))
    })?;
    spellings::respell(&mut tokens, dialect);
    sequences::order_options(&mut tokens);
    if dialect == Dialect::Sqlite {
        is::write_out(&mut tokens);
    }
    conflicts::close_off(&mut tokens);
    conflicts::mark_partial(&mut tokens);
    let mut parser = Parser::new(grammar).with_recursion_limit(MAX_DEPTH).with_tokens_with_locations(tokens);
    let mut statements = Vec::new();
    loop {
        while parser.consume_token(&Token::SemiColon) {}
        let first = parser.peek_token();
        if first.token == Token::EOF {
            return Ok(statements);
        }
        let start = lines.offset(first.span.start);
        let ahead: Vec<TokenWithSpan> = parser.peek_tokens_with_location::<4>().into();
        if let Some((what, instead)) = spellings::not_here(&ahead) {
            let end = sql[start..].find(';').map_or(sql.len(), |end| start + end);
            return Err(SqlProblem::unsupported(format!("{what} is not something belt can run"))
                .at(start..end)
                .with_help(instead));
        }
        let mut statement = parser.parse_statement().map_err(|error| {
            let next = parser.peek_token();
            let range = lines.range(next.span).unwrap_or(sql.len()..sql.len());
            let meant = misspelt(sql, range.end).or_else(|| misspelt(sql, range.start));
            let mut problem = syntax(&error, dialect);
            let end = sql.get(range.end..).and_then(|rest| rest.find(';')).map_or(sql.len(), |end| range.end + end);
            if let Some(advice) = sql.get(start..end).and_then(|text| foreign::advice(text, dialect)) {
                problem.message.push_str(&format!("; {advice}"));
            } else if let Some((word, meant)) = meant {
                problem.message.push_str(&format!("; {word} may have to be {meant}"));
            }
            problem.at(range)
        })?;
        let next = parser.peek_token();
        if next.token != Token::EOF && next.token != Token::SemiColon {
            let range = lines.range(next.span).unwrap_or(sql.len()..sql.len());
            let end = sql[start..].find(';').map_or(sql.len(), |end| start + end);
            let text = match (foreign::advice(&sql[start..end], dialect), misspelt(sql, range.start)) {
                (Some(advice), _) => format!("{} does not belong here in {}; {advice}", next.token, dialect.name()),
                (None, Some((word, meant))) => {
                    format!("{word} does not belong here in {}; did you mean {meant}?", dialect.name())
                }
                (None, None) => format!("{} does not belong here in {}", next.token, dialect.name()),
            };
            return Err(
                SqlProblem::new(SqlProblemKind::Syntax, text, Some(range)).with_help("statements are separated by ;")
            );
        }
        let end = if next.token == Token::EOF { sql.trim_end().len() } else { lines.offset(next.span.start) };
        if dialect != Dialect::Sqlite {
            rows::write_out(&mut statement);
        }
        statements.push((statement, start..end.max(start)));
    }
}

/// Words that people misspell where the parser takes them for names.
const WORDS: &[&str] = &[
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "TABLE",
    "FROM",
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "VALUES",
    "RETURNING",
    "CONFLICT",
    "PRIMARY",
    "REFERENCES",
    "UNIQUE",
    "DEFAULT",
];

/// The word that ends before `end`, and the one it is nearly.
fn misspelt(sql: &str, end: usize) -> Option<(&str, &'static str)> {
    let before = sql.get(..end)?.trim_end();
    let start = before.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let word = before.get(start..).filter(|word| word.len() > 2)?;
    if before[..start].ends_with(['\'', '"', '`', '.', '_'])
        || WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
    {
        return None;
    }
    let meant = nearest(word, WORDS.iter().copied())?;
    WORDS.iter().find(|known| **known == meant).map(|known| (word, *known))
}

fn syntax(error: &ParserError, dialect: Dialect) -> SqlProblem {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            format!("{} cannot read this: {}", dialect.name(), plain(message))
        }
        ParserError::RecursionLimitExceeded => format!("nested deeper than {MAX_DEPTH} levels"),
    };
    SqlProblem::new(SqlProblemKind::Syntax, message, None)
}

/// The parser's words in this program's style. A keyword keeps its letters.
pub(super) fn plain(message: &str) -> String {
    let message = message.split(" at Line:").next().unwrap_or(message).trim_end_matches('.');
    let mut chars = message.chars();
    match (chars.next(), chars.as_str().chars().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => message.to_string(),
    }
}
