//! A migration's text as its statements. Bodies of triggers hold semicolons, so the text is cut by its tokens.

use std::ops::Range;

use sqlparser::ast::Statement;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use crate::sql::ddl::without_effect;
use crate::sql::parse::cut::{cut, without_delimiters, words};
use crate::sql::trigger::{self, Function, Trigger};
use crate::sql::{Dialect, SqlProblem, SqlProblemKind, parse};

/// One statement of a migration.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Bytes of the migration's text.
    pub range: Range<usize>,
    /// Whether a transaction is still open after it, so that nobody else has seen it yet.
    pub unseen: bool,
    pub(super) text: String,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Sql(Box<Statement>),
    Trigger(Box<Trigger>),
    Function(Function),
    DropTrigger {
        name: String,
        table: Option<String>,
        if_exists: bool,
    },
    DropFunction {
        name: String,
        if_exists: bool,
        cascade: bool,
    },
    /// What a `DO` block changes of rows, and whether it goes on until there is nothing left to change.
    Block {
        statements: Vec<String>,
        looped: bool,
    },
    /// The beginning or end of a transaction, and what has no effect here.
    Nothing,
}

impl Piece {
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The statement on one line.
    pub fn shown(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Names of its parameters, in the order in which they stand there.
    pub fn parameters(&self) -> Vec<String> {
        let mut names = Vec::new();
        for part in self.text.split(':').skip(1) {
            let name: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if self.is_data() && name.starts_with(|c: char| c.is_alphabetic()) && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether it is the beginning or end of a transaction, or has no effect.
    pub fn is_control(&self) -> bool {
        matches!(self.what, What::Nothing)
    }

    /// Whether it begins a transaction.
    pub fn begins(&self) -> bool {
        self.is_control() && (self.starts_with("BEGIN") || self.starts_with("START"))
    }

    /// Whether it takes a whole transaction back.
    pub fn takes_back(&self) -> bool {
        self.is_control() && self.starts_with("ROLLBACK")
    }

    fn starts_with(&self, word: &str) -> bool {
        self.text.split(|c: char| !c.is_alphanumeric()).next().is_some_and(|first| first.eq_ignore_ascii_case(word))
    }

    /// Whether it changes rows rather than tables.
    pub fn is_data(&self) -> bool {
        match &self.what {
            What::Sql(statement) => super::is_data(statement),
            What::Block { .. } => true,
            _ => false,
        }
    }
}

/// The statements of a migration, in order.
///
/// # Errors
/// Text that is not SQL of the dialect, and forms of triggers and functions that belt cannot run.
pub fn script(dialect: Dialect, sql: &str) -> Result<Vec<Piece>, SqlProblem> {
    let plain = without_delimiters(sql);
    let lines = parse::Lines::new(&plain);
    let tokens = Tokenizer::new(parse::grammar(dialect), &plain).tokenize_with_location().map_err(|error| {
        let at = lines.offset(error.location);
        SqlProblem::new(SqlProblemKind::Syntax, parse::plain(&error.message), Some(at..plain.len().min(at + 1)))
    })?;
    let mut pieces = Vec::new();
    let mut open = false;
    for statement in cut(&tokens) {
        let (Some(first), Some(last)) = (statement.first(), statement.last()) else { continue };
        let range = lines.offset(first.span.start)..lines.offset(last.span.end).max(lines.offset(first.span.start));
        let text = plain.get(range.clone()).unwrap_or_default().to_string();
        let words = words(statement, 3);
        match words.first().map(String::as_str) {
            Some("BEGIN" | "START") => open = true,
            Some("COMMIT" | "END") => open = false,
            Some("ROLLBACK") if !to_savepoint(&words) => open = false,
            _ => {}
        }
        let alone = not_in_transaction(statement).filter(|_| open && dialect == Dialect::PostgreSql);
        let what = alone.map_or_else(|| one(dialect, statement, &text), Err).map_err(|problem| {
            let within = problem.range.clone().unwrap_or(0..text.len());
            let moved = range.start + within.start..range.start + within.end;
            SqlProblem { range: Some(moved), ..problem }
        })?;
        // MySQL commits before and after every change of a table.
        let seen = dialect == Dialect::MySql && !matches!(&what, What::Sql(statement) if super::is_data(statement));
        if seen && !matches!(what, What::Nothing) {
            open = false;
        }
        pieces.push(Piece { range, unseen: open, text, what });
    }
    Ok(pieces)
}

/// What PostgreSQL does outside of transactions only.
fn not_in_transaction(tokens: &[TokenWithSpan]) -> Option<SqlProblem> {
    let words = words(tokens, 8);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let alone = match words.as_slice() {
        ["CREATE" | "DROP" | "REINDEX", ..] if words.contains(&"CONCURRENTLY") => true,
        ["ALTER", "TABLE", .., "CONCURRENTLY"] => words.contains(&"DETACH"),
        ["VACUUM", ..] | ["CREATE" | "DROP", "DATABASE", ..] | ["ALTER", "SYSTEM", ..] => true,
        _ => false,
    };
    let named = match (words.as_slice(), words.contains(&"CONCURRENTLY")) {
        (["ALTER", "TABLE", ..], true) => "DETACH PARTITION CONCURRENTLY".to_string(),
        (["REINDEX", ..], true) => "REINDEX CONCURRENTLY".to_string(),
        ([first, ..], true) => format!("{first} INDEX CONCURRENTLY"),
        (words, false) => words.first().copied().unwrap_or_default().to_string(),
        ([], true) => String::new(),
    };
    alone.then(|| {
        SqlProblem::invalid(format!("{named} cannot run inside a transaction block"))
            .with_help("put it before BEGIN or after COMMIT")
    })
}

fn one(dialect: Dialect, tokens: &[TokenWithSpan], text: &str) -> Result<What, SqlProblem> {
    let words = words(tokens, 16);
    let heads: Vec<&str> = words.iter().map(String::as_str).collect();
    if without_effect::in_migration(&heads) || pauses(&heads) {
        return Ok(What::Nothing);
    }
    let made = words.iter().find(|word| *word == "TRIGGER" || *word == "FUNCTION").map(String::as_str);
    match words.first().map(String::as_str) {
        Some("BEGIN" | "START" | "COMMIT" | "END" | "LOCK" | "UNLOCK" | "SET" | "PRAGMA") => Ok(What::Nothing),
        Some("ROLLBACK") if !to_savepoint(&words) => Ok(What::Nothing),
        Some("DO") if dialect == Dialect::PostgreSql => block(tokens),
        Some(word @ ("DO" | "CALL" | "COPY")) => {
            Err(SqlProblem::unsupported(format!("{word} is not something belt can run in a migration"))
                .with_help("write the statements themselves; repeat: true runs a step until it changes no row"))
        }
        Some("CREATE") if made == Some("TRIGGER") => {
            trigger::parse_trigger(dialect, tokens).map(Box::new).map(What::Trigger)
        }
        Some("CREATE") if made == Some("FUNCTION") => trigger::parse_function(dialect, tokens).map(What::Function),
        Some("DROP") if words.get(1).is_some_and(|word| word == "TRIGGER") => parse_drop(dialect, tokens, true),
        Some("DROP") if words.get(1).is_some_and(|word| word == "FUNCTION") => parse_drop(dialect, tokens, false),
        _ => match parse::statements(text, dialect)?.pop() {
            Some((statement, _)) => Ok(What::Sql(Box::new(statement))),
            None => Ok(What::Nothing),
        },
    }
}

/// `ROLLBACK [WORK] TO name`
fn to_savepoint(words: &[String]) -> bool {
    words.iter().any(|word| word == "TO")
}

/// `SELECT pg_sleep(1)` between batches.
fn pauses(words: &[&str]) -> bool {
    matches!(words, ["SELECT" | "PERFORM" | "DO", "PG_SLEEP" | "SLEEP", ..])
}

/// The statements of a program's text, which may hold parameters.
///
/// # Errors
/// Text that cannot be read as words at all.
pub fn split(dialect: Dialect, sql: &str) -> Result<Vec<String>, SqlProblem> {
    let lines = parse::Lines::new(sql);
    let tokens = Tokenizer::new(parse::grammar(dialect), sql)
        .tokenize_with_location()
        .map_err(|error| SqlProblem::new(SqlProblemKind::Syntax, parse::plain(&error.message), None))?;
    let texts = cut(&tokens).into_iter().filter_map(|statement| {
        let (first, last) = (statement.first()?, statement.last()?);
        sql.get(lines.offset(first.span.start)..lines.offset(last.span.end)).map(str::to_string)
    });
    let control = ["BEGIN", "COMMIT", "START TRANSACTION", "BEGIN TRANSACTION", "END"];
    Ok(texts.filter(|text| !control.iter().any(|word| text.eq_ignore_ascii_case(word))).collect())
}

fn parse_drop(dialect: Dialect, tokens: &[TokenWithSpan], trigger: bool) -> Result<What, SqlProblem> {
    let mut reader = trigger::Reader::new(dialect, tokens);
    reader.parser.next_token();
    reader.parser.next_token();
    let if_exists = reader.parser.parse_keywords(&[Keyword::IF, Keyword::EXISTS]);
    let name = reader.name()?;
    if trigger {
        let table = if reader.word("ON") { Some(reader.name()?) } else { None };
        if dialect == Dialect::PostgreSql && table.is_none() {
            return Err(reader.unexpected("ON and the table"));
        }
        return Ok(What::DropTrigger { name, table, if_exists });
    }
    let mut cascade = false;
    while !reader.at_end() {
        cascade |= reader.peeked("CASCADE");
        reader.parser.next_token();
    }
    Ok(What::DropFunction { name, if_exists, cascade })
}

/// `DO $$ BEGIN ... END $$`: statements that change rows, perhaps in a loop that ends when one finds no more.
fn block(tokens: &[TokenWithSpan]) -> Result<What, SqlProblem> {
    let refused = |what: &str| {
        SqlProblem::unsupported(format!("{what} in a DO block is not something belt can run in a migration"))
            .with_help("write the statements themselves; repeat: true runs a step until it changes no row")
    };
    let body = tokens.iter().find_map(|token| match &token.token {
        Token::DollarQuotedString(body) => Some(body.value.as_str()),
        _ => None,
    });
    let body = body.ok_or_else(|| refused("text in quotes"))?;
    let tokens = trigger::tokens_of(Dialect::PostgreSql, body)?;
    let lines = parse::Lines::new(body);
    let solid: Vec<&TokenWithSpan> =
        tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF)).collect();
    let word = |at: usize| match solid.get(at).map(|token| &token.token) {
        Some(Token::Word(word)) if word.quote_style.is_none() => word.value.to_uppercase(),
        _ => String::new(),
    };
    let begin = (0..solid.len()).find(|at| word(*at) == "BEGIN").ok_or_else(|| refused("a body without BEGIN"))?;
    let mut variables: Vec<String> = Vec::new();
    let mut fresh = word(0) == "DECLARE";
    for (at, token) in solid.iter().enumerate().take(begin).skip(1) {
        if fresh {
            variables.push(word(at));
        }
        fresh = token.token == Token::SemiColon;
    }
    let (mut statements, mut looped) = (Vec::new(), false);
    let mut at = begin + 1;
    while at < solid.len() {
        let end = (at..solid.len()).find(|end| solid[*end].token == Token::SemiColon).unwrap_or(solid.len());
        match word(at).as_str() {
            "LOOP" => {
                looped = true;
                at += 1;
                continue;
            }
            // What ends the loop is looked at by the number of rows that change.
            "EXIT" | "GET" | "COMMIT" | "PERFORM" | "RAISE" | "NULL" | "END" | "CONTINUE" => {}
            "IF" => {
                at = (at..end).find(|at| word(*at) == "THEN").map_or(end, |at| at + 1);
                continue;
            }
            "UPDATE" | "DELETE" | "INSERT" | "WITH" => {
                if let Some(name) = (at..end).map(word).find(|word| variables.contains(word)) {
                    return Err(refused(&format!("a statement that reads the variable {}", name.to_lowercase())));
                }
                let last = solid.get(end.saturating_sub(1)).map_or(body.len(), |token| lines.offset(token.span.end));
                let text = body.get(lines.offset(solid[at].span.start)..last).unwrap_or_default();
                statements.push(text.to_string());
            }
            // A variable that is counted with.
            name if variables.iter().any(|known| known == name) => {}
            other => return Err(refused(if other.is_empty() { "this" } else { other })),
        }
        at = end + 1;
    }
    Ok(What::Block { statements, looped })
}
