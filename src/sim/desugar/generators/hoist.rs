//! `yield` inside of an expression, as a statement of its own before the one it stands in. What stands where it may not be
//! reached, such as behind `or`, is left to be refused.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt};

use super::{Lowered, end, expr_yields, start, yielded};
use crate::sim::desugar::edits::Edits;
use crate::sim::desugar::indent_at;

/// Each pass takes out the innermost ones.
const MAX_PASSES: usize = 12;

pub fn hoist(code: &str) -> Option<Lowered> {
    let mut hoisted: Option<Lowered> = None;
    for pass in 0..MAX_PASSES {
        let now = hoisted.as_ref().map_or(code, |hoisted| hoisted.code.as_str());
        let Some((text, lines)) = once(now, pass) else { break };
        let lines = match &hoisted {
            Some(before) => lines.iter().map(|line| before.lines.get(*line as usize).copied().unwrap_or(0)).collect(),
            None => lines,
        };
        hoisted = Some(Lowered { code: text, lines, closes: false });
    }
    hoisted
}

fn once(code: &str, pass: usize) -> Option<(String, Vec<u32>)> {
    let parsed = ruff_python_parser::parse_module(code).ok()?;
    let mut hoist = Hoist { code, edits: Edits::default(), count: 0, pass };
    hoist.visit_body(&parsed.syntax().body);
    (!hoist.edits.is_empty()).then(|| hoist.edits.apply(code))
}

struct Hoist<'c> {
    code: &'c str,
    edits: Edits,
    count: usize,
    pass: usize,
}

impl Hoist<'_> {
    /// Statements for the innermost yields of an expression, which become names; `None` where one may not be reached.
    fn taken(&mut self, expr: &Expr) -> Option<Vec<String>> {
        let mut found = Innermost::default();
        found.visit_expr(expr);
        if found.unsure || found.list.is_empty() {
            return None;
        }
        let mut lines = Vec::new();
        for inner in found.list {
            self.count += 1;
            let name = format!("_belt_sent_{}_{}", self.pass, self.count);
            lines.push(format!("{name} = {}", &self.code[start(inner)..end(inner)]));
            self.edits.replace(start(inner)..end(inner), name);
        }
        Some(lines)
    }

    fn before(&mut self, statement: &Stmt, exprs: &[&Expr]) {
        let Some(indent) = indent_at(self.code, start(statement)) else { return };
        for expr in exprs.iter().filter(|expr| expr_yields(expr)) {
            let Some(lines) = self.taken(expr) else { continue };
            let text: String = lines.iter().map(|line| format!("{line}\n{indent}")).collect();
            self.edits.prefix(start(statement), text);
        }
    }
}

impl<'a> Visitor<'a> for Hoist<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Expr(_) | Stmt::Assign(_) | Stmt::AnnAssign(_) if yielded(statement).is_some() => return,
            Stmt::Expr(expr) => match expr.value.as_ref() {
                Expr::Yield(outer) => {
                    self.before(statement, &outer.value.iter().map(AsRef::as_ref).collect::<Vec<_>>());
                }
                Expr::YieldFrom(outer) => self.before(statement, &[&outer.value]),
                value => self.before(statement, &[value]),
            },
            Stmt::Assign(assign) => match assign.value.as_ref() {
                Expr::Yield(outer) if assign.targets.len() == 1 => {
                    self.before(statement, &outer.value.iter().map(AsRef::as_ref).collect::<Vec<_>>());
                }
                value => self.before(statement, &[value]),
            },
            Stmt::AugAssign(assign) => self.before(statement, &[&assign.value]),
            Stmt::Return(returns) => {
                self.before(statement, &returns.value.iter().map(AsRef::as_ref).collect::<Vec<_>>());
            }
            Stmt::If(branches) => self.before(statement, &[&branches.test]),
            Stmt::For(loops) => self.before(statement, &[&loops.iter]),
            Stmt::Raise(raise) => {
                self.before(statement, &raise.exc.iter().map(AsRef::as_ref).collect::<Vec<_>>());
            }
            Stmt::Assert(assert) => self.before(statement, &[&assert.test]),
            Stmt::While(loops) if expr_yields(&loops.test) && loops.orelse.is_empty() => self.while_test(loops),
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

impl Hoist<'_> {
    /// `while (x := yield):` asks in each round.
    fn while_test(&mut self, loops: &ruff_python_ast::StmtWhile) {
        let Some(first) = loops.body.first() else { return };
        let Some(indent) = indent_at(self.code, start(first)) else { return };
        let test = &self.code[start(loops.test.as_ref())..end(loops.test.as_ref())];
        // The next pass takes the test apart.
        self.edits.replace(start(loops.test.as_ref())..end(loops.test.as_ref()), "True");
        self.edits.prefix(start(first), format!("_belt_goes = {test}\n{indent}if not _belt_goes: break\n{indent}"));
    }
}

/// Yields with none inside, in the order in which they are reached.
#[derive(Default)]
struct Innermost<'a> {
    list: Vec<&'a Expr>,
    /// Some may not be reached.
    unsure: bool,
    perhaps: bool,
}

impl<'a> Visitor<'a> for Innermost<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let around = self.perhaps;
        match expr {
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                let before = self.list.len();
                visitor::walk_expr(self, expr);
                if self.list.len() == before {
                    self.unsure |= self.perhaps;
                    self.list.push(expr);
                }
            }
            Expr::BoolOp(both) => {
                for value in &both.values {
                    self.visit_expr(value);
                    self.perhaps = true;
                }
            }
            Expr::If(choice) => {
                self.visit_expr(&choice.test);
                self.perhaps = true;
                self.visit_expr(&choice.body);
                self.visit_expr(&choice.orelse);
            }
            Expr::Compare(compare) if compare.comparators.len() > 1 => {
                self.visit_expr(&compare.left);
                self.perhaps = true;
                compare.comparators.iter().for_each(|value| self.visit_expr(value));
            }
            Expr::Lambda(_) => {}
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.perhaps = true;
                visitor::walk_expr(self, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
        self.perhaps = around;
    }
}
