//! Statements with a `yield` inside, as states.

use std::ops::Range;

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtFor, StmtIf, StmtMatch, StmtTry, StmtWhile, StmtWith};

use super::machine::{Label, Loop, Machine, mark};
use super::{end, start, yielded, yields, yields_any};
use crate::sim::desugar::{last_name, span};

impl Machine<'_> {
    pub(super) fn block(&mut self, body: &[Stmt]) {
        for statement in body {
            if !yields(statement) {
                self.opaque(statement);
                continue;
            }
            self.line = self.source.line(start(statement));
            if let Some((target, value)) = yielded(statement) {
                self.stop(target, value);
                continue;
            }
            match statement {
                Stmt::If(branches) => self.branches(branches),
                Stmt::While(loops) => self.while_loop(loops),
                Stmt::For(loops) => self.for_loop(loops),
                Stmt::Try(tries) => self.tries(tries),
                Stmt::With(with) => self.with(with, 0),
                Stmt::Match(matches) => self.matches(matches),
                // Found out before.
                _ => self.opaque(statement),
            }
        }
    }

    fn stop(&mut self, target: Option<&Expr>, value: &Expr) {
        if let Expr::YieldFrom(from) = value {
            return self.stop_for_all(target, span(from.value.as_ref()));
        }
        let next = self.label();
        self.say(self.stop_at(next));
        match value.as_yield_expr().and_then(|value| value.value.as_deref()) {
            Some(value) => self.around("return (", span(value), ")"),
            None => self.say("return None"),
        }
        self.place(next);
        if self.throws {
            let open: String = self.loops.iter().filter_map(|it| Some(format!(", {}", it.closes.as_ref()?))).collect();
            match open.as_str() {
                "" => self.say("if _belt_thrown is not None: raise _belt_thrown"),
                open => self.say(format!("if _belt_thrown is not None: raise _belt_leaving(_belt_thrown{open})")),
            }
        }
        if let Some(target) = target {
            self.around("", span(target), " = _belt_sent");
        }
    }

    fn stop_for_all(&mut self, target: Option<&Expr>, values: Range<usize>) {
        let (it, item, sent) = (self.slot("it"), self.slot("item"), self.slot("sent"));
        let (ask, again, after) = (self.label(), self.label(), self.label());
        self.around(&format!("{it} = _belt_iter("), values, ")");
        self.say(format!("{sent} = None"));
        self.goto(ask);
        self.place(ask);
        self.say(format!("{item} = {it}._belt_pull({sent})"));
        self.say(format!("if {item} is _belt_end: {}", self.jump(after)));
        self.say(self.stop_at(again));
        self.say(format!("return {item}"));
        self.place(again);
        if self.throws {
            self.say("if _belt_thrown is not None:");
            self.inside(|m| {
                m.say(format!("{item} = {it}._belt_throw(_belt_thrown)"));
                m.say(format!("if {item} is _belt_end: {}", m.jump(after)));
                m.say(m.stop_at(again));
                m.say(format!("return {item}"));
            });
        }
        self.say(format!("{sent} = _belt_sent"));
        self.say(self.jump(ask));
        self.place(after);
        match target {
            Some(target) => self.around("", span(target), &format!(" = {it}.result")),
            None => self.say("pass"),
        }
    }

    fn branches(&mut self, branches: &StmtIf) {
        let after = self.label();
        let mut arms: Vec<(Label, &[Stmt])> = Vec::new();
        let then = self.label();
        self.around("if (", span(branches.test.as_ref()), "):");
        self.inside(|m| m.goto(then));
        arms.push((then, &branches.body));
        let mut complete = false;
        for clause in &branches.elif_else_clauses {
            let label = self.label();
            match &clause.test {
                Some(test) => self.around("elif (", span(test), "):"),
                None => {
                    complete = true;
                    self.say("else:");
                }
            }
            self.inside(|m| m.goto(label));
            arms.push((label, &clause.body));
        }
        if !complete {
            self.say("else:");
            self.inside(|m| m.goto(after));
        }
        self.arms(&arms, after);
    }

    fn matches(&mut self, matches: &StmtMatch) {
        let after = self.label();
        let mut arms: Vec<(Label, &[Stmt])> = Vec::new();
        self.goto(after);
        self.around("match ", span(matches.subject.as_ref()), ":");
        for case in &matches.cases {
            let label = self.label();
            let until = case.guard.as_deref().map_or(end(&case.pattern), end);
            self.inside(|m| {
                m.around("case ", start(&case.pattern)..until, ":");
                m.inside(|m| m.goto(label));
            });
            arms.push((label, &case.body));
        }
        self.arms(&arms, after);
    }

    fn arms(&mut self, arms: &[(Label, &[Stmt])], after: Label) {
        for (label, body) in arms {
            self.place(*label);
            self.block(body);
            self.goto(after);
        }
        self.place(after);
    }

    fn while_loop(&mut self, loops: &StmtWhile) {
        let (next, after) = (self.label(), self.label());
        let exhausted = if loops.orelse.is_empty() { after } else { self.label() };
        self.goto(next);
        self.place(next);
        if !matches!(loops.test.as_ref(), Expr::BooleanLiteral(literal) if literal.value) {
            let leave = format!("): {}", self.jump(exhausted));
            self.around("if not (", span(loops.test.as_ref()), &leave);
        }
        self.repeated(&loops.body, Loop { next, after, closes: None });
        self.exhausted(&loops.orelse, exhausted, after);
    }

    fn for_loop(&mut self, loops: &StmtFor) {
        let (it, item) = (self.slot("it"), self.slot("item"));
        let (next, after) = (self.label(), self.label());
        let exhausted = if loops.orelse.is_empty() { after } else { self.label() };
        self.around(&format!("{it} = _belt_iter("), span(loops.iter.as_ref()), ")");
        self.goto(next);
        self.place(next);
        self.say(format!("{item} = {it}._belt_pull()"));
        self.say(format!("if {item} is _belt_end: {}", self.jump(exhausted)));
        self.around("", span(loops.target.as_ref()), &format!(" = {item}"));
        let closes = loops.iter.is_call_expr().then_some(it);
        self.repeated(&loops.body, Loop { next, after, closes });
        self.exhausted(&loops.orelse, exhausted, after);
    }

    fn repeated(&mut self, body: &[Stmt], around: Loop) {
        let next = around.next;
        self.loops.push(around);
        self.block(body);
        self.loops.pop();
        self.say(self.jump(next));
    }

    fn exhausted(&mut self, orelse: &[Stmt], exhausted: Label, after: Label) {
        if !orelse.is_empty() {
            self.place(exhausted);
            self.block(orelse);
            self.goto(after);
        }
        self.place(after);
        self.say("pass");
    }

    fn tries(&mut self, tries: &StmtTry) {
        let after = self.label();
        if tries.finalbody.is_empty() {
            self.handled(tries, after);
        } else {
            let first = self.label();
            self.goto(first);
            let past = self.region(first, |m| m.handled(tries, after));
            self.say("finally:");
            self.inside(|m| {
                m.say(format!("if not {} <= _belt_stay < {}:", mark(first), mark(past)));
                m.inside(|m| tries.finalbody.iter().for_each(|statement| m.opaque(statement)));
            });
        }
        self.place(after);
        self.say("pass");
    }

    /// A `try` without its `finally`.
    fn handled(&mut self, tries: &StmtTry, after: Label) {
        if tries.handlers.is_empty() {
            self.block(&tries.body);
            return self.goto(after);
        }
        let (first, otherwise) = (self.label(), self.label());
        let then = if tries.orelse.is_empty() { after } else { otherwise };
        self.goto(first);
        self.region(first, |m| {
            m.block(&tries.body);
            m.goto(then);
        });
        let mut later = Vec::new();
        for ExceptHandler::ExceptHandler(handler) in &tries.handlers {
            let stops = yields_any(&handler.body);
            let name = if stops { Some("_belt_error") } else { handler.name.as_ref().map(|name| name.as_str()) };
            let bound = name.map_or(":".to_owned(), |name| format!(" as {name}:"));
            self.line = self.source.line(start(handler));
            match handler.type_.as_deref() {
                Some(kind) => self.around("except ", span(kind), &bound),
                None if stops => self.say("except BaseException as _belt_error:"),
                None => self.say("except:"),
            }
            if !stops {
                self.caught.push(String::new());
                self.inside(|m| {
                    handler.body.iter().for_each(|statement| m.opaque(statement));
                    m.goto(after);
                });
                self.caught.pop();
                continue;
            }
            let (caught, label) = (self.slot("caught"), self.label());
            self.inside(|m| {
                m.say(format!("{caught} = _belt_error"));
                if let Some(name) = &handler.name {
                    m.say(format!("{name} = _belt_error"));
                }
                m.goto(label);
            });
            later.push((caught, label, &handler.body));
        }
        for (caught, label, body) in later {
            self.place(label);
            self.caught.push(caught);
            self.block(body);
            self.caught.pop();
            self.goto(after);
        }
        if !tries.orelse.is_empty() {
            self.place(otherwise);
            self.block(&tries.orelse);
            self.goto(after);
        }
    }

    /// `with` from its item `at` on.
    fn with(&mut self, with: &StmtWith, at: usize) {
        let Some(item) = with.items.get(at) else { return self.block(&with.body) };
        let (first, after) = (self.label(), self.label());
        let expr = &item.context_expr;
        let ignored = expr.as_call_expr().filter(|call| last_name(&call.func) == Some("suppress"));
        if let Some(call) = ignored {
            self.goto(first);
            self.region(first, |m| {
                m.with(with, at + 1);
                m.goto(after);
            });
            let range = call.arguments.range.start().to_usize() + 1..end(&call.arguments) - 1;
            self.around("except (", range, ",):");
            self.inside(|m| m.goto(after));
        } else {
            let (manager, failed) = (self.slot("with"), self.slot("failed"));
            self.around(&format!("{manager} = ("), span(expr), ")");
            match item.optional_vars.as_deref() {
                Some(target) => self.around("", span(target), &format!(" = {manager}.__enter__()")),
                None => self.say(format!("{manager}.__enter__()")),
            }
            self.say(format!("{failed} = False"));
            self.goto(first);
            let past = self.region(first, |m| {
                m.with(with, at + 1);
                m.goto(after);
            });
            self.say("except BaseException as _belt_error:");
            self.inside(|m| {
                m.say(format!("{failed} = True"));
                m.goto(after);
                m.say(format!("if not {manager}.__exit__(_belt_type(_belt_error), _belt_error, None): raise"));
            });
            self.say("finally:");
            self.inside(|m| {
                let (first, past) = (mark(first), mark(past));
                m.say(format!("if not {failed} and not {first} <= _belt_stay < {past}:"));
                m.inside(|m| m.say(format!("{manager}.__exit__(None, None, None)")));
            });
        }
        self.place(after);
        self.say("pass");
    }
}
