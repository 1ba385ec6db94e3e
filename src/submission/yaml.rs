//! YAML 1.2: the parser's events become a tree, scalars are read by the core schema, and what a design does not need
//! (aliases, tags, several documents) is refused with a word about what to write instead.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, Tag, options};
use serde_json::Number;

use super::scalar::{Style, Text};
use super::{Fault, Key, Kind, Limits, Node};

mod syntax;

/// A list or mapping that is not closed yet.
enum Open {
    Sequence { start: usize, items: Vec<Node> },
    Mapping { start: usize, fields: Vec<(Key, Node)>, names: HashSet<String>, key: Option<Key> },
}

pub(super) fn parse(source: &str, limits: &Limits) -> Result<Node, Vec<Fault>> {
    let options = options! { emit_anchor_events: true, emit_unresolved_aliases: true, emit_comments: false };
    let mut builder = Builder { source, limits, open: Vec::new(), root: None, faults: Vec::new(), previous_end: 0 };
    for event in Parser::new_from_str_with_options(source, options) {
        let step = match event {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => Err(syntax::fault(source, &error, builder.previous_end)),
        };
        if let Err(fault) = step {
            builder.faults.push(fault);
            return Err(builder.faults);
        }
    }
    match builder.root {
        _ if !builder.faults.is_empty() => Err(builder.faults),
        Some(root) => Ok(root),
        None => Err(vec![Fault::new(
            0..0,
            "the file holds only comments, expected the exercise's fields",
            "start from the exercise's template: `belt new` writes it",
        )]),
    }
}

struct Builder<'a> {
    source: &'a str,
    limits: &'a Limits,
    open: Vec<Open>,
    root: Option<Node>,
    /// Mistakes after which reading can go on.
    faults: Vec<Fault>,
    /// End of what has been read, to look for a block scalar's header from.
    previous_end: usize,
}

impl Builder<'_> {
    /// # Errors
    /// A mistake after which nothing more can be said about the file.
    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), Fault> {
        let bytes = self.bytes(span);
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                return Err(Fault::new(
                    bytes,
                    "a second document starts here, expected one a file",
                    "remove this `---` and what does not belong to the exercise",
                ));
            }
            Event::Anchor(..) => {
                return Err(Fault::new(
                    bytes,
                    "anchors (`&name`) are not read in submissions",
                    "write the value out where it is needed, or put text that starts with `&` in quotes",
                ));
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return Err(Fault::new(
                    bytes,
                    "aliases (`*name`) are not read in submissions",
                    "write the value out here, or put text that starts with `*` in quotes",
                ));
            }
            Event::Scalar(value, style, _, tag) => self.scalar(&value, style, tag.as_deref(), bytes.clone())?,
            Event::SequenceStart(_, _, tag) => {
                self.collection_tag(tag.as_deref(), "seq", &bytes);
                self.open(Open::Sequence { start: bytes.start, items: Vec::new() }, &bytes)?;
            }
            Event::MappingStart(_, _, tag) => {
                self.collection_tag(tag.as_deref(), "map", &bytes);
                let mapping =
                    Open::Mapping { start: bytes.start, fields: Vec::new(), names: HashSet::new(), key: None };
                self.open(mapping, &bytes)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&bytes),
            _ => {}
        }
        self.previous_end = self.previous_end.max(bytes.end);
        Ok(())
    }

    /// The parser always has byte offsets for text held in memory; a missing one only costs the exact place.
    fn bytes(&self, span: &Span) -> Range<usize> {
        let range = span.byte_range().unwrap_or(self.previous_end..self.previous_end);
        let end = range.end.min(self.source.len());
        range.start.min(end)..end
    }

    fn open(&mut self, open: Open, bytes: &Range<usize>) -> Result<(), Fault> {
        if self.open.len() >= self.limits.max_depth {
            return Err(Fault::new(
                bytes.clone(),
                format!("more than {} levels inside one another", self.limits.max_depth),
                "flatten this part of the file",
            ));
        }
        if let Some(Open::Mapping { key: None, .. }) = self.open.last() {
            return Err(Fault::new(
                bytes.clone(),
                "a list or mapping stands where a field's name was expected",
                "write `name: value`; put a value that starts with `{` or `[` in quotes",
            ));
        }
        self.open.push(open);
        Ok(())
    }

    fn close(&mut self, bytes: &Range<usize>) {
        let (start, kind) = match self.open.pop() {
            Some(Open::Sequence { start, items }) => (start, Kind::Sequence(items)),
            Some(Open::Mapping { start, fields, .. }) => (start, Kind::Mapping(fields)),
            None => return,
        };
        // A block ends where the next thing begins; what was written ends before that white space.
        let written = self.source[start..bytes.end.max(start)].trim_end();
        self.add(Node { span: start..start + written.len(), kind });
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { fields, names, key, .. }) => {
                let Some(key) = key.take() else { return };
                if names.insert(key.name.clone()) {
                    fields.push((key, node));
                    return;
                }
                self.faults.push(Fault::new(
                    key.span.clone(),
                    format!("the field `{}` is given twice", key.name),
                    "keep one of the two",
                ));
            }
        }
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, tag: Option<&Tag>, bytes: Range<usize>) -> Result<(), Fault> {
        if let Some(Open::Mapping { key: key @ None, .. }) = self.open.last_mut() {
            if bytes.is_empty() {
                return Err(Fault::new(bytes, "a field without a name", "write `name: value`"));
            }
            *key = Some(Key { name: value.to_owned(), span: bytes });
            return Ok(());
        }
        let (style, written) = match style {
            ScalarStyle::Plain => (Style::Plain, bytes),
            ScalarStyle::SingleQuoted => (Style::Single, bytes),
            ScalarStyle::DoubleQuoted => (Style::Double, bytes),
            ScalarStyle::Literal => (Style::Literal, self.block(bytes)),
            ScalarStyle::Folded => (Style::Folded, self.block(bytes)),
        };
        let forced_text = self.scalar_tag(tag, &written);
        let kind = match style {
            Style::Plain if written.is_empty() && !forced_text => Some(Kind::Null),
            Style::Plain if !forced_text => resolve(value).unwrap_or_else(|message| {
                self.faults.push(Fault::new(written.clone(), message, "write a number, or put the text in quotes"));
                Some(Kind::Null)
            }),
            _ => None,
        }
        .unwrap_or_else(|| Kind::String(Text { value: value.to_owned(), style, written: written.clone() }));
        self.add(Node { span: written, kind });
        Ok(())
    }

    /// From the content of a block scalar to all of it, from its `|` or `>` on.
    fn block(&self, content: Range<usize>) -> Range<usize> {
        let Some(start) = find_outside_comments(self.source, self.previous_end..content.start, b"|>") else {
            return content;
        };
        let written = self.source[start..content.end].trim_end();
        start..start + written.len()
    }

    /// Whether the tag makes text of whatever is written; other tags of the core schema change nothing here.
    fn scalar_tag(&mut self, tag: Option<&Tag>, bytes: &Range<usize>) -> bool {
        let Some(tag) = tag else { return false };
        match tag.core_suffix() {
            Some("str") => return true,
            Some("int" | "float" | "bool" | "null") => {}
            _ if tag.original() == "!" => return true,
            _ => self.refuse_tag(tag, bytes),
        }
        false
    }

    fn collection_tag(&mut self, tag: Option<&Tag>, expected: &str, bytes: &Range<usize>) {
        if let Some(tag) = tag.filter(|tag| tag.core_suffix() != Some(expected) && tag.original() != "!") {
            self.refuse_tag(tag, bytes);
        }
    }

    fn refuse_tag(&mut self, tag: &Tag, bytes: &Range<usize>) {
        self.faults.push(Fault::new(
            bytes.clone(),
            format!("the tag `{}` is not read in submissions", tag.original()),
            "remove the tag, or put text that starts with `!` in quotes",
        ));
    }
}

/// The first of some ASCII characters within a stretch of the source that may hold comments.
fn find_outside_comments(source: &str, within: Range<usize>, wanted: &[u8]) -> Option<usize> {
    let mut comment = false;
    let mut blank = true;
    for (offset, byte) in source.as_bytes().get(within.clone())?.iter().enumerate() {
        match byte {
            b'\n' | b'\r' => comment = false,
            b'#' if blank => comment = true,
            _ if !comment && wanted.contains(byte) => return Some(within.start + offset),
            _ => {}
        }
        blank = byte.is_ascii_whitespace();
    }
    None
}

/// YAML 1.2 core schema (section 10.3.2): `None` for text, an error for numbers that are none.
fn resolve(value: &str) -> Result<Option<Kind>, Cow<'static, str>> {
    Ok(Some(match value {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Err(format!("`{value}` (not a number) cannot be graded").into()),
        _ if matches!(value.trim_start_matches(['+', '-']), ".inf" | ".Inf" | ".INF") && value.len() <= 5 => {
            return Err(format!("`{value}` (infinity) cannot be graded").into());
        }
        _ => return number(value).map(|number| number.map(Kind::Number)),
    }))
}

fn number(value: &str) -> Result<Option<Number>, Cow<'static, str>> {
    let too_large = || Cow::from(format!("the number `{}` is too large", value.chars().take(40).collect::<String>()));
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = value.strip_prefix(prefix) {
            if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
                return Ok(None);
            }
            return u64::from_str_radix(digits, radix).map(|value| Some(value.into())).map_err(|_| too_large());
        }
    }
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(unsigned);
    let mut rest = &unsigned[whole..];
    if whole > 0 && rest.is_empty() {
        let exact = value.strip_prefix('+').unwrap_or(value);
        if let Ok(number) = exact.parse::<i64>() {
            return Ok(Some(number.into()));
        }
        if let Ok(number) = exact.parse::<u64>() {
            return Ok(Some(number.into()));
        }
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = digits(fraction);
        if whole == 0 && length == 0 {
            return Ok(None);
        }
        rest = &fraction[length..];
    } else if whole == 0 {
        return Ok(None);
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if exponent.is_empty() || digits(exponent) != exponent.len() {
            return Ok(None);
        }
    } else if !rest.is_empty() {
        return Ok(None);
    }
    let parsed = value.parse::<f64>().map_err(|_| too_large())?;
    Number::from_f64(parsed).map(Some).ok_or_else(too_large)
}

#[cfg(test)]
mod tests {
    use super::{Kind, resolve};

    #[test]
    fn reads_scalars_by_the_core_schema() {
        let number = |text: &str| match resolve(text) {
            Ok(Some(Kind::Number(number))) => number.to_string(),
            other => panic!("{text}: {other:?}"),
        };
        for (text, expected) in [
            ("012", "12"),
            ("+7", "7"),
            ("-0", "0"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("1.5e3", "1500.0"),
            (".5", "0.5"),
            ("1.", "1.0"),
        ] {
            assert_eq!(number(text), expected);
        }
        assert_eq!(number("18446744073709551615"), "18446744073709551615");
        assert_eq!(number("100000000000000000000"), "1e+20");
        for text in [
            "0b11",
            "1_000",
            "1e",
            ".",
            "-",
            "+",
            "0x",
            "yes",
            "on",
            "1:30",
            "12:30:45",
            "2026-01-01",
            "e5",
            "1e+",
            "--1",
            ".e1",
        ] {
            assert!(matches!(resolve(text), Ok(None)), "{text} is text");
        }
        for text in [".inf", "-.INF", ".nan", "1e400", "0xFFFFFFFFFFFFFFFFF"] {
            assert!(resolve(text).is_err(), "{text} is refused");
        }
    }
}
