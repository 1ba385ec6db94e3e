//! What redis answers, call by call; then whole scenarios.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::Kv;
use crate::checks::Outcome;
use crate::sim::components::tests::{Session, grade, story};
use crate::sim::world::Component;

fn store() -> Session<Kv> {
    let empty = serde_json::Map::new();
    Session::new(Kv::new(&empty, &empty, &empty).expect("an empty store"))
}

/// Runs lines `command -> answer` at second 0, as Python would write both.
fn answers(lines: &str) {
    store().check(lines);
}

#[test]
fn plain_values_come_back_as_stored() {
    answers(
        "get('a') -> None
         set('a', 1) -> True
         get('a') -> 1
         set('a', 'x', nx=True) -> None
         get('a') -> 1
         set('b', 'x', xx=True) -> None
         set('b', 'x', nx=True) -> True
         set('b', 'y', get=True) -> 'x'
         set('c', 'z', get=True) -> None
         setnx('b', 0) -> False
         getset('b', 2.5) -> 'y'
         getdel('b') -> 2.5
         exists('b') -> 0
         mset({'x': 1, 'y': 'two'}) -> True
         mget('x', 'gone', 'y') -> [1, None, 'two']
         mget(['x', 'y']) -> [1, 'two']
         exists('x', 'x', 'gone') -> 2
         delete('x', 'gone') -> 1
         set('page', {'price': 3}) -> True
         get('page') -> {'price': 3}
         keys('?') -> ['a', 'c', 'y']
         keys('p*e') -> ['page']
         set('a', None) -> TypeError: set() cannot store None: reading it back could not be told from a missing key
         set('a', 1, nx=True, xx=True) -> TypeError: set() cannot have both nx and xx
         set('a', 1, ex=0) -> TypeError: invalid expire time in set(): it must be above 0
         get(['a']) -> TypeError: get() takes a key as text, not ['a']",
    );
}

#[test]
fn counters_count_and_refuse_what_is_no_number() {
    answers(
        "incr('n') -> 1
         incrby('n', 41) -> 42
         decr('n') -> 41
         decrby('n', 50) -> -9
         set('t', '7') -> True
         incr('t') -> 8
         set('t', 'seven') -> True
         incr('t') -> TypeError: incr() on key 't': 'seven' is not a whole number
         incrbyfloat('f', 0.5) -> 0.5
         incr('f') -> TypeError: incr() on key 'f': 0.5 is not a whole number
         set('m', 9223372036854775807) -> True
         incr('m') -> TypeError: increment or decrement would overflow
         get('m') -> 9223372036854775807
         compare_and_set('n', -9, 5) -> True
         compare_and_set('n', -9, 6) -> False
         compare_and_set('n', '5', 6) -> True
         compare_and_set('new', None, 'first') -> True
         compare_and_set('new', None, 'second') -> False
         get('new') -> 'first'
         rpush('l', 1) -> 1
         incr('l') -> TypeError: WRONGTYPE incr() on key 'l', which holds a list
         lpush('n', 1) -> TypeError: WRONGTYPE lpush() on key 'n', which holds a plain value",
    );
}

#[test]
fn keys_end_at_their_time_and_not_before() {
    let mut kv = store();
    kv.check("set('a', 1, ex=10) -> True\n ttl('a') -> 10\n ttl('gone') -> -2\n set('b', 1) -> True\n ttl('b') -> -1");
    kv.now_s = 9.999_999;
    kv.check("time() -> (1767225609, 999999)");
    kv.check("get('a') -> 1\n pttl('a') -> 0\n incr('a') -> 2\n ttl('a') -> 0");
    kv.now_s = 10.0;
    kv.check("get('a') -> None\n exists('a') -> 0\n ttl('a') -> -2\n setnx('a', 5) -> True\n ttl('a') -> -1");
    kv.check("expire('a', 2) -> True\n expire('a', 9, nx=True) -> False\n expire('gone', 2) -> False");
    kv.check("set('a', 6, keepttl=True) -> True\n pttl('a') -> 2000\n set('a', 7) -> True\n ttl('a') -> -1");
    kv.check(
        "setex('a', 3, 'v') -> True\n ttl('a') -> 3\n persist('a') -> True\n persist('a') -> False\n ttl('a') -> -1",
    );
    kv.check(
        "pexpire('a', 1500) -> True\n hset('h', 'f', 1) -> 1\n expire('h', 1) -> True\n hincrby('h', 'f', 1) -> 2",
    );
    kv.check("set('p', 1, px=500) -> True\n expire('b', 0) -> True\n get('b') -> None");
    assert_eq!(kv.view("ttl"), "{'a': 1.5, 'h': 1.0, 'p': 0.5}");
    kv.now_s = 11.0;
    kv.check("hgetall('h') -> {}\n hset('h', 'g', 1) -> 1\n ttl('h') -> -1\n pttl('a') -> 500\n get('p') -> None");
    assert_eq!(kv.view("data"), "{'a': 'v', 'h': {'g': 1}}");
}

#[test]
fn hashes_sets_and_lists() {
    answers(
        "hset('h', 'a', 1) -> 1
         hset('h', 'a', 2) -> 0
         hset('h', mapping={'a': 3, 'b': 'x'}) -> 1
         hget('h', 'a') -> 3
         hget('h', 'z') -> None
         hmget('h', 'b', 'z') -> ['x', None]
         hgetall('h') -> {'a': 3, 'b': 'x'}
         hincrby('h', 'n', 5) -> 5
         hincrby('h', 'b', 5) -> TypeError: hincrby(): hash value is not a whole number
         hexists('h', 'n') -> True
         hkeys('h') -> ['a', 'b', 'n']
         hlen('h') -> 3
         hdel('h', 'a', 'b', 'z') -> 2
         hdel('h', 'n') -> 1
         exists('h') -> 0
         hsetnx('h', 'a', 1) -> True
         hsetnx('h', 'a', 2) -> False
         hset('h') -> TypeError: hset() takes a field and a value, or mapping=
         sadd('s', 'x', 'y', 'x') -> 2
         sadd('s', 'y') -> 0
         sismember('s', 'y') -> True
         scard('s') -> 2
         srem('s', 'y', 'z') -> 1
         smembers('s') -> {'x'}
         smembers('none') -> set()
         sadd('i', 7) -> 1
         sismember('i', '7') -> True
         sadd('i', {'a': 1}) -> TypeError: sadd() takes fields and members as text or numbers (json.dumps() makes text of anything), not {'a': 1}
         rpush('l', 'b', 'c') -> 2
         lpush('l', 'a', 'z') -> 4
         lrange('l', 0, -1) -> ['z', 'a', 'b', 'c']
         lrange('l', -2, 99) -> ['b', 'c']
         lrange('l', 3, 1) -> []
         lindex('l', -1) -> 'c'
         lindex('l', 9) -> None
         lpop('l') -> 'z'
         rpop('l', 2) -> ['c', 'b']
         llen('l') -> 1
         lpop('l') -> 'a'
         lpop('l') -> None
         exists('l') -> 0
         rpush('l', 1, 2, 1, 3) -> 4
         lrem('l', -1, 1) -> 1
         lrange('l', 0, -1) -> [1, 2, 3]
         ltrim('l', 1, -1) -> True
         lrange('l', 0, -1) -> [2, 3]",
    );
}

#[test]
fn sorted_sets_break_ties_by_text() {
    answers(
        "zadd('z', {'bo': 2, 'al': 2, 'cy': 10}) -> 3
         zadd('z', {'cy': 9}) -> 0
         zadd('z', {'cy': 10, 'di': 1}, ch=True) -> 2
         zrange('z', 0, -1) -> ['di', 'al', 'bo', 'cy']
         zrange('z', 0, 1, desc=True) -> ['cy', 'bo']
         zrevrange('z', 0, -1, withscores=True) -> [('cy', 10.0), ('bo', 2.0), ('al', 2.0), ('di', 1.0)]
         zrank('z', 'bo') -> 2
         zrevrank('z', 'bo') -> 1
         zrank('z', 'no') -> None
         zscore('z', 'cy') -> 10.0
         zscore('none', 'cy') -> None
         zincrby('z', 5, 'di') -> 6.0
         zincrby('z', 'di', 5) -> TypeError: zincrby(key, amount, member): the amount comes before the member, not 'di'
         zadd('z', {'di': 3}, gt=True) -> 0
         zscore('z', 'di') -> 6.0
         zadd('z', {'di': 3}, lt=True) -> 0
         zscore('z', 'di') -> 3.0
         zadd('z', {'di': 9, 'ed': 1}, nx=True) -> 1
         zadd('z', {'di': 4, 'fi': 1}, xx=True) -> 0
         zadd('z', {'di': 1}, incr=True) -> 5.0
         zadd('z', {'di': 1}, nx=True, incr=True) -> None
         zadd('z', {'di': 1}, nx=True, gt=True) -> TypeError: zadd() takes one of nx and xx, and gt or lt only without nx
         zrangebyscore('z', 2, 5) -> ['al', 'bo', 'di']
         zrangebyscore('z', '(2', '+inf', withscores=True) -> [('di', 5.0), ('cy', 10.0)]
         zrangebyscore('z', '-inf', 'inf', start=1, num=2) -> ['al', 'bo']
         zrevrangebyscore('z', '(10', 2) -> ['di', 'bo', 'al']
         zcount('z', 2, '(5') -> 2
         zcard('z') -> 5
         zremrangebyscore('z', '-inf', '(2') -> 1
         zremrangebyrank('z', 0, 0) -> 1
         zrange('z', 0, -1) -> ['bo', 'di', 'cy']
         zpopmax('z') -> [('cy', 10.0)]
         zrem('z', 'bo', 'di', 'di') -> 2
         exists('z') -> 0
         zadd('z', {1: 1.5}) -> 1
         zscore('z', '1') -> 1.5
         zrange('z', 0, 0) -> [1]
         zrangebyscore('z', 'x', 2) -> TypeError: zrangebyscore(): min or max is not a number: 'x'
         get('z') -> TypeError: WRONGTYPE get() on key 'z', which holds a sorted set",
    );
}

proptest! {
    /// Ranks and ranges agree with sorting (score, text) the plain way.
    #[test]
    fn a_sorted_set_is_a_sorted_list(scores in prop::collection::vec((0_u8..12, 0_i8..5), 1..20), start in -8_i64..8, end in -8_i64..8) {
        let mut kv = store();
        let mut model: BTreeMap<String, i8> = BTreeMap::new();
        for (member, amount) in scores {
            kv.call("zincrby", vec![json!("z"), json!(amount), json!(format!("m{member}"))]);
            *model.entry(format!("m{member}")).or_default() += amount;
        }
        let mut sorted: Vec<_> = model.iter().map(|(member, score)| (*score, member.clone())).collect();
        sorted.sort();
        for (place, (_, member)) in sorted.iter().enumerate() {
            prop_assert_eq!(kv.call("zrank", vec![json!("z"), json!(member)]), place.to_string());
            prop_assert_eq!(kv.call("zrevrank", vec![json!("z"), json!(member)]), (sorted.len() - 1 - place).to_string());
        }
        // Python's own rule for negative places, ends included.
        let len = sorted.len() as i64;
        let from = if start < 0 { (start + len).max(0) } else { start };
        let to = if end < 0 { end + len } else { end };
        let expected: Vec<String> = (0..len).filter(|i| *i >= from && *i <= to).map(|i| format!("'{}'", sorted[i as usize].1)).collect();
        prop_assert_eq!(kv.call("zrange", vec![json!("z"), json!(start), json!(end)]), format!("[{}]", expected.join(", ")));
    }
}

#[test]
fn atomic_keeps_others_out_from_its_first_command_and_a_crash_undoes_it() {
    let mut kv = store();
    kv.check("set('a', 1) -> True\n multi() -> None");
    // Nothing has been run inside yet, so others still may.
    kv.client = 1;
    kv.check("incr('a') -> 2");
    kv.client = 0;
    kv.check("incr('a') -> 3\n set('b', 1) -> True");
    kv.client = 1;
    kv.check("get('a') -> (waits)");
    let inside = kv.state;
    kv.client = 0;
    kv.check("exec() -> None");
    kv.client = 1;
    kv.check("get('a') -> 3");
    kv.state = kv.component.crashed(inside, 0);
    kv.check("get('a') -> 2\n get('b') -> None");
}

#[test]
fn the_initial_keys_have_their_types() {
    let map = |json: serde_json::Value| json.as_object().cloned().unwrap_or_default();
    let kv = Kv::new(
        &map(json!({"n": 1, "l": [1], "h": {"f": 2}})),
        &map(json!({"s": ["x"]})),
        &map(json!({"z": {"a": 2, "b": 1}})),
    );
    Session::new(kv.expect("well formed"))
        .check("incr('n') -> 2\n rpush('l', 2) -> 2\n hget('h', 'f') -> 2\n scard('s') -> 1\n zrange('z', 0, -1) -> ['b', 'a']");
    assert!(Kv::new(&map(json!({})), &map(json!({"s": 1})), &map(json!({}))).is_err());
}

fn counters(code: &str, faults: u32, crash: bool) -> crate::checks::Verdict {
    grade(
        code,
        &json!({"kv": {"component": "kv", "keys": {"n": 5}, "faults": ["lost_reply", "unavailable"], "faulty": ["exec"]}}),
        json!({
            "title": "Two clients count",
            "code": "/code",
            "clients": [
                {"name": "A", "run": "count()", "crash": crash},
                {"name": "B", "run": "count()"},
            ],
            "explore": {"faults": faults},
            "invariants": [
                {"expect": "kv.data['n'] >= 7 - A.crashes or faults", "otherwise": "lost: {kv.data}"},
                {"expect": "kv.data['n'] == kv.data.get('m', 0) + 5", "otherwise": "torn: {kv.data}"},
            ],
            "judge": format!("faults = {}\n", if faults > 0 { "True" } else { "False" }),
        }),
    )
}

#[test]
fn get_then_set_loses_an_increment_and_incr_does_not() {
    let verdict = counters("def count():\n    kv.set('n', kv.get('n') + 1)\n    kv.incr('m')\n", 0, false);
    assert_eq!(
        story(&verdict).2,
        ["kv.get('n')", "kv.get('n')", "kv.set('n', 6)", "kv.incr('m', 1)", "kv.set('n', 6)", "kv.incr('m', 1)"]
    );
    let verdict = counters("def count():\n    kv.incr('n')\n    kv.incr('m')\n", 0, false);
    assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
    let atomic = "def count():\n    with kv.atomic():\n        n = kv.get('n')\n        kv.set('n', n + 1)\n        kv.incr('m')\n";
    let verdict = counters(atomic, 0, false);
    assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
}

#[test]
fn a_crash_or_a_fault_tears_two_commands_but_not_an_atomic_block() {
    let verdict = counters("def count():\n    kv.incr('n')\n    kv.incr('m')\n", 1, true);
    assert!(verdict.problems[0].message.starts_with("torn"), "{:#?}", verdict.problems);
    // The end of the block may fail, and whether it was executed or not, nobody waits for ever.
    let atomic = "def count():\n    try:\n        with kv.atomic():\n            kv.incr('n')\n            kv.incr('m')\n    except (Timeout, ServiceUnavailable):\n        pass\n";
    let verdict = counters(atomic, 2, true);
    assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
}

#[test]
fn an_exception_inside_undoes_and_a_return_inside_keeps() {
    let raises = "def count():\n    try:\n        with kv.atomic():\n            kv.incr('n')\n            raise ValueError('no')\n    except ValueError:\n        pass\n    with kv.atomic() as store:\n        store.incr('n')\n        return store.incr('m')\n";
    let verdict = counters(raises, 0, false);
    assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
}
