//! Aggregations, quantiles of histograms and the functions that change labels.

use std::collections::BTreeMap;

use super::Map;
use super::ast::Aggregation;
use super::eval::{Evaluation, Vector};
use super::functions::{bucket_quantile, quantile, variance};
use super::labels::{Id, Labels};

/// Of `(group, series, value)`; groups come out in the order in which they first appear.
pub fn aggregate(op: Aggregation, param: Option<f64>, members: Vec<(Id, Id, f64)>) -> Vector {
    let mut at: Map<Id, usize> = Map::default();
    let mut groups: Vec<(Id, Vec<(Id, f64)>)> = Vec::new();
    for (group, series, value) in members {
        let index = *at.entry(group).or_insert_with(|| {
            groups.push((group, Vec::new()));
            groups.len() - 1
        });
        groups[index].1.push((series, value));
    }
    let mut results = Vector::new();
    for (group, members) in groups {
        if matches!(op, Aggregation::Topk | Aggregation::Bottomk) {
            results.extend(extreme(op, param.unwrap_or(0.0), members));
            continue;
        }
        let values: Vec<f64> = members.into_iter().map(|(_, value)| value).collect();
        let count = values.len() as f64;
        let value = match op {
            Aggregation::Sum => values.iter().sum(),
            Aggregation::Avg => values.iter().sum::<f64>() / count,
            // NaN only when there is nothing else.
            Aggregation::Min => values.iter().copied().fold(f64::NAN, f64::min),
            Aggregation::Max => values.iter().copied().fold(f64::NAN, f64::max),
            Aggregation::Count => count,
            Aggregation::Group => 1.0,
            Aggregation::Stddev => variance(&values).sqrt(),
            Aggregation::Stdvar => variance(&values),
            Aggregation::Quantile => quantile(param.unwrap_or(f64::NAN), &values),
            Aggregation::Topk | Aggregation::Bottomk => continue,
        };
        results.push((group, value));
    }
    results
}

fn extreme(op: Aggregation, count: f64, mut members: Vec<(Id, f64)>) -> Vec<(Id, f64)> {
    members.sort_by(|a, b| {
        let order = if op == Aggregation::Topk { b.1.total_cmp(&a.1) } else { a.1.total_cmp(&b.1) };
        // NaN is the last choice either way.
        a.1.is_nan().cmp(&b.1.is_nan()).then(order)
    });
    members.truncate(if count >= 1.0 { count as usize } else { 0 });
    members
}

pub fn histogram(evaluation: &mut Evaluation, part: usize, q: f64, vector: Vector) -> Vector {
    let mut at: Map<Id, usize> = Map::default();
    let mut groups: Vec<(Id, Vec<(f64, f64)>)> = Vec::new();
    let le = ["le".to_owned()];
    for (id, value) in vector {
        let bound = match evaluation.store.names.labels(id).get("le") {
            "+Inf" | "Inf" => f64::INFINITY,
            // No bucket; Prometheus leaves such series out.
            text => match text.parse::<f64>() {
                Ok(bound) => bound,
                Err(_) => continue,
            },
        };
        let group = evaluation.relabel(part, id, |labels| labels.without(&le).without_name());
        let index = *at.entry(group).or_insert_with(|| {
            groups.push((group, Vec::new()));
            groups.len() - 1
        });
        groups[index].1.push((bound, value));
    }
    groups.into_iter().map(|(group, buckets)| (group, bucket_quantile(q, buckets))).collect()
}

/// `label_replace` and `label_join`.
///
/// # Errors
/// When the regular expression cannot be read, or a parameter is missing.
pub fn rename(
    evaluation: &mut Evaluation,
    part: usize,
    name: &str,
    vector: Vector,
    texts: &[String],
) -> Result<Vector, String> {
    let lacks = || format!("{name}() lacks a parameter");
    let target = texts.first().ok_or_else(lacks)?;
    let second = texts.get(1).ok_or_else(lacks)?;
    // Compiling costs more than all else here, and a rule is mostly evaluated on nothing.
    if vector.is_empty() {
        return Ok(vector);
    }
    let pattern = if name == "label_replace" {
        let text = texts.get(3).ok_or_else(lacks)?;
        let known = evaluation.memory.patterns.get(&part).cloned();
        let bad = |_| format!("`{text}` is no regular expression");
        let pattern = known.map_or_else(|| regex::Regex::new(&format!("^(?s:{text})$")).map_err(bad), Ok)?;
        evaluation.memory.patterns.insert(part, pattern.clone());
        Some(pattern)
    } else {
        None
    };
    let source = texts.get(2).cloned().unwrap_or_default();
    Ok(vector
        .into_iter()
        .map(|(id, value)| {
            let changed = evaluation.relabel(part, id, |labels| {
                let mut labels: Labels = labels.clone();
                match &pattern {
                    Some(pattern) => {
                        let expanded = pattern.captures(labels.get(&source)).map(|captures| {
                            let mut expanded = String::new();
                            captures.expand(second, &mut expanded);
                            expanded
                        });
                        if let Some(expanded) = expanded {
                            labels.set(target, &expanded);
                        }
                    }
                    None => {
                        let parts: Vec<&str> = texts[2..].iter().map(|label| labels.get(label)).collect();
                        let joined = parts.join(second);
                        labels.set(target, &joined);
                    }
                }
                labels
            });
            (changed, value)
        })
        .collect())
}

/// The last of several values with the same labels, as maps for tests and stories.
pub fn by_labels(evaluation: &Evaluation, vector: &Vector) -> BTreeMap<String, f64> {
    vector.iter().map(|(id, value)| (evaluation.store.names.labels(*id).to_string(), *value)).collect()
}
