//! Spellings of the three dialects that SQLite has not, and what they answer.

use super::*;

const SHOP: &str = "CREATE TABLE users (id INT PRIMARY KEY, name TEXT NOT NULL, tags INT[], meta JSONB);
    CREATE TABLE posts (id INT PRIMARY KEY, author INT NOT NULL, at INT NOT NULL, deleted_at TIMESTAMPTZ, slug TEXT);
    CREATE UNIQUE INDEX one_live ON posts (slug) WHERE deleted_at IS NULL;
    INSERT INTO users VALUES (1, 'a', '{1,2}', '{\"k\": \"v\", \"n\": {\"x\": 5}}'), (2, 'b', '{3}', NULL);
    INSERT INTO posts VALUES (1, 1, 10, NULL, 'p1'), (2, 1, 20, NULL, 'p2'), (3, 2, 30, NULL, 'p3'), (4, 1, 40, NULL, 'p4');";

pub(super) fn shown(rows: &[Vec<Value>]) -> String {
    let value = |value: &Value| match value {
        Value::Null => "null".to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Real(r) => r.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(_) => "bytes".into(),
    };
    rows.iter().map(|row| row.iter().map(value).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("; ")
}

/// Runs statements, each on the tables as the schema leaves them, and compares the last one's rows.
fn check(dialect: Dialect, ddl: &str, cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    let schema = Schema::parse(dialect, ddl).unwrap_or_else(|p| panic!("{p}: {ddl}"));
    for (statements, expected) in cases {
        let mut db = Database::create(&schema).expect("the schema can be created");
        let mut last = String::new();
        for sql in statements.split(";;") {
            let named = Params::Named(vec![("size".into(), Value::Int(1)), ("id".into(), Value::Int(1))]);
            last = match db.run(sql, &named, 100.0) {
                Ok(answer) => shown(&answer.rows),
                Err(error) => {
                    last = format!("{:?}: {}", error.kind, error.message);
                    break;
                }
            };
        }
        if last != *expected {
            wrong.push(format!("{statements}\n    expected {expected}\n    got      {last}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn postgres() {
    check(
        Dialect::PostgreSql,
        SHOP,
        &[
            ("SELECT DISTINCT ON (author) author, id FROM posts ORDER BY author, at DESC", "1 4; 2 3"),
            (
                "SELECT DISTINCT ON (p.author) p.id AS author, u.name FROM posts p JOIN users u ON u.id = p.author WHERE p.at < 40 ORDER BY p.author DESC, p.at DESC LIMIT 1",
                "3 b",
            ),
            (
                "SELECT x.id FROM (SELECT DISTINCT ON (author) id, at FROM posts ORDER BY author, at) x ORDER BY x.at DESC LIMIT :size",
                "3",
            ),
            (
                "INSERT INTO posts VALUES (9, 1, 1, NULL, 'p1') ON CONFLICT (slug) WHERE deleted_at IS NULL DO UPDATE SET at = excluded.at RETURNING id, at",
                "1 1",
            ),
            (
                "INSERT INTO posts VALUES (9, 1, 1, NULL, 'p1') ON CONFLICT (slug) WHERE deleted_at IS NULL DO NOTHING;;SELECT count(*) FROM posts",
                "4",
            ),
            (
                "INSERT INTO posts (id, author, at) VALUES (9, 1, 1) ON CONFLICT (id) DO UPDATE SET at = 7 WHERE posts.at > 100",
                "",
            ),
            (
                "UPDATE posts p SET at = p.at + u.id FROM users u WHERE u.id = p.author AND u.name = 'b';;SELECT at FROM posts WHERE id = 3",
                "32",
            ),
            (
                "UPDATE posts SET at = 0 FROM users WHERE users.id = posts.author AND users.name = 'b' RETURNING posts.id",
                "3",
            ),
            ("DELETE FROM posts p USING users u WHERE u.id = p.author AND u.name = 'a';;SELECT id FROM posts", "3"),
            (
                "DELETE FROM posts USING users WHERE users.id = posts.author AND users.name = 'a' RETURNING posts.id",
                "1; 2; 4",
            ),
            (
                "SELECT p.id FROM posts p JOIN users u ON u.id = p.author WHERE p.id = 1 FOR UPDATE OF p SKIP LOCKED",
                "1",
            ),
            ("SELECT meta ->> 'k', meta -> 'n' ->> 'x', meta -> 'n' FROM users WHERE id = 1", "v 5 {\"x\":5}"),
            ("SELECT id FROM users WHERE meta ->> 'k' = 'v'", "1"),
            ("SELECT id FROM users WHERE 3 = ANY(tags)", "2"),
            ("SELECT id FROM users WHERE id = ANY(ARRAY[1, 2]) ORDER BY id DESC", "2; 1"),
            ("SELECT id FROM users WHERE 9 <> ALL(tags) ORDER BY id", "1; 2"),
            (
                "WITH picked AS (SELECT id FROM posts ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) UPDATE posts SET at = 99 FROM picked WHERE posts.id = picked.id RETURNING posts.id, at",
                "1 99",
            ),
            (
                "UPDATE posts SET at = 99 WHERE id = (SELECT id FROM posts ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING *",
                "1 1 99 null p1",
            ),
            ("SELECT id FROM posts ORDER BY id LIMIT ALL OFFSET 3", "4"),
        ],
    );
    check(Dialect::PostgreSql, "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, n INT, UNIQUE NULLS NOT DISTINCT (a, b));
        CREATE SEQUENCE s START 1 INCREMENT 1000 CACHE 1; CREATE VIEW small AS SELECT id, a FROM t WHERE n < 10; CREATE OR REPLACE VIEW odd (x) AS SELECT id FROM small;
        INSERT INTO t VALUES (1, 1, NULL, 0), (2, NULL, NULL, 20)", &[
        ("INSERT INTO t VALUES (3, 1, NULL, 5) ON CONFLICT (a, b) DO UPDATE SET n = excluded.n RETURNING id, n", "1 5"),
        ("INSERT INTO t VALUES (3, 1, NULL, 5) ON CONFLICT (a, b) DO NOTHING;;SELECT count(*) FROM t", "2"),
        ("INSERT INTO t VALUES (3, NULL, NULL, 5)", "Unique: duplicate key violates the unique index t_a_b_key"),
        ("SELECT nextval('s');;SELECT nextval('s'::regclass)", "1001"),
        ("SELECT id, a FROM small", "1 1"),
        ("SELECT x FROM odd", "1"),
    ]);
}

#[test]
fn mysql() {
    check(Dialect::MySql, "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(9)); CREATE TABLE posts (id INT PRIMARY KEY, author INT, n INT); CREATE VIEW v AS SELECT id FROM posts;
        INSERT INTO users VALUES (1, 'a'), (2, 'b'); INSERT INTO posts VALUES (1, 1, 0), (2, 1, 0), (3, 2, 0)", &[
        ("SELECT id FROM posts ORDER BY id LIMIT 1, 2", "2; 3"),
        ("SELECT id FROM posts ORDER BY id LIMIT :size, :size", "2"),
        ("SELECT id FROM posts ORDER BY id LIMIT :size + 1", "1; 2"),
        ("SELECT id FROM v ORDER BY id LIMIT 1", "1"),
        ("UPDATE posts p JOIN users u ON u.id = p.author SET p.n = u.id + 5 WHERE u.name = 'b';;SELECT id, n FROM posts ORDER BY id", "1 0; 2 0; 3 7"),
        ("DELETE p FROM posts p JOIN users u ON u.id = p.author WHERE u.name = 'a';;SELECT id FROM posts", "3"),
        ("SELECT JSON_EXTRACT('{\"a\": 1}', '$.a')", "1"),
        ("SELECT p.id FROM posts p WHERE p.id = 1 FOR UPDATE OF p", "1"),
    ]);
}
