//! Changes to a text at byte offsets, applied at once, with the line each resulting line came from.

use std::ops::Range;

#[derive(Debug, Default)]
pub struct Edits {
    list: Vec<Edit>,
}

#[derive(Debug)]
struct Edit {
    range: Range<usize>,
    text: String,
    rank: (Kind, i64),
}

/// At one offset, what ends comes before what begins, and new lines come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Suffix,
    Line,
    Prefix,
    Replace,
}

impl Edits {
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Before what stands at `at`; of several the first given is the outermost.
    pub fn prefix(&mut self, at: usize, text: impl Into<String>) {
        self.push(at..at, text.into(), Kind::Prefix, 1);
    }

    /// After what ends at `at`; of several the first given is the outermost.
    pub fn suffix(&mut self, at: usize, text: impl Into<String>) {
        self.push(at..at, text.into(), Kind::Suffix, -1);
    }

    /// New lines at the end of a line; of several the first given comes last, since it belongs to the outer block.
    pub fn line(&mut self, at: usize, text: impl Into<String>) {
        self.push(at..at, text.into(), Kind::Line, -1);
    }

    /// Instead of a range. Edits inside it are dropped.
    pub fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.push(range, text.into(), Kind::Replace, 1);
    }

    fn push(&mut self, range: Range<usize>, text: String, kind: Kind, direction: i64) {
        let rank = (kind, direction * self.list.len() as i64);
        self.list.push(Edit { range, text, rank });
    }

    pub fn apply(mut self, source: &str) -> (String, Vec<u32>) {
        let replaced: Vec<(Range<usize>, i64)> = self
            .list
            .iter()
            .filter(|edit| edit.rank.0 == Kind::Replace)
            .map(|edit| (edit.range.clone(), edit.rank.1))
            .collect();
        // What was asked for later belongs to something inside.
        self.list.retain(|edit| {
            let (at, number) = (edit.range.start, edit.rank.1.abs());
            !replaced.iter().any(|(range, earlier)| {
                number > *earlier
                    && match edit.rank.0 {
                        Kind::Prefix => at == range.start && !range.is_empty(),
                        Kind::Suffix => at == range.end && !range.is_empty(),
                        Kind::Line | Kind::Replace => false,
                    }
            })
        });
        self.list.sort_by_key(|edit| (edit.range.start, edit.rank));
        let mut out = String::with_capacity(source.len() + 256);
        let mut lines = vec![0];
        let (mut at, mut line) = (0, 0_u32);
        for edit in &self.list {
            if edit.range.start < at {
                continue;
            }
            for part in source[at..edit.range.start].split_inclusive('\n') {
                out.push_str(part);
                if part.ends_with('\n') {
                    line += 1;
                    lines.push(line);
                }
            }
            out.push_str(&edit.text);
            lines.extend(edit.text.matches('\n').map(|_| line));
            line += source[edit.range.clone()].matches('\n').count() as u32;
            at = edit.range.end;
        }
        for part in source[at..].split_inclusive('\n') {
            out.push_str(part);
            if part.ends_with('\n') {
                line += 1;
                lines.push(line);
            }
        }
        (out, lines)
    }
}
