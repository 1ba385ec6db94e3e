//! The rewriting itself, one statement at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Adapted;
use super::lexer::{Edits, Kind, Lexed};
use super::modules;

/// Statements that end in a colon and a block.
const COMPOUND: [&str; 12] =
    ["if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class", "async"];

pub struct Rewriter<'a> {
    pub code: &'a str,
    pub prelude: &'a str,
    pub lexed: &'a Lexed,
    pub edits: Edits,
    /// Module shims in the order they are first needed.
    shims: Vec<&'static str>,
    pub exceptions: BTreeMap<String, super::classes::Exception>,
    /// The learner's enumerations with their members.
    pub enums: BTreeMap<String, Vec<String>>,
    /// Those of them that may have other values than their members.
    pub flags: BTreeSet<String>,
    /// Those that say themselves which member an unknown value means.
    pub finders: BTreeSet<String>,
    pub renamed: Vec<(&'static str, String)>,
    /// `match` statements rewritten so far.
    pub matches: usize,
}

impl<'a> Rewriter<'a> {
    pub fn new(code: &'a str, prelude: &'a str, lexed: &'a Lexed) -> Self {
        Rewriter {
            code,
            prelude,
            lexed,
            edits: Edits::default(),
            shims: Vec::new(),
            exceptions: BTreeMap::new(),
            enums: BTreeMap::new(),
            flags: BTreeSet::new(),
            finders: BTreeSet::new(),
            renamed: Vec::new(),
            matches: 0,
        }
    }

    pub fn run(mut self) -> Adapted {
        self.classes();
        let mut line = 0;
        while line < self.lexed.lines.len() {
            let tokens = self.lexed.lines[line].tokens.clone();
            if self.is_match(&tokens) {
                self.match_statement(line);
            }
            for statement in self.statements(tokens) {
                self.statement(statement);
            }
            line += 1;
        }
        for at in 0..self.lexed.tokens.len() {
            self.expression(at);
        }
        let prelude = self.prelude;
        let shims = self.shims.iter().map(|shim| modules::fill(shim, prelude)).collect();
        Adapted { code: self.edits.apply(self.code), shims, renamed: self.renamed, lines: Vec::new() }
    }

    pub fn text(&self, token: usize) -> &'a str {
        self.lexed.tokens.get(token).and_then(|token| self.code.get(token.range.clone())).unwrap_or_default()
    }

    pub fn is(&self, token: usize, text: &str) -> bool {
        self.text(token) == text
    }

    pub fn start(&self, token: usize) -> usize {
        self.lexed.tokens.get(token).map_or(self.code.len(), |token| token.range.start)
    }

    pub fn end(&self, token: usize) -> usize {
        self.lexed.tokens.get(token).map_or(self.code.len(), |token| token.range.end)
    }

    pub fn span(&self, tokens: &Range<usize>) -> Range<usize> {
        if tokens.is_empty() { 0..0 } else { self.start(tokens.start)..self.end(tokens.end - 1) }
    }

    pub fn source(&self, tokens: &Range<usize>) -> &'a str {
        self.code.get(self.span(tokens)).unwrap_or_default()
    }

    pub fn is_word(&self, token: usize) -> bool {
        self.lexed.tokens.get(token).is_some_and(|token| token.kind == Kind::Word)
    }

    pub fn is_text(&self, token: usize) -> bool {
        self.lexed.tokens.get(token).is_some_and(|token| token.kind == Kind::Text)
    }

    /// The bracket that closes the one at `open`.
    pub fn close(&self, open: usize) -> Option<usize> {
        let depth = self.lexed.tokens.get(open)?.depth;
        (open + 1..self.lexed.tokens.len())
            .find(|at| self.lexed.tokens[*at].depth == depth && matches!(self.text(*at), ")" | "]" | "}"))
    }

    pub fn open(&self, close: usize) -> Option<usize> {
        let depth = self.lexed.tokens.get(close)?.depth;
        (0..close).rev().find(|at| self.lexed.tokens[*at].depth == depth && matches!(self.text(*at), "(" | "[" | "{"))
    }

    /// Parts of `tokens` between separators at the depth of its first token.
    pub fn split(&self, tokens: Range<usize>, separator: &str) -> Vec<Range<usize>> {
        let Some(depth) = self.lexed.tokens[tokens.clone()].iter().map(|token| token.depth).min() else {
            return Vec::new();
        };
        let mut parts = Vec::new();
        let mut from = tokens.start;
        for at in tokens.clone() {
            if self.lexed.tokens[at].depth == depth && self.is(at, separator) {
                parts.push(from..at);
                from = at + 1;
            }
        }
        parts.push(from..tokens.end);
        parts.retain(|part| !part.is_empty());
        parts
    }

    pub fn need(&mut self, shim: &'static str) {
        if !shim.is_empty() && !self.shims.contains(&shim) {
            self.shims.push(shim);
        }
    }

    /// The header of a block, if there is one, and the simple statements of a logical line.
    fn statements(&self, tokens: Range<usize>) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let mut from = tokens.start;
        if COMPOUND.contains(&self.text(from))
            && let Some(colon) = self.header_colon(&tokens)
        {
            parts.push(from..colon + 1);
            from = colon + 1;
        }
        if from < tokens.end {
            parts.extend(self.split(from..tokens.end, ";"));
        }
        parts
    }

    pub fn header_colon(&self, tokens: &Range<usize>) -> Option<usize> {
        let mut lambdas = 0;
        for at in tokens.clone() {
            if self.lexed.tokens[at].depth > 0 {
                continue;
            }
            match self.text(at) {
                "lambda" => lambdas += 1,
                ":" if lambdas > 0 => lambdas -= 1,
                ":" => return Some(at),
                _ => {}
            }
        }
        None
    }

    fn statement(&mut self, tokens: Range<usize>) {
        match self.text(tokens.start) {
            "import" => self.import(tokens),
            "from" => self.import_from(tokens),
            "del" => self.delete(tokens),
            "except" => self.except(tokens),
            _ => self.unpack(tokens),
        }
    }

    /// The world has an object of this name, so that importing a module would hide it.
    fn in_world(&self, name: &str) -> bool {
        self.prelude.contains(&format!("\n{name} = _belt_{name}()\n"))
    }

    fn shim(&mut self, module: &str) -> bool {
        let Some(text) = modules::shim(module) else { return false };
        for needed in modules::needs(module) {
            if let Some(text) = modules::shim(needed) {
                self.need(text);
            }
        }
        self.need(text);
        true
    }

    fn import(&mut self, tokens: Range<usize>) {
        let parts = self.split(tokens.start + 1..tokens.end, ",");
        let mut statements = Vec::new();
        let mut changed = false;
        for part in parts {
            let clauses: Vec<&str> = part.clone().map(|at| self.text(at)).collect();
            let as_at = clauses.iter().position(|word| *word == "as");
            let module = clauses[..as_at.unwrap_or(clauses.len())].concat();
            let name = as_at.and_then(|at| clauses.get(at + 1)).map_or(module.clone(), |name| (*name).to_owned());
            if self.in_world(&name) {
                statements.push("pass".to_owned());
                changed = true;
            } else if self.shim(&module) {
                // `import a.b` binds `a`.
                let bound = if as_at.is_none() { name.split('.').next().unwrap_or_default() } else { &name };
                let value = if as_at.is_none() { bound.to_owned() } else { module.replace('.', "_") };
                statements.push(format!("{bound} = _belt_m_{value}"));
                changed = true;
            } else {
                statements.push(format!("import {}", self.source(&part)));
            }
        }
        if changed {
            let range = self.span(&tokens);
            self.edits.replace(range, statements.join("; "));
        }
    }

    fn import_from(&mut self, tokens: Range<usize>) {
        let Some(import) = tokens.clone().find(|at| self.is(*at, "import")) else { return };
        let module: String = (tokens.start + 1..import).map(|at| self.text(at)).collect();
        let names = tokens.clone().filter(|at| *at > import && !matches!(self.text(*at), "(" | ")"));
        let names: Vec<usize> = names.collect();
        if names.iter().any(|at| self.is(*at, "*")) {
            return;
        }
        let known = modules::shim(&module).is_some();
        let (mut own, mut theirs, mut changed) = (Vec::new(), Vec::new(), known);
        let parts: Vec<&[usize]> = names.split(|at| self.is(*at, ",")).collect();
        for part in parts {
            let Some(first) = part.first() else { continue };
            let name = self.text(*first);
            let target = part.get(2).map_or(name, |at| self.text(*at));
            if self.in_world(target) {
                changed = true;
            } else if known {
                own.push(format!("{target} = _belt_m_{}.{name}", module.replace('.', "_")));
            } else if let Some((value, shim)) = modules::extra(&module, name) {
                self.need(shim);
                own.push(format!("{target} = {value}"));
                changed = true;
            } else {
                theirs.push(if target == name { name.to_owned() } else { format!("{name} as {target}") });
            }
        }
        if !changed {
            return;
        }
        self.shim(&module);
        if !theirs.is_empty() {
            own.insert(0, format!("from {module} import {}", theirs.join(", ")));
        }
        if own.is_empty() {
            own.push("pass".to_owned());
        }
        let range = self.span(&tokens);
        self.edits.replace(range, own.join("; "));
    }

    /// `del d[k], x` as `d.pop(k); x = None`.
    fn delete(&mut self, tokens: Range<usize>) {
        let targets = self.split(tokens.start + 1..tokens.end, ",");
        let mut statements = Vec::new();
        for target in &targets {
            let last = target.end - 1;
            if self.is(last, "]") {
                let Some(open) = self.open(last).filter(|open| *open > target.start) else { return };
                let inside = open + 1..last;
                if self.split(inside.clone(), ":").len() > 1 || self.is(open + 1, ":") || self.is(last - 1, ":") {
                    return;
                }
                let object = self.source(&(target.start..open));
                let key = self.source(&inside);
                let tuple = self.split(inside, ",").len() > 1;
                statements.push(if tuple { format!("{object}.pop(({key}))") } else { format!("{object}.pop({key})") });
            } else if self.is_word(last) {
                statements.push(format!("{} = None", self.source(target)));
            } else {
                return;
            }
        }
        let text = statements.join("; ");
        // A key that spans lines keeps its line breaks, which are inside brackets still.
        let range = self.span(&tokens);
        self.edits.replace(range, text);
    }

    /// `a[i], self.x = values` by way of names, which are all the interpreter unpacks into.
    fn unpack(&mut self, tokens: Range<usize>) {
        let parts = self.split(tokens.clone(), "=");
        let [left, right] = parts.as_slice() else { return };
        if self.source(left).contains('\n') || right.start != left.end + 1 {
            return;
        }
        let bracketed = self.is(left.start, "(") && self.close(left.start) == Some(left.end - 1);
        let inside = if bracketed { left.start + 1..left.end - 1 } else { left.clone() };
        let targets = self.split(inside, ",");
        let plain = |part: &Range<usize>| part.len() == 1 || self.is(part.start, "*") || self.is(part.start, "(");
        if targets.len() < 2 || targets.iter().all(plain) || targets.iter().any(|part| self.is(part.start, "*")) {
            return;
        }
        let names: Vec<String> = (1..=targets.len()).map(|number| format!("_belt_part_{number}")).collect();
        let assignments =
            targets.iter().zip(&names).map(|(target, name)| format!("; {} = {name}", self.source(target)));
        let (after, before) = (assignments.collect::<String>(), self.span(left));
        let end = self.span(right).end;
        self.edits.replace(before, names.join(", "));
        self.edits.insert(end, after);
    }

    /// Base classes catch what derives from them; nested tuples become flat.
    fn except(&mut self, tokens: Range<usize>) {
        let colon = tokens.end - 1;
        let as_at = tokens.clone().find(|at| self.is(*at, "as")).unwrap_or(colon);
        let types = tokens.start + 1..as_at;
        let tuple = types.len() > 2 && self.is(types.start, "(");
        if tuple {
            let unsure = types.clone().any(|at| {
                self.is_word(at)
                    && !super::classes::is_exception(self.text(at))
                    && !self.exceptions.contains_key(self.text(at))
            });
            let nested = types.clone().skip(1).any(|at| self.is(at, "("));
            if unsure || nested {
                self.need(modules::FLAT);
                let range = self.span(&types);
                self.edits.insert(range.start, "_belt_flat(");
                self.edits.insert(range.end, ")");
            }
        }
    }

    fn expression(&mut self, at: usize) {
        let after_dot = at > 0 && self.is(at - 1, ".");
        match self.text(at) {
            "async" if matches!(self.text(at + 1), "def" | "for" | "with") => {
                let range = self.start(at)..self.start(at + 1);
                self.edits.replace(range, "");
            }
            "await" if !after_dot => {
                let range = self.start(at)..self.start(at + 1);
                self.edits.replace(range, "");
            }
            "%" if at > 0 && self.is_text(at - 1) => self.percent(at),
            "bit_length" | "bit_count" if after_dot && self.is(at + 1, "(") && self.is(at + 2, ")") => {
                if let Some(from) = self.primary(at - 1) {
                    self.need(modules::BITS);
                    let (start, end) = (self.start(from), self.start(at - 1)..self.end(at + 2));
                    self.edits.insert(start, format!("_belt_{}(", self.text(at)));
                    self.edits.replace(end, ")");
                }
            }
            "int" if self.is(at + 1, ".") && self.is(at + 2, "from_bytes") => {
                self.need(modules::BITS);
                let range = self.start(at)..self.end(at + 2);
                self.edits.replace(range, "_belt_from_bytes");
            }
            "datetime" if !after_dot => {
                let dotted = self.is(at + 1, ".") && self.is(at + 2, "datetime");
                let method = if dotted { at + 4 } else { at + 2 };
                let now = matches!(self.text(method), "now" | "utcnow" | "today");
                if now && self.is(method - 1, ".") && self.is(method + 1, "(") {
                    self.need(modules::NOW);
                    let range = self.start(at)..self.end(method);
                    self.edits.replace(range, "_belt_now");
                }
            }
            "uuid4"
                if self.is(at + 1, "(") && self.is(at + 2, ")") && self.is(at + 3, ".") && self.is(at + 4, "hex") =>
            {
                let range = self.start(at + 4)..self.end(at + 4);
                self.edits.replace(range, "replace('-', '')");
            }
            "collections" if self.is(at + 1, ".") && self.is(at + 2, "OrderedDict") => {
                let range = self.start(at)..self.end(at + 2);
                self.edits.replace(range, "dict");
            }
            "functools" if self.is(at + 1, ".") && !after_dot => {
                if let Some((value, shim)) = modules::extra("functools", self.text(at + 2)) {
                    self.need(shim);
                    let range = self.start(at)..self.end(at + 2);
                    self.edits.replace(range, value);
                }
            }
            word if self.is_word(at) && !after_dot => self.exception_or_enum(at, word),
            _ => {}
        }
    }
}
