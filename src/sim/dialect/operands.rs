//! Operands of an operator or a method, found among words.

use super::modules;
use super::rewrite::Rewriter;

impl Rewriter<'_> {
    /// Where the operand that ends before token `end` begins.
    pub fn primary(&self, end: usize) -> Option<usize> {
        let mut at = end.checked_sub(1)?;
        loop {
            if matches!(self.text(at), ")" | "]") {
                let open = self.open(at)?;
                if open == 0 || !(self.is_word(open - 1) || matches!(self.text(open - 1), ")" | "]")) {
                    return Some(open);
                }
                at = open - 1;
                continue;
            }
            if !self.is_word(at) {
                return None;
            }
            if at < 2 || !self.is(at - 1, ".") {
                return Some(at);
            }
            at -= 2;
        }
    }

    /// `"..." % operand`.
    pub fn percent(&mut self, at: usize) {
        let mut first = at - 1;
        let joined = |later: usize| {
            let between = self.code.get(self.end(later - 1)..self.start(later)).unwrap_or_default();
            self.lexed.tokens[later].depth > 0 || !between.contains('\n')
        };
        while first > 0 && self.is_text(first - 1) && joined(first) {
            first -= 1;
        }
        let mut last = at + 1;
        if matches!(self.text(last), "(" | "{" | "[") {
            let Some(close) = self.close(last) else { return };
            last = close;
        } else if !self.is_word(last) && !self.is_text(last) {
            return;
        }
        loop {
            match self.text(last + 1) {
                "." => last += 2,
                // A bracket on a later line of the text belongs to another statement.
                "(" | "[" if self.start(last + 1) == self.end(last) => {
                    let Some(close) = self.close(last + 1) else { return };
                    last = close;
                }
                _ => break,
            }
        }
        self.need(modules::PERCENT);
        let (start, sign, end) = (self.start(first), self.start(at)..self.end(at), self.end(last));
        self.edits.insert(start, "_belt_percent(");
        self.edits.replace(sign, ",");
        self.edits.insert(end, ")");
    }
}
