use serde_json::{Value, json};

use super::*;
use crate::checks::Outcome;

fn breaker() -> StateMachineCheck {
    serde_json::from_value(json!({
        "states": {"closed": ["healthy"], "open": ["tripped"], "half_open": ["half open", "probing", "testing"]},
        "roles_at": "/breaker/states",
        "events_at": "/breaker/events",
        "start": "closed",
        "finals": [],
        "complete": {"half_open": ["probe_succeeds", "probe_fails"]},
        "traces": [
            {"start": "closed", "events": ["failure_threshold"], "ends": "open", "why": "a service that keeps failing is left alone"},
            {"start": "closed", "events": ["failure_threshold", "cooldown_over"], "ends": "half_open"},
            {"start": "closed", "events": ["failure_threshold", "cooldown_over", "probe_fails"], "ends": "open"},
            {"start": "half_open", "events": ["probe_succeeds"], "ends": ["closed"]},
        ],
    }))
    .expect("a check")
}

fn document(diagram: &str, events: Value) -> Value {
    json!({"breaker": {"diagram": diagram, "events": events}})
}

fn run(diagram: &str, events: Value) -> Verdict {
    breaker().run(&document(diagram, events), Some("/breaker/diagram"))
}

const MODEL: &str = "stateDiagram-v2\n  [*] --> Closed\n  Closed --> Open : 5 failures\n  Open --> HalfOpen : after 30 s\n  HalfOpen --> Closed : probe ok\n  HalfOpen --> Open : probe failed\n";

fn model_events() -> Value {
    json!({"failure_threshold": "5 failures", "cooldown_over": "after 30 s", "probe_succeeds": "probe ok", "probe_fails": "probe failed"})
}

fn messages(verdict: &Verdict) -> Vec<&str> {
    verdict.problems.iter().map(|p| p.message.as_str()).collect()
}

#[test]
fn the_model_passes() {
    let verdict = run(MODEL, model_events());
    assert_eq!(verdict.outcome, Outcome::Passed, "{:?}", verdict.problems);
    assert_eq!(verdict.executed.as_deref(), Some("walked 4 event traces through 3 states and 4 transitions"));
}

#[test]
fn other_notations_pass() {
    let cases: Vec<(&str, &str, Value)> = vec![
        (
            "quoted names, guards, actions, self loops",
            "stateDiagram-v2\n direction LR\n state \"Half Open\" as H\n [*] --> CLOSED\n CLOSED --> CLOSED : success / reset count\n CLOSED --> CLOSED : failure [count < 5]\n CLOSED --> OPEN : failure [count >= 5] / start timer\n OPEN --> OPEN : call / fail fast\n OPEN --> H : timer elapsed\n H --> CLOSED : success\n H --> OPEN : failure\n note right of OPEN : returns 503\n",
            json!({"failure_threshold": "failure [count >= 5]", "cooldown_over": "Timer Elapsed", "probe_succeeds": "success", "probe_fails": "failure"}),
        ),
        (
            "a flowchart",
            "flowchart TD\n start((start)) --> C[Closed]\n C -->|too many errors| O[Open]\n O -->|cooldown over| H[half-open]\n H -->|ok| C\n H -->|error| O\n",
            json!({"failure_threshold": "too many errors", "probe_succeeds": "ok", "probe_fails": ["error"]}),
        ),
        (
            "several labels for an event",
            "stateDiagram-v2\n [*] --> closed\n closed --> open : 50% errors in window\n closed --> open : 5 in a row\n open --> half_open : 30s\n half_open --> open : error, timeout\n half_open --> closed : 3 good probes\n",
            json!({"failure_threshold": ["50% errors in window", "5 in a row"], "cooldown_over": "30 s", "probe_succeeds": "3 good probes", "probe_fails": ["timeout", "error"]}),
        ),
        (
            "a choice for the probe",
            "stateDiagram-v2\n state probe <<choice>>\n [*] --> Closed\n Closed --> Open : threshold\n Open --> HalfOpen : cooldown\n HalfOpen --> probe : one call\n probe --> Closed : ok\n probe --> Open : fails\n",
            json!({"failure_threshold": "threshold", "cooldown_over": "cooldown", "probe_succeeds": "ok", "probe_fails": "fails"}),
        ),
        (
            "the exercise's own names and no map",
            "stateDiagram-v2\n [*] --> Closed\n Closed --> Open : failure_threshold\n Open --> HalfOpen : cooldown over\n HalfOpen --> Closed : probeSucceeds\n HalfOpen --> Open : PROBE_FAILS\n",
            json!({}),
        ),
        (
            "several probes, counted in guards",
            "stateDiagram-v2\n [*] --> Closed\n Closed --> Closed : failure [count < 5]\n Closed --> Open : failure [count >= 5]\n Open --> HalfOpen : 30 s passed\n HalfOpen --> HalfOpen : success [n < 3]\n HalfOpen --> Closed : success [n >= 3]\n HalfOpen --> Open : failure\n",
            json!({"failure_threshold": "failure [count >= 5]", "cooldown_over": "30 s passed", "probe_succeeds": "success", "probe_fails": "failure"}),
        ),
        (
            "half open as a composite",
            "stateDiagram-v2\n [*] --> Closed\n Closed --> Open : trip\n Open --> HalfOpen : wait\n state HalfOpen {\n [*] --> Idle\n Idle --> Trying : call\n }\n HalfOpen --> Closed : good\n HalfOpen --> Open : bad\n",
            json!({"failure_threshold": "trip", "cooldown_over": "wait", "probe_succeeds": "good", "probe_fails": "bad"}),
        ),
    ];
    for (about, diagram, events) in cases {
        let verdict = run(diagram, events);
        assert_eq!(verdict.outcome, Outcome::Passed, "{about}: {:#?}", verdict.problems);
    }
}

#[test]
fn names_nobody_foresaw_are_mapped_by_the_learner() {
    let diagram = MODEL.replace("HalfOpen", "Tasting").replace("Open", "Burnt");
    let mut document = document(&diagram, model_events());
    assert!(
        messages(&breaker().run(&document, Some("/breaker/diagram")))
            .contains(&"the diagram has no state for half open")
    );
    document["breaker"]["states"] = json!({"half_open": "tasting", "open": ["Burnt"]});
    assert_eq!(breaker().run(&document, Some("/breaker/diagram")).outcome, Outcome::Passed);
}

#[test]
fn planted_bugs_are_told_as_walks() {
    let never_half_open =
        "stateDiagram-v2\n [*] --> Closed\n Closed --> Open : 5 failures\n Open --> Closed : after 30 s\n";
    let verdict = run(never_half_open, json!({"failure_threshold": "5 failures", "cooldown_over": "after 30 s"}));
    assert!(messages(&verdict).contains(&"the diagram has no state for half open"), "{:?}", verdict.problems);

    let ignored = MODEL.replace("  HalfOpen --> Open : probe failed\n", "  HalfOpen --> HalfOpen : probe failed\n");
    let verdict = run(&ignored, model_events());
    assert_eq!(messages(&verdict), ["after `5 failures`, `after 30 s`, `probe failed` the machine is in `HalfOpen`"]);
    assert_eq!(
        verdict.problems[0].notes[0],
        "Closed --5 failures--> Open --after 30 s--> HalfOpen --probe failed--> HalfOpen"
    );
    let range = verdict.problems[0].place.range.clone().expect("a place");
    assert_eq!(&ignored[range], "HalfOpen --> HalfOpen : probe failed");

    let stuck = MODEL.replace("  Open --> HalfOpen : after 30 s\n", "").replace("HalfOpen -->", "HalfOpen-->");
    let verdict = run(
        &stuck,
        json!({"failure_threshold": "5 failures", "cooldown_over": "after 30 s", "probe_succeeds": "probe ok", "probe_fails": "probe failed"}),
    );
    assert_eq!(
        messages(&verdict),
        [
            "no transition of the diagram is labelled `after 30 s`",
            "`HalfOpen` can never be reached",
            "`Open` is never left again"
        ]
    );
    assert_eq!(verdict.problems[2].notes, ["Closed --5 failures--> Open --> ???"]);

    let wrong_way = MODEL
        .replace("Open --> HalfOpen : after 30 s", "Open --> HalfOpen : probe ok\n Closed --> Closed : after 30 s");
    let verdict = run(&wrong_way, model_events());
    assert!(messages(&verdict).contains(&"`Open` has no transition for `after 30 s`"), "{:?}", messages(&verdict));
    let notes: Vec<&String> = verdict.problems.iter().flat_map(|p| &p.notes).collect();
    assert!(notes.iter().any(|n| n.as_str() == "Closed --5 failures--> Open --after 30 s--> ???"), "{notes:?}");
}

#[test]
fn an_event_that_leads_two_ways_is_refused_unless_guards_tell_them_apart() {
    let two = format!("{MODEL}  Closed --> HalfOpen : 5 failures\n");
    let verdict = run(&two, model_events());
    assert!(
        messages(&verdict).contains(&"`5 failures` leads from `Closed` to `Open` and to `HalfOpen`"),
        "{:?}",
        messages(&verdict)
    );
    let guarded = format!("{MODEL}  Closed --> HalfOpen : maintenance [soft]\n Closed --> Open : maintenance [hard]\n");
    assert_eq!(run(&guarded, model_events()).outcome, Outcome::Passed);
}

#[test]
fn what_is_not_there_is_not_gradable() {
    for document in [
        json!({}),
        json!({"breaker": {"diagram": null}}),
        json!({"breaker": {"diagram": 3}}),
        json!({"breaker": {"diagram": "stateDiagram-v2\n"}}),
        json!({"breaker": {"diagram": "stateDiagram-v2\n A -> B"}}),
    ] {
        let verdict = breaker().run(&document, Some("/breaker/diagram"));
        assert_eq!(verdict.outcome, Outcome::NotGradable, "{document}");
        assert_eq!(verdict.problems.len(), 1);
    }
}

#[test]
fn odd_maps_do_not_break_it() {
    for events in [
        json!(null),
        json!([1, 2]),
        json!("x"),
        json!({"failure_threshold": {"a": 1}}),
        json!({"failure_threshold": ["", null, "\u{1b}[31m"]}),
    ] {
        let verdict = run(MODEL, events);
        assert!(verdict.problems.iter().all(|p| !format!("{p:?}").contains('\u{1b}')));
    }
}

#[test]
fn a_failure_path_may_end_in_a_final_state() {
    let check: StateMachineCheck = serde_json::from_value(json!({
        "states": {"done": ["completed"], "rolled_back": ["refunded", "compensated"]},
        "events": {"order_fails": ["failure", "fails"]},
        "finals": ["done", "rolled_back"],
        "traces": [{"events": ["order_fails"], "ends": "rolled_back"}],
    }))
    .expect("a check");
    let diagram = "stateDiagram-v2\n [*] --> Charging\n Charging --> Done : all charged\n Charging --> RollingBack : order fails\n RollingBack --> RolledBack : all refunded\n Done --> [*]\n RolledBack --> [*]\n";
    let verdict = check.run(&json!({ "d": diagram }), Some("/d"));
    assert_eq!(messages(&verdict), ["after `order_fails` the machine is in `RollingBack`"]);
    let check = StateMachineCheck {
        traces: vec![Trace { events: vec!["order_fails".into(), "all_refunded".into()], ..check.traces[0].clone() }],
        ..check
    };
    let verdict = check.run(&json!({ "d": diagram }), Some("/d"));
    assert_eq!(verdict.outcome, Outcome::Passed, "{:?}", verdict.problems);
}

#[test]
fn a_state_beside_the_one_that_is_named_wholly_is_a_state_of_its_own() {
    let diagram = format!("{MODEL}  Closed --> ForcedOpen : operator\n  ForcedOpen --> Closed : operator again\n");
    let verdict = run(&diagram, model_events());
    assert_eq!(verdict.outcome, Outcome::Passed, "{:?}", verdict.problems);
}

#[test]
fn a_diamond_called_like_a_missing_state_is_that_state() {
    let diagram = "flowchart LR\n Closed[Closed: calls pass] -->|5 failures| Open\n Open[Open: fail fast] -->|30 s passed| Half{Half-open: one probe}\n Half -->|probe good| Closed\n Half -->|probe bad| Open\n";
    let events = json!({"failure_threshold": "5 failures", "cooldown_over": "30 s passed", "probe_succeeds": "probe good", "probe_fails": "probe bad"});
    let verdict = run(diagram, events.clone());
    assert_eq!(verdict.outcome, Outcome::Passed, "{:?}", verdict.problems);
    // Beside a box of that name, and where it asks something, a diamond decides.
    let decides = "flowchart LR\n Closed -->|5 failures| Open\n Open -->|30 s passed| Half[Half open]\n Half -->|one call| ok{half open probe?}\n ok -->|probe good| Closed\n ok -->|probe bad| Open\n";
    let verdict = run(decides, events);
    assert_eq!(verdict.outcome, Outcome::Passed, "{:?}", verdict.problems);
}
