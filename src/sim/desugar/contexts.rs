//! `@contextmanager` functions: what stands before the `yield` becomes one function, what stands after it another, and
//! both share the names of the function around them.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::{Pass, library, span};

impl<'a> Pass<'a> {
    /// Whether `function` was one and is rewritten. It is left alone unless it has one `yield`, which is a statement of
    /// its body or of a `try` in its body.
    pub fn context_manager(&mut self, function: &'a StmtFunctionDef) -> bool {
        let decorator = function.decorator_list.iter().find(|decorator| {
            super::last_name(&decorator.expression).is_some_and(|name| name.ends_with("contextmanager"))
        });
        let Some(decorator) = decorator else { return false };
        let (Some(first), Some(last)) = (function.body.first(), function.body.last()) else { return false };
        let Some(indent) = self.indent(first) else { return false };
        let yields = |body: &'a [Stmt]| body.iter().find(|statement| yielded(statement).is_some());
        let tries = function.body.iter().filter_map(Stmt::as_try_stmt).find(|tries| yields(&tries.body).is_some());
        let (statement, inner) = match (yields(&function.body), tries) {
            (Some(statement), None) => (statement, None),
            (None, Some(tries)) => match yields(&tries.body) {
                Some(statement) => (statement, Some(tries)),
                None => return false,
            },
            _ => return false,
        };
        let Some(depth) = self.indent(statement) else { return false };
        self.need(library::CLASSES);
        let range = span(&decorator.range);
        self.edits.replace(range, "");

        let mut names = Names::default();
        names.visit_body(&function.body);
        let parameters: Vec<&str> = function.parameters.iter().map(|parameter| parameter.name().as_str()).collect();
        let fresh: String = names
            .assigned
            .iter()
            .filter(|name| !parameters.contains(name))
            .map(|name| format!("{indent}{name} = None\n"))
            .collect();
        let all: Vec<&str> = names.assigned.iter().copied().collect();
        let shared = |indent: &str| match all.as_slice() {
            [] => String::new(),
            all => format!("\n{indent}    nonlocal {}", all.join(", ")),
        };
        let head = format!("{fresh}{indent}def _belt_enter():{}\n", shared(indent));
        let from = self.line_start(first.start().to_usize());
        self.edits.prefix(from, head);
        let end = self.line_end(last.end().to_usize());
        let mut line = from;
        while line < end {
            self.edits.prefix(line, "    ");
            line = self.line_end(line) + 1;
        }
        if let Some(tries) = inner {
            let start = tries.range.start().to_usize();
            self.edits.replace(start..start + "try".len(), "if True");
        }
        let start = statement.start().to_usize();
        self.edits.replace(start..start + "yield".len(), "return ");
        let thrown = "if _belt_error is not None: raise _belt_error";
        let tail = match inner {
            Some(_) => format!("\n{indent}    try:\n{depth}    {thrown}"),
            None => format!("\n{indent}    {thrown}"),
        };
        let leave = format!("\n{indent}def _belt_leave(_belt_error):{}{tail}", shared(indent));
        self.edits.line(self.line_end(statement.end().to_usize()), leave);
        self.edits.line(end, format!("\n{indent}return _belt_manager(_belt_enter, _belt_leave)"));
        true
    }

    fn line_start(&self, at: usize) -> usize {
        self.source[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }
}

fn yielded(statement: &Stmt) -> Option<&Expr> {
    statement.as_expr_stmt().map(|expr| expr.value.as_ref()).filter(|value| value.is_yield_expr())
}

/// Names a function assigns, those of functions inside it left out.
#[derive(Default)]
struct Names<'a> {
    assigned: BTreeSet<&'a str>,
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.assigned.insert(function.name.as_str());
            }
            Stmt::ClassDef(_) => {}
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if !name.ctx.is_load() => {
                self.assigned.insert(name.id.as_str());
            }
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) | Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}
