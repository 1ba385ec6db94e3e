//! Loops over generators that have something to do when they are given up: an exception gives them up as well.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt, StmtFor};

use super::text::{Lines, Source};
use super::{Lowered, MAX_DEPTH, end, start};
use crate::sim::desugar::last_name;

/// What begins the name of an iterator that a loop alone has.
pub const OWN: &str = "_belt_own_";
/// Calls that give no generator, and those around one of which more than the loop may know.
const PLAIN: [&str; 12] =
    ["range", "sorted", "list", "tuple", "set", "dict", "reversed", "items", "keys", "values", "split", "_belt_iter"];

/// Puts a `try` around each such loop, from the inside.
pub fn guard(lowered: Lowered) -> Lowered {
    let mut lowered = lowered;
    for depth in 0..MAX_DEPTH {
        let Some((code, lines)) = once(&lowered.code, depth) else { break };
        let lines = lines.iter().map(|line| lowered.lines.get(*line as usize).copied().unwrap_or(0)).collect();
        lowered = Lowered { code, lines, closes: lowered.closes };
    }
    lowered
}

fn once(code: &str, depth: usize) -> Option<(String, Vec<u32>)> {
    let parsed = ruff_python_parser::parse_module(code).ok()?;
    let mut loops = Loops::default();
    loops.visit_body(&parsed.syntax().body);
    let source = Source::new(code, parsed.tokens());
    let mut out = Lines::default();
    let (mut at, mut any) = (0, 0);
    for each in loops.list {
        let (from, until) = (start(each), end(each));
        let Some(indent) = source.indent(from) else { continue };
        let name = format!("{OWN}{depth}_{any}");
        out.copy(&source, at..from);
        let iter = start(each.iter.as_ref())..end(each.iter.as_ref());
        let line = source.line(from);
        out.open(&format!("{name} = _belt_iter("));
        out.copy(&source, iter.clone());
        out.open(")");
        let inner = format!("{indent}    ");
        let mut lines = vec![(format!("{indent}try:"), line)];
        let mut body = source.moved(from..until, &[(iter, name.clone())], &inner);
        if let Some((first, _)) = body.first_mut() {
            first.insert_str(0, &inner);
        }
        let last = body.last().map_or(line, |(_, line)| *line);
        lines.append(&mut body);
        lines.push((format!("{indent}except BaseException:"), last));
        lines.push((format!("{inner}{name}._belt_close()"), last));
        lines.push((format!("{inner}raise"), last));
        out.append(lines);
        (at, any) = (until, any + 1);
    }
    if any == 0 {
        return None;
    }
    out.copy(&source, at..code.len());
    Some(out.finish())
}

/// Loops over what a call gives, without those around them.
#[derive(Default)]
struct Loops<'a> {
    list: Vec<&'a StmtFor>,
}

impl<'a> Visitor<'a> for Loops<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let before = self.list.len();
        visitor::walk_stmt(self, statement);
        if let Stmt::For(loops) = statement
            && self.list.len() == before
            && let Expr::Call(call) = loops.iter.as_ref()
            && last_name(&call.func).is_some_and(|function| !PLAIN.contains(&function))
        {
            self.list.push(loops);
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}
