//! The rules' walks through the drawn graph, and what they met where a rule is broken.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::rules::{Between, FanOut, RuleKind, Survives};
use super::spoken;
use crate::checks::{Place, Problem, listed, quote};
use crate::diagram::{Edge, Graph};

pub(super) struct Tour<'a> {
    pub graph: &'a Graph,
    pub roles: &'a BTreeMap<String, Vec<String>>,
    pub pointer: &'a str,
}

impl Tour<'_> {
    pub fn at_node(&self, id: &str) -> Place {
        self.graph.node(id).map_or_else(|| Place::field(self.pointer), |n| Place::inside(self.pointer, n.range.clone()))
    }

    fn at_edge(&self, edge: &Edge) -> Place {
        Place::inside(self.pointer, edge.range.clone())
    }

    fn of(&self, role: &str) -> Vec<&str> {
        self.roles.get(role).into_iter().flatten().map(String::as_str).collect()
    }

    /// What is wrong by one rule. A rule about a role that is not drawn says nothing: its absence has been reported.
    pub fn check(&self, kind: &RuleKind) -> Option<Problem> {
        match kind {
            RuleKind::Path(b) => self.path(b),
            RuleKind::EveryPath(b) => {
                self.path(&Between { through: Vec::new(), ..b.clone() }).or_else(|| self.every_path(b))
            }
            RuleKind::NoPath(b) => self.no_path(b),
            RuleKind::Edge(b) => self.edge(b),
            RuleKind::NoEdge(b) => self.no_edge(b),
            RuleKind::FanOut(f) => self.fan_out(f),
            RuleKind::Survives(s) => self.survives(s),
        }
    }

    fn path(&self, b: &Between) -> Option<Problem> {
        let (from, to) = (self.of(&b.from), self.of(&b.to));
        if from.is_empty() || to.is_empty() || b.through.iter().any(|role| self.of(role).is_empty()) {
            return None;
        }
        let (from, to) =
            self.pairs(&from, &to, b.each).into_iter().find(|(f, t)| self.walk(f, t, b, &BTreeSet::new()).is_none())?;
        let plain = Between { through: Vec::new(), ..b.clone() };
        let short = self.walk(&from, &to, &plain, &BTreeSet::new()).filter(|_| !b.through.is_empty());
        let via = if b.through.is_empty() {
            String::new()
        } else {
            format!(" through {}", b.through.iter().map(|r| spoken(r)).collect::<Vec<_>>().join(", then "))
        };
        let reached = self.reached(&from);
        Some(Problem {
            message: format!("no path leads from {} to {}{via}", spoken(&b.from), spoken(&b.to)),
            expected: Some(format!(
                "{} --> {}{}",
                b.from,
                b.through.iter().map(|r| format!("{r} --> ")).collect::<String>(),
                b.to
            )),
            place: from.first().map_or_else(|| Place::field(self.pointer), |id| self.at_node(id)),
            notes: vec![match short {
                Some(path) => format!("drawn: {}", self.tell(&path)),
                None => {
                    format!("from {} one gets to {}", listed(from.iter().copied()), listed(reached.iter().copied()))
                }
            }],
            ..Problem::default()
        })
    }

    fn every_path(&self, b: &Between) -> Option<Problem> {
        for role in &b.through {
            let around = self.of(role);
            if around.is_empty() {
                continue;
            }
            let without: BTreeSet<&str> = around.iter().copied().collect();
            let plain = Between { through: Vec::new(), ..b.clone() };
            if let Some(path) = self.walk(&self.of(&b.from), &self.of(&b.to), &plain, &without) {
                return Some(Problem {
                    message: format!(
                        "a path from {} to {} goes around {}",
                        spoken(&b.from),
                        spoken(&b.to),
                        spoken(role)
                    ),
                    place: path.first().map_or_else(|| Place::field(self.pointer), |e| self.at_edge(e)),
                    notes: vec![self.tell(&path)],
                    ..Problem::default()
                });
            }
        }
        None
    }

    fn no_path(&self, b: &Between) -> Option<Problem> {
        let path = self.walk(&self.of(&b.from), &self.of(&b.to), b, &BTreeSet::new())?;
        let last = path.last()?;
        let labelled = path.iter().find(|e| b.label.as_ref().is_some_and(|l| l.fit(&e.label)));
        let labelled = labelled.map_or(String::new(), |e| format!(" by {}", quote(&e.label)));
        Some(Problem {
            message: format!("a path leads from {} to {}{labelled}", spoken(&b.from), spoken(&b.to)),
            expected: Some("no such path".to_string()),
            place: self.at_edge(last),
            notes: vec![self.tell(&path)],
            ..Problem::default()
        })
    }

    fn edge(&self, b: &Between) -> Option<Problem> {
        let (from, to) = (self.of(&b.from), self.of(&b.to));
        if from.is_empty() || to.is_empty() {
            return None;
        }
        let has = |f: &str, t: &str| {
            self.graph
                .edges
                .iter()
                .any(|e| e.from == f && e.to == t && b.label.as_ref().is_none_or(|l| l.fit(&e.label)))
        };
        let mut pairs = from.iter().flat_map(|f| to.iter().map(move |t| (*f, *t)));
        let missing = if b.each {
            pairs.find(|(f, t)| f != t && !has(f, t))
        } else if pairs.clone().any(|(f, t)| has(f, t)) {
            None
        } else {
            pairs.next()
        };
        let (f, t) = missing?;
        let label = b.label.as_ref().map_or(String::new(), |l| format!(" for {}", l.spoken()));
        Some(Problem {
            message: format!("no arrow leads from {} to {}{label}", quote(f), quote(t)),
            expected: Some(format!("`{f} --> {t}`")),
            place: self.at_node(t),
            ..Problem::default()
        })
    }

    fn no_edge(&self, b: &Between) -> Option<Problem> {
        let (from, to) = (self.of(&b.from), self.of(&b.to));
        let edge = self.graph.edges.iter().find(|e| {
            from.contains(&e.from.as_str())
                && to.contains(&e.to.as_str())
                && b.label.as_ref().is_none_or(|l| l.fit(&e.label))
        })?;
        Some(Problem {
            message: format!("{} leads straight to {}", quote(&edge.from), quote(&edge.to)),
            expected: Some(format!("no arrow from {} to {}", spoken(&b.from), spoken(&b.to))),
            place: self.at_edge(edge),
            notes: vec![self.tell(&[edge])],
            ..Problem::default()
        })
    }

    fn fan_out(&self, f: &FanOut) -> Option<Problem> {
        let to = self.of(&f.to);
        if to.is_empty() {
            return None;
        }
        self.of(&f.from).into_iter().find_map(|id| {
            let reached: BTreeSet<&str> = self
                .graph
                .edges
                .iter()
                .filter(|e| e.from == id && to.contains(&e.to.as_str()))
                .map(|e| e.to.as_str())
                .collect();
            let good = reached.len() >= f.min && f.max.is_none_or(|max| reached.len() <= max);
            (!good).then(|| Problem {
                message: format!("{} leads to {} of {}", quote(id), reached.len(), spoken(&f.to)),
                expected: Some(match f.max {
                    Some(max) => format!("{} to {max}", f.min),
                    None => format!("{} or more", f.min),
                }),
                actual: Some(listed(reached.iter().copied())),
                place: self.at_node(id),
                ..Problem::default()
            })
        })
    }

    fn survives(&self, s: &Survives) -> Option<Problem> {
        let (from, to) = (self.of(&s.from), self.of(&s.to));
        if from.is_empty() || to.is_empty() {
            return None;
        }
        let plain = Between { from: s.from.clone(), to: s.to.clone(), each: s.each, ..Between::default() };
        if let Some(problem) = self.path(&plain) {
            return Some(problem);
        }
        let kept: BTreeSet<&str> = s.keep.iter().flat_map(|role| self.of(role)).collect();
        let fails: Vec<&str> = match &s.remove {
            Some(role) => self.of(role),
            None => self.graph.nodes.iter().map(|n| n.id.as_str()).collect(),
        };
        let ends = |id: &&str| s.remove.is_none() && (from.contains(id) || to.contains(id));
        let fails: Vec<&str> = fails.into_iter().filter(|id| !ends(id) && !kept.contains(id)).collect();
        self.pairs(&from, &to, s.each).into_iter().find_map(|(from, to)| {
            let cut = |id: &&&str| self.walk(&from, &to, &plain, &BTreeSet::from([**id])).is_none();
            let single = fails.iter().find(cut)?;
            let path = self.walk(&from, &to, &plain, &BTreeSet::new())?;
            let (one, other) = match s.each {
                true => (listed(from.iter().copied()), listed(to.iter().copied())),
                false => (spoken(&s.from), spoken(&s.to)),
            };
            Some(Problem {
                message: format!("when {} fails, nothing connects {one} to {other}", quote(single)),
                expected: Some("another way around every single node".to_string()),
                place: self.at_node(single),
                label: Some("a single point of failure".to_string()),
                notes: vec![format!("{}, and no other path avoids {}", self.tell(&path), quote(single))],
                ..Problem::default()
            })
        })
    }

    /// The ends a rule is about: some to some, or each to each.
    fn pairs<'a>(&self, from: &[&'a str], to: &[&'a str], each: bool) -> Vec<(Vec<&'a str>, Vec<&'a str>)> {
        if !each {
            return vec![(from.to_vec(), to.to_vec())];
        }
        from.iter().flat_map(|f| to.iter().filter(move |t| f != *t).map(move |t| (vec![*f], vec![*t]))).collect()
    }

    /// A cycle, as the walk round it.
    pub fn cycle(&self) -> Option<Problem> {
        for edge in &self.graph.edges {
            // An arrow with two heads says who talks to whom; a circle has at least two of what was drawn.
            let others = self.graph.edges.iter().filter(|other| other.range != edge.range || *other == edge);
            let graph = Graph { edges: others.cloned().collect(), ..self.graph.clone() };
            let others = Tour { graph: &graph, ..*self };
            let back = if edge.from == edge.to {
                Some(Vec::new())
            } else {
                others.walk(&[&edge.to], &[&edge.from], &Between::default(), &BTreeSet::new())
            };
            if let Some(back) = back {
                let mut path = vec![edge];
                path.extend(back);
                return Some(Problem {
                    message: format!("{} leads back to itself", quote(&edge.from)),
                    expected: Some("no cycle".to_string()),
                    place: path.last().map_or_else(|| Place::field(self.pointer), |e| self.at_edge(e)),
                    notes: vec![self.tell(&path)],
                    ..Problem::default()
                });
            }
        }
        None
    }

    fn reached(&self, from: &[&str]) -> BTreeSet<&str> {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = from.to_vec();
        while let Some(at) = open.pop() {
            for edge in self.graph.edges.iter().filter(|e| e.from == at) {
                if seen.insert(&edge.to) {
                    open.push(&edge.to);
                }
            }
        }
        seen
    }

    /// The shortest path of at least one edge, by what `b` says of it and not over the nodes of `without`.
    fn walk<'a>(&'a self, from: &[&str], to: &[&str], b: &Between, without: &BTreeSet<&str>) -> Option<Vec<&'a Edge>> {
        // Where the walk is, how many of `through` it has passed, whether an edge had the label.
        type Stage<'s> = (&'s str, usize, bool);
        let avoided: BTreeSet<&str> =
            b.avoiding.iter().flat_map(|role| self.of(role)).chain(without.iter().copied()).collect();
        // One node may be several of them: a topic that is the queue.
        let pass = |id: &str, mut stage: usize| {
            while b.through.get(stage).is_some_and(|role| self.of(role).contains(&id)) {
                stage += 1;
            }
            stage
        };
        let mut leaving: BTreeMap<&str, Vec<(usize, &Edge)>> = BTreeMap::new();
        for (at, edge) in self.graph.edges.iter().enumerate() {
            leaving.entry(&edge.from).or_default().push((at, edge));
        }
        let mut came: BTreeMap<Stage, Option<(Stage, usize)>> = BTreeMap::new();
        let mut open: VecDeque<Stage> = VecDeque::new();
        for node in
            self.graph.nodes.iter().filter(|n| from.contains(&n.id.as_str()) && !without.contains(n.id.as_str()))
        {
            let stage = (node.id.as_str(), pass(&node.id, 0), b.label.is_none());
            came.insert(stage, None);
            open.push_back(stage);
        }
        while let Some(here) = open.pop_front() {
            for (at, edge) in leaving.get(here.0).into_iter().flatten() {
                let fits = b.label.as_ref().is_none_or(|l| l.fit(&edge.label));
                if avoided.contains(edge.to.as_str()) || (!fits && !edge.label.is_empty()) {
                    continue;
                }
                let next: Stage = (&edge.to, pass(&edge.to, here.1), here.2 || fits);
                if to.contains(&next.0) && here.1.max(next.1) >= b.through.len() && next.2 {
                    let mut path = vec![*edge];
                    let mut back = here;
                    while let Some((before, edge)) = came.get(&back).copied().flatten() {
                        path.extend(self.graph.edges.get(edge));
                        back = before;
                    }
                    path.reverse();
                    return Some(path);
                }
                if let Entry::Vacant(new) = came.entry(next) {
                    new.insert(Some((here, *at)));
                    open.push_back(next);
                }
            }
        }
        None
    }

    fn tell(&self, path: &[&Edge]) -> String {
        let mut told = path.first().map_or(String::new(), |e| e.from.clone());
        for edge in path {
            let arrow = if edge.label.is_empty() { "-->".to_string() } else { format!("--{}-->", edge.label) };
            told = format!("{told} {arrow} {}", edge.to);
        }
        told
    }
}
