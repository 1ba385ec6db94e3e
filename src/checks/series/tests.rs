//! A target that is down for ten minutes, and what different rules and routes make of it.

use serde_json::{Value as Json, json};

use super::read::{Files, Means};
use super::{Expectation, SeriesCheck, expect, severities};
use crate::checks::Problem;
use crate::promql::replay::{Event, Recording, ReplayFile, SeriesText, run};

fn check() -> SeriesCheck {
    serde_json::from_value(json!({})).expect("all fields have defaults")
}

fn replay() -> ReplayFile {
    let series = |name: &str, each: &[&str], values: &str| SeriesText {
        name: name.to_owned(),
        each: each.iter().map(|name| (*name).to_owned()).collect(),
        values: values.to_owned(),
    };
    ReplayFile {
        title: "the targets are down for ten minutes".to_owned(),
        start: "14:00".to_owned(),
        length: "40m".to_owned(),
        interval: "30s".to_owned(),
        series: vec![
            series("up{job=\"db\",instance=\"db-1\"}", &[], "1x10m 0x9m30s 1x*"),
            series("up{job=\"api\",instance=\"$n\"}", &["a", "b", "c"], "1x12m 0x8m 1x*"),
        ],
        events: vec![Event { at: "10m".to_owned(), what: "db-1 goes down".to_owned() }],
        ..ReplayFile::default()
    }
}

fn submission(rules: &str, alertmanager: Json) -> Json {
    json!({
        "rules": rules,
        "alerts": {"database": "Down"},
        "alertmanager": alertmanager,
        "receivers": {"pager": "page", "chat": "chat"},
    })
}

fn everything_pages() -> Json {
    json!({"route": {"receiver": "pager", "group_by": ["alertname"]}})
}

fn rule(expr: &str, wait: &str) -> String {
    format!(
        "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: {expr}\n    for: {wait}\n    labels: {{severity: critical}}\n"
    )
}

fn problem(submission: &Json, expectation: Json) -> Option<Problem> {
    let files = Files::read(&check(), submission).expect("readable files");
    let recording = Recording::load(&replay(), &[]).expect("a replay");
    let groups: Vec<_> = files.groups.iter().collect();
    let mut run = run(recording, &groups, &files.config);
    let expectation: Expectation = serde_json::from_value(expectation).expect("an expectation");
    expect::examine(&expectation, &files, &mut run).expect("a good expectation")
}

fn page_by(by: &str) -> Json {
    json!({"page": "database", "from": "10m", "by": by, "because": "db-1 is down"})
}

#[test]
fn a_page_in_time_is_all_that_is_asked() {
    let good = submission(&rule("up{job=\"db\"} == 0", "2m"), everything_pages());
    assert_eq!(problem(&good, page_by("15m")), None);
    let resolved = json!({"resolved": "database", "from": "10m", "by": "25m", "because": "db-1 is back"});
    assert_eq!(problem(&good, resolved), None);
}

#[test]
fn a_wait_that_is_too_long_is_shown_where_it_is_written() {
    let rules = rule("up{job=\"db\"} == 0", "30m");
    let problem = problem(&submission(&rules, everything_pages()), page_by("15m")).expect("too late");
    assert!(problem.message.contains("pending from 14:1"), "{}", problem.message);
    let range = problem.place.range.expect("a place inside the text");
    assert_eq!(&rules[range], "30m");
    let story = problem.story.expect("a story");
    assert!(
        story.steps.iter().any(|step| step.call.contains("0 == 0") && step.result.starts_with("pending")),
        "{story:?}"
    );
    assert!(story.steps.iter().any(|step| step.call.contains("db-1 goes down")));
}

#[test]
fn a_series_that_does_not_exist_is_named() {
    let problem =
        problem(&submission(&rule("ups{job=\"db\"} == 0", "1m"), everything_pages()), page_by("15m")).expect("silence");
    assert!(problem.notes.iter().any(|note| note.contains("no series is called `ups`")), "{problem:?}");
    assert_eq!(problem.help.as_deref(), Some("did you mean `up`?"));
}

#[test]
fn a_label_that_does_not_exist_is_named() {
    let problem = problem(&submission(&rule("up{job=\"database\"} == 0", "1m"), everything_pages()), page_by("15m"))
        .expect("silence");
    assert!(problem.help.is_some_and(|help| help.contains("`api`, `db`")));
}

#[test]
fn a_message_in_a_chat_is_no_page() {
    let routes = json!({"route": {"receiver": "chat"}});
    let submission = submission(&rule("up{job=\"db\"} == 0", "1m"), routes);
    let problem = problem(&submission, page_by("15m")).expect("nobody woken");
    assert!(problem.message.contains("goes to `chat`, which wakes nobody"), "{}", problem.message);
}

#[test]
fn an_inhibition_that_silences_the_cause_is_shown() {
    let rules = rule("up{job=\"db\"} == 0", "4m")
        + "  - alert: Api\n    expr: up{job=\"api\"} == 0\n    labels: {severity: critical}\n";
    let routes = json!({
        "route": {"receiver": "pager", "group_by": ["alertname"]},
        "inhibit_rules": [{"source_matchers": ["alertname=Api"], "target_matchers": ["severity=\"critical\""]}],
    });
    let problem = problem(&submission(&rules, routes), page_by("16m")).expect("silenced");
    assert!(problem.message.contains("is silenced by Api"), "{}", problem.message);
    assert_eq!(problem.place.pointer, "/alertmanager/inhibit_rules/0");
}

#[test]
fn pages_are_counted_by_group_and_by_repetition() {
    let quiet = json!({"quiet": [], "at_most": 1, "from": "0m", "by": "40m", "because": "one cause"});
    let rules = rule("up == 0", "1m");
    let grouped = |route: Json| problem(&submission(&rules, json!({"route": route})), quiet.clone());
    assert_eq!(grouped(json!({"receiver": "pager", "group_by": ["alertname"]})), None);
    let many = grouped(json!({"receiver": "pager", "group_by": ["instance"]})).expect("four groups");
    assert!(many.message.contains("paged 4 times"), "{}", many.message);
    let again = json!({"receiver": "pager", "group_interval": "1m", "repeat_interval": "2m"});
    assert!(grouped(again).is_some_and(|problem| problem.message.contains("times")));
}

#[test]
fn a_receiver_nobody_knows_is_not_gradable() {
    let submission = submission(&rule("up == 0", "1m"), json!({"route": {"receiver": "pagr"}}));
    let problems = Files::read(&check(), &submission).err().expect("a mistake");
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `pager`?"));
}

#[test]
fn receivers_are_said_in_words() {
    let route = json!({"route": {"receiver": "r"}});
    let means = |said: Json| {
        let mut submission = submission(&rule("up == 0", "1m"), route.clone());
        submission["receivers"] = json!({ "r": said });
        Files::read(&check(), &submission).map(|files| files.means("r"))
    };
    for said in
        ["PagerDuty", "page (PagerDuty)", "on-call phone", "pages the on-call engineer", "phone call", "Grafana OnCall"]
    {
        assert_eq!(means(json!(said)).expect(said), Means::Page, "{said}");
    }
    for said in
        ["slack", "chat (Slack), wakes nobody", "#ops", "posts to #alerts", "MS Teams", "google chat", "a Jira ticket"]
    {
        assert_eq!(means(json!(said)).expect(said), Means::Chat, "{said}");
    }
    assert_eq!(means(json!({"pagerduty_configs": [{"routing_key": "x"}]})).ok(), Some(Means::Page));
    for said in ["a mail to the on-call phone", "does not page", "the usual", "TODO"] {
        let problems = means(json!(said)).expect_err(said);
        assert_eq!(problems.len(), 1, "{said} is told once: {problems:?}");
        assert_eq!(problems[0].expected.as_deref(), Some("page, chat, log or heartbeat"));
    }
}

#[test]
fn a_label_with_the_value_in_it_makes_another_alert_each_time() {
    let labels = |label: &str| rule("time() - 1000 * up{job=\"db\"}", "2m").replace("severity: critical", label);
    let changes = submission(&labels("severity: critical, value: '{{ $value }}'"), everything_pages());
    let problem = problem(&changes, page_by("15m")).expect("it never lasts");
    assert!(problem.notes[0].contains("`for` begins anew"), "{problem:?}");
    let files = Files::read(&check(), &changes).expect("readable files");
    assert!(severities::examine(&files)[0].message.contains("the label `value` of Down holds the value"));
    let chosen = labels("severity: '{{ if gt $value 3.0 }}critical{{ else }}warning{{ end }}'");
    let routes =
        json!({"route": {"receiver": "chat", "routes": [{"matchers": ["severity=critical"], "receiver": "pager"}]}});
    let files = Files::read(&check(), &submission(&chosen, routes)).expect("readable files");
    assert_eq!(severities::examine(&files), []);
}

#[test]
fn a_route_that_is_mute_pages_nobody() {
    let rules = rule("up{job=\"db\"} == 0", "2m");
    let routes = |field: &str, from: &str, to: &str| {
        json!({
            "route": {"receiver": "pager", "routes": [{"receiver": "pager", field: ["then"]}]},
            "time_intervals": [{"name": "then", "time_intervals": [{"weekdays": ["monday"], "times": [{"start_time": from, "end_time": to}]}]}],
        })
    };
    for (field, from, to, heard) in [
        ("mute_time_intervals", "14:00", "15:00", false),
        ("mute_time_intervals", "15:00", "16:00", true),
        ("active_time_intervals", "14:00", "15:00", true),
        ("active_time_intervals", "15:00", "16:00", false),
    ] {
        let problem = problem(&submission(&rules, routes(field, from, to)), page_by("15m"));
        assert_eq!(problem.is_none(), heard, "{field} {from}");
        assert!(problem.is_none_or(|problem| problem.message.contains("`then` keeps its route mute")));
    }
    let mut unknown = routes("mute_time_intervals", "14:00", "15:00");
    unknown["time_intervals"][0]["name"] = json!("them");
    let problems = Files::read(&check(), &submission(&rules, unknown)).err().expect("a mistake");
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `them`?"));
}
