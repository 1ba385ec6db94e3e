//! `ON CONFLICT (columns) WHERE condition`: the parser knows no condition there.

use sqlparser::tokenizer::{Token, TokenWithSpan};

/// Stands among the columns of a conflict that had a condition: it names a partial index.
pub(in crate::sql) const PARTIAL: &str = "belt:partial";

fn is_word(token: &Token, wanted: &str) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(wanted))
}

/// Takes the conditions out and marks where they were.
pub(super) fn mark_partial(tokens: &mut Vec<TokenWithSpan>) {
    let mut from = 0;
    while let Some((close, start, end)) = condition(tokens, from) {
        let span = tokens[start].span;
        tokens.drain(start..end);
        let mark = Token::make_word(PARTIAL, Some('"'));
        tokens.splice(close..close, [Token::Comma, mark].map(|token| TokenWithSpan { token, span }));
        from = close + 2;
    }
}

/// The bracket that ends the next conflict's columns, and where its condition begins and ends.
fn condition(tokens: &[TokenWithSpan], from: usize) -> Option<(usize, usize, usize)> {
    let solid = |at: usize| {
        (at..tokens.len()).find(|at| !matches!(tokens[*at].token, Token::Whitespace(_))).unwrap_or(tokens.len())
    };
    let mut at = from;
    while at < tokens.len() {
        let conflict = is_word(&tokens[at].token, "conflict");
        at = solid(at + 1);
        if !conflict || tokens.get(at).is_none_or(|token| token.token != Token::LParen) {
            continue;
        }
        let close = skip(tokens, at, |token| *token == Token::RParen)?;
        let start = solid(close + 1);
        if tokens.get(start).is_some_and(|token| is_word(&token.token, "where")) {
            let end = skip(tokens, start, |token| is_word(token, "do"))?;
            return Some((close, start, end));
        }
        at = start;
    }
    None
}

/// The first token after `start`, outside brackets opened since, that is wanted.
fn skip(tokens: &[TokenWithSpan], start: usize, wanted: impl Fn(&Token) -> bool) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start + 1) {
        match &token.token {
            token if depth == 0 && wanted(token) => return Some(at),
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.checked_sub(1)?,
            Token::SemiColon => return None,
            _ => {}
        }
    }
    None
}
