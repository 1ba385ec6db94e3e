//! One cause is told once, however many checks met it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Ranked;
use crate::submission::missing_field;

/// What makes two findings the same.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// A section that the file has not, and all that was looked for in it.
    Missing(String),
    /// The same words at the same place. What could not be read at all is told once for all criteria.
    Said { criterion: Option<String>, message: String, line: u32, column: u32 },
    /// A mistake of form, told by the schema.
    Form(usize),
}

/// Merges what has one cause; the costliest comes first and speaks for the rest, which add to its cost.
pub(super) fn told_once(mut findings: Vec<Ranked>, document: &Json) -> Vec<Ranked> {
    findings.sort_by(|a, b| b.stake().total_cmp(&a.stake()));
    let mut places: BTreeMap<Cause, usize> = BTreeMap::new();
    let mut told: Vec<Told> = Vec::new();
    for (number, ranked) in findings.into_iter().enumerate() {
        let cause = cause(&ranked, number, document);
        if let Some(told) = places.get(&cause).and_then(|at| told.get_mut(*at)) {
            told.add(ranked);
            continue;
        }
        let mut first = Told { checks: vec![ranked.check.clone()], criteria: Vec::new(), ranked };
        if let Cause::Missing(section) = &cause {
            first.ranked.missing(section);
        }
        places.insert(cause, told.len());
        told.push(first);
    }
    let sections: Vec<&String> = places
        .keys()
        .filter_map(|cause| match cause {
            Cause::Missing(section) => Some(section),
            _ => None,
        })
        .collect();
    // The schema has missed the same section.
    let by_schema = |told: &Told| {
        let finding = &told.ranked.finding;
        finding.criterion.is_none() && sections.iter().any(|section| finding.message == missing_field(section))
    };
    told.retain(|told| !by_schema(told));
    told.into_iter().map(Told::done).collect()
}

struct Told {
    ranked: Ranked,
    checks: Vec<String>,
    /// Other criteria that lose points by it.
    criteria: Vec<String>,
}

impl Told {
    fn add(&mut self, other: Ranked) {
        // Two problems of one check cost once.
        if !self.checks.contains(&other.check) {
            self.ranked.lost += other.lost;
            self.checks.push(other.check);
        }
        let criterion = other.finding.criterion;
        if criterion != self.ranked.finding.criterion {
            self.criteria.extend(criterion.filter(|id| !self.criteria.contains(id)));
        }
    }

    fn done(mut self) -> Ranked {
        if !self.criteria.is_empty() {
            let criteria: Vec<String> = self.criteria.iter().map(|id| format!("`{id}`")).collect();
            self.ranked.finding.notes.push(format!("it costs points in {} too", criteria.join(", ")));
        }
        self.ranked
    }
}

impl Ranked {
    /// Says that a section is missing rather than what was looked for in it.
    fn missing(&mut self, section: &str) {
        let finding = &mut self.finding;
        finding.message = format!("the section `{section}` is missing");
        finding.expected = Some(format!("`{section}:` as in the template"));
        finding.actual = None;
        finding.label = None;
        finding.related.clear();
        finding.notes.clear();
        finding.help = None;
        finding.counterexample = None;
    }
}

fn cause(ranked: &Ranked, number: usize, document: &Json) -> Cause {
    let finding = &ranked.finding;
    if finding.criterion.is_none() {
        return Cause::Form(number);
    }
    if let Some(section) = missing_section(&finding.location.pointer, document) {
        return Cause::Missing(section);
    }
    Cause::Said {
        criterion: finding.criterion.clone().filter(|_| ranked.gradable),
        message: finding.message.clone(),
        line: finding.location.line,
        column: finding.location.column,
    }
}

/// The section a pointer leads into, if the file has none of that name, or nothing in it.
fn missing_section(pointer: &str, document: &Json) -> Option<String> {
    let mut steps = pointer.split('/').skip(1);
    let section = steps.next()?.replace("~1", "/").replace("~0", "~");
    let fields = document.as_object()?;
    let empty = fields.get(&section).is_none_or(|value| value.is_null() && steps.next().is_some());
    empty.then_some(section)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::render::tests::finding;
    use crate::report::Finding;

    fn ranked(criterion: &str, check: &str, lost: f64, pointer: &str, message: &str) -> Ranked {
        let mut finding = Finding { message: message.into(), ..finding(1, lost) };
        finding.criterion = (!criterion.is_empty()).then(|| criterion.to_owned());
        finding.location.pointer = pointer.into();
        Ranked { lost, held_up: 0.0, slip: false, check: check.into(), gradable: true, finding }
    }

    fn told(findings: Vec<Ranked>) -> Vec<(String, f64)> {
        let document = json!({"code": "x", "empty": null});
        told_once(findings, &document).into_iter().map(|told| (told.finding.message, told.lost)).collect()
    }

    #[test]
    fn the_same_words_at_the_same_place_are_told_once_for_a_criterion() {
        let same = |criterion, check, lost| ranked(criterion, check, lost, "/code", "KeyError");
        let all = vec![same("a", "a/0", 2.0), same("a", "a/1", 3.0), same("a", "a/1", 3.0), same("b", "b/0", 1.0)];
        assert_eq!(told(all), [("KeyError".to_owned(), 5.0), ("KeyError".to_owned(), 1.0)]);
    }

    #[test]
    fn what_cannot_be_read_is_told_once_for_all_criteria() {
        let unread =
            |criterion, check, lost| Ranked { gradable: false, ..ranked(criterion, check, lost, "/code", "bad") };
        let told = told_once(vec![unread("a", "a/0", 2.0), unread("b", "b/0", 7.0)], &json!({"code": "x"}));
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].lost, told[0].finding.criterion.as_deref()), (9.0, Some("b")));
        assert_eq!(told[0].finding.notes.last().map(String::as_str), Some("it costs points in `a` too"));
    }

    #[test]
    fn a_missing_section_is_told_once_and_not_by_the_schema_too() {
        let all = vec![
            ranked("", "", 0.0, "", "the field `when_open` is missing"),
            ranked("a", "a/0", 2.0, "/when_open/choice", "nothing is chosen yet"),
            ranked("a", "a/1", 1.0, "/when_open/because", "nothing is written here"),
            ranked("b", "b/0", 1.0, "/empty/because", "nothing is written here"),
            ranked("b", "b/1", 0.5, "/code", "other"),
            ranked("", "", 0.0, "", "the field `other` is missing"),
        ];
        let told: Vec<String> = told(all).into_iter().map(|(message, lost)| format!("{message} {lost}")).collect();
        assert_eq!(
            told,
            [
                "the section `when_open` is missing 3",
                "the section `empty` is missing 1",
                "other 0.5",
                "the field `other` is missing 0"
            ]
        );
    }
}
