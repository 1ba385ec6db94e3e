//! What stands in the body of a class and is no method: names set several at a time, and values an enumeration chooses.

use ruff_python_ast::{Expr, Stmt, StmtAssign, StmtClassDef};

use super::survey::Kind;
use super::{Pass, last_name, name, span};

impl<'a> Pass<'a> {
    pub fn class_body(&mut self, class: &'a StmtClassDef) {
        for statement in &class.body {
            let Stmt::Assign(assign) = statement else { continue };
            if let [Expr::Tuple(targets)] = assign.targets.as_slice() {
                self.several(assign, &targets.elts);
            }
        }
        if self.survey.kind(class.name.as_str()) == Some(Kind::Enum) {
            self.automatic(class);
        }
    }

    /// `A, B = 1, 2`: the interpreter sets one name at a time here.
    fn several(&mut self, assign: &'a StmtAssign, targets: &'a [Expr]) {
        let Some(names) = targets.iter().map(name).collect::<Option<Vec<_>>>() else { return };
        let values = match assign.value.as_ref() {
            Expr::Tuple(tuple) if tuple.len() == names.len() && !tuple.iter().any(Expr::is_starred_expr) => {
                tuple.iter().map(|value| self.text(value).to_owned()).collect()
            }
            _ => (0..names.len()).map(|at| format!("_belt_all_of[{at}]")).collect::<Vec<_>>(),
        };
        let taken = values.first().is_some_and(|value| value.starts_with("_belt_all_of"));
        let first = taken.then(|| format!("_belt_all_of = list({})", self.text(assign.value.as_ref())));
        let each = names.iter().zip(&values).map(|(name, value)| format!("{name} = {value}"));
        let all: Vec<String> = first.into_iter().chain(each).collect();
        self.edits.replace(span(assign), all.join("; "));
    }

    /// `auto()`: the number after the last one, the next bit of flags, or the name in lower case.
    fn automatic(&mut self, class: &'a StmtClassDef) {
        let of_text = class.bases().iter().any(|base| last_name(base) == Some("StrEnum"));
        let flags = class.bases().iter().any(|base| matches!(last_name(base), Some("Flag" | "IntFlag")));
        let mut last = 0_i64;
        for assign in class.body.iter().filter_map(Stmt::as_assign_stmt) {
            let (Some(member), value) = (assign.targets.first().and_then(name), assign.value.as_ref()) else {
                continue;
            };
            if value.as_call_expr().and_then(|call| last_name(&call.func)) == Some("auto") {
                last = match (flags, last) {
                    (true, 1..) => last.saturating_mul(2),
                    _ => last.saturating_add(1),
                };
                let text = if of_text { format!("'{}'", member.to_lowercase()) } else { last.to_string() };
                self.edits.replace(span(value), text);
            } else if let Ok(number) = self.text(value).parse() {
                last = number;
            }
        }
    }
}
