//! Spellings of the three databases that the parser does not know, put into words that it does.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::sql::Dialect;

/// Stands among the columns of an `INSERT ... OVERRIDING SYSTEM VALUE`.
pub(in crate::sql) const OVERRIDING: &str = "belt:overriding";

fn word(token: &Token) -> Option<String> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_ascii_uppercase()),
        _ => None,
    }
}

/// What `REFRESH MATERIALIZED VIEW` is a call of.
pub(in crate::sql) const REFRESH: &str = "belt:refresh";

/// Whether these words stand at a place; the tokens have no space between them.
fn stands(tokens: &[TokenWithSpan], at: usize, words: &[&str]) -> bool {
    let token = |n: usize| tokens.get(at + n).and_then(|token| word(&token.token));
    words.iter().enumerate().all(|(n, wanted)| token(n).as_deref() == Some(*wanted))
}

fn is(tokens: &[TokenWithSpan], at: usize, wanted: &Token) -> bool {
    tokens.get(at).is_some_and(|token| token.token == *wanted)
}

/// The bracket that closes the one at `open`.
fn close(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn replace(tokens: &mut Vec<TokenWithSpan>, at: usize, count: usize, new: Vec<Token>) {
    let span = tokens[at].span;
    tokens.splice(at..at + count, new.into_iter().map(|token| TokenWithSpan { token, span }));
}

fn words(names: &[&str]) -> Vec<Token> {
    names.iter().map(|name| Token::make_keyword(name)).collect()
}

/// Puts what only one of the databases writes into other words.
pub(super) fn respell(tokens: &mut Vec<TokenWithSpan>, dialect: Dialect) {
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    let mut at = 0;
    let mut start = 0;
    while at < tokens.len() {
        if at > 0 && tokens[at - 1].token == Token::SemiColon {
            start = at;
        }
        match dialect {
            Dialect::PostgreSql => postgres(tokens, at, start),
            Dialect::MySql => mysql(tokens, at, start),
            Dialect::Sqlite => sqlite(tokens, at, start),
        }
        at += 1;
    }
}

fn postgres(tokens: &mut Vec<TokenWithSpan>, at: usize, start: usize) {
    if is(tokens, at, &Token::LParen) && stands(tokens, at + 1, &["SEQUENCE", "NAME"]) {
        let end = (at + 3..tokens.len()).find(|end| {
            is(tokens, *end, &Token::RParen)
                || ["START", "INCREMENT", "MINVALUE", "NO", "MAXVALUE", "CACHE"]
                    .iter()
                    .any(|option| stands(tokens, *end, &[option]))
        });
        replace(tokens, at + 1, end.map_or(2, |end| end - at - 1), Vec::new());
    } else if stands(tokens, start, &["CREATE"])
        && (stands(tokens, at, &["INCLUDING"]) || stands(tokens, at, &["EXCLUDING"]))
        && stands(tokens, start + 1, &["TABLE"])
    {
        replace(tokens, at, 2.min(tokens.len() - at), Vec::new());
    } else if matches!(&tokens[at].token, Token::CustomBinaryOperator(text) if text == "->-" || text == "->>-") {
        let arrow = match &tokens[at].token {
            Token::CustomBinaryOperator(text) if text == "->-" => Token::Arrow,
            _ => Token::LongArrow,
        };
        replace(tokens, at, 1, vec![arrow, Token::Minus]);
    } else if is_whole_table(tokens, at, start) {
        replace(tokens, at, 1, whole_table());
    } else if at == start && stands(tokens, at, &["REFRESH", "MATERIALIZED", "VIEW"]) {
        refresh(tokens, at);
    } else if stands(tokens, start, &["CREATE", "MATERIALIZED"])
        && (stands(tokens, at, &["WITH", "DATA"]) || stands(tokens, at, &["WITH", "NO", "DATA"]))
    {
        replace(tokens, at, if stands(tokens, at + 1, &["NO"]) { 3 } else { 2 }, Vec::new());
    } else if stands(tokens, at, &["DROP", "INDEX", "CONCURRENTLY"]) {
        replace(tokens, at + 2, 1, Vec::new());
    } else if stands(tokens, at, &["ON", "ONLY"]) && stands(tokens, start, &["CREATE"]) {
        replace(tokens, at, 2, words(&["ON"]));
    } else if stands(tokens, at, &["FORCE", "ROW", "LEVEL", "SECURITY"]) && stands(tokens, start, &["ALTER", "TABLE"]) {
        replace(tokens, at, 1, words(&["ENABLE"]));
    } else if stands(tokens, at, &["FOR", "NO", "KEY", "UPDATE"]) {
        replace(tokens, at, 4, words(&["FOR", "UPDATE"]));
    } else if stands(tokens, at, &["FOR", "KEY", "SHARE"]) {
        replace(tokens, at, 3, words(&["FOR", "SHARE"]));
    } else if stands(tokens, at, &["OVERRIDING", "SYSTEM", "VALUE"])
        || stands(tokens, at, &["OVERRIDING", "USER", "VALUE"])
    {
        let system = stands(tokens, at + 1, &["SYSTEM"]);
        let mark = Token::make_word(OVERRIDING, Some('"'));
        match (system, at.checked_sub(1).filter(|close| is(tokens, *close, &Token::RParen))) {
            (true, Some(close)) => {
                replace(tokens, at, 3, Vec::new());
                let span = tokens[close].span;
                tokens.splice(close..close, [Token::Comma, mark].map(|token| TokenWithSpan { token, span }));
            }
            (true, None) => replace(tokens, at, 3, vec![Token::LParen, mark, Token::RParen]),
            (false, _) => replace(tokens, at, 3, Vec::new()),
        }
    } else if stands(tokens, start, &["CREATE", "DOMAIN"]) && stands(tokens, at, &["NOT", "NULL"]) {
        // Within a condition the words follow IS.
        if at > 0 && word(&tokens[at - 1].token).as_deref() != Some("IS") {
            let mut condition = words(&["CHECK"]);
            condition.push(Token::LParen);
            condition.extend(words(&["VALUE", "IS", "NOT", "NULL"]));
            condition.push(Token::RParen);
            replace(tokens, at, 2, condition);
        }
    }
}

/// Whether the word TABLE of a query `TABLE name` stands here.
fn is_whole_table(tokens: &[TokenWithSpan], at: usize, start: usize) -> bool {
    let after = |before: usize| {
        is(tokens, before, &Token::LParen)
            || ["UNION", "EXCEPT", "INTERSECT", "ALL"].iter().any(|word| stands(tokens, before, &[word]))
    };
    stands(tokens, at, &["TABLE"])
        && (at == start || at.checked_sub(1).is_some_and(after))
        && matches!(tokens.get(at + 1).map(|token| &token.token), Some(Token::Word(_)))
}

fn whole_table() -> Vec<Token> {
    let mut select = words(&["SELECT"]);
    select.push(Token::Mul);
    select.extend(words(&["FROM"]));
    select
}

/// `REFRESH MATERIALIZED VIEW [CONCURRENTLY] name [WITH DATA]` as a call that the parser reads.
fn refresh(tokens: &mut Vec<TokenWithSpan>, at: usize) {
    let end = (at..tokens.len()).find(|end| matches!(tokens[*end].token, Token::SemiColon | Token::EOF));
    let end = end.unwrap_or(tokens.len());
    let concurrently = stands(tokens, at + 3, &["CONCURRENTLY"]);
    let first = if concurrently { at + 4 } else { at + 3 };
    let last = (first..end).find(|last| stands(tokens, *last, &["WITH"])).unwrap_or(end);
    let name: Vec<Token> =
        tokens.get(first..last).unwrap_or_default().iter().map(|token| token.token.clone()).collect();
    let mut call = words(&["CALL"]);
    call.extend([Token::make_word(REFRESH, Some('"')), Token::LParen]);
    call.extend(name);
    if concurrently {
        call.extend([Token::Comma, Token::make_word("concurrently", None)]);
    }
    call.push(Token::RParen);
    replace(tokens, at, end - at, call);
}

/// Whether the optimizer sees an index, said behind it; a column may be invisible as well, which the parser reads.
fn shows(tokens: &[TokenWithSpan], at: usize, start: usize) -> bool {
    if !stands(tokens, start, &["CREATE"]) {
        return false;
    }
    let is_index = |open: usize| {
        let key = open.checked_sub(2);
        key.is_some_and(|key| stands(tokens, key, &["INDEX"]) || stands(tokens, key, &["KEY"]))
            && is(tokens, open, &Token::LParen)
            && close(tokens, open) == at.checked_sub(1)
    };
    stands(tokens, at, &["VISIBLE"]) || (stands(tokens, at, &["INVISIBLE"]) && (start..at).any(is_index))
}

fn mysql(tokens: &mut Vec<TokenWithSpan>, at: usize, start: usize) {
    if stands(tokens, at, &["FROM", "DUAL"]) {
        replace(tokens, at, 2, Vec::new());
    } else if is_whole_table(tokens, at, start) {
        replace(tokens, at, 1, whole_table());
    } else if is(tokens, at, &Token::StringConcat) {
        tokens[at].token = Token::make_keyword("OR");
    } else if stands(tokens, at, &["MOD"]) && !is(tokens, at + 1, &Token::LParen) && at > start {
        tokens[at].token = Token::Mod;
    } else if stands(tokens, start, &["INSERT"])
        && is(tokens, at, &Token::LParen)
        && is(tokens, at + 1, &Token::RParen)
        && (stands(tokens, at + 2, &["VALUES"]) || stands(tokens, at + 2, &["VALUE"]))
        && is(tokens, at + 3, &Token::LParen)
        && is(tokens, at + 4, &Token::RParen)
    {
        replace(tokens, at, 5, words(&["DEFAULT", "VALUES"]));
    } else if (stands(tokens, at, &["ALGORITHM"]) || stands(tokens, at, &["LOCK"]))
        && is(tokens, at + 1, &Token::Eq)
        && stands(tokens, start, &["DROP", "INDEX"])
    {
        let end = (at..tokens.len()).find(|end| matches!(tokens[*end].token, Token::SemiColon | Token::EOF));
        tokens.drain(at..end.unwrap_or(tokens.len()));
    } else if at == start
        && stands(tokens, at, &["ALTER", "TABLE"])
        && (stands(tokens, at + 3, &["RENAME", "INDEX"]) || stands(tokens, at + 3, &["RENAME", "KEY"]))
        && stands(tokens, at + 6, &["TO"])
        && matches!(tokens.get(at + 8).map(|token| &token.token), None | Some(Token::SemiColon | Token::EOF))
    {
        let name = tokens[at + 5].token.clone();
        let mut alter = words(&["ALTER", "INDEX"]);
        alter.push(name);
        alter.extend(words(&["RENAME"]));
        replace(tokens, at, 6, alter);
    } else if stands(tokens, at, &["LOCK", "IN", "SHARE", "MODE"]) {
        replace(tokens, at, 4, words(&["FOR", "SHARE"]));
    } else if shows(tokens, at, start)
        || (stands(tokens, at, &["ZEROFILL"]) && stands(tokens, start, &["CREATE", "TABLE"]))
    {
        replace(tokens, at, 1, Vec::new());
    } else if stands(tokens, at, &["NOT", "ENFORCED"]) || stands(tokens, at, &["ENFORCED"]) {
        // A condition that is not enforced is none: the bracket before it becomes true.
        let not = stands(tokens, at, &["NOT"]);
        if not && let Some(open) = (start..at).rev().find(|open| close(tokens, *open) == Some(at - 1)) {
            replace(tokens, open, at + 2 - open, [vec![Token::LParen], words(&["TRUE"]), vec![Token::RParen]].concat());
        } else if !not {
            replace(tokens, at, 1, Vec::new());
        }
    } else if stands(tokens, at, &["PARTITION", "BY"]) && stands(tokens, start, &["CREATE", "TABLE"]) {
        // How rows are spread over files changes nothing that is asked here.
        let outside = (start..at).find(|open| is(tokens, *open, &Token::LParen)).and_then(|open| close(tokens, open));
        if outside.is_some_and(|end| end < at) {
            let end = (at..tokens.len()).find(|end| matches!(tokens[*end].token, Token::SemiColon | Token::EOF));
            tokens.drain(at..end.unwrap_or(tokens.len()));
        }
    } else if at == start && stands(tokens, at, &["UPDATE"]) {
        // `UPDATE a, b SET` is a join.
        let set = (at..tokens.len()).find(|at| stands(tokens, *at, &["SET"])).unwrap_or(at);
        for place in at..set {
            let nested = (at..place)
                .any(|open| close(tokens, open).is_some_and(|end| is(tokens, open, &Token::LParen) && end > place));
            if is(tokens, place, &Token::Comma) && !nested {
                tokens[place].token = Token::make_keyword("JOIN");
            }
        }
    } else if is(tokens, at, &Token::ExclamationMark) {
        tokens[at].token = Token::make_keyword("NOT");
    }
}

fn sqlite(tokens: &mut Vec<TokenWithSpan>, at: usize, start: usize) {
    let next_word = |tokens: &[TokenWithSpan], n: usize| tokens.get(at + n).and_then(|token| word(&token.token));
    if is(tokens, at, &Token::Comma)
        && at > 0
        && (stands(tokens, at - 1, &["STRICT"]) || stands(tokens, at - 1, &["ROWID"]))
    {
        let more = match next_word(tokens, 1).as_deref() {
            Some("STRICT") => 2,
            Some("WITHOUT") => 3,
            _ => return,
        };
        replace(tokens, at, more, Vec::new());
    } else if stands(tokens, at, &["NOT", "GLOB"]) {
        replace(tokens, at, 2, vec![Token::ExclamationMarkTilde]);
    } else if stands(tokens, at, &["INDEXED", "BY"]) {
        replace(tokens, at, 3.min(tokens.len() - at), Vec::new());
    } else if stands(tokens, at, &["NOT", "INDEXED"]) {
        replace(tokens, at, 2, Vec::new());
    } else if stands(tokens, at, &["IN"])
        && matches!(tokens.get(at + 1).map(|token| &token.token), Some(Token::Word(_)))
    {
        let name = tokens[at + 1].token.clone();
        let mut new = words(&["IN"]);
        new.push(Token::LParen);
        new.extend(words(&["SELECT"]));
        new.push(Token::Mul);
        new.extend(words(&["FROM"]));
        new.extend([name, Token::RParen]);
        replace(tokens, at, 2, new);
    } else if stands(tokens, at, &["PRAGMA"]) && at == start {
        let end = (at..tokens.len()).find(|end| matches!(tokens[*end].token, Token::SemiColon | Token::EOF));
        if let Some(value) = end.unwrap_or(tokens.len()).checked_sub(1).filter(|value| *value > at + 2)
            && matches!(tokens[value].token, Token::Word(_))
        {
            tokens[value].token = Token::Number("1".into(), false);
        }
    } else if stands(tokens, at, &["INTO"]) && stands(tokens, at + 2, &["AS"]) && stands(tokens, start, &["INSERT"]) {
        let (table, Some(alias)) = (tokens[at + 1].token.clone(), next_word(tokens, 3)) else {
            return;
        };
        replace(tokens, at + 2, 2, Vec::new());
        for place in at..tokens.len() {
            if stands(tokens, place, &[alias.as_str()]) && is(tokens, place + 1, &Token::Period) {
                tokens[place].token = table.clone();
            }
        }
    }
}

/// What belt has no use for, by the words a statement begins with, and what to do instead.
const NOT_HERE: &[(&[&str], &str)] = &[
    (&["CREATE", "TRIGGER"], "do what the trigger does in the code that writes the row"),
    (&["CREATE", "OR", "REPLACE", "TRIGGER"], "do what the trigger does in the code that writes the row"),
    (&["CREATE", "CONSTRAINT", "TRIGGER"], "do what the trigger does in the code that writes the row"),
    (&["CREATE", "FUNCTION"], "do what the function does in the code that calls the database"),
    (&["CREATE", "OR", "REPLACE", "FUNCTION"], "do what the function does in the code that calls the database"),
    (&["CREATE", "PROCEDURE"], "do what the procedure does in the code that calls the database"),
    (&["CREATE", "POLICY"], "ask for the tenant in each statement's WHERE"),
    (&["CREATE", "RULE"], "do what the rule does in the code that writes the row"),
    (&["CREATE", "EVENT"], "do what the event does in code that runs from time to time"),
    (&["CREATE", "VIRTUAL", "TABLE"], "make it a plain table"),
    (&["CREATE", "FULLTEXT", "INDEX"], "leave it out"),
    (&["CREATE", "STATISTICS"], "leave it out"),
    (&["CREATE", "PUBLICATION"], "leave it out"),
    (&["DO"], "write its statements by themselves"),
    (&["DELIMITER"], "leave it out"),
    (&["COPY"], "use INSERT"),
];

/// Advice for a statement belt has no use for.
pub(super) fn not_here(tokens: &[TokenWithSpan]) -> Option<(String, &'static str)> {
    let found = NOT_HERE.iter().find(|(words, _)| stands(tokens, 0, words));
    found.map(|(words, instead)| (words.join(" "), *instead))
}
