//! What a submission contains is data in every output.
//!
//! Nothing a learner writes may move the cursor, change what a reader sees (bidirectional overrides), start a line of
//! its own, or be taken as a command by the CI system that shows the log.

/// The character shown in place of one that could do something.
///
/// One character for one, so columns counted in characters stay true.
fn harmless(c: char) -> char {
    match c {
        '\t' => ' ',
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if is_active(c) => '\u{fffd}',
        c => c,
    }
}

/// Control, bidirectional, invisible and non-characters: whatever changes how its neighbours are read.
pub fn is_active(c: char) -> bool {
    matches!(
        c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
            | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    ) || u32::from(c) & 0xfffe == 0xfffe
}

/// Text for one line of output: nothing active, no line break, no workflow command.
pub fn line(text: &str) -> String {
    break_commands(&text.chars().map(harmless).collect::<String>())
}

/// One line with its blanks run together: for table cells and titles, where a pretty-printed statement would be lost.
pub fn squeezed(text: &str) -> String {
    line(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Like [`line`], one character for one, so byte and column arithmetic on an excerpt can be done on the result.
///
/// Excerpts stand behind a line number, so only the mark that counts anywhere in a line has to be broken here.
pub fn source(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { c } else { harmless(c) }).collect::<String>().replace("##[", "##\u{27e6}")
}

/// Text of several lines, each of them harmless.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(line).collect()
}

/// Breaks up what GitHub Actions would take as a command: `::` after leading blanks, and the legacy `##[` anywhere.
pub fn break_commands(text: &str) -> String {
    let body = text.trim_start();
    let blanks = &text[..text.len() - body.len()];
    let body = body.strip_prefix("::").map_or_else(|| body.to_owned(), |rest| format!(": :{rest}"));
    format!("{blanks}{}", body.replace("##[", "## ["))
}

/// The message of a workflow command. `%` goes first, or it would escape the escapes.
pub fn workflow_message(text: &str) -> String {
    let text = text.replace("##[", "## [");
    let text: String =
        text.chars().map(|c| if is_active(c) && !"\r\n\t".contains(c) { harmless(c) } else { c }).collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command (`file=`, `title=`).
pub fn workflow_property(text: &str) -> String {
    workflow_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text for XML: line breaks stay, what XML 1.0 cannot hold does not.
pub fn xml(text: &str) -> String {
    lines(text).join("\n")
}

/// Escapes, inside finished JSON, what JSON allows raw but a terminal or a CI log would act on. The value stays the same.
pub fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("##[", "#\\u0023[").chars() {
        if is_active(c) && c != '\n' {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_is_left_in_a_line() {
        let hostile = "a\u{1b}[31m\nb\r\u{202e}c\u{7f}\u{9b}d\u{2066}\u{feff}\u{fffe}\u{e0041}\t";
        let shown = line(hostile);
        assert!(!shown.chars().any(is_active), "{shown:?}");
        assert_eq!(shown.chars().count(), hostile.chars().count());
        assert!(shown.starts_with("a␛[31m␊b"));
    }

    #[test]
    fn both_marks_of_a_workflow_command_are_broken() {
        assert_eq!(line("  ::error::x"), "  : :error::x");
        assert_eq!(line("x ##[group]y"), "x ## [group]y");
        assert_eq!(line("a::b"), "a::b");
        assert!(!source("x ##[group]y").contains("##["));
    }

    #[test]
    fn percent_is_escaped_before_what_it_escapes() {
        assert_eq!(workflow_message("50%\n%0A"), "50%25%0A%250A");
        assert_eq!(workflow_property("a:b,c%"), "a%3Ab%2Cc%25");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({"a": "\u{202e}##[x]\u{9b}\u{e0041}é\n"});
        let text = json(&serde_json::to_string_pretty(&value).expect("a value is JSON"));
        assert!(!text.contains("##[") && !text.chars().any(|c| c != '\n' && is_active(c)));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("still JSON"), value);
    }
}
