//! Lines and columns of a text.

use std::ops::Range;

use crate::report::Location;

/// At most this many lines of the file go into a [`Location`].
const MAX_SOURCE_LINES: usize = 3;

/// Where each line of a text starts. `\n`, `\r\n` and a lone `\r` end a line, as in YAML.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn of(source: &str) -> Self {
        let bytes = source.as_bytes();
        let breaks = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        Lines { starts: std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect() }
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    pub(super) fn position(&self, source: &str, at: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= at).max(1) - 1;
        let column = source.get(self.starts[line]..at).map_or(0, |before| before.chars().count());
        (count(line + 1), count(column + 1))
    }

    /// The bytes of a line (from 0) without its break.
    pub(super) fn range(&self, source: &str, line: usize) -> Range<usize> {
        let start = self.starts.get(line).copied().unwrap_or(source.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(source.len());
        start..start + source[start..end].trim_end_matches(['\n', '\r']).len()
    }

    pub(super) fn location(&self, source: &str, path: &str, pointer: &str, span: Range<usize>) -> Location {
        let start = floor(source, span.start);
        let end = floor(source, span.end).max(start);
        let (line, column) = self.position(source, start);
        let (end_line, end_column) = self.position(source, end);
        let first = line as usize - 1;
        let shown = (end_line - line + 1) as usize;
        let source = (first..first + shown.min(MAX_SOURCE_LINES))
            .map(|line| source[self.range(source, line)].to_owned())
            .collect();
        Location { path: path.to_owned(), line, column, end_line, end_column, pointer: pointer.to_owned(), source }
    }
}

fn floor(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Files are limited to far fewer than `u32::MAX` bytes.
fn count(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
