//! Modules and their functions under names of the code's own, `import itertools as it`: the other passes know them by the
//! names they have, so those are put back where nothing else is called so.

use std::collections::BTreeMap;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Alias, Expr, ExprName, Stmt};

use super::edits::Edits;
use super::span;

/// Modules of which some part is stood in for by name.
const MODULES: [&str; 11] = [
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "itertools",
    "json",
    "typing",
];

/// The code with the names that things have, line for line; `None` where it has no others.
pub fn undo(code: &str, prelude: &str) -> Option<String> {
    if !code.contains(" as ") || !code.contains("import ") {
        return None;
    }
    let parsed = ruff_python_parser::parse_module(code).ok()?;
    let body = &parsed.syntax().body;
    let imports: Vec<_> = body.iter().filter(|it| it.is_import_stmt() || it.is_import_from_stmt()).map(span).collect();
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    let mut after_dot = false;
    for token in parsed.tokens() {
        let at = token.as_tuple().1;
        let range = at.start().to_usize()..at.end().to_usize();
        let imported = imports.iter().any(|import| import.contains(&range.start));
        if token.kind() == TokenKind::Name && !after_dot && !imported {
            *words.entry(&code[range]).or_default() += 1;
        }
        after_dot = token.kind() == TokenKind::Dot;
    }
    let mut read = Read::default();
    read.visit_body(body);
    let objects = crate::sim::dialect::objects(prelude);
    let mut edits = Edits::default();
    let mut taken: Vec<&str> = body.iter().flat_map(bound).collect();
    for alias in body.iter().flat_map(imported) {
        let (name, Some(own)) = (alias.name.as_str(), alias.asname.as_ref().map(|own| own.as_str())) else { continue };
        let reads = read.names.get(own).map_or(&[][..], Vec::as_slice);
        let only_read = words.get(own).copied().unwrap_or_default() == reads.len();
        let once = taken.iter().filter(|other| **other == own).count() == 1;
        let free = !words.contains_key(name) && !taken.contains(&name) && !objects.contains(&name);
        if name == own || !only_read || !once || !free || objects.contains(&own) || code[span(alias)].contains('\n') {
            continue;
        }
        taken.push(name);
        edits.replace(span(alias), name);
        for read in reads {
            edits.replace(span(*read), name);
        }
    }
    (!edits.is_empty()).then(|| edits.apply(code).0)
}

/// What a statement imports from the modules that matter.
fn imported(statement: &Stmt) -> &[Alias] {
    match statement {
        Stmt::Import(import) if import.names.iter().any(|alias| MODULES.contains(&alias.name.as_str())) => {
            &import.names
        }
        Stmt::ImportFrom(import) if import.module.as_ref().is_some_and(|module| MODULES.contains(&module.as_str())) => {
            &import.names
        }
        _ => &[],
    }
}

/// The names an import of the module binds.
fn bound(statement: &Stmt) -> Vec<&str> {
    let names = match statement {
        Stmt::Import(import) => &import.names,
        Stmt::ImportFrom(import) => &import.names,
        _ => return Vec::new(),
    };
    names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str()).collect()
}

/// Where each name is read.
#[derive(Default)]
struct Read<'a> {
    names: BTreeMap<&'a str, Vec<&'a ExprName>>,
}

impl<'a> Visitor<'a> for Read<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.ctx.is_load()
        {
            self.names.entry(name.id.as_str()).or_default().push(name);
        }
        visitor::walk_expr(self, expr);
    }
}
