//! Which names a function binds.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{ExceptHandler, Expr, Pattern, Stmt, StmtFunctionDef};

/// Names a function binds or declares, those of functions inside it left out.
#[derive(Default)]
pub struct Names<'a> {
    pub bound: BTreeSet<&'a str>,
    pub globals: BTreeSet<&'a str>,
    pub nonlocals: BTreeSet<&'a str>,
    /// In a comprehension, where only `:=` binds for the function.
    inside: bool,
}

impl<'a> Names<'a> {
    pub fn of(function: &'a StmtFunctionDef) -> Self {
        let mut names = Names::default();
        names.visit_body(&function.body);
        names
    }
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.bound.insert(function.name.as_str());
                return;
            }
            Stmt::ClassDef(class) => {
                self.bound.insert(class.name.as_str());
                return;
            }
            Stmt::Import(import) => self.bound.extend(import.names.iter().map(|alias| {
                let dotted = alias.name.as_str();
                alias.asname.as_ref().map_or(dotted.split('.').next().unwrap_or(dotted), |name| name.as_str())
            })),
            Stmt::ImportFrom(import) => {
                self.bound
                    .extend(import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str()));
            }
            Stmt::Global(global) => self.globals.extend(global.names.iter().map(|name| name.as_str())),
            Stmt::Nonlocal(nonlocal) => self.nonlocals.extend(nonlocal.names.iter().map(|name| name.as_str())),
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if !name.ctx.is_load() && !self.inside => {
                self.bound.insert(name.id.as_str());
            }
            Expr::Named(named) => {
                self.bound.extend(super::super::name(&named.target));
                self.visit_expr(&named.value);
            }
            Expr::Lambda(_) => {}
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                let around = std::mem::replace(&mut self.inside, true);
                visitor::walk_expr(self, expr);
                self.inside = around;
            }
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        self.bound.extend(inner.name.as_ref().map(|name| name.as_str()));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(binding) => binding.name.as_ref(),
            Pattern::MatchStar(rest) => rest.name.as_ref(),
            Pattern::MatchMapping(mapping) => mapping.rest.as_ref(),
            _ => None,
        };
        self.bound.extend(name.map(|name| name.as_str()));
        visitor::walk_pattern(self, pattern);
    }
}
