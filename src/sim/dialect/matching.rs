//! `match` with plain values, as `if` and `elif` on the same lines.

use std::ops::Range;

use super::rewrite::Rewriter;

impl Rewriter<'_> {
    pub fn is_match(&self, tokens: &Range<usize>) -> bool {
        self.is(tokens.start, "match")
            && tokens.len() > 2
            && self.is(tokens.end - 1, ":")
            && !matches!(self.text(tokens.start + 1), "=" | ":" | "." | ",")
    }

    /// `match x:` with cases that are literals, as `if` and `elif` on the same lines; all or nothing.
    pub fn match_statement(&mut self, line: usize) {
        let lines = &self.lexed.lines;
        let header = lines[line].clone();
        let Some(inner) = lines.get(line + 1).map(|line| line.indent) else { return };
        self.matches += 1;
        let subject = format!("_belt_match_{}", self.matches);
        let mut edits = Vec::new();
        let value = self.source(&(header.tokens.start + 1..header.tokens.end - 1));
        edits.push((self.span(&header.tokens), format!("if [{subject} := ({value})]:")));
        let mut first = true;
        for line in lines[line + 1..].iter().take_while(|line| line.indent > header.indent) {
            if line.indent != inner {
                continue;
            }
            let (Some(colon), true) = (self.header_colon(&line.tokens), self.is(line.tokens.start, "case")) else {
                return;
            };
            let body = line.tokens.start + 1..colon;
            let guard = body.clone().find(|at| self.lexed.tokens[*at].depth == 0 && self.is(*at, "if"));
            let pattern = body.start..guard.unwrap_or(body.end);
            let Some(mut test) = self.pattern(pattern, &subject) else { return };
            if let Some(guard) = guard {
                test = format!("{test} and ({})", self.source(&(guard + 1..body.end)));
            }
            let range = self.start(line.tokens.start)..self.end(colon);
            edits.push((range, format!("{} {test}:", if first { "if" } else { "elif" })));
            first = false;
        }
        for (range, text) in edits {
            self.edits.replace(range, text);
        }
    }

    /// The test a pattern stands for; `None` when it takes things apart.
    fn pattern(&self, tokens: Range<usize>, subject: &str) -> Option<String> {
        let mut tests = Vec::new();
        for alternative in self.split(tokens, "|") {
            let words: Vec<usize> = alternative.clone().collect();
            let source = self.source(&alternative);
            let first = source.chars().next()?;
            tests.push(match words.as_slice() {
                [_] if source == "_" => "True".to_owned(),
                [_] if matches!(source, "None" | "True" | "False") => format!("{subject} is {source}"),
                [one] if self.is_text(*one) || first.is_ascii_digit() => format!("{subject} == {source}"),
                [minus, _] if self.is(*minus, "-") => format!("{subject} == {source}"),
                [_] => format!("[{source} := {subject}]"),
                [_, dot, _] if self.is(*dot, ".") => format!("{subject} == {source}"),
                _ => return None,
            });
        }
        if tests.is_empty() { None } else { Some(format!("({})", tests.join(" or "))) }
    }
}
