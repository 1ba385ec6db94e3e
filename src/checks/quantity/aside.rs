//! What stands beside a quantity and only explains it: `1 hour (3600 s)`, `30 s - the default`, `100 ± 10`.

use super::text::MAX_BYTES;
use super::{spelled, units};

/// The quantity without what explains it.
///
/// # Errors
/// When a bracket may as well be part of the sum; with what to write.
pub(super) fn without(text: &str) -> Result<String, String> {
    if text.len() > MAX_BYTES {
        return Ok(text.to_owned());
    }
    let outside = outside(text);
    let digits = |text: &str| text.chars().any(|c| c.is_ascii_digit());
    let spelled = if digits(&outside) { String::new() } else { spelled::out(&outside) };
    // `one hour (3600 s)`
    let text = if digits(&spelled) && digits(text) { spelled } else { unbracketed(text)? };
    let text = pattern!(r"\bp\d+(?:\.\d+)?\b|\b\d+(?:\.\d+)?(?:st|nd|rd|th)\b").replace_all(&text, " ").into_owned();
    let text = pattern!(r"(\d\s*)([a-zA-Zµ%]*)\s*(?:±|\+/-|\+-)\s*\d[\d.,]*\s*([a-zA-Zµ%]*)")
        .replace(&text, |found: &regex::Captures| {
            // `5 ± 1 s`, `100 ± 10 %`
            let unit = if found[2].is_empty() && &found[3] != "%" { &found[3] } else { &found[2] };
            format!("{}{unit}", &found[1])
        })
        .into_owned();
    let explained = [
        pattern!(
            r"(?is)[,;]?\s(?:because|since|i\.?e\.|that is|that's|which (?:is|are|equals)|namely|including|incl\.)\s.*$"
        ),
        pattern!(r"(?s)\s#\s.*$|,\s+[a-z]+(?:ed|ing)\s.*$"),
        pattern!(r"(?s)\s*—\s*[^0-9\s].*$"),
        pattern!(r"(?s)\s[-–]+\s+[a-zA-Z][^0-9]*$"),
    ];
    Ok(explained.iter().fold(text, |text, pattern| match pattern.find(&text) {
        Some(found) if digits(&text[..found.start()]) => text[..found.start()].to_owned(),
        _ => text,
    }))
}

fn opens(c: char) -> bool {
    matches!(c, '(' | '[' | '{')
}

fn closes(c: char) -> bool {
    matches!(c, ')' | ']' | '}')
}

/// What stands in no bracket.
fn outside(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|c| {
            depth += usize::from(opens(*c));
            let kept = depth == 0;
            depth = depth.saturating_sub(usize::from(closes(*c)));
            kept
        })
        .collect()
}

/// The bytes up to the bracket that closes the one a text begins with.
fn closed(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        depth += usize::from(opens(c));
        if closes(c) {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Brackets behind a number explain it; those of a sum stay.
fn unbracketed(text: &str) -> Result<String, String> {
    let mut out = String::new();
    // Whether the operand has its number, and whether its noun is divided by.
    let (mut counted, mut divided) = (false, false);
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at + c.len_utf8()..];
        let next = rest.trim_start().chars().next();
        let word = out.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        match c {
            '*' | '×' | '·' | '⋅' | '✕' | '÷' | '+' | '^' | '=' | '≈' | '→' => {
                (counted, divided) = (false, false)
            }
            '-' | '−' | '–' if next.is_some_and(|c| c.is_ascii_digit() || opens(c)) => counted = false,
            '/' if next.is_some_and(char::is_alphabetic) => divided = true,
            '/' => (counted, divided) = (false, false),
            ' ' if matches!(word, "x" | "X" | "times") => (counted, divided) = (false, false),
            _ if c.is_ascii_digit() => counted = true,
            _ if opens(c) => {
                let Some(end) = closed(&text[at..]) else { return Ok(text.to_owned()) };
                let inside = &text[at + c.len_utf8()..at + end];
                let before = out.chars().last();
                let spoken = out.trim_end();
                let last = spoken.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
                let joins =
                    matches!(last, "x" | "X" | "times" | "per" | "of" | "plus" | "minus" | "about" | "by" | "approx");
                let operand = spoken.ends_with(|c: char| c.is_alphanumeric() || "%$€£)'’".contains(c)) && !joins;
                let digits = inside.contains(|c: char| c.is_ascii_digit());
                if operand && counted && digits && before.is_some_and(|c| c.is_ascii_digit() || c == ')') {
                    let sum = crate::checks::shown(&format!("{}{}", number_at_end(&out), &text[at..=at + end]), 40);
                    return Err(format!(
                        "it is not clear whether `{sum}` multiplies; write `*`, or a space before an explanation"
                    ));
                }
                let divisor = divided && units::unit(last).is_none();
                if operand && digits && (divisor || !counted && before.is_some_and(char::is_alphabetic)) {
                    let name = crate::checks::shown(last, 20);
                    return Err(format!(
                        "it is not clear what stands in the bracket after `{name}`; write the number instead"
                    ));
                }
                if operand && (counted || !digits) {
                    // `30 (seconds)`
                    if before != Some(')')
                        && spoken.ends_with(|c: char| c.is_ascii_digit())
                        && units::unit(inside.trim()).is_some()
                    {
                        out.push_str(&format!(" {} ", inside.trim()));
                    } else {
                        out.push(' ');
                    }
                    at += end + 1;
                    continue;
                }
                // Only round ones are the calculator's.
                out.push_str(&format!("({})", unbracketed(inside)?));
                (counted, divided) = (true, false);
                at += end + 1;
                continue;
            }
            _ => {}
        }
        out.push(c);
        at += c.len_utf8();
    }
    Ok(out)
}

fn number_at_end(text: &str) -> &str {
    let kept = text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ')'));
    &text[kept.len()..]
}
