//! A text cut into its statements by its tokens: bodies of triggers and functions hold semicolons.

use sqlparser::tokenizer::{Token, TokenWithSpan};

fn is_space(token: &Token) -> bool {
    matches!(token, Token::Whitespace(_))
}

/// The first words of a statement, in capitals.
pub(in crate::sql) fn words(tokens: &[TokenWithSpan], most: usize) -> Vec<String> {
    let words = tokens.iter().filter_map(|token| match &token.token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_uppercase()),
        _ => None,
    });
    words.take(most).collect()
}

/// Cuts at the semicolons that are not inside a body.
pub(in crate::sql) fn cut(tokens: &[TokenWithSpan]) -> Vec<&[TokenWithSpan]> {
    let mut cuts = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    let mut previous = String::new();
    let mut seen: Vec<String> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::SemiColon if depth == 0 => {
                cuts.push(trimmed(&tokens[start..at]));
                start = at + 1;
                seen.clear();
                previous.clear();
            }
            Token::SemiColon => previous = ";".into(),
            Token::Word(word) if word.quote_style.is_none() => {
                let word = word.value.to_uppercase();
                if seen.len() < 8 {
                    seen.push(word.clone());
                }
                let made = |word: &String| ["TRIGGER", "FUNCTION", "PROCEDURE", "EVENT"].contains(&word.as_str());
                if seen.first().is_some_and(|word| word == "CREATE") && seen.iter().any(made) {
                    let begins = matches!(previous.as_str(), ";" | "ROW" | "THEN" | "ELSE" | "BEGIN");
                    match word.as_str() {
                        "BEGIN" => depth += 1,
                        "CASE" if previous != "END" => depth += 1,
                        "IF" if begins => depth += 1,
                        // `END IF` and `END CASE` are one end.
                        "END" => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                }
                previous = word;
            }
            token if is_space(token) => {}
            _ => previous = String::new(),
        }
    }
    cuts.push(trimmed(tokens.get(start..).unwrap_or_default()));
    cuts
}

fn trimmed(tokens: &[TokenWithSpan]) -> &[TokenWithSpan] {
    let solid = |token: &TokenWithSpan| !is_space(&token.token) && token.token != Token::EOF;
    match (tokens.iter().position(solid), tokens.iter().rposition(solid)) {
        (Some(first), Some(last)) => &tokens[first..=last],
        _ => &[],
    }
}

/// MySQL's client is told another delimiter where bodies hold semicolons; the text keeps its length.
pub(in crate::sql) fn without_delimiters(sql: &str) -> String {
    let mut delimiter: Option<String> = None;
    let mut out = String::with_capacity(sql.len());
    for line in sql.split_inclusive('\n') {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [first, given] = words.as_slice()
            && first.eq_ignore_ascii_case("delimiter")
        {
            delimiter = Some((*given).to_string()).filter(|given| given != ";");
            out.extend(line.chars().map(|c| if c == '\n' { c } else { ' ' }));
            continue;
        }
        match &delimiter {
            Some(given) => out.push_str(&line.replace(given.as_str(), &format!("{:<1$}", ";", given.len()))),
            None => out.push_str(line),
        }
    }
    out
}
