use proptest::prelude::*;

use super::*;
use crate::checks::Place;

fn parse(name: &str, text: &str) -> Document {
    Document::parse(name, text.as_bytes(), &Limits::submission()).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
}

/// The first error as `line:column message`.
fn error(name: &str, bytes: &[u8]) -> String {
    let errors = Document::parse(name, bytes, &Limits::submission()).expect_err("must be refused");
    let first = &errors[0];
    assert!(first.help.is_some(), "{first:?}");
    format!("{}:{} {}", first.location.line, first.location.column, first.message)
}

/// Every character of every string must be found in the file where its own text stands.
fn check_offsets(document: &Document, pointer: &str) {
    let value = document.text_at(pointer).expect("a string");
    for (at, character) in value.char_indices() {
        let span = document.span_of(&Place::inside(pointer, at..at + character.len_utf8()));
        let written = &document.source()[span.clone()];
        let same = match character {
            '\n' => matches!(written, "\n" | "\r\n" | "\\n" | "") || written.starts_with('\\'),
            ' ' => matches!(written, " " | "\n" | "\r\n") || written.starts_with('\\'),
            _ => written == character.to_string() || written.starts_with('\\') || written == "''",
        };
        assert!(
            same,
            "{character:?} at {at} of {value:?} is placed at {span:?} = {written:?} in {:?}",
            document.source()
        );
    }
}

#[test]
fn refuses_what_is_not_such_a_file_with_its_place() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "1:1 the file is empty"),
        (b" \n\n", "1:1 the file is empty"),
        (b"# only a comment\n", "1:1 the file holds only comments"),
        (b"\xFF\xFEa\0:\0", "1:1 the file is UTF-16"),
        (b"a\0:\0 \x001\0", "1:2 the file looks like UTF-16"),
        (b"abc: 1\nb: x\0y\n", "2:5 the file holds a NUL byte"),
        (b"a: 1\nb: caf\xE9\n", "2:7 the file is not UTF-8: here is the byte 0xE9, which is `é` in Latin-1"),
        (b"\xEF\xBB\xBFa: \xE9\n", "1:4 the file is not UTF-8"),
        (b"- a\n- b\n", "1:1 the file holds a list"),
        (b"just words\n", "1:1 the file holds text"),
        (b"a: 1\nb: 2\na: 3\n", "3:1 the field `a` is given twice"),
        (b"a: 1\n---\nb: 2\n", "2:1 a second document"),
        (b"a:\n\tb: 1\n", "2:1 a tab"),
        (b"a: 1\n\tb: 2\n", "2:1 a tab"),
        (b"a: 1\n b: 2\n", "2:3 a `:` where no field can start"),
        (b"a:\n  - x\n -y\n", "3:2 the indentation"),
        (b"a: &x 1\n", "1:4 anchors"),
        (b"a: *x\n", "1:4 aliases"),
        (b"a: !foo 1\n", "1:9 the tag `!foo`"),
        (b"# it's\na: 1\nb: 'x # y\nc: 2\n", "3:4 this quote is not closed"),
        (b"a: [x, \"y]\nb: 2\n", "1:8 this quote is not closed"),
        (b"a: 'it's'\n", "1:8 text goes on after the closing quote"),
        (b"a: \"\\d\"\n", "1:4 text in double quotes holds an escape"),
        (b"a: - b\n", "1:4 a list item cannot start here"),
        (b"a: x # y\n  z: 1\n", "1:6 text goes on"),
        (b"a: @x\n", "1:4 a value cannot start with `@`"),
        (b"a: .inf\n", "1:4 `.inf` (infinity)"),
        (b"a: {{x}}\n", "1:5 a list or mapping stands where a field's name"),
        (b"? [a]\n: b\n", "1:3 a list or mapping stands where a field's name"),
        (b": b\n", "1:1 a field without a name"),
        (b"a: [1, 2\n", "1:4 this `[` is not closed"),
    ];
    for (bytes, expected) in cases {
        let found = error("x.yaml", bytes);
        assert!(found.starts_with(expected), "{:?}: {found}", String::from_utf8_lossy(bytes));
    }
    let large = vec![b'#'; (1 << 20) + 1];
    assert!(error("x.yaml", &large).starts_with("1:1 the file has 1048577 bytes"));
    for name in ["x.yaml", "x.json"] {
        assert!(error(name, "[".repeat(100_000).as_bytes()).contains("levels inside one another"), "{name}");
    }
    assert!(
        error(
            "x.yaml",
            format!("a:\n{}", (0..70).map(|level| format!("{}a:\n", " ".repeat(level + 1))).collect::<String>())
                .as_bytes()
        )
        .contains("levels")
    );
}

#[test]
fn a_file_of_mistakes_is_cut_short() {
    let errors = Document::parse("x.yaml", "a: 1\n".repeat(2000).as_bytes(), &Limits::submission());
    assert_eq!(errors.expect_err("must be refused").len(), MAX_ERRORS);
    let document = parse("x.yaml", &(0..2000).map(|name| format!("k{name}: 1\n")).collect::<String>());
    let schema = serde_json::json!({"properties": {"known": {}}, "additionalProperties": false});
    assert_eq!(Validator::new(&schema).expect("compiles").validate(&document).len(), MAX_ERRORS);
}

#[test]
fn refuses_json_that_is_not_json() {
    let cases = [
        ("{\"a\": 1,\n \"a\": 2}", "2:2 the field `a` is given twice"),
        ("{\"a\": 1,\n}", "1:8 a comma after the last item"),
        ("{\"a\": [1,]}", "1:9 a comma after the last item"),
        ("{\n // x\n\"a\": 1}", "2:2 a comment"),
        ("{'a': 1}", "1:2 single quotes"),
        ("{\"a\": 'x'}", "1:7 single quotes"),
        ("{a: 1}", "1:2 expected a field's name in double quotes"),
        ("{\"a\" 1}", "1:6 expected `:`"),
        ("{\"a\": 1 \"b\": 2}", "1:9 expected `,` or `}`"),
        ("{\"a\": 01}", "1:7 `01` is not a JSON number"),
        ("{\"a\": NaN}", "1:7 text without quotes"),
        ("{\"a\": True}", "1:7 `True` is not JSON"),
        ("{\"a\": \"x\ny\"}", "1:7 this text is not closed"),
        ("{\"a\": \"\\q\"}", "1:8 an escape that JSON does not have"),
        ("{\"a\": \"\\ud800\"}", "1:8 an escape that JSON does not have"),
        ("{\"a\": 1", "1:1 this `{` is not closed"),
        ("{\"a\": }", "1:7 a value is missing"),
        ("{} x", "1:4 text after the end"),
        ("{\"a\": 1e999}", "1:7 `1e999` is not a JSON number"),
    ];
    for (text, expected) in cases {
        let found = error("x.json", text.as_bytes());
        assert!(found.starts_with(expected), "{text}: {found}");
    }
    assert_eq!(parse("x.json", "{\"a\": {}, \"b\": []}").json(), &serde_json::json!({"a": {}, "b": []}));
}

#[test]
fn reads_values_and_keys() {
    let document = parse(
        "x.yaml",
        "\u{feff}a: 012\r\nb: [yes, null, ~, 'x', !!str 12]\r\n1: one\r\ntrue: two\r\nc:\r\nd: 100000000000000000000\r\n",
    );
    let expected = serde_json::json!({
        "a": 12, "b": ["yes", null, null, "x", "12"], "1": "one", "true": "two", "c": null, "d": 1e20
    });
    assert_eq!(document.json(), &expected);
    assert_eq!(document.sha256().len(), 64);
}

#[test]
fn locates_inside_every_style() {
    let yaml = "\
# comment | with > signs
plain: some words
  folded é here

  and on
single: 'it''s
  two'
double: \"tab\\t\\u00e9 \\
   joined \\\"x\\\"\"
literal: |
  first
    second é

  third
folded: >-  # why
  one
  two

  three
    more
  four
explicit:
  - |2+
      indented
    less

deep:
  - k: |
      x = 1
      y = '日本'; z = 2
last: |
  no break at the end";
    for text in [yaml.to_owned(), yaml.replace('\n', "\r\n")] {
        let document = parse("x.yaml", &text);
        for pointer in ["/plain", "/single", "/double", "/literal", "/folded", "/explicit/0", "/deep/0/k", "/last"] {
            check_offsets(&document, pointer);
        }
        let code = document.text_at("/deep/0/k").expect("text");
        let at = code.find("z = 2").expect("z");
        let location = document.locate(&Place::inside("/deep/0/k", at..at + 5));
        assert_eq!((location.line, location.column, location.end_column), (30, 17, 22));
        assert_eq!(location.source, ["      y = '日本'; z = 2"]);
    }
}

#[test]
fn locates_fields_keys_and_what_is_missing() {
    let document = parse("x.yaml", "a: 1\nb:\n  c: [x, yy]\n  d: |\n    text\n  e:\n");
    let at = |place: Place| {
        let found = document.locate(&place);
        (found.line, found.column, found.end_line, found.end_column)
    };
    assert_eq!(at(Place::field("/a")), (1, 4, 1, 5));
    assert_eq!(at(Place::field("/b/c/1")), (3, 10, 3, 12));
    assert_eq!(at(Place { key: true, ..Place::field("/b/c") }), (3, 3, 3, 4));
    assert_eq!(at(Place::field("/b/d")), (4, 3, 4, 4), "a value of several lines is marked at its key");
    assert_eq!(at(Place::field("/b/e")), (6, 3, 6, 4), "nothing is marked at its key");
    assert_eq!(at(Place::field("/b/missing/deeper")), (2, 1, 2, 2));
    assert_eq!(at(Place::field("/missing")), (1, 1, 1, 2));
    assert_eq!(at(Place::field("")), (1, 1, 1, 2));
    assert_eq!(at(Place::inside("/b/d", 5..5)), (5, 9, 5, 9));
    assert_eq!(at(Place::inside("/b/d", 900..901)), (4, 3, 4, 4), "a range that is not the value's");
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[ a-cé日'\"#:\\\\-]{0,8}", 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Document::parse("x.yaml", &bytes, &Limits::submission());
        let _ = Document::parse("x.json", &bytes, &Limits::submission());
    }

    #[test]
    fn mutated_files_never_panic_and_every_place_can_be_found(
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[-\\[\\]{}:,|>&*!#'\"\\\\ \t\n\r%@`?~a0.é]{0,3}"), 1..6),
        json in any::<bool>(),
    ) {
        let (name, base) = if json {
            ("x.json", "{\"a\": [1, {\"b\": \"x\\n\\u00e9\"}], \"c\": null}")
        } else {
            ("x.yaml", "a: |2-\n    x\n   y\n\nb: >\n  p\n\n   q\nc: \"é\\\n  z\"\nd:\n  - 'it''s'\n  - {e: [1, 2], f: ~}\n")
        };
        let mut text: Vec<char> = base.chars().collect();
        for (at, insert) in edits {
            let at = at.index(text.len());
            text.splice(at..at + usize::from(insert.len() < 2), insert.chars());
            if text.is_empty() { text.push('a'); }
        }
        let text: String = text.into_iter().collect();
        if let Ok(document) = Document::parse(name, text.as_bytes(), &Limits::submission()) {
            for pointer in ["", "/a", "/b", "/c", "/d/0", "/d/1/e/1", "/a/1/b", "/nope"] {
                let length = document.text_at(pointer).map_or(3, str::len);
                for at in 0..=length {
                    document.locate(&Place::inside(pointer, at..length));
                }
            }
        }
    }

    #[test]
    fn block_scalars_are_mapped_exactly(
        lines in lines(), folded in any::<bool>(), chomp in "[-+]?", explicit in any::<bool>(), crlf in any::<bool>(), end in "\n{0,3}", follow in any::<bool>()
    ) {
        let mut text = format!("k:\n  - s: {}{}{chomp} # c\n", if folded { '>' } else { '|' }, if explicit { "3" } else { "" });
        for line in &lines {
            text.push_str(&format!("       {line}\n"));
        }
        text.truncate(text.len() - 1);
        text.push_str(&end);
        if follow { text.push_str("\nz: 1\n"); }
        if crlf { text = text.replace('\n', "\r\n"); }
        if let Ok(document) = Document::parse("x.yaml", text.as_bytes(), &Limits::submission())
            && document.text_at("/k/0/s").is_some()
        {
            check_offsets(&document, "/k/0/s");
        }
    }

    #[test]
    fn flow_scalars_are_mapped_exactly(lines in lines(), style in 0..3usize, crlf in any::<bool>()) {
        let quote = ["", "'", "\""][style];
        let body = lines.iter().enumerate().map(|(line, text)| {
            let text = match style {
                1 => text.replace('\'', "''"),
                2 => text.replace('"', "\\\"").replace("\\-", "\\t").replace("\\:", "\\x41"),
                _ => text.clone(),
            };
            format!("{}{text}", if line == 0 { "" } else { "    " })
        }).collect::<Vec<_>>().join("\n");
        let mut text = format!("k:\n  s: {quote}{body}{quote}\nz: 1\n");
        if crlf { text = text.replace('\n', "\r\n"); }
        if let Ok(document) = Document::parse("x.yaml", text.as_bytes(), &Limits::submission())
            && document.text_at("/k/s").is_some()
        {
            check_offsets(&document, "/k/s");
        }
    }

    #[test]
    fn json_strings_are_mapped_exactly(value in "\\PC{0,12}", tail in "[\\n\\t\"\\\\/a]{0,4}") {
        let value = format!("{value}{tail}");
        let text = serde_json::json!({ "s": value }).to_string();
        let document = parse("x.json", &text);
        prop_assert_eq!(document.text_at("/s"), Some(value.as_str()));
        check_offsets(&document, "/s");
        let same = parse("x.yaml", &text);
        prop_assert_eq!(same.text_at("/s"), Some(value.as_str()));
        check_offsets(&same, "/s");
    }
}
