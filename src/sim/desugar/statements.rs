//! Statements: what each needs, and the walk into those around it.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{ExceptHandler, Expr, InterpolatedStringElement, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::survey::Kind;
use super::{Function, Pass, last_name, library, name, span};

impl<'a> Visitor<'a> for Pass<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::ClassDef(class) => {
                if self.class_statement(statement, class) {
                    return;
                }
                self.class_body(class);
                self.asking(statement, class.name.as_str());
                let around = (self.class.replace(class.name.as_str()), self.function.take());
                visitor::walk_stmt(self, statement);
                (self.class, self.function) = around;
                return;
            }
            Stmt::FunctionDef(function) => {
                let entered = self.enter(statement, function);
                let around = (self.function.replace(entered), std::mem::take(&mut self.loops));
                // A function inside a method is a function of no class, but `super()` works in it.
                visitor::walk_stmt(self, statement);
                (self.function, self.loops) = around;
                return;
            }
            // `type Pair = tuple[int, int]` says nothing to the interpreter.
            Stmt::TypeAlias(alias) => {
                let text = format!("{} = None", self.text(alias.name.as_ref()));
                return self.edits.replace(span(&statement), text);
            }
            Stmt::Break(_) | Stmt::Return(_) => self.leaving(statement),
            Stmt::If(branches) => {
                if self.is_main(&branches.test) {
                    self.edits.replace(span(branches.test.as_ref()), "False");
                }
                self.condition(&branches.test);
                for clause in &branches.elif_else_clauses {
                    if let Some(test) = &clause.test {
                        self.condition(test);
                    }
                }
            }
            Stmt::While(loops) => {
                self.condition(&loops.test);
                self.loops.push(None);
                visitor::walk_stmt(self, statement);
                self.loops.pop();
                return;
            }
            Stmt::Raise(raise) => self.raise(raise),
            Stmt::Try(tries) => {
                let worldly = self.may_call_the_world(&tries.body);
                for ExceptHandler::ExceptHandler(handler) in &tries.handlers {
                    let asked = worldly || self.survey.has_rich_exceptions();
                    if let Some(kinds) = handler.type_.as_deref().filter(|_| asked) {
                        self.kinds(kinds);
                    }
                    self.handler(handler);
                }
            }
            // It must be known after a trip through the world, too, so it is a text that nobody writes.
            Stmt::Assign(assign) if self.is_outermost() && super::members::sentinel(statement).is_some() => {
                let name = super::members::sentinel(statement).unwrap_or_default();
                return self.edits.replace(span(assign.value.as_ref()), format!("\"<object {name}>\""));
            }
            Stmt::Assign(assign) => {
                if let [Expr::Attribute(attribute)] = assign.targets.as_slice()
                    && matches!(attribute.attr.as_str(), "__doc__" | "__qualname__")
                {
                    let range = span(&statement);
                    self.edits.replace(range, "pass");
                    return;
                }
                if let [target] = assign.targets.as_slice() {
                    if matches!(target, Expr::Tuple(_) | Expr::List(_)) {
                        self.drained(std::iter::once(assign.value.as_ref()));
                    }
                    self.store(statement, target);
                } else {
                    self.stores(statement, assign);
                }
            }
            Stmt::AugAssign(assign) => self.augmented(statement, assign),
            Stmt::Assert(assert) => self.assertion(statement, assert),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    self.delete(statement, target, delete.targets.len());
                }
            }
            Stmt::Import(import) if import.names.iter().any(|alias| alias.name.as_str() == "decimal") => {
                self.need(library::DECIMAL);
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    let name = alias.name.as_str();
                    let stands = crate::sim::dialect::extra(module, name).map(|(stands, _)| stands);
                    match (module, name) {
                        ("decimal", _) => self.need(library::DECIMAL),
                        _ => stands.and_then(library::defining).into_iter().for_each(|part| self.need(part)),
                    }
                }
            }
            Stmt::For(loops) => {
                let closes = if self.until(loops) { None } else { self.each(statement, loops) };
                self.expression(&loops.target);
                self.expression(&loops.iter);
                self.loops.push(closes);
                self.visit_body(&loops.body);
                self.loops.pop();
                return self.visit_body(&loops.orelse);
            }
            Stmt::With(with) => self.suppress(statement, with),
            Stmt::Match(matches) => self.match_statement(matches),
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.expression(expr);
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        if let InterpolatedStringElement::Interpolation(part) = element {
            self.interpolation(part);
        }
        visitor::walk_interpolated_string_element(self, element);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        // What it catches is said in `kinds`.
        let ExceptHandler::ExceptHandler(handler) = handler;
        self.visit_body(&handler.body);
    }

    /// Annotations say nothing to the interpreter.
    fn visit_annotation(&mut self, _: &'a Expr) {}
}

impl<'a> Pass<'a> {
    fn is_outermost(&self) -> bool {
        self.class.is_none() && self.function.is_none()
    }

    /// `__name__ == "__main__"`: a design is called, not started.
    fn is_main(&self, test: &Expr) -> bool {
        let text = self.text(test);
        test.is_compare_expr() && text.contains("__name__") && text.contains("__main__")
    }

    fn enter(&mut self, statement: &Stmt, function: &'a StmtFunctionDef) -> Function<'a> {
        let mut parameters = function.parameters.posonlyargs.iter().chain(&function.parameters.args);
        let first = parameters.next().map(|parameter| parameter.parameter.name.as_str());
        self.decorated(statement, function);
        self.maker(function);
        self.holding(function);
        if matches!(function.name.as_str(), "__exit__" | "__aexit__") {
            self.exit(function);
        }
        // The machine of a generator stands inside its function and is no function to the code.
        let around = self.function.filter(|_| function.name.as_str() == "_belt_step");
        Function { first: around.map_or(first, |around| around.first) }
    }

    /// Decorators of methods: what they mean is said where the method is used.
    fn decorated(&mut self, statement: &Stmt, function: &'a StmtFunctionDef) {
        let is_method = self.class.is_some() && self.function.is_none();
        let mut applied = Vec::new();
        for decorator in &function.decorator_list {
            let range = span(&decorator.range);
            let method = function.name.as_str();
            match &decorator.expression {
                Expr::Attribute(attribute) if attribute.attr.as_str() == "setter" => {
                    self.edits.replace(range, "");
                    self.edits.prefix(function.name.start().to_usize(), "_belt_set_");
                }
                Expr::Attribute(attribute) if attribute.attr.as_str() == "deleter" => {
                    self.edits.replace(range, "");
                    self.edits.prefix(function.name.start().to_usize(), "_belt_del_");
                }
                other if self.registers(function, other) => {}
                other => match last_name(other) {
                    Some("property" | "cached_property") => {
                        self.edits.replace(range, "");
                        self.edits.prefix(function.name.start().to_usize(), "_belt_get_");
                    }
                    Some("classmethod" | "staticmethod") if self.is_bound_by_name(method) => {
                        self.edits.replace(range, "");
                    }
                    Some("classmethod" | "staticmethod" | "abstractmethod" | "override" | "contextmanager") => {}
                    // The interpreter has none on methods, but takes the same said after them.
                    _ if is_method => {
                        applied.push(format!("{method} = {}({method})", self.text(&decorator.expression)));
                        self.edits.replace(range, "");
                    }
                    // An instance, which is what it makes of functions.
                    _ if self.survey.operators.contains("__call__") && self.may_be_an_object(other) => {
                        self.need(library::OPERATORS);
                        self.wrap(other, "_belt_callee");
                    }
                    _ => {}
                },
            }
        }
        applied.reverse();
        self.after(statement, &applied);
    }

    /// `@show.register` and `@show.register(T)` of a function that chooses by type.
    fn registers(&mut self, function: &'a StmtFunctionDef, decorator: &'a Expr) -> bool {
        let (callee, given) = match decorator {
            Expr::Call(call) => (call.func.as_ref(), call.arguments.args.first()),
            other => (other, None),
        };
        let Expr::Attribute(register) = callee else { return false };
        let Some(chooser) = name(&register.value).filter(|chooser| self.survey.choosers.contains(chooser)) else {
            return false;
        };
        let first = function.parameters.args.first().and_then(|first| first.parameter.annotation.as_deref());
        let Some(kind) = given.or(first).filter(|_| register.attr.as_str() == "register") else { return false };
        self.need(library::CLASSES);
        self.edits.replace(span(&decorator), format!("_belt_registered({chooser}, {})", self.text(kind)));
        true
    }

    /// Whether every method of this name is a class method, or every one a static one.
    pub fn is_bound_by_name(&self, method: &str) -> bool {
        let survey = self.survey;
        (survey.class_methods.contains(method) || survey.static_methods.contains(method))
            && survey.functions.get(method) == Some(&1)
    }

    /// `for x in iter(function, end):` asks before each round, as a `while` does.
    fn until(&mut self, loops: &'a ruff_python_ast::StmtFor) -> bool {
        let (Expr::Call(call), Some(target)) = (loops.iter.as_ref(), name(&loops.target)) else { return false };
        let [function, end] = &*call.arguments.args else { return false };
        if Self::called(call) != Some("iter") {
            return false;
        }
        let start = loops.range.start().to_usize();
        self.edits.replace(start..function.start().to_usize(), format!("while ({target} := ("));
        self.edits.replace(function.end().to_usize()..end.start().to_usize(), ")()) != (");
        self.edits.suffix(call.range().end().to_usize(), "");
        true
    }

    /// `assert x, message`: the interpreter adds the line to the message.
    fn assertion(&mut self, statement: &Stmt, assert: &'a ruff_python_ast::StmtAssert) {
        if assert.msg.is_none() {
            return;
        }
        let start = statement.start().to_usize();
        let Some(comma) = self.find(assert.test.end().to_usize(), ",") else { return };
        self.edits.replace(start..start + "assert".len(), "if not (");
        self.edits.replace(comma..comma + 1, "): raise AssertionError(str(");
        self.edits.suffix(statement.end().to_usize(), "))");
    }

    /// `with suppress(E):` as `try` and `except E`.
    fn suppress(&mut self, statement: &Stmt, with: &'a ruff_python_ast::StmtWith) {
        let suppresses = |call: &&ruff_python_ast::ExprCall| {
            last_name(&call.func) == Some("suppress") && self.survey.imports.contains("contextlib")
        };
        let calls = with.items.iter().filter_map(|item| item.context_expr.as_call_expr());
        let calls: Vec<_> = calls.filter(suppresses).collect();
        let ([item], [call]) = (with.items.as_slice(), calls.as_slice()) else {
            // Between others it is a manager like them.
            for call in calls {
                self.need(library::EXCEPTIONS);
                self.edits.replace(span(call.func.as_ref()), "_belt_suppress");
            }
            return;
        };
        let Some(colon) = self.find(item.end().to_usize(), ":") else { return };
        let types: Vec<&str> = call.arguments.args.iter().map(|arg| self.text(arg)).collect();
        self.edits.replace(statement.start().to_usize()..colon, "try");
        self.after(statement, &[format!("except ({},): pass", types.join(", "))]);
    }

    /// Data classes, named tuples and typed dicts; inheritance. `true` when nothing inside is left to visit.
    fn class_statement(&mut self, statement: &'a Stmt, class: &'a ruff_python_ast::StmtClassDef) -> bool {
        let class_name = class.name.as_str();
        for decorator in &class.decorator_list {
            // The other comparisons follow from one wherever they are made.
            if last_name(&decorator.expression) == Some("total_ordering") {
                self.edits.replace(span(&decorator.range), "");
            }
        }
        match self.survey.kind(class_name) {
            Some(Kind::Dataclass) if self.survey.lowers_dataclasses => {
                self.inherit(statement, class);
                self.dataclass(class);
            }
            Some(Kind::Plain | Kind::Dataclass) => self.inherit(statement, class),
            Some(Kind::Exception { rich: true }) => self.rich_exception(statement, class),
            Some(Kind::NamedTuple) => {
                let plain = |inner: &Stmt| matches!(inner, Stmt::AnnAssign(_) | Stmt::Expr(_) | Stmt::Pass(_));
                if class.body.iter().all(plain) {
                    let making = self.named_tuple(class);
                    self.edits.replace(span(&statement), making);
                    return true;
                }
                self.tuple_with_methods(statement, class);
            }
            Some(Kind::Value) => return self.value_class(statement, class),
            Some(Kind::TypedDict) => {
                let range = span(&statement);
                self.edits.replace(range, format!("{class_name} = dict"));
                return true;
            }
            Some(Kind::Enum | Kind::Exception { rich: false } | Kind::Strange) | None => {}
        }
        false
    }

    /// The name of a call's function, if it is a plain one.
    pub fn called(call: &ruff_python_ast::ExprCall) -> Option<&str> {
        name(&call.func)
    }
}
