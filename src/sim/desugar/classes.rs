//! Classes that derive from others get what they inherit, once, after their definition; `super()` is the class it means.

use ruff_python_ast::{Expr, ExprAttribute, ExprCall, Stmt, StmtClassDef};
use ruff_text_size::Ranged;

use super::containers::is_container;
use super::survey::Kind;
use super::{Pass, last_name, library, span};

impl<'a> Pass<'a> {
    /// Takes the bases away and copies what they have behind the class.
    pub fn inherit(&mut self, statement: &Stmt, class: &'a StmtClassDef) {
        let name = class.name.as_str();
        if self.survey.mixes() {
            self.need(library::CLASSES);
            let known = self.survey.classes.get(name);
            let ancestry =
                self.survey.ancestry(name).into_iter().filter(|class| self.survey.classes.contains_key(class));
            let order: String = ancestry.map(|class| format!("{class}, ")).collect();
            let own: String = known.iter().flat_map(|class| &class.own).map(|own| format!("{own:?}, ")).collect();
            self.after(statement, &[format!("{name}._belt_order = ({order}); {name}._belt_says = ({own})")]);
        }
        if self.survey.classes.get(name).is_none_or(|known| known.bases.is_empty()) {
            return;
        }
        if let Some(arguments) = &class.arguments {
            self.edits.replace(span(&arguments.range), "");
        }
        let mut lines = self.inherited(name, name, |base| base.to_owned());
        if self.survey.container(name).is_some() {
            self.need(library::CONTAINERS);
            let ancestry = self.survey.ancestry(name).into_iter().filter_map(|class| self.survey.classes.get(class));
            let seen: Vec<&str> = ancestry.flat_map(|class| class.own.iter().copied()).collect();
            lines.extend(self.held_members(name, &seen));
        }
        if let Some(base) = self.next_with(name, "__init_subclass__") {
            let keywords = class.arguments.iter().flat_map(|arguments| &arguments.keywords);
            let given: String = keywords.map(|keyword| format!(", {}", self.text(keyword))).collect();
            lines.push(format!("{base}.__init_subclass__({name}{given})"));
        }
        self.after(statement, &lines);
    }

    /// `C.m = A.m` for everything `class` does not define itself.
    pub fn inherited(&self, class: &'a str, target: &str, stands: impl Fn(&str) -> String) -> Vec<String> {
        let survey = self.survey;
        let mut seen: Vec<&str> = Vec::new();
        let mut lines = Vec::new();
        for (depth, ancestor) in survey.ancestry(class).into_iter().enumerate() {
            let Some(known) = survey.classes.get(ancestor) else { continue };
            let generated = known.kind == Kind::Dataclass && survey.lowers_dataclasses;
            let extra = if generated { super::dataclasses::GENERATED } else { &[] };
            for member in known.own.iter().chain(extra) {
                if seen.contains(member) {
                    continue;
                }
                seen.push(member);
                if depth > 0 {
                    for member in self.spellings(ancestor, member) {
                        lines.push(format!("{target}.{member} = {}.{member}", stands(ancestor)));
                    }
                }
            }
        }
        lines
    }

    /// The names a member of `class` has after this pass.
    fn spellings(&self, class: &str, member: &str) -> Vec<String> {
        let is_property = self.survey.classes.get(class).is_some_and(|known| {
            let functions = known.def.body.iter().filter_map(Stmt::as_function_def_stmt);
            functions.filter(|function| function.name.as_str() == member).any(|function| {
                super::survey::decorators(function).any(|name| matches!(name, "property" | "cached_property"))
            })
        });
        if !is_property {
            return vec![member.to_owned()];
        }
        let mut names = vec![format!("_belt_get_{member}")];
        names.extend(self.survey.setters.contains(&(class, member)).then(|| format!("_belt_set_{member}")));
        names
    }

    /// The next class after `class` that has a member, as `super()` finds it.
    fn next_with(&self, class: &'a str, member: &str) -> Option<&'a str> {
        let survey = self.survey;
        survey.ancestry(class).into_iter().skip(1).find(|base| {
            survey.classes.get(base).is_some_and(|known| {
                let generated = known.kind == Kind::Dataclass && survey.lowers_dataclasses;
                known.own.contains(&member) || generated && super::dataclasses::GENERATED.contains(&member)
            })
        })
    }

    /// `super().m(...)` as `Base.m(self, ...)`.
    pub fn super_call(&mut self, call: &'a ExprCall) -> bool {
        let Expr::Attribute(method) = call.func.as_ref() else { return false };
        let Expr::Call(inner) = method.value.as_ref() else { return false };
        let (Some("super"), Some(class)) = (Self::called(inner), self.class) else { return false };
        let Some(this) = self.function.and_then(|function| function.first) else { return false };
        let survey = self.survey;
        let kind = survey.kind(class);
        let stands = |base: &str| match survey.kind(base) {
            Some(Kind::Exception { .. }) => format!("_belt_of_{base}"),
            _ => base.to_owned(),
        };
        let plain = matches!(kind, Some(Kind::Plain | Kind::Dataclass));
        if plain && survey.mixes() && survey.container(class).is_none() && method.attr.as_str() != "__setattr__" {
            self.need(library::CLASSES);
            let open = call.arguments.range.start().to_usize();
            let next = format!("_belt_super({this}, {class}, {:?})", method.attr.as_str());
            self.edits.replace(call.func.start().to_usize()..open, next);
            return true;
        }
        let base = self.next_with(class, method.attr.as_str());
        if base.is_none() && method.attr.as_str() == "__setattr__" {
            self.plain_store(call, this);
            return true;
        }
        if base.is_none() && method.attr.as_str() == "__init_subclass__" {
            self.edits.replace(span(&call.range()), "None");
            return true;
        }
        let field = self.spellings(base.unwrap_or_default(), method.attr.as_str()).remove(0);
        let base = match base {
            Some(base) => stands(base),
            None if matches!(kind, Some(Kind::Exception { rich: true })) => "_belt_exception".to_owned(),
            None if self.held_base(class, method.attr.as_str()).is_some() => {
                self.held_base(class, method.attr.as_str()).unwrap_or_default().to_owned()
            }
            None if matches!(kind, Some(Kind::Plain | Kind::Dataclass)) => {
                self.need(library::CLASSES);
                "_belt_object".to_owned()
            }
            None => return false,
        };
        let open = call.arguments.range.start().to_usize();
        self.edits.replace(call.func.start().to_usize()..open, format!("{base}.{field}"));
        self.first_argument(call, this);
        true
    }

    /// `super().p`, where `p` is a property.
    pub fn super_property(&mut self, attribute: &'a ExprAttribute) -> bool {
        let field = attribute.attr.as_str();
        if !self.survey.properties.contains(field) || !self.is_super(&attribute.value) {
            return false;
        }
        let this = self.function.and_then(|function| function.first);
        let (Some(class), Some(this)) = (self.class, this) else { return false };
        let Some(base) = self.next_with(class, field) else { return false };
        let range = span(&attribute.range);
        self.edits.replace(range, format!("{base}._belt_get_{field}({this})"));
        true
    }

    /// Whether a class says itself how its objects are made.
    fn is_maker(&self, class: &str) -> bool {
        self.survey.operators.contains("__new__")
            && self.survey.kind(class) == Some(Kind::Plain)
            && self.survey.classes.get(class).is_some_and(|known| known.own.contains(&"__new__"))
    }

    /// `C(...)` of a class with `__new__`, and `super().__new__(cls)` in it, which makes an object and no more.
    pub fn making(&mut self, call: &'a ExprCall) -> bool {
        match call.func.as_ref() {
            Expr::Name(class) if self.is_maker(class.id.as_str()) => {
                self.need(library::CLASSES);
                self.edits.replace(span(call.func.as_ref()), "_belt_made");
                self.first_argument(call, class.id.as_str());
                true
            }
            Expr::Attribute(method)
                if method.attr.as_str() == "__new__" && self.class.is_some_and(|class| self.is_maker(class)) =>
            {
                let made = call.arguments.args.first().map_or("_belt_object", |class| self.text(class));
                self.edits.replace(span(&call.range()), format!("{made}()"));
                true
            }
            _ => false,
        }
    }

    /// Names of the two methods that make and fill an object, where both are called by hand.
    pub fn maker(&mut self, function: &'a ruff_python_ast::StmtFunctionDef) {
        let renamed = match function.name.as_str() {
            "__new__" => "_belt_new",
            "__init__" => "_belt_init",
            _ => return,
        };
        if self.function.is_none() && self.class.is_some_and(|class| self.is_maker(class)) {
            self.edits.replace(span(&function.name.range), renamed);
        }
    }

    /// Another argument before those of a call.
    pub fn first_argument(&mut self, call: &ExprCall, argument: &str) {
        let open = call.arguments.range.start().to_usize();
        let none = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
        let text = if none { format!("({argument}") } else { format!("({argument}, ") };
        self.edits.replace(open..open + 1, text);
    }

    /// Class methods and static methods, through whatever they are called.
    pub fn bound_call(&mut self, call: &'a ExprCall) {
        let Expr::Attribute(method) = call.func.as_ref() else { return };
        let name = method.attr.as_str();
        if !self.is_bound_by_name(name) || method.value.is_call_expr() && self.is_super(&method.value) {
            return;
        }
        let dot = method.value.end().to_usize();
        let open = call.arguments.range.start().to_usize();
        if let Some(class) = super::name(&method.value).filter(|class| self.survey.tuples.contains(class)) {
            let holder = self.survey.holder(class);
            self.edits.replace(call.range().start().to_usize()..open, format!("{holder}.{name}"));
            if self.survey.class_methods.contains(name) {
                self.first_argument(call, class);
            }
            return;
        }
        self.need(library::CLASSES);
        let function = if self.survey.class_methods.contains(name) { "_belt_of_class" } else { "_belt_static" };
        self.edits.prefix(call.range().start().to_usize(), format!("{function}("));
        let Some(dot) = self.find(dot, ".") else { return };
        let none = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
        self.edits.replace(dot..open + 1, format!(", {name:?}{}", if none { "" } else { ", " }));
    }

    fn is_super(&self, expr: &Expr) -> bool {
        expr.as_call_expr().is_some_and(|call| Self::called(call) == Some("super"))
    }

    /// The types `isinstance` asks for, with those that derive from them.
    pub fn types(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.types(element)),
            // `int | str`, which is a tuple here.
            Expr::BinOp(both) if both.op == ruff_python_ast::Operator::BitOr => {
                self.edits.prefix(both.range.start().to_usize(), "(");
                self.edits.suffix(both.range.end().to_usize(), ")");
                self.operand(both.left.end().to_usize(), "|");
                self.types(&both.left);
                self.types(&both.right);
            }
            Expr::NoneLiteral(_) => self.edits.replace(span(&expr), "type(None)"),
            Expr::Name(name) => {
                let name = name.id.as_str();
                let survey = self.survey;
                if is_container(name) && survey.has_containers() && survey.kind(name).is_none() {
                    let base = |class: &&str| {
                        survey.classes[*class].def.bases().iter().any(|base| last_name(base) == Some(name))
                    };
                    let derived = |class: &&str| survey.ancestry(class).iter().any(base);
                    let all: String =
                        survey.classes.keys().copied().filter(derived).map(|class| format!(", {class}")).collect();
                    if !all.is_empty() {
                        self.edits.replace(span(&expr), format!("({name}{all})"));
                    }
                    return;
                }
                let Some(kind) = survey.kind(name) else {
                    let rich = survey.rich_below(name);
                    if crate::sim::dialect::is_exception(name) && !rich.is_empty() {
                        let all: String = rich.iter().map(|name| format!(", _belt_of_{name}")).collect();
                        self.edits.replace(span(&expr), format!("({name}{all})"));
                    }
                    return;
                };
                let family = std::iter::once(name).chain(survey.derived(name));
                let all: Vec<String> = match kind {
                    Kind::Plain | Kind::Dataclass => family.map(str::to_owned).collect(),
                    Kind::Exception { .. } if survey.has_rich_exceptions() => family
                        .flat_map(|name| {
                            let rich = survey.is_rich(name).then(|| format!("_belt_of_{name}"));
                            std::iter::once(name.to_owned()).chain(rich)
                        })
                        .collect(),
                    _ => return,
                };
                if all.len() > 1 {
                    let range = span(&expr);
                    self.edits.replace(range, format!("({})", all.join(", ")));
                }
            }
            _ => {}
        }
    }
}
