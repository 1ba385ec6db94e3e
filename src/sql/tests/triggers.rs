//! Triggers and functions that stand in a schema.

use super::*;

fn shown(db: &mut Database, sql: &str) -> String {
    let mut last = String::new();
    for sql in sql.split(";;") {
        last = match db.run(sql, &Params::None, 1_000.0) {
            Ok(answer) if answer.returns_rows => lowering::shown(&answer.rows),
            Ok(answer) => format!("n={}", answer.changed),
            Err(error) => return format!("{:?}: {}", error.kind, error.message),
        };
    }
    last
}

fn hold(dialect: Dialect, ddl: &str, cases: &[(&str, &str)]) {
    let schema = Schema::parse(dialect, ddl).unwrap_or_else(|p| panic!("{p}: {ddl}"));
    let mut wrong = Vec::new();
    for (sql, expected) in cases {
        let mut db = Database::create(&schema).unwrap_or_else(|p| panic!("{p}: {ddl}"));
        let got = shown(&mut db, sql);
        if !got.starts_with(expected) || (expected.is_empty() && !got.is_empty()) {
            wrong.push(format!("{sql}\n    expected {expected}\n    got      {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_trigger_keeps_the_time_of_the_last_change() {
    hold(
        Dialect::PostgreSql,
        "CREATE TABLE t (id BIGSERIAL PRIMARY KEY, n INT NOT NULL DEFAULT 0, updated_at TIMESTAMPTZ NOT NULL DEFAULT '2000-01-01');
         CREATE OR REPLACE FUNCTION set_updated_at() RETURNS TRIGGER AS $$
         BEGIN
           NEW.updated_at = now();
           RETURN NEW;
         END;
         $$ LANGUAGE plpgsql;
         DROP TRIGGER IF EXISTS t_touch ON t;
         CREATE TRIGGER t_touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION set_updated_at();
         INSERT INTO t (n) VALUES (1), (2);",
        &[
            ("UPDATE t SET n = n + 1 WHERE id = 1 RETURNING n, extract(epoch FROM updated_at)", "2 1000"),
            ("UPDATE t SET n = 5;;SELECT count(*) FROM t WHERE updated_at = now()", "2"),
            ("INSERT INTO t (n) VALUES (3);;SELECT count(*) FROM t WHERE updated_at = now()", "0"),
            (
                "INSERT INTO t (id, n) VALUES (1, 3) ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING n, updated_at = now()",
                "3 true",
            ),
            ("UPDATE t AS x SET n = y.n FROM t y WHERE y.id = 2 AND x.id = 1 RETURNING x.n, x.updated_at = now()", "2 true"),
            ("WITH u AS (UPDATE t SET n = 9 WHERE id = 1 RETURNING updated_at, n) SELECT n, updated_at = now() FROM u", "9 true"),
        ],
    );
}

#[test]
fn a_trigger_changes_the_row_before_its_keys_are_looked_at() {
    hold(
        Dialect::PostgreSql,
        "CREATE TABLE users (id UUID PRIMARY KEY, email TEXT NOT NULL UNIQUE, slug TEXT NOT NULL, created DATE NOT NULL, n SERIAL, code TEXT);
         CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $body$
         DECLARE
           base TEXT := lower(NEW.email);
         BEGIN
           IF NEW.id IS NULL THEN NEW.id := gen_random_uuid(); END IF;
           IF base NOT LIKE '%@%' THEN
             RAISE EXCEPTION 'no address: %', NEW.email USING ERRCODE = 'check_violation';
           END IF;
           NEW.email := base;
           NEW.slug := split_part(base, '@', 1);
           NEW.code := 'c' || NEW.n;
           IF TG_OP = 'INSERT' AND NEW.created IS NULL THEN
             NEW.created := now();
           END IF;
           RETURN NEW;
         END $body$;
         CREATE TRIGGER fill BEFORE INSERT OR UPDATE OF email ON users FOR EACH ROW EXECUTE PROCEDURE fill();
         INSERT INTO users (email) VALUES ('Ann@X');",
        &[
            ("SELECT email, slug, code, id IS NOT NULL, created FROM users", "ann@x ann c1 true 1970-01-01"),
            ("INSERT INTO users (email) VALUES ('ANN@x')", "Unique"),
            ("INSERT INTO users (email) VALUES ('ANN@x') ON CONFLICT (email) DO NOTHING", "n=0"),
            ("INSERT INTO users (email) VALUES ('ANN@x') ON CONFLICT (email) DO UPDATE SET slug = 'x' RETURNING slug, email", "x ann@x"),
            ("INSERT INTO users (email) SELECT 'B' || g || '@x' FROM generate_series(1, 2) g RETURNING email, n, code", "b1@x 2 c2; b2@x 3 c3"),
            ("INSERT INTO users (email) VALUES ('nobody')", "Check: a trigger refuses: no address"),
            ("INSERT INTO users (email, created) VALUES ('x@y', '2026-01-02'), ('z@y', DEFAULT) RETURNING slug, created", "x 2026-01-02; z 1970-01-01"),
            ("UPDATE users SET slug = 'Q' RETURNING slug", "Q"),
            ("UPDATE users SET email = 'NEW@x' RETURNING slug", "new"),
        ],
    );
}

#[test]
fn triggers_after_the_row_write_elsewhere() {
    hold(
        Dialect::PostgreSql,
        "CREATE TABLE accounts (id INT PRIMARY KEY, balance BIGINT NOT NULL DEFAULT 0, note TEXT);
         CREATE TABLE audit (id BIGSERIAL PRIMARY KEY, op TEXT, tbl TEXT, was JSONB, now JSONB, at TIMESTAMPTZ NOT NULL DEFAULT now());
         CREATE TABLE outbox (id BIGSERIAL PRIMARY KEY, topic TEXT NOT NULL, payload JSONB NOT NULL);
         CREATE TABLE totals (k TEXT PRIMARY KEY, n BIGINT NOT NULL);
         CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
           IF TG_OP = 'DELETE' THEN
             INSERT INTO audit (op, tbl, was) VALUES (TG_OP, TG_TABLE_NAME, to_jsonb(OLD));
             RETURN OLD;
           ELSIF TG_OP = 'UPDATE' THEN
             INSERT INTO audit (op, tbl, was, now) VALUES (TG_OP, TG_TABLE_NAME, row_to_json(OLD), row_to_json(NEW));
             RETURN NEW;
           END IF;
           INSERT INTO audit (op, tbl, now) VALUES ('INSERT', TG_TABLE_NAME, to_jsonb(NEW.*));
           RETURN NEW;
         END $$;
         CREATE TRIGGER a_audit AFTER INSERT OR UPDATE OR DELETE ON accounts FOR EACH ROW EXECUTE FUNCTION audit();
         CREATE FUNCTION publish() RETURNS trigger AS $$
         BEGIN
           INSERT INTO outbox (topic, payload) VALUES (TG_ARGV[0], jsonb_build_object('id', NEW.id, 'balance', NEW.balance));
           PERFORM pg_notify('outbox', NEW.id::text);
           RETURN NULL;
         END $$ LANGUAGE plpgsql;
         CREATE TRIGGER b_publish AFTER UPDATE OF balance ON accounts FOR EACH ROW
           WHEN (OLD.balance IS DISTINCT FROM NEW.balance) EXECUTE FUNCTION publish('balance');
         CREATE FUNCTION total() RETURNS trigger AS $$
         BEGIN
           UPDATE totals SET n = n + 1 WHERE k = 'accounts';
           IF NOT FOUND THEN
             INSERT INTO totals VALUES ('accounts', 1);
           END IF;
           RETURN NEW;
         END $$ LANGUAGE plpgsql;
         CREATE TRIGGER c_total AFTER INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION total();",
        &[
            ("INSERT INTO accounts (id, balance) VALUES (1, 5), (2, 6);;SELECT op, tbl, now->>'balance' FROM audit ORDER BY id", "INSERT accounts 5; INSERT accounts 6"),
            ("INSERT INTO accounts (id) VALUES (1), (2), (3);;SELECT * FROM totals", "accounts 3"),
            ("INSERT INTO accounts (id) VALUES (1);;UPDATE accounts SET balance = 7 RETURNING balance", "7"),
            ("INSERT INTO accounts (id) VALUES (1);;UPDATE accounts SET balance = 7;;SELECT topic, payload->>'balance' FROM outbox", "balance 7"),
            ("INSERT INTO accounts (id) VALUES (1);;UPDATE accounts SET note = 'x', balance = 0;;SELECT count(*) FROM outbox", "0"),
            ("INSERT INTO accounts (id) VALUES (1);;DELETE FROM accounts;;SELECT op, was->>'id' FROM audit ORDER BY id DESC LIMIT 1", "DELETE 1"),
            ("INSERT INTO accounts (id) VALUES (1);;UPDATE accounts SET note = 'x' WHERE id = 9", "n=0"),
        ],
    );
}

#[test]
fn triggers_keep_sums_and_versions() {
    hold(
        Dialect::PostgreSql,
        "CREATE TABLE orders (id BIGSERIAL PRIMARY KEY, total NUMERIC(12,2) NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'new', version INT NOT NULL DEFAULT 1);
         CREATE TABLE items (id BIGSERIAL PRIMARY KEY, order_id BIGINT NOT NULL REFERENCES orders(id) ON DELETE CASCADE, price NUMERIC(12,2) NOT NULL, qty INT NOT NULL);
         CREATE TABLE invoices (id BIGSERIAL PRIMARY KEY, tenant INT NOT NULL, no INT NOT NULL, UNIQUE (tenant, no));
         CREATE FUNCTION recalc() RETURNS trigger AS $$
         DECLARE oid BIGINT;
         BEGIN
           oid := COALESCE(NEW.order_id, OLD.order_id);
           UPDATE orders SET total = (SELECT COALESCE(SUM(price * qty), 0) FROM items WHERE order_id = oid) WHERE id = oid;
           RETURN COALESCE(NEW, OLD);
         END; $$ LANGUAGE plpgsql;
         CREATE TRIGGER recalc AFTER INSERT OR UPDATE OR DELETE ON items FOR EACH ROW EXECUTE FUNCTION recalc();
         CREATE FUNCTION bump() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.version := OLD.version + 1; RETURN NEW; END; $$;
         CREATE TRIGGER bump BEFORE UPDATE ON orders FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION bump();
         CREATE FUNCTION number_it() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
           PERFORM pg_advisory_xact_lock(NEW.tenant);
           SELECT COALESCE(MAX(no), 0) + 1 INTO NEW.no FROM invoices WHERE tenant = NEW.tenant;
           RETURN NEW;
         END $$;
         CREATE TRIGGER number_it BEFORE INSERT ON invoices FOR EACH ROW EXECUTE FUNCTION number_it();
         INSERT INTO orders (status) VALUES ('new');",
        &[
            ("INSERT INTO items (order_id, price, qty) VALUES (1, 2.5, 2), (1, 1, 1);;SELECT total, version FROM orders", "6 3"),
            ("INSERT INTO items (order_id, price, qty) VALUES (1, 2.5, 2);;DELETE FROM items;;SELECT total FROM orders", "0"),
            ("UPDATE orders SET status = 'new';;SELECT version FROM orders", "1"),
            (
                "WITH o AS (INSERT INTO orders (status) VALUES ('b') RETURNING id) INSERT INTO items (order_id, price, qty) SELECT id, 3, 1 FROM o;;SELECT total FROM orders ORDER BY id",
                "0; 3",
            ),
            ("INSERT INTO invoices (tenant) VALUES (1);;INSERT INTO invoices (tenant) VALUES (1) RETURNING no", "2"),
        ],
    );
}

#[test]
fn a_key_that_is_taken_is_met_by_a_handler() {
    let ddl = "CREATE TABLE ev (id SERIAL PRIMARY KEY, k TEXT); CREATE TABLE seen (k TEXT PRIMARY KEY, n INT DEFAULT 1 CHECK (n < 3));
         CREATE FUNCTION once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           BEGIN INSERT INTO seen (k) VALUES (NEW.k);
           EXCEPTION WHEN unique_violation THEN UPDATE seen SET n = n + 1 WHERE k = NEW.k; END;
           RETURN NEW; END $$;
         CREATE TRIGGER o AFTER INSERT ON ev FOR EACH ROW EXECUTE FUNCTION once();";
    hold(
        Dialect::PostgreSql,
        ddl,
        &[
            ("INSERT INTO ev (k) VALUES ('a'), ('b'), ('a');;SELECT k, n FROM seen ORDER BY k", "a 2; b 1"),
            ("INSERT INTO ev (k) VALUES ('a'), ('a'), ('a')", "Check: "),
        ],
    );
}

#[test]
fn what_a_trigger_cannot_do_here_is_said() {
    let cases = [
        ("UPDATE t SET n = n + 1 RETURNING n INTO NEW.n;", "RETURNING ... INTO"),
        ("EXECUTE format('INSERT INTO %I', 't');", "EXECUTE"),
        ("BEGIN INSERT INTO u VALUES (1); EXCEPTION WHEN others THEN NULL; END;", "EXCEPTION"),
        ("BEGIN UPDATE u SET n = 1; EXCEPTION WHEN unique_violation THEN NULL; END;", "EXCEPTION"),
        ("INSERT INTO u VALUES (NEW.n); NEW.n := 5;", "changes it afterwards"),
    ];
    for (body, text) in cases {
        let ddl = format!(
            "CREATE TABLE t (n INT); CREATE TABLE u (n INT);
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;
             CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
        );
        let problem = Schema::parse(Dialect::PostgreSql, &ddl).unwrap_err();
        assert_eq!(problem.kind, SqlProblemKind::Unsupported, "{body}: {problem}");
        assert!(problem.message.contains(text) && problem.help.is_some(), "{body}: {problem}");
    }
}

#[test]
fn triggers_forbid() {
    hold(
        Dialect::PostgreSql,
        "CREATE TABLE ledger (id INT PRIMARY KEY, n INT); INSERT INTO ledger VALUES (1, 1);
         CREATE TABLE slots (id INT PRIMARY KEY, taken INT NOT NULL DEFAULT 0, cap INT NOT NULL); INSERT INTO slots VALUES (1, 0, 1);
         CREATE TABLE bookings (id SERIAL PRIMARY KEY, slot INT NOT NULL);
         CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append only'; END $$;
         CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION forbid();
         CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger EXECUTE FUNCTION forbid();
         CREATE FUNCTION room() RETURNS trigger LANGUAGE plpgsql AS $$
         DECLARE c INT; t INT;
         BEGIN
           SELECT cap, taken INTO STRICT c, t FROM slots WHERE id = NEW.slot FOR UPDATE;
           IF NOT FOUND THEN RAISE EXCEPTION 'no slot'; END IF;
           IF (SELECT count(*) FROM bookings WHERE slot = NEW.slot) >= c THEN
             RAISE EXCEPTION 'full: %', NEW.slot USING ERRCODE = 'unique_violation';
           END IF;
           UPDATE slots SET taken = taken + 1 WHERE id = NEW.slot;
           RETURN NEW;
         END $$;
         CREATE TRIGGER room BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION room();
         CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.taken > 0 THEN RETURN NULL; END IF; RETURN OLD; END $$;
         CREATE TRIGGER keep BEFORE DELETE ON slots FOR EACH ROW EXECUTE FUNCTION keep();",
        &[
            ("UPDATE ledger SET n = 2", "Check: a trigger refuses: append only"),
            ("DELETE FROM ledger WHERE id = 1", "Check: a trigger refuses: append only"),
            ("INSERT INTO ledger VALUES (2, 2)", "n=1"),
            ("INSERT INTO bookings (slot) VALUES (9)", "Check: a trigger refuses: no slot"),
            ("INSERT INTO bookings (slot) VALUES (1);;SELECT taken FROM slots", "1"),
            ("INSERT INTO bookings (slot) VALUES (1);;INSERT INTO bookings (slot) VALUES (1)", "Unique: a trigger refuses: full"),
            ("INSERT INTO bookings (slot) VALUES (1);;DELETE FROM slots", "n=0"),
            ("DELETE FROM slots", "n=1"),
        ],
    );
}

#[test]
fn mysql_triggers_stand_between_delimiters() {
    hold(
        Dialect::MySql,
        "CREATE TABLE orders (id CHAR(36) PRIMARY KEY, total DECIMAL(10,2) NOT NULL, status VARCHAR(20) NOT NULL DEFAULT 'new', version INT NOT NULL DEFAULT 0);
         CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, order_id CHAR(36), was VARCHAR(20), now VARCHAR(20));
         DELIMITER $$
         CREATE TRIGGER orders_bi BEFORE INSERT ON orders FOR EACH ROW
         BEGIN
           IF NEW.id IS NULL OR NEW.id = '' THEN SET NEW.id = UUID(); END IF;
           IF NEW.total < 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'negative total'; END IF;
         END$$
         CREATE TRIGGER orders_bu BEFORE UPDATE ON orders FOR EACH ROW SET NEW.version = OLD.version + 1$$
         CREATE TRIGGER orders_au AFTER UPDATE ON orders FOR EACH ROW
         BEGIN
           IF NOT (NEW.status <=> OLD.status) THEN
             INSERT INTO log (order_id, was, now) VALUES (NEW.id, OLD.status, NEW.status);
           END IF;
         END$$
         DELIMITER ;
         INSERT INTO orders (id, total) VALUES ('a', 5);",
        &[
            ("UPDATE orders SET status = 'paid';;SELECT order_id, was, now FROM log", "a new paid"),
            ("UPDATE orders SET status = 'paid';;SELECT version FROM orders", "1"),
            ("UPDATE orders SET total = 6;;SELECT count(*) FROM log", "0"),
            ("INSERT INTO orders (total) VALUES (1)", "n=1"),
            ("INSERT INTO orders (total) VALUES (1);;SELECT length(id) FROM orders WHERE total = 1", "36"),
            ("INSERT INTO orders (total) VALUES (-1)", "Check: a trigger refuses: negative total"),
            ("INSERT INTO orders (id, total) VALUES ('a', 1) ON DUPLICATE KEY UPDATE status = 'x';;SELECT status, version FROM orders", "x 1"),
        ],
    );
}

#[test]
fn sqlite_triggers_are_its_own() {
    hold(
        Dialect::Sqlite,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, updated_at TEXT);
         CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, t_id INTEGER, was INTEGER);
         INSERT INTO t (id, n) VALUES (1, 1);
         CREATE TRIGGER IF NOT EXISTS touch AFTER UPDATE ON t FOR EACH ROW BEGIN
           UPDATE t SET updated_at = datetime('now') WHERE id = NEW.id;
           INSERT INTO audit (t_id, was) VALUES (OLD.id, OLD.n);
         END;
         CREATE TRIGGER guard BEFORE DELETE ON t WHEN OLD.n > 0 BEGIN SELECT RAISE(ABORT, 'in use'); END;
         CREATE TRIGGER made AFTER INSERT ON t BEGIN INSERT INTO audit (t_id) VALUES (NEW.id); END;",
        &[
            ("UPDATE t SET n = 2;;SELECT t_id, was FROM audit", "1 1"),
            ("UPDATE t SET n = 2;;SELECT updated_at FROM t", "1970-01-01 00:16:40"),
            ("DELETE FROM t", "Check: a trigger refuses: in use"),
            ("INSERT INTO t (id) VALUES (7);;SELECT last_insert_rowid()", "7"),
            ("UPDATE t SET n = 0;;DELETE FROM t", "n=1"),
        ],
    );
}

#[test]
fn functions_of_one_expression_are_written_out() {
    hold(
        Dialect::PostgreSql,
        "CREATE FUNCTION norm(email text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(trim(email)) $$;
         CREATE OR REPLACE FUNCTION uuid_v7() RETURNS uuid AS $$ DECLARE x bytea; BEGIN x := gen_random_bytes(16); RETURN encode(x, 'hex')::uuid; END $$ LANGUAGE plpgsql;
         CREATE FUNCTION plus(integer, integer) RETURNS integer LANGUAGE sql RETURN $1 + $2;
         CREATE FUNCTION many(n int) RETURNS bigint AS $$ BEGIN RETURN (SELECT count(*) FROM t WHERE t.n >= many.n); END $$ LANGUAGE plpgsql;
         CREATE TABLE t (id UUID PRIMARY KEY DEFAULT uuid_v7(), email TEXT, n INT DEFAULT plus(1, 2), CHECK (email = norm(email)));
         CREATE UNIQUE INDEX u ON t (norm(email));",
        &[
            ("SELECT norm(' A '), plus('3'::int, 4)", "a 7"),
            ("INSERT INTO t (email) VALUES ('a') RETURNING n, id IS NOT NULL", "3 true"),
            ("INSERT INTO t (email) VALUES ('A')", "Check"),
        ],
    );
}
