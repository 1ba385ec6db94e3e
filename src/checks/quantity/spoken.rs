//! Quantities as they are spoken or written elsewhere: `half an hour`, `1m30s`, `1,5 s`, `10-20 %`, `$1.2k/month`.

use std::sync::LazyLock;

use regex::Regex;

use super::text::MAX_BYTES;

macro_rules! pattern {
    ($pattern:expr) => {{
        static PATTERN: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($pattern).expect("the pattern is a constant that compiles"));
        &*PATTERN
    }};
}

/// The same quantity in digits and with units that stand apart. `m` behind a number is a minute where a `time` is asked.
pub(super) fn in_digits(text: &str, time: bool) -> String {
    let mut text = text.to_owned();
    if text.len() > MAX_BYTES {
        return text;
    }
    for (sign, part) in [('½', "5"), ('¼', "25"), ('¾', "75")] {
        if let Some((whole, rest)) = text.split_once(sign) {
            let whole = whole.trim_end();
            let zero = if whole.ends_with(|c: char| c.is_ascii_digit()) { "" } else { " 0" };
            text = format!("{whole}{zero}.{part}{rest}");
        }
    }
    text = pattern!(r"\b(\d+) 1/2\b").replace(&text, "$1.5").into_owned();
    // `1,5 s`; three digits behind a comma are thousands.
    let decimal = text.matches(',').count() == 1 && !text.contains('.');
    if decimal && let Some(found) = pattern!(r"\d,\d{1,2}(?:\D|$)").find(&text) {
        text.replace_range(found.start() + 1..found.start() + 2, ".");
    }
    text = pattern!(r"\b\d{1,3}(?:\.\d{3}){2,}\b")
        .replace_all(&text, |found: &regex::Captures| found[0].replace('.', ""))
        .into_owned();
    text = pattern!(r"(\d)\s*h\s*(\d+)\s*m\b").replace_all(&text, "$1 h $2 min").into_owned();
    text = pattern!(r"(\d)\s*m\s*(\d+)\s*s\b").replace_all(&text, "$1 min $2 s").into_owned();
    if time {
        text = pattern!(r"(\d) ?m\b").replace_all(&text, "$1 min").into_owned();
    }
    if text.chars().any(|c| c.is_ascii_digit()) { text } else { spelled_out(&text) }
}

/// Money says `a month` and is still compared in money.
pub(super) fn money_alone(text: &str) -> Option<String> {
    let money = pattern!(r"(?i)[$€£]|\b(?:usd|eur|gbp|dollars?|euros?)\b").is_match(text);
    let monthly = pattern!(r"(?i)(?:/|\bper|\ba|\beach)\s*(?:months?|mo)\b|\bmonthly\b");
    (money && monthly.is_match(text)).then(|| monthly.replace(text, "").into_owned())
}

/// The ends of `10-20 %` or `between 5 and 10 s`, each with what stands around them.
pub(super) fn range(text: &str) -> Option<(String, String)> {
    if text.len() > MAX_BYTES {
        return None;
    }
    static RANGE: LazyLock<Regex> = LazyLock::new(|| {
        let number = r"(\d[\d,_]*(?:\.\d+)?)";
        Regex::new(&format!(r"^(\D*){number}\s*([a-zA-Zµ%]*)\s*(?:-|–|—|\.\.+|\bto\b|\band\b)\s*{number}(\D*)$"))
            .expect("the pattern is a constant that compiles")
    });
    let found = RANGE.captures(text)?;
    let value = |at: usize| found[at].replace([',', '_'], "").parse::<f64>().ok();
    let (before, unit, rest) = (&found[1], &found[3], &found[5]);
    let before = before.trim_start().trim_start_matches("between").trim_start_matches("from");
    // A minus between a large and a small number takes one from the other.
    let rising = value(2)? < value(4)?;
    let same = unit.is_empty() || rest.trim_start().starts_with(unit);
    if !rising || !same || before.contains(['(', '*', '/', '+', '-']) || text.contains('=') {
        return None;
    }
    let end = |at: usize| format!("{before} {}{rest}", &found[at]);
    Some((end(2), end(4)))
}

const UNITS: &str = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen \
    nineteen";
const TENS: &str = "twenty thirty forty fifty sixty seventy eighty ninety";

fn cardinal(word: &str) -> Option<usize> {
    let place = |list: &str, word: &str| list.split_whitespace().position(|known| known == word);
    match word.split_once('-') {
        Some((ten, one)) => Some(20 + 10 * place(TENS, ten)? + place(UNITS, one)?),
        None => place(UNITS, word).or_else(|| Some(20 + 10 * place(TENS, word)?)),
    }
}

/// `half an hour` as `0.5 hour`. Only for texts without digits: beside a number, `one` counts something else.
fn spelled_out(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().map(|word| word.trim_matches([',', '.', '"'])).collect();
    let mut out: Vec<String> = Vec::new();
    let mut counted = false;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let after = |steps: usize| words.get(at + steps).copied().unwrap_or_default();
        let large = |word: &str| matches!(word, "dozen" | "hundred" | "thousand" | "million" | "billion" | "trillion");
        let (number, used) = match *word {
            "half" if matches!(after(1), "a" | "an") => (Some("0.5".to_owned()), 2),
            "half" => (Some("0.5".to_owned()), 1),
            "a" if after(1) == "half" => (Some("0.5".to_owned()), 2),
            "quarter" if after(1) == "of" => {
                (Some("0.25".to_owned()), if matches!(after(2), "a" | "an") { 3 } else { 2 })
            }
            "a" if after(1) == "quarter" && after(2) == "of" => {
                (Some("0.25".to_owned()), if matches!(after(3), "a" | "an") { 4 } else { 3 })
            }
            "a" if after(1) == "quarter" => (Some("0.25".to_owned()), 2),
            "a" if after(1) == "third" => (Some("(1 / 3)".to_owned()), 2),
            "a" if after(1) == "couple" => (Some("2".to_owned()), if after(2) == "of" { 3 } else { 2 }),
            "a" if large(after(1)) => (Some("1".to_owned()), 1),
            "a" | "an" if !counted && super::text::is_time(after(1)) => (Some("1".to_owned()), 1),
            "once" => (Some("1".to_owned()), 1),
            "twice" => (Some("2".to_owned()), 1),
            "times" if matches!(after(1), "a" | "an" | "per" | "each" | "every") => (None, 1),
            word => match cardinal(word) {
                Some(whole) if after(1) == "and" && after(2) == "a" && after(3) == "half" => {
                    (Some(format!("{whole}.5")), 4)
                }
                // `five nines`
                Some(whole @ 2..=9) if after(1) == "nines" => (Some(format!("99.{} %", "9".repeat(whole - 2))), 2),
                Some(whole) if after(1) == "quarters" => (Some(format!("({whole} / 4)")), 2),
                Some(whole) if after(1) == "thirds" => (Some(format!("({whole} / 3)")), 2),
                Some(whole) => (Some(whole.to_string()), 1),
                None => {
                    out.push(word.to_owned());
                    (None, 1)
                }
            },
        };
        counted |= number.is_some();
        out.extend(number);
        at += used;
    }
    out.join(" ")
}
