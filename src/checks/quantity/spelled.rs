//! Numbers in words: `half an hour`, `two and a half million`, `one hundred and fifty`, `three nines`.

use super::units;

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

/// A whole number in words and how many of them it takes: `one hundred and twenty thousand`.
fn whole(words: &[&str]) -> Option<(usize, usize)> {
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    let times =
        |at: usize| units::large(word(at)).and_then(|times| times.parse::<f64>().ok()).map(|times| times as usize);
    let (mut sum, mut part, mut room) = (0_usize, 0_usize, usize::MAX);
    let mut at = 0;
    if word(0) == "a" && times(1).is_some() {
        (part, room, at) = (1, 0, 1);
    }
    loop {
        let skip = usize::from(at > 0 && word(at) == "and" && part + sum > 0);
        if let Some(number) = cardinal(word(at + skip)).filter(|number| *number < room) {
            part += number;
            // Ones may follow tens, and anything follows a hundred.
            room = if (20..100).contains(&number) && number % 10 == 0 { 10 } else { 0 };
            at += skip + 1;
        } else if let Some(times) = times(at).filter(|_| part > 0) {
            if times < 1_000 {
                part = part.checked_mul(times)?;
                room = times;
            } else {
                sum = sum.checked_add(part.checked_mul(times)?)?;
                (part, room) = (0, times);
            }
            at += 1;
        } else if let Some(times) = times(at).filter(|_| sum > 0) {
            // `a hundred thousand million`
            sum = sum.checked_mul(times)?;
            at += 1;
        } else {
            break;
        }
    }
    (at > 0).then_some((sum + part, at))
}

/// `half an hour` as `0.5 hour`. Only for texts without digits: beside a number, `one` counts something else.
pub(super) fn out(text: &str) -> String {
    let lower = text.to_lowercase().replace('‑', "-");
    let words = lower.split_whitespace().map(|word| word.trim_matches([',', '.', '"', ';']));
    // `twenty-five` is one word, `one-hour` two.
    let words: Vec<&str> = words
        .flat_map(|word| match cardinal(word) {
            Some(_) => vec![word],
            None => word.split('-').filter(|part| !part.is_empty()).collect(),
        })
        .collect();
    let mut out: Vec<String> = Vec::new();
    let mut counted = false;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let after = |steps: usize| words.get(at + steps).copied().unwrap_or_default();
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
            "a" | "an" if !counted && units::is_time(after(1)) => (Some("1".to_owned()), 1),
            "every" if units::is_time(after(1)) => {
                out.push("every".to_owned());
                (Some("1".to_owned()), 1)
            }
            "once" if after(1) == "every" => (None, 1),
            "once" => (Some("1".to_owned()), 1),
            "twice" => (Some("2".to_owned()), 1),
            "times" if matches!(after(1), "a" | "an" | "per" | "each" | "every") => (None, 1),
            word => match whole(&words[at..]) {
                // `an hour and a half` is in digits by now.
                Some((whole, used)) if after(used) == "and" && after(used + 1) == "a" && after(used + 2) == "half" => {
                    (Some(format!("{whole}.5")), used + 3)
                }
                Some((whole, used)) if after(used) == "quarters" => (Some(format!("({whole} / 4)")), used + 1),
                Some((whole, used)) if after(used) == "thirds" => (Some(format!("({whole} / 3)")), used + 1),
                Some((whole, used)) => (Some(whole.to_string()), used),
                None => {
                    out.push(word.to_owned());
                    (None, 1)
                }
            },
        };
        // `three quarters of an hour`
        let of = usize::from(number.is_some() && words.get(at + used) == Some(&"of"));
        let of = if of == 1 && matches!(words.get(at + used + 1), Some(&"a" | &"an")) { 2 } else { 0 };
        counted |= number.is_some();
        out.extend(number);
        at += used + of;
    }
    out.join(" ")
}
