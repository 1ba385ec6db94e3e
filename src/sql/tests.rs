use super::*;

fn database(dialect: Dialect, ddl: &str) -> Database {
    let schema = Schema::parse(dialect, ddl).unwrap_or_else(|p| panic!("{p}: {ddl}"));
    Database::create(&schema).unwrap_or_else(|p| panic!("{p}: {ddl}"))
}

fn rows(database: &mut Database, sql: &str) -> Vec<Vec<Value>> {
    database
        .run(sql, &Params::None, 100.0)
        .unwrap_or_else(|e| panic!("{e:?}: {sql}"))
        .rows
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
    let params = |a: i64, k: &str| {
        Params::Named(vec![
            ("a".into(), Value::Int(a)),
            ("k".into(), Value::Text(k.into())),
        ])
    };
    let answer = db.run(insert, &params(1, "k1"), 5.0).unwrap();
    assert_eq!(answer.columns, ["id", "done", "created_at"]);
    assert_eq!(answer.rows[0][0], Value::Int(1));
    let error = db.run(insert, &params(1, "k1"), 5.0).unwrap_err();
    assert_eq!(error.kind, DbErrorKind::Unique);
    assert_eq!(
        error.constraint.as_deref(),
        Some("idempotency_keys_account_id_key_key")
    );
    assert_eq!(
        db.run(insert, &params(1, "k1234567890"), 5.0)
            .unwrap_err()
            .kind,
        DbErrorKind::Type
    );
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
