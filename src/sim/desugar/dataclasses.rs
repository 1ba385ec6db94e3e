//! Data classes with `field`, `__post_init__`, an order or a base, and named tuples, written out.

use ruff_python_ast::{Expr, Stmt, StmtClassDef};

use super::survey::Kind;
use super::{Pass, last_name, library, name, span};

/// Members that are written for a data class.
pub const GENERATED: &[&str] = &["__init__", "__eq__", "__repr__", "__hash__", "__lt__", "_belt_fields"];

#[derive(Debug, Clone)]
struct Field<'a> {
    name: &'a str,
    /// The class whose variable holds the default; a factory is called.
    default: Option<(&'a str, bool)>,
    given: bool,
    /// It counts when objects are compared.
    compared: bool,
    /// It is for `__post_init__` only.
    passed_on: bool,
}

impl<'a> Pass<'a> {
    pub fn dataclass(&mut self, class: &'a StmtClassDef) {
        self.need(library::CLASSES);
        let class_name = class.name.as_str();
        let mut frozen = false;
        let mut ordered = false;
        let (mut compared, mut shown) = (true, true);
        for decorator in &class.decorator_list {
            let (function, call) = match &decorator.expression {
                Expr::Call(call) => (last_name(&call.func), Some(call)),
                other => (last_name(other), None),
            };
            if function == Some("dataclass") {
                let on = |option: &str| {
                    let keyword = call.and_then(|call| call.arguments.find_keyword(option));
                    keyword.is_some_and(|keyword| self.text(&keyword.value) == "True")
                };
                let off = |option: &str| {
                    let keyword = call.and_then(|call| call.arguments.find_keyword(option));
                    keyword.is_some_and(|keyword| self.text(&keyword.value) == "False")
                };
                (frozen, ordered) = (on("frozen") || on("unsafe_hash"), on("order"));
                (compared, shown) = (!off("eq"), !off("repr"));
                let range = span(&decorator.range);
                self.edits.replace(range, "");
            }
        }
        for statement in &class.body {
            if let Stmt::AnnAssign(assign) = statement
                && let Some(value) = assign.value.as_deref()
                && let Some(call) = field_call(value)
            {
                let default = ["default", "default_factory"].iter().find_map(|key| call.arguments.find_keyword(key));
                let text = default.map_or("None", |keyword| self.text(&keyword.value));
                self.edits.replace(span(&value), format!("({text})"));
            }
        }
        let fields = self.fields(class_name);
        let mut lines = self.members(class, &fields, frozen, ordered);
        for (method, wanted) in [("__eq__", compared), ("__hash__", compared), ("__repr__", shown)] {
            if !wanted && let Some(at) = lines.iter().position(|line| line.starts_with(&format!("def {method}("))) {
                lines.drain(at..at + 2);
            }
        }
        self.after_last(&class.body, &lines.join("\n"));
    }

    /// The members written for a data class, a line each with those inside below it.
    fn members(&self, class: &StmtClassDef, fields: &[Field], frozen: bool, ordered: bool) -> Vec<String> {
        let class_name = class.name.as_str();
        let own = self.survey.classes.get(class_name).map_or(&[][..], |known| &known.own);
        let mut lines = Vec::new();
        if !own.contains(&"__init__") {
            let parameters = fields.iter().filter(|field| field.given).map(|field| match field.default {
                Some(_) => format!("{}=_belt_unset", field.name),
                None => field.name.to_owned(),
            });
            let parameters: Vec<String> = std::iter::once("self".to_owned()).chain(parameters).collect();
            lines.push(format!("def __init__({}):", parameters.join(", ")));
            for field in fields {
                let name = field.name;
                if field.passed_on {
                    if let Some((class, _)) = field.default {
                        lines.push(format!("    {name} = {class}.{name} if {name} is _belt_unset else {name}"));
                    }
                    continue;
                }
                let default =
                    field.default.map(|(class, factory)| format!("{class}.{name}{}", if factory { "()" } else { "" }));
                lines.push(match default {
                    Some(default) if field.given => {
                        format!("    self.{name} = {default} if {name} is _belt_unset else {name}")
                    }
                    Some(default) => format!("    self.{name} = {default}"),
                    None if field.given => format!("    self.{name} = {name}"),
                    None => continue,
                });
            }
            let post = self.survey.ancestry(class_name).into_iter().any(|ancestor| {
                self.survey.classes.get(ancestor).is_some_and(|known| known.own.contains(&"__post_init__"))
            });
            let passed: Vec<&str> = fields.iter().filter(|field| field.passed_on).map(|field| field.name).collect();
            lines.push(if post {
                format!("    self.__post_init__({})", passed.join(", "))
            } else {
                "    pass".to_owned()
            });
        }
        let fields: Vec<&Field> = fields.iter().filter(|field| !field.passed_on).collect();
        let all = |object: &str| {
            let compared = fields.iter().filter(|field| field.compared);
            let values: String = compared.map(|field| format!("{object}.{}, ", field.name)).collect();
            format!("({values})")
        };
        if !own.contains(&"__eq__") {
            lines.push("def __eq__(self, other):".to_owned());
            lines.push(format!("    return self.__class__ is other.__class__ and {} == {}", all("self"), all("other")));
        }
        if !own.contains(&"__repr__") {
            let shown: Vec<String> = fields.iter().map(|field| format!("{0}={{self.{0}!r}}", field.name)).collect();
            lines.push("def __repr__(self):".to_owned());
            lines.push(format!("    return f'{class_name}({})'", shown.join(", ")));
        }
        if !own.contains(&"__hash__") {
            lines.push("def __hash__(self):".to_owned());
            lines.push(if frozen {
                format!("    return hash({})", all("self"))
            } else {
                format!("    raise TypeError(\"unhashable type: '{class_name}'\")")
            });
        }
        if !own.contains(&"__lt__") {
            lines.push("def __lt__(self, other):".to_owned());
            lines.push(if ordered {
                format!("    return {} < {}", all("self"), all("other"))
            } else {
                format!("    raise TypeError(\"'<' not supported between instances of '{class_name}'\")")
            });
        }
        let names: String = fields.iter().map(|field| format!("'{}', ", field.name)).collect();
        lines.push(format!("_belt_fields = ({names})"));
        lines
    }

    /// The fields of a data class, those of its bases first.
    fn fields(&self, class: &'a str) -> Vec<Field<'a>> {
        let mut fields: Vec<Field> = Vec::new();
        for ancestor in self.survey.ancestry(class).into_iter().rev() {
            let Some(known) = self.survey.classes.get(ancestor).filter(|known| known.kind != Kind::Plain) else {
                continue;
            };
            for statement in &known.def.body {
                let Stmt::AnnAssign(assign) = statement else { continue };
                let Some(field) = name(&assign.target) else { continue };
                if matches!(last_name(&assign.annotation), Some("ClassVar" | "KW_ONLY")) {
                    continue;
                }
                let passed_on = last_name(&assign.annotation) == Some("InitVar");
                let call = assign.value.as_deref().and_then(field_call);
                let has = |key: &str| call.is_some_and(|call| call.arguments.find_keyword(key).is_some());
                let default = match (&assign.value, call) {
                    (None, _) => None,
                    (Some(_), None) => Some((ancestor, false)),
                    (Some(_), Some(_)) => {
                        (has("default") || has("default_factory")).then(|| (ancestor, has("default_factory")))
                    }
                };
                let option = |key: &str| call.and_then(|call| call.arguments.find_keyword(key));
                let on = |key: &str| option(key).is_none_or(|keyword| self.text(&keyword.value) != "False");
                let given = on("init");
                let found = Field { name: field, default, given, compared: on("compare"), passed_on };
                match fields.iter_mut().find(|known| known.name == field) {
                    Some(known) => *known = found,
                    None => fields.push(found),
                }
            }
        }
        fields
    }

    /// Names of a data class's fields in order, for patterns.
    pub fn field_names(&self, class: &'a str) -> Vec<&'a str> {
        match self.survey.kind(class) {
            Some(Kind::Dataclass) => {
                self.fields(class).into_iter().filter(|field| !field.passed_on).map(|field| field.name).collect()
            }
            _ => Vec::new(),
        }
    }

    /// `class P(NamedTuple)` with methods: a class of methods beside the tuple, or else a data class that is read like one.
    pub fn tuple_with_methods(&mut self, statement: &Stmt, class: &'a StmtClassDef) {
        if self.survey.tuples.contains(class.name.as_str()) {
            let making = self.named_tuple(class);
            self.edits.replace(span(&class.name), self.survey.holder(class.name.as_str()));
            if let Some(arguments) = &class.arguments {
                self.edits.replace(span(&arguments.range), "");
            }
            return self.after(statement, &[making]);
        }
        if let Some(arguments) = &class.arguments {
            self.edits.replace(span(&arguments.range), "");
        }
        self.need(library::CLASSES);
        let fields = self.fields(class.name.as_str());
        let values: String = fields.iter().map(|field| format!("self.{}, ", field.name)).collect();
        let mut lines = self.members(class, &fields, true, true);
        for (method, body) in [
            ("__iter__(self)", format!("iter(({values}))")),
            ("__len__(self)", fields.len().to_string()),
            ("__getitem__(self, at)", format!("({values})[at]")),
            ("_replace(self, **changes)", "_belt_replace(self, **changes)".to_owned()),
            ("_asdict(self)", "_belt_asdict(self)".to_owned()),
        ] {
            lines.push(format!("def {method}:\n    return {body}"));
        }
        self.after_last(&class.body, &lines.join("\n"));
    }

    /// `class P(NamedTuple)` as the call that makes such a type.
    pub fn named_tuple(&mut self, class: &'a StmtClassDef) -> String {
        let mut names = Vec::new();
        let mut defaults = Vec::new();
        for inner in &class.body {
            if let Stmt::AnnAssign(assign) = inner {
                names.extend(name(&assign.target).map(|name| format!("'{name}'")));
                defaults.extend(assign.value.as_deref().map(|value| self.text(value)));
            }
        }
        self.need(library::CLASSES);
        let class_name = class.name.as_str();
        let (names, defaults) = (names.join(", "), defaults.join(", "));
        format!("{class_name} = _belt_namedtuple('{class_name}', [{names}], defaults=[{defaults}])")
    }
}

fn field_call(value: &Expr) -> Option<&ruff_python_ast::ExprCall> {
    value.as_call_expr().filter(|call| last_name(&call.func) == Some("field"))
}
