//! Reads what the parser does not know, word by word.

use sqlparser::ast::{Expr, Ident};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::sql::names::{fold, last_name};
use crate::sql::{Dialect, SqlProblem, SqlProblemKind, parse};

pub(super) type Parsed<T> = Result<T, SqlProblem>;

/// A reader of tokens that speaks of what it cannot read.
pub(in crate::sql) struct Reader<'a> {
    pub(in crate::sql) parser: Parser<'a>,
    pub(in crate::sql) dialect: Dialect,
}

impl Reader<'_> {
    pub(in crate::sql) fn new(dialect: Dialect, tokens: &[TokenWithSpan]) -> Reader<'static> {
        let mut tokens = tokens.to_vec();
        if dialect == Dialect::PostgreSql {
            tokens = whole_rows(tokens);
        }
        if dialect == Dialect::Sqlite {
            parse::is::write_out(&mut tokens);
        }
        let parser = Parser::new(parse::grammar(dialect)).with_tokens_with_locations(tokens);
        Reader { parser, dialect }
    }

    pub(in crate::sql) fn peeked(&self, word: &str) -> bool {
        matches!(&self.parser.peek_token().token,
            Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
    }

    pub(in crate::sql) fn word(&mut self, word: &str) -> bool {
        let found = self.peeked(word);
        if found {
            self.parser.next_token();
        }
        found
    }

    pub(in crate::sql) fn token(&mut self, token: &Token) -> bool {
        self.parser.consume_token(token)
    }

    pub(in crate::sql) fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.word(word) { Ok(()) } else { Err(self.unexpected(word)) }
    }

    pub(in crate::sql) fn unexpected(&self, wanted: &str) -> SqlProblem {
        let found = self.parser.peek_token().token;
        SqlProblem::new(
            SqlProblemKind::Syntax,
            format!("{wanted} was expected in the trigger, and {found} stands there"),
            None,
        )
    }

    pub(in crate::sql) fn ident(&mut self) -> Parsed<Ident> {
        self.parser.parse_identifier().map_err(|error| syntax(&error.to_string()))
    }

    pub(in crate::sql) fn name(&mut self) -> Parsed<String> {
        let name = self.parser.parse_object_name(false).map_err(|error| syntax(&error.to_string()))?;
        Ok(last_name(self.dialect, &name))
    }

    pub(in crate::sql) fn expr(&mut self) -> Parsed<Expr> {
        self.parser.parse_expr().map_err(|error| syntax(&error.to_string()))
    }

    pub(in crate::sql) fn column(&mut self) -> Parsed<String> {
        let ident = self.ident()?;
        Ok(fold(self.dialect, &ident))
    }

    pub(in crate::sql) fn at_end(&self) -> bool {
        self.parser.peek_token().token == Token::EOF
    }
}

pub(in crate::sql) fn syntax(message: &str) -> SqlProblem {
    let message = message.trim_start_matches("sql parser error: ");
    SqlProblem::new(SqlProblemKind::Syntax, format!("the trigger cannot be read: {}", parse::plain(message)), None)
}

/// `NEW.*` as `NEW`, which the body's reader knows how to spell out, and other words of PL/pgSQL as SQL has them.
fn whole_rows(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut solid: Vec<TokenWithSpan> =
        tokens.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    let is = |token: &TokenWithSpan, words: &[&str]| match &token.token {
        Token::Word(word) => {
            word.quote_style.is_none() && words.iter().any(|known| word.value.eq_ignore_ascii_case(known))
        }
        _ => false,
    };
    let mut at = 0;
    while at < solid.len() {
        let next = |n: usize| solid.get(at + n).map(|token| &token.token);
        if is(&solid[at], &["NEW", "OLD"]) && next(1) == Some(&Token::Period) && next(2) == Some(&Token::Mul) {
            solid.drain(at + 1..at + 3);
        } else if is(&solid[at], &["PERFORM"]) {
            solid[at].token = Token::make_keyword("SELECT");
        } else if is(&solid[at], &["STRICT"]) && at > 0 && is(&solid[at - 1], &["INTO"]) {
            solid.remove(at);
        }
        at += 1;
    }
    solid
}
