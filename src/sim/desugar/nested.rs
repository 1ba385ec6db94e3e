//! Classes inside of classes, which the interpreter has not: they stand before the outermost one, and it names them. A class
//! inside sees no names of the class around it, so this changes nothing.

use ruff_python_ast::{Stmt, StmtClassDef};
use ruff_text_size::Ranged;

use super::generators::text::{Lines, Source};

/// The code with the line each of its lines came from; `None` where there are no such classes.
pub fn lift(code: &str) -> Option<(String, Vec<u32>)> {
    if !code.contains("class ") {
        return None;
    }
    let mut lifted: Option<(String, Vec<u32>)> = None;
    // One level is taken out at a time.
    for _ in 0..4 {
        let now = lifted.as_ref().map_or(code, |(code, _)| code.as_str());
        let Some((text, lines)) = once(now) else { break };
        let lines = match &lifted {
            Some((_, before)) => lines.iter().map(|line| before.get(*line as usize).copied().unwrap_or(0)).collect(),
            None => lines,
        };
        lifted = Some((text, lines));
    }
    lifted
}

fn once(code: &str) -> Option<(String, Vec<u32>)> {
    let parsed = ruff_python_parser::parse_module(code).ok()?;
    let body = &parsed.syntax().body;
    let taken: Vec<&str> = body
        .iter()
        .filter_map(|statement| match statement {
            Stmt::ClassDef(class) => Some(class.name.as_str()),
            Stmt::FunctionDef(function) => Some(function.name.as_str()),
            _ => None,
        })
        .collect();
    let source = Source::new(code, parsed.tokens());
    let mut out = Lines::default();
    let (mut at, mut any, mut known) = (0, false, taken.clone());
    for class in body.iter().filter_map(Stmt::as_class_def_stmt) {
        let inner: Vec<&StmtClassDef> = class.body.iter().filter_map(Stmt::as_class_def_stmt).collect();
        let from = begin(class);
        if inner.is_empty() || source.indent(from) != Some("") {
            continue;
        }
        out.copy(&source, at..from);
        at = from;
        let mut parts = Vec::new();
        for inner in inner {
            let name = inner.name.as_str();
            let range = begin(inner)..inner.end().to_usize();
            let Some(indent) = source.indent(range.start) else { continue };
            let lifted = if known.contains(&name) { format!("_belt_{}_{name}", class.name) } else { name.to_owned() };
            known.push(name);
            let at = inner.name.start().to_usize()..inner.name.end().to_usize();
            let mut lines = source.moved(range.clone(), &[(at, lifted.clone())], "");
            if !indent.is_empty() {
                lines.push((String::new(), source.line(range.end)));
            }
            out.whole(lines);
            parts.push((range, format!("{name} = {lifted}")));
        }
        for (range, text) in parts {
            out.copy(&source, at..range.start);
            out.open(&text);
            at = range.end;
            any = true;
        }
    }
    if !any {
        return None;
    }
    out.copy(&source, at..code.len());
    Some(out.finish())
}

/// Where a class begins, decorators included.
fn begin(class: &StmtClassDef) -> usize {
    class.decorator_list.first().map_or(class.start(), Ranged::start).to_usize()
}
