//! Classes: exceptions of the learner's own become built-in types that nothing else in the code uses, enumerations become
//! plain classes, and the three usual method decorators are resolved where the method is called.

use std::ops::Range;

use super::modules;
use super::rewrite::Rewriter;
use crate::sim::errors::Fault;

/// A class of the learner's that derives from an exception.
#[derive(Debug, Clone)]
pub struct Exception {
    /// The name of the type that stands for it.
    pub stands: String,
    /// Own exceptions that derive from it.
    pub derived: Vec<String>,
}

/// Types that may stand for one of the learner's, and the words whose presence in the code rules each out.
const SPARE: [(&str, &[&str]); 7] = [
    ("SyntaxError", &["SyntaxError"]),
    ("AssertionError", &["AssertionError", "assert"]),
    ("OverflowError", &["OverflowError", "ArithmeticError"]),
    ("MemoryError", &["MemoryError"]),
    ("StopIteration", &["StopIteration", "next", "iter"]),
    ("NotImplementedError", &["NotImplementedError", "RuntimeError"]),
    ("UnboundLocalError", &["UnboundLocalError", "NameError"]),
];

const BUILT_IN: [&str; 19] = [
    "Exception",
    "BaseException",
    "ArithmeticError",
    "OverflowError",
    "ZeroDivisionError",
    "LookupError",
    "IndexError",
    "KeyError",
    "RuntimeError",
    "NotImplementedError",
    "AttributeError",
    "NameError",
    "ValueError",
    "ImportError",
    "OSError",
    "AssertionError",
    "StopIteration",
    "TypeError",
    "PermissionError",
];
const ALIASES: [&str; 3] = ["IntegrityError", "TimeoutError", "ConnectionError"];
const ENUMS: [&str; 5] = ["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"];
const EMPTY_BASES: [&str; 4] = ["object", "ABC", "Protocol", "Generic"];

pub fn is_exception(name: &str) -> bool {
    BUILT_IN.contains(&name) || is_world_error(name)
}

fn is_world_error(name: &str) -> bool {
    ALIASES.contains(&name) || Fault::from_name(name).is_some_and(|fault| fault != Fault::Misuse)
}

/// How a method is called, from its decorator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Static,
    Class,
    Property,
}

impl Rewriter<'_> {
    pub fn classes(&mut self) {
        for line in 0..self.lexed.lines.len() {
            let tokens = self.lexed.lines[line].tokens.clone();
            if self.is(tokens.start, "class") && self.is_word(tokens.start + 1) {
                self.class(line, tokens);
            }
        }
    }

    fn class(&mut self, line: usize, tokens: Range<usize>) {
        let name = self.text(tokens.start + 1).to_owned();
        let open = tokens.start + 2;
        if self.is(open, "(")
            && let Some(close) = self.close(open)
            && close > open + 1
        {
            let parts = self.split(open + 1..close, ",");
            let mut bases = Vec::new();
            for part in parts {
                // The last word before any subscript: `enum.Enum`, `Generic[T]`.
                let words = part.clone().take_while(|at| !matches!(self.text(*at), "[" | "="));
                let last = words.filter(|at| self.is_word(*at)).last();
                bases.push(last.map_or("", |at| self.text(at)));
            }
            if bases.iter().any(|base| ENUMS.contains(base)) {
                let range = self.start(open)..self.end(close);
                self.edits.replace(range, "");
                let header = self.lexed.lines[line].indent;
                let body = self.lexed.lines[line + 1..].iter().take_while(|inner| inner.indent > header);
                let beside = self.header_colon(&tokens).map_or(tokens.end, |colon| colon + 1)..tokens.end;
                let rows = std::iter::once(beside).chain(body.map(|inner| inner.tokens.clone()));
                let statements = rows.filter(|row| !row.is_empty()).flat_map(|row| self.split(row, ";"));
                let members = statements.map(|statement| statement.start).filter(|at| self.is(at + 1, "="));
                let members = members.map(|at| self.text(at).to_owned()).collect();
                let mut inside = self.lexed.lines[line + 1..].iter().take_while(|inner| inner.indent > header);
                if inside.any(|inner| self.is(inner.tokens.start + 1, "_missing_")) {
                    self.finders.insert(name.clone());
                }
                // Flags may be put together.
                if bases.iter().any(|base| matches!(*base, "Flag" | "IntFlag")) {
                    self.flags.insert(name.clone());
                }
                self.enums.insert(name.clone(), members);
            } else if bases.iter().all(|base| EMPTY_BASES.contains(base) || *base == "metaclass") {
                let range = self.start(open)..self.end(close);
                self.edits.replace(range, "");
            } else if let Some(base) =
                bases.iter().find(|base| is_exception(base) || self.exceptions.contains_key(**base))
            {
                let base = (*base).to_owned();
                self.exception(line, &name, &base);
                return;
            }
        }
        self.methods(line, &name);
    }

    fn exception(&mut self, line: usize, name: &str, base: &str) {
        let tokens = self.lexed.lines[line].tokens.clone();
        let parent = self.exceptions.get(base).cloned();
        let stands = match parent {
            // What stands for a world error cannot be told apart from it; so be it for what derives from it.
            Some(parent) if is_exception(&parent.stands) && !self.renamed.iter().any(|(_, known)| known == base) => {
                parent.stands
            }
            None if is_world_error(base) || (base != "Exception" && self.is_used(base)) => base.to_owned(),
            _ => self.spare(name),
        };
        // Every ancestor catches it.
        let mut ancestors = vec![base.to_owned()];
        while let Some(last) = ancestors.last().cloned() {
            let Some(above) =
                self.exceptions.iter().find(|(above, known)| **above != last && known.derived.contains(&last))
            else {
                break;
            };
            let above = above.0.clone();
            if ancestors.contains(&above) {
                break;
            }
            ancestors.push(above);
        }
        for ancestor in ancestors {
            if let Some(known) = self.exceptions.get_mut(&ancestor) {
                known.derived.push(name.to_owned());
            }
        }
        self.exceptions.insert(name.to_owned(), Exception { stands: stands.clone(), derived: Vec::new() });
        let header = self.lexed.lines[line].clone();
        let mut range = self.span(&tokens);
        for inner in self.lexed.lines[line + 1..].iter().take_while(|inner| inner.indent > header.indent) {
            range.end = self.end(inner.tokens.end - 1);
        }
        self.edits.replace(range, format!("{name} = {stands}"));
    }

    /// Whether `base` stands anywhere but in the header of a class.
    fn is_used(&self, base: &str) -> bool {
        let headers: Vec<Range<usize>> = self.lexed.lines.iter().map(|line| line.tokens.clone()).collect();
        headers
            .iter()
            .filter(|tokens| !self.is(tokens.start, "class"))
            .any(|tokens| tokens.clone().any(|at| self.is(at, base)))
    }

    fn spare(&mut self, name: &str) -> String {
        let free = SPARE.iter().find(|(spare, against)| {
            !self.renamed.iter().any(|(used, _)| used == spare)
                && !(0..self.lexed.tokens.len()).any(|at| self.is_word(at) && against.contains(&self.text(at)))
        });
        // Beyond the spare types several share one.
        let (stands, _) = free.unwrap_or(&SPARE[0]);
        self.renamed.push((stands, name.to_owned()));
        (*stands).to_owned()
    }

    /// Names of exceptions and enumerations where they are used.
    pub fn exception_or_enum(&mut self, at: usize, word: &str) {
        if self.enums.contains_key(word) {
            return self.member(at, word);
        }
        let known = self.exceptions.get(word).cloned();
        if known.is_none() && !is_exception(word) {
            return;
        }
        let before = if at == 0 { "" } else { self.text(at - 1) };
        if matches!(before, "class" | "def") {
            return;
        }
        if self.is(at + 1, "(") {
            // Exceptions of the interpreter hold one text.
            let Some(close) = self.close(at + 1) else { return };
            let texts = (at + 2..close).all(|at| self.text(at).ends_with(['"', '\'']));
            if !texts {
                self.need(modules::TEXT);
                let (open, close) = (self.end(at + 1), self.start(close));
                self.edits.insert(open, "_belt_text(");
                self.edits.insert(close, ")");
            }
            return;
        }
        let Some(known) = known else { return };
        let mut all = vec![word.to_owned()];
        all.extend(known.derived);
        if all.len() > 1 && self.catches(at) {
            let inside = matches!(before, "(" | ",") && !self.in_isinstance(at);
            let names = all.join(", ");
            let range = self.start(at)..self.end(at);
            self.edits.replace(range, if inside { names } else { format!("({names})") });
        }
    }

    /// In the header of an `except`, or the second argument of `isinstance`.
    fn catches(&self, at: usize) -> bool {
        let line = self.lexed.lines.iter().find(|line| line.tokens.contains(&at));
        line.is_some_and(|line| {
            self.is(line.tokens.start, "except") && self.header_colon(&line.tokens).is_some_and(|colon| at < colon)
        }) || self.in_isinstance(at)
    }

    fn in_isinstance(&self, at: usize) -> bool {
        // isinstance ( name , X )
        at >= 4 && self.is(at - 1, ",") && self.is(at - 3, "(") && self.is(at - 4, "isinstance") && self.is(at + 1, ")")
    }

    /// Members of an enumeration are their plain values here.
    fn member(&mut self, at: usize, name: &str) {
        if at > 0 && self.is(at - 1, "class") {
            return;
        }
        if self.is(at + 1, "(") {
            self.need(modules::MEMBER);
            let range = self.start(at)..self.end(at);
            self.edits.replace(range, "_belt_member");
            let members = self.enums.get(name).into_iter().flatten();
            let all: String = members.map(|member| format!("{name}.{member}, ")).collect();
            if let Some(close) = self.close(at + 1).filter(|_| !self.flags.contains(name)) {
                let end = self.start(close);
                let otherwise = if self.finders.contains(name) { format!(", {name}") } else { String::new() };
                self.edits.insert(end, format!(", ({all}), '{name}'{otherwise}"));
            }
        } else if !matches!(self.text(at + 1), "." | "[") && self.goes_through(at) {
            let members = self.enums.get(name).into_iter().flatten();
            let all: String = members.map(|member| format!("{name}.{member}, ")).collect();
            let range = self.start(at)..self.end(at);
            self.edits.replace(range, format!("({all})"));
        } else if self.is(at + 1, ".") && self.is(at + 3, ".") && !self.is(at + 5, "(") {
            match self.text(at + 4) {
                "value" => {
                    let range = self.start(at + 3)..self.end(at + 4);
                    self.edits.replace(range, "");
                }
                "name" => {
                    let range = self.start(at)..self.end(at + 4);
                    let text = format!("'{}'", self.text(at + 2));
                    self.edits.replace(range, text);
                }
                _ => {}
            }
        }
    }

    /// `in X`, or `list(X)` and the like.
    fn goes_through(&self, at: usize) -> bool {
        let before = |back: usize| at.checked_sub(back).map_or("", |at| self.text(at));
        let all = matches!(
            before(2),
            "list"
                | "tuple"
                | "set"
                | "frozenset"
                | "sorted"
                | "len"
                | "iter"
                | "enumerate"
                | "min"
                | "max"
                | "reversed"
        );
        before(1) == "in" || before(1) == "(" && all
    }

    /// Resolves `@staticmethod`, `@classmethod`, `@property` and `@abstractmethod` in the class at `line`.
    fn methods(&mut self, line: usize, class: &str) {
        let lines = &self.lexed.lines;
        let indent = lines[line].indent;
        let body: Vec<Range<usize>> = lines[line + 1..]
            .iter()
            .take_while(|inner| inner.indent > indent)
            .map(|inner| inner.tokens.clone())
            .collect();
        let mut at = 0;
        while at < body.len() {
            let tokens = &body[at];
            at += 1;
            if !self.is(tokens.start, "@") {
                continue;
            }
            let decorator = self.text(tokens.end - 1);
            let Some(def) = body.get(at).filter(|next| self.is(next.start, "def") || self.is(next.start, "async"))
            else {
                continue;
            };
            let name = def.start + if self.is(def.start, "def") { 1 } else { 2 };
            let method = match decorator {
                "staticmethod" => Some(Method::Static),
                "classmethod" => Some(Method::Class),
                "property" => Some(Method::Property),
                "abstractmethod" | "override" => None,
                _ => continue,
            };
            let name = self.text(name).to_owned();
            if let Some(method) = method
                && !self.calls(method, &name, class)
            {
                continue;
            }
            let range = self.span(tokens);
            self.edits.replace(range, "");
        }
    }

    /// Rewrites the calls of a method; `false` when they cannot be told from others.
    fn calls(&mut self, method: Method, name: &str, class: &str) -> bool {
        let uses: Vec<usize> =
            (1..self.lexed.tokens.len()).filter(|at| self.is(*at, name) && self.is(at - 1, ".")).collect();
        if method == Method::Property {
            if uses.iter().any(|at| matches!(self.text(at + 1), "=" | "(" | "+=" | "-=")) {
                return false;
            }
            for at in uses {
                let end = self.end(at);
                self.edits.insert(end, "()");
            }
            return true;
        }
        for at in uses {
            let through = at.checked_sub(2).map_or("", |before| self.text(before));
            if matches!(through, "self" | "cls") || through == class {
                let range = self.start(at - 2)..self.end(at - 2);
                self.edits.replace(range, class);
                if method == Method::Class && self.is(at + 1, "(") {
                    let end = self.end(at + 1);
                    let empty = self.is(at + 2, ")");
                    self.edits.insert(end, if empty { class.to_owned() } else { format!("{class}, ") });
                }
            }
        }
        true
    }
}
