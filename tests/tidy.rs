//! What reviewers would otherwise have to repeat: which module may name what, and how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};

/// A file beyond this wants to be two.
const LINES_MAX: usize = 450;

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut directories: Vec<PathBuf> = vec![root.join("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("src is there") {
            let path = entry.expect("entries are readable").path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
                files.push((name, fs::read_to_string(path).expect("sources are UTF-8")));
            }
        }
    }
    files.sort();
    files
}

/// The part of a file that is not tests.
fn shipped<'a>(name: &str, text: &'a str) -> &'a str {
    if name.ends_with("tests.rs") || name.contains("/tests/") {
        ""
    } else {
        text.split("#[cfg(test)]").next().unwrap_or_default()
    }
}

#[test]
fn each_engine_and_the_outside_world_have_one_module() {
    let owners = [
        ("monty::", "src/sim/"),
        ("rusqlite::", "src/sql/"),
        ("sqlparser::", "src/sql/"),
        ("merman_core::", "src/diagram/"),
        ("promql_parser::", "src/promql/"),
        ("ruff_python_ast::", "src/sim/desugar/"),
        ("granit_parser::", "src/submission/"),
        ("annotate_snippets::", "src/render/"),
        ("quick_junit::", "src/render/"),
        ("std::fs", "src/commands/"),
        ("std::env", "src/commands/"),
        ("std::process", "src/commands/"),
        ("SystemTime", "src/commands/"),
    ];
    let mut strays = Vec::new();
    for (name, text) in sources() {
        for (word, owner) in owners {
            let code = shipped(&name, &text).lines().filter(|line| !line.trim_start().starts_with("//"));
            if !name.starts_with(owner) && name != "src/main.rs" && code.into_iter().any(|line| line.contains(word)) {
                strays.push(format!("{name} names {word}, which belongs to {owner}"));
            }
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn files_stay_readable() {
    let long = sources().into_iter().filter(|(name, text)| shipped(name, text).lines().count() > LINES_MAX);
    let long: Vec<String> = long.map(|(name, _)| name).collect();
    assert!(long.is_empty(), "more than {LINES_MAX} lines: {long:?}");
}

#[test]
fn nothing_shipped_unwraps() {
    let unwraps = sources().into_iter().filter(|(name, text)| shipped(name, text).contains(".unwrap()"));
    let unwraps: Vec<String> = unwraps.map(|(name, _)| name).collect();
    assert!(unwraps.is_empty(), "`unwrap` outside tests: {unwraps:?}");
}
