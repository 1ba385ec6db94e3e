//! Built-ins that call back: `min(replicas, key=lambda r: r.lag())`. The interpreter cannot leave such a callback for a
//! world call, so code that uses them gets plain Python ones.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::Adapted;

const SHIM: &str = include_str!("keyed.py");

/// Puts the shim before code that needs it. Statements `xs.sort(key=...)` become calls on the same line.
pub(super) fn with_callbacks(mut adapted: Adapted) -> Adapted {
    static NEEDED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\bkey\s*=|\b(filter|map|next)\(").expect("the pattern is a constant that compiles")
    });
    static SORT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^([ \t]*)([A-Za-z_][\w.]*)\.sort\((.*\bkey\s*=)")
            .expect("the pattern is a constant that compiles")
    });
    if !NEEDED.is_match(&adapted.code) {
        return adapted;
    }
    adapted.shims.push_str(SHIM);
    // A text over several lines could hold such a line, and texts stay as they are.
    if !adapted.code.contains("\"\"\"")
        && !adapted.code.contains("'''")
        && let Cow::Owned(code) = SORT.replace_all(&adapted.code, "${1}_belt_sort(${2}, ${3}")
    {
        adapted.code = code;
    }
    adapted
}
