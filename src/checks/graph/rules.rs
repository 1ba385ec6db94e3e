//! The rules a flowchart is held against, as a rubric writes them; [`super::tour`] walks them.

use serde::Deserialize;

use crate::diagram::words;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "RuleForm")]
pub struct Rule {
    pub kind: RuleKind,
    /// Shown to the learner when the rule is broken.
    pub why: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RuleKind {
    /// Some path leads from one role to the other, by way of others in the order given.
    Path(Between),
    /// Some path does, and none leaves out what it must go through.
    EveryPath(Between),
    NoPath(Between),
    Edge(Between),
    NoEdge(Between),
    /// Each node of `from` has this many edges to nodes of `to`.
    FanOut(FanOut),
    /// A path is left whichever single node fails.
    Survives(Survives),
}

/// A rule as it is written: one of the kinds by name, and perhaps a reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleForm {
    path: Option<Between>,
    every_path: Option<Between>,
    no_path: Option<Between>,
    edge: Option<Between>,
    no_edge: Option<Between>,
    fan_out: Option<FanOut>,
    survives: Option<Survives>,
    why: Option<String>,
}

impl TryFrom<RuleForm> for Rule {
    type Error = &'static str;

    fn try_from(form: RuleForm) -> Result<Self, Self::Error> {
        let kinds = [
            form.path.map(RuleKind::Path),
            form.every_path.map(RuleKind::EveryPath),
            form.no_path.map(RuleKind::NoPath),
            form.edge.map(RuleKind::Edge),
            form.no_edge.map(RuleKind::NoEdge),
            form.fan_out.map(RuleKind::FanOut),
            form.survives.map(RuleKind::Survives),
        ];
        let mut kinds = kinds.into_iter().flatten();
        match (kinds.next(), kinds.next()) {
            (Some(kind), None) => Ok(Rule { kind, why: form.why }),
            _ => Err("a rule has exactly one of path, every_path, no_path, edge, no_edge, fan_out, survives"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Between {
    pub from: String,
    pub to: String,
    #[serde(default)]
    pub through: Vec<String>,
    /// Roles that the path may not pass.
    #[serde(default)]
    pub avoiding: Vec<String>,
    /// Words of which an edge's label holds one; edges without a label may join labelled ones.
    #[serde(default)]
    pub label: Option<Labels>,
    /// For each node of `from` and each of `to`, not just for some.
    #[serde(default)]
    pub each: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Labels {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FanOut {
    pub from: String,
    pub to: String,
    #[serde(default)]
    pub min: usize,
    #[serde(default)]
    pub max: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survives {
    pub from: String,
    pub to: String,
    /// The role of which one node fails; any node but the two ends when missing.
    #[serde(default)]
    pub remove: Option<String>,
    /// Each node of `from` keeps a path to each node of `to`, not just some to some.
    #[serde(default)]
    pub each: bool,
    /// Roles that cannot fail, since they are no machines: an address, a name.
    #[serde(default)]
    pub keep: Vec<String>,
}

impl Labels {
    fn as_slice(&self) -> &[String] {
        match self {
            Labels::One(one) => std::slice::from_ref(one),
            Labels::Many(many) => many,
        }
    }

    /// Whether a word of the label begins with one of these.
    pub(super) fn fit(&self, label: &str) -> bool {
        let label = words(label);
        self.as_slice().iter().any(|stem| label.iter().any(|w| w.starts_with(&stem.to_lowercase())))
    }

    pub(super) fn spoken(&self) -> String {
        self.as_slice().first().cloned().unwrap_or_default()
    }
}
