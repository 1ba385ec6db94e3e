//! Sentences, and what can be told about one without understanding it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use regex::{Regex, RegexBuilder};

use super::grammar::{self, Form};

/// Words that turn what follows into its opposite.
const NEGATIONS: [&str; 15] = [
    "not", "no", "never", "without", "cannot", "nor", "neither", "nobody", "nothing", "hardly", "rarely", "avoid",
    "avoids", "instead", "prevents",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence<'a> {
    pub text: &'a str,
    pub range: Range<usize>,
}

/// The sentences of a text: stretches up to `.`, `!`, `?`, a blank line or a bullet. One of up to three words belongs to
/// its neighbour.
pub(super) fn sentences(text: &str) -> Vec<Sentence<'_>> {
    let mut found: Vec<Sentence> = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let stop = matches!(c, '.' | '!' | '?' | '。')
            && next.is_none_or(char::is_whitespace)
            && !abbreviation(&text[start..at]);
        let break_here = c == '\n' && {
            let rest = text[at + 1..].trim_start_matches([' ', '\t', '\r']);
            rest.starts_with(['\n', '-', '*', '•']) && !rest.starts_with("--")
        };
        if stop || break_here || next.is_none() {
            let end = at + c.len_utf8();
            let piece = &text[start..end];
            let lead = piece.len()
                - piece.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '*' | '•')).len();
            let trimmed = piece[lead..].trim_end();
            if trimmed.chars().any(char::is_alphanumeric) {
                let short = |text: &str| words(text).len() < 4;
                let end = start + lead + trimmed.len();
                match found.last_mut() {
                    Some(last) if short(trimmed) || short(last.text) => {
                        last.range.end = end;
                        last.text = &text[last.range.clone()];
                    }
                    _ => found.push(Sentence { text: trimmed, range: start + lead..end }),
                }
            }
            start = end;
        }
    }
    found.into_iter().flat_map(by_line).collect()
}

/// Sentences without a full stop, one a line. A line that only goes on is no sentence by itself.
fn by_line(sentence: Sentence<'_>) -> Vec<Sentence<'_>> {
    let mut lines: Vec<Sentence> = Vec::new();
    let mut from = 0;
    for (at, _) in sentence.text.match_indices('\n').chain([(sentence.text.len(), "")]) {
        let line = &sentence.text[from..at];
        let lead = line.len() - line.trim_start().len();
        let start = sentence.range.start + from + lead;
        let text = line.trim();
        lines.push(Sentence { text, range: start..start + text.len() });
        from = (at + 1).min(sentence.text.len());
    }
    let capital = |line: &Sentence| line.text.starts_with(|c: char| c.is_uppercase());
    let whole = |line: &Sentence| capital(line) && line.form() == Form::Sentence;
    if lines.len() > 1 && lines.iter().all(whole) { lines } else { vec![sentence] }
}

fn abbreviation(before: &str) -> bool {
    let last = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or("").to_lowercase();
    matches!(last.as_str(), "e.g" | "i.e" | "etc" | "vs" | "approx" | "ca" | "cf" | "eg")
}

pub(super) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

pub(super) fn same_words(one: &str, other: &str) -> bool {
    alike(one, other, 6, 0.9)
}

/// Whether two answers give one reason: with another noun or two in it, it is still the same.
pub(super) fn same_reason(one: &str, other: &str) -> bool {
    alike(one, other, 8, 0.8)
}

fn alike(one: &str, other: &str, words_min: usize, share: f32) -> bool {
    let (one, other) = (words(one), words(other));
    if one == other {
        return true;
    }
    let (a, b): (Vec<&str>, Vec<&str>) =
        (one.iter().map(String::as_str).collect(), other.iter().map(String::as_str).collect());
    a.len() >= words_min && similar::TextDiff::from_slices(&a, &b).ratio() > share
}

impl Sentence<'_> {
    /// Whether it is put together like a sentence rather than listed.
    pub fn form(&self) -> Form {
        grammar::form(self.text)
    }

    /// Whether a stem or pattern occurs, at the beginning of a word.
    pub fn mentions(&self, pattern: &str) -> bool {
        compile(pattern).is_ok_and(|regex| regex.is_match(self.text))
    }

    /// Where a pattern occurs without a negation shortly before or inside it, as a range of the whole text.
    pub fn claims(&self, pattern: &str) -> Option<Range<usize>> {
        let regex = compile(pattern).ok()?;
        regex
            .find_iter(self.text)
            .find(|found| {
                // A comma or a `but` begins a new thought.
                let before = self.text[..found.start()].rsplit([',', ':', '(']).next().unwrap_or("");
                let before = words(before);
                let near = before.iter().rev().take(4).chain(&[]).any(|w| negates(w));
                let within = words(found.as_str()).iter().any(|w| negates(w));
                !near && (!within || words(pattern).iter().any(|w| negates(w)))
            })
            .map(|found| self.range.start + found.start()..self.range.start + found.end())
    }
}

fn negates(word: &str) -> bool {
    // `don't` is split into `don` and `t`.
    NEGATIONS.contains(&word) || word == "t"
}

/// The pattern at the beginning of a word, in any case. Patterns are the rubric's and come again with every sentence and every
/// submission, so they are remembered.
pub(super) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    thread_local! {
        static KNOWN: RefCell<HashMap<String, Result<Regex, regex::Error>>> = RefCell::default();
    }
    if let Some(known) = KNOWN.with_borrow(|known| known.get(pattern).cloned()) {
        return known;
    }
    let built = RegexBuilder::new(&format!(r"\b(?:{pattern})")).case_insensitive(true).size_limit(1 << 20).build();
    KNOWN.with_borrow_mut(|known| known.insert(pattern.to_owned(), built.clone()));
    built
}
