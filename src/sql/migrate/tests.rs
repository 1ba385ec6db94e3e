use super::*;
use crate::sql::Value;

const OLD: &str =
    "CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(120) NOT NULL, email VARCHAR(255) NOT NULL);";

fn live(dialect: Dialect) -> Live {
    let mut live = Live::create(dialect, OLD).unwrap();
    live.run("INSERT INTO users (id, name, email) VALUES (1, 'Ada', 'ada@x'), (2, 'Bob', 'bob@x')", &Params::None, 0.0)
        .unwrap();
    live
}

fn migrate(live: &mut Live, sql: &str) -> Result<(), DbError> {
    for piece in script(live.dialect(), sql)? {
        live.apply(&piece, &Params::None, 0.0)?;
    }
    Ok(())
}

fn ask(live: &mut Live, sql: &str) -> String {
    match live.run(sql, &Params::None, 0.0) {
        Ok(answer) => answer
            .rows
            .iter()
            .map(|row| {
                let values: Vec<String> = row
                    .iter()
                    .map(|value| match value {
                        Value::Null => "null".into(),
                        Value::Text(text) => text.clone(),
                        Value::Int(i) => i.to_string(),
                        other => format!("{other:?}"),
                    })
                    .collect();
                values.join(",")
            })
            .collect::<Vec<_>>()
            .join(" "),
        Err(error) => format!("! {error}"),
    }
}

#[test]
fn columns_come_and_go() {
    let mut db = live(Dialect::PostgreSql);
    migrate(&mut db, "ALTER TABLE users ADD COLUMN language CHAR(2) NOT NULL DEFAULT 'en'; ALTER TABLE users RENAME COLUMN name TO display_name;").unwrap();
    assert_eq!(ask(&mut db, "SELECT id, display_name, language FROM users ORDER BY id"), "1,Ada,en 2,Bob,en");
    assert!(ask(&mut db, "SELECT name FROM users").contains("there is no column name"));
    let error = migrate(&mut db, "ALTER TABLE users ADD COLUMN country TEXT NOT NULL").unwrap_err();
    assert_eq!(error.kind, DbErrorKind::NotNull, "{error}");
    migrate(&mut db, "ALTER TABLE users DROP COLUMN language").unwrap();
    assert_eq!(ask(&mut db, "SELECT * FROM users WHERE id = 1"), "1,Ada,ada@x");
    let error = migrate(&mut db, "ALTER TABLE users ALTER COLUMN display_name TYPE VARCHAR(2)").unwrap_err();
    assert_eq!(error.kind, DbErrorKind::Type, "{error}");
    migrate(&mut db, "ALTER TABLE users ALTER COLUMN display_name TYPE VARCHAR(2) USING substring(display_name for 2)")
        .unwrap();
    assert_eq!(ask(&mut db, "SELECT display_name FROM users ORDER BY id"), "Ad Bo");
}

#[test]
fn before_triggers_fill_what_may_not_be_null() {
    let postgres = "ALTER TABLE users ADD COLUMN display_name VARCHAR(120);
        CREATE FUNCTION sync() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'INSERT' THEN
            IF NEW.display_name IS NULL THEN NEW.display_name := NEW.name; ELSE NEW.name := NEW.display_name; END IF;
          ELSIF NEW.name IS DISTINCT FROM OLD.name THEN
            NEW.display_name := NEW.name;
          ELSIF NEW.display_name IS DISTINCT FROM OLD.display_name THEN
            NEW.name := NEW.display_name;
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION sync();
        UPDATE users SET display_name = name WHERE display_name IS NULL;
        ALTER TABLE users ALTER COLUMN display_name SET NOT NULL;";
    let mysql = "ALTER TABLE users ADD COLUMN display_name VARCHAR(120) NULL;
        DELIMITER //
        CREATE TRIGGER sync_i BEFORE INSERT ON users FOR EACH ROW
        BEGIN
          IF NEW.display_name IS NULL THEN SET NEW.display_name = NEW.name; ELSE SET NEW.name = NEW.display_name; END IF;
        END//
        CREATE TRIGGER sync_u BEFORE UPDATE ON users FOR EACH ROW
        BEGIN
          IF NOT (NEW.name <=> OLD.name) THEN SET NEW.display_name = NEW.name;
          ELSEIF NOT (NEW.display_name <=> OLD.display_name) THEN SET NEW.name = NEW.display_name; END IF;
        END//
        DELIMITER ;
        UPDATE users SET display_name = name WHERE display_name IS NULL;
        ALTER TABLE users MODIFY display_name VARCHAR(120) NOT NULL;";
    for (dialect, sql) in [(Dialect::PostgreSql, postgres), (Dialect::MySql, mysql)] {
        let mut db = live(dialect);
        migrate(&mut db, sql).unwrap();
        assert_eq!(ask(&mut db, "INSERT INTO users (id, name, email) VALUES (3, 'Cy', 'c@x')"), "");
        assert_eq!(ask(&mut db, "INSERT INTO users (id, display_name, email) VALUES (4, 'Di', 'd@x')"), "");
        assert_eq!(ask(&mut db, "UPDATE users SET name = 'Bo' WHERE id = 2"), "");
        assert_eq!(ask(&mut db, "UPDATE users SET display_name = 'Ad' WHERE id = 1"), "");
        let mut db = db.fork().unwrap();
        assert_eq!(
            ask(&mut db, "SELECT id, name, display_name FROM users ORDER BY id"),
            "1,Ad,Ad 2,Bo,Bo 3,Cy,Cy 4,Di,Di"
        );
        let refused = ask(&mut db, "INSERT INTO users (id, email) VALUES (5, 'e@x')");
        assert!(refused.starts_with("! null value in column "), "{refused}");
        assert_eq!(ask(&mut db, "SELECT count(*) FROM users"), "4");
    }
}

#[test]
fn a_view_stands_for_the_old_table() {
    let mut db = live(Dialect::PostgreSql);
    migrate(
        &mut db,
        "BEGIN; ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME COLUMN name TO display_name;
         ALTER TABLE people ADD COLUMN language CHAR(2) NOT NULL DEFAULT 'en';
         CREATE VIEW users AS SELECT id, display_name AS name, email FROM people; COMMIT;",
    )
    .unwrap();
    assert_eq!(ask(&mut db, "INSERT INTO users (id, name, email) VALUES (3, 'Cy', 'c@x')"), "");
    assert_eq!(ask(&mut db, "UPDATE users SET name = 'Bo' WHERE id = 2"), "");
    assert_eq!(ask(&mut db, "SELECT display_name, language FROM people ORDER BY id"), "Ada,en Bo,en Cy,en");
    assert_eq!(ask(&mut db, "SELECT name FROM users WHERE id = 3"), "Cy");
    let error = migrate(&mut db, "ALTER TABLE people DROP COLUMN display_name").unwrap_err();
    assert!(error.message.contains("the view users reads it"), "{error}");
    migrate(&mut db, "DROP VIEW users").unwrap();
    assert!(ask(&mut db, "SELECT id FROM users").contains("there is no table users"));
}

#[test]
fn a_constraint_that_is_not_valid_yet_holds_for_new_rows() {
    let mut db = live(Dialect::PostgreSql);
    migrate(&mut db, "ALTER TABLE users ADD COLUMN l CHAR(2); ALTER TABLE users ADD CONSTRAINT l_set CHECK (l IS NOT NULL) NOT VALID;").unwrap();
    assert!(ask(&mut db, "INSERT INTO users (id, name, email) VALUES (3, 'Cy', 'c@x')").contains("l_set"));
    let error = migrate(&mut db, "ALTER TABLE users VALIDATE CONSTRAINT l_set").unwrap_err();
    assert!(error.message.contains("l_set"), "{error}");
    migrate(&mut db, "UPDATE users SET l = 'en'; ALTER TABLE users VALIDATE CONSTRAINT l_set; ALTER TABLE users ALTER COLUMN l SET NOT NULL; ALTER TABLE users DROP CONSTRAINT l_set").unwrap();
}

#[test]
fn two_tables_follow_each_other() {
    let mut db = live(Dialect::PostgreSql);
    migrate(
        &mut db,
        "CREATE TABLE accounts (id BIGINT PRIMARY KEY, display_name VARCHAR(120) NOT NULL, email VARCHAR(255) NOT NULL, language CHAR(2) NOT NULL DEFAULT 'en');
         CREATE FUNCTION forth() RETURNS trigger AS $$ BEGIN
           IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
           INSERT INTO accounts (id, display_name, email) VALUES (NEW.id, NEW.name, NEW.email)
             ON CONFLICT (id) DO UPDATE SET display_name = EXCLUDED.display_name, email = EXCLUDED.email;
           RETURN NEW; END $$ LANGUAGE plpgsql;
         CREATE FUNCTION back() RETURNS trigger AS $$ BEGIN
           IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
           INSERT INTO users (id, name, email) VALUES (NEW.id, NEW.display_name, NEW.email)
             ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, email = EXCLUDED.email;
           RETURN NEW; END $$ LANGUAGE plpgsql;
         CREATE TRIGGER forth AFTER INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION forth();
         CREATE TRIGGER back AFTER INSERT OR UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION back();
         INSERT INTO accounts (id, display_name, email) SELECT id, name, email FROM users ON CONFLICT DO NOTHING;",
    )
    .unwrap();
    assert_eq!(ask(&mut db, "INSERT INTO users (id, name, email) VALUES (3, 'Cy', 'c@x')"), "");
    assert_eq!(ask(&mut db, "INSERT INTO accounts VALUES (4, 'Di', 'd@x', 'fr')"), "");
    assert_eq!(ask(&mut db, "UPDATE users SET name = 'Dee' WHERE id = 4"), "");
    assert_eq!(
        ask(&mut db, "SELECT id, display_name, language FROM accounts ORDER BY id"),
        "1,Ada,en 2,Bob,en 3,Cy,en 4,Dee,fr"
    );
    assert_eq!(ask(&mut db, "SELECT id, name FROM users ORDER BY id"), "1,Ada 2,Bob 3,Cy 4,Dee");
}

#[test]
fn sqlite_keeps_its_own_rules() {
    let mut db = live(Dialect::Sqlite);
    let refused = migrate(&mut db, "ALTER TABLE users ALTER COLUMN name SET NOT NULL").unwrap_err();
    assert!(refused.message.contains("SQLite cannot"), "{refused}");
    migrate(
        &mut db,
        "ALTER TABLE users ADD COLUMN display_name TEXT;
         CREATE TRIGGER i AFTER INSERT ON users WHEN NEW.display_name IS NULL BEGIN
           UPDATE users SET display_name = NEW.name WHERE id = NEW.id; END;
         CREATE TRIGGER u AFTER UPDATE OF name ON users WHEN NEW.name IS NOT OLD.name BEGIN
           UPDATE users SET display_name = NEW.name WHERE id = NEW.id; END;
         UPDATE users SET display_name = name WHERE display_name IS NULL;",
    )
    .unwrap();
    assert_eq!(ask(&mut db, "INSERT INTO users (id, name, email) VALUES (3, 'Cy', 'c@x')"), "");
    assert_eq!(ask(&mut db, "UPDATE users SET name = 'Bo' WHERE id = 2"), "");
    assert_eq!(ask(&mut db, "SELECT display_name FROM users ORDER BY id"), "Ada Bo Cy");
}

#[test]
fn mysql_does_not_change_the_table_of_its_trigger() {
    let mut db = live(Dialect::MySql);
    migrate(
        &mut db,
        "ALTER TABLE users ADD COLUMN l CHAR(2);
         CREATE TRIGGER t AFTER INSERT ON users FOR EACH ROW UPDATE users SET l = 'en' WHERE id = NEW.id;",
    )
    .unwrap();
    let refused = ask(&mut db, "INSERT INTO users (id, name, email) VALUES (3, 'Cy', 'c@x')");
    assert!(refused.contains("MySQL cannot change users"), "{refused}");
}

#[test]
fn a_view_is_written_to_by_its_own_triggers() {
    let mut db = live(Dialect::PostgreSql);
    migrate(
        &mut db,
        "CREATE TABLE tongues (user_id BIGINT PRIMARY KEY, l CHAR(2) NOT NULL);
         CREATE VIEW people AS SELECT u.id, u.name AS title, u.email, COALESCE(t.l, 'en') AS language
           FROM users u LEFT JOIN tongues t ON t.user_id = u.id;
         CREATE FUNCTION write_people() RETURNS trigger AS $$ BEGIN
           IF TG_OP = 'INSERT' THEN
             INSERT INTO users (id, name, email) VALUES (NEW.id, NEW.title, NEW.email);
             INSERT INTO tongues VALUES (NEW.id, NEW.language);
           ELSE
             UPDATE users SET name = NEW.title, email = NEW.email WHERE id = OLD.id;
             INSERT INTO tongues VALUES (OLD.id, NEW.language) ON CONFLICT (user_id) DO UPDATE SET l = EXCLUDED.l;
           END IF;
           RETURN NEW;
         END $$ LANGUAGE plpgsql;
         CREATE TRIGGER write_people INSTEAD OF INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION write_people();",
    )
    .unwrap();
    assert_eq!(ask(&mut db, "INSERT INTO people (id, title, email, language) VALUES (3, 'Cy', 'c@x', 'fr')"), "");
    assert_eq!(ask(&mut db, "UPDATE people SET language = 'de' WHERE id = 1"), "");
    assert_eq!(ask(&mut db, "UPDATE people SET title = 'Bo' WHERE id = 2"), "");
    assert_eq!(ask(&mut db, "SELECT id, title, language FROM people ORDER BY id"), "1,Ada,de 2,Bo,en 3,Cy,fr");
    let refused = script(Dialect::PostgreSql, "DO $$ BEGIN EXECUTE 'x'; END $$").unwrap_err();
    assert_eq!(refused.kind, SqlProblemKind::Unsupported);
}

#[test]
fn a_block_goes_on_until_nothing_is_left() {
    let mut db = live(Dialect::PostgreSql);
    migrate(
        &mut db,
        "ALTER TABLE users ADD COLUMN display_name VARCHAR(120);
         DO $$
         DECLARE n INT;
         BEGIN
           LOOP
             UPDATE users SET display_name = name
             WHERE id IN (SELECT id FROM users WHERE display_name IS NULL AND name ~ '^[A-Z]' ORDER BY id LIMIT 1);
             GET DIAGNOSTICS n = ROW_COUNT;
             EXIT WHEN n = 0;
             COMMIT;
             PERFORM pg_sleep(0.1);
           END LOOP;
         END $$;
         CREATE FUNCTION sync() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.display_name := NEW.name; RETURN NEW; END $$;
         CREATE TRIGGER sync BEFORE UPDATE ON users FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION sync();",
    )
    .unwrap();
    assert_eq!(ask(&mut db, "SELECT display_name FROM users ORDER BY id"), "Ada Bob");
    assert_eq!(ask(&mut db, "UPDATE users SET name = 'Cy' WHERE id = 1"), "");
    assert_eq!(ask(&mut db, "SELECT display_name FROM users ORDER BY id"), "Cy Bob");
    let refused =
        "DO $$ DECLARE last BIGINT; BEGIN LOOP UPDATE users SET email = '' WHERE id > last; EXIT; END LOOP; END $$";
    let problem = script(Dialect::PostgreSql, refused).unwrap_err();
    assert!(problem.message.contains("the variable last"), "{problem}");
}

#[test]
fn upkeep_changes_nothing() {
    let postgres = "REINDEX TABLE users; REINDEX INDEX CONCURRENTLY users_pkey; VACUUM (ANALYZE) users; ANALYZE users;
        CLUSTER users USING users_pkey; ALTER TABLE users SET (fillfactor = 70); ALTER TABLE users RESET (fillfactor);
        ALTER TABLE users ALTER COLUMN name SET STATISTICS 500; DROP INDEX CONCURRENTLY IF EXISTS nope;
        SET lock_timeout = '2s'; SET LOCAL statement_timeout TO '1s'; RESET lock_timeout; SELECT pg_sleep(1);
        COMMENT ON COLUMN users.name IS 'x'; COMMENT ON FUNCTION f() IS 'x'; GRANT SELECT ON users TO PUBLIC;
        ALTER TABLE users OWNER TO me; ALTER TABLE users REPLICA IDENTITY FULL; ALTER SEQUENCE s RESTART WITH 5;
        CREATE PUBLICATION p FOR TABLE users; CREATE EXTENSION IF NOT EXISTS pgcrypto; DISCARD ALL; CHECKPOINT;";
    let mysql =
        "ALTER TABLE users ENGINE=InnoDB; OPTIMIZE TABLE users; ANALYZE TABLE users; ALTER TABLE users COMMENT = 'x';
        ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4; SET SESSION lock_wait_timeout = 5; FLUSH TABLES;
        ALTER TABLE users ROW_FORMAT=DYNAMIC; ALTER TABLE users ORDER BY id; SELECT SLEEP(1); SHOW CREATE TABLE users;
        CREATE INDEX by_name ON users (name) ALGORITHM=INPLACE LOCK=NONE;
        DROP INDEX by_name ON users ALGORITHM=INPLACE LOCK=NONE; ALTER TABLE users PARTITION BY HASH(id) PARTITIONS 4;";
    for (dialect, sql) in [(Dialect::PostgreSql, postgres), (Dialect::MySql, mysql)] {
        let mut db = live(dialect);
        migrate(&mut db, sql).unwrap();
        assert_eq!(ask(&mut db, "SELECT id, name, email FROM users ORDER BY id"), "1,Ada,ada@x 2,Bob,bob@x");
    }
}

#[test]
fn what_runs_alone_is_refused_in_a_transaction() {
    for (sql, what) in [
        ("CREATE INDEX CONCURRENTLY i ON users (name)", "CREATE INDEX CONCURRENTLY"),
        ("DROP INDEX CONCURRENTLY i", "DROP INDEX CONCURRENTLY"),
        ("REINDEX TABLE CONCURRENTLY users", "REINDEX CONCURRENTLY"),
        ("VACUUM users", "VACUUM"),
    ] {
        let text = format!("BEGIN; {sql}; COMMIT;");
        let problem = script(Dialect::PostgreSql, &text).unwrap_err();
        assert_eq!(problem.message, format!("{what} cannot run inside a transaction block"));
        assert_eq!(&text[problem.range.unwrap()], sql);
        assert!(script(Dialect::PostgreSql, &format!("BEGIN; COMMIT; {sql}")).is_ok(), "{sql}");
    }
}

#[test]
fn indexes_become_keys_and_get_new_names() {
    let mut db = live(Dialect::PostgreSql);
    migrate(
        &mut db,
        "CREATE UNIQUE INDEX CONCURRENTLY u ON users (email); ALTER TABLE users ADD CONSTRAINT one_mail UNIQUE USING INDEX u;
         CREATE INDEX n ON users (name); ALTER INDEX n RENAME TO by_name; DROP INDEX by_name; TRUNCATE users;
         INSERT INTO users VALUES (1, 'Ada', 'a@x');
         MERGE INTO users u USING (VALUES (1), (3)) v(id) ON v.id = u.id WHEN MATCHED THEN UPDATE SET name = 'm'
           WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'new', 'n@x');",
    )
    .unwrap();
    assert_eq!(ask(&mut db, "SELECT id, name FROM users ORDER BY id"), "1,m 3,new");
    let taken = ask(&mut db, "INSERT INTO users VALUES (4, 'x', 'n@x')");
    assert!(taken.contains("one_mail"), "{taken}");
    let mut db = live(Dialect::MySql);
    migrate(
        &mut db,
        "ALTER TABLE users ADD INDEX a (name); ALTER TABLE users RENAME INDEX a TO b; DROP INDEX b ON users;
         ALTER TABLE users DROP PRIMARY KEY, ADD PRIMARY KEY (id, name);",
    )
    .unwrap();
    assert_eq!(ask(&mut db, "INSERT INTO users VALUES (1, 'Other', 'o@x')"), "");
}

#[test]
fn a_materialized_view_is_filled_and_refreshed() {
    let mut db = live(Dialect::PostgreSql);
    migrate(&mut db, "CREATE MATERIALIZED VIEW names AS SELECT id, upper(name) AS name FROM users;").unwrap();
    assert_eq!(ask(&mut db, "SELECT name FROM names ORDER BY id"), "ADA BOB");
    migrate(&mut db, "DELETE FROM users WHERE id = 1; ALTER TABLE users ADD COLUMN x INT;").unwrap();
    assert_eq!(ask(&mut db, "SELECT name FROM names ORDER BY id"), "ADA BOB");
    let error = migrate(&mut db, "REFRESH MATERIALIZED VIEW CONCURRENTLY names").unwrap_err();
    assert!(error.message.contains("unique index"), "{error}");
    migrate(&mut db, "CREATE UNIQUE INDEX ON names (id); REFRESH MATERIALIZED VIEW CONCURRENTLY names").unwrap();
    assert_eq!(ask(&mut db, "SELECT name FROM names ORDER BY id"), "BOB");
    assert!(ask(&mut db, "DELETE FROM names").contains("cannot be changed"));
    migrate(&mut db, "DROP MATERIALIZED VIEW names").unwrap();
    assert!(ask(&mut db, "SELECT name FROM names").contains("there is no table names"));
}
