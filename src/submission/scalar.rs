//! Where each character of a decoded string was written.
//!
//! The YAML parser gives a string's value and its place, not where each character came from. So the source is decoded
//! a second time, only for the strings something points into, keeping positions; the result must equal the value.

use std::ops::Range;

/// How many indentations are tried for a block with an explicit indicator; nobody writes deeper than this.
const MAX_INDENTS: usize = 100;

/// A string and how it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// After decoding.
    pub value: String,
    pub(super) style: Style,
    /// Bytes of the source: with the quotes; for a block scalar from its `|` or `>` on.
    pub(super) written: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
    Json,
}

/// One decoded character and the bytes it was written as.
struct Piece {
    character: char,
    file: Range<usize>,
}

impl Text {
    /// The bytes of the file in which `range` of the value was written; `None` if the range is not one of the value's.
    pub(super) fn span_in(&self, source: &str, range: &Range<usize>) -> Option<Range<usize>> {
        if range.start > range.end || range.end > self.value.len() {
            return None;
        }
        let pieces = self.pieces(source)?;
        let mut offset = 0;
        let mut span: Option<Range<usize>> = None;
        for piece in &pieces {
            let next = offset + piece.character.len_utf8();
            if next > range.start && span.is_none() {
                span = Some(piece.file.start..piece.file.start);
            }
            if let Some(span) = span.as_mut().filter(|_| offset < range.end) {
                // A break belongs to its line: what ends with one must not reach into the next line.
                span.end = if piece.character == '\n' { piece.file.start } else { piece.file.end };
            }
            if next >= range.end && span.is_some() {
                break;
            }
            offset = next;
        }
        // An empty range at the very end stands behind the last character.
        span.or_else(|| {
            let last = pieces.last()?;
            let end = if last.character == '\n' { last.file.start } else { last.file.end };
            Some(end..end)
        })
    }

    fn pieces(&self, source: &str) -> Option<Vec<Piece>> {
        let written = source.get(self.written.clone())?;
        let start = self.written.start;
        let agrees = |pieces: &Vec<Piece>| pieces.iter().map(|piece| piece.character).eq(self.value.chars());
        match self.style {
            Style::Plain => Some(flow(written, start, Style::Plain)).filter(agrees),
            Style::Single | Style::Double | Style::Json => {
                let inner = written.get(1..written.len().checked_sub(1)?)?;
                Some(flow(inner, start + 1, self.style)).filter(agrees)
            }
            Style::Literal | Style::Folded => block(source, start, self.style == Style::Folded, agrees),
        }
    }
}

/// Plain and quoted scalars: escapes, and line folding for all but JSON.
fn flow(text: &str, start: usize, style: Style) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(text.len());
    let mut at = 0;
    // Pieces before this index were escaped, so their white space is content and stays at a line's end.
    let mut kept = 0;
    while let Some(character) = text[at..].chars().next() {
        let mut length = character.len_utf8();
        match (style, character) {
            (Style::Single, '\'') if text[at + 1..].starts_with('\'') => {
                length = 2;
                pieces.push(Piece { character, file: start + at..start + at + 2 });
            }
            (Style::Double | Style::Json, '\\') => {
                let break_length = line_break(&text[at + 1..]);
                if break_length > 0 {
                    // An escaped break joins the lines without a space; empty lines after it still count.
                    length = 1 + break_length + blank_prefix(&text[at + 1 + break_length..]);
                    loop {
                        let empty = line_break(&text[at + length..]);
                        if empty == 0 {
                            break;
                        }
                        pieces.push(Piece { character: '\n', file: start + at + length..start + at + length + empty });
                        length += empty;
                        length += blank_prefix(&text[at + length..]);
                    }
                } else {
                    let (decoded, escape_length) = escape(&text[at..]);
                    length = escape_length;
                    if let Some(character) = decoded {
                        pieces.push(Piece { character, file: start + at..start + at + length });
                    }
                }
                kept = pieces.len();
            }
            (Style::Json, _) => pieces.push(Piece { character, file: start + at..start + at + length }),
            (_, '\n' | '\r') => {
                while pieces.len() > kept && pieces.last().is_some_and(|piece| matches!(piece.character, ' ' | '\t')) {
                    pieces.pop();
                }
                length = line_break(&text[at..]);
                let first = start + at..start + at + length;
                length += blank_prefix(&text[at + length..]);
                let mut empty_lines = 0;
                loop {
                    let empty = line_break(&text[at + length..]);
                    if empty == 0 {
                        break;
                    }
                    empty_lines += 1;
                    pieces.push(Piece { character: '\n', file: start + at + length..start + at + length + empty });
                    length += empty;
                    length += blank_prefix(&text[at + length..]);
                }
                if empty_lines == 0 {
                    pieces.push(Piece { character: ' ', file: first });
                }
                kept = pieces.len();
            }
            _ => pieces.push(Piece { character, file: start + at..start + at + length }),
        }
        at += length;
    }
    pieces
}

/// Block scalars, `start` at the `|` or `>`. The indentation is found by trying: an explicit indicator is relative to
/// a parent this function does not see.
fn block(source: &str, start: usize, folded: bool, agrees: impl Fn(&Vec<Piece>) -> bool) -> Option<Vec<Piece>> {
    let header_length = source[start..].find(['\n', '\r']).unwrap_or(source.len() - start);
    let header = &source[start + 1..start + header_length];
    let indicators = header.split([' ', '\t', '#']).next().unwrap_or("");
    let body_start = start + header_length + line_break(&source[start + header_length..]);
    let body = &source[body_start..];
    let leading = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let first = split_lines(body)
        .map(|(_, line, _)| line)
        .find(|line| !line.trim_start_matches(' ').is_empty())
        .map_or(1, leading);
    let explicit = indicators.contains(|character: char| character.is_ascii_digit());
    let blank = |line: &&str| line.trim_start_matches(' ').is_empty();
    let deepest_blank = split_lines(body).map(|(_, line, _)| line).take_while(blank).map(str::len).max().unwrap_or(0);
    // A block is indented by at most nine more than its parent, which starts no further right than its header.
    let line = source[..start].rfind(['\n', '\r']).map_or(0, |before| before + 1);
    let deepest = first.max(deepest_blank).min(start - line + 9).max(1);
    let candidates = if explicit { 1..=deepest } else { first..=first };
    let keep = indicators.contains('+');
    let strip = indicators.contains('-');
    // With nothing but empty lines any indentation will do that is as deep as they are.
    candidates.rev().take(MAX_INDENTS).chain([usize::MAX]).find_map(|indent| {
        let lines = block_lines(body, body_start, indent);
        // The parser takes the end of the file for a break in some places; both readings are tried.
        [true, false]
            .into_iter()
            .find_map(|at_end| Some(join_block(&lines, folded, keep.then_some(at_end), strip)).filter(&agrees))
    })
}

/// A content line of a block scalar: its text without the indentation, where that starts, and its break.
struct BlockLine<'a> {
    text: &'a str,
    start: usize,
    line_break: Range<usize>,
}

fn block_lines(body: &str, body_start: usize, indent: usize) -> Vec<BlockLine<'_>> {
    let mut lines = Vec::new();
    for (at, line, break_length) in split_lines(body) {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        let end = body_start + at + line.len();
        let skipped = if spaces == line.len() {
            spaces.min(indent)
        } else if spaces >= indent {
            indent
        } else {
            break;
        };
        lines.push(BlockLine {
            text: &line[skipped..],
            start: body_start + at + skipped,
            line_break: end..end + break_length,
        });
    }
    lines
}

fn join_block(lines: &[BlockLine<'_>], folded: bool, keep: Option<bool>, strip: bool) -> Vec<Piece> {
    let content = lines.iter().rposition(|line| !line.text.is_empty()).map_or(0, |last| last + 1);
    let mut pieces: Vec<Piece> = Vec::new();
    let newline = |line: &BlockLine<'_>| Piece { character: '\n', file: line.line_break.clone() };
    // The last line with text, whether it was indented further, and the empty lines since.
    let mut previous: Option<(&BlockLine<'_>, bool)> = None;
    let mut empty: Vec<&BlockLine<'_>> = Vec::new();
    for line in &lines[..content] {
        if line.text.is_empty() {
            empty.push(line);
            continue;
        }
        let further = line.text.starts_with([' ', '\t']);
        if let Some((before, before_further)) = previous {
            if !folded || further || before_further {
                pieces.push(newline(before));
            } else if empty.is_empty() {
                pieces.push(Piece { character: ' ', file: before.line_break.clone() });
            }
        }
        pieces.extend(empty.drain(..).map(newline));
        pieces.extend(line.text.char_indices().map(|(at, character)| {
            let start = line.start + at;
            Piece { character, file: start..start + character.len_utf8() }
        }));
        previous = Some((line, further));
    }
    if !strip {
        pieces.extend(previous.map(|(line, _)| newline(line)));
        if let Some(at_end) = keep {
            pieces.extend(lines[content..].iter().filter(|line| at_end || !line.line_break.is_empty()).map(newline));
        }
    }
    pieces
}

/// Offset, text and break length of each line; no line after a final break.
fn split_lines(text: &str) -> impl Iterator<Item = (usize, &str, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let break_length = line_break(&rest[length..]);
        let line = (at, &rest[..length], break_length);
        at += length + break_length;
        Some(line)
    })
}

/// Bytes of the line break at the start of `text`, 0 if there is none.
pub(super) fn line_break(text: &str) -> usize {
    if text.starts_with("\r\n") { 2 } else { usize::from(text.starts_with(['\n', '\r'])) }
}

fn blank_prefix(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// Decodes the escape at the start of `text`: the character (`None` if there is no such escape) and its length in bytes.
pub(super) fn escape(text: &str) -> (Option<char>, usize) {
    let Some(letter) = text[1..].chars().next() else { return (None, 1) };
    let hex = |from: usize, digits: usize| {
        let digits = text.get(from..from + digits)?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    };
    let short = match letter {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        ' ' => ' ',
        '"' => '"',
        '/' => '/',
        '\\' => '\\',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' => return (hex(2, 2).and_then(char::from_u32), text.len().min(4)),
        'U' => return (hex(2, 8).and_then(char::from_u32), text.len().min(10)),
        'u' => {
            let Some(first) = hex(2, 4) else { return (None, 2) };
            if !(0xD800..0xDC00).contains(&first) {
                return (char::from_u32(first), 6);
            }
            let second = text.get(6..8).filter(|next| *next == "\\u").and_then(|_| hex(8, 4));
            let Some(second) = second.filter(|second| (0xDC00..0xE000).contains(second)) else { return (None, 6) };
            return (char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)), 12);
        }
        _ => return (None, 1 + letter.len_utf8()),
    };
    (Some(short), 1 + letter.len_utf8())
}
