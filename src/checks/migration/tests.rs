use serde_json::json;

use super::*;

fn situation() -> Situation {
    serde_json::from_value(json!({
        "record": "user",
        "dialect": "/dialect",
        "steps": "/steps",
        "no_return": "/no_return",
        "versions": "/versions",
        "old": {
            "version": "v1",
            "schema": "CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL)",
            "shows": {"id": "id", "name": "name"},
            "statements": {
                "create": "INSERT INTO users (id, name) VALUES (:id, :name)",
                "read": "SELECT id, name FROM users WHERE id = :id",
                "rename": "UPDATE users SET name = :name WHERE id = :id",
            },
        },
        "new": {
            "shows": {"id": "id", "title": "name", "language": "language"},
            "operations": {"create": ["id", "title", "language"], "read": ["id"], "rename": ["id", "title"]},
        },
        "unknown": {"language": "en"},
        "required": ["language"],
        "rows": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}],
        "fresh": {"name": ["Cy {n}"], "language": ["fr", "de"]},
    }))
    .unwrap()
}

/// A plan with these steps, v2 being the table under a view with the old name.
fn document(steps: &Json, no_return: &str) -> Json {
    json!({
        "dialect": "postgresql",
        "no_return": no_return,
        "versions": {"v2": {
            "create": "INSERT INTO people (id, title, language) VALUES (:id, :title, :language)",
            "read": "SELECT * FROM people WHERE id = $1",
            "rename": "UPDATE people SET title = :title WHERE id = :id",
        }},
        "steps": steps,
    })
}

fn steps() -> Json {
    json!([
        {"id": "expand", "do": "migrate", "back": "undo",
         "sql": "BEGIN; ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME COLUMN name TO title;
                 ALTER TABLE people ADD COLUMN language CHAR(2) NOT NULL DEFAULT 'en';
                 CREATE VIEW users AS SELECT id, title AS name FROM people; COMMIT;",
         "undo": "BEGIN; DROP VIEW users; ALTER TABLE people DROP COLUMN language;
                  ALTER TABLE people RENAME COLUMN title TO name; ALTER TABLE people RENAME TO users; COMMIT;"},
        {"id": "deploy", "do": "deploy", "environment": "green", "version": "v2", "back": "undo"},
        {"id": "test", "do": "test", "environment": "green", "back": "undo"},
        {"id": "switch", "do": "switch", "to": "green", "back": "switch"},
        {"id": "stop", "do": "stop", "environment": "blue", "back": "none"},
        {"id": "contract", "do": "migrate", "sql": "DROP VIEW users", "back": "none"},
    ])
}

fn lost(document: &Json) -> Vec<Judge> {
    use Judge::{Arrives, Back, Data, New, NoReturn, Old, Order, Runs};
    let all = [Runs, Old, New, Data, Back, NoReturn, Arrives, Order];
    all.into_iter().filter(|judge| judged(&situation(), document, *judge).outcome != Outcome::Passed).collect()
}

fn with(pointer: &str, value: Json) -> Json {
    let mut steps = steps();
    *steps.pointer_mut(pointer).unwrap() = value;
    steps
}

#[test]
fn a_plan_that_works_loses_nothing() {
    assert_eq!(lost(&document(&steps(), "stop")), []);
    // Before traffic has moved it is where it would go back to, and what has been added may stay.
    assert_eq!(lost(&document(&with("/1/back", json!("switch")), "stop")), []);
}

#[test]
fn each_fault_is_found_by_its_own_judge() {
    let early = with("/1", json!({"id": "gone", "do": "migrate", "sql": "DROP VIEW users", "back": "none"}));
    let cases = [
        (document(&steps(), "contract"), vec![Judge::NoReturn]),
        (document(&with("/3/back", json!("undo")), "stop"), vec![Judge::Back]),
        (document(&with("/4/back", json!("switch")), "stop"), vec![Judge::Back]),
        (document(&with("/2/environment", json!("blue")), "stop"), vec![Judge::Order]),
        (document(&with("/5", json!({"id": "contract", "do": "other", "back": "none"})), "stop"), vec![Judge::Arrives]),
        (
            document(&with("/5/sql", json!("DROP VIEW users; UPDATE people SET language = 'en'")), "stop"),
            vec![Judge::Data],
        ),
        (
            document(&with("/5/sql", json!("DROP VIEW users; ALTER TABLE people DROP COLUMN title")), "stop"),
            vec![Judge::New],
        ),
    ];
    for (document, wanted) in cases {
        assert_eq!(lost(&document), wanted, "{document}");
    }
    assert!(lost(&document(&early, "gone")).contains(&Judge::Old));
}

#[test]
fn what_no_transaction_keeps_is_told() {
    let message = |pointer: &str, sql: &str, judge: Judge| {
        let verdict = judged(&situation(), &document(&with(pointer, json!(sql)), "stop"), judge);
        verdict.problems.first().map(|problem| (problem.message.clone(), problem.place.range.clone()))
    };
    let (open, range) = message("/5/sql", "SET lock_timeout = '1s'; BEGIN; DROP VIEW users;", Judge::Runs).unwrap();
    assert!(open.starts_with("step contract begins a transaction and does not end it"), "{open}");
    assert_eq!(range, Some(25..30));
    let (back, range) = message("/5/sql", "BEGIN; DROP VIEW users; ROLLBACK", Judge::Runs).unwrap();
    assert!(back.starts_with("step contract takes its transaction back"), "{back}");
    assert_eq!(range, Some(24..32));
    for kept in
        ["BEGIN; ROLLBACK; DROP VIEW users", "START TRANSACTION; DROP VIEW users; END", "DROP VIEW users; COMMIT"]
    {
        assert_eq!(message("/5/sql", kept, Judge::Runs), None, "{kept}");
    }
    let undo = steps().pointer("/0/undo").and_then(Json::as_str).unwrap().replace("COMMIT;", "");
    let (undoing, _) = message("/0/undo", &undo, Judge::Back).unwrap();
    assert!(undoing.starts_with("undoing step expand begins a transaction"), "{undoing}");
    assert_eq!(lost(&document(&with("/5/sql", json!("BEGIN; DROP VIEW users")), "stop")), [Judge::Runs]);
}

#[test]
fn a_write_that_changes_no_row_is_told() {
    let mut document = document(&steps(), "stop");
    let mut plain = steps();
    // Without a view: what is written through one is not counted.
    let sql =
        "ALTER TABLE users ADD COLUMN title VARCHAR(40); ALTER TABLE users ADD COLUMN language CHAR(2) DEFAULT 'en'";
    plain[0]["sql"] = json!(sql);
    plain[5]["sql"] = json!("ALTER TABLE users DROP COLUMN name");
    document["steps"] = plain;
    document["dialect"] = json!("mysql");
    for (operation, text) in [
        ("create", "INSERT INTO users (id, title, name, language) VALUES (:id, :title, :title, :language)"),
        ("read", "SELECT id, COALESCE(title, name) AS title, language FROM users WHERE id = ?"),
        ("rename", "UPDATE users SET title = ? WHERE id = ?"),
    ] {
        document["versions"]["v2"][operation] = json!(text);
    }
    let verdict = judged(&situation(), &document, Judge::Data);
    let problem = verdict.problems.first().unwrap_or_else(|| panic!("{verdict:?}"));
    assert!(problem.notes[0].starts_with("rename changed no row: UPDATE users SET title = "), "{problem:?}");
    assert!(problem.notes[0].ends_with("'"), "{:?}", problem.notes);
    let told = problem.story.as_ref().unwrap().steps.iter().any(|step| step.result == "no row changed");
    assert!(told, "{problem:?}");
}

#[test]
fn the_story_ends_where_it_breaks() {
    let steps = with(
        "/0/sql",
        json!(
            "ALTER TABLE users RENAME COLUMN name TO title; ALTER TABLE users RENAME TO people; ALTER TABLE people ADD COLUMN language CHAR(2) NOT NULL DEFAULT 'en'; CREATE VIEW users AS SELECT id, title AS name FROM people;"
        ),
    );
    let verdict = judged(&situation(), &document(&steps, "stop"), Judge::Old);
    let problem = &verdict.problems[0];
    assert!(problem.message.contains("Blue (v1) fails: the table users has no column name"), "{}", problem.message);
    assert_eq!(problem.place.pointer, "/steps/0/sql");
    assert_eq!(problem.place.range, Some(0..45));
    let story = problem.story.as_ref().unwrap();
    assert_eq!(story.steps.len(), 2);
    assert!(story.steps[1].remark.is_some());
}

#[test]
fn what_cannot_be_run_is_not_graded() {
    let steps = with("/0/sql", json!("CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql"));
    let verdict = judged(&situation(), &document(&steps, "stop"), Judge::Runs);
    assert_eq!(verdict.outcome, Outcome::NotGradable);
    assert!(verdict.problems[0].message.contains("belt cannot run"), "{:?}", verdict.problems);
    for document in
        [json!({}), json!({"dialect": "postgresql"}), document(&json!([]), ""), document(&json!([{"id": 1}]), "")]
    {
        assert_eq!(judged(&situation(), &document, Judge::Data).outcome, Outcome::NotGradable, "{document}");
    }
}
