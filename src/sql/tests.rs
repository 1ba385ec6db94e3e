use super::*;

mod lowering;
mod statements;
mod triggers;

fn database(dialect: Dialect, ddl: &str) -> Database {
    let schema = Schema::parse(dialect, ddl).unwrap_or_else(|p| panic!("{p}: {ddl}"));
    Database::create(&schema).unwrap_or_else(|p| panic!("{p}: {ddl}"))
}

fn rows(database: &mut Database, sql: &str) -> Vec<Vec<Value>> {
    database.run(sql, &Params::None, 100.0).unwrap_or_else(|e| panic!("{e:?}: {sql}")).rows
}

#[test]
fn a_postgres_key_table_refuses_the_same_key_twice() {
    let mut db = database(
        Dialect::PostgreSql,
        "CREATE TABLE idempotency_keys (
            id BIGSERIAL PRIMARY KEY,
            account_id BIGINT NOT NULL,
            key VARCHAR(10) NOT NULL,
            status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'done')),
            done BOOLEAN NOT NULL DEFAULT FALSE,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            UNIQUE (account_id, key)
        );",
    );
    let insert = "INSERT INTO idempotency_keys (account_id, key) VALUES (:a, :k) RETURNING id, done, created_at";
    let params =
        |a: i64, k: &str| Params::Named(vec![("a".into(), Value::Int(a)), ("k".into(), Value::Text(k.into()))]);
    let answer = db.run(insert, &params(1, "k1"), 5.0).unwrap();
    assert_eq!(answer.columns, ["id", "done", "created_at"]);
    assert_eq!(answer.rows[0][0], Value::Int(1));
    let error = db.run(insert, &params(1, "k1"), 5.0).unwrap_err();
    assert_eq!(error.kind, DbErrorKind::Unique);
    assert_eq!(error.constraint.as_deref(), Some("idempotency_keys_account_id_key_key"));
    assert_eq!(db.run(insert, &params(1, "k1234567890"), 5.0).unwrap_err().kind, DbErrorKind::Type);
    assert!(db.run(insert, &params(2, "k1"), 5.0).is_ok());
    let before = db.digest();
    db.savepoint();
    rows(&mut db, "DELETE FROM idempotency_keys WHERE key = 'k1'");
    assert_ne!(db.digest(), before);
    db.rollback();
    assert_eq!(db.digest(), before);
    assert_eq!(
        rows(
            &mut db,
            "SELECT done, status FROM idempotency_keys WHERE created_at > now() - interval '5 minutes' LIMIT 1"
        ),
        [[Value::Bool(false), Value::Text("pending".into())]]
    );
}

/// What a statement is expected to do after those before it.
#[derive(Debug, Clone, Copy)]
enum Expected {
    Goes,
    Refused(DbErrorKind),
}

#[test]
fn statements_do_what_the_learners_database_would() {
    use DbErrorKind as K;
    use Dialect::{MySql, PostgreSql, Sqlite};
    use Expected::{Goes, Refused};
    let pg = "CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TABLE users (id SERIAL PRIMARY KEY, name VARCHAR(5) NOT NULL, age SMALLINT CHECK (age >= 0), mood mood, uid UUID UNIQUE, price NUMERIC(6, 2), meta JSONB, at TIMESTAMPTZ DEFAULT now(), day DATE, ok BOOLEAN, raw BYTEA, tags TEXT[]);
        CREATE TABLE posts (id INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id INT NOT NULL REFERENCES users ON DELETE CASCADE, title TEXT, deleted_at TIMESTAMP);
        CREATE UNIQUE INDEX one_live ON posts (user_id, lower(title)) WHERE deleted_at IS NULL;
        CREATE INDEX CONCURRENTLY by_user ON posts USING btree (user_id, id DESC) INCLUDE (title);
        COMMENT ON TABLE posts IS 'x'; ALTER TABLE posts ADD COLUMN n INT NOT NULL DEFAULT 0; ALTER TABLE posts ADD CONSTRAINT small CHECK (n < 10);";
    let my = "CREATE TABLE `users` (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, name VARCHAR(5) NOT NULL COMMENT 'n', code VARCHAR(9) COLLATE utf8mb4_bin, kind ENUM('a','b') DEFAULT 'a', seen DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (id), UNIQUE KEY uk_name (name), UNIQUE KEY uk_code (code), KEY idx_seen (seen)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;";
    let lite = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, n INTEGER)";
    type Cases<'a> = &'a [(Dialect, &'a str, &'a [(&'a str, Expected)])];
    let cases: Cases<'_> = &[
        (
            PostgreSql,
            pg,
            &[
                ("INSERT INTO users (name) VALUES ('Ann')", Goes),
                ("INSERT INTO users (name) VALUES ('toolong')", Refused(K::Type)),
                ("INSERT INTO users (name, age) VALUES ('b', 'x')", Refused(K::Type)),
                ("INSERT INTO users (name, age) VALUES ('b', 40000)", Refused(K::Type)),
                ("INSERT INTO users (name, age) VALUES ('b', -1)", Refused(K::Check)),
                ("INSERT INTO users (name, mood) VALUES ('b', 'angry')", Refused(K::Type)),
                ("INSERT INTO users (name, uid) VALUES ('b', 'nope')", Refused(K::Type)),
                ("INSERT INTO users (name, price) VALUES ('b', 123456)", Refused(K::Type)),
                ("INSERT INTO users (name, meta) VALUES ('b', '{bad')", Refused(K::Type)),
                ("INSERT INTO users (name, at) VALUES ('b', 'yesterdayish')", Refused(K::Type)),
                ("INSERT INTO users (id, name) VALUES (NULL, 'b')", Refused(K::NotNull)),
                (
                    "INSERT INTO users VALUES (DEFAULT, 'c', 3, 'ok', gen_random_uuid(), '1.50', '{\"a\": 1}', '2026-01-02T03:04:05Z', '2026-01-02', 'yes', '\\xff', '{a,b}')",
                    Goes,
                ),
                ("INSERT INTO users (name) VALUES (\"Ann\")", Refused(K::MissingColumn)),
                ("SELECT \"NAME\" FROM users", Refused(K::MissingColumn)),
                ("SELECT NAME FROM USERS", Goes),
                ("SELECT name FROM \"Users\"", Refused(K::MissingTable)),
                ("SELECT rowid FROM users", Refused(K::MissingColumn)),
                ("INSERT INTO posts (id, user_id) VALUES (5, 1)", Refused(K::Syntax)),
                ("INSERT INTO posts (user_id, title) VALUES (1, 'A'), (1, 'B') RETURNING id", Goes),
                ("INSERT INTO posts (user_id, title) VALUES (1, 'a')", Refused(K::Unique)),
                ("INSERT INTO posts (user_id) VALUES (99)", Refused(K::ForeignKey)),
                ("INSERT INTO posts (user_id, n) VALUES (1, 10)", Refused(K::Check)),
                ("SELECT user_id, title FROM posts GROUP BY user_id", Refused(K::Syntax)),
                ("SELECT user_id, count(*) FROM posts", Refused(K::Syntax)),
                (
                    "SELECT u.id, u.name, count(p.id) FROM users u LEFT JOIN posts p ON p.user_id = u.id GROUP BY u.id ORDER BY count(p.id) DESC",
                    Goes,
                ),
                ("SELECT * FROM users WHERE id = ANY('{1,2}') FOR UPDATE SKIP LOCKED", Goes),
                (
                    "SELECT * FROM users WHERE at > now() - interval '5 minutes' AND day IS DISTINCT FROM '2026-01-01'::date",
                    Goes,
                ),
                ("SELECT extract(epoch FROM now() - at) FROM users", Goes),
                (
                    "WITH r AS (SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY id) AS n FROM posts) SELECT * FROM r WHERE n = 1 OFFSET 0",
                    Goes,
                ),
                (
                    "INSERT INTO users (id, name) VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING name",
                    Goes,
                ),
                ("INSERT INTO users (id, name) VALUES (1, 'z') ON CONFLICT DO NOTHING", Goes),
                ("DELETE FROM users WHERE id = 1", Goes),
                ("BEGIN", Refused(K::Unsupported)),
                ("SELECT 1; SELECT 2", Refused(K::Unsupported)),
                ("PRAGMA user_version", Refused(K::Unsupported)),
                ("SELECT load_extension('x')", Refused(K::Unsupported)),
                ("SELECT nosuch(1)", Refused(K::Unsupported)),
                ("SELEC 1", Refused(K::Syntax)),
                (
                    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
                    Refused(K::Limit),
                ),
            ],
        ),
        (
            MySql,
            my,
            &[
                ("INSERT INTO users (name, code) VALUES (\"it's\", 'a')", Goes),
                ("INSERT INTO users (name, code) VALUES ('IT\\'S', 'b')", Refused(K::Unique)),
                ("INSERT INTO users (name, code) VALUES ('b', 'A')", Goes),
                ("INSERT INTO users SET name = 'c', kind = 'x'", Refused(K::Type)),
                ("INSERT IGNORE INTO users (name) VALUES ('b')", Goes),
                ("INSERT INTO users (id, name) VALUES (NULL, 'd') ON DUPLICATE KEY UPDATE name = VALUES(name)", Goes),
                ("UPDATE users SET name = 'e' WHERE seen < NOW() - INTERVAL 5 MINUTE ORDER BY id LIMIT 1", Goes),
                ("SELECT * FROM Users", Refused(K::MissingTable)),
                ("SELECT LAST_INSERT_ID()", Goes),
                ("SELECT * FROM users LIMIT 2, 3", Goes),
            ],
        ),
        (
            Sqlite,
            lite,
            &[
                ("INSERT INTO users (name) VALUES ('a')", Goes),
                ("INSERT INTO users (name, n) VALUES ('a', 'x')", Refused(K::Type)),
                ("INSERT INTO users (name) VALUES (\"a\")", Refused(K::MissingColumn)),
                ("SELECT datetime('now'), unixepoch() FROM users WHERE name LIKE 'A'", Goes),
                ("ATTACH DATABASE 'x' AS y", Refused(K::Unsupported)),
            ],
        ),
    ];
    let mut wrong = Vec::new();
    for (dialect, ddl, statements) in cases {
        let mut db = database(*dialect, ddl);
        for (sql, expected) in *statements {
            let result = db.run(sql, &Params::None, 100.0);
            let fits = match expected {
                Goes => result.is_ok(),
                Refused(kind) => result.as_ref().is_err_and(|error| error.kind == *kind),
            };
            if !fits {
                wrong.push(format!("{dialect:?} {sql}\n    expected {expected:?}, got {result:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parts_of_a_statement_take_the_parameters_they_use() {
    let mut db = database(Dialect::PostgreSql, "CREATE TABLE t (a TEXT, k TEXT, PRIMARY KEY (a, k))");
    let text = |text: &str| Value::Text(text.to_owned());
    let lock = "SELECT pg_advisory_xact_lock(hashtext(:k))";
    assert!(db.run(lock, &Params::Named(vec![("k".into(), text("x"))]), 0.0).is_ok());
    let claim = "WITH ins AS (INSERT INTO t (a, k) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING a, TRUE AS fresh)
        SELECT a, fresh FROM ins UNION ALL SELECT a, FALSE FROM t WHERE a = $1 AND k = $2 LIMIT 1";
    let given = Params::Positional(vec![text("acc"), text("key")]);
    for fresh in [true, false] {
        let answer = db.run(claim, &given, 0.0).unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(answer.rows, [[text("acc"), Value::Bool(fresh)]]);
    }
    let second = "WITH gone AS (DELETE FROM t WHERE k = $2 RETURNING a) SELECT a FROM gone WHERE a = $1";
    assert_eq!(db.run(second, &given, 0.0).unwrap_or_else(|error| panic!("{error:?}")).rows, [[text("acc")]]);
}

#[test]
fn dialects_are_known_by_any_name_and_version() {
    for (name, dialect) in [
        ("Postgres 16", Dialect::PostgreSql),
        ("PostgreSQL v15.4", Dialect::PostgreSql),
        ("psql", Dialect::PostgreSql),
        ("MySQL 8.0+", Dialect::MySql),
        ("mariadb 11", Dialect::MySql),
        ("sqlite3", Dialect::Sqlite),
    ] {
        assert_eq!(Dialect::from_name(name), Some(dialect), "{name}");
    }
    for name in ["", "16", "oracle 19", "postgres or mysql"] {
        assert_eq!(Dialect::from_name(name), None, "{name}");
    }
}

mod hostile {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sql_like_text_never_panics(
            words in proptest::collection::vec(
                proptest::sample::select(vec![
                    "SELECT", "FROM", "t", "(", ")", ",", "*", "'x", "'", "\"", "WHERE", "a", "=", "?", ":p", "$1", "%s", "%(p)s", "INSERT",
                    "INTO", "VALUES", "ON CONFLICT", "DO NOTHING", "é", "\0", "::int", "interval", "'5 x'", "CREATE TABLE", "INT", "PRIMARY KEY", "WITH", ";", "--", "/*", "LIMIT", "$$", "GROUP BY", "1",
                ]),
                0..25,
            ),
            which in 0..3usize,
        ) {
            let dialect = [Dialect::PostgreSql, Dialect::MySql, Dialect::Sqlite][which];
            let text = words.join(" ");
            let _ = Schema::parse(dialect, &text);
            let mut db = database(dialect, "CREATE TABLE t (a INT)");
            let _ = db.run(&text, &Params::None, 0.0);
            let _ = db.run(&text, &Params::Positional(vec![Value::Int(1)]), 0.0);
        }
    }
}

#[test]
fn a_cross_join_of_millions_ends_at_the_limit() {
    let mut db = database(Dialect::PostgreSql, "CREATE TABLE t (a INT)");
    for _ in 0..100 {
        rows(&mut db, "INSERT INTO t SELECT 1");
    }
    let error = db.run("SELECT count(*) FROM t a, t b, t c, t d, t e", &Params::None, 0.0).unwrap_err();
    assert_eq!(error.kind, DbErrorKind::Limit);
    assert!(rows(&mut db, "SELECT count(*) FROM t")[0][0] == Value::Int(100));
}

#[test]
fn savepoints_nest_and_take_generators_back() {
    let mut db =
        database(Dialect::PostgreSql, "CREATE TABLE t (id SERIAL PRIMARY KEY, u UUID DEFAULT gen_random_uuid())");
    let empty = db.digest();
    db.savepoint();
    rows(&mut db, "INSERT INTO t (id) VALUES (DEFAULT)");
    let one = db.digest();
    db.savepoint();
    rows(&mut db, "INSERT INTO t (id) VALUES (DEFAULT)");
    db.rollback();
    assert_eq!(db.digest(), one);
    db.savepoint();
    rows(&mut db, "INSERT INTO t (id) VALUES (DEFAULT)");
    db.release();
    assert_ne!(db.digest(), one);
    db.rollback();
    assert_eq!(db.digest(), empty);
    assert_eq!(rows(&mut db, "INSERT INTO t (id) VALUES (DEFAULT) RETURNING id"), [[Value::Int(1)]]);
}

#[test]
fn a_parameter_without_a_value_is_named() {
    let mut db = database(Dialect::PostgreSql, "CREATE TABLE t (a INT)");
    let named = Params::Named(vec![("b".into(), Value::Int(1))]);
    let error = db.run("SELECT * FROM t WHERE a = :a", &named, 0.0).unwrap_err();
    assert_eq!(error.kind, DbErrorKind::Parameter);
    assert!(error.message.contains(":a"), "{error}");
    assert!(db.run("SELECT * FROM t WHERE a = %(b)s OR a = :b", &named, 0.0).is_ok());
}

#[test]
fn problems_of_a_schema_say_where() {
    let cases = [
        ("CREATE TABLE t (a INT,\n b FANCY)", "b FANCY"),
        ("CREATE TABLE t (a INT);\nCREATE TABLE u (b INT REFERENCES x(id))", "REFERENCES x(id)"),
        ("CREATE TABLE t (a INT, a TEXT)", "a TEXT"),
        ("CREATE TABEL t (a INT)", "TABEL"),
    ];
    for (sql, place) in cases {
        let problem = Schema::parse(Dialect::PostgreSql, sql).unwrap_err();
        let range = problem.range.clone().unwrap();
        let marked = &sql[range];
        assert!(marked.contains(place) || place.contains(marked), "{sql}: marked {marked:?} ({problem})");
        assert!(!marked.is_empty(), "{sql}");
    }
}

/// 2026-01-01T00:00:00Z.
const NEW_YEAR_S: f64 = 1_767_225_600.0;

#[test]
fn odd_spellings_mean_what_they_mean() {
    let mut db = database(
        Dialect::PostgreSql,
        "CREATE TABLE t (a INT, b TEXT, \"index\" INT, at TIMESTAMPTZ, n INT); INSERT INTO t VALUES (1, 'it''s', 3, '2026-01-01T00:01:00Z', NULL), (2, 'b\\c', 4, '2026-01-01 00:00:10', 7);",
    );
    let text = |t: &str| Value::Text(t.into());
    let cases: Vec<(&str, Vec<Value>)> = vec![
        ("SELECT b FROM t WHERE b = 'it''s'", vec![text("it's")]),
        ("SELECT b FROM t WHERE b LIKE 'B%' OR b ILIKE 'B%'", vec![text("b\\c")]),
        ("SELECT index FROM t ORDER BY index DESC", vec![Value::Int(4), Value::Int(3)]),
        ("SELECT a FROM t ORDER BY n", vec![Value::Int(2), Value::Int(1)]),
        ("SELECT a FROM t ORDER BY n DESC", vec![Value::Int(1), Value::Int(2)]),
        ("SELECT a FROM t WHERE at < '2026-01-01T00:00:30Z'", vec![Value::Int(2)]),
        ("SELECT a FROM t WHERE (at, a) < ('2026-01-01T00:01:00Z', 1)", vec![Value::Int(2)]),
        ("SELECT a FROM t WHERE at BETWEEN now() - INTERVAL '45 seconds' AND now()", vec![Value::Int(1)]),
        ("SELECT (a::text || 'x') FROM t WHERE a = ALL(ARRAY[1]) OR a = 1", vec![text("1x")]),
        ("(SELECT a FROM t WHERE a = 1) UNION ALL (SELECT a FROM t WHERE a = 2)", vec![Value::Int(1), Value::Int(2)]),
        (
            "(SELECT a FROM t ORDER BY a DESC LIMIT 1) UNION ALL (SELECT a FROM t WHERE a = 1)",
            vec![Value::Int(2), Value::Int(1)],
        ),
        ("SELECT count(*) FILTER (WHERE a > 1) FROM t", vec![Value::Int(1)]),
        ("SELECT extract(epoch from at) FROM t WHERE a = 1", vec![Value::Int(1_767_225_660)]),
        ("SELECT p.a FROM (SELECT a FROM t) AS p WHERE p.a NOT IN (SELECT 2)", vec![Value::Int(1)]),
        ("SELECT a > 1 FROM t ORDER BY a", vec![Value::Bool(false), Value::Bool(true)]),
        ("SELECT coalesce(n, 0) FROM t ORDER BY a LIMIT ALL", vec![Value::Int(0), Value::Int(7)]),
    ];
    let mut wrong = Vec::new();
    for (sql, expected) in cases {
        match db.run(sql, &Params::None, NEW_YEAR_S + 100.0) {
            Ok(answer) if answer.rows.iter().map(|row| &row[0]).eq(&expected) => {}
            other => wrong.push(format!("{sql}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
