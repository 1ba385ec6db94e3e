//! Prometheus's durations: `90s`, `5m`, `1h30m`.

use super::store::Millis;

const UNITS: [(&str, Millis); 7] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
    ("w", 7 * 86_400_000),
    ("y", 365 * 86_400_000),
];

/// `None` for what is no duration; `0` may stand without a unit.
pub fn millis(text: &str) -> Option<Millis> {
    let mut rest = text.trim();
    if rest == "0" {
        return Some(0);
    }
    let mut total: Millis = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: Millis = rest.get(..digits)?.parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (_, unit) = UNITS.iter().find(|(unit, _)| *unit == &rest[..letters])?;
        total = total.checked_add(number.checked_mul(*unit)?)?;
        rest = &rest[letters..];
    }
    Some(total)
}

/// As a person says it: `45 s`, `5 min`, `2 h 30 min`.
pub fn spoken(time: Millis) -> String {
    let seconds = time / 1_000;
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let mut parts = Vec::new();
    for (number, unit) in [(hours, "h"), (minutes, "min"), (rest, "s")] {
        if number > 0 {
            parts.push(format!("{number} {unit}"));
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

/// The time of day, `14:07` (UTC).
pub fn of_day(time: Millis) -> String {
    let minutes = time.div_euclid(60_000).rem_euclid(24 * 60);
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_says_durations() {
        assert_eq!(millis("1h30m"), Some(5_400_000));
        assert_eq!(millis("250ms"), Some(250));
        assert_eq!(millis("0"), Some(0));
        for text in ["", "5", "m", "5 m", "5min", "-5m", "1.5h", "99999999999999999999d"] {
            assert_eq!(millis(text), None, "{text}");
        }
        assert_eq!(spoken(5_430_000), "1 h 30 min 30 s");
        assert_eq!(of_day(86_400_000 + 847 * 60_000), "14:07");
    }
}
