//! Parameters: `:name`, `%(name)s`, `%s`, `?` and `$1` become `$1`, `$2`, ... before parsing.

use super::{DbError, DbErrorKind, Dialect, Params, Value};

/// What the n-th parameter of the rewritten text takes its value from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    Name(String),
    /// From 0.
    Position(usize),
}

/// Rewrites the parameters outside strings, quoted names and comments. A name used twice is one parameter.
pub(super) fn number(sql: &str, dialect: Dialect) -> (String, Vec<Slot>) {
    let bytes = sql.as_bytes();
    let mut out = String::with_capacity(sql.len());
    let mut slots: Vec<Slot> = Vec::new();
    let mut at = 0;
    let mut copied = 0;
    let mut anonymous = 0;
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80;
    let word_end = |from: usize| (from..bytes.len()).find(|&i| !is_word(bytes[i])).unwrap_or(bytes.len());
    while at < bytes.len() {
        let rest = &bytes[at..];
        let previous = at.checked_sub(1).map(|i| bytes[i]);
        let (slot, end) = match bytes[at] {
            quote @ (b'\'' | b'"' | b'`') => {
                at = end_of_quoted(bytes, at, quote, dialect == Dialect::MySql);
                continue;
            }
            b'-' if rest.starts_with(b"--") => {
                at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
                continue;
            }
            b'/' if rest.starts_with(b"/*") => {
                at += rest.windows(2).skip(2).position(|w| w == b"*/").map_or(rest.len(), |p| p + 4);
                continue;
            }
            b':' if rest.starts_with(b"::") => {
                at += 2;
                continue;
            }
            b':' | b'@'
                if rest.get(1).is_some_and(|&b| is_word(b) && !b.is_ascii_digit())
                    && !(bytes[at] == b'@' && dialect == Dialect::MySql) =>
            {
                let end = word_end(at + 1);
                (Slot::Name(sql[at + 1..end].to_string()), end)
            }
            b'%' if rest.starts_with(b"%(") => match sql[at..].find(")s") {
                Some(close) => (Slot::Name(sql[at + 2..at + close].trim().to_string()), at + close + 2),
                None => {
                    at += 1;
                    continue;
                }
            },
            b'%' if rest.starts_with(b"%s") && rest.get(2).is_none_or(|&b| !is_word(b)) => {
                anonymous += 1;
                (Slot::Position(anonymous - 1), at + 2)
            }
            // PostgreSQL's operator on JSON, which stands between what it takes.
            b'?' if dialect == Dialect::PostgreSql && is_operator(&sql[at + 1..]) => {
                // As drivers want it written.
                let doubled = usize::from(rest.get(1) == Some(&b'?'));
                if doubled == 1 {
                    out.push_str(&sql[copied..at]);
                    copied = at + 1;
                }
                at += 1 + doubled + usize::from(matches!(rest.get(1 + doubled), Some(b'|' | b'&')));
                continue;
            }
            b'?' => {
                let end = word_end(at + 1);
                let slot = match sql[at + 1..end].parse::<usize>() {
                    Ok(n) if n > 0 => Slot::Position(n - 1),
                    _ => {
                        anonymous += 1;
                        Slot::Position(anonymous - 1)
                    }
                };
                (slot, end)
            }
            b'$' if rest.get(1).is_some_and(u8::is_ascii_digit) && !previous.is_some_and(is_word) => {
                let end = word_end(at + 1);
                match sql[at + 1..end].parse::<usize>() {
                    Ok(n) if n > 0 => (Slot::Position(n - 1), end),
                    _ => {
                        at = end;
                        continue;
                    }
                }
            }
            _ => {
                at += 1;
                continue;
            }
        };
        let index = slots.iter().position(|known| *known == slot).unwrap_or_else(|| {
            slots.push(slot);
            slots.len() - 1
        });
        out.push_str(&sql[copied..at]);
        out.push('$');
        out.push_str(&(index + 1).to_string());
        // A parameter must not run into the word after it: `?AND`.
        if bytes.get(end).copied().is_some_and(is_word) {
            out.push(' ');
        }
        at = end;
        copied = end;
    }
    out.push_str(&sql[copied..]);
    (out, slots)
}

/// Whether a question mark with this behind it is an operator: a parameter has no value next to it.
fn is_operator(behind: &str) -> bool {
    let next = behind.trim_start();
    behind.starts_with(['?', '|', '&']) && !behind.starts_with("||")
        || next.starts_with(['\'', '$'])
        || next.starts_with("%s")
        || next.starts_with("%(")
        || (next.starts_with(':') && !next.starts_with("::"))
        || next.to_ascii_lowercase().starts_with("array[")
}

fn end_of_quoted(bytes: &[u8], start: usize, quote: u8, backslash: bool) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        if bytes[at] == b'\\' && backslash && quote != b'`' {
            at += 2;
        } else if bytes[at] == quote {
            if bytes.get(at + 1) == Some(&quote) {
                at += 2;
            } else {
                return at + 1;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// The values in the order of `slots`.
///
/// # Errors
/// A parameter without a value, or more values in a list than are asked for. Unused names are let be, as drivers do.
pub(super) fn resolve<'a>(slots: &[Slot], params: &'a Params) -> Result<Vec<&'a Value>, DbError> {
    let parameter = |message: String| DbError::new(DbErrorKind::Parameter, message);
    let values = slots
        .iter()
        .map(|slot| match (slot, params) {
            (Slot::Name(name), Params::Named(given)) => {
                given.iter().find(|(known, _)| known == name).map(|(_, value)| value).ok_or_else(|| {
                    let known: Vec<&str> = given.iter().map(|(known, _)| known.as_str()).collect();
                    parameter(format!("the statement asks for :{name}, and only these were given: {}", list(&known)))
                })
            }
            (Slot::Name(name), Params::Positional(_)) => {
                Err(parameter(format!("the statement asks for :{name} by name, and a list was given: pass a dict")))
            }
            (Slot::Name(name), Params::None) => {
                Err(parameter(format!("the statement asks for :{name}, and no parameters were given")))
            }
            (Slot::Position(at), Params::Positional(given)) => given.get(*at).ok_or_else(|| {
                parameter(format!("the statement asks for parameter {}, and {} were given", at + 1, given.len()))
            }),
            (Slot::Position(_), Params::Named(_)) => Err(parameter(
                "the statement's parameters have no names, and a dict was given: write :name, or pass a list".into(),
            )),
            (Slot::Position(at), Params::None) => {
                Err(parameter(format!("the statement asks for parameter {}, and no parameters were given", at + 1)))
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    match params {
        Params::Positional(given) if given.len() > slots.len() => {
            return Err(parameter(format!(
                "{} parameters were given, and the statement asks for {}",
                given.len(),
                slots.len()
            )));
        }
        _ => {}
    }
    Ok(values)
}

fn list(names: &[&str]) -> String {
    if names.is_empty() {
        "none".into()
    } else {
        names.iter().map(|name| format!(":{name}")).collect::<Vec<_>>().join(", ")
    }
}
