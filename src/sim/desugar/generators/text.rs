//! Lines of code that know where they came from, and pieces of the original moved to another depth.

use std::ops::Range;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::Ranged;

/// The original.
pub struct Source<'a> {
    pub code: &'a str,
    starts: Vec<usize>,
    /// Strings, whose lines must not move.
    strings: Vec<Range<usize>>,
    colons: Vec<usize>,
}

impl<'a> Source<'a> {
    pub fn new(code: &'a str, tokens: &Tokens) -> Self {
        let mut starts = vec![0];
        starts.extend(code.match_indices('\n').map(|(at, _)| at + 1));
        let (mut strings, mut colons, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for token in tokens.iter() {
            let range = token.start().to_usize()..token.end().to_usize();
            match token.kind() {
                TokenKind::FStringStart | TokenKind::TStringStart => open.push(range.start),
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    strings.extend(open.pop().map(|start| start..range.end));
                }
                TokenKind::String => strings.push(range),
                TokenKind::Colon => colons.push(range.start),
                _ => {}
            }
        }
        Source { code, starts, strings, colons }
    }

    pub fn line(&self, at: usize) -> u32 {
        (self.starts.partition_point(|start| *start <= at).max(1) - 1) as u32
    }

    /// The last colon before `at`.
    pub fn colon(&self, at: usize) -> Option<usize> {
        self.colons.iter().rev().find(|colon| **colon < at).copied()
    }

    /// The blanks before `at`, if nothing else stands there on its line.
    pub fn indent(&self, at: usize) -> Option<&'a str> {
        super::super::indent_at(self.code, at)
    }

    fn in_string(&self, at: usize) -> bool {
        self.strings.iter().any(|range| range.start < at && at < range.end)
    }

    /// Lines of `range` with `changes` made (ranges in order, inside of it), moved from the depth of its first line to
    /// `indent`. The first line has no indent.
    pub fn moved(&self, range: Range<usize>, changes: &[(Range<usize>, String)], indent: &str) -> Vec<(String, u32)> {
        let old = self.indent(range.start);
        let mut lines = vec![(String::new(), self.line(range.start))];
        let mut changes = changes.iter().peekable();
        let mut at = range.start;
        while at < range.end {
            let change = changes.next_if(|(change, _)| change.start <= at);
            if let Some((change, text)) = change {
                if let Some((line, _)) = lines.last_mut() {
                    line.push_str(text);
                }
                at = at.max(change.end);
                if !change.is_empty() || at >= range.end {
                    continue;
                }
                if changes.peek().is_some_and(|(next, _)| next.start <= at) {
                    continue;
                }
            }
            let stop = changes.peek().map_or(range.end, |(change, _)| change.start.min(range.end));
            let stop = self.code[at..stop].find('\n').map_or(stop, |newline| at + newline + 1);
            let piece = &self.code[at..stop];
            if let Some((line, _)) = lines.last_mut() {
                line.push_str(piece.trim_end_matches('\n'));
            }
            at = stop;
            if piece.ends_with('\n') {
                let moves = old.filter(|old| !self.in_string(at) && self.code[at..].starts_with(old));
                lines.push((moves.map_or(String::new(), |_| indent.to_owned()), self.line(at)));
                at += moves.map_or(0, str::len);
            }
        }
        for (_, text) in changes {
            if let Some((line, _)) = lines.last_mut() {
                line.push_str(text);
            }
        }
        lines
    }
}

/// The result so far; the last line is still open.
pub struct Lines {
    code: String,
    lines: Vec<u32>,
}

impl Default for Lines {
    fn default() -> Self {
        Lines { code: String::new(), lines: vec![0] }
    }
}

impl Lines {
    pub fn copy(&mut self, source: &Source, range: Range<usize>) {
        let mut line = source.line(range.start);
        for sign in source.code[range].split_inclusive('\n') {
            self.code.push_str(sign);
            if sign.ends_with('\n') {
                line += 1;
                self.lines.push(line);
            }
        }
    }

    /// More of the open line.
    pub fn open(&mut self, text: &str) {
        self.code.push_str(text);
    }

    /// Whole lines in place of the open one, which holds nothing yet.
    pub fn whole(&mut self, lines: Vec<(String, u32)>) {
        let Some(open) = self.lines.pop() else { return };
        for (text, line) in lines {
            self.code.push_str(&text);
            self.code.push('\n');
            self.lines.push(line);
        }
        self.lines.push(open);
    }

    /// Whole lines behind the open one.
    pub fn append(&mut self, lines: Vec<(String, u32)>) {
        for (text, line) in lines {
            self.code.push('\n');
            self.code.push_str(&text);
            self.lines.push(line);
        }
    }

    pub fn finish(self) -> (String, Vec<u32>) {
        (self.code, self.lines)
    }
}
