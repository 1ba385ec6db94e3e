//! A quantity as people write it, as an expression the calculator reads.
//!
//! `~100M new URLs per day` becomes `100e6 / day`. Only numbers, units and arithmetic get through; nouns are dropped, for
//! they count things and have no dimension. What remains is short and cannot name a function of the calculator.

/// Longest text that is read, in bytes.
const MAX_BYTES: usize = 300;

/// How the letter `B` after a number is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bytes {
    /// `10B` is ten billion, `500 B` five hundred bytes.
    BySpace,
    /// Always billions.
    Never,
    /// Always bytes.
    Always,
}

pub(super) const READINGS: [Bytes; 3] = [Bytes::BySpace, Bytes::Never, Bytes::Always];

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(String),
    Unit(&'static str),
    Operator(&'static str),
    Noun,
}

/// The expression, or why there is none.
pub(super) fn expression(text: &str, bytes: Bytes) -> Result<String, &'static str> {
    if text.len() > MAX_BYTES {
        return Err("the text is too long for a quantity");
    }
    let part = value_part(text);
    let factor = part.strip_prefix(['x', 'X']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let (mut tokens, tight) = self::tokens(factor.unwrap_or(part), bytes)?;
    // `5x`: a factor, as `x5` is.
    if tokens.len() == 2 {
        tokens.retain(|token| *token != Token::Operator("*"));
    }
    let tight = unit_of_all(&mut tokens, tight);
    let mut out: Vec<String> = Vec::new();
    let mut numbers = 0;
    let mut joins = false;
    let mut before: Option<Token> = None;
    for (at, token) in tokens.iter().enumerate() {
        let operand_due = matches!(before, None | Some(Token::Operator("+" | "-" | "*" | "/" | "^" | "(" | "to")));
        match token {
            Token::Number(number) => {
                // `2 h 30 min` is a sum.
                let next = tokens.get(at + 1);
                joins = matches!((&before, next), (Some(Token::Unit(a)), Some(Token::Unit(b))) if is_part_of(b, a));
                if matches!(before, Some(Token::Number(_) | Token::Unit(_))) && !joins {
                    return Err("two numbers stand side by side without an operator between them");
                }
                numbers += 1;
                out.push(number.clone());
            }
            // `100M / 86400 s` divides by the seconds too.
            // `6000/s / 200/s`: a rate written tight is one operand.
            Token::Unit(unit) if at.checked_sub(1).is_some_and(|at| tight.contains(&at)) && out.len() > 2 => {
                out.pop();
                let operand = out.pop().unwrap_or_default();
                out.push(format!("({operand} / {unit})"));
            }
            Token::Unit(unit) => match (out.last_mut(), &before) {
                (Some(last), Some(Token::Number(_))) => {
                    *last = format!("({last} {unit})");
                    if std::mem::take(&mut joins)
                        && let (Some(part), Some(whole)) = (out.pop(), out.pop())
                    {
                        out.push(format!("({whole} + {part})"));
                    }
                }
                _ => out.push((*unit).to_string()),
            },
            Token::Operator(operator) => out.push((*operator).to_string()),
            Token::Noun => {
                // `posts per user per day`: the noun holds the place of a plain 1.
                let next_needs = !matches!(
                    tokens.get(at + 1),
                    Some(Token::Number(_) | Token::Unit(_) | Token::Noun | Token::Operator("(" | "-"))
                );
                if operand_due && next_needs {
                    out.push("1".to_string());
                    before = Some(Token::Noun);
                }
                continue;
            }
        }
        before = Some(token.clone());
    }
    if numbers == 0 {
        return Err("there is no number in it");
    }
    Ok(out.join(" "))
}

/// Whether a duration in `small` may follow one in `large`: minutes after hours.
fn is_part_of(small: &str, large: &str) -> bool {
    const SIZES: [&str; 8] = ["year", "month", "week", "day", "hour", "minute", "second", "millisecond"];
    let size = |unit: &str| SIZES.iter().position(|known| *known == unit);
    matches!((size(small), size(large)), (Some(small), Some(large)) if small > large)
}

/// `1000 - 100 items/s`: a unit at the end of a sum of plain numbers is that of all of them.
fn unit_of_all(tokens: &mut Vec<Token>, tight: Vec<usize>) -> Vec<usize> {
    let sum = tokens
        .iter()
        .enumerate()
        .take_while(|(at, token)| match token {
            Token::Number(_) => at % 2 == 0,
            Token::Operator(sign) => at % 2 == 1 && matches!(*sign, "+" | "-"),
            Token::Unit(_) | Token::Noun => false,
        })
        .count();
    let rest = &tokens[sum..];
    let has_unit = rest.iter().any(|token| matches!(token, Token::Unit(_)));
    let plain = rest.iter().all(|token| matches!(token, Token::Unit(_) | Token::Noun | Token::Operator("/")));
    if sum < 3 || sum % 2 == 0 || !has_unit || !plain {
        return tight;
    }
    tokens.insert(sum, Token::Operator(")"));
    tokens.insert(0, Token::Operator("("));
    Vec::new()
}

/// The part that states the value: what follows the last `=`.
fn value_part(text: &str) -> &str {
    let text = text.trim().trim_end_matches(['.', ',', ';', ':']);
    let after = text.rsplit(['=', '≈', '≅', '→']).next().unwrap_or(text);
    if after.chars().any(|c| c.is_ascii_digit()) {
        after
    } else {
        text.split(['=', '≈', '≅', '→']).next().unwrap_or(text)
    }
}

/// The tokens, and the places among them of slashes written tight: `200/s`.
fn tokens(text: &str, bytes: Bytes) -> Result<(Vec<Token>, Vec<usize>), &'static str> {
    let mut tight = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        if c.is_ascii_digit() || (c == '.' && next.is_some_and(|c| c.is_ascii_digit())) {
            let (mut number, end) = number(&chars, at);
            at = end;
            let (multiplier, end) = multiplier(&chars, at, bytes);
            if let Some(multiplier) = multiplier {
                number = format!("({number} * {multiplier})");
                at = end;
            }
            tokens.push(Token::Number(number));
            continue;
        }
        let operator = match c {
            '*' if next == Some('*') => {
                at += 1;
                Some("^")
            }
            '*' | '×' | '·' | '⋅' | '✕' => Some("*"),
            '/' | '÷' => Some("/"),
            '+' => Some("+"),
            '-' | '−' | '–' => Some("-"),
            '^' => Some("^"),
            '(' => Some("("),
            ')' => Some(")"),
            _ => None,
        };
        if let Some(operator) = operator {
            let before = at.checked_sub(1).and_then(|at| chars.get(at));
            if c == '/' && before.is_some_and(|c| !c.is_whitespace()) && next.is_some_and(char::is_alphabetic) {
                tight.push(tokens.len());
            }
            tokens.push(Token::Operator(operator));
            at += 1;
        } else if let Some(power) = superscript(c) {
            let mut digits = power.to_string();
            at += 1;
            while let Some(more) = chars.get(at).and_then(|c| superscript(*c)) {
                digits.push(more);
                at += 1;
            }
            tokens.push(Token::Operator("^"));
            tokens.push(Token::Number(digits));
        } else if c == '%' {
            tokens.push(Token::Unit("%"));
            at += 1;
        } else if c.is_alphabetic() || c == 'µ' {
            let mut end = at;
            while chars.get(end).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '\'')) {
                end += 1;
            }
            let word: String = chars[at..end].iter().collect();
            let lone =
                matches!(tokens.last(), Some(Token::Number(_))) && !chars.get(end).is_some_and(|c| c.is_alphabetic());
            if matches!(word.as_str(), "x" | "X") && lone && !tokens.is_empty() {
                tokens.push(Token::Operator("*"));
            } else {
                self::word(&word, &chars[end..], &mut tokens);
            }
            at = end;
        } else if c.is_whitespace()
            || matches!(
                c,
                '~' | '$' | '€' | '£' | ',' | '"' | '\'' | '<' | '>' | '?' | '#' | '_' | ':' | ';' | '.' | '&'
            )
        {
            at += 1;
        } else {
            return Err("it holds a sign that no quantity has");
        }
    }
    Ok((tokens, tight))
}

/// A number with its separators taken out: `1,157`, `1_000`, `1 000`, `1e9`, `2.5`.
fn number(chars: &[char], start: usize) -> (String, usize) {
    let mut number = String::new();
    let mut at = start;
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    while let Some(&c) = chars.get(at) {
        if c.is_ascii_digit() || (c == '.' && digit(at + 1) && !number.contains('.')) {
            number.push(c);
        } else if matches!(c, ',' | '_' | '\'' | ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}') && !number.contains('.') {
            // A separator stands before exactly three digits.
            if !(digit(at + 1) && digit(at + 2) && digit(at + 3)) || digit(at + 4) || number.is_empty() {
                break;
            }
        } else if matches!(c, 'e' | 'E') && !number.contains('e') {
            let signed = usize::from(chars.get(at + 1).is_some_and(|c| matches!(c, '+' | '-')));
            if !digit(at + 1 + signed) {
                break;
            }
            number.push('e');
            if signed == 1 {
                number.extend(chars.get(at + 1));
            }
            let mut end = at + 1 + signed;
            while digit(end) {
                number.push(chars[end]);
                end += 1;
            }
            return (number, end);
        } else {
            break;
        }
        at += 1;
    }
    (number, at)
}

/// `K`, `M`, `bn`, `million` after a number.
fn multiplier(chars: &[char], start: usize, bytes: Bytes) -> (Option<&'static str>, usize) {
    let mut at = start;
    while chars.get(at).is_some_and(|c| matches!(c, ' ' | '\u{a0}')) {
        at += 1;
    }
    let spaced = at > start;
    let mut end = at;
    while chars.get(end).is_some_and(|c| c.is_alphabetic()) {
        end += 1;
    }
    let word: String = chars[at..end].iter().collect();
    let found = match word.as_str() {
        "k" | "K" => Some("1e3"),
        "M" | "mn" | "mio" | "MM" => Some("1e6"),
        "m" if !spaced => Some("1e6"),
        "B" => match bytes {
            Bytes::BySpace => (!spaced).then_some("1e9"),
            Bytes::Never => Some("1e9"),
            Bytes::Always => None,
        },
        "bn" | "b" | "Bn" | "G" | "mrd" => Some("1e9"),
        "T" | "tn" => Some("1e12"),
        _ => match word.to_lowercase().as_str() {
            "thousand" | "thousands" => Some("1e3"),
            "million" | "millions" | "mil" => Some("1e6"),
            "billion" | "billions" => Some("1e9"),
            "trillion" | "trillions" => Some("1e12"),
            _ => None,
        },
    };
    (found, end)
}

fn superscript(c: char) -> Option<char> {
    "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|s| s == c).and_then(|n| char::from_digit(u32::try_from(n).ok()?, 10))
}

fn word(word: &str, rest: &[char], tokens: &mut Vec<Token>) {
    if let Some(unit) = unit(word) {
        tokens.push(Token::Unit(unit));
        return;
    }
    match word.to_lowercase().as_str() {
        "per" | "each" | "every" => tokens.push(Token::Operator("/")),
        // `1200 a second`, but not `a day`.
        "a" | "an" if !tokens.is_empty() && followed_by_time(rest) => tokens.push(Token::Operator("/")),
        "times" => tokens.push(Token::Operator("*")),
        "rps" | "qps" | "tps" | "wps" | "ops" | "iops" => tokens.extend([Token::Operator("/"), Token::Unit("second")]),
        "rpm" | "qpm" => tokens.extend([Token::Operator("/"), Token::Unit("minute")]),
        "bps" => tokens.extend([Token::Unit("bit"), Token::Operator("/"), Token::Unit("second")]),
        "kbps" => tokens.extend([Token::Unit("kilobit"), Token::Operator("/"), Token::Unit("second")]),
        "mbps" => tokens.extend([Token::Unit("megabit"), Token::Operator("/"), Token::Unit("second")]),
        "gbps" => tokens.extend([Token::Unit("gigabit"), Token::Operator("/"), Token::Unit("second")]),
        "daily" => tokens.extend([Token::Operator("/"), Token::Unit("day")]),
        "monthly" => tokens.extend([Token::Operator("/"), Token::Unit("month")]),
        "yearly" | "annually" => tokens.extend([Token::Operator("/"), Token::Unit("year")]),
        "to" if !tokens.is_empty() => tokens.push(Token::Operator("to")),
        _ => tokens.push(Token::Noun),
    }
}

fn followed_by_time(rest: &[char]) -> bool {
    let next: String = rest.iter().skip_while(|c| c.is_whitespace()).take_while(|c| c.is_alphabetic()).collect();
    matches!(unit(&next), Some("second" | "minute" | "hour" | "day" | "week" | "month" | "year"))
}

/// The calculator's name for a unit. Case matters only where it must: `B` and `b`, `MB` and `Mb`.
fn unit(word: &str) -> Option<&'static str> {
    let found = match word {
        "B" => "byte",
        "Kb" | "kb" => "kilobit",
        "Mb" => "megabit",
        "Gb" => "gigabit",
        "Tb" => "terabit",
        _ => match word.to_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => "second",
            "ms" | "msec" | "millisecond" | "milliseconds" => "millisecond",
            "us" | "µs" | "μs" | "microsecond" | "microseconds" => "microsecond",
            "ns" | "nanosecond" | "nanoseconds" => "nanosecond",
            "min" | "mins" | "minute" | "minutes" => "minute",
            "h" | "hr" | "hrs" | "hour" | "hours" => "hour",
            "d" | "day" | "days" => "day",
            "wk" | "week" | "weeks" => "week",
            "mo" | "month" | "months" => "month",
            "y" | "yr" | "yrs" | "year" | "years" => "year",
            "byte" | "bytes" => "byte",
            "kb" | "kilobyte" | "kilobytes" => "kB",
            "mb" | "megabyte" | "megabytes" => "MB",
            "gb" | "gigabyte" | "gigabytes" => "GB",
            "tb" | "terabyte" | "terabytes" => "TB",
            "pb" | "petabyte" | "petabytes" => "PB",
            "eb" | "exabyte" | "exabytes" => "EB",
            "kib" => "KiB",
            "mib" => "MiB",
            "gib" => "GiB",
            "tib" => "TiB",
            "pib" => "PiB",
            "bit" | "bits" => "bit",
            "kbit" | "kilobit" | "kilobits" => "kilobit",
            "mbit" | "megabit" | "megabits" => "megabit",
            "gbit" | "gigabit" | "gigabits" => "gigabit",
            "percent" | "pct" => "%",
            _ => return None,
        },
    };
    Some(found)
}
