use serde_json::json;

use super::*;
use crate::checks::{Outcome, Verdict};
use crate::sim::components::tests::{Session, grade, story};

fn topic() -> Session<Topic> {
    let groups = json!({"workers": ["c0", "c1"], "audit": ["a"]});
    Session::new(Topic::new(2, groups.as_object().expect("groups")).expect("a topic"))
}

#[test]
fn records_stay_in_order_in_their_partition() {
    let mut topic = topic();
    topic.check(
        "publish('foobar', 1) -> (0, 0)
         publish('foobar', 2) -> (0, 1)
         publish('21', 3) -> (0, 2)
         publish(None, 4) -> (0, 3)
         publish(None, 5) -> (1, 0)
         publish('x', 6, partition=1) -> (1, 1)
         publish('x', 6, partition=2) -> TypeError: a partition is a number from 0 to 1, not 2
         poll(0) -> record(partition=0, offset=0, key='foobar', value=1)
         poll(0).value -> 2
         poll(1).value -> 5
         committed(0) -> 0
         commit(0, 1) -> None
         committed(0) -> 1
         commit(0, 5) -> TypeError: commit() takes an offset from 0 to 4, the end of the partition, not 5
         poll(0).value -> 3",
    );
    // A crash goes back to what was committed; another client has its own position.
    topic.state = topic.component.crashed(topic.state, 0);
    topic.check("poll(0).value -> 2\n poll(1).value -> 5");
    topic.client = 1;
    topic.check("poll(0).value -> 2\n poll('c9') -> TypeError: no group has a consumer 'c9'; there are: a, c0, c1");
    assert_eq!(topic.view("committed"), "{'audit': [0, 0], 'workers': [0, 0], '': [1, 0]}");
    assert_eq!(topic.view("left"), "{'audit': 6, 'workers': 6, '': 5}");
}

#[test]
fn a_rebalance_moves_partitions_and_refuses_late_commits() {
    let mut topic = topic();
    topic.check("publish('k', 'p', partition=0) -> (0, 0)\n assigned('c0') -> [0]\n assigned('a') -> [0, 1]\n poll('c0').value -> 'p'\n poll('c0') -> None");
    topic.client = 1;
    topic.check("poll('c1') -> None");
    let poll = Call { object: "t".into(), method: "poll".into(), args: vec![Value::str("c1")] };
    let caller = topic.caller();
    let moved = topic.component.inject("rebalance", topic.state, &poll, &caller).expect("two consumers share");
    assert_eq!(moved.effect, Transition::returns(record(0, 0, &Value::str("k"), &Value::str("p")), 0).effect);
    topic.state = moved.state;
    topic.client = 0;
    topic.check("commit(0, 1) -> Rejected: partition 0 has gone to another consumer of the group");
    topic.client = 1;
    topic.check("commit(0, 1) -> None\n committed(0) -> 1");
    topic.client = 2;
    topic.check("poll('a').value -> 'p'");
}

fn consume(code: &str, faults: &[&str]) -> Verdict {
    grade(
        code,
        &json!({
            "topic": {"component": "topic", "partitions": 2, "groups": {"g": ["c0", "c1"]}, "faults": faults},
            "done": {"component": "kv"},
        }),
        json!({
            "title": "Records are consumed",
            "code": "/code",
            "prepare": "topic.publish('a', 1, partition=0) and topic.publish('a', 2, partition=0)",
            "driver": "def drain(name):\n    while True:\n        r = topic.poll(name)\n        if r is None:\n            return\n        try:\n            handle(r)\n        except Rejected:\n            pass\n",
            "clients": [{"name": "A", "run": "drain('c0')", "crash": true}, {"name": "B", "run": "drain('c1')"}],
            "explore": {"faults": 1},
            "invariants": [
                {"expect": "topic.left['g'] > 0 or done.data.get('n') == [1, 2]", "otherwise": "committed, but done {done.data}"},
            ],
            "goals": [{"expect": "topic.left['g'] == 0", "otherwise": "nothing is committed"}],
        }),
    )
}

#[test]
fn committing_first_loses_a_record_and_rereading_without_a_mark_doubles() {
    let early = "def handle(r):\n    topic.commit(r)\n    done.rpush('n', r.value)\n";
    let (message, faults, _) = story(&consume(early, &[]));
    assert_eq!((message.as_str(), faults), ("committed, but done {'n': [1]}", 1));
    let late = "def handle(r):\n    done.rpush('n', r.value)\n    topic.commit(r)\n";
    assert_eq!(story(&consume(late, &["rebalance"])).1, 1);
    let marked = "def handle(r):\n    with done.atomic():\n        if done.sadd('seen', f'{r.partition}-{r.offset}'):\n            done.rpush('n', r.value)\n    topic.commit(r)\n";
    let verdict = consume(marked, &["rebalance"]);
    assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
}
