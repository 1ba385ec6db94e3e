use serde_json::json;

use super::*;
use crate::checks::Outcome;

fn run(check: Value, diagram: &str, roles: Value) -> Verdict {
    let check: GraphCheck = serde_json::from_value(check).expect("a check");
    check.run(&json!({"flow": diagram, "roles": roles}), Some("/flow"))
}

fn replicas() -> Value {
    json!({
        "roles": {"app": ["application", "router", "api"], "primary": ["leader", "master", "writer"], "replica": ["follower", "secondary", "reader"]},
        "roles_at": "/roles",
        "count": {"replica": {"min": 3, "max": 3}, "primary": {"min": 1, "max": 1}},
        "no_dead_nodes": true,
        "rules": [
            {"edge": {"from": "primary", "to": "replica", "each": true}, "why": "each replica gets its data from the primary"},
            {"path": {"from": "app", "to": "primary"}},
            {"no_path": {"from": "app", "to": "replica", "avoiding": ["primary"], "label": ["writ", "insert"]}},
            {"no_edge": {"from": "replica", "to": "primary"}},
        ],
    })
}

fn messages(verdict: &Verdict) -> Vec<&str> {
    verdict.problems.iter().map(|p| p.message.as_str()).collect()
}

#[test]
fn replicas_in_many_notations_pass() {
    for (diagram, roles) in [
        (
            "flowchart LR\n app -->|writes| primary\n primary --> replica1 & replica2 & replica3\n app -->|reads| replica1 & replica2 & replica3\n",
            json!({}),
        ),
        (
            "graph TD\n A[API] -- write --> L[(Leader)]\n subgraph followers\n  f1\n  f2\n  f3\n end\n L -.->|WAL| followers\n A -- read --> followers\n",
            json!({}),
        ),
        (
            "flowchart LR\n x --> y\n y ==> a\n y ==> b\n y ==> c\n x --> a\n",
            json!({"app": "x", "primary": "y", "replica": ["a", "b", "c"]}),
        ),
    ] {
        let verdict = run(replicas(), diagram, roles);
        assert_eq!(verdict.outcome, Outcome::Passed, "{diagram}: {:?}", verdict.problems);
    }
}

#[test]
fn a_write_to_a_replica_is_shown_as_a_path() {
    let diagram = "flowchart LR\n app -->|write| primary\n primary --> replica1 & replica2 & replica3\n app -->|write| lb --> replica2\n";
    let verdict = run(replicas(), diagram, json!({}));
    assert_eq!(messages(&verdict), ["a path leads from app to replica by `write`"]);
    assert_eq!(verdict.problems[0].notes, ["app --write--> lb --> replica2"]);
    let range = verdict.problems[0].place.range.clone().expect("a place");
    assert_eq!(&diagram[range], "lb --> replica2");
}

#[test]
fn missing_edges_roles_and_counts_are_named() {
    let verdict =
        run(replicas(), "flowchart LR\n app --> primary\n primary --> replica1 & replica2\n spare\n", json!({}));
    assert_eq!(messages(&verdict), ["the diagram has 2 of replica", "`spare` is connected to nothing"]);
    let verdict =
        run(replicas(), "flowchart LR\n app --> primary --> replica1 & replica2\n replica3 --> primary\n", json!({}));
    assert_eq!(
        messages(&verdict),
        ["no arrow leads from `primary` to `replica3`", "`replica3` leads straight to `primary`"]
    );
    assert_eq!(verdict.problems[0].notes, ["each replica gets its data from the primary"]);
    let verdict = run(replicas(), "flowchart LR\n a --> b\n", json!({"primary": "primry", "app": "a"}));
    assert!(messages(&verdict).contains(&"the diagram has no node `primry`"));
}

#[test]
fn a_queue_must_be_on_the_way() {
    let check = json!({
        "roles": {"user": ["author", "client"], "queue": ["kafka", "broker", "topic"], "notification": ["push", "notifier"]},
        "rules": [{"path": {"from": "user", "to": "notification", "through": ["queue"]}}, {"every_path": {"from": "user", "to": "notification", "through": ["queue"]}}],
    });
    let good = "flowchart LR\n u[User] --> api --> k{{Kafka topic}} --> w[worker] --> n[push notification]\n";
    assert_eq!(run(check.clone(), good, json!({})).outcome, Outcome::Passed);
    let around = format!("{good} api -->|celebrities| n\n");
    let verdict = run(check.clone(), &around, json!({}));
    assert_eq!(messages(&verdict), ["a path from user to notification goes around queue"]);
    assert_eq!(verdict.problems[0].notes, ["u --> api --celebrities--> n"]);
    let aside = "flowchart LR\n user --> api --> notifier\n api --> queue\n";
    let verdict = run(check, aside, json!({}));
    assert_eq!(verdict.problems[0].message, "no path leads from user to notification through queue");
    assert_eq!(verdict.problems[0].notes, ["drawn: user --> api --> notifier"]);
}

#[test]
fn a_single_point_of_failure_is_named() {
    let check = json!({"roles": {"client": [], "service": []}, "optional": {"gateway": []}, "rules": [{"survives": {"from": "client", "to": "service"}}]});
    let two = "flowchart LR\n client --> gw1[gateway 1] & gw2[gateway 2] --> service\n";
    assert_eq!(run(check.clone(), two, json!({})).outcome, Outcome::Passed);
    let one = "flowchart LR\n client --> lb --> gw1 & gw2 --> service\n";
    let verdict = run(check, one, json!({}));
    assert_eq!(messages(&verdict), ["when `lb` fails, nothing connects client to service"]);
}

#[test]
fn a_cycle_is_walked_round() {
    let verdict = run(json!({"acyclic": true}), "flowchart LR\n a --> b --> c\n c -->|again| a\n", json!({}));
    assert_eq!(verdict.problems[0].notes, ["a --> b --> c --again--> a"]);
    assert_eq!(run(json!({"acyclic": true}), "flowchart LR\n a --> b & c --> d\n", json!({})).outcome, Outcome::Passed);
    for circle in ["a --> b <--> c\n c --> a\n", "a <--> b --> c --> a\n", "a --> a\n", "a --> b\n b --> a\n"] {
        let verdict = run(json!({"acyclic": true}), &format!("flowchart LR\n {circle}"), json!({}));
        assert_ne!(verdict.outcome, Outcome::Passed, "{circle}");
    }
    let both = "flowchart LR\n load --> worker <--> cp[(checkpoints)]\n worker --- log\n";
    assert_eq!(run(json!({"acyclic": true}), both, json!({})).outcome, Outcome::Passed);
    let check = json!({"roles": {"a": [], "b": []}, "rules": [{"fan_out": {"from": "a", "to": "b", "min": 2}}]});
    assert_eq!(messages(&run(check, "flowchart LR\n a --> b1\n b2 --> a\n", json!({}))), ["`a` leads to 1 of b"]);
}

#[test]
fn no_diagram_is_not_gradable() {
    for document in
        [json!({}), json!({"flow": 3}), json!({"flow": "flowchart LR\n"}), json!({"flow": "stateDiagram-v2\n a --> b"})]
    {
        let check: GraphCheck = serde_json::from_value(replicas()).expect("a check");
        assert_eq!(check.run(&document, Some("/flow")).outcome, Outcome::NotGradable, "{document}");
    }
}

#[test]
fn a_rule_of_no_or_two_kinds_is_refused() {
    for rule in [
        json!({}),
        json!({"why": "x"}),
        json!({"path": {"from": "a", "to": "b"}, "edge": {"from": "a", "to": "b"}}),
        json!({"pth": {}}),
    ] {
        assert!(serde_json::from_value::<GraphCheck>(json!({ "rules": [rule] })).is_err());
    }
}

#[test]
fn each_target_has_to_survive() {
    let check = |each: bool| {
        let rule = json!({"survives": {"from": "client", "to": "service", "remove": "gateway", "each": each}});
        json!({"roles": {"client": [], "gateway": ["gw"], "service": ["users", "orders"]}, "rules": [rule]})
    };
    let split = "flowchart LR\n client --> gw1 & gw2\n gw1 --> users\n gw2 --> orders\n";
    assert_eq!(run(check(false), split, json!({})).outcome, Outcome::Passed);
    let verdict = run(check(true), split, json!({}));
    assert_eq!(messages(&verdict), ["when `gw1` fails, nothing connects `client` to `users`"]);
    let crossed = "flowchart LR\n client --> gw1 & gw2 --> users & orders\n";
    assert_eq!(run(check(true), crossed, json!({})).outcome, Outcome::Passed);
    let unconnected = "flowchart LR\n client --> gw1 & gw2 --> users\n orders --> users\n";
    assert_eq!(messages(&run(check(true), unconnected, json!({}))), ["no path leads from client to service"]);
}

#[test]
fn what_is_no_machine_cannot_fail() {
    let check = |keep: Value| {
        json!({
            "roles": {"client": [], "gateway": ["gw"], "service": []},
            "optional": {"address": ["dns", "anycast"]},
            "rules": [{"survives": {"from": "client", "to": "service", "keep": keep}}],
        })
    };
    let diagram = "flowchart LR\n client --> dns[DNS name] --> gw1 & gw2 --> service\n";
    assert_eq!(run(check(json!(["address"])), diagram, json!({})).outcome, Outcome::Passed);
    assert_eq!(
        messages(&run(check(json!([])), diagram, json!({}))),
        ["when `dns` fails, nothing connects client to service"]
    );
}

#[test]
fn one_node_may_play_two_roles() {
    let check = json!({
        "roles": {"source": ["kafka"], "window": ["processor"], "count": ["aggregator"], "store": []},
        "rules": [{"path": {"from": "source", "to": "store", "through": ["window", "count"]}}],
    });
    let one = "flowchart LR\n k[Kafka] --> f[Flink: window and count] --> store\n";
    let verdict = run(check.clone(), one, json!({}));
    assert_eq!(verdict.outcome, Outcome::Passed, "{:?}", verdict.problems);
    let without = "flowchart LR\n k[Kafka] --> f[Flink window without count] --> store\n";
    assert_eq!(messages(&run(check, without, json!({}))), ["the diagram has no count"]);
}

#[test]
fn roles_may_be_told_in_any_direction() {
    let diagram = "flowchart LR\n app -->|writes| db1\n db1 --> db2 & db3 & db4\n app -->|reads| db2 & db3 & db4\n";
    for roles in [
        json!({"primary": ["db1"], "replica": ["db2", "db3", "db4"]}),
        json!({"Primary": "db1", "replicas": "db2, db3, db4"}),
        json!({"db1": "primary", "db2": "replica", "db3": "replica", "db4": "Replicas"}),
    ] {
        assert_eq!(run(replicas(), diagram, roles.clone()).problems, [], "{roles}");
    }
    let verdict = run(replicas(), diagram, json!({"primary": ["db1"], "replica": "db2, db3, db9"}));
    assert!(messages(&verdict).contains(&"the diagram has no node `db9`"), "{:?}", messages(&verdict));
    let verdict = run(replicas(), diagram, json!({"primary": ["db1"]}));
    let help = verdict.problems[0].help.as_deref().expect("help");
    assert!(help.ends_with("as in `replica: [the id of a node]`"), "{help}");
}
