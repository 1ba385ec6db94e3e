//! Rubric values in a form the learner's own conditions take: a code of eight characters where a CHECK wants eight.
//!
//! A form changes every value of a column in the same way. Values that differ go on to differ, and those that differ
//! only in case go on to do so, or the form is not used.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::sql::Value;

#[derive(Debug, Clone, PartialEq)]
pub(in crate::checks) enum Form {
    /// Put before a text.
    Prefix(String),
    /// Put behind a text.
    Suffix(String),
    /// Filled up on the right to so many characters.
    Padded(usize, char),
    /// The first so many characters.
    First(usize),
    /// The last so many characters.
    Last(usize),
    Lower,
    Upper,
    /// So many hexadecimal digits that stand for a text, or as many letters.
    Digits(usize),
    Letters(usize),
    /// The text's uuid.
    Uuid,
    /// The n-th different value becomes the n-th of these.
    OneOf(Vec<Value>),
    /// The n-th different number becomes the n-th after this.
    From(i64),
    /// One after the other; both look at one value alone.
    Then(Box<Form>, Box<Form>),
}

impl Form {
    /// The forms that a condition's own words suggest, the least changing first.
    pub(in crate::checks) fn suggested(condition: &str) -> Vec<Form> {
        let texts: Vec<&str> = condition.split('\'').skip(1).step_by(2).filter(|text| !text.is_empty()).collect();
        let outside: String = condition.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
        let numbers: Vec<i64> = outside
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .filter_map(|word| word.parse().ok())
            .filter(|number| *number <= 1_000_000_000)
            .collect();
        let mut forms = Vec::new();
        for text in &texts {
            let (start, end) =
                (text.split('%').next().unwrap_or_default(), text.rsplit('%').next().unwrap_or_default());
            if text.contains('%') && !start.is_empty() {
                forms.push(Form::Prefix(start.to_string()));
            }
            if text.contains('%') && !end.is_empty() {
                forms.push(Form::Suffix(end.to_string()));
            }
        }
        for length in
            numbers.iter().filter_map(|number| usize::try_from(*number).ok()).filter(|n| (1..=400).contains(n))
        {
            for length in [length, length + 1] {
                forms.extend(['0', 'a', 'A'].map(|with| Form::Padded(length, with)));
                forms.extend([Form::First(length), Form::Last(length)]);
            }
        }
        let starts = forms.iter().filter(|form| matches!(form, Form::Prefix(_)));
        let fills = forms.iter().filter(|form| matches!(form, Form::Padded(..)));
        let both = starts.flat_map(|start| fills.clone().map(move |fill| (start.clone(), fill.clone())));
        let both: Vec<Form> = both.map(|(start, fill)| Form::Then(Box::new(start), Box::new(fill))).collect();
        forms.extend(both.into_iter().take(60));
        forms.extend([Form::Lower, Form::Upper]);
        if !texts.is_empty() {
            forms.push(Form::OneOf(texts.iter().map(|text| Value::Text((*text).to_string())).collect()));
        }
        if numbers.len() > 1 {
            forms.push(Form::OneOf(numbers.iter().map(|number| Value::Int(*number)).collect()));
        }
        forms.extend([Form::From(1), Form::From(1_000)]);
        forms.extend(numbers.iter().map(|number| Form::From(*number + 1)));
        forms.extend(derived(condition));
        forms
    }

    /// The value in this form. `all` holds the values of the column, in order and each once.
    pub(in crate::checks) fn apply(&self, value: &Value, all: &[Value]) -> Value {
        let rank = || all.iter().position(|known| known == value).unwrap_or(0);
        match (self, value) {
            (_, Value::Null) => Value::Null,
            (Form::Prefix(prefix), Value::Text(text)) => Value::Text(format!("{prefix}{text}")),
            (Form::Suffix(suffix), Value::Text(text)) => Value::Text(format!("{text}{suffix}")),
            (Form::Padded(length, with), Value::Text(text)) => {
                let missing = length.saturating_sub(text.chars().count());
                Value::Text(text.chars().chain(std::iter::repeat_n(*with, missing)).collect())
            }
            (Form::First(length), Value::Text(text)) => Value::Text(text.chars().take(*length).collect()),
            (Form::Last(length), Value::Text(text)) => {
                Value::Text(text.chars().skip(text.chars().count().saturating_sub(*length)).collect())
            }
            (Form::Digits(length), Value::Text(text)) => Value::Text(hexadecimal(text, *length)),
            (Form::Letters(length), Value::Text(text)) => Value::Text(letters(text, *length)),
            (Form::Uuid, Value::Text(text)) => {
                let digits = hexadecimal(text, 32);
                let parts = [&digits[..8], &digits[8..12], "4", &digits[13..16], "8", &digits[17..20], &digits[20..]];
                let [a, b, four, c, eight, d, e] = parts;
                Value::Text(format!("{a}-{b}-{four}{c}-{eight}{d}-{e}"))
            }
            (Form::Lower, Value::Text(text)) => Value::Text(text.to_lowercase()),
            (Form::Upper, Value::Text(text)) => Value::Text(text.to_uppercase()),
            (Form::OneOf(values), value) => values
                .get(rank())
                .filter(|other| matches!(other, Value::Text(_)) == matches!(value, Value::Text(_)))
                .unwrap_or(value)
                .clone(),
            (Form::From(start), Value::Int(_)) => Value::Int(start + i64::try_from(rank()).unwrap_or(0)),
            (Form::Then(first, second), value) => second.apply(&first.apply(value, all), all),
            (_, other) => other.clone(),
        }
    }

    /// Whether the form changes something and keeps apart what was apart.
    pub(in crate::checks) fn keeps_apart(&self, all: &[Value]) -> bool {
        let folded = |value: &Value| format!("{value:?}").to_lowercase();
        let exact = |value: &Value| format!("{value:?}");
        let after: Vec<Value> = all.iter().map(|value| self.apply(value, all)).collect();
        let count =
            |values: &[Value], key: &dyn Fn(&Value) -> String| values.iter().map(key).collect::<BTreeSet<_>>().len();
        after != all && count(all, &exact) == count(&after, &exact) && count(all, &folded) == count(&after, &folded)
    }
}

/// Lengths that keys and hashes have where a condition names none.
const USUAL: [usize; 4] = [64, 32, 40, 16];

/// What patterns ask for: digits and letters of the lengths they name, behind the text they begin with.
fn derived(condition: &str) -> Vec<Form> {
    let mut lengths = lengths(condition);
    lengths.extend(USUAL.iter().filter(|length| !lengths.contains(length)).copied().collect::<Vec<_>>());
    let plain = lengths.iter().flat_map(|length| [Form::Digits(*length), Form::Letters(*length)]);
    let plain: Vec<Form> =
        plain.flat_map(|form| [form.clone(), Form::Then(Box::new(form), Box::new(Form::Upper))]).collect();
    let starts = condition.split('\'').skip(1).step_by(2).filter_map(|pattern| pattern.strip_prefix('^'));
    let starts: Vec<&str> = starts
        .filter_map(|pattern| pattern.split(|c: char| !c.is_ascii_alphanumeric() && !"_-:".contains(c)).next())
        .filter(|start| !start.is_empty())
        .collect();
    let behind: Vec<Form> = starts
        .iter()
        .flat_map(|start| {
            plain.iter().map(|form| Form::Then(Box::new(form.clone()), Box::new(Form::Prefix((*start).to_string()))))
        })
        .collect();
    [plain, vec![Form::Uuid], behind].concat()
}

/// The numbers in a condition that may be lengths, those inside its patterns among them.
pub(super) fn lengths(condition: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for word in condition.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        if let Some(length) = word.parse().ok().filter(|length| (1..=400).contains(length) && !found.contains(length)) {
            found.push(length);
        }
    }
    found
}

fn bytes(text: &str) -> impl Iterator<Item = u8> + '_ {
    (0_u32..).flat_map(move |round| Sha256::digest(format!("{round}{text}").as_bytes()))
}

/// Hexadecimal digits that stand for a text: as many as wanted, the same on every machine.
pub(super) fn hexadecimal(text: &str, length: usize) -> String {
    let first: Vec<u8> = Sha256::digest(text.as_bytes()).to_vec();
    let digits = first.into_iter().chain(bytes(text)).flat_map(|byte| [byte >> 4, byte & 15]);
    digits.take(length).filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

pub(super) fn letters(text: &str, length: usize) -> String {
    bytes(text).take(length).map(|byte| char::from(b'a' + byte % 26)).collect()
}
