//! A value as YAML, for cases that are made from another by replacing fields: text of several lines stays a block, so
//! that findings in it point at lines worth reading.

use serde_json::Value;

pub(super) fn to_yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(fields) if !fields.is_empty() => mapping(fields, 0, &mut out),
        Value::Array(items) if !items.is_empty() => sequence(items, 0, &mut out),
        _ => out.push_str(&format!("{value}\n")),
    }
    out
}

fn mapping(fields: &serde_json::Map<String, Value>, indent: usize, out: &mut String) {
    for (at, (name, value)) in fields.iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(&key(name));
        out.push(':');
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                out.push_str(&format!("\n{}", " ".repeat(indent + 2)));
                mapping(fields, indent + 2, out);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push_str(&format!("\n{}", " ".repeat(indent + 2)));
                sequence(items, indent + 2, out);
            }
            _ => scalar(value, indent, out),
        }
    }
}

fn sequence(items: &[Value], indent: usize, out: &mut String) {
    for (at, value) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push('-');
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                out.push(' ');
                mapping(fields, indent + 2, out);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push(' ');
                sequence(items, indent + 2, out);
            }
            _ => scalar(value, indent, out),
        }
    }
}

/// A scalar after `:` or `-`, its block indented by two more than its parent.
fn scalar(value: &Value, indent: usize, out: &mut String) {
    match value.as_str().and_then(block) {
        // JSON is YAML, and quoted text cannot be mistaken for anything else.
        None => out.push_str(&format!(" {value}\n")),
        Some((text, chomp)) => {
            out.push_str(&format!(" |2{chomp}\n"));
            for line in text.split('\n') {
                if !line.is_empty() {
                    out.push_str(&" ".repeat(indent + 2));
                }
                out.push_str(line);
                out.push('\n');
            }
        }
    }
}

/// The lines of a literal block and its chomping indicator, if the text can be written as one.
fn block(text: &str) -> Option<(&str, &'static str)> {
    let plain = |character: char| {
        character == '\n' || (!character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}'))
    };
    if !text.contains('\n') || text.trim().is_empty() || !text.chars().all(plain) || text.ends_with("\n\n") {
        return None;
    }
    Some(text.strip_suffix('\n').map_or((text, "-"), |body| (body, "")))
}

fn key(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))
        && !matches!(name, "null" | "true" | "false");
    if plain { name.to_owned() } else { Value::from(name).to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::to_yaml;
    use crate::submission::{Document, Limits};

    fn read(text: &str) -> Value {
        Document::parse("x.yaml", text.as_bytes(), &Limits::course())
            .unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
            .json()
            .clone()
    }

    #[test]
    fn text_of_several_lines_stays_a_block() {
        let value =
            json!({"endpoint": {"code": "def f():\n    return 1\n", "notes": [{"a b": "x\n\n  y"}, [], [1, null]]}});
        let text = to_yaml(&value);
        assert!(text.contains("code: |2\n    def f():\n        return 1\n"), "{text}");
        assert_eq!(read(&text), value);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[ a-c\\n\\t:#'\"\\\\é|>-]{0,12}".prop_map(Value::from),
            "\\PC{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{1,4}|[ a:é-]{1,4}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_reads_as_the_same_value(value in values()) {
            let value = json!({ "root": value });
            prop_assert_eq!(read(&to_yaml(&value)), value);
        }
    }
}
