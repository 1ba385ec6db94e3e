//! What leaves a statement that is otherwise kept: `return`, and `break` and `continue` of a loop that became states.

use std::ops::Range;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{ExceptHandler, Expr, Stmt};

use super::machine::Machine;
use super::{end, start};

pub struct Jumps<'m, 'a> {
    machine: &'m Machine<'a>,
    pub changes: Vec<(Range<usize>, String)>,
    /// A value is returned.
    pub returns: bool,
    in_loop: bool,
    in_handler: bool,
}

impl<'m, 'a> Jumps<'m, 'a> {
    pub fn new(machine: &'m Machine<'a>) -> Self {
        Jumps { machine, changes: Vec::new(), returns: false, in_loop: false, in_handler: false }
    }

    fn jump(&mut self, statement: &Stmt, text: String) {
        self.changes.push((start(statement)..end(statement), text));
    }
}

impl<'b> Visitor<'b> for Jumps<'_, '_> {
    fn visit_stmt(&mut self, statement: &'b Stmt) {
        let (body, orelse) = match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => return,
            Stmt::Return(returns) => {
                let from = start(statement);
                let open = self.machine.loops.iter().rev().filter_map(|around| around.closes.as_ref());
                let close: String = open.map(|it| format!("{it}._belt_close(); ")).collect();
                match &returns.value {
                    None => self.jump(statement, format!("{close}return _belt_end")),
                    Some(_) => {
                        self.returns = true;
                        self.changes.push((from..from + "return".len(), "_belt_this.result =".to_owned()));
                        self.changes.push((end(statement)..end(statement), format!("; {close}return _belt_end")));
                    }
                }
                return;
            }
            Stmt::Break(_) if !self.in_loop => {
                if let Some(around) = self.machine.loops.last() {
                    let close = around.closes.as_ref().map_or(String::new(), |it| format!("{it}._belt_close(); "));
                    self.jump(statement, format!("{close}{}", self.machine.jump(around.after)));
                }
                return;
            }
            Stmt::Continue(_) if !self.in_loop => {
                if let Some(around) = self.machine.loops.last() {
                    self.jump(statement, self.machine.jump(around.next));
                }
                return;
            }
            Stmt::Raise(raise) if raise.exc.is_none() && !self.in_handler => {
                if let Some(caught) = self.machine.caught.last().filter(|name| !name.is_empty()) {
                    self.jump(statement, format!("raise {caught}"));
                }
                return;
            }
            Stmt::For(loops) => (&loops.body, &loops.orelse),
            Stmt::While(loops) => (&loops.body, &loops.orelse),
            _ => return visitor::walk_stmt(self, statement),
        };
        let around = std::mem::replace(&mut self.in_loop, true);
        self.visit_body(body);
        self.in_loop = around;
        self.visit_body(orelse);
    }

    fn visit_except_handler(&mut self, handler: &'b ExceptHandler) {
        let around = std::mem::replace(&mut self.in_handler, true);
        visitor::walk_except_handler(self, handler);
        self.in_handler = around;
    }

    fn visit_expr(&mut self, _: &'b Expr) {}
}
