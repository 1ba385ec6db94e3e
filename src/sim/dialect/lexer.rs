//! Just enough of Python's lexical rules to know what is code and what is text: strings, comments, brackets, lines.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name, keyword or number.
    Word,
    /// A string with its prefix and quotes; an f-string counts whole.
    Text,
    Op,
}

#[derive(Debug, Clone)]
pub struct Token {
    pub kind: Kind,
    pub range: Range<usize>,
    /// Brackets open around it; an opening and its closing bracket have the same.
    pub depth: u32,
}

/// A logical line: brackets, triple quotes and backslashes may stretch it over several lines of text.
#[derive(Debug, Clone)]
pub struct Line {
    /// Columns of leading white space.
    pub indent: usize,
    /// Indices of its tokens; never empty.
    pub tokens: Range<usize>,
}

#[derive(Debug, Default)]
pub struct Lexed {
    pub tokens: Vec<Token>,
    pub lines: Vec<Line>,
    /// The deepest nesting of brackets and where it begins to be.
    pub deepest: (u32, usize),
}

const PAIRS: [&str; 20] = [
    "==", "!=", "<=", ">=", "->", ":=", "**", "//", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=",
    "<>",
];

/// `None` when a string or bracket does not end: then nothing can be said about what follows.
pub fn lex(code: &str) -> Option<Lexed> {
    let bytes = code.as_bytes();
    let mut lexed = Lexed::default();
    let (mut at, mut depth, mut first, mut indent) = (0, 0_u32, 0, 0);
    let mut line_start = true;
    while at < bytes.len() {
        if line_start {
            let from = at;
            while matches!(bytes.get(at), Some(b' ' | b'\t' | 0x0c)) {
                at += 1;
            }
            indent = at - from;
            line_start = false;
            continue;
        }
        let byte = bytes[at];
        match byte {
            b'\n' => {
                at += 1;
                if depth == 0 {
                    if lexed.tokens.len() > first {
                        lexed.lines.push(Line { indent, tokens: first..lexed.tokens.len() });
                        first = lexed.tokens.len();
                    }
                    line_start = true;
                }
            }
            b' ' | b'\t' | b'\r' | 0x0c => at += 1,
            b'\\' => {
                at += match (bytes.get(at + 1), bytes.get(at + 2)) {
                    (Some(b'\r'), Some(b'\n')) => 3,
                    (Some(b'\n'), _) => 2,
                    _ => 1,
                }
            }
            b'#' => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1;
                }
            }
            b'"' | b'\'' => {
                let end = string_end(bytes, at, false, 0)?;
                lexed.tokens.push(Token { kind: Kind::Text, range: at..end, depth });
                at = end;
            }
            _ if byte == b'_' || byte >= 0x80 || byte.is_ascii_alphanumeric() => {
                let from = at;
                while at < bytes.len() && (bytes[at] == b'_' || bytes[at] >= 0x80 || bytes[at].is_ascii_alphanumeric())
                {
                    at += 1;
                }
                let word = &bytes[from..at];
                let prefix = at - from <= 2 && word.iter().all(|b| b"rRbBuUfFtT".contains(b));
                if prefix && matches!(bytes.get(at), Some(b'"' | b'\'')) {
                    let formatted = word.iter().any(|b| b"fFtT".contains(b));
                    at = string_end(bytes, at, formatted, 0)?;
                    lexed.tokens.push(Token { kind: Kind::Text, range: from..at, depth });
                } else {
                    lexed.tokens.push(Token { kind: Kind::Word, range: from..at, depth });
                }
            }
            b'(' | b'[' | b'{' => {
                lexed.tokens.push(Token { kind: Kind::Op, range: at..at + 1, depth });
                depth += 1;
                if depth > lexed.deepest.0 {
                    lexed.deepest = (depth, at);
                }
                at += 1;
            }
            b')' | b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                lexed.tokens.push(Token { kind: Kind::Op, range: at..at + 1, depth });
                at += 1;
            }
            _ => {
                let two = code.get(at..at + 2).is_some_and(|pair| PAIRS.contains(&pair));
                let end = at + if two { 2 } else { 1 };
                lexed.tokens.push(Token { kind: Kind::Op, range: at..end, depth });
                at = end;
            }
        }
    }
    if depth != 0 {
        return None;
    }
    if lexed.tokens.len() > first {
        lexed.lines.push(Line { indent, tokens: first..lexed.tokens.len() });
    }
    Some(lexed)
}

/// The end of the string whose opening quote is at `at`.
fn string_end(bytes: &[u8], at: usize, formatted: bool, level: u32) -> Option<usize> {
    // Formatted strings may hold formatted strings; nobody writes them deeper than this.
    if level > 8 {
        return None;
    }
    let quote = bytes[at];
    let triple = bytes.get(at + 1) == Some(&quote) && bytes.get(at + 2) == Some(&quote);
    let mut i = at + if triple { 3 } else { 1 };
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => i += 2,
            b'\n' if !triple => return None,
            b'{' if formatted && bytes.get(i + 1) == Some(&b'{') => i += 2,
            b'{' if formatted => i = field_end(bytes, i, if triple { None } else { Some(quote) }, level)?,
            byte if byte == quote => {
                if !triple {
                    return Some(i + 1);
                }
                if bytes.get(i + 1) == Some(&quote) && bytes.get(i + 2) == Some(&quote) {
                    return Some(i + 3);
                }
                i += 1;
            }
            _ => i += 1,
        }
    }
    None
}

/// The end of the replacement field whose brace is at `at`.
fn field_end(bytes: &[u8], at: usize, single: Option<u8>, level: u32) -> Option<usize> {
    let mut depth = 0_u32;
    let mut i = at;
    while i < bytes.len() {
        match bytes[i] {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            b'\n' if single.is_some() => return None,
            b'"' | b'\'' => {
                let formatted = i > 0 && matches!(bytes[i - 1], b'f' | b'F');
                i = string_end(bytes, i, formatted, level + 1)?;
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    None
}

/// Replacements in a text that keep its number of lines.
#[derive(Debug, Default)]
pub struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.0.push((range, text.into()));
    }

    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// Applied in order of place; of two that overlap the first in the text wins.
    pub fn apply(mut self, code: &str) -> String {
        self.0.sort_by_key(|(range, _)| range.start);
        let mut text = String::with_capacity(code.len() + 16 * self.0.len());
        let mut done = 0;
        for (range, with) in self.0 {
            let (Some(before), Some(old)) = (code.get(done..range.start), code.get(range.clone())) else { continue };
            text.push_str(before);
            text.push_str(&with);
            let lost = old.matches('\n').count().saturating_sub(with.matches('\n').count());
            text.extend(std::iter::repeat_n('\n', lost));
            done = range.end;
        }
        text.push_str(code.get(done..).unwrap_or_default());
        text
    }
}
