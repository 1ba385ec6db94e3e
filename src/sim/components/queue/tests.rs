use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::checks::{Outcome, Verdict};
use crate::sim::components::tests::{Session, grade, story};
use crate::sim::world::Effect;

fn queue(max_receives: Option<u32>, fifo: bool) -> Session<Queue> {
    let settings = Settings { visibility: 30_000_000, max_receives, fifo, duplicates: true };
    Session::new(Queue::new(settings, Vec::new()))
}

#[test]
fn unacknowledged_messages_come_again_until_they_are_dead() {
    let mut queue = queue(Some(2), false);
    queue.check("receive() -> None\n send('a') -> 'm1'\n send({'n': 1}, delay=5) -> 'm2'\n receive().body -> 'a'\n receive() -> None");
    queue.now_s = 5.0;
    queue.check("receive().body -> {'n': 1}\n receive() -> None");
    queue.now_s = 29.999_999;
    queue.check("receive() -> None");
    queue.now_s = 30.0;
    queue.check("receive().receives -> 2\n size() -> 2");
    // The handle of the first delivery is worth nothing any more.
    assert_eq!(queue.call("ack", vec![json!("m1"), json!(1)]), "False");
    assert_eq!(queue.call("nack", vec![json!("m1"), json!(2), json!(7)]), "True");
    queue.now_s = 37.0;
    queue.check("receive().body -> {'n': 1}");
    assert_eq!(
        (queue.view("dead"), queue.view("left"), queue.view("in_flight")),
        ("['a']".into(), "1".into(), "[{'n': 1}]".into())
    );
    assert_eq!(queue.call("ack", vec![json!("m2"), json!(2)]), "True");
    assert_eq!((queue.view("left"), queue.view("acked"), queue.view("sent")), ("0".into(), "1".into(), "2".into()));
    queue.check("send('x', delay=-1) -> TypeError: send() takes a delay in seconds that is not negative, not -1");
}

#[test]
fn a_crash_gives_back_what_the_consumer_had() {
    let mut queue = queue(None, false);
    queue.check("send('a') -> 'm1'\n receive().body -> 'a'\n receive() -> None");
    queue.state = queue.component.crashed(queue.state, 1);
    queue.check("receive() -> None");
    queue.state = queue.component.crashed(queue.state, 0);
    queue.check("receive().receives -> 2");
}

#[test]
fn a_fifo_group_waits_for_its_earlier_messages() {
    let mut queue = queue(None, true);
    queue.check("send(1, group='x') -> 'm1'\n send(2, group='x') -> 'm2'\n send(3, group='y') -> 'm3'");
    queue.check("receive().body -> 1\n receive().body -> 3\n receive() -> None");
    assert_eq!(queue.call("ack", vec![json!("m1"), json!(1)]), "True");
    queue.check("receive().body -> 2");
}

#[test]
fn faults_of_its_own() {
    let mut queue = queue(None, false);
    let receive = Call { object: "q".into(), method: "receive".into(), args: Vec::new() };
    let inject = |queue: &mut Session<Queue>, fault: &str| {
        let caller = queue.caller();
        let found = queue.component.inject(fault, queue.state, &receive, &caller)?;
        let Effect::Reply(reply) = found.effect else { return None };
        Some(format!("{reply:?}").contains("\"b\""))
    };
    assert_eq!(inject(&mut queue, "duplicate"), None);
    queue.check("send('a') -> 'm1'");
    assert_eq!(inject(&mut queue, "reorder"), None, "there is one order of one message");
    queue.check("send('b') -> 'm2'");
    assert_eq!(inject(&mut queue, "reorder"), Some(true));
    queue.check("receive().body -> 'a'");
    assert_eq!(inject(&mut queue, "duplicate"), Some(false), "'a' again");
    assert_eq!(inject(&mut queue, "drop_ack"), None);
    assert_eq!(queue.call("ack", vec![json!("m1"), json!(1)]), "True");
    assert_eq!(inject(&mut queue, "duplicate"), Some(false), "'a' again, although acknowledged");
}

fn mail(code: &str, faults: &[&str], crash: bool) -> Verdict {
    grade(
        code,
        &json!({
            "queue": {"component": "queue", "messages": ["m"], "visibility_s": 30, "faults": faults},
            "sent": {"component": "kv"},
        }),
        json!({
            "title": "A message is handled",
            "code": "/code",
            "clients": [{"name": "A", "run": "work()", "crash": crash}, {"name": "B", "run": "work()"}],
            "explore": {"faults": 1},
            "invariants": [
                {"expect": "'m' in sent.data or queue.left or queue.dead", "otherwise": "the message is lost"},
                {"expect": "sent.data.get('m') in (None, 1)", "otherwise": "sent {sent.data['m']} times"},
            ],
            "goals": [{"expect": "queue.left == 0", "otherwise": "nobody acknowledges"}],
        }),
    )
}

#[test]
fn acknowledging_before_the_effect_loses_and_without_a_mark_doubles() {
    let early = "def work():\n    m = queue.receive()\n    if m:\n        m.ack()\n        sent.incr(m.body)\n";
    let (message, faults, calls) = story(&mail(early, &[], true));
    assert_eq!(
        (message.as_str(), faults, calls.last().map(String::as_str)),
        ("the message is lost", 1, Some("queue.receive()"))
    );
    let late = "def work():\n    m = queue.receive()\n    if m:\n        sent.incr(m.body)\n        m.ack()\n";
    assert_eq!(story(&mail(late, &["duplicate"], false)).0, "sent 2 times");
    let marked =
        "def work():\n    m = queue.receive()\n    if m:\n        sent.set(m.body, 1, nx=True)\n        m.ack()\n";
    for (faults, crash) in [(&["duplicate", "drop_ack"][..], true), (&[], true)] {
        let verdict = mail(marked, faults, crash);
        assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
    }
}

proptest! {
    /// Whatever consumers do and however they crash, every message is waiting, in flight, dead or acknowledged, and once.
    #[test]
    fn no_message_disappears_or_multiplies(steps in prop::collection::vec((0_u8..6, 0_u32..3, 0_i64..20), 0..60), fifo: bool) {
        let mut queue = queue(Some(3), fifo);
        let mut hands: Vec<(String, i64)> = Vec::new();
        for (step, client, pause_s) in steps {
            queue.client = client;
            queue.now_s += pause_s as f64;
            match step {
                0 | 1 => drop(queue.call("send", vec![json!(client), json!(pause_s), json!(client)])),
                2 => {
                    let call = Call { object: "q".into(), method: "receive".into(), args: Vec::new() };
                    let caller = queue.caller();
                    let found = queue.component.call(queue.state, &call, &caller);
                    queue.state = found.state;
                    if let Effect::Reply(crate::sim::python::Reply::Return(Value::List(message))) = found.effect {
                        hands.push((message[0].as_str().unwrap_or_default().to_owned(), message[2].as_int().unwrap_or_default()));
                    }
                }
                3 | 4 => if let Some((id, receives)) = hands.pop() {
                    let method = if step == 3 { "ack" } else { "nack" };
                    queue.call(method, vec![json!(id), json!(receives), json!(0)]);
                },
                _ => queue.state = queue.component.crashed(queue.state, client),
            }
            let count = |text: String| text.matches(char::is_numeric).count() as i64;
            let number = |text: String| text.parse::<i64>().unwrap_or(-1);
            let held = count(queue.view("waiting")) + count(queue.view("in_flight"));
            prop_assert_eq!(held, number(queue.view("left")));
            prop_assert_eq!(number(queue.view("sent")), held + count(queue.view("dead")) + number(queue.view("acked")));
        }
    }
}
