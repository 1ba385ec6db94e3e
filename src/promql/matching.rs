//! Operators between two values: arithmetic, comparison and sets, with Prometheus's rules of which series belong together.

use std::collections::HashSet;

use super::METRIC_NAME;
use super::Map;
use super::ast::{Expr, Matching, Operator, Side};
use super::eval::{Evaluation, Value, Vector};
use super::labels::{Id, Labels};

/// Keys of what is remembered about one operator: signatures, labels without their name.
const SIGNATURES: usize = 1 << 40;
const UNNAMED: usize = 1 << 41;

pub fn binary(
    evaluation: &mut Evaluation,
    part: usize,
    op: Operator,
    left: &Expr,
    right: &Expr,
    matching: &Matching,
) -> Result<Value, String> {
    let left = evaluation.value(left)?;
    let right = evaluation.value(right)?;
    Ok(match (left, right) {
        (Value::Scalar(a), Value::Scalar(b)) if op.is_comparison() => {
            Value::Scalar(f64::from(u8::from(holds(op, a, b))))
        }
        (Value::Scalar(a), Value::Scalar(b)) => Value::Scalar(compute(op, a, b)),
        (Value::Vector(vector), Value::Scalar(number)) => {
            Value::Vector(with_number(evaluation, part, op, vector, matching, |value| (value, number)))
        }
        (Value::Scalar(number), Value::Vector(vector)) => {
            Value::Vector(with_number(evaluation, part, op, vector, matching, |value| (number, value)))
        }
        (Value::Vector(left), Value::Vector(right)) => match op {
            Operator::And | Operator::Or | Operator::Unless => {
                Value::Vector(set(evaluation, part, op, left, right, matching))
            }
            _ => Value::Vector(matched(evaluation, part, op, left, right, matching)?),
        },
        (Value::Text(_), _) | (_, Value::Text(_)) => return Err("a text cannot be compared".to_owned()),
    })
}

fn compute(op: Operator, a: f64, b: f64) -> f64 {
    match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mul => a * b,
        Operator::Div => a / b,
        Operator::Mod => a % b,
        Operator::Pow => a.powf(b),
        Operator::Atan2 => a.atan2(b),
        Operator::Equal | Operator::NotEqual | Operator::Greater | Operator::Less => a,
        Operator::AtLeast | Operator::AtMost | Operator::And | Operator::Or | Operator::Unless => a,
    }
}

#[expect(clippy::float_cmp, reason = "PromQL compares exactly")]
fn holds(op: Operator, a: f64, b: f64) -> bool {
    match op {
        Operator::Equal => a == b,
        Operator::NotEqual => a != b,
        Operator::Greater => a > b,
        Operator::Less => a < b,
        Operator::AtLeast => a >= b,
        Operator::AtMost => a <= b,
        _ => true,
    }
}

fn with_number(
    evaluation: &mut Evaluation,
    part: usize,
    op: Operator,
    vector: Vector,
    matching: &Matching,
    sides: impl Fn(f64) -> (f64, f64),
) -> Vector {
    if !op.is_comparison() {
        return evaluation.unnamed(part, vector, |value| {
            let (a, b) = sides(value);
            compute(op, a, b)
        });
    }
    let answer = |value: f64| {
        let (a, b) = sides(value);
        holds(op, a, b)
    };
    if matching.as_bool {
        return evaluation.unnamed(part, vector, |value| f64::from(u8::from(answer(value))));
    }
    // A comparison keeps the series, its name and the value of the vector's side.
    vector.into_iter().filter(|(_, value)| answer(*value)).collect()
}

/// The labels by which series of both sides belong together.
fn signature(evaluation: &mut Evaluation, part: usize, id: Id, matching: &Matching) -> Id {
    evaluation.relabel(part | SIGNATURES, id, |labels| {
        if matching.on { labels.keep(&matching.labels) } else { labels.without(&matching.labels).without_name() }
    })
}

fn set(
    evaluation: &mut Evaluation,
    part: usize,
    op: Operator,
    left: Vector,
    right: Vector,
    matching: &Matching,
) -> Vector {
    let mut signatures = |vector: &Vector| -> Vec<Id> {
        vector.iter().map(|(id, _)| signature(evaluation, part, *id, matching)).collect()
    };
    let (of_left, of_right) = (signatures(&left), signatures(&right));
    let known: HashSet<Id> = if op == Operator::Or { &of_left } else { &of_right }.iter().copied().collect();
    match op {
        Operator::Or => {
            let more = right.into_iter().zip(of_right).filter(|(_, signature)| !known.contains(signature));
            left.into_iter().chain(more.map(|(item, _)| item)).collect()
        }
        _ => left
            .into_iter()
            .zip(of_left)
            .filter(|(_, signature)| known.contains(signature) == (op == Operator::And))
            .map(|(item, _)| item)
            .collect(),
    }
}

fn matched(
    evaluation: &mut Evaluation,
    part: usize,
    op: Operator,
    left: Vector,
    right: Vector,
    matching: &Matching,
) -> Result<Vector, String> {
    let swapped = matching.side == Side::OneToMany;
    let (many, one) = if swapped { (right, left) } else { (left, right) };
    let mut ones: Map<Id, (Id, f64)> = Map::default();
    for (id, value) in one {
        let signature = signature(evaluation, part, id, matching);
        if ones.insert(signature, (id, value)).is_some() {
            return Err(format!(
                "several series on the {} side of `{}` belong to {}; sum them first, or match on more labels",
                if swapped { "left" } else { "right" },
                op.sign(),
                evaluation.store.names.labels(signature)
            ));
        }
    }
    let mut used: HashSet<Id> = HashSet::new();
    let mut results = Vector::new();
    for (id, value) in many {
        let signature = signature(evaluation, part, id, matching);
        let Some((other, of_other)) = ones.get(&signature).copied() else { continue };
        let (a, b) = if swapped { (of_other, value) } else { (value, of_other) };
        let value = if !op.is_comparison() {
            compute(op, a, b)
        } else if matching.as_bool {
            f64::from(u8::from(holds(op, a, b)))
        } else if holds(op, a, b) {
            a
        } else {
            continue;
        };
        if matching.side == Side::OneToOne && !used.insert(signature) {
            return Err(format!(
                "several series on the left side of `{}` belong to {}; say group_left, or sum them first",
                op.sign(),
                evaluation.store.names.labels(signature)
            ));
        }
        results.push((result_labels(evaluation, part, op, id, other, matching), value));
    }
    Ok(results)
}

fn result_labels(evaluation: &mut Evaluation, part: usize, op: Operator, id: Id, other: Id, matching: &Matching) -> Id {
    if let Some(known) = evaluation.memory.pairs.get(&(part | UNNAMED, id, other)) {
        return *known;
    }
    let mut labels: Labels = (*evaluation.store.names.labels(id)).clone();
    if !op.is_comparison() || matching.as_bool {
        labels.set(METRIC_NAME, "");
    }
    if matching.side == Side::OneToOne {
        labels = if matching.on { labels.keep(&matching.labels) } else { labels.without(&matching.labels) };
    }
    let others = evaluation.store.names.labels(other);
    for name in &matching.include {
        labels.set(name, others.get(name));
    }
    let new = evaluation.store.names.id(labels);
    evaluation.memory.pairs.insert((part | UNNAMED, id, other), new);
    new
}
