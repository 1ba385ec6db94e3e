use serde_json::{Value as Json, json};

use super::*;
use crate::checks::{Detail, Outcome, Verdict};
use crate::sim::components::tests::{Session, story};
use crate::sim::run::run;
use crate::sim::scenario::Scenario;

fn session(dialect: &str, sql: &str) -> Session<Database> {
    let document = json!({"schema": {"dialect": dialect, "sql": sql}});
    Session::new(
        Database::new("/schema", &[], &Reading::new(&document)).unwrap_or_else(|trouble| panic!("{trouble:?}")),
    )
}

#[test]
fn generated_ids_belong_to_the_client_they_were_given_to() {
    let cases = [
        ("mysql", "CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, n INT)", "LAST_INSERT_ID()"),
        ("postgresql", "CREATE TABLE t (id BIGSERIAL PRIMARY KEY, n INT)", "lastval()"),
        ("postgresql", "CREATE TABLE t (id BIGSERIAL PRIMARY KEY, n INT)", "currval('t_id_seq')"),
        ("sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, n INT)", "last_insert_rowid()"),
        ("sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT)", "last_insert_rowid()"),
    ];
    for (dialect, ddl, last) in cases {
        let mut db = session(dialect, ddl);
        let read = format!("one(\"SELECT {last} AS id\")");
        db.check("execute('INSERT INTO t (n) VALUES (10)') -> 1");
        db.client = 1;
        db.check("execute('INSERT INTO t (n) VALUES (20)') -> 1");
        db.client = 0;
        assert_eq!(db.python(&read), "{'id': 1}", "{ddl}: {last}");
        // What is written with it is written again whenever the state is brought back.
        let update = format!("execute(\"UPDATE t SET n = {last} WHERE n = 10\")");
        let before = db.state;
        assert_eq!(db.python(&update), "1");
        let after = db.state;
        db.state = before;
        db.client = 1;
        assert_eq!(db.python(&read), "{'id': 2}", "{ddl}: {last}");
        assert_eq!(db.python("execute('DELETE FROM t')"), "2");
        db.state = after;
        db.check("all('SELECT id, n FROM t ORDER BY id') -> [{'id': 1, 'n': 1}, {'id': 2, 'n': 20}]");
        // A new connection was given nothing.
        db.state = db.component.crashed(after, 1);
        assert!(!db.python(&read).contains('2'), "{ddl}: {last}");
    }
}

#[test]
fn ids_survive_a_rollback_and_a_refused_row() {
    let mut db = session("sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT UNIQUE)");
    db.check(
        "execute('INSERT INTO t (id, n) VALUES (7, 1)') -> 1
         one('SELECT last_insert_rowid() AS id') -> {'id': 7}
         execute('INSERT OR IGNORE INTO t (n) VALUES (1)') -> 0
         one('SELECT last_insert_rowid() AS id') -> {'id': 7}",
    );
    let mut db =
        session("mysql", "CREATE TABLE c (n INT NOT NULL); CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
    db.check(
        "execute('INSERT INTO c VALUES (41)') -> 1
         one('SELECT LAST_INSERT_ID() AS id') -> {'id': 0}
         execute('UPDATE c SET n = LAST_INSERT_ID(n + 1)') -> 1
         one('SELECT LAST_INSERT_ID() AS id') -> {'id': 42}
         execute('INSERT INTO t (n) VALUES (1), (2), (3)') -> 3
         one('SELECT LAST_INSERT_ID() AS id') -> {'id': 1}",
    );
}

#[test]
fn a_number_taken_by_a_query_is_not_given_twice() {
    let mut db = session(
        "postgresql",
        "CREATE SEQUENCE s START WITH 1000 NO CYCLE INCREMENT BY 10 CACHE 1; CREATE TABLE t (id INT)",
    );
    let before = db.state;
    db.check("one(\"SELECT nextval('s') AS n\") -> {'n': 1000}\n one(\"SELECT nextval('s') AS n\") -> {'n': 1010}");
    db.client = 1;
    db.check("one(\"SELECT nextval('s') AS n\") -> {'n': 1020}");
    db.state = before;
    db.check("one(\"SELECT nextval('s') AS n\") -> {'n': 1000}");
}

fn transfer(code: &str, fault: &str) -> Verdict {
    let scenario = json!({
        "title": "Two clients count",
        "code": "/code",
        "clients": [{"name": "A", "run": "count()"}, {"name": "B", "run": "count()"}],
        "explore": {"faults": 1},
        "invariants": [
            {"expect": "rows('db', 'SELECT n FROM t')[0]['n'] == rows('db', 'SELECT m FROM t')[0]['m']", "otherwise": "torn"},
        ],
    });
    let scenario: Scenario = serde_json::from_value(scenario).expect("the scenario is well formed");
    let world = json!({"db": {"component": "database", "schema": "/schema", "rows": ["INSERT INTO t VALUES (0, 0)"], "faults": [fault]}});
    let world =
        world.as_object().into_iter().flatten().map(|(name, spec): (&String, &Json)| (name.clone(), spec.clone()));
    let document = json!({"code": code, "schema": {"dialect": "postgresql", "sql": "CREATE TABLE t (n INT, m INT)"}});
    run(&scenario, &world.collect(), &Reading::new(&document), Detail::Stories, &|_| None)
        .expect("the scenario can be run")
}

#[test]
fn a_transaction_whose_end_meets_a_fault_holds_nobody_up() {
    let code = "def count():\n    for attempt in range(3):\n        try:\n            with db.transaction():\n                \
                db.execute('UPDATE t SET n = n + 1')\n                db.execute('UPDATE t SET m = m + 1')\n            \
                return\n        except (ServiceUnavailable, Timeout):\n            pass\n";
    let gives_up = "def count():\n    try:\n        with db.transaction():\n            \
                db.execute('UPDATE t SET n = n + 1')\n            db.execute('UPDATE t SET m = m + 1')\n    \
                except (ServiceUnavailable, Timeout):\n        pass\n";
    for code in [code, gives_up] {
        for fault in ["unavailable", "lost_request", "lost_reply"] {
            let verdict = transfer(code, fault);
            assert_eq!(verdict.outcome, Outcome::Passed, "{fault}: {:#?}", story(&verdict));
        }
    }
}

#[test]
fn what_belt_cannot_run_is_not_the_learners_mistake() {
    let code = |sql: &str| {
        format!("def count():\n    try:\n        db.execute({sql:?})\n    except ValueError:\n        pass\n")
    };
    for sql in
        ["UPDATE t SET n = n + 1 WHERE current_setting('x') = 'y'", "SELECT to_tsvector('english', n::text) FROM t"]
    {
        let verdict = transfer(&code(sql), "unavailable");
        assert_eq!(verdict.outcome, Outcome::NotGradable, "{sql}");
        assert!(verdict.problems[0].message.starts_with("belt cannot run"), "{:?}", verdict.problems[0].message);
    }
    let verdict = transfer(&code("UPDATE t SET nothing = 1"), "unavailable");
    assert_eq!(verdict.outcome, Outcome::Failed { earned: 0, of: 1 });
}

const SEAT: &str = "CREATE TABLE seat (no INT PRIMARY KEY, who TEXT NOT NULL)";

#[test]
fn a_failed_statement_aborts_a_transaction_of_postgresql() {
    for (dialect, goes_on) in [("postgresql", false), ("mysql", true), ("sqlite", true)] {
        let mut db = session(dialect, SEAT);
        db.check("execute(\"INSERT INTO seat VALUES (1, 'ann')\") -> 1");
        db.call("begin", Vec::new());
        db.check("execute(\"INSERT INTO seat VALUES (2, 'bob')\") -> 1");
        assert!(db.python("execute(\"INSERT INTO seat VALUES (1, 'bob')\")").contains("UniqueViolation"), "{dialect}");
        let next = db.python("execute(\"INSERT INTO seat VALUES (3, 'bob')\")");
        assert_eq!(next == "1", goes_on, "{dialect}: {next}");
        db.call("commit", Vec::new());
        let kept = if goes_on { "3" } else { "1" };
        assert_eq!(db.python("one('SELECT COUNT(*) AS n FROM seat')"), format!("{{'n': {kept}}}"), "{dialect}");
    }
}

#[test]
fn a_transaction_inside_another_is_a_savepoint() {
    for dialect in ["postgresql", "mysql", "sqlite"] {
        let mut db = session(dialect, SEAT);
        db.call("begin", Vec::new());
        db.check("execute(\"INSERT INTO seat VALUES (1, 'ann')\") -> 1");
        db.call("begin", Vec::new());
        assert!(db.python("execute(\"INSERT INTO seat VALUES (1, 'bob')\")").contains("UniqueViolation"));
        db.call("rollback", Vec::new());
        db.check("execute(\"INSERT INTO seat VALUES (2, 'bob')\") -> 1");
        // Nobody sees it before the end, and all of it goes back together.
        db.client = 1;
        assert!(db.python("one('SELECT COUNT(*) AS n FROM seat')").contains("waits"), "{dialect}");
        db.client = 0;
        let before = db.state;
        db.call("commit", Vec::new());
        db.check("one('SELECT COUNT(*) AS n FROM seat') -> {'n': 2}");
        db.state = before;
        db.call("rollback", Vec::new());
        db.check("one('SELECT COUNT(*) AS n FROM seat') -> {'n': 0}");
    }
}
