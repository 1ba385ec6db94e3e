//! What a rule says of a number when figures of it change.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{QuantityCheck, TOLERANCE, number};
use crate::checks::Check;
use crate::course::Rubric;

impl QuantityCheck {
    /// A rule that knows nothing but the unit.
    pub fn of_unit(unit: Option<String>) -> Self {
        QuantityCheck { unit, ..QuantityCheck::default() }
    }

    /// The same check, knowing in which units the others of its rubric take bare numbers.
    pub fn among(&self, rubric: &Rubric) -> Self {
        let mut check = self.clone();
        let others = rubric.criteria.iter().flat_map(|criterion| {
            criterion.checks.iter().filter_map(|weighted| match &weighted.check {
                Check::Quantity(other) => Some((other.pointer(criterion.at.as_deref()), other)),
                _ => None,
            })
        });
        for (pointer, other) in others {
            let asked = check.from.values().any(|from| from == pointer) && other.bare != Some(false);
            // A percentage is a plain number already.
            if asked && other.unit.as_deref().is_some_and(|unit| unit != "%") {
                check.units.insert(pointer.to_owned(), other.unit_expression());
            }
        }
        check
    }

    /// The field it is about; `at` is the criterion's.
    pub fn pointer<'a>(&'a self, at: Option<&'a str>) -> &'a str {
        self.at.as_deref().or(at).unwrap_or_default()
    }

    /// The fields it is worked out from.
    pub fn pointers(&self) -> impl Iterator<Item = &str> {
        self.from.values().map(String::as_str)
    }

    /// The value of a text in the rule's unit.
    pub fn value_of(&self, text: &str) -> Option<f64> {
        let one = super::spoken::range(text).is_none();
        self.read(text).ok().filter(|value| one && value.is_finite())
    }

    /// By how much an answer may be off, relative.
    pub fn allowed(&self) -> f64 {
        self.tolerance.unwrap_or(TOLERANCE)
    }

    /// By how much what the rule asks for grows when its `figures` read otherwise and the fields it is worked out from are
    /// multiplied by `grown`; `None` for a rule without arithmetic.
    pub fn growth(
        &self,
        document: &Value,
        figures: &BTreeMap<String, String>,
        grown: &BTreeMap<String, f64>,
    ) -> Option<f64> {
        let sum = self.expect.as_ref().or(self.min.as_ref()).or(self.max.as_ref())?;
        let fields = self.from.values().any(|pointer| grown.contains_key(pointer));
        let changed = changed(sum, figures);
        if changed == *sum && !fields && self.expect.is_none() {
            return None;
        }
        let (before, _) = self.work_out(sum, document, &BTreeMap::new()).ok()?;
        let (after, _) = self.work_out(&changed, document, grown).ok()?;
        Some(after / before).filter(|times| times.is_finite())
    }
}

/// A sum with its figures replaced, where they stand as words of their own.
fn changed(sum: &str, figures: &BTreeMap<String, String>) -> String {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | ',' | '_');
    let mut out = String::new();
    let mut rest = sum;
    'words: while let Some(first) = rest.chars().next() {
        let starts = !out.chars().last().is_some_and(inside);
        for (figure, instead) in figures.iter().filter(|_| starts) {
            let after = rest.strip_prefix(figure.as_str());
            if let Some(after) = after.filter(|after| !after.chars().next().is_some_and(inside)) {
                out.push_str(instead);
                rest = after;
                continue 'words;
            }
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
    }
    out
}

/// A factor as it is written into a sum.
pub(super) fn factor(times: f64) -> String {
    if times == 1.0 { String::new() } else { format!(" * {}", number_exact(times)) }
}

fn number_exact(value: f64) -> String {
    let text = format!("{value:.12}");
    if value.abs() < 1e-6 { number(value) } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_grows_with_what_its_rule_names() {
        let rule = |expect: &str, from: &[(&str, &str)]| QuantityCheck {
            expect: Some(expect.to_owned()),
            from: from.iter().map(|&(name, pointer)| (name.to_owned(), pointer.to_owned())).collect(),
            ..QuantityCheck::default()
        };
        let figures = BTreeMap::from([("100M".to_owned(), "1B".to_owned())]);
        let document = json!({"codes": "100M * 365", "bytes": "500"});
        let growth = |rule: &QuantityCheck, grown: &[(&str, f64)]| {
            let grown = grown.iter().map(|&(pointer, times)| (pointer.to_owned(), times)).collect();
            rule.growth(&document, &figures, &grown)
        };
        assert_eq!(growth(&rule("100M * 365", &[]), &[]), Some(10.0));
        assert_eq!(growth(&rule("1100M + 0.100M", &[]), &[]), Some(1.0), "a figure is a word of its own");
        assert_eq!(growth(&rule("5000 + 365", &[]), &[]), Some(1.0));
        let product = rule("{codes} * {bytes}", &[("codes", "/codes"), ("bytes", "/bytes")]);
        assert_eq!(growth(&product, &[("/codes", 10.0), ("/bytes", 1.0)]), Some(10.0));
        assert_eq!(growth(&product, &[("/codes", 10.0), ("/bytes", 10.0)]), Some(100.0));
    }
}
