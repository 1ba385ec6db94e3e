//! Statements as people write them, in files: DDL, `---`, statements with what they answer, `---`, DDL that is taken.
//! `;;` stands between statements of one line, `<-` before parameters, `=>` before the last one's rows or its count.

use super::*;

const NOW_S: f64 = 1_767_225_700.0;

fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(b) => Value::Bool(*b),
        serde_json::Value::Number(n) => n.as_i64().map_or_else(|| Value::Real(n.as_f64().unwrap_or(0.0)), Value::Int),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        other => Value::Text(other.to_string()),
    }
}

fn params(text: &str) -> Params {
    match serde_json::from_str(text).expect("parameters are JSON") {
        serde_json::Value::Array(items) => Params::Positional(items.iter().map(value).collect()),
        serde_json::Value::Object(map) => {
            Params::Named(map.iter().map(|(name, item)| (name.clone(), value(item))).collect())
        }
        _ => Params::None,
    }
}

pub(super) fn answer(db: &mut Database, line: &str) -> String {
    let (statements, params) = match line.split_once(" <- ") {
        Some((statements, given)) => (statements, params(given)),
        None => (line, Params::None),
    };
    let mut last = String::new();
    for sql in statements.split(";;") {
        last = match db.run(sql, &params, NOW_S) {
            Ok(answer) if answer.returns_rows => lowering::shown(&answer.rows),
            Ok(answer) => format!("n={}", answer.changed),
            Err(error) => return format!("{:?}: {}", error.kind, error.message),
        };
    }
    last
}

#[test]
fn answer_what_the_learners_database_would() {
    let files = [
        (Dialect::PostgreSql, include_str!("statements/postgresql.txt")),
        (Dialect::MySql, include_str!("statements/mysql.txt")),
        (Dialect::Sqlite, include_str!("statements/sqlite.txt")),
        (Dialect::PostgreSql, include_str!("statements/postgresql-more.txt")),
        (Dialect::PostgreSql, include_str!("statements/postgresql-decimals.txt")),
        (Dialect::MySql, include_str!("statements/mysql-more.txt")),
    ];
    let mut wrong = Vec::new();
    for (dialect, file) in files {
        let [ddl, statements, schemas] = file.splitn(3, "\n---\n").collect::<Vec<_>>()[..] else {
            panic!("three parts");
        };
        let schema = Schema::parse(dialect, ddl).unwrap_or_else(|p| panic!("{p}: {ddl}"));
        for line in statements.lines() {
            let (statement, expected) = line.rsplit_once(" =>").expect("a statement and what it answers");
            let mut db = Database::create(&schema).expect("the schema can be created");
            let got = answer(&mut db, statement);
            if got != expected.trim() {
                wrong.push(format!("{statement}\n    expected {expected}\n    got      {got}"));
            }
        }
        for ddl in schemas.lines() {
            if let Err(problem) = Schema::parse(dialect, ddl).and_then(|schema| Database::create(&schema)) {
                wrong.push(format!("{ddl}\n    {problem}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_cannot_be_run_is_named_with_advice() {
    use Dialect::{MySql, PostgreSql, Sqlite};
    let cases = [
        (
            PostgreSql,
            "SELECT 1; SELECT 2",
            "a text of 2 statements is not something belt can run: give each a call of its own",
        ),
        (PostgreSql, "EXPLAIN SELECT 1", "EXPLAIN is not something belt can run: run the statement itself"),
        (
            PostgreSql,
            "BEGIN",
            "BEGIN is not something belt can run: transactions are the client's, with db.transaction()",
        ),
        (PostgreSql, "SELECT pg_advisory_lock(1)", "use pg_advisory_xact_lock() inside a transaction"),
        (PostgreSql, "SELECT current_setting('app.tenant')", "pass the value as a parameter"),
        (
            PostgreSql,
            "MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY SOURCE THEN DELETE",
            "use a DELETE or UPDATE with NOT EXISTS",
        ),
        (PostgreSql, "SELECT now() AT TIME ZONE 'Europe/Berlin'", "only UTC is known here"),
        (PostgreSql, "SELECT a FROM t EXCEPT ALL SELECT b FROM t", "EXCEPT ALL"),
        (MySql, "UPDATE t x JOIN u y ON x.a = y.a SET x.b = 1, y.b = 2", "an UPDATE of two tables at once"),
        (MySql, "UPDATE t, u SET t.b = 1, u.b = 2 WHERE t.a = u.a", "an UPDATE of two tables at once"),
        (MySql, "SELECT ROW_COUNT()", "take the number that execute() returns"),
        (MySql, "SELECT GET_LOCK('x', 1)", "SELECT ... FOR UPDATE"),
        (MySql, "SET @x = 1", "pass it as a parameter"),
        (Sqlite, "PRAGMA foreign_keys = ON", "PRAGMA"),
    ];
    for (dialect, sql, text) in cases {
        let mut db = database(dialect, "CREATE TABLE t (a INT, b INT); CREATE TABLE u (a INT, b INT)");
        let error = db.run(sql, &Params::None, 0.0).unwrap_err();
        assert_eq!(error.kind, DbErrorKind::Unsupported, "{sql}: {error}");
        assert!(error.message.contains(text), "{sql}: {error}");
    }
    let schemas = [
        (PostgreSql, "CREATE POLICY p ON t USING (a = 1)", "WHERE"),
        (
            PostgreSql,
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'x'; END $$",
            "assignments to NEW",
        ),
        (PostgreSql, "DO $$ BEGIN FOR i IN 1..3 LOOP INSERT INTO t VALUES (i); END LOOP; END $$", "by themselves"),
        (MySql, "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t", "from time to time"),
    ];
    for (dialect, sql, advice) in schemas {
        let problem = Schema::parse(dialect, &format!("CREATE TABLE t (a INT); {sql};")).unwrap_err();
        assert_eq!(problem.kind, SqlProblemKind::Unsupported, "{sql}: {problem}");
        assert!(problem.help.as_deref().unwrap_or_default().contains(advice), "{sql}: {:?}", problem.help);
    }
}

#[test]
fn what_is_misspelt_is_told_with_what_was_meant() {
    let cases = [
        (
            Dialect::PostgreSql,
            "SELECT * FROM jobs WERE id = 1",
            "WERE does not belong here in PostgreSQL; did you mean WHERE?",
        ),
        (Dialect::PostgreSql, "SELECT id FORM jobs", "FORM does not belong here in PostgreSQL; did you mean FROM?"),
        (Dialect::PostgreSql, "SELEC 1", "SELEC may have to be SELECT"),
        (Dialect::PostgreSql, "SELECT j.staet FROM jobs j", "there is no column j.staet here; did you mean state?"),
        (Dialect::MySql, "SELECT * FROM jbos", "there is no table jbos in the schema; did you mean jobs?"),
        (
            Dialect::Sqlite,
            "INSERT INTO jobs (sate) VALUES (1)",
            "the table jobs has no column sate; did you mean state?",
        ),
        (Dialect::MySql, "SELECT NOW() - INTERVAL 5", "MySQL cannot read this: INTERVAL requires a unit"),
    ];
    for (dialect, sql, text) in cases {
        let mut db = database(dialect, "CREATE TABLE jobs (id INT, state INT)");
        let error = db.run(sql, &Params::None, 0.0).unwrap_err();
        assert!(error.message.contains(text), "{sql}: {error}");
    }
}

#[test]
fn parts_of_a_with_see_the_data_as_it_was_and_fail_together() {
    let mut db = database(
        Dialect::PostgreSql,
        "CREATE TABLE a (id INT PRIMARY KEY, n INT CHECK (n >= 0)); CREATE TABLE b (id INT PRIMARY KEY, n INT, at TIMESTAMPTZ);
         INSERT INTO a VALUES (1, 1), (2, 2);",
    );
    let moved = "WITH gone AS (DELETE FROM a RETURNING *), kept AS (INSERT INTO b (id, n, at) SELECT id, n, now() FROM gone RETURNING id) \
                 SELECT (SELECT count(*) FROM a) AS before, (SELECT count(*) FROM b) AS there, (SELECT count(*) FROM kept) AS moved";
    assert_eq!(answer(&mut db, moved), "2 0 2");
    assert_eq!(answer(&mut db, "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)"), "0 2");
    let before = db.digest();
    let refused = "WITH w AS (INSERT INTO a VALUES (7, 1) RETURNING id) INSERT INTO b (id) SELECT 1 FROM w";
    assert!(answer(&mut db, refused).starts_with("Unique"));
    assert_eq!(db.digest(), before);
    // The kinds of columns go through: text that is compared with a time is one.
    let recent = "WITH w AS (UPDATE b SET n = 9 RETURNING id, at) SELECT id FROM w WHERE at > '2026-01-01' AND at < $1 ORDER BY id <- [\"2027-01-01\"]";
    assert_eq!(answer(&mut db, recent), "1; 2");
    // A query that is run twice looks at the rows anew.
    assert_eq!(answer(&mut db, moved), "0 2 0");
}

#[test]
fn exclusions_and_domains_refuse() {
    let mut db = database(
        Dialect::PostgreSql,
        "CREATE DOMAIN cents AS BIGINT NOT NULL CHECK (VALUE >= 0);
         CREATE TABLE stays (id INT PRIMARY KEY, room INT, s TIMESTAMPTZ, e TIMESTAMPTZ, status TEXT DEFAULT 'on', price cents,
           CONSTRAINT free EXCLUDE USING gist (room WITH =, tstzrange(s, e) WITH &&) WHERE (status <> 'off'));
         INSERT INTO stays VALUES (1, 7, '2026-01-01', '2026-01-05', 'on', 1);",
    );
    let stay = |id: i64, room: i64, s: &str, e: &str| {
        format!("INSERT INTO stays VALUES ({id}, {room}, '2026-01-{s}', '2026-01-{e}', 'on', 1)")
    };
    let error = db.run(&stay(2, 7, "04", "06"), &Params::None, 0.0).unwrap_err();
    assert_eq!((error.kind, error.constraint.as_deref()), (DbErrorKind::Unique, Some("free")));
    assert_eq!(answer(&mut db, &stay(3, 8, "04", "06")), "n=1");
    assert_eq!(answer(&mut db, &stay(4, 7, "05", "06")), "n=1");
    assert!(answer(&mut db, "UPDATE stays SET s = '2026-01-04' WHERE id = 4").starts_with("Unique"));
    assert_eq!(
        answer(&mut db, "UPDATE stays SET status = 'off' WHERE id = 1;;UPDATE stays SET s = '2026-01-04' WHERE id = 4"),
        "n=1"
    );
    assert!(answer(&mut db, "INSERT INTO stays (id, price) VALUES (9, -1)").starts_with("Check"));
    assert!(answer(&mut db, "INSERT INTO stays (id) VALUES (9)").starts_with("NotNull"));
}

#[test]
fn no_statement_sees_the_machines_clock_or_its_chance() {
    let mut db = database(
        Dialect::Sqlite,
        "CREATE TABLE t (id TEXT DEFAULT (lower(hex(randomblob(4)))), at TEXT DEFAULT (datetime('now')))",
    );
    for sql in [
        "SELECT datetime('NOW'), date(?), time('now', '+1 seconds'), strftime('%s', 'now'), unixepoch('now') <- [\"now\"]",
        "SELECT julianday(), datetime('now', 'localtime'), unixepoch('subsec'), unixepoch()",
        "SELECT random(), hex(randomblob(16))",
        "INSERT INTO t DEFAULT VALUES RETURNING id, at",
    ] {
        let mut other = database(
            Dialect::Sqlite,
            "CREATE TABLE t (id TEXT DEFAULT (lower(hex(randomblob(4)))), at TEXT DEFAULT (datetime('now')))",
        );
        assert_eq!(answer(&mut db, sql), answer(&mut other, sql), "{sql}");
        db = database(
            Dialect::Sqlite,
            "CREATE TABLE t (id TEXT DEFAULT (lower(hex(randomblob(4)))), at TEXT DEFAULT (datetime('now')))",
        );
    }
    assert_eq!(answer(&mut db, "SELECT datetime('now'), unixepoch('subsec')"), "2026-01-01 00:01:40 1767225700");
    for dialect in [Dialect::PostgreSql, Dialect::MySql] {
        let mut db = database(dialect, "CREATE TABLE t (a INT)");
        assert!(answer(&mut db, "SELECT datetime('now')").starts_with("Unsupported"));
    }
}
