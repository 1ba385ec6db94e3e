//! Whole scenarios against small designs, and the explorer against plain enumeration.

use std::collections::BTreeMap;

use serde_json::json;

use super::run::run;
use super::scenario::Scenario;
use crate::checks::{Detail, Outcome, Reading, Verdict};

const STORE: &str = r#"
books = {"rows": {}, "refused": 0}

def get(books, key):
    """The row, or None."""
    return books["rows"].get(key)

def insert(books, key, row):
    """Adds a row; UniqueViolation when the key is taken."""
    if key in books["rows"]:
        books["refused"] = 1
        raise UniqueViolation("key " + key + " is taken")
    books["rows"][key] = row

def update(books, key, row):
    """Replaces a row."""
    books["rows"][key] = row
"#;

const CARD: &str = r#"
books = {"charges": [], "by_key": {}}

def charge(books, amount, idempotency_key=None):
    """Takes the money; the receipt's number. A key already used gives its first receipt."""
    if idempotency_key is not None and idempotency_key in books["by_key"]:
        return books["by_key"][idempotency_key]
    books["charges"].append(amount)
    receipt = "r" + str(len(books["charges"]))
    if idempotency_key is not None:
        books["by_key"][idempotency_key] = receipt
    return receipt

def receipt_of(books, idempotency_key):
    """The receipt of a charge, or None."""
    return books["by_key"].get(idempotency_key)
"#;

fn grade(code: &str, scenario: serde_json::Value) -> Verdict {
    let scenario: Scenario = serde_json::from_value(scenario).expect("the scenario is well formed");
    let files = |name: &str| match name {
        "store.py" => Some(STORE.to_owned()),
        "card.py" => Some(CARD.to_owned()),
        _ => None,
    };
    let world = BTreeMap::from([
        ("store".to_owned(), json!({"component": "service", "file": "store.py"})),
        ("card".to_owned(), json!({"component": "service", "file": "card.py"})),
    ]);
    let document = json!({"code": code});
    run(&scenario, &world, &Reading::new(&document), Detail::Stories, &files).expect("the scenario can be run")
}

fn twice(faults: u32, crash: bool) -> serde_json::Value {
    json!({
        "title": "Two clients send the same payment",
        "code": "/code",
        "world": {"card": {"faults": ["lost_reply", "unavailable"]}},
        "clients": [
            {"name": "A", "run": "retrying(pay, 'k1', 70)", "crash": crash},
            {"name": "B", "run": "retrying(pay, 'k1', 70)", "crash": crash},
        ],
        "explore": {"faults": faults},
        "invariants": [
            {"expect": "len(card.charges) <= 1", "otherwise": "the card was charged {len(card.charges)} times", "always": true},
            {"expect": "A.done and B.done", "otherwise": "a client never got an answer"},
            {"expect": "A.value['settled'] and B.value['settled']", "otherwise": "a client was put off for ever"},
            {"expect": "A.value['body'] == B.value['body']", "otherwise": "the answers differ: {A.value} and {B.value}"},
        ],
        "goals": [{"expect": "len(card.charges) == 1", "otherwise": "nobody was charged"}],
    })
}

const CHECK_THEN_ACT: &str = "def pay(key, amount):
    row = store.get(key)
    if row is not None:
        return {'status': 200, 'body': row}
    receipt = card.charge(amount)
    store.insert(key, receipt)
    return {'status': 200, 'body': receipt}
";

const CLAIM_FIRST: &str = "def pay(key, amount):
    try:
        store.insert(key, None)
    except UniqueViolation:
        row = store.get(key)
        if row is not None:
            return {'status': 200, 'body': row}
    receipt = card.charge(amount, idempotency_key=key)
    store.update(key, receipt)
    return {'status': 200, 'body': receipt}
";

#[test]
fn check_then_act_charges_twice_and_the_story_is_the_shortest() {
    let verdict = grade(CHECK_THEN_ACT, twice(0, false));
    let problem = &verdict.problems[0];
    assert_eq!(problem.message, "the card was charged 2 times");
    let story = problem.story.as_ref().expect("a counterexample");
    assert_eq!((story.faults, story.preemptions, story.steps.len()), (0, 1, 4));
    let gets = story.steps.iter().filter(|step| step.call == "store.get('k1')").count();
    let charges = story.steps.iter().filter(|step| step.call == "card.charge(70)").count();
    assert_eq!((gets, charges), (2, 2));
    // The place is the second charge, in the learner's own text.
    let range = problem.place.range.clone().expect("a range");
    assert_eq!(&CHECK_THEN_ACT[range], "card.charge(amount)");
}

#[test]
fn claiming_first_with_the_services_own_key_survives_everything() {
    for (faults, crash) in [(0, false), (1, false), (1, true), (2, true)] {
        let verdict = grade(CLAIM_FIRST, twice(faults, crash));
        assert_eq!(verdict.outcome, Outcome::Passed, "{faults} faults, crash {crash}: {:#?}", verdict.problems);
        assert!(
            verdict.executed.as_deref().is_some_and(|text| text.contains("all there are")),
            "{:?}",
            verdict.executed
        );
    }
}

const ASK_THEN_ANEW: &str = "def pay(key, amount):
    tries = store.get(key) or 0
    for number in range(tries, tries + 3):
        attempt = key + '-' + str(number)
        store.update(key, number)
        if number > 0 and card.receipt_of(key + '-' + str(number - 1)) is not None:
            return {'status': 200, 'body': card.receipt_of(key + '-' + str(number - 1))}
        try:
            return {'status': 200, 'body': card.charge(amount, idempotency_key=attempt)}
        except Timeout:
            clock.sleep(1)
    return {'status': 503}
";

const ASK_THEN_AGAIN: &str = "def pay(key, amount):
    for _ in range(3):
        try:
            return {'status': 200, 'body': card.charge(amount, idempotency_key=key)}
        except Timeout:
            if card.receipt_of(key) is not None:
                return {'status': 200, 'body': card.receipt_of(key)}
            clock.sleep(1)
    return {'status': 503}
";

#[test]
fn a_request_may_arrive_after_its_sender_gave_up() {
    let scenario = |fault: &str| {
        json!({
            "title": "A charge gets no answer",
            "code": "/code",
            "world": {"card": {"faults": [fault], "faulty": ["charge"]}},
            "clients": [{"name": "A", "run": "pay('k1', 70)"}],
            "explore": {"faults": 1},
            "invariants": [
                {"expect": "len(card.charges) <= 1", "otherwise": "the card was charged {len(card.charges)} times"},
            ],
            "goals": [{"expect": "len(card.charges) == 1", "otherwise": "nobody was charged"}],
        })
    };
    // Asking whether a charge was made, and making a new one if not, is right as long as nothing is on its way.
    for fault in ["lost_request", "lost_reply"] {
        let verdict = grade(ASK_THEN_ANEW, scenario(fault));
        assert_eq!(verdict.outcome, Outcome::Passed, "{fault}: {:#?}", verdict.problems);
    }
    let verdict = grade(ASK_THEN_ANEW, scenario("late_request"));
    let problem = &verdict.problems[0];
    assert_eq!(problem.message, "the card was charged 2 times");
    let story = problem.story.as_ref().expect("a counterexample");
    let told: Vec<&str> = story.steps.iter().filter_map(|step| step.fault.as_deref()).collect();
    assert_eq!(
        told,
        [
            "the request is on its way too long: no answer, and it is executed later",
            "the late request arrives and is executed"
        ]
    );
    assert_eq!(story.faults, 1);
    let verdict = grade(ASK_THEN_AGAIN, scenario("late_request"));
    assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
}

#[test]
fn what_people_bring_along_does_not_change_the_verdict() {
    let code = "import time, logging
from typing import Optional
logger = logging.getLogger(__name__)

class PaymentFailed(Exception):
    \"\"\"The card said no.\"\"\"

async def pay(key: str, amount: int) -> Optional[dict]:
    try:
        await store.insert(key, None)
    except UniqueViolation as taken:
        logger.info('taken: %s' % key)
        row = await store.get(key)
        if row is not None:
            return {'status': 200, 'body': row}
    receipt = await card.charge(amount, idempotency_key=key)
    if not receipt:
        raise PaymentFailed(key, amount)
    await store.update(key, receipt)
    return {'status': 200, 'body': receipt}
";
    let verdict = grade(code, twice(1, true));
    assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
    let naive =
        CHECK_THEN_ACT.replace("def pay", "import time as t\nasync def pay").replace("store.get", "await store.get");
    let problem = &grade(&naive, twice(0, false)).problems[0];
    let range = problem.place.range.clone().expect("a range");
    assert_eq!(&naive[range], "card.charge(amount)");
}

#[test]
fn async_functions_are_found_with_their_parameters() {
    let code = "async def pay(key, amount=1):\n    return key\ndef other(a):\n    return a\nclass A:\n    def inner(self):\n        pass\n";
    let found = super::inspect::functions(code, &BTreeMap::new(), &Reading::new(&json!({})), &|_: &str| None);
    let found = found.expect("the world is empty").expect("the code runs");
    let names: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.parameters.len(), &code[f.range.clone()])).collect();
    assert_eq!(names, [("pay", 2, "async def pay(key, amount=1):"), ("other", 1, "def other(a):")]);
}

#[test]
fn built_ins_may_call_the_world_back_and_choices_may_be_anything() {
    let code = "def pay(key, amount):
    keys = sorted(['b', 'a'], key=lambda k: (store.get(k) or 0, k))
    first = min(keys, key=lambda k: store.get(k) or 0)
    some = next((k for k in keys if store.get(k) is None), None)
    keys.sort(key=lambda k: k)
    none = list(filter(lambda k: store.get(k) is not None, keys))
    shop = rand.choice([card])
    receipt = shop.charge(amount, idempotency_key=key)
    return {'status': 200, 'body': [first, some, none, keys, max([3, 1]), receipt]}
";
    let mut scenario = twice(0, false);
    scenario["world"]["rand"] = json!({"component": "rand"});
    scenario["invariants"] = json!([
        {"expect": "A.value['body'] == ['a', 'a', [], ['a', 'b'], 3, 'r1']", "otherwise": "{A.value} {A.error}"},
    ]);
    let verdict = grade(code, scenario);
    assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
}

#[test]
fn a_design_with_generators_is_explored_like_any_other() {
    let code = "def rows(key):
    while True:
        yield store.get(key)

def steps(key, amount):
    yield card.charge(amount, idempotency_key=key)

def pay(key, amount):
    try:
        store.insert(key, None)
    except UniqueViolation:
        for row in rows(key):
            if row is not None:
                return {'status': 200, 'body': row}
            break
    for receipt in steps(key, amount):
        store.update(key, receipt)
    return {'status': 200, 'body': receipt}
";
    let verdict = grade(code, twice(1, true));
    assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
    let naive =
        code.replace("        store.insert(key, None)", "        store.get(key)").replace(", idempotency_key=key", "");
    let problem = &grade(&naive, twice(0, false)).problems[0];
    let range = problem.place.range.clone().expect("a range");
    assert_eq!(&naive[range], "card.charge(amount)");
}

#[test]
fn a_service_that_refuses_may_write_that_down() {
    let code = "def pay(key, amount):
    try:
        store.insert(key, 1)
        store.insert(key, 2)
    except UniqueViolation:
        return {'status': 200, 'body': None}
";
    let mut scenario = twice(0, false);
    scenario["clients"] = json!([{"name": "A", "run": "retrying(pay, 'k1', 70)"}]);
    scenario["goals"] = json!([]);
    scenario["invariants"] = json!([
        {"expect": "A.done and store.refused == 1", "otherwise": "{A.error}, refused {store.refused}"},
    ]);
    let verdict = grade(code, scenario);
    assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
}

fn alone(states: u64) -> serde_json::Value {
    json!({
        "title": "One client",
        "code": "/code",
        "clients": [{"name": "A", "run": "retrying(pay, 'k1', 70)", "crash": true}],
        "explore": {"faults": 1, "states": states, "horizon_s": 1_000_000.0},
        "invariants": [{"expect": "A.done", "otherwise": "the client gets {A.error}"}],
    })
}

#[test]
fn a_search_that_does_not_end_is_no_pass() {
    let verdict = grade(CLAIM_FIRST, alone(5));
    assert_eq!(verdict.outcome, Outcome::NotGradable);
    assert!(verdict.problems[0].message.contains("too many different runs"), "{:?}", verdict.problems);
    assert_eq!(grade(CLAIM_FIRST, alone(20_000)).outcome, Outcome::Passed);
}

#[test]
fn waiting_for_the_dead_is_found_long_before_the_horizon() {
    let code = "def pay(key, amount):
    try:
        store.insert(key, None)
    except UniqueViolation:
        while store.get(key) is None:
            clock.sleep(1)
        return {'status': 200, 'body': None}
    store.update(key, card.charge(amount))
    return {'status': 200, 'body': None}
";
    let verdict = grade(code, alone(20_000));
    assert_eq!(verdict.problems[0].message, "the client gets nothing (it is still at work when time is up)");
}

#[test]
fn a_mistake_in_a_helper_is_shown_at_its_line_although_the_client_retries() {
    let code = "def receipt_of(row):
    return row['receipt']

def pay(key, amount):
    store.get(key)
    return {'status': 200, 'body': receipt_of({})}
";
    let problem = grade(code, alone(20_000)).problems.remove(0);
    assert_eq!(problem.message, "the code ends with KeyError: receipt");
    let range = problem.place.range.expect("a place in the code");
    assert_eq!(&code[range], "row['receipt']");
}

#[test]
fn a_helper_of_the_learners_keeps_its_name() {
    let code = "def retrying(receipt):
    return {'status': 200, 'body': receipt}

def pay(key, amount):
    store.get(key)
    return retrying(card.charge(amount, idempotency_key=key))
";
    assert_eq!(grade(code, alone(20_000)).outcome, Outcome::Passed);
}
