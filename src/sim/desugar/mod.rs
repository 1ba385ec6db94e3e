//! Python that the interpreter lacks, said with what it has. This pass works on the syntax tree; [`super::dialect`] then
//! works on words.
//!
//! What is here: classes that derive from others, exceptions with fields, generators, data classes with `field`, enumeration
//! members by value, properties, operators of own classes, structural `match`, functions that are context managers.
//!
//! Invariants: code that uses none of these comes back unchanged; what is not understood is left for the interpreter to
//! refuse; every line of the result knows the line it came from.

mod aliases;
mod asking;
mod attributes;
mod bodies;
mod calls;
mod classes;
mod comprehensions;
mod containers;
mod dataclasses;
mod edits;
mod exceptions;
mod expressions;
mod generators;
mod iteration;
mod members;
mod nested;
mod ordering;
mod patterns;
mod statements;
mod stores;
mod survey;
mod worldly;

use std::collections::BTreeSet;
use std::ops::Range;

use edits::Edits;
use ruff_python_ast::visitor::Visitor as _;
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;
use survey::Survey;

/// The library of what rewritten code calls; each part is defined only where it is needed.
pub mod library {
    pub const CLASSES: &str = include_str!("library/classes.py");
    pub const CONTAINERS: &str = include_str!("library/containers.py");
    pub const DECIMAL: &str = include_str!("library/decimal.py");
    pub const EXCEPTIONS: &str = include_str!("library/exceptions.py");
    pub const FUNCTIONS: &str = include_str!("library/functions.py");
    pub const GENERATORS: &str = include_str!("library/generators.py");
    pub const OPERATORS: &str = include_str!("library/operators.py");
    pub const ORDERING: &str = include_str!("library/ordering.py");
    pub const TIMES: &str = include_str!("library/times.py");

    /// The part that defines `name`.
    pub fn defining(name: &str) -> Option<&'static str> {
        let (function, class) = (format!("\ndef {name}("), format!("\nclass {name}:"));
        let parts = [CLASSES, CONTAINERS, DECIMAL, EXCEPTIONS, FUNCTIONS, GENERATORS, OPERATORS, ORDERING, TIMES];
        parts.into_iter().find(|part| part.contains(&function) || part.contains(&class))
    }
}

/// Code with the line (from 0) of the original that each of its lines came from.
#[derive(Debug)]
pub struct Desugared {
    pub code: String,
    pub lines: Vec<u32>,
    /// Definitions the code now needs before it.
    pub shims: String,
}

/// `None` where there is nothing to do, or where the code does not parse and so is to be refused elsewhere. `prelude`
/// says which objects there are.
pub fn desugar(code: &str, prelude: &str) -> Option<Desugared> {
    let named = aliases::undo(code, prelude);
    let code = named.as_deref().unwrap_or(code);
    let lifted = nested::lift(code);
    let code = lifted.as_ref().map_or(code, |(code, _)| code.as_str());
    let lowered = generators::lower(code);
    let code = lowered.as_ref().map_or(code, |lowered| lowered.code.as_str());
    let parsed = ruff_python_parser::parse_module(code).ok()?;
    let body = &parsed.syntax().body;
    let mut survey = Survey::of(body, prelude);
    survey.lazy = lowered.is_some() || comprehensions::wants_laziness(&survey, body);
    survey.closes = lowered.as_ref().is_some_and(|lowered| lowered.closes);
    let mut pass = Pass {
        source: code,
        survey: &survey,
        edits: Edits::default(),
        shims: BTreeSet::new(),
        class: None,
        function: None,
        matches: 0,
        loops: Vec::new(),
        lowered: 0,
        eager: BTreeSet::new(),
        named_types: BTreeSet::new(),
        left_alone: BTreeSet::new(),
        raised: BTreeSet::new(),
    };
    if lowered.is_some() {
        pass.need(library::GENERATORS);
        // A manager around a `yield` is told what was raised.
        pass.need(library::EXCEPTIONS);
    }
    for statement in body {
        pass.visit_stmt(statement);
    }
    if pass.edits.is_empty() && pass.shims.is_empty() && lifted.is_none() && named.is_none() {
        return None;
    }
    let shims = pass.shims.iter().copied().collect();
    let (code, mut lines) = pass.edits.apply(code);
    if let Some(lowered) = &lowered {
        for line in &mut lines {
            *line = lowered.lines.get(*line as usize).copied().unwrap_or(*line);
        }
    }
    if let Some((_, before)) = &lifted {
        for line in &mut lines {
            *line = before.get(*line as usize).copied().unwrap_or(*line);
        }
    }
    Some(Desugared { code, lines, shims })
}

/// The walk through the code that collects the edits.
struct Pass<'a> {
    source: &'a str,
    survey: &'a Survey<'a>,
    edits: Edits,
    shims: BTreeSet<&'static str>,
    /// The innermost class around.
    class: Option<&'a str>,
    /// The innermost function around.
    function: Option<Function<'a>>,
    /// Structural matches so far.
    matches: usize,
    /// For each loop around in this function, the iterator that is given up with it.
    loops: Vec<Option<String>>,
    /// Loops that became `while` so far.
    lowered: usize,
    /// Where calls `type(x)` begin whose name is asked for.
    named_types: BTreeSet<usize>,
    /// Exceptions that are raised as they are made.
    raised: BTreeSet<(usize, usize)>,
    /// Attributes that are dealt with as parts of something else.
    left_alone: BTreeSet<(usize, usize)>,
    /// Where generator expressions begin of which all values are taken at once.
    eager: BTreeSet<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Function<'a> {
    /// Its first parameter, which is the object in a method.
    first: Option<&'a str>,
}

impl<'a> Pass<'a> {
    fn need(&mut self, shim: &'static str) {
        self.shims.insert(shim);
    }

    fn text(&self, node: &impl Ranged) -> &'a str {
        &self.source[node.range()]
    }

    /// The column of a statement as the blanks before it; `None` when it shares its line with what is before.
    fn indent(&self, statement: &Stmt) -> Option<&'a str> {
        indent_at(self.source, statement.start().to_usize())
    }

    /// Offset of the first `sign` from `from` on; gaps between nodes hold nothing but signs, blanks and comments.
    fn find(&self, from: usize, sign: &str) -> Option<usize> {
        self.source.get(from..)?.find(sign).map(|at| from + at)
    }

    /// Where the line that `at` is on ends.
    fn line_end(&self, at: usize) -> usize {
        self.find(at, "\n").unwrap_or(self.source.len())
    }

    /// A statement of our own before the first one of a block.
    fn before_first(&mut self, body: &[Stmt], statement: &str) {
        let Some(first) = body.first() else { return };
        let at = first.start().to_usize();
        let glue = self.indent(first).map_or("; ".to_owned(), |indent| format!("\n{indent}"));
        self.edits.prefix(at, format!("{statement}{glue}"));
    }

    /// Statements of our own after the last one of a block, at the block's depth.
    fn after_last(&mut self, body: &[Stmt], statements: &str) {
        let (Some(first), Some(last)) = (body.first(), body.last()) else { return };
        match self.indent(first) {
            Some(indent) => {
                let at = self.line_end(last.end().to_usize());
                let text = statements.lines().map(|line| format!("\n{indent}{line}")).collect::<String>();
                self.edits.line(at, text);
            }
            None => self.edits.suffix(last.end().to_usize(), format!("; {}", statements.replace('\n', "; "))),
        }
    }

    /// Statements of our own on the lines after `statement`, at its depth.
    fn after(&mut self, statement: &Stmt, lines: &[String]) {
        let Some(indent) = self.indent(statement) else { return };
        let at = self.line_end(statement.end().to_usize());
        let text = lines.iter().map(|line| format!("\n{indent}{line}")).collect::<String>();
        if !text.is_empty() {
            self.edits.line(at, text);
        }
    }

    /// `call(` before and `)` after an expression.
    fn wrap(&mut self, node: &impl Ranged, call: &str) {
        self.edits.prefix(node.start().to_usize(), format!("{call}("));
        self.edits.suffix(node.end().to_usize(), ")");
    }
}

/// The bytes a node takes.
fn span(node: &impl Ranged) -> Range<usize> {
    node.start().to_usize()..node.end().to_usize()
}

fn indent_at(source: &str, at: usize) -> Option<&str> {
    let line = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &source[line..at];
    before.trim().is_empty().then_some(before)
}

/// The name an expression is, without subscripts and modules: `enum.Enum`, `Generic[T]`.
fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Subscript(subscript) => last_name(&subscript.value),
        _ => None,
    }
}

fn name(expr: &Expr) -> Option<&str> {
    expr.as_name_expr().map(|name| name.id.as_str())
}

#[cfg(test)]
mod tests;
