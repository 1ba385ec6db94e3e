//! What a scheduling step costs, and what pruning saves. `cargo bench --bench simulator`.

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value as Json, json};

use belt::checks::{Detail, Reading};
use belt::sim::run::run;
use belt::sim::scenario::Scenario;

const STEPS: u64 = 200;

/// One client that makes `STEPS` different calls: every one suspends the interpreter, runs the component and resumes.
fn scenario(call: &str) -> (Scenario, BTreeMap<String, Json>, Json) {
    let code = format!("def work():\n    for i in range({STEPS}):\n        {call}\n    return True\n");
    let scenario = json!({
        "title": "One client works",
        "code": "/code",
        "clients": [{"name": "A", "run": "work()"}],
        "explore": {"preemptions": 0},
        "invariants": [{"expect": "A.done", "otherwise": "it stopped"}],
    });
    let world = BTreeMap::from([
        ("kv".to_owned(), json!({"component": "kv"})),
        ("db".to_owned(), json!({"component": "database", "schema": "/schema"})),
    ]);
    let schema = "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL)";
    let document = json!({"code": code, "schema": {"dialect": "postgresql", "sql": schema}});
    (serde_json::from_value(scenario).expect("the scenario is well formed"), world, document)
}

fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    group.throughput(Throughput::Elements(STEPS));
    let calls = [
        ("rust component", "kv.set('k', i)"),
        ("sql read", "db.one('SELECT n FROM t WHERE id = :id', {'id': i})"),
        ("sql write", "db.execute('INSERT INTO t (id, n) VALUES (:id, 0)', {'id': i})"),
    ];
    for (name, call) in calls {
        let (scenario, world, document) = scenario(call);
        let files = |_: &str| None;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                black_box(run(&scenario, &world, &Reading::new(&document), Detail::Stories, &files).expect("it runs"))
            });
        });
    }
    group.finish();
}

fn race(criterion: &mut Criterion) {
    let code = "def pay(key):\n    if kv.get(key):\n        return 200\n    kv.incr('charged')\n    kv.set(key, 1)\n    kv.get('x')\n    kv.get('y')\n    return 200\n";
    let scenario: Scenario = serde_json::from_value(json!({
        "title": "Three clients of a five-call endpoint",
        "code": "/code",
        "clients": [
            {"name": "A", "run": "pay('k')"}, {"name": "B", "run": "pay('k')"}, {"name": "C", "run": "pay('k')"},
        ],
        "explore": {"preemptions": 3},
        "invariants": [{"expect": "A.done and B.done and C.done", "otherwise": "somebody waits"}],
    }))
    .expect("the scenario is well formed");
    let world = BTreeMap::from([("kv".to_owned(), json!({"component": "kv"}))]);
    let files = |_: &str| None;
    let document = json!({"code": code});
    criterion.bench_function("three clients, five calls, three preemptions", |bencher| {
        bencher.iter(|| {
            black_box(run(&scenario, &world, &Reading::new(&document), Detail::Stories, &files).expect("it runs"))
        });
    });
}

criterion_group!(benches, steps, race);
criterion_main!(benches);
