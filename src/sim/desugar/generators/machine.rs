//! The machine: numbered states in the order of the source, so that going on is falling through and only going back takes
//! another round of the loop around them.
//!
//! A `try` around a `yield` becomes a `try` around the states inside it. Its `finally` is left alone when the machine only
//! stops or moves inside (`_belt_stay` says where to).

use std::collections::BTreeSet;
use std::ops::Range;

use ruff_python_ast::visitor::Visitor as _;
use ruff_python_ast::{Stmt, StmtFunctionDef};

use super::jumps::Jumps;
use super::names::Names;
use super::text::Source;
use super::{can_stop, delegates, end, is_context_manager, start, stops_inside, without};

/// A state; its number is that of the order in which states are placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label(usize);

/// What `break` and `continue` mean.
#[derive(Debug)]
pub(super) struct Loop {
    pub next: Label,
    pub after: Label,
    /// What is gone through is given up with the loop.
    pub closes: Option<String>,
}

pub struct Machine<'a> {
    pub(super) source: &'a Source<'a>,
    function: &'a StmtFunctionDef,
    /// The indent of the function's statements.
    base: String,
    pub(super) depth: usize,
    lines: Vec<(String, u32)>,
    /// The line what is written next belongs to.
    pub(super) line: u32,
    /// Number of each label, once it is placed.
    numbers: Vec<Option<usize>>,
    placed: usize,
    /// Labels that are to have the number of the next state.
    past: Vec<Label>,
    pub(super) loops: Vec<Loop>,
    /// The caught exceptions of the handlers around.
    pub(super) caught: Vec<String>,
    names: Names<'a>,
    /// Names of the machine's own.
    slots: Vec<String>,
    /// It may stop inside a `try` or `with`, or while another generator is at work for it, and so minds being given up or
    /// thrown at.
    pub throws: bool,
    /// It may stop inside a `try` or `with`.
    pub guarded: bool,
    returns: bool,
}

impl<'a> Machine<'a> {
    /// The machine of a generator, and the part of the source it replaces: all from the header's colon.
    pub fn of(source: &'a Source<'a>, function: &'a StmtFunctionDef) -> Option<(Self, Range<usize>)> {
        let (first, last) = (function.body.first()?, function.body.last()?);
        if !can_stop(&function.body) {
            return None;
        }
        let colon = source.colon(start(first))?;
        let decorated = function.decorator_list.first().map_or(start(function), start);
        let indent = source.indent(decorated)?;
        let guarded = stops_inside(&function.body);
        let machine = Machine {
            source,
            function,
            base: format!("{indent}    "),
            depth: 2,
            lines: Vec::new(),
            line: source.line(colon),
            numbers: Vec::new(),
            placed: 0,
            past: Vec::new(),
            loops: Vec::new(),
            caught: Vec::new(),
            names: Names::of(function),
            slots: Vec::new(),
            throws: guarded || delegates(&function.body) || is_context_manager(function),
            guarded,
            returns: false,
        };
        Some((machine, colon + 1..end(last)))
    }

    /// The function's body from the line after its header.
    pub fn finish(mut self) -> Vec<(String, u32)> {
        let header = self.line;
        let first = self.label();
        self.place(first);
        self.block(&self.function.body);
        self.say("return _belt_end");
        let body = self.resolved();

        let parameters: BTreeSet<&str> =
            self.function.parameters.iter().map(|parameter| parameter.name().as_str()).collect();
        let elsewhere: BTreeSet<&str> = self.names.globals.union(&self.names.nonlocals).copied().collect();
        let own: BTreeSet<&str> = without(&self.names.bound, &elsewhere).into_iter().collect();
        let fresh = without(&own, &parameters);
        let mut shared: Vec<&str> = own.union(&self.names.nonlocals).copied().collect();
        shared.push("_belt_at");
        shared.extend(self.guarded.then_some("_belt_stay"));
        shared.extend(self.slots.iter().map(String::as_str));

        let base = &self.base;
        let mut out = Vec::new();
        let mut say = |text: String| out.push((text, header));
        let nothing: Vec<&str> = fresh.iter().copied().chain(self.slots.iter().map(String::as_str)).collect();
        if !nothing.is_empty() {
            say(format!("{base}{} = None", nothing.join(" = ")));
        }
        say(format!("{base}_belt_at = {}", if self.guarded { "_belt_stay = 0" } else { "0" }));
        say(format!("{base}def _belt_step(_belt_sent, _belt_thrown):"));
        say(format!("{base}    nonlocal {}", shared.join(", ")));
        if !self.names.globals.is_empty() {
            let names: Vec<&str> = self.names.globals.iter().copied().collect();
            say(format!("{base}    global {}", names.join(", ")));
        }
        say(format!("{base}    while True:"));
        if self.guarded {
            say(format!("{base}        _belt_stay = -1"));
        }
        out.extend(body);
        let last = out.last().map_or(header, |(_, line)| *line);
        let generator = format!("_belt_generator(_belt_step, {})", if self.throws { "True" } else { "False" });
        let mut say = |text: String| out.push((text, last));
        match (is_context_manager(self.function), self.returns) {
            (true, _) => say(format!("{base}return _belt_context({generator})")),
            (false, true) => {
                say(format!("{base}_belt_this = {generator}"));
                say(format!("{base}return _belt_this"));
            }
            (false, false) => say(format!("{base}return {generator}")),
        }
        out
    }

    /// The lines with numbers for labels.
    fn resolved(&mut self) -> Vec<(String, u32)> {
        let numbers = &self.numbers;
        let placed = self.placed;
        let number = |mark: &str| mark.parse().ok().and_then(|label: usize| numbers.get(label).copied().flatten());
        let lines = std::mem::take(&mut self.lines);
        let say = |text: String| {
            let parts = text.split(MARK).enumerate();
            parts
                .map(
                    |(at, part)| if at % 2 == 0 { part.to_owned() } else { number(part).unwrap_or(placed).to_string() },
                )
                .collect()
        };
        lines.into_iter().map(|(text, line)| (say(text), line)).collect()
    }

    pub(super) fn label(&mut self) -> Label {
        self.numbers.push(None);
        Label(self.numbers.len() - 1)
    }

    /// A name of the machine's own.
    pub(super) fn slot(&mut self, what: &str) -> String {
        let name = format!("_belt_{what}_{}", self.slots.len() + 1);
        self.slots.push(name.clone());
        name
    }

    /// Heads of states stand at `depth`, what is in them one further.
    fn indent(&self) -> String {
        format!("{}{}", self.base, "    ".repeat(self.depth + 1))
    }

    pub(super) fn say(&mut self, text: impl AsRef<str>) {
        let text = format!("{}{}", self.indent(), text.as_ref());
        self.lines.push((text, self.line));
    }

    /// A line at the depth of states.
    pub(super) fn head(&mut self, text: &str) {
        self.depth -= 1;
        self.say(text);
        self.depth += 1;
    }

    /// What stands in a block of the last line.
    pub(super) fn inside(&mut self, what: impl FnOnce(&mut Self)) {
        self.depth += 1;
        what(self);
        self.depth -= 1;
    }

    /// `before`, a piece of the source and `after`.
    pub(super) fn around(&mut self, before: &str, piece: Range<usize>, after: &str) {
        let indent = self.indent();
        self.line = self.source.line(piece.start);
        let mut lines = self.source.moved(piece, &[], "");
        if let Some((first, _)) = lines.first_mut() {
            *first = format!("{indent}{before}{first}");
        }
        if let Some((last, _)) = lines.last_mut() {
            last.push_str(after);
        }
        self.lines.append(&mut lines);
    }

    /// A statement as it is, but for the jumps in it.
    pub(super) fn opaque(&mut self, statement: &Stmt) {
        if matches!(statement, Stmt::Global(_) | Stmt::Nonlocal(_)) {
            return self.say("pass");
        }
        self.line = self.source.line(start(statement));
        let mut jumps = Jumps::new(self);
        jumps.visit_stmt(statement);
        let Jumps { mut changes, returns, .. } = jumps;
        self.returns |= returns;
        changes.sort_by_key(|(range, _)| range.start);
        let indent = self.indent();
        let mut lines = self.source.moved(start(statement)..end(statement), &changes, &indent);
        if let Some((first, _)) = lines.first_mut() {
            first.insert_str(0, &indent);
        }
        self.lines.append(&mut lines);
    }

    /// Begins a state.
    pub(super) fn place(&mut self, label: Label) {
        for label in self.past.drain(..).chain([label]) {
            self.numbers[label.0] = Some(self.placed);
        }
        self.placed += 1;
        self.head(&format!("if _belt_at == {}:", mark(label)));
    }

    /// What comes after this state; it is the next in the text or a later one.
    pub(super) fn goto(&mut self, label: Label) {
        self.say(format!("_belt_at = {}", mark(label)));
    }

    /// Moves to any state at once.
    pub(super) fn jump(&self, label: Label) -> String {
        format!("{}; continue", self.stop_at(label))
    }

    /// Notes where to be when the machine leaves the text it is in, which is not the end of a `try` around both.
    pub(super) fn stop_at(&self, label: Label) -> String {
        format!("_belt_at = {}{}", if self.guarded { "_belt_stay = " } else { "" }, mark(label))
    }

    /// A `try` around states, the first of which is `first`; the label of the state after them.
    pub(super) fn region(&mut self, first: Label, states: impl FnOnce(&mut Self)) -> Label {
        let past = self.label();
        self.head(&format!("if {} <= _belt_at < {}:", mark(first), mark(past)));
        self.say("try:");
        self.depth += 2;
        self.place(first);
        states(self);
        self.depth -= 2;
        self.past.push(past);
        past
    }
}

/// Around labels in lines that are not finished.
const MARK: char = '\u{1}';

pub(super) fn mark(label: Label) -> String {
    format!("{MARK}{}{MARK}", label.0)
}
