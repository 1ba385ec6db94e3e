//! `match` with patterns that take things apart, as `if` and `elif` on the same lines. Plain values are the business of
//! the pass over words.

use ruff_python_ast::{Expr, Pattern, StmtMatch};
use ruff_text_size::Ranged;

use super::{Pass, name};

/// Types whose pattern's one argument is the value itself.
const VALUES: [&str; 9] = ["str", "int", "float", "bool", "list", "dict", "tuple", "bytes", "set"];

impl<'a> Pass<'a> {
    pub fn match_statement(&mut self, statement: &'a StmtMatch) {
        if !statement.cases.iter().any(|case| is_structural(&case.pattern)) {
            return;
        }
        self.matches += 1;
        let subject = format!("_belt_case_{}", self.matches);
        let start = statement.range.start().to_usize();
        let Some(colon) = self.find(statement.subject.end().to_usize(), ":") else { return };
        self.edits.replace(start..start + "match".len(), format!("if [{subject} := ("));
        self.edits.replace(colon..colon + 1, ")]:");
        for (at, case) in statement.cases.iter().enumerate() {
            let mut test = self.test(&case.pattern, &subject);
            let end = match &case.guard {
                Some(guard) => {
                    test = format!("{test} and ({})", self.text(guard.as_ref()));
                    guard.end()
                }
                None => case.pattern.end(),
            };
            let Some(colon) = self.find(end.to_usize(), ":") else { return };
            let word = if at == 0 { "if" } else { "elif" };
            self.edits.replace(case.range.start().to_usize()..colon, format!("{word} {test}"));
        }
    }

    /// The condition under which `value` has the pattern's form; names are bound on the way.
    fn test(&self, pattern: &'a Pattern, value: &str) -> String {
        match pattern {
            Pattern::MatchValue(literal) => format!("({value} == {})", self.text(literal.value.as_ref())),
            Pattern::MatchSingleton(literal) => format!("({value} is {})", self.text(literal)),
            Pattern::MatchOr(any) => {
                let tests: Vec<String> = any.patterns.iter().map(|pattern| self.test(pattern, value)).collect();
                format!("({})", tests.join(" or "))
            }
            Pattern::MatchAs(binding) => {
                let inner = binding.pattern.as_deref().map(|pattern| self.test(pattern, value));
                let bound = binding.name.as_ref().map(|name| format!("[{name} := {value}]"));
                let tests: Vec<String> = inner.into_iter().chain(bound).collect();
                if tests.is_empty() { "True".to_owned() } else { format!("({})", tests.join(" and ")) }
            }
            Pattern::MatchStar(_) => "True".to_owned(),
            Pattern::MatchSequence(sequence) => self.sequence(&sequence.patterns, value),
            Pattern::MatchMapping(mapping) => {
                let mut tests = vec![format!("isinstance({value}, dict)")];
                for (key, pattern) in mapping.keys.iter().zip(&mapping.patterns) {
                    let key = self.text(key);
                    tests.push(format!("{key} in {value}"));
                    tests.push(self.test(pattern, &format!("{value}[{key}]")));
                }
                if let Some(rest) = &mapping.rest {
                    let keys: String = mapping.keys.iter().map(|key| format!("{}, ", self.text(key))).collect();
                    tests.push(format!(
                        "[{rest} := {{_belt_key: {value}[_belt_key] for _belt_key in {value} if _belt_key not in ({keys})}}]"
                    ));
                }
                format!("({})", tests.join(" and "))
            }
            Pattern::MatchClass(class) => self.class_pattern(&class.cls, &class.arguments, value),
        }
    }

    fn sequence(&self, patterns: &'a [Pattern], value: &str) -> String {
        let star = patterns.iter().position(|pattern| matches!(pattern, Pattern::MatchStar(_)));
        let least = patterns.len() - usize::from(star.is_some());
        let sign = if star.is_some() { ">=" } else { "==" };
        let mut tests = vec![format!("isinstance({value}, (list, tuple)) and len({value}) {sign} {least}")];
        for (at, pattern) in patterns.iter().enumerate() {
            let behind = patterns.len() - at;
            match pattern {
                Pattern::MatchStar(rest) => {
                    if let Some(rest) = &rest.name {
                        let tail = behind - 1;
                        tests.push(format!("[{rest} := list({value}[{at}:len({value}) - {tail}])]"));
                    }
                }
                _ if star.is_some_and(|star| at > star) => {
                    tests.push(self.test(pattern, &format!("{value}[-{behind}]")))
                }
                _ => tests.push(self.test(pattern, &format!("{value}[{at}]"))),
            }
        }
        format!("({})", tests.join(" and "))
    }

    /// A class with those that derive from it.
    fn pattern_types(&self, class: &'a Expr) -> String {
        let Some(class_name) = name(class).filter(|class| self.survey.kind(class).is_some()) else {
            return self.text(class).to_owned();
        };
        let family = std::iter::once(class_name).chain(self.survey.derived(class_name));
        let all: String = family
            .map(|class| if self.survey.is_rich(class) { format!("_belt_of_{class}, ") } else { format!("{class}, ") })
            .collect();
        format!("({all})")
    }

    fn class_pattern(&self, class: &'a Expr, arguments: &'a ruff_python_ast::PatternArguments, value: &str) -> String {
        let class_name = name(class).unwrap_or_default();
        let mut tests = vec![format!("isinstance({value}, {})", self.pattern_types(class))];
        let fields = self.field_names(class_name);
        for (at, pattern) in arguments.patterns.iter().enumerate() {
            match fields.get(at) {
                _ if VALUES.contains(&class_name) => tests.push(self.test(pattern, value)),
                Some(field) => tests.push(self.test(pattern, &format!("{value}.{field}"))),
                None => tests.push(self.test(pattern, &format!("{value}.__match_args__[{at}]"))),
            }
        }
        for keyword in &arguments.keywords {
            let field = keyword.attr.as_str();
            tests.push(format!("hasattr({value}, '{field}')"));
            tests.push(self.test(&keyword.pattern, &format!("{value}.{field}")));
        }
        format!("({})", tests.join(" and "))
    }
}

/// Whether a pattern does more than compare and bind.
fn is_structural(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => false,
        Pattern::MatchOr(any) => any.patterns.iter().any(is_structural),
        Pattern::MatchAs(binding) => binding.pattern.is_some(),
        Pattern::MatchSequence(_) | Pattern::MatchMapping(_) | Pattern::MatchClass(_) | Pattern::MatchStar(_) => true,
    }
}
