//! Expressions on small series, with the results Prometheus gives.

use std::collections::BTreeMap;

use super::METRIC_NAME;
use super::aggregate::by_labels;
use super::eval::{Evaluation, Memory};
use super::labels::Labels;
use super::parse::Reader;
use super::store::{Clock, Store};

const CLOCK: Clock = Clock { start: 0, interval: 30_000, count: 41 };

/// Name, labels, values.
type Line<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

fn store(series: &[Line]) -> Store {
    let mut store = Store::default();
    for (name, labels, values) in series {
        let pairs = labels.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        let mut labels = Labels::new(pairs);
        labels.set(METRIC_NAME, name);
        store.write(labels, values, &CLOCK).expect("values");
    }
    store
}

fn at(store: &mut Store, text: &str, minute: i64) -> Result<BTreeMap<String, f64>, String> {
    let expr = Reader::default().read(text).expect(text);
    let mut memory = Memory::default();
    let mut evaluation = Evaluation { store, memory: &mut memory, at: minute * 60_000 };
    let vector = evaluation.vector(&expr)?;
    Ok(by_labels(&evaluation, &vector))
}

fn one(store: &mut Store, text: &str, minute: i64) -> f64 {
    let all = at(store, text, minute).expect(text);
    assert_eq!(all.len(), 1, "{text}: {all:?}");
    *all.values().next().expect("one value")
}

fn none(store: &mut Store, text: &str, minute: i64) {
    let all = at(store, text, minute).expect(text);
    assert!(all.is_empty(), "{text}: {all:?}");
}

#[test]
fn instant_values_live_for_five_minutes_or_until_a_stale_mark() {
    let mut store = store(&[("a", &[], "1x4 _x*"), ("b", &[], "1x4 stale _x*")]);
    assert_eq!(one(&mut store, "a", 6), 1.0);
    none(&mut store, "a", 7);
    assert_eq!(one(&mut store, "b", 2), 1.0);
    none(&mut store, "b", 3);
    assert_eq!(one(&mut store, "absent(b)", 3), 1.0);
    assert_eq!(one(&mut store, "a offset 4m", 10), 1.0);
}

#[test]
fn ranges_are_open_on_the_left() {
    let mut store = store(&[("a", &[], "0+1x*")]);
    assert_eq!(one(&mut store, "count_over_time(a[1m])", 5), 2.0);
    assert_eq!(one(&mut store, "rate(a[5m])", 10), 1.0 / 30.0);
    none(&mut store, "rate(a[30s])", 5);
    assert!((one(&mut store, "increase(a[5m:30s])", 10) - 10.0).abs() < 1e-9);
    assert_eq!(one(&mut store, "max_over_time((a * 2)[2m:1m])", 5), 20.0);
}

#[test]
fn aggregates_keep_the_labels_that_are_asked_for() {
    let mut store = store(&[
        ("a", &[("i", "1"), ("job", "x")], "1x*"),
        ("a", &[("i", "2"), ("job", "x")], "3x*"),
        ("a", &[("i", "1"), ("job", "y")], "5x*"),
    ]);
    let by = at(&mut store, "sum by (job) (a)", 1).expect("sums");
    assert_eq!(by.into_iter().collect::<Vec<_>>(), [("{job=\"x\"}".to_owned(), 4.0), ("{job=\"y\"}".to_owned(), 5.0)]);
    assert_eq!(at(&mut store, "max without (i) (a)", 1).expect("maxima").len(), 2);
    assert_eq!(one(&mut store, "avg(a)", 1), 3.0);
    assert_eq!(one(&mut store, "count(a > 2)", 1), 2.0);
    assert_eq!(one(&mut store, "quantile(0.5, a)", 1), 3.0);
    assert_eq!(one(&mut store, "topk(1, a)", 1), 5.0);
}

#[test]
fn series_match_by_their_labels() {
    let mut store = store(&[
        ("used", &[("i", "1"), ("job", "x")], "9x*"),
        ("used", &[("i", "2"), ("job", "x")], "2x*"),
        ("limit", &[("i", "1"), ("job", "x")], "10x*"),
        ("limit", &[("i", "2"), ("job", "x")], "10x*"),
        ("team", &[("job", "x"), ("team", "red")], "1x*"),
    ]);
    let high = at(&mut store, "used / limit > 0.5", 1).expect("ratios");
    assert_eq!(high.into_iter().collect::<Vec<_>>(), [("{i=\"1\", job=\"x\"}".to_owned(), 0.9)]);
    let joined = at(&mut store, "used * on (job) group_left (team) team", 1).expect("products");
    assert!(joined.contains_key("{i=\"1\", job=\"x\", team=\"red\"}"), "{joined:?}");
    assert!(at(&mut store, "used * on (job) team", 1).expect_err("many to one").contains("group_left"));
    assert!(at(&mut store, "team * on (job) used", 1).is_err());
    assert_eq!(at(&mut store, "used and on (i) limit{i=\"1\"}", 1).expect("and").len(), 1);
    assert_eq!(at(&mut store, "used unless on (i) limit{i=\"1\"}", 1).expect("unless").len(), 1);
    assert_eq!(at(&mut store, "used or limit", 1).expect("or").len(), 2);
    assert_eq!(one(&mut store, "used > bool 5 and used{i=\"1\"}", 1), 1.0);
    assert_eq!(
        at(&mut store, "used > 5", 1).expect("names stay").keys().next().map(|k| k.starts_with("used")),
        Some(true)
    );
}

#[test]
fn no_traffic_is_no_number_and_compares_as_false() {
    let mut store = store(&[("bad", &[], "5x*"), ("all", &[], "9x*")]);
    assert!(one(&mut store, "rate(bad[5m]) / rate(all[5m])", 10).is_nan());
    none(&mut store, "rate(bad[5m]) / rate(all[5m]) > 0", 10);
    none(&mut store, "rate(bad[5m]) / rate(all[5m]) <= 1", 10);
}

#[test]
fn percentiles_come_from_the_sum_of_buckets() {
    let bucket = |i: &'static str, le: &'static str, values: &'static str| ("b", [("i", i), ("le", le)], values);
    let list =
        [bucket("1", "1", "0+9x*"), bucket("1", "2", "0+10x*"), bucket("1", "+Inf", "0+10x*"), bucket("2", "1", "0x*")];
    let borrowed: Vec<Line> = list.iter().map(|(n, l, v)| (*n, &l[..], *v)).collect();
    let mut store = store(&borrowed);
    let p95 = one(&mut store, "histogram_quantile(0.95, sum by (le) (rate(b[5m])))", 10);
    assert!((p95 - 1.5).abs() < 1e-9, "{p95}");
}

#[test]
fn absence_has_the_labels_that_were_asked_for() {
    let mut store = store(&[("a", &[("job", "x")], "1x*")]);
    let absent = at(&mut store, "absent(a{job=\"y\", i=~\"1.*\"})", 1).expect("absence");
    assert_eq!(absent.keys().next().map(String::as_str), Some("{job=\"y\"}"));
    none(&mut store, "absent(a)", 1);
    assert_eq!(one(&mut store, "absent(a == 0)", 1), 1.0);
    assert_eq!(one(&mut store, "absent_over_time(c[5m])", 1), 1.0);
}

#[test]
fn scalars_vectors_and_labels() {
    let mut store = store(&[("a", &[("job", "x-1")], "4x*")]);
    assert_eq!(one(&mut store, "vector(1)", 1), 1.0);
    assert_eq!(one(&mut store, "a / scalar(a)", 1), 1.0);
    assert_eq!(one(&mut store, "time() - 60", 2), 60.0);
    assert_eq!(one(&mut store, "clamp_max(a, 3) + 2 ^ 2 % 3", 1), 4.0);
    assert_eq!(one(&mut store, "-a", 1), -4.0);
    let replaced = at(&mut store, "label_replace(a, \"host\", \"h$1\", \"job\", \"x-(.*)\")", 1).expect("labels");
    assert!(replaced.keys().any(|key| key.contains("host=\"h1\"")), "{replaced:?}");
}
