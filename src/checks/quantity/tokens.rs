//! The words, numbers and signs of a quantity.

use super::units;

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
pub(super) enum Token {
    Number(String),
    Unit(&'static str),
    Operator(&'static str),
    Noun(String),
    /// A comma or the like.
    Break,
}

/// The tokens, and the places among them of slashes written tight: `200/s`.
pub(super) fn tokens(text: &str, bytes: Bytes) -> Result<(Vec<Token>, Vec<usize>), String> {
    let mut tight = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        if c.is_ascii_digit() || (c == '.' && next.is_some_and(|c| c.is_ascii_digit())) {
            let (mut number, end) = number(&chars, at);
            at = end;
            let mut bytes = Some(bytes);
            // `10 hundred thousand`
            while let (Some(multiplier), end) = multiplier(&chars, at, bytes.take()) {
                number = format!("({number} * {multiplier})");
                at = end;
            }
            tokens.push(Token::Number(number));
            continue;
        }
        // `30-day`, `write-heavy`: no minus.
        if c == '-' && next.is_some_and(char::is_alphabetic) && before.is_some_and(char::is_alphanumeric) {
            at += 1;
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
            if let Some(positive) = digits.strip_prefix('-') {
                tokens.push(Token::Operator("-"));
                digits = positive.to_owned();
            }
            tokens.push(Token::Number(digits));
        } else if c == '%' {
            tokens.push(Token::Unit("%"));
            at += 1;
        } else if c.is_alphabetic() || c == 'µ' {
            // `1s500ms`: a word behind a digit has none.
            let behind = before.is_some_and(|c| c.is_ascii_digit());
            let mut end = at;
            while chars
                .get(end)
                .is_some_and(|c| !(behind && c.is_ascii_digit()) && (c.is_alphanumeric() || matches!(c, '_' | '\'')))
            {
                end += 1;
            }
            let word: String = chars[at..end].iter().collect();
            // `5x`, `1 million/s x 5 min`, `2 shards x 3 replicas`.
            let followed = chars[end..].iter().find(|c| !c.is_whitespace());
            let factor = matches!(tokens.last(), Some(Token::Unit(_) | Token::Noun(_) | Token::Operator(")")))
                && followed.is_some_and(|c| c.is_ascii_digit() || "$€£(.".contains(*c));
            let times = word.strip_prefix(['x', 'X']).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
            let beside = matches!(tokens.last(), Some(Token::Number(_)));
            if times && (beside || factor) && (word.len() > 1 || followed.is_none_or(|c| !c.is_alphabetic()) || beside)
            {
                tokens.push(Token::Operator("*"));
                at += 1;
                continue;
            }
            if beside && behind && is_riddle(&word) {
                return Err(format!(
                    "it is not clear what `{word}` right behind a number stands for; write the unit out"
                ));
            }
            self::word(&word, &chars[end..], &mut tokens)?;
            at = end;
        } else if matches!(c, ',' | ';') {
            tokens.push(Token::Break);
            at += 1;
        } else if c.is_whitespace() || "~$€£¢\"'<>≤≥⩽⩾?#_:.&=".contains(c) {
            if c == '¢' {
                hundredth(&mut tokens);
            }
            at += 1;
        } else {
            return Err(format!("no quantity has the sign `{}` in it", crate::checks::shown(&c.to_string(), 1)));
        }
    }
    Ok((tokens, tight))
}

/// Letters right behind a digit that are no unit: a short word or one with capitals and digits inside.
fn is_riddle(word: &str) -> bool {
    let odd = word.chars().skip(1).any(|c| c.is_ascii_digit() || c.is_uppercase());
    let known = units::unit(word).is_some() || units::rate(word).is_some() || units::large(word).is_some();
    !known && (odd || word.chars().count() < 3) && !matches!(word, "x" | "X" | "r" | "p")
}

/// `5 cents` of a dollar.
fn hundredth(tokens: &mut [Token]) {
    if let Some(Token::Number(number)) = tokens.last_mut() {
        *number = format!("({number} / 100)");
    }
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

/// `K`, `M`, `bn`, `million` after a number; only a word after another one.
fn multiplier(chars: &[char], start: usize, bytes: Option<Bytes>) -> (Option<&'static str>, usize) {
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
    let Some(bytes) = bytes else { return (units::large(&word), end) };
    let found = match word.as_str() {
        "k" | "K" => Some("1e3"),
        "M" | "MM" => Some("1e6"),
        "m" if !spaced => Some("1e6"),
        "B" => match bytes {
            Bytes::BySpace => (!spaced).then_some("1e9"),
            Bytes::Never => Some("1e9"),
            Bytes::Always => None,
        },
        "b" if bytes == Bytes::Always => None,
        "b" | "G" => Some("1e9"),
        "T" => Some("1e12"),
        _ => units::large(&word),
    };
    (found, end)
}

fn superscript(c: char) -> Option<char> {
    if c == '⁻' {
        return Some('-');
    }
    "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|s| s == c).and_then(|n| char::from_digit(u32::try_from(n).ok()?, 10))
}

fn word(word: &str, rest: &[char], tokens: &mut Vec<Token>) -> Result<(), String> {
    if let Some(unit) = units::unit(word) {
        // `max. 5 s`, `min 5 s`: the least, and no minute.
        let least = word.eq_ignore_ascii_case("min") && tokens.is_empty() && !rest.is_empty();
        tokens.push(if least { Token::Noun(word.to_owned()) } else { Token::Unit(unit) });
        return Ok(());
    }
    // `5 ops/s` says the time itself.
    let said: String = rest.iter().collect::<String>().to_lowercase();
    let said = said.trim_start().strip_prefix('/').or_else(|| said.trim_start().strip_prefix("per "));
    let said = said.is_some_and(|rest| followed_by_time(&rest.chars().collect::<Vec<char>>()));
    if let Some((times, thing, time)) = units::rate(word).filter(|(_, thing, _)| !said || thing.is_some()) {
        if let (Some(times), Some(Token::Number(number))) = (times, tokens.last_mut()) {
            *number = format!("({number} * {times})");
        }
        tokens.extend(thing.map(Token::Unit));
        tokens.extend([Token::Operator("/"), Token::Unit(time)]);
        return Ok(());
    }
    let digits = || rest.iter().any(char::is_ascii_digit);
    match word.to_lowercase().as_str() {
        "per" | "each" | "every" => tokens.push(Token::Operator("/")),
        // `1200 a second`, but not `a day`.
        "a" | "an" if !tokens.is_empty() && followed_by_time(rest) => tokens.push(Token::Operator("/")),
        "times" => tokens.push(Token::Operator("*")),
        "plus" => tokens.push(Token::Operator("+")),
        "minus" => tokens.push(Token::Operator("-")),
        "divided" => tokens.push(Token::Operator("/")),
        "hourly" => tokens.extend([Token::Operator("/"), Token::Unit("hour")]),
        "daily" => tokens.extend([Token::Operator("/"), Token::Unit("day")]),
        "weekly" => tokens.extend([Token::Operator("/"), Token::Unit("week")]),
        "monthly" => tokens.extend([Token::Operator("/"), Token::Unit("month")]),
        "yearly" | "annually" => tokens.extend([Token::Operator("/"), Token::Unit("year")]),
        "cent" | "cents" | "ct" => hundredth(tokens),
        // `5 of 10 to 20` says nothing; `1200/day to 1/s` is a conversion.
        "to" if matches!(tokens.last(), Some(Token::Noun(up)) if up.eq_ignore_ascii_case("up"))
            || tokens.is_empty() => {}
        "to" if digits()
            && rest
                .iter()
                .collect::<String>()
                .trim()
                .strip_prefix("1")
                .is_none_or(|unit| !unit.trim().is_empty() && !unit.trim_start().starts_with('/')) =>
        {
            return Err("two numbers stand with `to` between them; write the one you mean".to_owned());
        }
        "to" => tokens.push(Token::Operator("to")),
        "half" | "quarter" | "third" | "double" | "triple" | "twice" | "thrice" | "twofold" | "threefold" => {
            return Err(format!("it is not clear what `{word}` is of; write the number in digits"));
        }
        _ => tokens.push(Token::Noun(word.to_owned())),
    }
    Ok(())
}

fn followed_by_time(rest: &[char]) -> bool {
    let next: String = rest.iter().skip_while(|c| c.is_whitespace()).take_while(|c| c.is_alphabetic()).collect();
    units::is_time(&next)
}
