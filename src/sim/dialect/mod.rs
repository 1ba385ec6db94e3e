//! Python that the interpreter does not speak: what can be said otherwise on the same line is, the rest gets advice.
//!
//! What needs more than words, such as inheritance, is rewritten by [`super::desugar`] before.
//!
//! Invariants: every line of the code stays on its line; text inside strings and comments stays as it is; code without the
//! constructs named here comes back unchanged, byte for byte.

mod advice;
mod classes;
mod keyed;
pub mod lexer;
mod matching;
mod modules;
mod operands;
mod rewrite;

pub use advice::{Setting, help, is_built_in, objects};
pub use classes::is_exception;
use lexer::lex;
pub use modules::extra;

use std::sync::LazyLock;

use regex::Regex;

use super::desugar::{desugar, library};

/// Code in the interpreter's words.
#[derive(Debug, Default)]
pub struct Adapted {
    pub code: String,
    /// Definitions the code now needs; they go before it.
    pub shims: String,
    /// The learner's exceptions: the built-in type that stands for each, and its name.
    pub renamed: Vec<(&'static str, String)>,
    /// For each line the line (from 0) of the learner's code it came from; empty where that is the same one.
    pub lines: Vec<u32>,
}

/// Brackets may nest so deep, blocks too; the interpreter's parser is recursive.
const MAX_NESTING: u32 = 40;
/// Words and signs one statement may have. More is data, which belongs elsewhere, or an attack on the parser.
const MAX_STATEMENT_TOKENS: usize = 4_000;
pub const MAX_CODE_BYTES: usize = 256 * 1024;

/// Rewrites what the interpreter would refuse without moving any line. `prelude` says which objects there are.
pub fn adapt(code: &str, prelude: &str) -> Adapted {
    let unfenced = without_fence(code);
    let code = unfenced.as_deref().unwrap_or(code);
    let waited = without_waiting(code);
    let code = waited.as_deref().unwrap_or(code);
    let Some(desugared) = desugar(code, prelude) else { return words(code, prelude) };
    let mut adapted = words(&desugared.code, prelude);
    adapted.shims.insert_str(0, &desugared.shims);
    adapted.lines = desugared.lines;
    adapted
}

/// What an author runs beside the code, with errors under the names by which they are written, and the definitions that needs.
pub fn with_names(code: &str, renamed: &[(&'static str, String)]) -> Option<(String, String)> {
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\btype\((\w+)\)\.__name__").expect("the pattern is a constant that compiles"));
    if !code.contains(".__name__") || !NAME.is_match(code) {
        return None;
    }
    let own: String = renamed.iter().map(|(stands, name)| format!("{stands:?}: {name:?}, ")).collect();
    let names = format!("{}\n_belt_own_names = {{{own}}}\n{NAMED}", library::CLASSES.trim_end());
    Some((NAME.replace_all(code, "_belt_named($1)").into_owned(), names))
}

/// What an author runs beside the code, with comparisons of sets as calls, and the definitions that needs beside `shims`.
pub fn with_sets(code: &str, shims: &str) -> Option<(String, &'static str)> {
    if !code.contains(['<', '>']) || !["set(", ".keys()"].iter().any(|set| code.contains(set)) {
        return None;
    }
    // Anything else an author writes is left as it is.
    let desugared = desugar(code, "").filter(|desugared| desugared.shims == library::OPERATORS)?;
    Some((desugared.code, if shims.contains(library::OPERATORS) { "" } else { library::OPERATORS }))
}

const NAMED: &str = "\
def _belt_named(error):
    name = str(type(error)).split(\"'\")[1]
    return _belt_own_names.get(name, _belt_world_names.get(name, name.split(\".\")[-1]))
";

fn words(code: &str, prelude: &str) -> Adapted {
    match lex(code) {
        Some(lexed) => keyed::with_callbacks(rewrite::Rewriter::new(code, prelude, &lexed).run()),
        None => Adapted { code: code.to_owned(), ..Adapted::default() },
    }
}

/// Why the code is too much for the parser: what, and where (byte offset).
pub fn too_much(code: &str) -> Option<(String, usize)> {
    if code.len() > MAX_CODE_BYTES {
        return Some((format!("the code is longer than {} KiB", MAX_CODE_BYTES / 1024), 0));
    }
    // Brackets are counted without looking for strings: formatted ones hold code, and text that does not end must not hide them.
    let mut depth = 0_u32;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 10 * MAX_NESTING {
            return Some((format!("brackets nest deeper than {MAX_NESTING}"), at));
        }
    }
    let Some(lexed) = lex(code) else { return too_many_signs(code, 0) };
    let formatted = lexed.tokens.iter().filter(|token| token.kind == lexer::Kind::Text);
    let formatted = formatted.filter_map(|token| Some((code.get(token.range.clone())?, token.range.start)));
    for (text, at) in formatted.filter(|(text, _)| text.starts_with(['f', 'F', 'r', 'R', 't', 'T'])) {
        if let Some(found) = too_many_signs(text, at) {
            return Some(found);
        }
    }
    if lexed.deepest.0 > MAX_NESTING {
        return Some((format!("brackets nest deeper than {MAX_NESTING}"), lexed.deepest.1));
    }
    let mut indents: Vec<usize> = Vec::new();
    for line in &lexed.lines {
        indents.retain(|indent| *indent < line.indent);
        indents.push(line.indent);
        let at = lexed.tokens[line.tokens.start].range.start;
        if indents.len() > MAX_NESTING as usize {
            return Some((format!("blocks nest deeper than {MAX_NESTING}"), at));
        }
        if line.tokens.len() > MAX_STATEMENT_TOKENS {
            return Some((format!("this statement has more than {MAX_STATEMENT_TOKENS} words and signs"), at));
        }
        // Operators that nest to the right without brackets.
        let tokens = &lexed.tokens[line.tokens.clone()];
        let nesting = tokens.iter().filter(|token| {
            matches!(
                code.get(token.range.clone()),
                Some("not" | "lambda" | "else" | "if" | "await" | "**" | "-" | "+" | "~" | "for" | ":=")
            )
        });
        if nesting.count() > 5 * MAX_NESTING as usize {
            return Some(("this statement is too long to be read: split it".to_owned(), at));
        }
    }
    None
}

/// Signs and words that may stand before an operand any number of times, where strings cannot be told from code.
fn too_many_signs(text: &str, start: usize) -> Option<(String, usize)> {
    let mut run = 0_u32;
    for word in text.split_inclusive([' ', '\n', '-', '+', '~', ':']) {
        run = match word.trim_end() {
            "" | "-" | "+" | "~" | "not" | "lambda:" | "lambda" | ":" => run + 1,
            _ => 0,
        };
        if run > 25 * MAX_NESTING {
            return Some(("this is too long to be read: split it".to_owned(), start));
        }
    }
    None
}

/// A message without the interpreter's own names for things.
pub fn plain(message: &str, renamed: &[(&'static str, String)]) -> String {
    let mut message = message.to_owned();
    for (stands, name) in renamed {
        message = message.replace(&format!("'{stands}'"), &format!("'{name}'"));
    }
    if let Some((_, what)) = message.split_once("The monty syntax parser does not yet support ") {
        message = format!("the simulator's Python does not have {what}");
    }
    message.replace("'_belt_m_", "'").replace("'_belt_", "'").replace("Internal error in monty: ", "")
}

/// The code with names that wait as those that do not: `await` is left out, so a coroutine is its result.
fn without_waiting(code: &str) -> Option<String> {
    const NAMES: [(&str, &str); 8] = [
        ("__aenter__", "__enter__"),
        ("__aexit__", "__exit__"),
        ("__aiter__", "__iter__"),
        ("__anext__", "__next__"),
        ("StopAsyncIteration", "StopIteration"),
        ("aclosing", "closing"),
        ("anext", "next"),
        ("aiter", "iter"),
    ];
    if !code.contains("async ") || !NAMES.iter().any(|(name, _)| code.contains(name)) {
        return None;
    }
    let lexed = lex(code)?;
    let mut edits = lexer::Edits::default();
    for token in lexed.tokens.iter().filter(|token| token.kind == lexer::Kind::Word) {
        let known = NAMES.iter().find(|(name, _)| code.get(token.range.clone()) == Some(name));
        if let Some((_, instead)) = known {
            edits.replace(token.range.clone(), (*instead).to_owned());
        }
    }
    Some(edits.apply(code))
}

/// The code without the Markdown fence around it, its lines left empty.
fn without_fence(code: &str) -> Option<String> {
    let first = code.lines().find(|line| !line.trim().is_empty())?;
    if !first.trim().starts_with("```") {
        return None;
    }
    let lines: Vec<&str> = code.split('\n').collect();
    let opens = lines.iter().position(|line| line.trim().starts_with("```"));
    let closes = lines.iter().rposition(|line| line.trim() == "```");
    let kept =
        lines.iter().enumerate().map(|(at, line)| if Some(at) == opens || Some(at) == closes { "" } else { *line });
    Some(kept.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests;
