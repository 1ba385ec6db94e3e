//! Sets of labels under numbers, so that what is done to the same labels at every minute of a day is done once.

use std::fmt;
use std::rc::Rc;

use super::METRIC_NAME;
use super::Map;

/// Labels in order of their names; none is empty, since an empty label is no label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Labels(Vec<(String, String)>);

impl Labels {
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut labels = Labels::default();
        for (name, value) in pairs {
            labels.set(&name, &value);
        }
        labels
    }

    /// `""` for a label that is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn set(&mut self, name: &str, value: &str) {
        match self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)) {
            Ok(at) if value.is_empty() => drop(self.0.remove(at)),
            Ok(at) => self.0[at].1 = value.to_owned(),
            Err(_) if value.is_empty() => {}
            Err(at) => self.0.insert(at, (name.to_owned(), value.to_owned())),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn keep(&self, names: &[String]) -> Labels {
        Labels(self.0.iter().filter(|(name, _)| names.contains(name)).cloned().collect())
    }

    pub fn without(&self, names: &[String]) -> Labels {
        Labels(self.0.iter().filter(|(name, _)| !names.contains(name)).cloned().collect())
    }

    pub fn without_name(&self) -> Labels {
        Labels(self.0.iter().filter(|(name, _)| name != METRIC_NAME).cloned().collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As Prometheus writes a series: `name{label="value"}`.
impl fmt::Display for Labels {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<String> = self
            .iter()
            .filter(|(name, _)| *name != METRIC_NAME)
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        out.write_str(self.get(METRIC_NAME))?;
        if pairs.is_empty() && !self.get(METRIC_NAME).is_empty() {
            return Ok(());
        }
        write!(out, "{{{}}}", pairs.join(", "))
    }
}

/// The number of a set of labels.
pub type Id = u32;

#[derive(Debug, Default)]
pub struct Interner {
    sets: Vec<Rc<Labels>>,
    ids: Map<Rc<Labels>, Id>,
}

impl Interner {
    pub fn id(&mut self, labels: Labels) -> Id {
        if let Some(id) = self.ids.get(&labels) {
            return *id;
        }
        let id = self.sets.len() as Id;
        let labels = Rc::new(labels);
        self.sets.push(Rc::clone(&labels));
        self.ids.insert(labels, id);
        id
    }

    pub fn labels(&self, id: Id) -> Rc<Labels> {
        Rc::clone(&self.sets[id as usize])
    }
}
