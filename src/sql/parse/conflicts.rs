//! `ON CONFLICT (columns) WHERE condition`: the parser knows no condition there. A `SELECT` ends before `ON`.

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

/// Gives the `SELECT` before an `INSERT`'s `ON` a condition: the parser would read `ON` as the name of the last column,
/// and SQLite as part of a join. The tokens have no space between them.
pub(super) fn close_off(tokens: &mut Vec<TokenWithSpan>) {
    let mut at = 0;
    while at + 1 < tokens.len() {
        let next = &tokens[at + 1].token;
        if is_word(&tokens[at].token, "on")
            && (is_word(next, "conflict") || is_word(next, "duplicate"))
            && is_open(&tokens[..at])
        {
            let span = tokens[at].span;
            let condition = ["WHERE", "TRUE"].map(|word| TokenWithSpan { token: Token::make_keyword(word), span });
            tokens.splice(at..at, condition);
            at += 2;
        }
        at += 1;
    }
}

/// Whether these tokens end in a `SELECT` that has come to its columns or tables only.
fn is_open(tokens: &[TokenWithSpan]) -> bool {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().rev() {
        let before = at.checked_sub(1).map(|before| &tokens[before].token);
        // A parameter may have any name.
        let named = before.is_some_and(|before| matches!(before, Token::Colon | Token::Period | Token::AtSign));
        let distinct = before.is_some_and(|before| is_word(before, "distinct"));
        let word = |words: &[&str]| words.iter().any(|word| is_word(&token.token, word));
        match &token.token {
            Token::RParen => depth += 1,
            Token::LParen if depth == 0 => return false,
            Token::LParen => depth -= 1,
            Token::SemiColon => return false,
            _ if depth > 0 || named => {}
            _ if word(&["select"]) || (word(&["from"]) && !distinct) => return true,
            _ if word(&["where", "group", "having", "order", "limit", "values", "set", "insert", "into"]) => {
                return false;
            }
            _ => {}
        }
    }
    false
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
