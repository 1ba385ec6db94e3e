use serde_json::json;

use super::*;
use crate::checks::{Outcome, Verdict};
use crate::sim::components::tests::{Session, grade, story};

fn nodes(rest: serde_json::Value) -> Session<Replicas> {
    let span = |name: &str| -> Vec<Span> {
        rest.get(name).map_or_else(Vec::new, |spans| serde_json::from_value(spans.clone()).expect("spans"))
    };
    let failover = rest.get("failover").map(|f| serde_json::from_value(f.clone()).expect("a failover"));
    let rows = json!({"a": 0}).as_object().cloned().unwrap_or_default();
    let nodes = Replicas::new(&[1.0, 10.0], &rows, &span("slow"), &span("down"), failover.as_ref());
    Session::new(nodes.expect("well formed"))
}

#[test]
fn each_replica_follows_after_its_lag() {
    let mut nodes = nodes(json!({}));
    nodes.check(
        "replica(1).read('a') -> 0
         primary.write('a', 1) -> 2
         primary.read('a') -> 1
         replica(0).read('a') -> 0
         replicas[0].position() -> 1",
    );
    nodes.now_s = 0.999_999;
    nodes.check("replica(0).read('a') -> 0\n replica(0).lag() -> 0.999999");
    nodes.now_s = 1.0;
    nodes.check(
        "replica(0).read('a') -> 1\n replica(0).lag() -> 0.0\n replica(1).lag() -> 1.0\n replica(1).read('b') -> None",
    );
    nodes.now_s = 10.0;
    nodes.check("replica(1).position() -> 2\n primary.read(1) -> TypeError: read() takes a key as text, not 1");
    assert_eq!((nodes.view("primary_reads"), nodes.view("replica_reads")), ("1".into(), "[3, 2]".into()));
}

#[test]
fn a_slow_time_holds_back_what_comes_after_it_too() {
    let mut nodes = nodes(json!({"slow": [{"replica": 0, "from_s": 5, "to_s": 6, "lag_s": 20}]}));
    nodes.now_s = 5.0;
    nodes.check("primary.write('a', 1) -> 2");
    nodes.now_s = 6.0;
    nodes.check("primary.write('b', 2) -> 3");
    nodes.now_s = 24.0;
    // Replication is in order: b has arrived after 1 s but waits for a.
    nodes.check("replica(0).read('b') -> None\n replica(1).read('b') -> 2\n replica(0).lag() -> 19.0");
    nodes.now_s = 25.0;
    nodes.check("replica(0).read('b') -> 2");
}

#[test]
fn dead_nodes_do_not_answer_and_a_dead_primary_sends_nothing() {
    let mut nodes = nodes(json!({"down": [
        {"replica": 0, "from_s": 2, "to_s": 4}, {"from_s": 8, "to_s": 100},
    ]}));
    nodes.check("primary.write('a', 1) -> 2");
    nodes.now_s = 2.0;
    nodes.check("replica(0).healthy() -> False\n replica(0).read('a') -> ServiceUnavailable: replica 0 does not answer\n primary.healthy() -> True");
    nodes.now_s = 4.0;
    nodes.check("replica(0).read('a') -> 1\n primary.write('c', 1) -> 3");
    nodes.now_s = 8.0;
    nodes.check("primary.write('a', 2) -> ServiceUnavailable: the primary does not answer\n replica(1).read('a') -> 0");
    nodes.now_s = 50.0;
    nodes.check("replica(1).read('a') -> 0\n replica(0).read('c') -> 1");
    nodes.now_s = 100.0;
    nodes.check("replica(1).read('a') -> 1\n primary.write('a', 2) -> 4");
}

#[test]
fn a_promotion_loses_what_had_not_arrived() {
    let mut nodes = nodes(json!({"down": [{"from_s": 8}], "failover": {"at_s": 20, "to": 0}}));
    nodes.now_s = 5.0;
    nodes.check("primary.write('a', 1) -> 2");
    nodes.now_s = 7.5;
    nodes.check("primary.write('b', 1) -> 3");
    nodes.now_s = 19.0;
    nodes.check("primary.healthy() -> False\n replica(0).read('a') -> 1\n replica(0).read('b') -> None");
    nodes.now_s = 20.0;
    nodes.check(
        "primary.healthy() -> True\n primary.read('a') -> 1\n primary.read('b') -> None\n replica(1).read('a') -> 1",
    );
    assert_eq!(nodes.view("lost"), "[('b', 1)]");
    nodes.check("primary.write('b', 2) -> 4\n replica(0).read('b') -> 2\n replica(1).read('b') -> None");
    nodes.now_s = 30.0;
    nodes.check("replica(1).read('b') -> 2");
}

fn own_writes(code: &str, down: serde_json::Value) -> Verdict {
    grade(
        code,
        &json!({"db": {"component": "replicas", "lags_s": [0.0, 5.0], "rows": {"me": "old"}, "down": down}}),
        json!({
            "title": "Somebody reads what they just wrote",
            "code": "/code",
            "clients": [{"name": "A", "run": "(save('me', 'new'), load('me'), clock.sleep(9), load('me'))"}],
            "invariants": [
                {"expect": "A.done", "otherwise": "the page fails: {A.error}"},
                {"expect": "A.value[1] == 'new' and A.value[3] == 'new'", "otherwise": "the reader saw {A.value}"},
            ],
            "goals": [{"expect": "sum(db.replica_reads) > 0", "otherwise": "the replicas serve nobody"}],
        }),
    )
}

#[test]
fn reading_own_writes_needs_positions_and_a_way_round_dead_replicas() {
    // Stories name the node.
    let blind = "def save(k, v):\n    primary.write(k, v)\n\ndef load(k):\n    return replica[1].read(k)\n";
    let (message, _, calls) = story(&own_writes(blind, json!([])));
    assert!(message.starts_with("the reader saw"), "{message}");
    assert_eq!(calls[..2], ["db.primary.write('me', 'new')", "db.replica(1).read('me')"]);
    let primary_only = "def save(k, v):\n    primary.write(k, v)\n\ndef load(k):\n    return primary.read(k)\n";
    assert_eq!(story(&own_writes(primary_only, json!([]))).0, "the replicas serve nobody");
    let token = "session = {}\n\ndef save(k, v):\n    session['seen'] = primary.write(k, v)\n\ndef load(k):\n    for r in replicas:\n        \
                 try:\n            if r.position() >= session.get('seen', 0):\n                return r.read(k)\n        \
                 except ServiceUnavailable:\n            pass\n    return primary.read(k)\n";
    for down in [json!([]), json!([{"replica": 0, "from_s": 0}])] {
        let verdict = own_writes(token, down);
        assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
    }
    let health_blind = token.replace("except ServiceUnavailable", "except KeyError");
    assert!(story(&own_writes(&health_blind, json!([{"replica": 0, "from_s": 0}]))).0.starts_with("the page fails"));
}
