//! Triggers: what the learner wrote, what it does to a row, and the triggers of SQLite's that do the same.

mod body;
mod emit;
mod follow;

use sqlparser::ast::{Expr, Ident, Statement};
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan};

pub(super) use emit::{Subject, emit};

use super::script::What;
use crate::sql::names::{fold, last_name};
use crate::sql::{Dialect, SqlProblem, SqlProblemKind, parse};

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
    Refuse(String),
    Return(Given),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    New(String),
    Variable(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Row,
    Null,
}

type Parsed<T> = Result<T, SqlProblem>;

/// A reader of tokens that speaks of what it cannot read.
pub(super) struct Reader<'a> {
    parser: Parser<'a>,
    dialect: Dialect,
}

impl Reader<'_> {
    fn new(dialect: Dialect, tokens: &[TokenWithSpan]) -> Reader<'static> {
        let mut tokens = tokens.to_vec();
        if dialect == Dialect::Sqlite {
            parse::is::write_out(&mut tokens);
        }
        let parser = Parser::new(parse::grammar(dialect)).with_tokens_with_locations(tokens);
        Reader { parser, dialect }
    }

    fn peeked(&self, word: &str) -> bool {
        matches!(&self.parser.peek_token().token,
            Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.peeked(word);
        if found {
            self.parser.next_token();
        }
        found
    }

    fn token(&mut self, token: &Token) -> bool {
        self.parser.consume_token(token)
    }

    fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.word(word) { Ok(()) } else { Err(self.unexpected(word)) }
    }

    fn unexpected(&self, wanted: &str) -> SqlProblem {
        let found = self.parser.peek_token().token;
        SqlProblem::new(
            SqlProblemKind::Syntax,
            format!("{wanted} was expected in the trigger, and {found} stands there"),
            None,
        )
    }

    fn ident(&mut self) -> Parsed<Ident> {
        self.parser.parse_identifier().map_err(|error| syntax(&error.to_string()))
    }

    fn name(&mut self) -> Parsed<String> {
        let name = self.parser.parse_object_name(false).map_err(|error| syntax(&error.to_string()))?;
        Ok(last_name(self.dialect, &name))
    }

    fn expr(&mut self) -> Parsed<Expr> {
        self.parser.parse_expr().map_err(|error| syntax(&error.to_string()))
    }

    fn column(&mut self) -> Parsed<String> {
        let ident = self.ident()?;
        Ok(fold(self.dialect, &ident))
    }

    fn at_end(&self) -> bool {
        self.parser.peek_token().token == Token::EOF
    }
}

fn syntax(message: &str) -> SqlProblem {
    let message = message.trim_start_matches("sql parser error: ");
    SqlProblem::new(SqlProblemKind::Syntax, format!("the trigger cannot be read: {}", parse::plain(message)), None)
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
        events.push(event.ok_or_else(|| reader.unexpected("INSERT, UPDATE or DELETE"))?);
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
    if reader.word("FOR") {
        let _ = reader.word("EACH");
        if reader.word("STATEMENT") {
            return Err(SqlProblem::unsupported("a trigger FOR EACH STATEMENT is not something belt can run")
                .with_help("use FOR EACH ROW"));
        }
        reader.expect("ROW")?;
    } else if dialect == Dialect::PostgreSql && !reader.peeked("WHEN") {
        return Err(SqlProblem::unsupported("a trigger without FOR EACH ROW is not something belt can run")
            .with_help("without it, PostgreSQL runs the trigger once a statement, and there is no NEW"));
    }
    let when = if reader.word("WHEN") { Some(reader.expr()?) } else { None };
    let does = if dialect == Dialect::PostgreSql {
        reader.expect("EXECUTE")?;
        if !reader.word("FUNCTION") {
            reader.expect("PROCEDURE")?;
        }
        Does::Call(reader.name()?)
    } else {
        Does::Body(body::read(&mut reader)?)
    };
    Ok(Trigger { name, table, timing, events, columns, when, does, replace, if_not_exists })
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
    let tokens = sqlparser::tokenizer::Tokenizer::new(parse::grammar(dialect), &text)
        .tokenize_with_location()
        .map_err(|error| syntax(&error.message))?;
    let body = body::read(&mut Reader::new(dialect, &tokens))?;
    Ok(Function { name, replace, body })
}

pub(super) fn parse_drop(dialect: Dialect, tokens: &[TokenWithSpan], trigger: bool) -> Parsed<What> {
    let mut reader = Reader::new(dialect, tokens);
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
