//! What the classes of the code have, as far as one look at each of them tells.

use ruff_python_ast::{Expr, Stmt, StmtClassDef, StmtFunctionDef};

use super::survey::{Class, ENUMS, Kind, Survey, decorators};
use super::{last_name, name};

impl<'a> Survey<'a> {
    /// What a class says of itself.
    pub fn class(&mut self, class: &'a StmtClassDef) {
        let class_name = class.name.as_str();
        let bases = class.bases().iter().filter_map(last_name).collect();
        let is_enum = class.bases().iter().filter_map(last_name).any(|base| ENUMS.contains(&base));
        let mut own = Vec::new();
        let mut fields = Vec::new();
        for statement in &class.body {
            match statement {
                Stmt::FunctionDef(function) => {
                    let method = function.name.as_str();
                    own.push(method);
                    if decorators(function).any(|name| matches!(name, "property" | "cached_property")) {
                        self.properties.insert(method);
                        let once = decorators(function).any(|name| name == "cached_property");
                        if once { &mut self.cached } else { &mut self.uncached }.insert(method);
                    }
                    if decorators(function).any(|name| name == "setter") {
                        self.setters.insert((class_name, method));
                    }
                    if decorators(function).any(|name| name == "classmethod") {
                        self.class_methods.insert(method);
                    }
                    if decorators(function).any(|name| name == "staticmethod") {
                        self.static_methods.insert(method);
                    }
                    if is_enum && method == "__init__" {
                        self.enum_fields.extend(fields_given(function));
                    } else if method.starts_with("__") {
                        self.operators.insert(method);
                    } else if is_enum {
                        self.enum_methods.insert(method, class_name);
                    }
                    if method == "__post_init__" {
                        self.lowers_dataclasses = true;
                    }
                }
                Stmt::Assign(assign) => match assign.targets.as_slice() {
                    [Expr::Tuple(several)] => own.extend(several.iter().filter_map(name)),
                    targets => own.extend(targets.iter().filter_map(name)),
                },
                Stmt::AnnAssign(assign) => {
                    if last_name(&assign.annotation) != Some("ClassVar") {
                        fields.extend(name(&assign.target));
                    }
                    if assign.value.is_some() {
                        own.extend(name(&assign.target));
                    }
                }
                _ => {}
            }
        }
        self.attributes.extend(&fields);
        self.held.extend(&fields);
        if !is_enum {
            self.attributes.extend(&own);
        }
        for decorator in &class.decorator_list {
            if let Expr::Call(call) = &decorator.expression {
                let ordered = call.arguments.find_keyword("order").is_some();
                self.lowers_dataclasses |=
                    ["eq", "repr"].iter().any(|option| call.arguments.find_keyword(option).is_some());
                self.lowers_dataclasses |= ordered || call.arguments.find_keyword("kw_only").is_some();
                if ordered {
                    self.operators.insert("__lt__");
                }
            }
        }
        self.classes.insert(class_name, Class { def: class, kind: Kind::Plain, bases, own });
    }
}

/// `END = object()`.
pub fn sentinel(statement: &Stmt) -> Option<&str> {
    let assign = statement.as_assign_stmt()?;
    let call = assign.value.as_call_expr().filter(|call| call.arguments.is_empty())?;
    let [target] = assign.targets.as_slice() else { return None };
    if name(&call.func) == Some("object") { name(target) } else { None }
}

/// `self.field = parameter` in a constructor, with the parameter's place.
fn fields_given(function: &StmtFunctionDef) -> impl Iterator<Item = (&str, usize)> {
    let parameters = function.parameters.args.iter().skip(1).map(|parameter| parameter.parameter.name.as_str());
    let parameters: Vec<&str> = parameters.collect();
    function.body.iter().filter_map(move |statement| {
        let assign = statement.as_assign_stmt()?;
        let [Expr::Attribute(attribute)] = assign.targets.as_slice() else { return None };
        let given = name(&assign.value)?;
        let place = parameters.iter().position(|parameter| *parameter == given)?;
        Some((attribute.attr.as_str(), place))
    })
}
