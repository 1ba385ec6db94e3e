//! Generators, as functions that make an object with a machine of states: it runs to the next `yield` when somebody asks for
//! the next value, and not before, so what a generator asks of the world it asks then.
//!
//! Names of the generator stay names, shared with the machine inside it; only what stands around a `yield` becomes states.
//! `@contextmanager` functions are generators too.

mod closing;
mod hoist;
mod jumps;
mod machine;
mod names;
mod states;
pub mod text;

pub use closing::OWN;
use std::collections::BTreeSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Decorator, ExceptHandler, Expr, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use machine::Machine;
use text::{Lines, Source};

/// Code without generators.
#[derive(Debug)]
pub struct Lowered {
    pub code: String,
    /// The original line (from 0) of each line.
    pub lines: Vec<u32>,
    /// Some of them have something to do when they are given up early.
    pub closes: bool,
}

/// Functions in functions are rewritten from the inside; deeper ones are left to be refused.
const MAX_DEPTH: usize = 6;

/// `None` where there are no generators, or none that can be rewritten.
pub fn lower(code: &str) -> Option<Lowered> {
    if !code.contains("yield") {
        return None;
    }
    let mut lowered = hoist::hoist(code);
    let hoisted = lowered.is_some();
    let mut any = false;
    for _ in 0..MAX_DEPTH {
        let now = lowered.as_ref().map_or(code, |lowered| lowered.code.as_str());
        let Some(next) = innermost(now) else { break };
        any = true;
        lowered = Some(match lowered {
            Some(before) => Lowered {
                lines: next.lines.iter().map(|line| before.lines.get(*line as usize).copied().unwrap_or(0)).collect(),
                code: next.code,
                closes: before.closes || next.closes,
            },
            None => next,
        });
    }
    if hoisted && !any {
        return None;
    }
    lowered.map(|lowered| if lowered.closes { closing::guard(lowered) } else { lowered })
}

/// The code with those generators rewritten that have none inside them.
fn innermost(code: &str) -> Option<Lowered> {
    let parsed = ruff_python_parser::parse_module(code).ok()?;
    let mut found = Generators::default();
    found.visit_body(&parsed.syntax().body);
    if found.list.is_empty() {
        return None;
    }
    let source = Source::new(code, parsed.tokens());
    let mut out = Lines::default();
    let (mut at, mut closes, mut any) = (0, false, false);
    for function in found.list {
        let Some((machine, body)) = Machine::of(&source, function) else { continue };
        for decorator in function.decorator_list.iter().filter(|decorator| makes_manager(decorator)) {
            out.copy(&source, at..start(decorator));
            at = end(decorator);
        }
        out.copy(&source, at..body.start);
        closes |= machine.guarded;
        out.append(machine.finish());
        at = body.end;
        any = true;
    }
    if !any {
        return None;
    }
    out.copy(&source, at..code.len());
    let (code, lines) = out.finish();
    Some(Lowered { code, lines, closes })
}

fn is_context_manager(function: &StmtFunctionDef) -> bool {
    function.decorator_list.iter().any(makes_manager)
}

fn makes_manager(decorator: &Decorator) -> bool {
    matches!(super::last_name(&decorator.expression), Some("contextmanager" | "asynccontextmanager"))
}

/// Functions that yield, without functions inside them that do.
#[derive(Default)]
struct Generators<'a> {
    list: Vec<&'a StmtFunctionDef>,
}

impl<'a> Visitor<'a> for Generators<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let before = self.list.len();
        visitor::walk_stmt(self, statement);
        if let Stmt::FunctionDef(function) = statement
            && self.list.len() == before
            && function.body.iter().any(yields)
        {
            self.list.push(function);
        }
    }
}

/// Whether a statement yields for the function it stands in.
pub fn yields(statement: &Stmt) -> bool {
    let mut own = Own::default();
    own.visit_stmt(statement);
    own.yields
}

fn yields_any(body: &[Stmt]) -> bool {
    body.iter().any(yields)
}

fn expr_yields(expr: &Expr) -> bool {
    let mut own = Own::default();
    own.visit_expr(expr);
    own.yields
}

#[derive(Default)]
struct Own {
    yields: bool,
}

impl<'a> Visitor<'a> for Own {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            visitor::walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Yield(_) | Expr::YieldFrom(_) => self.yields = true,
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}

/// The value of a statement that is a `yield`, and what it is assigned to.
fn yielded(statement: &Stmt) -> Option<(Option<&Expr>, &Expr)> {
    let (target, value) = match statement {
        Stmt::Expr(expr) => (None, expr.value.as_ref()),
        Stmt::Assign(assign) => match assign.targets.as_slice() {
            [target] => (Some(target), assign.value.as_ref()),
            _ => return None,
        },
        Stmt::AnnAssign(assign) => (Some(assign.target.as_ref()), assign.value.as_deref()?),
        _ => return None,
    };
    let inner = match value {
        Expr::Yield(value) => value.value.as_deref(),
        Expr::YieldFrom(from) => Some(from.value.as_ref()),
        _ => return None,
    };
    (!inner.is_some_and(expr_yields) && !target.is_some_and(expr_yields)).then_some((target, value))
}

/// Whether every `yield` of a block stands where the machine can stop.
fn can_stop(body: &[Stmt]) -> bool {
    body.iter().all(|statement| {
        if !yields(statement) || yielded(statement).is_some() {
            return true;
        }
        match statement {
            Stmt::If(branches) => {
                !expr_yields(&branches.test)
                    && can_stop(&branches.body)
                    && branches
                        .elif_else_clauses
                        .iter()
                        .all(|clause| !clause.test.as_ref().is_some_and(expr_yields) && can_stop(&clause.body))
            }
            Stmt::While(loops) => !expr_yields(&loops.test) && can_stop(&loops.body) && can_stop(&loops.orelse),
            Stmt::For(loops) => !expr_yields(&loops.iter) && can_stop(&loops.body) && can_stop(&loops.orelse),
            Stmt::Try(tries) => {
                let handlers = tries.handlers.iter().all(|handler| {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    can_stop(&handler.body)
                });
                !tries.is_star
                    && can_stop(&tries.body)
                    && handlers
                    && can_stop(&tries.orelse)
                    && !yields_any(&tries.finalbody)
            }
            Stmt::With(with) => !with.items.iter().any(|item| expr_yields(&item.context_expr)) && can_stop(&with.body),
            Stmt::Match(matches) => {
                !expr_yields(&matches.subject)
                    && matches
                        .cases
                        .iter()
                        .all(|case| !case.guard.as_deref().is_some_and(expr_yields) && can_stop(&case.body))
            }
            _ => false,
        }
    })
}

/// Whether a `yield` stands inside a `try` or `with`.
fn stops_inside(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Try(_) | Stmt::With(_) => yields(statement),
        Stmt::If(branches) => {
            stops_inside(&branches.body) || branches.elif_else_clauses.iter().any(|clause| stops_inside(&clause.body))
        }
        Stmt::While(loops) => stops_inside(&loops.body) || stops_inside(&loops.orelse),
        Stmt::For(loops) => stops_inside(&loops.body) || stops_inside(&loops.orelse),
        Stmt::Match(matches) => matches.cases.iter().any(|case| stops_inside(&case.body)),
        _ => false,
    })
}

/// Whether it goes through what another function gives, which may be a generator.
fn delegates(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Expr(_) | Stmt::Assign(_) | Stmt::AnnAssign(_) => {
            yielded(statement).is_some_and(|(_, value)| value.is_yield_from_expr())
        }
        Stmt::If(branches) => {
            delegates(&branches.body) || branches.elif_else_clauses.iter().any(|clause| delegates(&clause.body))
        }
        Stmt::While(loops) => delegates(&loops.body) || delegates(&loops.orelse),
        Stmt::For(loops) => {
            loops.iter.is_call_expr() && yields(statement) || delegates(&loops.body) || delegates(&loops.orelse)
        }
        Stmt::Match(matches) => matches.cases.iter().any(|case| delegates(&case.body)),
        _ => false,
    })
}

/// Names in `all` that are not in `known`, in order.
fn without<'a>(all: &BTreeSet<&'a str>, known: &BTreeSet<&'a str>) -> Vec<&'a str> {
    all.difference(known).copied().collect()
}

fn start(node: &impl Ranged) -> usize {
    node.start().to_usize()
}

fn end(node: &impl Ranged) -> usize {
    node.end().to_usize()
}
