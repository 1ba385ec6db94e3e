//! Leaves out of a program what it never names: every start of the interpreter pays for each definition, used or not.
//!
//! A definition stays when its name is a word anywhere in what stays, strings and comments included, so that what is looked up by
//! its name as text is found. Code that may put names together keeps everything.

use std::collections::HashSet;
use std::ops::Range;

use crate::sim::dialect::lexer::{Kind, Lexed, lex};

/// Words with which code can reach a name that stands nowhere.
const REFLECTION: [&str; 8] = ["getattr", "hasattr", "setattr", "globals", "locals", "vars", "eval", "exec"];

/// `before` and `after` without the definitions that neither they nor `code` use. Everything in `before` is a definition;
/// `after` runs, and only functions and constants of it may go.
pub(super) fn needed(before: &str, code: &str, after: &str) -> (String, String) {
    let whole = || (before.to_owned(), after.to_owned());
    let mut used: HashSet<&str> = words(code).collect();
    if REFLECTION.iter().any(|word| used.contains(word)) {
        return whole();
    }
    let (Some(mut first), Some(mut last)) = (blocks(before, Pure::All), blocks(after, Pure::Functions)) else {
        return whole();
    };
    loop {
        let mut grown = false;
        for block in first.iter_mut().chain(&mut last) {
            grown |= block.mark(&mut used);
        }
        if !grown {
            break;
        }
    }
    let kept = |blocks: &[Block]| blocks.iter().map(Block::text).collect();
    (kept(&first), kept(&last))
}

/// Which statements do nothing but bind a name.
#[derive(Clone, Copy, PartialEq)]
enum Pure {
    All,
    Functions,
}

/// A statement at the outermost level with all that belongs to it, or a method with its body.
struct Block<'a> {
    head: &'a str,
    /// What it defines; a block without a name stays.
    names: Vec<&'a str>,
    /// Methods that may go. Their text follows `head`.
    methods: Vec<Block<'a>>,
    kept: bool,
}

impl<'a> Block<'a> {
    /// Keeps it, and what it uses, if somebody asks for it; whether that is news.
    fn mark(&mut self, used: &mut HashSet<&'a str>) -> bool {
        let mut grown = false;
        if !self.kept && (self.names.is_empty() || self.names.iter().any(|name| used.contains(name))) {
            self.kept = true;
            grown = true;
            used.extend(words(self.head));
        }
        if self.kept {
            for method in &mut self.methods {
                grown |= method.mark(used);
            }
        }
        grown
    }

    fn text(&self) -> String {
        if !self.kept {
            return String::new();
        }
        let mut text = self.head.to_owned();
        text.extend(self.methods.iter().map(Block::text));
        if text.len() == self.head.len() && !self.methods.is_empty() {
            text.push_str("    pass\n");
        }
        text
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c != '_' && !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// `None` where the text cannot be read.
fn blocks(text: &str, pure: Pure) -> Option<Vec<Block<'_>>> {
    let lexed = lex(text)?;
    let starts: Vec<usize> = (0..lexed.lines.len()).filter(|line| lexed.lines[*line].indent == 0).collect();
    let mut blocks = Vec::new();
    let mut decorated = false;
    for (index, line) in starts.iter().enumerate() {
        let next = starts.get(index + 1).copied().unwrap_or(lexed.lines.len());
        let range = lines(text, &lexed, *line..next);
        let names = if decorated { Vec::new() } else { names(text, &lexed, *line, pure) };
        decorated = word(text, &lexed, *line, 0) == "@";
        let class = pure == Pure::All && word(text, &lexed, *line, 0) == "class";
        blocks.push(match class.then(|| methods(text, &lexed, *line..next)).flatten() {
            Some((head, methods)) => Block { head: &text[head], names, methods, kept: false },
            None => Block { head: &text[range], names, methods: Vec::new(), kept: false },
        });
    }
    Some(blocks)
}

/// The text of some logical lines, up to where the next begins.
fn lines(text: &str, lexed: &Lexed, lines: Range<usize>) -> Range<usize> {
    let start = |line: usize| match lexed.lines.get(line) {
        Some(line) => {
            let at = lexed.tokens[line.tokens.start].range.start;
            text[..at].rfind('\n').map_or(0, |newline| newline + 1)
        }
        None => text.len(),
    };
    start(lines.start)..start(lines.end)
}

fn word<'a>(text: &'a str, lexed: &Lexed, line: usize, number: usize) -> &'a str {
    let tokens = &lexed.tokens[lexed.lines[line].tokens.clone()];
    tokens.get(number).map_or("", |token| &text[token.range.clone()])
}

/// The names that a statement binds; none where it may do more.
fn names<'a>(text: &'a str, lexed: &Lexed, line: usize, pure: Pure) -> Vec<&'a str> {
    let tokens = &lexed.tokens[lexed.lines[line].tokens.clone()];
    let words: Vec<&str> = tokens.iter().map(|token| &text[token.range.clone()]).collect();
    let calls = || tokens.windows(2).any(|pair| pair[0].kind == Kind::Word && &text[pair[1].range.clone()] == "(");
    match words.as_slice() {
        ["def", name, ..] => vec![name],
        ["class", name, ..] if pure == Pure::All => vec![name],
        ["import", _, "as", name] | ["import", name] if pure == Pure::All => vec![name],
        ["from", _, "import", _, "as", name] | ["from", _, "import", name] if pure == Pure::All => vec![name],
        [name, "=", rest @ ..] if !rest.contains(&"=") && (pure == Pure::All || !calls()) => vec![name],
        _ => Vec::new(),
    }
}

/// A class up to its first method, and the methods; `None` when its body is more than that.
fn methods<'a>(text: &'a str, lexed: &Lexed, class: Range<usize>) -> Option<(Range<usize>, Vec<Block<'a>>)> {
    let indent = lexed.lines.get(class.start + 1)?.indent;
    if indent != 4 {
        return None;
    }
    let members: Vec<usize> = (class.start + 1..class.end).filter(|at| lexed.lines[*at].indent == indent).collect();
    let first = members.iter().position(|at| word(text, lexed, *at, 0) == "def")?;
    let methods = &members[first..];
    if methods.iter().any(|at| word(text, lexed, *at, 0) != "def") {
        return None;
    }
    let block = |(index, at): (usize, &usize)| {
        let name = word(text, lexed, *at, 1);
        let next = methods.get(index + 1).copied().unwrap_or(class.end);
        let names = if name.starts_with("__") { Vec::new() } else { vec![name] };
        Block { head: &text[lines(text, lexed, *at..next)], names, methods: Vec::new(), kept: false }
    };
    let blocks = methods.iter().enumerate().map(block).collect();
    Some((lines(text, lexed, class.start..methods[0]), blocks))
}

#[cfg(test)]
mod tests {
    use super::needed;

    const BEFORE: &str = "\
import math
import re as _re
Timeout = _re.PatternError
def used(x):
    return helper(x)
def helper(x):
    return x
def idle(x):
    return math.pi
@decorated
def listed():
    pass
class _store:
    def get(self, key):
        return _call('get', key)
    def put(self, key):
        return _call('put', key)
    def __len__(self):
        return 0
store = _store()
class _clock:
    def now(self):
        return 0
clock = _clock()
";

    #[test]
    fn what_nobody_names_is_left_out() {
        let (before, after) = needed(BEFORE, "def go():\n    return used(store.get('k'))\n", "go()\n");
        let expected = "\
def used(x):
    return helper(x)
def helper(x):
    return x
@decorated
def listed():
    pass
class _store:
    def get(self, key):
        return _call('get', key)
    def __len__(self):
        return 0
store = _store()
";
        assert_eq!((before.as_str(), after.as_str()), (expected, "go()\n"));
    }

    #[test]
    fn names_in_text_and_in_what_runs_after_count() {
        let (before, _) =
            needed(BEFORE, "operations = ['put', 'clock']\n", "try:\n    store\nexcept Timeout:\n    pass\n");
        assert!(before.contains("def put") && before.contains("clock = _clock()"), "{before}");
        assert!(before.contains("import re as _re\nTimeout"), "{before}");
        assert!(before.contains("class _clock:\n    pass\n"), "a class keeps a body: {before}");
        assert!(!before.contains("import math"), "{before}");
    }

    #[test]
    fn code_that_builds_names_keeps_everything() {
        let (before, _) = needed(BEFORE, "getattr(store, 'g' + 'et')('k')\n", "");
        assert_eq!(before, BEFORE);
    }

    #[test]
    fn what_stands_after_the_code_loses_only_functions_and_constants_nobody_uses() {
        let after =
            "def idle(x):\n    return x\nLIMIT = (1, 2)\nstart = open_all()\nprint(\"\"\"\nidle text\n\"\"\")\n";
        let (_, kept) = needed("", "", after);
        assert_eq!(kept, "def idle(x):\n    return x\nstart = open_all()\nprint(\"\"\"\nidle text\n\"\"\")\n");
    }
}
