//! Regular expressions, as PostgreSQL (`~`, `SIMILAR TO`, `regexp_replace`) and MySQL (`REGEXP`) have them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex::{Regex, RegexBuilder};
use rusqlite::functions::Context;
use rusqlite::types::Value as Sqlite;
use rusqlite::{Error, Result};

use super::text::{string, text_or_null};
use super::{ANY, BOTH, Entry, POSTGRES};

thread_local! {
    static KNOWN: RefCell<HashMap<(String, bool), Rc<Regex>>> = RefCell::new(HashMap::new());
}

fn compiled(pattern: &str, any_case: bool) -> Result<Rc<Regex>> {
    let key = (pattern.to_string(), any_case);
    if let Some(known) = KNOWN.with_borrow(|known| known.get(&key).cloned()) {
        return Ok(known);
    }
    let built = RegexBuilder::new(pattern).case_insensitive(any_case).size_limit(1 << 20).build();
    let regex = Rc::new(built.map_err(|_| {
        Error::UserFunctionError(format!("{}the regular expression {pattern}", super::CANNOT_RUN).into())
    })?);
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= 64 {
            known.clear();
        }
        known.insert(key, Rc::clone(&regex));
    });
    Ok(regex)
}

/// `text ~ pattern`; a third argument other than 0 ignores case.
fn matches(ctx: &Context<'_>) -> Result<Sqlite> {
    let (Some(text), Some(pattern)) = (string(ctx, 0), string(ctx, 1)) else {
        return Ok(Sqlite::Null);
    };
    let any_case: bool = ctx.get(2)?;
    Ok(Sqlite::Integer(i64::from(compiled(&pattern, any_case)?.is_match(&text))))
}

/// The regular expression a `SIMILAR TO` pattern is.
fn of_similar(pattern: &str) -> String {
    let mut out = String::from("^(?s:");
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => out.push_str(".*"),
            '_' => out.push('.'),
            '\\' => out.extend(chars.next().map(|c| regex::escape(&c.to_string()))),
            '.' | '^' | '$' => out.push_str(&regex::escape(&c.to_string())),
            c => out.push(c),
        }
    }
    out.push_str(")$");
    out
}

fn similar(ctx: &Context<'_>) -> Result<Sqlite> {
    let (Some(text), Some(pattern)) = (string(ctx, 0), string(ctx, 1)) else {
        return Ok(Sqlite::Null);
    };
    Ok(Sqlite::Integer(i64::from(compiled(&of_similar(&pattern), false)?.is_match(&text))))
}

/// `\1` and `\&` are PostgreSQL's, `$1` the library's and MySQL's.
fn replacement(text: &str, postgres: bool) -> String {
    if !postgres {
        return text.to_string();
    }
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '$' => out.push_str("$$"),
            '\\' => match chars.next() {
                Some('&') => out.push_str("${0}"),
                Some(d) if d.is_ascii_digit() => out.push_str(&format!("${{{d}}}")),
                other => out.extend(other),
            },
            c => out.push(c),
        }
    }
    out
}

/// PostgreSQL replaces the first match unless told `g`; MySQL replaces all.
fn replace(ctx: &Context<'_>, postgres: bool) -> Result<Sqlite> {
    let (Some(text), Some(pattern), Some(with)) = (string(ctx, 0), string(ctx, 1), string(ctx, 2)) else {
        return Ok(Sqlite::Null);
    };
    let flags = if ctx.len() > 3 { string(ctx, 3).unwrap_or_default() } else { String::new() };
    let regex = compiled(&pattern, flags.contains('i') || !postgres)?;
    let with = replacement(&with, postgres);
    let all = !postgres || flags.contains('g');
    let replaced = regex.replacen(&text, usize::from(!all), with.as_str());
    Ok(Sqlite::Text(replaced.into_owned()))
}

/// `substring(text from pattern)`: the first group, or the whole match.
fn found(ctx: &Context<'_>) -> Result<Sqlite> {
    let (Some(text), Some(pattern)) = (string(ctx, 0), string(ctx, 1)) else {
        return Ok(Sqlite::Null);
    };
    let regex = compiled(&pattern, false)?;
    let groups = regex.captures(&text);
    text_or_null(groups.and_then(|groups| groups.get(1).or_else(|| groups.get(0)).map(|found| found.as_str().into())))
}

pub(super) const PATTERN: &[Entry] = &[
    ("belt_regex", 3, ANY, matches),
    ("belt_similar", 2, POSTGRES, similar),
    ("belt_regex_found", 2, BOTH, found),
    ("belt_pg_replace", -1, POSTGRES, |ctx| replace(ctx, true)),
    ("belt_my_replace", -1, BOTH, |ctx| replace(ctx, false)),
];
