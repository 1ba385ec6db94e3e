//! Generators run to their end at once and their values are handed out one by one afterwards. That is what they mean as
//! long as nobody can see when they run, so one that calls the world is left alone, and refused by the interpreter.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::Pass;

/// A generator without an end has been asked for enough by then.
const ENOUGH: usize = 2_000;

impl<'a> Pass<'a> {
    /// Whether `function` is a generator that is collected into a list; begins and ends its body if so.
    pub fn collect(&mut self, function: &'a StmtFunctionDef) -> bool {
        let mut yields = Yields::default();
        yields.visit_body(&function.body);
        if yields.statements == 0 || yields.inside || self.survey.worldly.contains(function.name.as_str()) {
            return false;
        }
        self.before_first(&function.body, "_belt_out = []");
        self.after_last(&function.body, "return iter(_belt_out)");
        true
    }

    pub fn yields(&mut self, statement: &Stmt, value: &'a Expr) {
        match value {
            Expr::Yield(expr) => {
                let start = statement.start().to_usize();
                let end = expr.value.as_ref().map_or(statement.end().to_usize(), |value| value.start().to_usize());
                let tail = if expr.value.is_some() { "(" } else { "(None" };
                // Brackets around the value stay with it.
                let end = if expr.value.is_some() { start + "yield".len() } else { end };
                self.edits.replace(start..end, format!("_belt_out.append({tail}"));
                self.edits.suffix(statement.end().to_usize(), "))");
                let alone = self.indent(statement).filter(|_| {
                    let rest = &self.source[statement.end().to_usize()..self.line_end(statement.end().to_usize())];
                    rest.trim().is_empty() || rest.trim_start().starts_with('#')
                });
                if let Some(indent) = alone {
                    let at = self.line_end(statement.end().to_usize());
                    let shift = self.shift();
                    let stop = format!("\n{shift}{indent}if len(_belt_out) > {ENOUGH}: return iter(_belt_out)");
                    self.edits.line(at, stop);
                }
            }
            Expr::YieldFrom(_) => {
                let start = statement.start().to_usize();
                let from = self.find(start, "from").map_or(start, |at| at + "from".len());
                self.edits.replace(start..from, "_belt_out.extend((");
                self.edits.suffix(statement.end().to_usize(), "))");
            }
            _ => {}
        }
    }
}

/// The yields of one function, those of functions inside it left out.
#[derive(Default)]
struct Yields {
    statements: usize,
    /// One of them is part of an expression.
    inside: bool,
}

impl<'a> Visitor<'a> for Yields {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Expr(expr) => match expr.value.as_ref() {
                Expr::Yield(value) => {
                    self.statements += 1;
                    value.value.iter().for_each(|value| self.visit_expr(value));
                }
                Expr::YieldFrom(value) => {
                    self.statements += 1;
                    self.visit_expr(&value.value);
                }
                _ => visitor::walk_stmt(self, statement),
            },
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Yield(_) | Expr::YieldFrom(_) => self.inside = true,
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}
