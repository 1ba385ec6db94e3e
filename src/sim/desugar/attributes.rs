//! Attributes that are computed, kept beside an object, or methods that nobody calls yet.

use ruff_python_ast::{Expr, ExprAttribute, Stmt};
use ruff_text_size::Ranged;

use super::expressions::is_method;
use super::survey::Kind;
use super::{Pass, library, name, span};

impl<'a> Pass<'a> {
    pub fn attribute(&mut self, expr: &Expr, attribute: &'a ExprAttribute) {
        if !attribute.ctx.is_load() {
            return;
        }
        let field = attribute.attr.as_str();
        if let Some(class) = self.nested(&attribute.value, field) {
            return self.edits.replace(span(&expr), class);
        }
        let place = (expr.start().to_usize(), expr.end().to_usize());
        if field == "__dict__" && self.left_alone.contains(&place) || self.super_property(attribute) {
            return;
        }
        if field == "maxsize" && name(&attribute.value) == Some("sys") {
            return self.edits.replace(span(&expr), "9223372036854775807");
        }
        if matches!(field, "__cause__" | "__context__")
            && let Some(dot) = self.find(attribute.value.end().to_usize(), ".")
        {
            self.need(library::EXCEPTIONS);
            self.edits.prefix(expr.start().to_usize(), "_belt_cause_of(");
            return self.edits.replace(dot..expr.end().to_usize(), ")");
        }
        // A function of a module, handed on.
        let stands = name(&attribute.value)
            .filter(|module| self.survey.imports.contains(*module) && !self.left_alone.contains(&place))
            .and_then(|module| crate::sim::dialect::extra(module, field));
        if let Some((stands, part)) = stands.and_then(|(stands, _)| Some((stands, library::defining(stands)?))) {
            self.need(part);
            return self.edits.replace(span(&expr), stands);
        }
        self.exception_field(&attribute.value);
        if field == "__members__"
            && let Some(class) = name(&attribute.value).filter(|class| self.survey.kind(class) == Some(Kind::Enum))
        {
            let members: String =
                self.members_of(class).map(|member| format!("\"{member}\": {class}.{member}, ")).collect();
            return self.edits.replace(span(&expr), format!("{{{members}}}"));
        }
        if self.survey.properties.contains(field)
            && let Some(class) = self.survey.enum_methods.get(field)
            && let Some(dot) = self.find(attribute.value.end().to_usize(), ".")
        {
            let holder = self.survey.holder(class);
            self.edits.prefix(expr.start().to_usize(), format!("{holder}._belt_get_{field}("));
            return self.edits.replace(dot..expr.end().to_usize(), ")");
        }
        if let Some(place) = self.survey.enum_fields.get(field)
            && let Some(dot) = self.find(attribute.value.end().to_usize(), ".")
        {
            self.need(library::CLASSES);
            self.edits.prefix(expr.start().to_usize(), "_belt_part(");
            return self.edits.replace(dot..expr.end().to_usize(), format!(", {field:?}, {place})"));
        }
        if let Some(class) = attribute.value.as_attribute_expr().filter(|class| class.attr.as_str() == "__class__")
            && field == "__name__"
            && let Some(dot) = self.find(class.value.end().to_usize(), ".")
        {
            self.need(library::CLASSES);
            self.named_types.insert(expr.start().to_usize());
            self.edits.prefix(expr.start().to_usize(), "_belt_name_of(type(");
            return self.edits.replace(dot..expr.end().to_usize(), "))");
        }
        if field == "__name__" && attribute.value.is_call_expr() {
            self.named_types.insert(attribute.value.start().to_usize());
        }
        if field == "__class__"
            && !self.named_types.contains(&expr.start().to_usize())
            && name(&attribute.value).is_some_and(|value| self.survey.caught.contains(value))
            && let Some(dot) = self.find(attribute.value.end().to_usize(), ".")
        {
            self.need(library::EXCEPTIONS);
            self.edits.prefix(expr.start().to_usize(), "_belt_type(");
            return self.edits.replace(dot..expr.end().to_usize(), ")");
        }
        let is_function = |thing: &str| self.survey.functions.contains_key(thing);
        if self.survey.function_attributes.contains(field)
            && field != "__name__"
            && name(&attribute.value).is_some_and(is_function)
            && let Some(dot) = self.find(attribute.value.end().to_usize(), ".")
        {
            self.need(library::CLASSES);
            self.edits.prefix(expr.start().to_usize(), "_belt_attribute(");
            return self.edits.replace(dot..expr.end().to_usize(), format!(", {field:?})"));
        }
        if self.is_bound_by_name(field) && !self.left_alone.contains(&place) && !self.survey.properties.contains(field)
        {
            let function = if self.survey.class_methods.contains(field) { "_belt_of_class" } else { "_belt_static" };
            let Some(dot) = self.find(attribute.value.end().to_usize(), ".") else { return };
            self.need(library::CLASSES);
            self.edits.prefix(expr.start().to_usize(), format!("_belt_later_of({function}, "));
            return self.edits.replace(dot..expr.end().to_usize(), format!(", {field:?})"));
        }
        let is_class = name(&attribute.value).is_some_and(|name| self.survey.classes.contains_key(name));
        let reader = if self.survey.cached.contains(field) && !self.survey.uncached.contains(field) && !is_class {
            "_belt_read_once"
        } else if self.survey.properties.contains(field) && !is_class {
            "_belt_read"
        } else if field == "__name__" && !is_class {
            "_belt_name_of"
        } else if field == "__dict__" && !is_class {
            "_belt_dict_of"
        } else if is_method(field) && !self.survey.attributes.contains(field) && self.is_plain(&attribute.value) {
            "_belt_bound"
        } else if matches!(field, "value" | "name")
            && (self.survey.has_enums() || self.survey.imports.contains("http"))
            && !self.is_this(&attribute.value)
            && !self.is_member(&attribute.value)
        {
            if field == "value" { "_belt_value" } else { "_belt_name" }
        } else {
            if !self.left_alone.contains(&place) {
                self.ask(expr, attribute);
            }
            return;
        };
        self.need(library::CLASSES);
        let Some(dot) = self.find(attribute.value.end().to_usize(), ".") else { return };
        self.edits.prefix(expr.start().to_usize(), format!("{reader}("));
        let rest = match reader {
            "_belt_read" | "_belt_read_once" => format!(", {field:?})"),
            "_belt_bound" => {
                // The interpreter counts named arguments also where there are none.
                let (named, given) = match field {
                    "format" | "update" => (", **_belt_k", ", **_belt_k"),
                    _ => ("", ""),
                };
                format!(", {field:?}, lambda _belt_it, *_belt_a{named}: _belt_it.{field}(*_belt_a{given}))")
            }
            "_belt_dict_of" => format!(", {})", self.held()),
            "_belt_name" => {
                let enums = self.survey.classes.iter().filter(|(_, class)| class.kind == Kind::Enum);
                let members: String = enums
                    .flat_map(|(class, _)| {
                        let members = self.members_of(class);
                        members.map(move |member| format!("({class}.{member}, \"{member}\"), "))
                    })
                    .collect();
                format!(", [{members}])")
            }
            _ => ")".to_owned(),
        };
        self.edits.replace(dot..expr.end().to_usize(), rest);
    }

    /// `self` in a class that is no enumeration.
    fn is_this(&self, value: &Expr) -> bool {
        let this = self.function.and_then(|function| function.first);
        let plain = self.class.is_some_and(|class| self.survey.kind(class) != Some(Kind::Enum));
        plain && this.is_some() && this == name(value)
    }

    /// `Order.Status`, where the class inside has a name of its own by now.
    fn nested(&self, holder: &Expr, field: &str) -> Option<&'a str> {
        let holder = name(holder)?;
        let this = self.function.and_then(|function| function.first) == Some(holder);
        let class = if this { self.class? } else { holder };
        let (inner, _) = self.survey.classes.get_key_value(field)?;
        let known = self.survey.classes.get(class)?;
        let inside =
            known.def.body.iter().filter_map(Stmt::as_assign_stmt).any(|assign| {
                assign.targets.first().and_then(name) == Some(field) && name(&assign.value) == Some(field)
            });
        inside.then_some(*inner)
    }

    /// Names of an enumeration's members.
    fn members_of(&self, class: &str) -> impl Iterator<Item = &'a str> {
        let survey = self.survey;
        let own = survey.classes.get(class).into_iter().flat_map(|class| class.own.iter().copied());
        own.filter(|member| !survey.functions.contains_key(member))
    }

    /// Names of what objects of the code's classes hold, as a tuple.
    pub fn held(&self) -> String {
        let names: String = self.survey.held.iter().map(|name| format!("\"{name}\", ")).collect();
        format!("({names})")
    }

    /// Whether a value is none of the code's functions, classes and modules, so that its methods are Python's own.
    fn is_plain(&self, value: &Expr) -> bool {
        let name = match value {
            Expr::Attribute(attribute) => return self.is_plain(&attribute.value),
            Expr::Name(_) => name(value),
            _ => return true,
        };
        name.is_some_and(|name| {
            !self.survey.classes.contains_key(name)
                && !self.survey.imports.contains(name)
                && !self.survey.objects.contains(name)
        })
    }

    /// `State.NEW`, whose name and value are known from its text, and `self` in the enumeration itself.
    fn is_member(&self, value: &Expr) -> bool {
        let class = value.as_attribute_expr().and_then(|attribute| name(&attribute.value));
        class.is_some_and(|class| self.survey.kind(class) == Some(Kind::Enum))
    }
}
