//! The options of a sequence may come in any order; the parser knows one.

use sqlparser::tokenizer::{Token, TokenWithSpan};

const OPTIONS: [&str; 8] = ["INCREMENT", "MINVALUE", "MAXVALUE", "START", "CACHE", "CYCLE", "OWNED", "NO"];

fn word(token: &TokenWithSpan) -> Option<String> {
    match &token.token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_ascii_uppercase()),
        _ => None,
    }
}

/// Puts the options of `CREATE SEQUENCE ...` and `AS IDENTITY (...)` into the parser's order.
pub(super) fn order_options(tokens: &mut [TokenWithSpan]) {
    let mut before = String::new();
    for at in 0..tokens.len() {
        let Some(name) = word(&tokens[at]) else {
            continue;
        };
        let created = name == "SEQUENCE" && ["CREATE", "TEMP", "TEMPORARY"].contains(&before.as_str());
        if created || (name == "IDENTITY" && before == "AS") {
            let rest = &mut tokens[at + 1..];
            let end =
                rest.iter().position(|token| matches!(token.token, Token::SemiColon | Token::RParen | Token::EOF));
            let end = end.unwrap_or(rest.len());
            order(&mut rest[..end]);
        }
        before = name;
    }
}

fn order(tokens: &mut [TokenWithSpan]) {
    let Some(first) = tokens.iter().position(|token| word(token).is_some_and(|word| OPTIONS.contains(&&*word))) else {
        return;
    };
    let mut options: Vec<(usize, Vec<TokenWithSpan>)> = Vec::new();
    let mut negated = false;
    for token in &tokens[first..] {
        let rank = word(token).and_then(|word| OPTIONS.iter().position(|option| *option == word));
        match (rank, options.last_mut()) {
            // The word after NO says what the option is.
            (Some(rank), Some(last)) if negated => {
                last.0 = rank;
                last.1.push(token.clone());
                negated = false;
            }
            (Some(rank), _) => {
                negated = OPTIONS[rank] == "NO";
                options.push((rank, vec![token.clone()]));
            }
            (None, Some(last)) => last.1.push(token.clone()),
            (None, None) => {}
        }
    }
    options.sort_by_key(|(rank, _)| *rank);
    for (place, token) in tokens[first..].iter_mut().zip(options.into_iter().flat_map(|(_, tokens)| tokens)) {
        *place = token;
    }
}
