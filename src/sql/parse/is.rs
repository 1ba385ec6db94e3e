//! SQLite's `a IS b` and `a IS NOT b`: the parser knows them as `IS [NOT] DISTINCT FROM`.

use sqlparser::tokenizer::{Token, TokenWithSpan};

fn word(token: &Token) -> Option<String> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_ascii_uppercase()),
        _ => None,
    }
}

/// Writes them out.
pub(in crate::sql) fn write_out(tokens: &mut Vec<TokenWithSpan>) {
    let mut at = 0;
    while at < tokens.len() {
        if word(&tokens[at].token).as_deref() == Some("IS") {
            let solid =
                |from: usize| (from..tokens.len()).find(|at| !matches!(tokens[*at].token, Token::Whitespace(_)));
            let Some(mut next) = solid(at + 1) else { return };
            let negated = word(&tokens[next].token).as_deref() == Some("NOT");
            if negated {
                let Some(after) = solid(next + 1) else { return };
                next = after;
            }
            let known = ["NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT", "JSON", "NORMALIZED"];
            if word(&tokens[next].token).is_none_or(|word| !known.contains(&word.as_str())) {
                let span = tokens[at].span;
                let words: &[&str] =
                    if negated { &["IS", "DISTINCT", "FROM"] } else { &["IS", "NOT", "DISTINCT", "FROM"] };
                let spaced = words.iter().flat_map(|word| {
                    [Token::make_keyword(word), Token::Whitespace(sqlparser::tokenizer::Whitespace::Space)]
                });
                let spaced: Vec<TokenWithSpan> = spaced.map(|token| TokenWithSpan { token, span }).collect();
                let added = spaced.len();
                tokens.splice(at..next, spaced);
                at += added;
                continue;
            }
        }
        at += 1;
    }
}
