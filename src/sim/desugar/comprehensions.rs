//! Comprehensions and generator expressions over values that are asked for one by one, as calls with functions in them.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Comprehension, Expr, Stmt};
use ruff_text_size::Ranged;

use super::expressions::METHODS;
use super::iteration::{DRAINING, DRAINING_METHODS, PLAIN_METHODS};
use super::survey::Survey;
use super::{Pass, last_name, library, name};

impl<'a> Pass<'a> {
    /// `[...]`, `{...}` and `(...)` with `for` inside.
    pub fn comprehension(&mut self, expr: &'a Expr) {
        let start = expr.start().to_usize();
        let (each, values, all, opens, closes): (&[Comprehension], Vec<&Expr>, _, _, _) = match expr {
            Expr::ListComp(list) => (&list.generators, vec![list.elt.as_ref()], true, "_belt_all(", ")"),
            Expr::SetComp(set) => (&set.generators, vec![set.elt.as_ref()], true, "set(_belt_all(", "))"),
            Expr::DictComp(dict) => {
                let values = dict.key.iter().chain([&dict.value]).map(AsRef::as_ref).collect();
                (&dict.generators, values, true, "dict(_belt_all(", "))")
            }
            Expr::Generator(lazy) if self.eager.contains(&start) => {
                (&lazy.generators, vec![lazy.elt.as_ref()], true, "_belt_all(", ")")
            }
            Expr::Generator(lazy) => (&lazy.generators, vec![lazy.elt.as_ref()], false, "", ""),
            _ => return,
        };
        if !self.survey.lazy {
            return;
        }
        let inner = || values.iter().copied().chain(each.iter().flat_map(|each| &each.ifs));
        let observed = inner().chain(each.iter().skip(1).map(|each| &each.iter)).any(|expr| self.calls_out(expr));
        let plain = each.iter().all(|each| self.is_plain_source(&each.iter));
        // A name bound inside must be bound around.
        let binds = inner().any(|expr| contains(expr, &|expr| expr.is_named_expr()));
        if plain && (all || !observed) || binds {
            return;
        }
        if all && !observed {
            return self.drained(each.iter().map(|each| &each.iter));
        }
        let Some(lambdas) = (0..=each.len()).map(|count| lambda(&each[..count])).collect::<Option<Vec<_>>>() else {
            return;
        };
        self.need(library::GENERATORS);
        // What closes the values of a `for` that has no `if`, or else what its first `if` begins with.
        let closed = |level: usize| if level == 0 { ")".to_owned() } else { lambdas[level].1.clone() };
        let ended = |level: usize| match each[level].ifs.is_empty() {
            true => format!("{}, None", closed(level)),
            false => lambdas[level + 1].1.clone(),
        };
        let count = each.len();
        let head = format!("{opens}_belt_each({}", lambdas[count].0);
        let tail = format!("{}){closes}", ended(count - 1));
        let end = expr.end().to_usize();
        if matches!(expr, Expr::Generator(lazy) if !lazy.parenthesized) {
            self.edits.prefix(start, head);
            self.edits.suffix(end, tail);
        } else {
            self.edits.replace(start..start + 1, head);
            self.edits.replace(end - 1..end, tail);
        }
        if let (Expr::DictComp(_), [key, _]) = (expr, values.as_slice())
            && let Some(colon) = self.find(key.end().to_usize(), ":")
        {
            self.edits.replace(colon..colon + 1, ",");
        }
        for (level, clause) in each.iter().enumerate() {
            let Some(keyword) = self.find(clause.target.end().to_usize(), "in") else { return };
            let begins = match level {
                0 => format!("{}, (", lambdas[count].1),
                _ => format!("{}, {}", ended(level - 1), lambdas[level].0),
            };
            self.edits.replace(clause.start().to_usize()..keyword + "in".len(), begins);
            let mut from = clause.iter.end().to_usize();
            for (at, test) in clause.ifs.iter().enumerate() {
                let Some(keyword) = self.find(from, "if") else { return };
                let text = match at {
                    0 => format!("{}, {}", closed(level), lambdas[level + 1].0),
                    _ => ") and (".to_owned(),
                };
                self.edits.replace(keyword..keyword + "if".len(), text);
                from = test.end().to_usize();
            }
        }
    }

    /// Whether somebody outside may see when an expression is computed.
    fn calls_out(&self, expr: &Expr) -> bool {
        contains(expr, &|expr| {
            let Expr::Call(call) = expr else { return false };
            match call.func.as_ref() {
                Expr::Name(function) => {
                    let function = function.id.as_str();
                    let later = matches!(function, "next" | "map" | "filter" | "iter");
                    later || self.survey.functions.contains_key(function) || !crate::sim::dialect::is_built_in(function)
                }
                Expr::Attribute(method) => {
                    let method_name = method.attr.as_str();
                    let known = METHODS.contains(&method_name) || PLAIN_METHODS.contains(&method_name);
                    !known
                        || self.survey.functions.contains_key(method_name)
                        || contains(&method.value, &|expr| {
                            last_name(expr).is_some_and(|name| self.survey.objects.contains(name))
                        })
                }
                _ => true,
            }
        })
    }
}

/// `lambda` over what some `for`s bind, up to its value, and what comes after the value. `None` where that cannot be said.
fn lambda(each: &[Comprehension]) -> Option<(String, String)> {
    let mut bound: Vec<(&str, String)> = Vec::new();
    for (at, clause) in each.iter().enumerate() {
        let mut inner = Vec::new();
        paths(&clause.target, &format!("_belt_{at}"), &mut inner)?;
        // Of equal names the last one counts.
        bound.retain(|(known, _)| !inner.iter().any(|(name, _)| name == known));
        bound.extend(inner);
    }
    let names: Vec<&str> = bound.iter().map(|(name, _)| *name).collect();
    let paths: Vec<&str> = bound.iter().map(|(_, path)| path.as_str()).collect();
    if bound.len() == each.len() && each.iter().all(|clause| clause.target.is_name_expr()) {
        return Some((format!("lambda {}: (", names.join(", ")), ")".to_owned()));
    }
    let given: Vec<String> = (0..each.len()).map(|at| format!("_belt_{at}")).collect();
    let opens = format!("lambda {}: (lambda {}: (", given.join(", "), names.join(", "));
    Some((opens, format!("))({})", paths.join(", "))))
}

/// The names a target binds, with where in `value` each finds what.
fn paths<'a>(target: &'a Expr, value: &str, found: &mut Vec<(&'a str, String)>) -> Option<()> {
    match target {
        Expr::Name(name) => {
            found.retain(|(known, _)| *known != name.id.as_str());
            found.push((name.id.as_str(), value.to_owned()));
            Some(())
        }
        Expr::Tuple(tuple) => {
            tuple.elts.iter().enumerate().try_for_each(|(at, part)| paths(part, &format!("{value}[{at}]"), found))
        }
        _ => None,
    }
}

impl Pass<'_> {
    /// Whether a call of the world may happen in a block.
    pub fn may_call_the_world(&self, body: &[Stmt]) -> bool {
        let mut calls = Calls { survey: self.survey, found: false };
        if !self.survey.objects.is_empty() {
            calls.visit_body(body);
        }
        calls.found
    }
}

struct Calls<'s, 'a> {
    survey: &'s Survey<'a>,
    found: bool,
}

impl<'b> Visitor<'b> for Calls<'_, '_> {
    fn visit_expr(&mut self, expr: &'b Expr) {
        if let Expr::Call(call) = expr {
            let survey = self.survey;
            self.found |= match call.func.as_ref() {
                Expr::Name(function) => {
                    let function = function.id.as_str();
                    let known = survey.functions.contains_key(function) && !survey.decorated.contains(function);
                    let made = survey.classes.contains_key(function) || crate::sim::dialect::is_exception(function);
                    let own = known || made || crate::sim::dialect::is_built_in(function);
                    survey.worldly.contains(function) || !own
                }
                Expr::Attribute(method) => {
                    let known = survey.functions.contains_key(method.attr.as_str());
                    let of_module = name(&method.value).is_some_and(|module| survey.imports.contains(module));
                    let plain = METHODS.contains(&method.attr.as_str()) && !known;
                    let object = contains(&method.value, &|expr| {
                        last_name(expr).is_some_and(|name| survey.objects.contains(name))
                    });
                    object || survey.worldly.contains(method.attr.as_str()) || !(known || of_module || plain)
                }
                _ => true,
            };
        }
        visitor::walk_expr(self, expr);
    }
}

/// Whether some part of an expression, or all of it, is so.
fn contains(expr: &Expr, is: &dyn Fn(&Expr) -> bool) -> bool {
    struct Search<'s> {
        is: &'s dyn Fn(&Expr) -> bool,
        found: bool,
    }
    impl<'b> Visitor<'b> for Search<'_> {
        fn visit_expr(&mut self, expr: &'b Expr) {
            self.found |= (self.is)(expr);
            if !self.found {
                visitor::walk_expr(self, expr);
            }
        }
    }
    let mut search = Search { is, found: false };
    search.visit_expr(expr);
    search.found
}

/// Whether code goes through values in a way that shows when each is computed: generator expressions and the like that call
/// the world, and classes that can be gone through.
pub fn wants_laziness(survey: &Survey, body: &[ruff_python_ast::Stmt]) -> bool {
    let classes = survey.operators.contains("__next__") || survey.operators.contains("__iter__");
    let mut wants = Wants { survey, lazy: classes };
    wants.visit_body(body);
    wants.lazy
}

struct Wants<'s, 'a> {
    survey: &'s Survey<'a>,
    lazy: bool,
}

impl Wants<'_, '_> {
    fn is_worldly(&self, expr: &Expr) -> bool {
        contains(expr, &|expr| {
            let mentioned = match expr {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                _ => return false,
            };
            self.survey.objects.contains(mentioned) || self.survey.worldly.contains(mentioned)
        })
    }
}

impl<'b> Visitor<'b> for Wants<'_, '_> {
    fn visit_expr(&mut self, expr: &'b Expr) {
        match expr {
            Expr::Generator(each) => {
                let mut inner =
                    std::iter::once(each.elt.as_ref()).chain(each.generators.iter().flat_map(|each| &each.ifs));
                self.lazy |= inner.any(|expr| self.is_worldly(expr));
            }
            Expr::Call(call) => {
                let function = last_name(&call.func).unwrap_or_default();
                let args = &call.arguments.args;
                let drains = match call.func.as_ref() {
                    Expr::Name(_) => DRAINING.contains(&function),
                    _ => DRAINING_METHODS.contains(&function),
                };
                self.lazy |= match function {
                    "map" | "filter" | "takewhile" | "dropwhile" | "starmap" => {
                        args.first().is_some_and(|first| self.is_worldly(first))
                    }
                    "iter" => args.len() == 2,
                    "tee" => true,
                    _ => false,
                };
                if drains && let [only] = &**args {
                    match only {
                        // All at once, as the interpreter does it.
                        Expr::Generator(_) => return visitor::walk_expr(self, only),
                        Expr::Call(inner) if matches!(name(&inner.func), Some("map" | "filter")) => {
                            return inner.arguments.args.iter().for_each(|arg| self.visit_expr(arg));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_stmt(&mut self, statement: &'b ruff_python_ast::Stmt) {
        // `for x in iter(function, end)` has its own way.
        if let ruff_python_ast::Stmt::For(loops) = statement
            && let Expr::Call(call) = loops.iter.as_ref()
            && name(&call.func) == Some("iter")
        {
            call.arguments.args.iter().for_each(|arg| self.visit_expr(arg));
            self.visit_body(&loops.body);
            return self.visit_body(&loops.orelse);
        }
        visitor::walk_stmt(self, statement);
    }
}
