//! Assignments and deletions that are calls here: items and properties of the code's own objects, slices.

use ruff_python_ast::{Expr, Operator, Stmt};
use ruff_text_size::Ranged;

use super::{Pass, library, name, span};

impl<'a> Pass<'a> {
    /// `x[a:b] = v`, `x[i] = v` on objects of the code's own, and properties that are set.
    pub fn store(&mut self, statement: &Stmt, target: &'a Expr) {
        let end = statement.end().to_usize();
        let Some(equals) = self.find(target.end().to_usize(), "=") else { return };
        match target {
            Expr::Subscript(subscript)
                if self.fill_one(
                    &subscript.value,
                    self.find(subscript.value.end().to_usize(), "[").unwrap_or(end),
                    target.end().to_usize(),
                    equals,
                    end,
                ) => {}
            Expr::Attribute(attribute) if self.tell(statement, attribute, equals) => {}
            Expr::Subscript(subscript) => {
                let slice = subscript.slice.as_slice_expr();
                if slice.is_none() && !self.survey.operators.contains("__setitem__") {
                    return;
                }
                let open = self.find(subscript.value.end().to_usize(), "[").unwrap_or(end);
                let close = target.end().to_usize() - 1;
                self.need(library::OPERATORS);
                self.edits.prefix(target.start().to_usize(), "_belt_set_item(");
                match slice {
                    Some(slice) => {
                        let (lower, upper) = (self.bound(&slice.lower), self.bound(&slice.upper));
                        self.edits.replace(open..close + 1, format!(", (({lower}), ({upper}))"));
                    }
                    None => {
                        self.edits.replace(open..open + 1, ", (");
                        self.edits.replace(close..close + 1, ")");
                    }
                }
                self.edits.replace(equals..equals + 1, if slice.is_some() { ", True," } else { ", False," });
                self.edits.suffix(end, ")");
            }
            Expr::Attribute(attribute)
                if self.survey.properties.contains(attribute.attr.as_str())
                    || self.is_function_attribute(attribute) =>
            {
                self.need(library::CLASSES);
                let function =
                    if self.is_function_attribute(attribute) { "_belt_set_attribute(" } else { "_belt_assign(" };
                let dot = attribute.value.end().to_usize();
                let dot = self.find(dot, ".").unwrap_or(dot);
                self.edits.prefix(target.start().to_usize(), function);
                let field = format!(", {:?}", attribute.attr.as_str());
                self.edits.replace(dot..target.end().to_usize(), field);
                self.edits.replace(equals..equals + 1, ",");
                self.edits.suffix(end, ")");
            }
            _ => {}
        }
    }

    /// `a = b[k] = v` where one of them is stored by a function: one after the other.
    pub fn stores(&mut self, statement: &Stmt, assign: &'a ruff_python_ast::StmtAssign) {
        let mut parts = Vec::new();
        let mut any = false;
        for target in &assign.targets {
            let text = self.text(target);
            parts.push(match target {
                Expr::Subscript(subscript)
                    if self.survey.operators.contains("__setitem__") && !subscript.slice.is_slice_expr() =>
                {
                    any = true;
                    let (object, key) = (self.text(subscript.value.as_ref()), self.text(subscript.slice.as_ref()));
                    format!("; _belt_set_item({object}, ({key}), False, _belt_given)")
                }
                Expr::Attribute(attribute) if self.survey.properties.contains(attribute.attr.as_str()) => {
                    any = true;
                    let (object, field) = (self.text(attribute.value.as_ref()), attribute.attr.as_str());
                    format!("; _belt_assign({object}, {field:?}, _belt_given)")
                }
                _ => format!("; {text} = _belt_given"),
            });
        }
        if any {
            self.need(library::CLASSES);
            self.need(library::OPERATORS);
            let (start, end) = (statement.start().to_usize(), statement.end().to_usize());
            self.edits.replace(start..assign.value.start().to_usize(), "_belt_given = ");
            self.edits.suffix(end, parts.concat());
        }
    }

    /// `f.calls`, where `f` is the name of a function.
    fn is_function_attribute(&self, attribute: &ruff_python_ast::ExprAttribute) -> bool {
        name(&attribute.value).is_some_and(|name| self.survey.functions.contains_key(name))
    }

    fn bound(&self, bound: &Option<Box<Expr>>) -> &'a str {
        bound.as_ref().map_or("None", |bound| self.text(bound.as_ref()))
    }

    /// `a += b` where `+` is a method, `|=` on dicts, and properties.
    pub fn augmented(&mut self, statement: &Stmt, assign: &'a ruff_python_ast::StmtAugAssign) {
        self.taken(&assign.value);
        if let Expr::Subscript(subscript) = assign.target.as_ref()
            && self.survey.operators.contains("__setitem__")
            && !subscript.slice.is_slice_expr()
            && let Some(open) = self.find(subscript.value.end().to_usize(), "[")
            && let Some(equals) = self.find(assign.target.end().to_usize(), "=")
        {
            self.need(library::OPERATORS);
            let close = assign.target.end().to_usize() - 1;
            self.edits.prefix(statement.start().to_usize(), "_belt_change_item(");
            self.edits.replace(open..open + 1, ", (");
            self.edits.replace(
                close..equals + 1,
                match self.operator(assign.op) {
                    Some(function) => format!("), lambda _belt_old: {function}(_belt_old, ("),
                    None => format!("), lambda _belt_old: (_belt_old {} (", assign.op.as_str()),
                },
            );
            return self.edits.suffix(statement.end().to_usize(), ")))");
        }
        let property = assign
            .target
            .as_attribute_expr()
            .filter(|attribute| self.survey.properties.contains(attribute.attr.as_str()));
        let on_function = assign.target.as_attribute_expr().filter(|attribute| self.is_function_attribute(attribute));
        if let Some(attribute) = on_function {
            self.need(library::CLASSES);
            let (object, field, sign) =
                (self.text(attribute.value.as_ref()), attribute.attr.as_str(), assign.op.as_str());
            let range = statement.start().to_usize()..assign.value.start().to_usize();
            let old = format!("_belt_attribute({object}, {field:?})");
            self.edits.replace(range, format!("_belt_set_attribute({object}, {field:?}, {old} {sign} ("));
            return self.edits.suffix(statement.end().to_usize(), "))");
        }
        let Some(function) = self.operator(assign.op) else {
            if property.is_none() && matches!(assign.op, Operator::Add | Operator::Sub) {
                self.number(&assign.value);
            }
            if let Some(attribute) = property {
                self.need(library::CLASSES);
                let (object, field) = (self.text(attribute.value.as_ref()), attribute.attr.as_str());
                let sign = assign.op.as_str();
                let range = statement.start().to_usize()..assign.value.start().to_usize();
                let old = format!("_belt_read({object}, {field:?})");
                self.edits.replace(range, format!("_belt_assign({object}, {field:?}, {old} {sign} ("));
                self.edits.suffix(statement.end().to_usize(), "))");
            }
            return;
        };
        if property.is_some() {
            return;
        }
        self.need(library::OPERATORS);
        let target = self.text(assign.target.as_ref());
        let from = assign.target.end().to_usize();
        let Some(equals) = self.find(from, "=") else { return };
        let function = match function {
            "_belt_or" => "_belt_update",
            "_belt_add" if self.survey.has_containers() => "_belt_extend",
            other => other,
        };
        self.edits.replace(from..equals + 1, format!(" = {function}({target}, ("));
        self.edits.suffix(statement.end().to_usize(), "))");
    }

    /// `del x[a:b]`; other deletions are rewritten as words.
    pub fn delete(&mut self, statement: &Stmt, target: &'a Expr, targets: usize) {
        if let Expr::Attribute(attribute) = target
            && self.survey.properties.contains(attribute.attr.as_str())
        {
            let (object, field) = (self.text(attribute.value.as_ref()), attribute.attr.as_str());
            return self.edits.replace(span(&statement), format!("{object}._belt_del_{field}()"));
        }
        let Expr::Subscript(subscript) = target else { return };
        if targets == 1 && self.survey.operators.contains("__delitem__") && !subscript.slice.is_slice_expr() {
            self.need(library::OPERATORS);
            let (start, end) = (statement.start().to_usize(), statement.end().to_usize());
            let Some(open) = self.find(subscript.value.end().to_usize(), "[") else { return };
            self.edits.replace(start..subscript.value.start().to_usize(), "_belt_del_item(");
            self.edits.replace(open..open + 1, ", (");
            return self.edits.replace(end - 1..end, "))");
        }
        let Some(slice) = subscript.slice.as_slice_expr().filter(|_| targets == 1) else { return };
        self.need(library::OPERATORS);
        let (lower, upper) = (self.bound(&slice.lower), self.bound(&slice.upper));
        let object = self.text(subscript.value.as_ref());
        let range = span(&statement);
        self.edits.replace(range, format!("_belt_set_item({object}, (({lower}), ({upper})), True, [])"));
    }
}
