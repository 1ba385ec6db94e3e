use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::checks::Outcome;

fn feed() -> ProseCheck {
    serde_json::from_value(json!({
        "sentences": {"min": 1, "max": 4},
        "concepts": [
            {"about": "how often the feed is read", "any": ["read", "load", "open", "view", "look", "fetch", "quer"]},
            {"about": "what a write costs", "any": ["writ", "insert", "post", "updat", "publish", "fan-?out", "cop(y|ies)"]},
        ],
        "against": [{"any": ["writes? (are )?(much |far )?more (often|frequent)"], "message": "a feed is read far more often than it is written"}],
    }))
    .expect("a check")
}

const TEMPLATE: &str = "because: |\n  Say in one to three sentences which of reads and writes dominates and what your choice does to the other one.";

fn outcome(text: &str) -> Outcome {
    feed().run(&Reading::new(&json!({"because": text})), Some("/because"), &[&Original::new(TEMPLATE)]).outcome
}

const NOTHING: Outcome = Outcome::Failed { earned: 0, of: 1 };

#[test]
fn reasons_in_plain_words_pass() {
    for text in [
        "People open the feed a hundred times for each post, so I pay a little more when someone publishes.",
        "Reads outnumber writes by far, so copying each post into the followers' feeds is worth it.",
        "Nobody minds a slow insert, but everybody notices when the feed takes a second to load.",
        "We look at the timeline all day. Posting is rare, and so the work belongs there.",
        "The feed gets queried constantly, e.g. on every app start, while updates are few.",
        "Ein Feed is read often; I don't want to write each post 1,000 times for one celebrity.",
    ] {
        let verdict =
            feed().run(&Reading::new(&json!({"because": text})), Some("/because"), &[&Original::new(TEMPLATE)]);
        assert_eq!(verdict.outcome, Outcome::Passed, "{text}: {:?}", verdict.problems);
    }
}

#[test]
fn lists_copies_and_repetitions_earn_nothing() {
    for text in [
        "reads, writes, fan-out, denormalized, latency, scale",
        "read write fan-out cache denormalize latency consistency throughput",
        "Reads writes fan-out and denormalized reads and writes and latency.",
        "reads reads writes writes reads writes is is the the",
        "read/write/fan-out/copy/insert/post",
        "TODO",
        "Reads. Writes. Fan-out. Latency. Denormalized.",
        "Reads dominate writes.",
        "Say in one to three sentences which of reads and writes dominates and what your choice does to the other one.",
        "say in one to three sentences which of READS and writes dominates, and what your choice does",
        "",
    ] {
        assert_eq!(outcome(text), NOTHING, "{text}");
    }
}

#[test]
fn contradictions_count_unless_negated() {
    let text = "Posts are written in large numbers and writes are far more frequent than reads here.";
    let verdict = feed().run(&Reading::new(&json!({"because": text})), Some("/because"), &[]);
    assert_eq!(verdict.problems[0].message, "a feed is read far more often than it is written");
    let range = verdict.problems[0].place.range.clone().expect("a place");
    assert_eq!(&text[range], "writes are far more frequent");
    assert_eq!(
        outcome("It is not true that writes are far more frequent than reads, so each post is copied once."),
        Outcome::Passed
    );
}

#[test]
fn distinct_reasons_need_a_sentence_each() {
    let check = ProseCheck { distinct: true, ..feed() };
    let one = json!({"because": "Reads are frequent and each post is copied to every follower."});
    let verdict = check.run(&Reading::new(&one), Some("/because"), &[]);
    assert_eq!(verdict.outcome, NOTHING);
    let two = json!({"because": "The feed is opened by everybody all day long. Each new post is copied to every follower's list."});
    assert_eq!(check.run(&Reading::new(&two), Some("/because"), &[]).outcome, Outcome::Passed);
}

#[test]
fn either_fact_may_suffice() {
    let check = ProseCheck { need: Some(1), ..feed() };
    let text = json!({"because": "A celebrity's fan-out to a million followers would be far too slow for us."});
    assert_eq!(check.run(&Reading::new(&text), Some("/because"), &[]).outcome, Outcome::Passed);
    let verdict = check.run(
        &Reading::new(&json!({"because": "It is simply the best choice that we can make here."})),
        Some("/because"),
        &[],
    );
    assert_eq!(verdict.problems[0].message, "nothing is said about how often the feed is read, or what a write costs");
}

#[test]
fn the_same_text_counts_once() {
    let check = ProseCheck { also: vec!["/a".into()], ..feed() };
    let text = "People open the feed a hundred times for each post that is written.";
    let document = json!({"a": text, "b": text});
    assert_eq!(check.run(&Reading::new(&document), Some("/b"), &[]).outcome, NOTHING);
    assert_eq!(check.run(&Reading::new(&document), Some("/a"), &[]).outcome, Outcome::Passed);
    // With something before it, it is still the same reason.
    let more = format!("There is not much to say here. {text}");
    let verdict = check.run(&Reading::new(&json!({"a": text, "b": more})), Some("/b"), &[]);
    assert_eq!((verdict.outcome, verdict.problems[0].message.as_str()), (NOTHING, "this sentence stands in `/a` too"));
}

#[test]
fn sentences_are_placed() {
    let text =
        "First, e.g. this one. Second — é is the letter! No doubt.\n- third of them is here\n\n* fourth 1.5 s; fifth";
    let found: Vec<&str> = sentences(text).iter().map(|s| &text[s.range.clone()]).collect();
    let expected = [
        "First, e.g. this one.",
        "Second — é is the letter! No doubt.",
        "third of them is here",
        "fourth 1.5 s; fifth",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_line_may_end_a_sentence_that_has_no_full_stop() {
    let text = "Reads go to the replica\nWrites go to the primary\n";
    assert_eq!(sentences(text).len(), 2);
    let wrapped = "We keep the key in\nPostgreSQL because a restart would\nlose it";
    assert_eq!(sentences(wrapped).len(), 1);
}

#[test]
fn notes_to_oneself_are_nothing_yet() {
    for text in ["TODO: say which of reads and writes dominates here", "todo", "TBD.", "FIXME write the reason"] {
        let verdict = feed().run(&Reading::new(&json!({"because": text})), Some("/because"), &[]);
        assert_eq!(verdict.problems[0].message, "nothing is written here", "{text}");
    }
}

proptest! {
    #[test]
    fn reading_never_panics(text in "([ -~é—\n\u{1b}]|read |the |\\. ){0,80}") {
        let _ = feed().run(&Reading::new(&json!({"because": text})), Some("/because"), &[&Original::new(TEMPLATE), &Original::new(&text)]);
    }
}

#[test]
fn half_of_an_answer_may_do_without_a_verb_and_keywords_may_not() {
    let check = ProseCheck { concepts: vec![], ..feed() };
    let said = |text: &str| check.run(&Reading::new(&json!({"because": text})), Some("/because"), &[]);
    let verdict = said(
        "Fixed list of evergreen products from the code. Nothing can break it; conversion on that row drops a bit.",
    );
    assert_eq!(verdict.executed.as_deref(), Some("read 2 sentences"));
    assert_eq!(
        said("Airflow at 01:00. A failed task is retried three times.").executed.as_deref(),
        Some("read 2 sentences")
    );
    assert_eq!(said("Fixed list of evergreen products from the code.").outcome, NOTHING);
    let verdict = said("A failed task is retried three times. kafka, retry, dedup, idempotent, backoff.");
    assert_eq!(verdict.executed.as_deref(), Some("read 1 sentence"));
}
