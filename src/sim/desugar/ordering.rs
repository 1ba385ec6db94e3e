//! Sorting and choosing among objects that say themselves which comes first.

use ruff_python_ast::{Expr, ExprCall};

use super::{Pass, library, name, span};

const FUNCTIONS: [(&str, &str); 3] = [("sorted", "_belt_in_order"), ("min", "_belt_least"), ("max", "_belt_most")];
const BISECTS: [&str; 6] = ["bisect", "bisect_left", "bisect_right", "insort", "insort_left", "insort_right"];
const HEAPS: [&str; 7] = ["heapify", "heappush", "heappop", "heapreplace", "heappushpop", "nsmallest", "nlargest"];

impl<'a> Pass<'a> {
    /// Whether some class of the code has an order. Decimals have their own functions.
    fn orders(&self) -> bool {
        self.survey.operators.contains("__lt__") && !self.survey.imports.contains("decimal")
    }

    /// Calls that compare objects; whether all of the call but its arguments is dealt with.
    pub fn ordering(&mut self, call: &'a ExprCall) -> bool {
        if !self.orders() {
            return false;
        }
        let instead = match call.func.as_ref() {
            Expr::Name(function) if !self.survey.functions.contains_key(function.id.as_str()) => {
                let function = function.id.as_str();
                let known = FUNCTIONS.iter().find(|(known, _)| *known == function);
                let of = |module: &str| self.survey.imports.contains(&format!("{module}.{function}"));
                let heap = of("heapq") && HEAPS.contains(&function) || of("bisect") && BISECTS.contains(&function);
                match known {
                    Some((_, instead)) => (*instead).to_owned(),
                    None if heap => format!("_belt_{function}"),
                    None => return false,
                }
            }
            Expr::Attribute(method) => {
                let function = method.attr.as_str();
                let module = name(&method.value);
                if module == Some("heapq") && HEAPS.contains(&function)
                    || module == Some("bisect") && BISECTS.contains(&function)
                {
                    format!("_belt_{function}")
                } else if function == "sort" && !self.survey.functions.contains_key("sort") {
                    self.need(library::OPERATORS);
                    self.need(library::ORDERING);
                    return self.first(call, method, "_belt_order");
                } else {
                    return false;
                }
            }
            _ => return false,
        };
        self.need(library::OPERATORS);
        self.need(library::ORDERING);
        self.edits.replace(span(call.func.as_ref()), instead);
        true
    }
}
