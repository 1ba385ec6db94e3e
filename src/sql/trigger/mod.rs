//! Triggers: what the learner wrote, what it does to a row, and the triggers of SQLite's that do the same.

mod body;
mod emit;
mod follow;
mod reader;
mod replace;
mod scalar;
mod stored;

use sqlparser::ast::{Expr, Statement};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

pub(super) use emit::{Subject, emit, plain};
pub(super) use reader::Reader;
use reader::{Parsed, syntax};
pub(super) use scalar::{Made, Scalar, parse_any_function, write_out};
pub(super) use stored::{Before, before};

use crate::sql::{DbErrorKind, Dialect, SqlProblem, parse};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timing {
    Before,
    After,
    Instead,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Insert,
    Update,
    Delete,
}

impl Event {
    pub(super) const ALL: [Event; 3] = [Event::Insert, Event::Update, Event::Delete];

    pub(super) fn word(self) -> &'static str {
        match self {
            Event::Insert => "INSERT",
            Event::Update => "UPDATE",
            Event::Delete => "DELETE",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Trigger {
    pub(super) name: String,
    pub(super) table: String,
    pub(super) timing: Timing,
    pub(super) events: Vec<Event>,
    /// `UPDATE OF`.
    pub(super) columns: Vec<String>,
    pub(super) when: Option<Expr>,
    pub(super) does: Does,
    /// What PostgreSQL hands to the function as `TG_ARGV`.
    pub(super) arguments: Vec<String>,
    /// Once a statement, which is once a row where all it does is refuse.
    pub(super) once: bool,
    pub(super) replace: bool,
    pub(super) if_not_exists: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Does {
    /// PostgreSQL's, by name.
    Call(String),
    Body(Vec<Act>),
}

/// A trigger function.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) replace: bool,
    pub(super) body: Vec<Act>,
}

/// One statement of a body.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// `NEW.x := ...` or a variable of the body's own.
    Set(Place, Box<Expr>),
    If(Vec<(Expr, Vec<Act>)>, Vec<Act>),
    Sql(Box<Statement>),
    /// The kind of error and its text.
    Refuse(DbErrorKind, String),
    Return(Given),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    New(String),
    Variable(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    New,
    Old,
    /// `coalesce(NEW, OLD)`: whichever there is.
    Either,
    Null,
}

pub(super) fn parse_trigger(dialect: Dialect, tokens: &[TokenWithSpan]) -> Parsed<Trigger> {
    let mut reader = Reader::new(dialect, tokens);
    reader.expect("CREATE")?;
    let mut replace = false;
    while !reader.word("TRIGGER") {
        replace |= reader.peeked("REPLACE");
        if reader.at_end() {
            return Err(reader.unexpected("TRIGGER"));
        }
        reader.parser.next_token();
    }
    let if_not_exists = reader.parser.parse_keywords(&[Keyword::IF, Keyword::NOT, Keyword::EXISTS]);
    let name = reader.name()?;
    let timing = if reader.word("AFTER") {
        Timing::After
    } else if reader.word("INSTEAD") {
        reader.expect("OF")?;
        Timing::Instead
    } else {
        // SQLite's when nothing is said.
        let _ = reader.word("BEFORE");
        Timing::Before
    };
    let mut events = Vec::new();
    let mut columns = Vec::new();
    loop {
        let event = Event::ALL.into_iter().find(|event| reader.word(event.word()));
        match event {
            Some(event) => events.push(event),
            // There is no TRUNCATE that a trigger would see.
            None if reader.word("TRUNCATE") => {}
            None => return Err(reader.unexpected("INSERT, UPDATE or DELETE")),
        }
        if reader.word("OF") {
            columns.push(reader.column()?);
            while reader.token(&Token::Comma) {
                columns.push(reader.column()?);
            }
        }
        if !reader.word("OR") {
            break;
        }
    }
    reader.expect("ON")?;
    let table = reader.name()?;
    // Constraint triggers wait for the end of the transaction at most.
    for words in [&["NOT", "DEFERRABLE"][..], &["DEFERRABLE"], &["INITIALLY", "DEFERRED"], &["INITIALLY", "IMMEDIATE"]]
    {
        if words.iter().all(|word| reader.word(word)) {}
    }
    if reader.word("REFERENCING") {
        return Err(SqlProblem::unsupported("a trigger with transition tables is not something belt can run")
            .with_help("use FOR EACH ROW, and NEW and OLD"));
    }
    let mut once = dialect == Dialect::PostgreSql;
    if reader.word("FOR") {
        let _ = reader.word("EACH");
        once = reader.word("STATEMENT");
        if !once {
            reader.expect("ROW")?;
        }
    }
    // MySQL's order among triggers of the same time is that of the text.
    if dialect == Dialect::MySql && (reader.word("FOLLOWS") || reader.word("PRECEDES")) {
        reader.name()?;
    }
    let when = if reader.word("WHEN") { Some(reader.expr()?) } else { None };
    let mut arguments = Vec::new();
    let does = if dialect == Dialect::PostgreSql {
        reader.expect("EXECUTE")?;
        if !reader.word("FUNCTION") {
            reader.expect("PROCEDURE")?;
        }
        let name = reader.name()?;
        while !reader.at_end() {
            match reader.parser.next_token().token {
                Token::SingleQuotedString(text) => arguments.push(text),
                Token::Number(text, _) => arguments.push(text),
                Token::Word(word) => arguments.push(word.value),
                _ => {}
            }
        }
        Does::Call(name)
    } else {
        Does::Body(body::read(&mut reader)?)
    };
    Ok(Trigger { name, table, timing, events, columns, when, does, arguments, once, replace, if_not_exists })
}

/// Whether all a body does is refuse, so that once a statement and once a row come to the same.
pub(super) fn only_refuses(acts: &[Act]) -> bool {
    acts.iter().all(|act| match act {
        Act::Refuse(..) | Act::Return(_) | Act::Set(Place::Variable(_), _) => true,
        Act::If(found, otherwise) => found.iter().all(|(_, acts)| only_refuses(acts)) && only_refuses(otherwise),
        Act::Sql(_) | Act::Set(Place::New(_), _) => false,
    })
}

pub(super) fn parse_function(dialect: Dialect, tokens: &[TokenWithSpan]) -> Parsed<Function> {
    let mut reader = Reader::new(dialect, tokens);
    let mut replace = false;
    while !reader.word("FUNCTION") {
        replace |= reader.peeked("REPLACE");
        reader.parser.next_token();
        if reader.at_end() {
            return Err(reader.unexpected("FUNCTION"));
        }
    }
    let name = reader.name()?;
    let mut text = None;
    let mut for_triggers = false;
    let mut language = None;
    while !reader.at_end() {
        if reader.word("RETURNS") {
            for_triggers = reader.word("TRIGGER");
        } else if reader.word("LANGUAGE") {
            language = Some(reader.parser.next_token().token.to_string().trim_matches('\'').to_lowercase());
        } else {
            match reader.parser.next_token().token {
                Token::DollarQuotedString(body) => text = Some(body.value),
                Token::SingleQuotedString(body) => text = Some(body),
                _ => {}
            }
        }
    }
    if !for_triggers {
        return Err(SqlProblem::unsupported(format!("the function {name} is not something belt can run"))
            .with_help("functions that RETURN trigger can be run"));
    }
    let Some(text) = text.filter(|_| language.as_deref() == Some("plpgsql")) else {
        return Err(SqlProblem::unsupported(format!("the function {name} is not something belt can run"))
            .with_help("write its body in LANGUAGE plpgsql, between $$ and $$"));
    };
    let tokens = tokens_of(dialect, &text)?;
    let body = body::read(&mut Reader::new(dialect, &tokens))?;
    Ok(Function { name, replace, body })
}

pub(super) fn tokens_of(dialect: Dialect, text: &str) -> Parsed<Vec<TokenWithSpan>> {
    let tokens = sqlparser::tokenizer::Tokenizer::new(parse::grammar(dialect), text).tokenize_with_location();
    tokens.map_err(|error| syntax(&error.message))
}

/// Column of `NEW.x` or `OLD.x`, and whether it is `NEW`.
pub(super) fn of_row(expr: &Expr) -> Option<(bool, String)> {
    body::of_row(Dialect::Sqlite, expr)
}
