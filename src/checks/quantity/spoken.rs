//! Quantities as they are spoken or written elsewhere: `half an hour`, `1m30s`, `1,5 s`, `10-20 %`, `$1.2k/month`.

use std::sync::LazyLock;

use regex::Regex;

use super::text::MAX_BYTES;
use super::{aside, spelled};

/// The same quantity in digits and with units that stand apart. `m` behind a number is a minute where a `time` is asked.
///
/// # Errors
/// When it may be read in two ways; with what to write.
pub(super) fn in_digits(text: &str, time: bool) -> Result<String, String> {
    if text.len() > MAX_BYTES {
        return Ok(text.to_owned());
    }
    let mut text = text.to_owned();
    for (sign, part) in [('½', "5"), ('¼', "25"), ('¾', "75")] {
        if let Some((whole, rest)) = text.split_once(sign) {
            let whole = whole.trim_end();
            let zero = if whole.ends_with(|c: char| c.is_ascii_digit()) { "" } else { " 0" };
            text = format!("{whole}{zero}.{part}{rest}");
        }
    }
    text = pattern!(r"\b(\d+) (1/2|1/4|3/4)\b")
        .replace(&text, |found: &regex::Captures| {
            let part = match &found[2] {
                "1/2" => "5",
                "1/4" => "25",
                _ => "75",
            };
            format!("{}.{part}", &found[1])
        })
        .into_owned();
    text = halves(&text);
    // `5+ min`: or more.
    text = pattern!(r"(\d)\+(\s*[a-zA-Z]*\s*)$").replace(&text, "$1$2").into_owned();
    text = marked(&aside::without(&text)?)?;
    text = pattern!(r"\bP(?:\d+(?:\.\d+)?[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?\b")
        .replace_all(&text, |found: &regex::Captures| iso(&found[0]))
        .into_owned();
    text = clock(&text, time)?;
    text = pattern!(r"\b(\d+)h(\d\d)\b").replace_all(&text, "$1 h $2 min").into_owned();
    text = pattern!(r"(\d)\s*h\s*(\d+)\s*m\b").replace_all(&text, "$1 h $2 min").into_owned();
    text = pattern!(r"(\d)\s*m\s*(\d+)\s*s\b").replace_all(&text, "$1 min $2 s").into_owned();
    if time {
        text = pattern!(r"(\d) ?m\b").replace_all(&text, "$1 min").into_owned();
        text = pattern!(
            r"(?i)\b(\d+)/(\d+) (?:of )?(?:an? )?(seconds?|minutes?|hours?|days?|weeks?|months?|years?|min|sec|h)\b"
        )
        .replace(&text, "($1 / $2) $3")
        .into_owned();
    }
    text = pattern!(r"\b(\d+/\d+|\d+ ?%) of ([(\d])").replace(&text, "($1) * $2").into_owned();
    if !text.chars().any(|c| c.is_ascii_digit()) {
        text = spelled::out(&text);
    }
    let often = [("hourly", "hour"), ("daily", "day"), ("weekly", "week"), ("monthly", "month"), ("yearly", "year")];
    if let Some((_, unit)) = often.into_iter().find(|(word, _)| text.trim().eq_ignore_ascii_case(word)) {
        return Ok(format!("every 1 {unit}"));
    }
    // `3.5 nines` are 99.95 %.
    let nines = pattern!(r"(?i)\b([2-9])(\.5)?[ -]?(?:nines\b|9'?s\b|x ?9\b)");
    text = nines
        .replace(&text, |found: &regex::Captures| {
            let more = found[1].parse::<usize>().unwrap_or(2) - 2;
            format!("99.{}{} %", "9".repeat(more), if found.get(2).is_some() { "5" } else { "" })
        })
        .into_owned();
    Ok(pattern!(r"\b(\d+(?:\.\d+)?) ?-?fold\b").replace(&text, "$1").into_owned())
}

/// `an hour and a half`, `5 and a half hours`, `2 million and a half`.
fn halves(text: &str) -> String {
    let text = pattern!(r"(?i)\b(\d+) and a half\b").replace(text, "$1.5");
    pattern!(r"(?i)\b(an?|one|\d+) (seconds?|minutes?|hours?|days?|weeks?|months?|years?|min|h|thousand|million|billion|trillion) and a half\b")
        .replace(&text, |found: &regex::Captures| {
            let whole = found[1].parse::<u64>().map_or_else(|_| "1".to_owned(), |whole| whole.to_string());
            format!("{whole}.5 {}", &found[2])
        })
        .into_owned()
}

/// The number with a decimal point and without separators of thousands, where the marks tell which is which.
fn marked(text: &str) -> Result<String, String> {
    // `2,00,000` and `1.200,50`.
    let lakhs = pattern!(r"\b\d{1,2}(?:,\d{2})+,\d{3}\b");
    let mut text = lakhs.replace_all(text, |found: &regex::Captures| found[0].replace(',', "")).into_owned();
    text = pattern!(r"\b\d{1,3}(?:\.\d{3})+,\d{1,2}\b")
        .replace_all(&text, |found: &regex::Captures| found[0].replace('.', "").replace(',', "."))
        .into_owned();
    text = pattern!(r"\b\d{1,3}(?:\.\d{3}){2,}\b")
        .replace_all(&text, |found: &regex::Captures| found[0].replace('.', ""))
        .into_owned();
    text = pattern!(r"\b0,(\d)").replace_all(&text, "0.$1").into_owned();
    // `1,5 s`; three digits behind a comma are thousands.
    let short = pattern!(r"(^|[^\d,.])(\d+),(\d{1,2})($|[^\d,])");
    if short.is_match(&text) && !pattern!(r"\d\.\d").is_match(&text) {
        if let Some(thousands) = pattern!(r"\d+,\d{3}\b").find(&text) {
            return Err(format!(
                "the comma in `{}` may stand for thousands or decimals; write decimals with a point",
                thousands.as_str()
            ));
        }
        text = short.replace_all(&text, "$1$2.$3$4").into_owned();
    }
    // Nobody writes a zero at the end of a decimal fraction of three digits.
    let dotted = pattern!(r"(?:^|[^\d,.])([1-9]\d{0,2})\.(\d\d0)\b\s*([a-zA-Z%]*)").captures(&text);
    if let Some(found) =
        dotted.filter(|found| !matches!(&found[3], "%" | "k" | "K" | "M" | "B" | "million" | "billion"))
    {
        let (whole, part) = (&found[1], &found[2]);
        let short = format!("{whole}.{part}");
        let short = short.trim_end_matches('0').trim_end_matches('.');
        return Err(format!("`{whole}.{part}` may be {whole},{part} or {short}; write `{whole}{part}` or `{short}`"));
    }
    Ok(text)
}

/// `PT1H30M` as `1 h 30 min`.
fn iso(text: &str) -> String {
    let (mut out, mut number, mut time) = (String::new(), String::new(), false);
    for c in text.chars().skip(1) {
        let unit = match (c, time) {
            ('T', _) => {
                time = true;
                continue;
            }
            ('Y', _) => "year",
            ('M', false) => "month",
            ('W', _) => "week",
            ('D', _) => "day",
            ('H', _) => "hour",
            ('M', true) => "minute",
            ('S', _) => "second",
            _ => {
                number.push(c);
                continue;
            }
        };
        out.push_str(&format!(" {} {unit}", std::mem::take(&mut number)));
    }
    if out.is_empty() { text.to_owned() } else { out }
}

/// `01:30:00` is an hour and a half; with two numbers it depends.
fn clock(text: &str, time: bool) -> Result<String, String> {
    if !time {
        return Ok(text.to_owned());
    }
    let text = pattern!(r"\b(\d{1,2}):(\d\d):(\d\d)\b").replace(text, "$1 h $2 min $3 s");
    let text = pattern!(r"\b(\d{1,2}):(\d\d) ?(?:hours?|hrs?|h)\b").replace(&text, "$1 h $2 min");
    let text = pattern!(r"\b(\d{1,2}):(\d\d) ?(?:minutes?|mins?|min)\b").replace(&text, "$1 min $2 s");
    match pattern!(r"\b(\d{1,2}):(\d\d)\b").captures(&text) {
        Some(found) => Err(format!(
            "`{}` may be hours and minutes or minutes and seconds; write `{} h {} min` or `{} min {} s`",
            &found[0], &found[1], &found[2], &found[1], &found[2]
        )),
        None => Ok(text.into_owned()),
    }
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
