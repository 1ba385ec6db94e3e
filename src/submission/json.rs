//! JSON, strictly (RFC 8259), with a word about each of the usual additions to it.

use std::collections::HashSet;
use std::ops::Range;

use super::scalar::{self, Style, Text};
use super::{Fault, Key, Kind, Limits, Node};

pub(super) fn parse(source: &str, limits: &Limits) -> Result<Node, Vec<Fault>> {
    let mut reader = Reader { source, at: 0, depth: 0, limits, duplicates: Vec::new() };
    let root = reader.document();
    let mut faults = reader.duplicates;
    match root {
        Ok(root) if faults.is_empty() => Ok(root),
        Ok(_) => Err(faults),
        Err(fault) => {
            faults.push(fault);
            Err(faults)
        }
    }
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
    depth: usize,
    limits: &'a Limits,
    /// The one mistake after which reading goes on.
    duplicates: Vec<Fault>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Node, Fault> {
        self.space()?;
        let root = self.value()?;
        self.space()?;
        if self.at < self.source.len() {
            return Err(Fault::new(
                self.here(),
                "text after the end of the JSON value",
                "remove it, or check the brackets before it",
            ));
        }
        Ok(root)
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn here(&self) -> Range<usize> {
        self.at..self.at + self.peek().filter(|next| !next.is_control()).map_or(0, char::len_utf8)
    }

    fn space(&mut self) -> Result<(), Fault> {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
        if self.rest().starts_with("//") || self.rest().starts_with("/*") || self.rest().starts_with('#') {
            return Err(Fault::new(
                self.here(),
                "a comment, which JSON does not have",
                "remove it, or write the file in YAML",
            ));
        }
        Ok(())
    }

    fn value(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        let kind = match self.peek() {
            Some('{') => self.nested(Self::object)?,
            Some('[') => self.nested(Self::array)?,
            Some('"') => Kind::String(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            Some('\'') => {
                return Err(Fault::new(self.here(), "single quotes, expected double quotes", "write text as \"...\""));
            }
            Some(',' | ']' | '}' | ':') | None => {
                return Err(Fault::new(self.here(), "a value is missing here", "write a value, or null"));
            }
            Some(_) => self.word()?,
        };
        Ok(Node { span: start..self.at, kind })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Kind, Fault>) -> Result<Kind, Fault> {
        if self.depth >= self.limits.max_depth {
            let message = format!("more than {} levels inside one another", self.limits.max_depth);
            return Err(Fault::new(self.here(), message, "flatten this part of the file"));
        }
        self.depth += 1;
        let kind = read(self);
        self.depth -= 1;
        kind
    }

    fn object(&mut self) -> Result<Kind, Fault> {
        let open = self.at;
        self.at += 1;
        let mut fields = Vec::new();
        let mut names = HashSet::new();
        self.space()?;
        if self.rest().starts_with('}') {
            self.at += 1;
            return Ok(Kind::Mapping(fields));
        }
        loop {
            let start = self.at;
            match self.peek() {
                Some('"') => {}
                Some('}') => return Err(self.trailing_comma()),
                None => return Err(unclosed(open, '{')),
                Some('\'') => {
                    return Err(Fault::new(
                        self.here(),
                        "single quotes, expected double quotes",
                        "write field names as \"...\"",
                    ));
                }
                Some(_) => {
                    return Err(Fault::new(
                        self.here(),
                        "expected a field's name in double quotes",
                        "write \"name\": value",
                    ));
                }
            }
            let name = self.string()?.value;
            let key = Key { name, span: start..self.at };
            self.space()?;
            if !self.rest().starts_with(':') {
                let message = format!("expected `:` after the field's name `{}`", key.name);
                return Err(Fault::new(self.here(), message, "write \"name\": value"));
            }
            self.at += 1;
            self.space()?;
            let node = self.value()?;
            if names.insert(key.name.clone()) {
                fields.push((key, node));
            } else {
                let message = format!("the field `{}` is given twice", key.name);
                self.duplicates.push(Fault::new(key.span, message, "keep one of the two"));
            }
            if self.end_of_item(open, '{', '}')? {
                return Ok(Kind::Mapping(fields));
            }
        }
    }

    fn array(&mut self) -> Result<Kind, Fault> {
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        self.space()?;
        if self.rest().starts_with(']') {
            self.at += 1;
            return Ok(Kind::Sequence(items));
        }
        loop {
            match self.peek() {
                Some(']') => return Err(self.trailing_comma()),
                None => return Err(unclosed(open, '[')),
                Some(_) => items.push(self.value()?),
            }
            if self.end_of_item(open, '[', ']')? {
                return Ok(Kind::Sequence(items));
            }
        }
    }

    /// Reads `,` or the closing bracket; true for the latter.
    fn end_of_item(&mut self, open: usize, opening: char, closing: char) -> Result<bool, Fault> {
        self.space()?;
        match self.peek() {
            Some(next) if next == closing => {
                self.at += 1;
                Ok(true)
            }
            Some(',') => {
                self.at += 1;
                self.space()?;
                Ok(false)
            }
            None => Err(unclosed(open, opening)),
            Some(_) => Err(Fault::new(
                self.here(),
                format!("expected `,` or `{closing}` here"),
                "check the line before it for a missing comma",
            )),
        }
    }

    fn trailing_comma(&self) -> Fault {
        let before = self.source[..self.at].trim_end();
        let at = before.len().saturating_sub(1);
        Fault::new(at..before.len(), "a comma after the last item, which JSON does not allow", "remove the comma")
    }

    fn string(&mut self) -> Result<Text, Fault> {
        let start = self.at;
        let mut value = String::new();
        let mut at = start + 1;
        loop {
            let rest = &self.source[at..];
            let length = rest.find(|next: char| next == '"' || next == '\\' || next < ' ').unwrap_or(rest.len());
            value.push_str(&rest[..length]);
            at += length;
            let rest = &rest[length..];
            match rest.chars().next() {
                Some('"') => break,
                Some('\\') => {
                    let (decoded, length) = scalar::escape(rest);
                    let known = rest[1..].starts_with(['"', '\\', '/', 'b', 'f', 'n', 'r', 't', 'u']);
                    let Some(character) = decoded.filter(|_| known) else {
                        let end = at + rest.char_indices().nth(2).map_or(rest.len(), |(end, _)| end);
                        return Err(Fault::new(
                            at..end,
                            "an escape that JSON does not have",
                            "write a backslash as `\\\\`",
                        ));
                    };
                    value.push(character);
                    at += length;
                }
                Some('\n' | '\r') | None => {
                    return Err(Fault::new(
                        start..at,
                        "this text is not closed on its line",
                        "close it with `\"`; write a line break as `\\n`",
                    ));
                }
                Some(control) => {
                    let message = format!("the control character U+{:04X} inside text", u32::from(control));
                    return Err(Fault::new(at..at + 1, message, "write a tab as `\\t`, any other as `\\u00XX`"));
                }
            }
        }
        self.at = at + 1;
        Ok(Text { value, style: Style::Json, written: start..self.at })
    }

    fn number(&mut self) -> Result<Kind, Fault> {
        let start = self.at;
        let rest = self.rest();
        let length = rest
            .find(|next: char| !(next.is_ascii_alphanumeric() || matches!(next, '+' | '-' | '.' | '_')))
            .unwrap_or(rest.len());
        let text = &rest[..length];
        self.at += length;
        // serde_json follows RFC 8259 to the letter and keeps what fits neither i64 nor u64 as f64.
        serde_json::from_str::<serde_json::Number>(text).map(Kind::Number).map_err(|_| {
            let shown: String = text.chars().take(40).collect();
            Fault::new(
                start..self.at,
                format!("`{shown}` is not a JSON number"),
                "write it as 12, -0.5 or 1e6, or in double quotes as text",
            )
        })
    }

    fn word(&mut self) -> Result<Kind, Fault> {
        let rest = self.rest();
        let length = rest.find(|next: char| !(next.is_alphanumeric() || next == '_')).unwrap_or(rest.len());
        let word = &rest[..length];
        let span = if length == 0 { self.here() } else { self.at..self.at + length };
        self.at += length;
        match word {
            "null" => Ok(Kind::Null),
            "true" => Ok(Kind::Bool(true)),
            "false" => Ok(Kind::Bool(false)),
            _ if ["null", "true", "false"].contains(&word.to_lowercase().as_str()) || word == "None" => {
                Err(Fault::new(span, format!("`{word}` is not JSON"), "JSON writes null, true and false in lower case"))
            }
            _ => Err(Fault::new(span, "text without quotes", "write text as \"...\"")),
        }
    }
}

fn unclosed(open: usize, bracket: char) -> Fault {
    Fault::new(open..open + 1, format!("this `{bracket}` is not closed"), "add the closing bracket where it ends")
}
