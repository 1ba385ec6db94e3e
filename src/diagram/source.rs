//! The text of a diagram with its comments blanked, so that every byte keeps its offset.

use std::ops::Range;

use merman_core::{Error, ParseDiagnosticSpanKind, SemanticParser};

use super::{DiagramError, advice};

/// Deepest nesting of composite states or subgraphs.
const MAX_DEPTH: usize = 32;

/// Most `&` in a diagram; the edges they stand for grow with the square.
const MAX_AMPERSANDS: usize = 200;

pub(super) struct Source<'a> {
    /// The learner's own bytes.
    text: &'a str,
    /// As long as `text`; comments, directives, front matter and code fences are spaces.
    blanked: String,
    /// Where the diagram begins in `blanked`.
    start: usize,
}

impl<'a> Source<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut blanked = blank(text);
        if blanked.trim_start().starts_with("stateDiagram") {
            blanked = without_semicolons(&blanked);
        }
        let start = blanked.len() - blanked.trim_start().len();
        Source { text, blanked, start }
    }

    /// What the parser is given.
    pub fn body(&self) -> &str {
        &self.blanked[self.start..]
    }

    pub fn text(&self) -> &str {
        self.text
    }

    pub fn blanked(&self) -> &str {
        &self.blanked
    }

    /// A range of the body as a range of the text, provided it lies inside it.
    pub fn place(&self, start: usize, end: usize) -> Option<Range<usize>> {
        let range = start.checked_add(self.start)?..end.checked_add(self.start)?;
        self.text.get(range.clone()).map(|_| range)
    }

    /// The first line of the diagram.
    pub fn header(&self) -> Range<usize> {
        let line = self.body().lines().next().unwrap_or("").trim_end();
        self.start..self.start + line.len()
    }

    /// The line around an offset, without the white space at its ends.
    pub fn line(&self, at: usize) -> Range<usize> {
        let mut at = at.min(self.blanked.len());
        while !self.blanked.is_char_boundary(at) {
            at -= 1;
        }
        let start = self.blanked[..at].rfind('\n').map_or(0, |i| i + 1);
        let end = self.blanked[at..].find('\n').map_or(self.blanked.len(), |i| at + i);
        trimmed(&self.blanked, start..end)
    }

    /// Refuses what no drawing needs before it is unfolded: deep nesting, and `a & b & ... --> c & d & ...`.
    pub fn check_size(&self) -> Result<(), DiagramError> {
        if let Some((at, _)) = self.blanked.match_indices('&').nth(MAX_AMPERSANDS) {
            return Err(DiagramError::new(format!("the diagram has more than {MAX_AMPERSANDS} `&`"), self.line(at)));
        }
        let (mut depth, mut offset) = (0usize, 0usize);
        for line in self.blanked.split_inclusive('\n') {
            let trimmed = line.trim();
            let opens = trimmed.ends_with('{') || trimmed.starts_with("subgraph");
            if opens {
                depth += 1;
            } else if trimmed == "}" || trimmed == "end" {
                depth = depth.saturating_sub(1);
            }
            if depth > MAX_DEPTH {
                return Err(DiagramError::new(
                    format!("the diagram is nested more than {MAX_DEPTH} levels deep"),
                    self.line(offset),
                ));
            }
            offset += line.len();
        }
        Ok(())
    }

    /// The parser's refusal in words that say where and what to write.
    pub fn explain(&self, error: &Error) -> DiagramError {
        match error {
            Error::DiagramParse { diagnostic, .. } => {
                let exact = diagnostic.span().filter(|_| diagnostic.span_kind() != ParseDiagnosticSpanKind::Fallback);
                let range = exact
                    .and_then(|span| self.place(span.start, span.end))
                    .map(|range| self.visible(range))
                    .unwrap_or_else(|| self.first_bad_line(diagnostic.message()));
                let mut found = DiagramError::new(
                    format!("mermaid does not read this: {}", in_our_words(diagnostic.message())),
                    range.clone(),
                );
                found.help = self.advice(&range);
                found
            }
            Error::UnsupportedDiagram { diagram_type } => {
                let kind = advice::kind(&plain(diagram_type));
                DiagramError::new(format!("{kind} is not a kind of diagram that is read"), self.header())
                    .help(super::KINDS)
            }
            Error::DetectType(_) => advice::header(self.body(), self.header()),
            _ => DiagramError::new("mermaid does not read this diagram", self.header()),
        }
    }

    /// An empty or blank range is widened to the line it stands on.
    fn visible(&self, range: Range<usize>) -> Range<usize> {
        if self.blanked[range.clone()].trim().is_empty() {
            let line = self.line(range.start);
            if line.is_empty() {
                // An error at the end of the text: the last line that says anything.
                let end = self.blanked[..range.start].trim_end().len();
                return self.line(end);
            }
            return line;
        }
        trimmed(&self.blanked, range)
    }

    /// The lexer says what it stumbled over but not where: the first line after which it says so is the one.
    fn first_bad_line(&self, message: &str) -> Range<usize> {
        let body = self.body();
        let ends: Vec<usize> = body
            .split_inclusive('\n')
            .scan(0, |end, line| {
                *end += line.len();
                Some(*end)
            })
            .collect();
        let fails = |end: usize| match SemanticParser::new().parse_diagram_sync(&body[..end]) {
            Err(Error::DiagramParse { diagnostic, .. }) => diagnostic.message() == message,
            _ => false,
        };
        let first = ends.partition_point(|end| !fails(*end));
        match ends.get(first) {
            Some(end) => self.line(self.start + body[..*end].trim_end().len()),
            None => self.header(),
        }
    }

    /// Advice for the mistakes strangers make most.
    fn advice(&self, range: &Range<usize>) -> Option<String> {
        let line = &self.blanked[self.line(range.start)];
        if self.body().starts_with("stateDiagram") {
            return Some(advice::of_state_line(line));
        }
        if self.body().starts_with("flowchart") || self.body().starts_with("graph") {
            return Some(advice::of_flow_line(line));
        }
        None
    }
}

fn in_our_words(message: &str) -> String {
    let mut message = plain(message);
    if let Some(first) = message.get(..1) {
        let lower = first.to_ascii_lowercase();
        message.replace_range(..1, &lower);
    }
    message.trim_end_matches('.').to_string()
}

/// Text of the learner's that may be quoted: one line, no control characters, not long.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(160).collect()
}

pub(super) fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    let end = range.end - (slice.len() - slice.trim_end().len());
    start.min(end)..end
}

/// Comments, directives, front matter, code fences and carriage returns as spaces, byte for byte.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut front = Front::Before;
    let mut directive = false;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let dashes = trimmed == "---";
        let hide = match front {
            Front::Before if dashes => {
                front = Front::Inside;
                true
            }
            Front::Inside => {
                if dashes {
                    front = Front::After;
                }
                true
            }
            Front::Before if trimmed.is_empty() => true,
            _ => {
                let starts = trimmed.starts_with("%%{");
                let hide = directive || trimmed.starts_with("%%") || trimmed.starts_with("```");
                directive = (directive || starts) && !trimmed.ends_with("}%%");
                // Front matter may only come first.
                front = if trimmed.starts_with("%%") || trimmed.starts_with("```") { front } else { Front::After };
                hide
            }
        };
        for c in line.chars() {
            match c {
                '\n' => out.push('\n'),
                '\r' => out.push(' '),
                c if hide => out.extend(std::iter::repeat_n(' ', c.len_utf8())),
                c => out.push(c),
            }
        }
    }
    out
}

/// State diagrams have no `;` at the end of a line; flowcharts have, so people write them here too.
fn without_semicolons(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let end = line.trim_end().len();
        match line[..end].strip_suffix(';') {
            Some(statement) => {
                out.push_str(statement);
                out.push(' ');
                out.push_str(&line[end..]);
            }
            None => out.push_str(line),
        }
    }
    out
}

#[derive(Clone, Copy)]
enum Front {
    Before,
    Inside,
    After,
}

/// The words of a text in lower case: runs of letters and digits, with `camelCase` taken apart.
pub fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut lower_before = false;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            lower_before = false;
            continue;
        }
        if c.is_uppercase() && lower_before && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        lower_before = c.is_lowercase();
        word.extend(c.to_lowercase());
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A name as it is compared: lower case, letters and digits only, so that `HalfOpen`, `half_open` and `Half open` agree.
/// Signs that carry meaning in a guard (`<`, `>`, `=`, `!`) are kept.
pub fn normalise(text: &str) -> String {
    let text = text.replace("<br/>", " ").replace("<br>", " ").replace("<br />", " ");
    text.chars()
        .map(|c| match c {
            '≥' => ">=".to_string(),
            '≤' => "<=".to_string(),
            '≠' => "!=".to_string(),
            c if c.is_alphanumeric() || matches!(c, '<' | '>' | '=' | '!') => c.to_lowercase().collect(),
            _ => String::new(),
        })
        .collect()
}
