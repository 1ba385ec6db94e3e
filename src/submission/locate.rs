//! From a JSON pointer and an offset inside a decoded string to a place in the file.

use std::ops::Range;

use super::{Document, Key, Kind, Node};
use crate::checks::Place;
use crate::report::Location;

/// How far a JSON pointer leads.
pub(super) struct Walk<'a> {
    pub node: &'a Node,
    /// The key under which `node` stands; `None` for list items and the document.
    pub key: Option<&'a Key>,
    /// Whether `node` is what the pointer names, rather than the nearest thing above it.
    pub complete: bool,
}

pub(super) fn walk<'a>(root: &'a Node, pointer: &str) -> Walk<'a> {
    let mut walk = Walk { node: root, key: None, complete: true };
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let next = match &walk.node.kind {
            Kind::Mapping(fields) => {
                fields.iter().find(|(key, _)| key.name == token).map(|(key, node)| (Some(key), node))
            }
            Kind::Sequence(items) => {
                token.parse::<usize>().ok().and_then(|index| items.get(index)).map(|node| (None, node))
            }
            _ => None,
        };
        match next {
            Some((key, node)) => walk = Walk { node, key, complete: true },
            None => return Walk { complete: false, ..walk },
        }
    }
    walk
}

impl Document {
    /// Where a place stands in the file.
    ///
    /// A missing field is placed at the nearest thing above it. A value of several lines is marked at its key, or at
    /// its first line when it has none; a range inside a string is marked exactly.
    pub fn locate(&self, place: &Place) -> Location {
        self.lines.location(&self.source, &self.name, &place.pointer, self.span_of(place))
    }

    /// The bytes that [`Document::locate`] marks.
    pub fn span_of(&self, place: &Place) -> Range<usize> {
        let found = walk(&self.root, &place.pointer);
        if found.complete && !place.key {
            if let (Some(range), Kind::String(text)) = (&place.range, &found.node.kind)
                && let Some(span) = text.span_in(&self.source, range)
            {
                return span;
            }
            if !self.source[found.node.span.clone()].contains(['\n', '\r']) && !found.node.span.is_empty() {
                return found.node.span.clone();
            }
        }
        match (found.key, &found.node.kind) {
            (Some(key), _) => key.span.clone(),
            // The document itself: its first field stands for it.
            (None, Kind::Mapping(fields)) if !fields.is_empty() => fields[0].0.span.clone(),
            (None, _) => self.first_line(&found.node.span),
        }
    }

    fn first_line(&self, span: &Range<usize>) -> Range<usize> {
        let text = &self.source[span.clone()];
        span.start..span.start + text.find(['\n', '\r']).unwrap_or(text.len())
    }
}
