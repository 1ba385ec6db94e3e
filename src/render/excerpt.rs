//! Excerpts of the learner's file in the look rustc gave the world, and the words below them.

use std::collections::BTreeMap;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Level, Origin, Renderer, Snippet};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Style, sanitize};
use crate::report::{Finding, Location, Related};

/// A label to draw, primary first.
struct Mark<'a> {
    place: &'a Location,
    label: Option<&'a str>,
    primary: bool,
}

/// The finding's message over the lines it is about.
pub fn render(finding: &Finding, style: Style) -> String {
    let title = wrap(&sanitize::line(&finding.message), style.width.saturating_sub("error: ".len()));
    let title = title.join("\n");
    let mut known = BTreeMap::new();
    let mut marks = vec![Mark { place: &finding.location, label: finding.label.as_deref(), primary: true }];
    let related = finding.related.iter().filter(|Related { location, .. }| location.path == finding.location.path);
    marks.extend(related.map(|Related { location, label }| Mark {
        place: location,
        label: Some(label),
        primary: false,
    }));
    for Mark { place, .. } in &marks {
        for (number, line) in (place.line..).zip(&place.source) {
            known.insert(number, sanitize::source(line));
        }
    }
    let path = sanitize::line(&finding.location.path);
    let mut group = Level::ERROR.primary_title(title).elements(Vec::<Origin>::new());
    let blocks = blocks(&known);
    // The block with the primary mark comes first: its place is the one in the arrow line.
    let (first, rest): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| block.contains(&finding.location.line));
    if first.is_empty() {
        let origin = Origin::path(path.clone())
            .line(finding.location.line as usize)
            .char_column(finding.location.column as usize);
        group = group.element(origin);
    }
    for block in first.into_iter().chain(rest) {
        group = group.element(snippet(&block, &known, &marks, &path, style.width));
    }
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width).decor_style(DecorStyle::Ascii);
    let mut text = renderer.render(&[group]);
    text.push('\n');
    // Without an excerpt the arrow is not aligned with what follows below it.
    text.replacen("\n--> ", &format!("\n{}--> ", " ".repeat(gutter(finding))), 1)
}

/// Labels that were shortened beside the text they mark, in full.
pub fn long_labels(finding: &Finding, style: Style) -> Vec<String> {
    let related = finding.related.iter().map(|Related { location, label }| (location, Some(label)));
    std::iter::once((&finding.location, finding.label.as_ref()))
        .chain(related)
        .filter_map(|(place, label)| {
            let label = sanitize::squeezed(label?);
            (label.width() > label_room(place, style.width) && !place.source.is_empty())
                .then(|| format!("line {}: {label}", place.line))
        })
        .collect()
}

/// Columns beside a marked text, behind line numbers of up to three digits. In a line that is wider than the page the
/// excerpt is moved, so there is always some.
fn label_room(place: &Location, width: usize) -> usize {
    let marked_to = if place.end_line > place.line { 0 } else { place.end_column as usize };
    width.saturating_sub("123 | ".len() + marked_to + 1).max(24)
}

/// Width of the line numbers beside the excerpt, so that what follows can be aligned with it.
pub fn gutter(finding: &Finding) -> usize {
    let places = std::iter::once(&finding.location).chain(finding.related.iter().map(|related| &related.location));
    places
        .map(|place| (place.line as usize + place.source.len().saturating_sub(1)).to_string().len())
        .max()
        .unwrap_or(1)
}

/// Runs of lines that can share a snippet.
///
/// The renderer shows a single line between two marked ones instead of folding it. A line the report does not hold
/// must not be shown as an empty one, so such a gap starts a block of its own.
fn blocks(known: &BTreeMap<u32, String>) -> Vec<Vec<u32>> {
    let mut blocks: Vec<Vec<u32>> = Vec::new();
    for &number in known.keys() {
        match blocks.last_mut() {
            Some(block) if block.last().is_some_and(|last| number - last != 2) => block.push(number),
            _ => blocks.push(vec![number]),
        }
    }
    blocks
}

fn snippet<'a>(
    block: &[u32],
    known: &BTreeMap<u32, String>,
    marks: &[Mark<'_>],
    path: &str,
    width: usize,
) -> Snippet<'a, Annotation<'a>> {
    let (start, end) = (block[0], block[block.len() - 1]);
    let mut text = String::new();
    let mut offsets = BTreeMap::new();
    // Lines between far apart marks are folded away, so there is no need to make up more than a few of them, but the
    // numbers must be right: an empty line costs one byte.
    for number in start..=end {
        offsets.insert(number, text.len());
        text.push_str(known.get(&number).map_or("", String::as_str));
        text.push('\n');
    }
    let at = |line: u32, column: u32| {
        let source = known.get(&line).map_or("", String::as_str);
        let bytes = source.char_indices().nth(column.saturating_sub(1) as usize).map_or(source.len(), |(byte, _)| byte);
        offsets[&line] + bytes
    };
    let annotations = marks.iter().filter(|mark| block.contains(&mark.place.line)).map(|mark| {
        let Location { line, column, end_line, end_column, .. } = *mark.place;
        let from = at(line, column);
        let line_end = offsets[&line] + known[&line].trim_end().len();
        // A long stretch is marked by its first line; the report holds no more than three lines of it anyway.
        let to = if end_line > line { line_end } else { at(line, end_column) };
        let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(from..to.max(from));
        match mark.label {
            Some(label) => {
                let room = label_room(mark.place, width);
                annotation.label(truncate(&sanitize::squeezed(label), room))
            }
            None => annotation,
        }
    });
    let annotations: Vec<_> = annotations.collect();
    Snippet::source(text).line_start(start as usize).path(path.to_owned()).annotations(annotations)
}

/// Breaks text so that no line is wider than `width` columns: at blanks, and inside a word that is wider by itself
/// (scripts without blanks, hashes).
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !current.is_empty() && current.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut current));
        }
        if !current.is_empty() {
            current.push(' ');
        }
        if current.is_empty() && word.width() > width {
            for c in word.chars() {
                if !current.is_empty() && current.width() + UnicodeWidthChar::width(c).unwrap_or(0) > width {
                    lines.push(std::mem::take(&mut current));
                }
                current.push(c);
            }
            continue;
        }
        current.push_str(word);
    }
    if !current.is_empty() || lines.is_empty() {
        lines.push(current);
    }
    lines
}

/// Shortens text to `width` columns with an ellipsis.
pub fn truncate(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut shown = String::new();
    for c in text.chars() {
        if shown.width() + UnicodeWidthChar::width(c).unwrap_or(0) + 1 > width {
            break;
        }
        shown.push(c);
    }
    shown.push('…');
    shown
}

/// Fills text up to `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}
