//! Exceptions with fields. The interpreter's own hold one text; so each of the learner's gets a plain class beside it that
//! holds the fields, kept under its text, and a handler gets that object in place of the interpreter's.

use ruff_python_ast::{
    ConversionFlag, ExceptHandlerExceptHandler, Expr, ExprCall, InterpolatedElement, Stmt, StmtClassDef,
    StmtFunctionDef, StmtRaise,
};
use ruff_text_size::Ranged;

use super::survey::Kind;
use super::{Pass, indent_at, last_name, library, name, span};

/// Types of Python's own from which some derive that stand for the world's errors.
const DOUBTFUL: [&str; 4] = ["ValueError", "AttributeError", "ImportError", "ArithmeticError"];

impl<'a> Pass<'a> {
    pub fn rich_exception(&mut self, statement: &Stmt, class: &'a StmtClassDef) {
        let name = class.name.as_str();
        let Some(arguments) = &class.arguments else { return };
        let Some(indent) = self.indent(statement) else { return };
        self.need(library::EXCEPTIONS);
        let start = class.range.start().to_usize();
        let Some(colon) = self.find(arguments.range.end().to_usize(), ":") else { return };
        let header = self.source[start..colon].to_owned();
        self.edits.replace(start..colon, format!("{header}: pass\n{indent}class _belt_of_{name}"));
        let mut lines = self.inherited(name, &format!("_belt_of_{name}"), |base| format!("_belt_of_{base}"));
        let defined: Vec<&str> = self
            .survey
            .ancestry(name)
            .into_iter()
            .filter_map(|ancestor| self.survey.classes.get(ancestor))
            .flat_map(|class| class.own.iter().copied())
            .collect();
        for member in ["__init__", "__str__", "__repr__", "args", "__cause__", "_belt_raised"] {
            if !defined.contains(&member) {
                lines.push(format!("_belt_of_{name}.{member} = _belt_exception.{member}"));
            }
        }
        let ancestry = self.survey.ancestry(name).into_iter().skip(1).filter(|class| self.survey.is_rich(class));
        let bases: String = ancestry.map(|class| format!("_belt_of_{class}, ")).collect();
        lines.push(format!("_belt_of_{name}._belt_stands = {name}"));
        lines.push(format!("_belt_of_{name}._belt_bases = ({bases})"));
        self.after(statement, &lines);
    }

    /// `E(...)`: the interpreter's exception, holding the text of the object with the fields.
    pub fn exception_call(&mut self, call: &'a ExprCall) {
        let Some(class) = Self::called(call).filter(|name| self.survey.is_rich(name)) else { return };
        let func = span(call.func.as_ref());
        if !self.raised.contains(&(call.start().to_usize(), call.end().to_usize())) {
            // A value like any other, until it is raised.
            return self.edits.replace(func, format!("_belt_of_{class}"));
        }
        self.edits.replace(func, format!("{class}(_belt_keep(_belt_of_{class}"));
        self.edits.suffix(call.range().end().to_usize(), "))");
    }

    pub fn raise(&mut self, raise: &'a StmtRaise) {
        let Some(exc) = raise.exc.as_deref() else { return };
        let cause = raise.cause.as_deref().filter(|cause| name(cause).is_some());
        if let Some(cause) = cause.filter(|_| self.survey.asks_causes) {
            self.need(library::EXCEPTIONS);
            self.edits.prefix(exc.start().to_usize(), "_belt_caused(");
            self.edits.suffix(exc.end().to_usize(), format!(", {})", self.text(cause)));
        }
        if !self.survey.has_rich_exceptions() {
            return;
        }
        self.raised.insert((exc.start().to_usize(), exc.end().to_usize()));
        match name(exc) {
            Some(class) if self.survey.is_rich(class) => {
                let range = span(&exc);
                self.edits.replace(range, format!("{class}(_belt_keep(_belt_of_{class}()))"));
            }
            Some(other) if self.survey.kind(other).is_none() && !crate::sim::dialect::is_exception(other) => {
                self.wrap(exc, "_belt_raisable");
            }
            // `raise ERRORS[status](text)`, where the class has no name.
            None if !exc
                .as_call_expr()
                .and_then(Self::called)
                .is_some_and(|name| self.survey.kind(name).is_some() || crate::sim::dialect::is_exception(name)) =>
            {
                self.wrap(exc, "_belt_raisable");
            }
            _ => {}
        }
        if let Some(cause) = cause {
            self.wrap(cause, "_belt_raisable");
        }
    }

    /// `__exit__` gets the object with the fields.
    pub fn exit(&mut self, function: &'a StmtFunctionDef) {
        let mut parameters = function.parameters.posonlyargs.iter().chain(&function.parameters.args);
        let raised = parameters.nth(2).map(|parameter| parameter.parameter.name.as_str());
        if let Some(raised) = raised.filter(|_| self.class.is_some() && self.survey.has_rich_exceptions()) {
            self.need(library::EXCEPTIONS);
            let kind = function.parameters.args.get(1).map(|kind| kind.parameter.name.as_str());
            let kind = kind.map_or(String::new(), |kind| format!("; {kind} = {raised} and _belt_type({raised})"));
            self.before_first(&function.body, &format!("{raised} = _belt_known({raised}){kind}"));
        }
    }

    /// `type(e)` where it is compared with exceptions: the interpreter's type of one is not its class.
    pub fn exception_type(&mut self, sides: &[&Expr]) {
        let survey = self.survey;
        let exception = |expr: &Expr| {
            super::last_name(expr).is_some_and(|name| {
                crate::sim::dialect::is_exception(name) || matches!(survey.kind(name), Some(Kind::Exception { .. }))
            })
        };
        let any = |side: &&Expr| match side {
            Expr::Tuple(tuple) => tuple.elts.iter().any(exception),
            other => exception(other),
        };
        if !sides.iter().any(any) {
            return;
        }
        for side in sides {
            if let Expr::Call(call) = side
                && Self::called(call) == Some("type")
            {
                self.need(library::EXCEPTIONS);
                self.edits.replace(span(call.func.as_ref()), "_belt_type");
            }
        }
    }

    /// `except E as e:` puts the object with the fields into `e`.
    pub fn handler(&mut self, handler: &'a ExceptHandlerExceptHandler) {
        let Some(bound) = handler.name.as_ref().filter(|_| self.survey.has_rich_exceptions()) else { return };
        let Some(first) = handler.body.first() else { return };
        let glue = indent_at(self.source, first.start().to_usize());
        let glue = glue.map_or("; ".to_owned(), |indent| format!("\n{indent}"));
        self.edits.prefix(first.start().to_usize(), format!("{bound} = _belt_known({bound}){glue}"));
    }

    /// Types of Python's own in an `except` do not mean the world's errors, some of which derive from them here.
    pub fn kinds(&mut self, kinds: &'a Expr) {
        let all: &[Expr] = match kinds {
            Expr::Tuple(tuple) => &tuple.elts,
            one => std::slice::from_ref(one),
        };
        for kind in all {
            if matches!(name(kind), Some("OSError" | "IOError" | "EnvironmentError")) {
                self.need(library::EXCEPTIONS);
                let instead = if matches!(kinds, Expr::Tuple(_)) { "*_belt_os_error" } else { "_belt_os_error" };
                self.edits.replace(span(&kind), instead);
            }
        }
        if self.these(kinds, all) {
            return;
        }
        if !all.iter().any(|kind| name(kind).is_some_and(|kind| DOUBTFUL.contains(&kind))) {
            return;
        }
        self.need(library::EXCEPTIONS);
        match kinds {
            Expr::Tuple(_) => self.edits.prefix(kinds.start().to_usize(), "_belt_caught"),
            _ => self.wrap(kinds, "_belt_caught"),
        }
    }

    /// Where there are more exceptions than types that could stand for them, each is known by its object; so are those that
    /// a variable holds.
    fn these(&mut self, kinds: &'a Expr, all: &'a [Expr]) -> bool {
        let survey = self.survey;
        let is_own = |kind: &&Expr| name(kind).is_some_and(|kind| survey.is_rich(kind));
        let is_known = |kind: &Expr| {
            last_name(kind).is_some_and(|kind| survey.kind(kind).is_some() || crate::sim::dialect::is_exception(kind))
        };
        let (own, others): (Vec<&Expr>, Vec<&Expr>) = all.iter().partition(is_own);
        let held = survey.has_rich_exceptions() && !others.iter().all(|kind| is_known(kind));
        if !(held || survey.many_exceptions && !own.is_empty()) {
            return false;
        }
        self.need(library::EXCEPTIONS);
        let families = own.iter().filter_map(|kind| name(kind)).flat_map(|kind| {
            std::iter::once(kind).chain(survey.derived(kind)).map(|kind| format!("_belt_of_{kind}, "))
        });
        let others: String = others
            .iter()
            .map(|kind| match self.text(*kind) {
                "OSError" | "IOError" | "EnvironmentError" => ", _belt_os_error".to_owned(),
                kind => format!(", {kind}"),
            })
            .collect();
        let text = format!("_belt_these(({}){others})", families.collect::<String>());
        self.edits.replace(span(&kinds), text);
        true
    }

    /// `repr(e)` and the like, in the world's names.
    pub fn shown(&mut self, value: &Expr) -> bool {
        let may_hold = matches!(value, Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_));
        let shows = may_hold && !self.survey.caught.is_empty();
        if shows {
            self.need(library::CLASSES);
        }
        shows
    }

    /// `{e!r}`, and `{x.y=}`, which shows the text that was written.
    pub fn interpolation(&mut self, part: &'a InterpolatedElement) {
        let value = part.expression.as_ref();
        let (start, end) = (value.start().to_usize(), value.end().to_usize());
        if let Some(shown) = &part.debug_text {
            if value.is_name_expr() {
                return;
            }
            let text = format!("{}{}{}", shown.leading(), self.text(value), shown.trailing());
            self.edits.prefix(part.range.start().to_usize(), text.replace('{', "{{").replace('}', "}}"));
            let until = end + shown.trailing().len();
            let shows = part.conversion.is_none() && part.format_spec.is_none();
            self.edits.replace(end..until, if shows { "!r" } else { "" });
        } else if part.conversion == ConversionFlag::Repr && self.shown(value) {
            let Some(mark) = self.find(end, "!r") else { return };
            self.edits.prefix(start, "_belt_repr(");
            self.edits.replace(end..mark + 2, ")");
        }
    }

    /// Fields of an exception's class itself: `E.status`.
    pub fn exception_field(&mut self, value: &Expr) {
        if let Some(class) = name(value).filter(|name| self.survey.is_rich(name)) {
            self.edits.replace(span(&value), format!("_belt_of_{class}"));
        }
    }
}
