use super::*;
use serde_json::json;

const SCHEMA: &str = "CREATE TABLE users (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE posts (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author_id BIGINT NOT NULL REFERENCES users(id), body TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now());
    CREATE TABLE follows (follower_id BIGINT NOT NULL REFERENCES users(id), followee_id BIGINT NOT NULL REFERENCES users(id), PRIMARY KEY (follower_id, followee_id));
    CREATE INDEX posts_author ON posts (author_id, created_at DESC, id DESC);";

fn verdict(query: &str) -> Verdict {
    verdict_on(SCHEMA, query)
}

fn verdict_on(schema: &str, query: &str) -> Verdict {
    let check: QueryCheck = serde_json::from_value(json!({
        "schema": "/s", "sql": "/q",
        "tables": {
            "follows": {"name": "follows", "columns": {"follower": "follower_id", "followee": "followee_id"}},
            "posts": {"name": "posts", "columns": {"id": "id", "author": "author_id", "at": "created_at"}}},
        "params": {"viewer": 1, "size": 2, "before": {"value": 1_000_000, "like": "posts.at"}, "before_id": 1_000_000},
        "result": "posts.id",
        "reference": "SELECT p.id FROM posts p JOIN follows f ON f.followee = p.author WHERE f.follower = 1 ORDER BY p.at DESC, p.id DESC",
        "datasets": [{
            "follows": [{"follower": 1, "followee": 2}, {"follower": 3, "followee": 1}, {"follower": 1, "followee": 4}, {"follower": 3, "followee": 2}],
            "posts": [{"id": 1, "author": 2, "at": 10}, {"id": 2, "author": 3, "at": 11}, {"id": 3, "author": 4, "at": 10}, {"id": 4, "author": 2, "at": 10}, {"id": 5, "author": 2, "at": 5}]}],
        "pages": {"size": 2, "cursor": {"before": "posts.at", "before_id": "posts.id"}},
        "plan": {"search": ["follows", "posts"]}
    }))
    .unwrap();
    check.run(&json!({"s": {"dialect": "postgresql", "sql": schema}, "q": query}))
}

#[test]
fn feeds() {
    let good = "SELECT p.id, p.body, p.created_at FROM posts p JOIN follows f ON f.followee_id = p.author_id
        WHERE f.follower_id = :viewer AND (p.created_at, p.id) < (:before, :before_id) ORDER BY p.created_at DESC, p.id DESC LIMIT :size";
    let cases = [
        (good.to_string(), Outcome::Passed),
        (good.replace("p.id DESC", "p.body"), Outcome::Failed { earned: 0, of: 1 }),
        (good.replace("f.followee_id = p.author_id", "f.follower_id = p.author_id").replace("f.follower_id = :viewer", "f.followee_id = :viewer"), Outcome::Failed { earned: 0, of: 1 }),
        (good.replace("(p.created_at, p.id) < (:before, :before_id)", "p.created_at < :before"), Outcome::Failed { earned: 0, of: 1 }),
        (good.replace("f.follower_id = :viewer", "f.follower_id + 0 = :viewer"), Outcome::Failed { earned: 0, of: 1 }),
        (good.replace("p.body", "p.nothing"), Outcome::NotGradable),
        ("SELECT p.id, p.created_at FROM posts p WHERE p.author_id IN (SELECT followee_id FROM follows WHERE follower_id = $1) AND (p.created_at < $3 OR (p.created_at = $3 AND p.id < $4)) ORDER BY created_at DESC, id DESC FETCH FIRST $2 ROWS ONLY".into(), Outcome::Passed),
    ];
    for (query, outcome) in cases {
        let verdict = verdict(&query);
        assert_eq!(verdict.outcome, outcome, "{query}: {:#?}", verdict.problems);
    }
}

#[test]
fn a_walk_over_an_index_on_time_is_no_search() {
    let query = "SELECT p.id, p.created_at FROM posts p WHERE EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = :viewer AND f.followee_id = p.author_id)
        AND (p.created_at, p.id) < (:before, :before_id) ORDER BY p.created_at DESC, p.id DESC LIMIT :size";
    let schema = SCHEMA.replace("(author_id, created_at DESC, id DESC)", "(created_at DESC, id DESC)");
    let verdict = verdict_on(&schema, query);
    assert_eq!(verdict.outcome, Outcome::Failed { earned: 0, of: 1 }, "{:#?}", verdict.problems);
    let problem = &verdict.problems[0];
    assert!(problem.message.contains("walks through posts"), "{problem:#?}");
    assert!(
        problem.help.as_ref().is_some_and(|help| help.contains("posts that begins with author_id")),
        "{problem:#?}"
    );
}
