use std::time::Instant;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::checks::Outcome;

fn value(text: &str, unit: &str) -> Result<f64, Unreadable> {
    QuantityCheck { unit: (!unit.is_empty()).then(|| unit.to_string()), ..QuantityCheck::default() }.read(text)
}

#[test]
fn people_write_the_same_quantity_in_many_ways() {
    for text in [
        "100M/day",
        "100 M / day",
        "100 million URLs per day",
        "100,000,000 new urls/day",
        "1e8 per day",
        "100_000_000/day",
        "1,157.4/s",
        "1157.4 rps",
        "~1157.4 writes per second",
        "about 1157.4 requests/sec",
        "100M/day to 1/s",
        "100M / 86400 s",
        "100M / 86,400 = 1,157.4/s",
        "1157.4",
        "1157.4 qps",
        "100000000 / 86400",
        "0.1B/day",
        "69444 per minute",
        "100M daily",
        "1157.4 a second",
        "1157.4 req/s",
        "1.1574k/s",
        "≈ 1 157.4 / s",
        "100 * 10^6 / day",
        "100 × 10⁶ / day",
        "100m urls/day",
        "(100M / 1 day)",
        "10M users * 10 posts per user per day",
        "1.1574 thousand per second",
    ] {
        let got = value(text, "1/s").unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert!((got - 1157.4).abs() < 1.0, "{text}: {got}");
    }
}

#[test]
fn units_and_counts() {
    for (text, unit, expected) in [
        ("62^7", "", 3_521_614_606_208.0),
        ("5x", "", 5.0),
        ("x5", "", 5.0),
        ("×5", "", 5.0),
        ("5 times", "", 5.0),
        ("5h 33min", "min", 333.0),
        ("2 hours 30 minutes 6 s", "s", 9006.0),
        ("1 day 4 hours", "h", 28.0),
        ("2 h 30 min + 30 min", "h", 3.0),
        ("6000/s / 200/s", "", 30.0),
        ("6000 req/s / 200 req/s", "", 30.0),
        ("6000/s / (200/s)", "", 30.0),
        ("1000 - 100 items/s", "1/s", 900.0),
        ("20 + 10 + 3 MB", "MB", 33.0),
        ("60 + 12 partitions", "", 72.0),
        ("30 + 5 min", "min", 35.0),
        ("62**7", "", 3_521_614_606_208.0),
        ("3.5 trillion", "", 3.5e12),
        ("91.25 TB", "TB", 91.25),
        ("91250 GB", "TB", 91.25),
        ("100M * 500 B", "GB", 50.0),
        ("10B rows * 100 bytes", "TB", 1.0),
        ("500 bytes", "B", 500.0),
        ("500B", "B", 500.0),
        ("35 GB/day", "GB/day", 35.0),
        ("30 days", "day", 30.0),
        ("2 weeks", "day", 14.0),
        ("15 min", "s", 900.0),
        ("250ms", "ms", 250.0),
        ("99.9%", "%", 99.9),
        ("99.9", "%", 99.9),
        ("0.999", "", 0.999),
        ("50%", "", 0.5),
        ("3 replicas", "", 3.0),
        ("1e9 requests/month", "1/month", 1e9),
        ("1 Gbps", "Mbit/s", 1000.0),
        ("$7,000", "", 7000.0),
        ("4k USD", "", 4000.0),
        ("$1.2k/month", "", 1200.0),
        ("1.2k USD per month", "", 1200.0),
        ("one hour", "min", 60.0),
        ("an hour", "min", 60.0),
        ("half an hour", "min", 30.0),
        ("half a second", "ms", 500.0),
        ("a quarter of an hour", "min", 15.0),
        ("one and a half hours", "h", 1.5),
        ("two weeks", "day", 14.0),
        ("a couple of hours", "h", 2.0),
        ("a dozen servers", "", 12.0),
        ("2 dozen", "", 24.0),
        ("two hundred users", "", 200.0),
        ("twenty-five", "", 25.0),
        ("two million per day", "1/day", 2e6),
        ("twice a day", "1/day", 2.0),
        ("three times a day", "1/day", 3.0),
        ("every five minutes", "min", 5.0),
        ("every 5 min", "1/h", 12.0),
        ("half", "%", 50.0),
        ("five nines", "%", 99.999),
        ("16B", "byte", 16.0),
        ("16b", "byte", 16.0),
        ("16B per entry", "byte", 16.0),
        ("16B entries", "", 16e9),
        ("~30s", "s", 30.0),
        ("1m30s", "s", 90.0),
        ("1h30m", "min", 90.0),
        ("5h30m", "h", 5.5),
        ("2m", "s", 120.0),
        ("2m", "", 2e6),
        ("2½ h", "h", 2.5),
        ("½ h", "min", 30.0),
        ("1 1/2 hours", "h", 1.5),
        ("1,5 s", "s", 1.5),
        ("1.000.000", "", 1e6),
        ("1 GiB", "GB", 1.073741824),
        ("1 million/s x 5 min", "", 3e8),
        ("3 s x 4", "s", 12.0),
    ] {
        let got = value(text, unit).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert!((got - expected).abs() <= expected.abs() * 1e-6, "{text} in {unit}: {got}");
    }
}

#[test]
fn notations_of_strangers_are_read_or_refused() {
    for line in include_str!("notations.txt").lines().filter(|line| !line.starts_with('#')) {
        let [text, unit, expected] = line.split(" | ").collect::<Vec<_>>()[..] else { panic!("{line}") };
        match (value(text, unit), expected.parse::<f64>()) {
            (Ok(got), Ok(expected)) => assert!((got - expected).abs() <= expected.abs() * 1e-5, "{line}: {got}"),
            (Err(_), Err(_)) => {}
            (got, _) => panic!("{line}: {got:?}"),
        }
    }
}

#[test]
fn a_refusal_says_what_to_write() {
    for (text, unit, words) in [
        ("1.200 €", "", "write `1200` or `1.2`"),
        ("100 + 20 %", "", "write `* 1.2`"),
        ("100(60 + 40)", "", "write `*`, or a space"),
        ("5 minuets", "s", "did you mean `minutes`?"),
        ("2 Stunden", "hour", "write ms, s, min, h or days"),
        ("5M", "min", "write `min` for minutes"),
        ("1:30", "min", "write `1 h 30 min` or `1 min 30 s`"),
        ("N = 3, W = 2", "", "write the one that is asked for"),
        ("10 s + jitter", "s", "write its number"),
        ("1,000 * 1,5", "", "write decimals with a point"),
        ("100kk", "", "write the unit out"),
        ("users (5M) / node (3)", "", "write the number instead"),
    ] {
        let Err(Unreadable::Text(why)) = value(text, unit) else { panic!("{text} is read: {:?}", value(text, unit)) };
        assert!(why.contains(words), "{text}: {why}");
    }
    let check = QuantityCheck { expect: Some("1157".into()), unit: Some("1/s".into()), ..QuantityCheck::default() };
    let verdict = check.run(&json!({"q": "1.157/s"}), Some("/q"));
    assert_eq!(verdict.problems[0].help.as_deref(), Some("decimals begin at a point: write 1157 for thousands"));
}

#[test]
fn both_ends_of_a_range_have_to_be_right() {
    let check: QuantityCheck =
        serde_json::from_value(json!({"unit": "s", "expect": "15 s", "factor": 2})).expect("a check");
    let run = |text: &str| check.run(&json!({ "q": text }), Some("/q"));
    for text in ["10-20 s", "10 s to 20 s", "between 10 and 20 seconds", "10–20", "8000-9000 ms", "10..20s"] {
        assert_eq!(run(text).outcome, Outcome::Passed, "{text}: {:?}", run(text).problems);
    }
    let wide = run("10-100 s");
    assert_eq!(wide.problems[0].message, "not all of 10 s to 100 s is right");
    assert_eq!(wide.problems[0].help.as_deref(), Some("write one number"));
    // What falls is a difference.
    assert_eq!(run("30 - 10 s").outcome, Outcome::Passed);
    assert_eq!(run("100 - 10 s").problems[0].actual.as_deref(), Some("90 s"));
}

#[test]
fn a_bare_number_has_the_unit_of_its_own_check() {
    let rubric = |bare: bool| -> crate::course::Rubric {
        serde_json::from_value(json!({
            "exercise": "x", "title": "x",
            "criteria": [{"id": "a", "title": "a", "points": 100, "checks": [
                {"quantity": {"at": "/lag", "unit": "s", "bare": bare}},
                {"quantity": {"at": "/oldest", "unit": "min", "expect": "{lag} + 1 min", "from": {"lag": "/lag"}}},
            ]}],
        }))
        .expect("a rubric")
    };
    let run = |bare: bool, lag: serde_json::Value| {
        let rubric = rubric(bare);
        let crate::checks::Check::Quantity(check) = &rubric.criteria[0].checks[1].check else { unreachable!() };
        check.among(&rubric).run(&json!({"lag": lag, "oldest": "3 min"}), None).outcome
    };
    assert_eq!(run(true, json!("120")), Outcome::Passed);
    assert_eq!(run(true, json!(120)), Outcome::Passed);
    assert_eq!(run(true, json!("2 min")), Outcome::Passed);
    assert_eq!(run(false, json!("120")), Outcome::NotGradable);
}

#[test]
fn a_wrong_dimension_is_said_so() {
    let check = QuantityCheck { unit: Some("1/s".into()), expect: Some("100M/day".into()), ..QuantityCheck::default() };
    let verdict = check.run(&json!({"q": "91 TB"}), Some("/q"));
    assert_eq!(verdict.outcome, Outcome::Failed { earned: 0, of: 1 });
    assert_eq!(verdict.problems[0].message, "`91 TB` is not in 1/s or anything that converts to it");
}

#[test]
fn the_arithmetic_is_shown() {
    let check: QuantityCheck = serde_json::from_value(json!({
        "unit": "1/s", "expect": "{per_day} to 1/s", "from": {"per_day": "/per_day"}, "tolerance": 0.1
    }))
    .expect("a check");
    let document = json!({"per_day": "100M/day", "q": "11,570/s"});
    let verdict = check.run(&document, Some("/q"));
    let problem = &verdict.problems[0];
    assert_eq!(problem.notes, ["yours: 11,570/s = 11,570/s", "100M/day = 1,157/s"]);
    assert_eq!(problem.message, "11,570/s is about 9.088 times too large");
    assert_eq!(problem.expected.as_deref(), Some("1,157/s, within 10 %"));
    assert_eq!(check.run(&json!({"per_day": "200M/day", "q": "2300 per second"}), Some("/q")).outcome, Outcome::Passed);
    assert_eq!(check.run(&json!({"q": "2300 per second"}), Some("/q")).outcome, Outcome::NotGradable);
}

#[test]
fn bounds_and_factors() {
    let check = QuantityCheck { min: Some("100M/day * 10 years * 1 day".into()), ..QuantityCheck::default() };
    assert!(matches!(check.run(&json!({"q": "62^7"}), Some("/q")).outcome, Outcome::NotGradable | Outcome::Passed));
    let check = QuantityCheck { min: Some("365e9".into()), ..QuantityCheck::default() };
    assert_eq!(check.run(&json!({"q": "62^7"}), Some("/q")).outcome, Outcome::Passed);
    let verdict = check.run(&json!({"q": "62^6"}), Some("/q"));
    assert_eq!(verdict.problems[0].expected.as_deref(), Some("at least 365,000,000,000"));
    let check = QuantityCheck { expect: Some("1000".into()), factor: Some(2.0), ..QuantityCheck::default() };
    for (text, good) in [("500", true), ("2000", true), ("499", false), ("2001", false)] {
        assert_eq!(check.run(&json!({"q": text}), Some("/q")).outcome == Outcome::Passed, good, "{text}");
    }
    assert_eq!(check.run(&json!({"q": 1500}), Some("/q")).outcome, Outcome::Passed);
}

#[test]
fn what_is_no_quantity_is_not_gradable() {
    let check = QuantityCheck { unit: Some("1/s".into()), expect: Some("100M/day".into()), ..QuantityCheck::default() };
    for text in ["", "lots", "TODO", "???", "3 replicas 5 shards", "1200/", "(((", "@debug 1", "\u{1b}[31m", "1; 2"] {
        let verdict = check.run(&json!({ "q": text }), Some("/q"));
        assert_eq!(verdict.outcome, Outcome::NotGradable, "{text}: {:?}", verdict.problems);
        assert!(!format!("{verdict:?}").contains('\u{1b}'));
    }
    assert_eq!(check.run(&json!({}), Some("/q")).outcome, Outcome::NotGradable);
}

#[test]
fn monstrous_sums_end_at_once() {
    let check = QuantityCheck { expect: Some("1".into()), ..QuantityCheck::default() };
    for text in [
        "10^10^10",
        "10**10**10",
        "9^9^9^9",
        "2^(10^9)",
        "1e999999999",
        "10^9999^9999",
        "(2^9999)^9999",
        "99999^9999 / 3^9999 * 7^9999",
        "1e300 ^ 9999",
        "0.0000001^9999",
        "2^0.3",
        "7^-9999",
        "1/0",
    ] {
        let begun = Instant::now();
        let verdict = check.run(&json!({ "q": text }), Some("/q"));
        assert!(begun.elapsed().as_millis() < 2_000, "{text}: {:?}", begun.elapsed());
        assert_ne!(verdict.outcome, Outcome::Passed, "{text}");
    }
    assert_eq!(check.run(&json!({"q": "9".repeat(1_000_000)}), Some("/q")).outcome, Outcome::NotGradable);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn reading_never_panics(text in "([0-9]{1,4}|[ -~é×⁷]|k|M|B| per |day|/s|GB|\\^|,|=){0,12}", unit in "(1/s|GB||%|days)") {
        let _ = value(&text, &unit);
    }
}
