//! What to write instead: the mistakes people make most when they draw in Mermaid.

use std::ops::Range;

use super::source::{capitalised, plain, words};
use super::{DiagramError, KINDS};

/// A kind of diagram by Mermaid's name, in words.
pub(super) fn kind(name: &str) -> String {
    match name {
        "c4" => "a C4 diagram".to_string(),
        "er" => "an entity relationship diagram".to_string(),
        "classDiagram" | "class" => "a class diagram".to_string(),
        "architecture" => "an architecture diagram".to_string(),
        other => format!("`{other}`"),
    }
}

/// A first line that names no kind of diagram.
pub(super) fn header(body: &str, range: Range<usize>) -> DiagramError {
    let line = body.lines().next().unwrap_or_default().trim();
    let first = line.split_whitespace().next().unwrap_or_default();
    let other = match first {
        "@startuml" => Some("PlantUML"),
        "digraph" | "graph{" | "strict" => Some("Graphviz"),
        "direction:" => Some("D2"),
        _ => None,
    };
    if let Some(other) = other {
        return DiagramError::new(format!("this is written for {other}, and diagrams are read as Mermaid"), range)
            .help(KINDS);
    }
    let error = DiagramError::new("the first line does not say what kind of diagram this is", range);
    let letters: String = first.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    match letters.as_str() {
        "statediagram" | "statediagramv2" => error.help("write `stateDiagram-v2`, with a capital D"),
        "flowchart" | "graph" => error.help("write `flowchart LR`, with a small f"),
        "sequencediagram" => error.help("write `sequenceDiagram`, with a capital D"),
        _ => error.help("start with `stateDiagram-v2` or `flowchart LR` on a line of its own"),
    }
}

/// For a line of a state diagram that is not read, or not as it was meant.
pub(super) fn of_state_line(line: &str) -> String {
    let line = line.trim();
    if let Some(advice) = label_without_colon(line) {
        return advice;
    }
    if let Some(arrow) = ["→", "⟶", "==>", "-.->", "=>"].into_iter().find(|arrow| line.contains(arrow)) {
        return format!("an arrow between states is `-->`: write `{}`", plain(&line.replacen(arrow, "-->", 1)));
    }
    if !line.contains("-->") && line.contains("->") {
        return "an arrow between states is `-->`".to_string();
    }
    let sides: Vec<&str> = line.split("-->").map(|side| side.split(':').next().unwrap_or("").trim()).collect();
    if let Some(name) = sides.iter().find(|side| side.len() > 2 && side.starts_with('"') && side.ends_with('"')) {
        let id = joined(name);
        return format!("a name in quotes is declared first: `state {} as {id}`, and then `{id} --> ...`", plain(name));
    }
    if let Some(id) = sides.iter().find(|id| id.contains('-') && !id.contains("->") && !id.contains('[')) {
        let joined = joined(id);
        return format!("a state's name has no `-` in it: write `{joined}`, or `state \"{}\" as {joined}`", plain(id));
    }
    if sides.iter().any(|side| side.contains(['[', '(', '{']) && *side != "[*]") {
        return "a state has no brackets: write `state \"closed, calls pass\" as Closed`".to_string();
    }
    if line.contains(';') {
        return "a `;` ends a statement: begin a new line, or write a comma in a label".to_string();
    }
    "a transition is written `Closed --> Open : label`".to_string()
}

/// `Closed --> Open | label`, `Closed -->|label| Open`, `Closed -- label --> Open`: labels as flowcharts have them.
fn label_without_colon(line: &str) -> Option<String> {
    let (from, rest) = line.split_once("--")?;
    let rest = rest.trim_start_matches('>').trim();
    let (to, label) = if let Some(rest) = rest.strip_prefix('|') {
        let (label, to) = rest.split_once('|')?;
        (to, label)
    } else if let Some((label, to)) = rest.split_once("-->") {
        (to, label)
    } else {
        let (to, label) = rest.split_once('|')?;
        (to, label)
    };
    let (from, to, label) = (from.trim(), to.trim(), label.trim().trim_matches(['|', '"', ' ']));
    let one_word = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
    if !one_word(from) || !one_word(to) || label.is_empty() || label.contains("--") {
        return None;
    }
    Some(format!("the label of a transition follows a colon: `{} --> {} : {}`", plain(from), plain(to), plain(label)))
}

/// For two names in a row where a state diagram has one: `half open --> closed`, `closed --> open fifth failure`.
pub(super) fn of_two_words(line: &str, first: &str, second: &str) -> String {
    let line = line.trim();
    let name = format!("{first} {second}");
    let plain_words = name.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || c == '_');
    let as_name = format!("write it as one word, or `state \"{}\" as {}`", plain(&name), joined(&name));
    if !plain_words {
        return of_state_line(line);
    }
    // What follows the second state without a colon is as likely its label.
    let after = line.split_once("-->").filter(|(_, after)| !after.contains("-->") && !after.contains(':'));
    match after.and_then(|(from, after)| Some((from.trim(), after.trim().split_once(char::is_whitespace)?))) {
        Some((from, (to, label))) if !from.contains(char::is_whitespace) => {
            let label = plain(label.trim());
            format!(
                "if it is a label, it follows a colon: `{} --> {} : {label}`; a name is one word",
                plain(from),
                plain(to)
            )
        }
        _ => as_name,
    }
}

/// For a line of a flowchart that is not read.
pub(super) fn of_flow_line(line: &str) -> String {
    let line = line.trim();
    let header = line.starts_with("flowchart") || line.starts_with("graph");
    if header {
        return "the direction is `LR`, `RL`, `TD`, `TB` or `BT`, in capitals: `flowchart LR`".to_string();
    }
    if line.contains("%%") {
        return "a comment stands on a line of its own, behind `%%`".to_string();
    }
    if let Some(arrow) = ["→", "⟶"].into_iter().find(|arrow| line.contains(arrow)) {
        return format!("an arrow is `-->`: write `{}`", plain(&line.replace(arrow, "-->")));
    }
    if !["-->", "-.->", "==>", "->>"].iter().any(|arrow| line.contains(arrow)) && line.contains("->") {
        return format!("an arrow is `-->`: write `{}`", plain(&line.replace("->", "-->")));
    }
    if words(line).iter().any(|w| w == "end") {
        return "`end` closes a subgraph: name the node `End` or `finish`".to_string();
    }
    if line.contains(['(', '[', '{']) {
        return "put a label that contains brackets in quotes: `A[\"cache (Redis)\"]`".to_string();
    }
    if let Some((edge, label)) = line.split_once(':')
        && let Some((from, to)) = edge.split_once("-->")
    {
        let (from, to, label) = (plain(from.trim()), plain(to.trim()), plain(label.trim()));
        return format!("the label of an edge stands between bars: `{from} -->|{label}| {to}`");
    }
    let sides = line.split("-->").map(str::trim);
    if let Some(name) =
        sides.into_iter().find(|side| words(side).len() > 1 && side.chars().all(|c| c.is_alphanumeric() || c == ' '))
    {
        return format!("the name of a node is one word: write `{}[{}]`", joined(name), plain(name));
    }
    "an edge is written `client -->|label| server`".to_string()
}

/// `half-open` as one name: `HalfOpen`.
fn joined(name: &str) -> String {
    words(name).iter().map(|word| capitalised(word)).collect()
}
