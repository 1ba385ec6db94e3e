//! The words that units and large numbers go by.

/// The calculator's name for a unit. Case matters only where it must: `B` and `b`, `MB` and `Mb`.
pub(super) fn unit(word: &str) -> Option<&'static str> {
    let found = match word {
        "B" => "byte",
        "Kb" | "kb" => "kilobit",
        "Mb" => "megabit",
        "Gb" => "gigabit",
        "Tb" => "terabit",
        _ => match word.to_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => "second",
            "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => "millisecond",
            "us" | "µs" | "μs" | "usec" | "microsecond" | "microseconds" => "microsecond",
            "ns" | "nanosecond" | "nanoseconds" => "nanosecond",
            "min" | "mins" | "minute" | "minutes" => "minute",
            "h" | "hr" | "hrs" | "hour" | "hours" => "hour",
            "d" | "day" | "days" => "day",
            "wk" | "wks" | "week" | "weeks" => "week",
            "fortnight" | "fortnights" => "fortnight",
            "mo" | "month" | "months" => "month",
            "y" | "yr" | "yrs" | "year" | "years" => "year",
            "b" | "byte" | "bytes" => "byte",
            "kb" | "kilobyte" | "kilobytes" => "kB",
            "mb" | "megabyte" | "megabytes" => "MB",
            "gb" | "gigabyte" | "gigabytes" => "GB",
            "tb" | "terabyte" | "terabytes" => "TB",
            "pb" | "petabyte" | "petabytes" => "PB",
            "eb" | "exabyte" | "exabytes" => "EB",
            "kib" | "kibibyte" | "kibibytes" => "KiB",
            "mib" | "mebibyte" | "mebibytes" => "MiB",
            "gib" | "gibibyte" | "gibibytes" => "GiB",
            "tib" | "tebibyte" | "tebibytes" => "TiB",
            "pib" | "pebibyte" | "pebibytes" => "PiB",
            "bit" | "bits" => "bit",
            "kbit" | "kilobit" | "kilobits" => "kilobit",
            "mbit" | "megabit" | "megabits" => "megabit",
            "gbit" | "gigabit" | "gigabits" => "gigabit",
            "tbit" | "terabit" | "terabits" => "terabit",
            "percent" | "pct" => "%",
            _ => return None,
        },
    };
    Some(found)
}

pub(super) fn is_time(word: &str) -> bool {
    matches!(unit(word), Some("second" | "minute" | "hour" | "day" | "week" | "month" | "year"))
}

/// A word for a large number.
pub(super) fn large(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "dozen" | "dozens" => "12",
        "hundred" | "hundreds" => "1e2",
        "thousand" | "thousands" => "1e3",
        "lakh" | "lakhs" => "1e5",
        "million" | "millions" | "mil" | "mio" | "mn" => "1e6",
        "crore" | "crores" => "1e7",
        "billion" | "billions" | "bil" | "bn" | "mrd" | "milliard" | "milliards" => "1e9",
        "trillion" | "trillions" | "tn" => "1e12",
        _ => return None,
    })
}

/// `rps` as what it stands for, with the letter before it that multiplies: `krps`.
pub(super) fn rate(word: &str) -> Option<(Option<&'static str>, Option<&'static str>, &'static str)> {
    let (thing, time) = match word {
        "kbps" | "Kbps" => (Some("kilobit"), "second"),
        "mbps" | "Mbps" => (Some("megabit"), "second"),
        "gbps" | "Gbps" => (Some("gigabit"), "second"),
        "tbps" | "Tbps" => (Some("terabit"), "second"),
        "kBps" | "KBps" | "KBPS" => (Some("kB"), "second"),
        "MBps" | "MBPS" => (Some("MB"), "second"),
        "GBps" | "GBPS" => (Some("GB"), "second"),
        _ => match word.to_lowercase().as_str() {
            "bps" => (Some("bit"), "second"),
            "kbps" => (Some("kilobit"), "second"),
            "mbps" => (Some("megabit"), "second"),
            "gbps" => (Some("gigabit"), "second"),
            "rps" | "qps" | "tps" | "wps" | "ops" | "iops" | "eps" | "hz" => (None, "second"),
            "rpm" | "qpm" | "tpm" => (None, "minute"),
            _ => {
                let mut letters = word.chars();
                let times = match letters.next() {
                    Some('k' | 'K') => "1e3",
                    Some('M') => "1e6",
                    Some('G') => "1e9",
                    _ => return None,
                };
                return match rate(letters.as_str()) {
                    Some((None, None, time)) => Some((Some(times), None, time)),
                    _ => None,
                };
            }
        },
    };
    Some((None, thing, time))
}

const NAMES: [&str; 16] = [
    "seconds",
    "second",
    "minutes",
    "minute",
    "hours",
    "months",
    "month",
    "years",
    "weeks",
    "bytes",
    "megabytes",
    "gigabytes",
    "terabytes",
    "kilobytes",
    "milliseconds",
    "millisecond",
];

/// The unit that a word is one slip of the pen away from.
pub(super) fn nearly(word: &str) -> Option<&'static str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let near = |name: &&str| word.len() > 3 && one_slip(&word, &name.chars().collect::<Vec<char>>());
    NAMES.into_iter().find(near)
}

/// Whether one letter was put in, left out or changed, or two of them were swapped.
fn one_slip(a: &[char], b: &[char]) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    let swapped =
        |a: &[char], b: &[char]| matches!((a, b), ([p, q, a @ ..], [r, s, b @ ..]) if p == s && q == r && a == b);
    match (a, b) {
        ([], []) => false,
        ([_, rest @ ..], []) | ([], [_, rest @ ..]) => rest.is_empty(),
        ([_, one @ ..], [_, other @ ..]) => one == other || one == b || a == other || swapped(a, b),
    }
}
