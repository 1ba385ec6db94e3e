//! Numbers written in PostgreSQL's patterns, and times read in either database's.

use super::exact::rounded;
use super::text;
use crate::sql::time;

/// `to_char(1234.5, 'FM999,990.00')`.
pub(super) fn number(number: f64, pattern: &str) -> String {
    let (fill, pattern) = match pattern.strip_prefix("FM") {
        Some(rest) => (false, rest),
        None => (true, pattern),
    };
    let (whole, fraction) = pattern.split_once(['.', 'D']).unwrap_or((pattern, ""));
    let is_digit = |c: &char| matches!(c, '9' | '0');
    let places = fraction.chars().filter(is_digit).count();
    let value = rounded(number.abs(), i32::try_from(places).unwrap_or(0));
    let text = format!("{value:.places$}");
    let (integer, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let integer = if integer == "0" && !whole.contains('0') { "" } else { integer };
    let room = whole.chars().filter(is_digit).count();
    if integer.len() > room {
        return pattern.replace(['9', '0'], "#");
    }
    // From the first 0 on digits are written even where there are none.
    let zeros = whole.find('0').map_or(0, |at| whole[at..].chars().filter(is_digit).count());
    let mut digits = format!("{integer:0>zeros$}").chars().rev().collect::<Vec<_>>().into_iter();
    let mut out: Vec<char> = Vec::new();
    let mut left = digits.len();
    for c in whole.chars().rev() {
        match c {
            '9' | '0' => match digits.next() {
                Some(digit) => {
                    out.push(digit);
                    left -= 1;
                }
                None if fill => out.push(' '),
                None => {}
            },
            ',' | 'G' if left > 0 => out.push(','),
            ',' | 'G' if fill => out.push(' '),
            ',' | 'G' | 'S' => {}
            other => out.push(other),
        }
    }
    let mut written: String = out.into_iter().rev().collect();
    let sign = if number < 0.0 {
        "-"
    } else if fill {
        " "
    } else {
        ""
    };
    let blank = written.len() - written.trim_start().len();
    written.insert_str(blank, sign);
    if places > 0 {
        // Digits that may be left out are, where nothing is filled up.
        let least = fraction.rfind('0').map_or(0, |at| at + 1);
        let mut decimals = decimals.to_string();
        while !fill && decimals.len() > least && decimals.ends_with('0') {
            decimals.pop();
        }
        written.push('.');
        written.push_str(&decimals);
    }
    written
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// One field of a format, and how many digits it has at most.
#[derive(Clone, Copy)]
enum Field {
    Year(usize),
    Month,
    MonthName,
    Day,
    Hour,
    Minute,
    Second,
    Fraction,
    Half,
}

const POSTGRES: &[(&str, &[Field])] = &[
    ("YYYY", &[Field::Year(4)]),
    ("YY", &[Field::Year(2)]),
    ("HH24", &[Field::Hour]),
    ("HH12", &[Field::Hour]),
    ("HH", &[Field::Hour]),
    ("MI", &[Field::Minute]),
    ("MM", &[Field::Month]),
    ("MONTH", &[Field::MonthName]),
    ("MON", &[Field::MonthName]),
    ("MS", &[Field::Fraction]),
    ("US", &[Field::Fraction]),
    ("DD", &[Field::Day]),
    ("SS", &[Field::Second]),
    ("AM", &[Field::Half]),
    ("PM", &[Field::Half]),
];
const MYSQL: &[(&str, &[Field])] = &[
    ("%Y", &[Field::Year(4)]),
    ("%y", &[Field::Year(2)]),
    ("%m", &[Field::Month]),
    ("%c", &[Field::Month]),
    ("%b", &[Field::MonthName]),
    ("%M", &[Field::MonthName]),
    ("%d", &[Field::Day]),
    ("%e", &[Field::Day]),
    ("%H", &[Field::Hour]),
    ("%h", &[Field::Hour]),
    ("%k", &[Field::Hour]),
    ("%i", &[Field::Minute]),
    ("%s", &[Field::Second]),
    ("%S", &[Field::Second]),
    ("%f", &[Field::Fraction]),
    ("%p", &[Field::Half]),
];

/// Seconds of a time that is written in a format.
pub(super) fn read(text: &str, format: &str, mysql: bool) -> Option<f64> {
    let known = if mysql { MYSQL } else { POSTGRES };
    let format = if mysql { format.replace("%T", "%H:%i:%s") } else { format.replace("FM", "") };
    let (mut rest, mut pattern) = (text.trim(), format.as_str());
    let (mut year, mut month, mut day) = (1970, 1, 1);
    let (mut of_day, mut half): (f64, Option<bool>) = (0.0, None);
    let mut hour = 0;
    while !pattern.is_empty() {
        let found = known.iter().find(|(name, _)| match mysql {
            true => pattern.starts_with(name),
            false => pattern.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)),
        });
        let Some((name, [field])) = found.map(|(name, fields)| (*name, *fields)) else {
            let mut chars = pattern.chars();
            let wanted = chars.next()?;
            pattern = chars.as_str();
            let given = rest.chars().next()?;
            // PostgreSQL takes any separator for another.
            if wanted != given && (mysql || given.is_ascii_alphanumeric()) {
                return None;
            }
            rest = &rest[given.len_utf8()..];
            continue;
        };
        pattern = &pattern[name.len()..];
        let most = match field {
            Field::Year(most) => *most,
            Field::Fraction => 6,
            _ => 2,
        };
        match field {
            Field::MonthName => {
                let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
                let head: String = word.to_lowercase().chars().take(3).collect();
                month = i64::try_from(MONTHS.iter().position(|month| *month == head)?).ok()? + 1;
                rest = &rest[word.len()..];
            }
            Field::Half => {
                half = Some(rest.get(..2)?.eq_ignore_ascii_case("pm"));
                rest = rest.get(2..)?;
            }
            _ => {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).take(most).collect();
                rest = &rest[digits.len()..];
                let value: i64 = digits.parse().ok()?;
                match field {
                    Field::Year(2) => year = value + if value < 70 { 2000 } else { 1900 },
                    Field::Year(_) => year = value,
                    Field::Month => month = value,
                    Field::Day => day = value,
                    Field::Hour => hour = value,
                    Field::Minute => of_day += text::as_real(value) * 60.0,
                    Field::Second => of_day += text::as_real(value),
                    Field::Fraction => {
                        of_day += format!("0.{digits}").parse::<f64>().ok()?;
                    }
                    Field::MonthName | Field::Half => {}
                }
            }
        }
    }
    let hour = match half {
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        None => hour,
    };
    time::parse_date(&format!("{year:04}-{month:02}-{day:02}"))?;
    (hour < 24).then(|| time::from_civil(year, month, day, text::as_real(hour) * 3_600.0 + of_day))
}
