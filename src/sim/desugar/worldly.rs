//! Which functions of the code call the world, themselves or through others.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt};

use super::survey::Survey;

impl<'a> Survey<'a> {
    pub fn find_worldly(&mut self, body: &'a [Stmt]) {
        let mut functions = Functions::default();
        functions.visit_body(body);
        loop {
            let before = self.worldly.len();
            for (name, names) in &functions.found {
                if names.iter().any(|name| self.objects.contains(name) || self.worldly.contains(name)) {
                    self.worldly.insert(name);
                }
            }
            if self.worldly.len() == before {
                return;
            }
        }
    }
}

/// The names each function mentions.
#[derive(Default)]
struct Functions<'a> {
    around: Vec<&'a str>,
    found: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Visitor<'a> for Functions<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let function = statement.as_function_def_stmt().map(|function| function.name.as_str());
        self.around.extend(function);
        visitor::walk_stmt(self, statement);
        if function.is_some() {
            self.around.pop();
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        let mentioned = match expr {
            Expr::Name(name) => Some(name.id.as_str()),
            Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
            _ => None,
        };
        if let Some(mentioned) = mentioned {
            for function in &self.around {
                self.found.entry(function).or_default().insert(mentioned);
            }
        }
        visitor::walk_expr(self, expr);
    }
}
