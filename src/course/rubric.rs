//! `rubric.yaml`: what is worth how many points, and which checks decide.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::checks::Check;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rubric {
    /// The exercise's id.
    pub exercise: String,
    pub title: String,
    /// Percent needed to pass; the course's when absent.
    #[serde(default)]
    pub pass_mark: Option<f64>,
    /// What the pseudocode may call, as `sim` names it.
    #[serde(default)]
    pub api: Vec<String>,
    /// Whether the learner's other submissions are graded against, with what was said of them.
    #[serde(default)]
    pub portfolio: bool,
    pub criteria: Vec<Criterion>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    pub id: String,
    pub title: String,
    pub points: u32,
    /// JSON pointer of the field it is mostly about.
    #[serde(default)]
    pub at: Option<String>,
    /// Criteria that must pass before this one is graded.
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub lessons: Vec<u32>,
    pub checks: Vec<Weighted>,
    /// Three levels: a nudge, the concept, nearly the answer.
    #[serde(default)]
    pub hints: Vec<String>,
}

/// A check and its share of the criterion's points.
///
/// Written as `{scenario: scenarios/same-key.yaml, weight: 2, hints: [...]}`: the one key besides `weight`, `hints` and
/// `title` names the kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighted {
    pub weight: u32,
    pub title: Option<String>,
    /// For a failure of this check, instead of the criterion's.
    pub hints: Option<Vec<String>>,
    /// The check's kind, such as `scenario`.
    pub kind: String,
    pub check: Check,
}

impl<'de> Deserialize<'de> for Weighted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let weight = take(&mut fields, "weight")?.unwrap_or(1);
        let title = take(&mut fields, "title")?;
        let hints = take(&mut fields, "hints")?;
        if fields.len() != 1 {
            let found: Vec<&str> = fields.keys().map(String::as_str).collect();
            return Err(D::Error::custom(format!(
                "expected one kind of check besides `weight`, `hints` and `title`, found {}",
                if found.is_empty() { "none".to_owned() } else { found.join(", ") }
            )));
        }
        let kind = fields.keys().next().cloned().unwrap_or_default();
        let check = serde_json::from_value(Value::Object(fields))
            .map_err(|error| D::Error::custom(format!("{kind}: {error}")))?;
        Ok(Weighted { weight, title, hints, kind, check })
    }
}

fn take<T: serde::de::DeserializeOwned, E: serde::de::Error>(
    fields: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, E> {
    let Some(value) = fields.shift_remove(name) else { return Ok(None) };
    serde_json::from_value(value).map(Some).map_err(|error| E::custom(format!("{name}: {error}")))
}
