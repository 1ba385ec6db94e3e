//! Objects that are asked for attributes they do not have (`__getattr__`), or told of those they get (`__setattr__`). What the
//! code calls on anything is a method of such a class that asks; what it only reads is read by a function.

use ruff_python_ast::{Expr, ExprAttribute, ExprCall, Stmt};
use ruff_text_size::Ranged;

use super::survey::{Kind, Survey};
use super::{Pass, library, name, span};

impl<'a> Survey<'a> {
    pub fn asks(&self) -> bool {
        self.has_method("__getattr__")
    }

    /// Whether some plain class has a method, however it is defined.
    fn has_method(&self, method: &str) -> bool {
        self.classes.values().any(|class| class.kind == Kind::Plain && class.own.contains(&method))
    }

    fn class_has(&self, class: &'a str, method: &str) -> bool {
        let ancestry = self.ancestry(class);
        ancestry.iter().any(|class| self.classes.get(class).is_some_and(|class| class.own.contains(&method)))
    }
}

impl<'a> Pass<'a> {
    /// After a class with `__getattr__`: the methods that ask it.
    pub fn asking(&mut self, statement: &Stmt, class: &'a str) {
        let survey = self.survey;
        if !survey.asks() || !survey.class_has(class, "__getattr__") {
            return;
        }
        self.need(library::CLASSES);
        let ancestry = survey.ancestry(class);
        let own = |method: &str| {
            let said =
                ancestry.iter().any(|class| survey.classes.get(class).is_some_and(|class| class.own.contains(&method)));
            said || self.held_base(class, method).is_some()
        };
        let asked: Vec<&str> =
            survey.called.iter().copied().filter(|method| !method.starts_with("__") && !own(method)).collect();
        let mut lines: Vec<String> = asked
            .iter()
            .map(|method| {
                format!("{class}.{method} = lambda self, *args, **named: self.__getattr__({method:?})(*args, **named)")
            })
            .collect();
        let names: String = asked.iter().map(|method| format!("{method:?}, ")).collect();
        lines.push(format!("{class}._belt_asked = ({names})"));
        self.after(statement, &lines);
    }

    /// `x.f` where `x` may be such an object; whether that is all there is to say.
    pub fn ask(&mut self, expr: &Expr, attribute: &'a ExprAttribute) -> bool {
        let field = attribute.attr.as_str();
        if !self.survey.asks() || field.starts_with("__") || !self.may_ask(&attribute.value, "__getattr__") {
            return false;
        }
        let Some(dot) = self.find(attribute.value.end().to_usize(), ".") else { return false };
        self.need(library::CLASSES);
        self.edits.prefix(expr.start().to_usize(), "_belt_ask(");
        self.edits.replace(dot..expr.end().to_usize(), format!(", {field:?})"));
        true
    }

    /// `getattr` and `hasattr` ask as well.
    pub fn ask_by_name(&mut self, call: &'a ExprCall) -> bool {
        let known = Self::called(call).filter(|function| matches!(*function, "getattr" | "hasattr"));
        let has = known == Some("hasattr") && !self.survey.functions.contains_key("hasattr");
        if known.is_none() || !(self.survey.asks() || has) {
            return false;
        }
        self.need(library::CLASSES);
        self.edits.prefix(call.func.start().to_usize(), "_belt_");
        true
    }

    /// `x.f = v` where `x` may be told of it.
    pub fn tell(&mut self, statement: &Stmt, attribute: &'a ExprAttribute, equals: usize) -> bool {
        if !self.survey.has_method("__setattr__") || !self.may_ask(&attribute.value, "__setattr__") {
            return false;
        }
        let Some(dot) = self.find(attribute.value.end().to_usize(), ".") else { return false };
        self.need(library::CLASSES);
        self.edits.prefix(attribute.start().to_usize(), "_belt_tell(");
        self.edits.replace(dot..equals + 1, format!(", {:?},", attribute.attr.as_str()));
        self.edits.suffix(statement.end().to_usize(), ")");
        true
    }

    /// `x.__dict__[k] = v`, whose `[` is at `open`.
    pub fn fill_one(&mut self, holder: &'a Expr, open: usize, target_end: usize, equals: usize, end: usize) -> bool {
        let Expr::Attribute(attribute) = holder else { return false };
        if attribute.attr.as_str() != "__dict__" {
            return false;
        }
        self.left_alone.insert((holder.start().to_usize(), holder.end().to_usize()));
        self.edits.prefix(holder.start().to_usize(), "setattr(");
        self.edits.replace(attribute.value.end().to_usize()..open + 1, ", ");
        self.edits.replace(target_end - 1..equals + 1, ",");
        self.edits.suffix(end, ")");
        true
    }

    /// `x.__dict__.update(values)`.
    pub fn fill_many(&mut self, call: &'a ExprCall, method: &'a ExprAttribute) -> bool {
        if method.attr.as_str() != "update" {
            return false;
        }
        let holder = match method.value.as_ref() {
            Expr::Attribute(attribute) if attribute.attr.as_str() == "__dict__" => attribute.value.as_ref(),
            Expr::Call(call) if Self::called(call) == Some("vars") && call.arguments.args.len() == 1 => {
                &call.arguments.args[0]
            }
            _ => return false,
        };
        self.need(library::CLASSES);
        let open = call.arguments.range.start().to_usize();
        self.edits.replace(call.start().to_usize()..open + 1, format!("_belt_fill({}, ", self.text(holder)));
        true
    }

    fn may_ask(&self, value: &Expr, method: &str) -> bool {
        let Some(object) = name(value) else { return true };
        let this = self.function.and_then(|function| function.first);
        if let Some(class) = self.class.filter(|_| this == Some(object)) {
            return self.survey.class_has(class, method) || !self.survey.derived(class).is_empty();
        }
        !self.survey.imports.contains(object)
            && !self.survey.classes.contains_key(object)
            && !self.survey.objects.contains(object)
    }

    /// `super().__setattr__(name, value)`, which only stores.
    pub fn plain_store(&mut self, call: &'a ExprCall, this: &str) {
        self.edits.replace(span(call.func.as_ref()), "setattr");
        self.first_argument(call, this);
    }
}
