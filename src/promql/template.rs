//! Templates in the labels of alerts: what is printed of labels and value, and `if` with comparisons.
//!
//! What is not known here stays as it is written.

use super::labels::Labels;

/// Longer templates are left as they are.
const CHARS_MAX: usize = 2_000;

/// A label's value for one result of the rule's expression.
pub fn fill(template: &str, labels: &Labels, value: f64) -> String {
    if !template.contains("{{") || template.len() > CHARS_MAX {
        return template.to_owned();
    }
    let pieces = pieces(template);
    let mut out = String::new();
    write(&pieces, &mut 0, true, &mut out, &|expression| worked_out(expression, labels, value));
    out
}

/// Whether the value itself is printed, so that the label changes with it.
pub fn shows_value(template: &str) -> bool {
    pieces(template).iter().any(|piece| match piece {
        Piece::Action(action) => {
            let words = words(action);
            let first = words.first().map_or("", String::as_str);
            !matches!(first, "if" | "else" | "end")
                && words.iter().any(|word| matches!(word.as_str(), "$value" | ".Value"))
        }
        Piece::Text(_) => false,
    })
}

/// Values around the numbers a template compares with: one for each thing it may say.
pub fn telling_values(template: &str) -> Vec<f64> {
    let mut values = Vec::new();
    for piece in pieces(template) {
        if let Piece::Action(action) = piece {
            let numbers = words(&action).into_iter().filter_map(|word| word.parse::<f64>().ok());
            values.extend(numbers.flat_map(|number| [number - 1.0, number, number + 1.0]));
        }
    }
    values
}

enum Piece {
    Text(String),
    Action(String),
}

fn pieces(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((inside, behind)) = after.split_once("}}") else { break };
        // `{{-` and `-}}` eat the space around them.
        let before = if inside.starts_with("- ") { before.trim_end() } else { before };
        rest = if inside.ends_with(" -") { behind.trim_start() } else { behind };
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(Piece::Action(inside.trim_start_matches("- ").trim_end_matches(" -").trim().to_owned()));
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

/// Writes pieces up to the `else` or `end` they belong to; `shown` is whether they count.
fn write(
    pieces: &[Piece],
    at: &mut usize,
    shown: bool,
    out: &mut String,
    worked_out: &dyn Fn(&str) -> Option<Operand>,
) {
    while let Some(piece) = pieces.get(*at) {
        *at += 1;
        match piece {
            Piece::Text(text) => out.push_str(if shown { text } else { "" }),
            Piece::Action(action) => match action.split_whitespace().next() {
                Some("if") => {
                    let mut condition = action.strip_prefix("if").map(str::to_owned);
                    let mut open = shown;
                    loop {
                        let holds =
                            condition.as_deref().is_none_or(|text| worked_out(text).is_some_and(|found| found.holds()));
                        write(pieces, at, open && holds, out, worked_out);
                        open &= !holds;
                        match at.checked_sub(1).and_then(|at| pieces.get(at)) {
                            Some(Piece::Action(last)) if last.starts_with("else") => {
                                let next = last.trim_start_matches("else").trim();
                                condition = next.strip_prefix("if").map(str::to_owned);
                            }
                            _ => break,
                        }
                    }
                }
                Some("else" | "end") => return,
                _ if !shown => {}
                _ => match worked_out(action) {
                    Some(found) => out.push_str(&found.text()),
                    None => out.push_str(&format!("{{{{ {action} }}}}")),
                },
            },
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Operand {
    Number(f64),
    Text(String),
}

impl Operand {
    fn holds(&self) -> bool {
        match self {
            Operand::Number(number) => *number != 0.0,
            Operand::Text(text) => !text.is_empty(),
        }
    }

    fn text(&self) -> String {
        match self {
            Operand::Number(number) => number.to_string(),
            Operand::Text(text) => text.clone(),
        }
    }
}

fn words(action: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in action.chars() {
        match c {
            '"' | '`' => {
                quoted = !quoted;
                word.push('"');
            }
            _ if quoted => word.push(c),
            '(' | ')' | '|' => {
                words.push(std::mem::take(&mut word));
                words.push(c.to_string());
            }
            c if c.is_whitespace() => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn worked_out(expression: &str, labels: &Labels, value: f64) -> Option<Operand> {
    let words = words(expression);
    let mut at = 0;
    let found = pipeline(&words, &mut at, labels, value)?;
    (at == words.len()).then_some(found)
}

fn pipeline(words: &[String], at: &mut usize, labels: &Labels, value: f64) -> Option<Operand> {
    let mut last: Option<Operand> = None;
    loop {
        let mut parts: Vec<Operand> = Vec::new();
        let mut name = None;
        while let Some(word) = words.get(*at).filter(|word| !matches!(word.as_str(), "|" | ")")) {
            *at += 1;
            match word.as_str() {
                "(" => {
                    parts.push(pipeline(words, at, labels, value)?);
                    (words.get(*at)? == ")").then_some(())?;
                    *at += 1;
                }
                "$value" | ".Value" => parts.push(Operand::Number(value)),
                word => match (operand(word, labels), parts.is_empty() && name.is_none()) {
                    (Some(found), _) => parts.push(found),
                    (None, true) => name = Some(word.to_owned()),
                    (None, false) => return None,
                },
            }
        }
        parts.extend(last.take());
        let found = match name {
            Some(name) => call(&name, &parts)?,
            None if parts.len() == 1 => parts.remove(0),
            None => return None,
        };
        if words.get(*at).is_none_or(|word| word != "|") {
            return Some(found);
        }
        *at += 1;
        last = Some(found);
    }
}

fn operand(word: &str, labels: &Labels) -> Option<Operand> {
    if let Some(label) = word.strip_prefix("$labels.").or_else(|| word.strip_prefix(".Labels.")) {
        return Some(Operand::Text(labels.get(label).to_owned()));
    }
    if let Some(text) = word.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        return Some(Operand::Text(text.to_owned()));
    }
    word.parse::<f64>().ok().map(Operand::Number)
}

fn call(name: &str, parts: &[Operand]) -> Option<Operand> {
    let truth = |holds: bool| Some(Operand::Number(f64::from(u8::from(holds))));
    if let [Operand::Number(a), Operand::Number(b)] = parts {
        match name {
            "gt" => return truth(a > b),
            "ge" => return truth(a >= b),
            "lt" => return truth(a < b),
            "le" => return truth(a <= b),
            _ => {}
        }
    }
    match (name, parts) {
        ("eq", [first, rest @ ..]) if !rest.is_empty() => truth(rest.contains(first)),
        ("ne", [a, b]) => truth(a != b),
        ("not", [one]) => truth(!one.holds()),
        ("and", [..]) => truth(parts.iter().all(Operand::holds)),
        ("or", [..]) => truth(parts.iter().any(Operand::holds)),
        ("printf", [Operand::Text(format), Operand::Number(number)]) => {
            let (before, rest) = format.split_once('%')?;
            let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
            let digits = rest[..end].trim_start_matches('.').parse::<usize>().unwrap_or(6).min(12);
            let number = if &rest[end..=end] == "f" { format!("{number:.digits$}") } else { number.to_string() };
            Some(Operand::Text(format!("{before}{number}{}", &rest[end + 1..]).replace("%%", "%")))
        }
        ("printf", [Operand::Text(format), Operand::Text(text)]) => Some(Operand::Text(format.replacen("%s", text, 1))),
        ("toUpper", [Operand::Text(text)]) => Some(Operand::Text(text.to_uppercase())),
        ("toLower", [Operand::Text(text)]) => Some(Operand::Text(text.to_lowercase())),
        // Four digits, as Prometheus rounds.
        ("humanize" | "humanize1024" | "humanizeDuration", [Operand::Number(number)]) => {
            Some(Operand::Text(rounded(*number)))
        }
        ("humanizePercentage", [Operand::Number(number)]) => {
            Some(Operand::Text(format!("{}%", rounded(number * 100.0))))
        }
        _ => None,
    }
}

fn rounded(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return number.to_string();
    }
    let scale = 10_f64.powi(3 - number.abs().log10().floor() as i32);
    ((number * scale).round() / scale).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, value: f64) -> String {
        fill(template, &Labels::new([("job".to_owned(), "api".to_owned())]), value)
    }

    #[test]
    fn labels_and_values_are_filled_in_and_the_rest_stays() {
        assert_eq!(filled("{{ $labels.job }} at {{ $value | humanize }}", 12.34567), "api at 12.35");
        assert_eq!(filled("{{ printf \"%.1f\" $value }} s in {{ .Labels.job }}", 2.04), "2.0 s in api");
        assert_eq!(filled("{{ query \"up\" }}", 1.0), "{{ query \"up\" }}");
        assert_eq!(filled("{{ open", 1.0), "{{ open");
        assert_eq!(filled("plain", 1.0), "plain");
    }

    #[test]
    fn conditions_choose() {
        let template = "{{ if gt $value 3.0 }}critical{{ else if and (gt $value 1.0) (eq $labels.job \"api\") }}warning{{ else }}info{{ end }}";
        for (value, said) in [(5.0, "critical"), (2.0, "warning"), (0.5, "info")] {
            assert_eq!(filled(template, value), said);
        }
        assert_eq!(filled("a{{- if lt $value 1.0 -}} b {{- end }} c", 0.0), "ab c");
        let mut said: Vec<String> = telling_values(template).into_iter().map(|value| filled(template, value)).collect();
        said.sort();
        said.dedup();
        assert_eq!(said, ["critical", "info", "warning"]);
    }

    #[test]
    fn a_label_that_holds_the_value_is_known() {
        assert!(shows_value("{{ $value }}") && shows_value("about {{ printf \"%.2f\" .Value }}"));
        assert!(!shows_value("{{ if gt $value 3.0 }}critical{{ end }}") && !shows_value("{{ $labels.value }} $value"));
    }
}
