//! Does a short reason say why? Ideas are looked for, in sentences of the learner's own.
//!
//! Vocabulary is taken generously: an idea is a list of stems and patterns of which one is enough. What earns nothing is
//! text that is not the learner's (the template, the task, the hints) and text that is not sentences (a list of keywords).
//!
//! ```yaml
//! prose:
//!   at: /decision/because                 # else the criterion's own field
//!   sentences: {min: 1, max: 4}
//!   concepts:
//!     - {about: how often it is read, any: [read, "look(ed)? up", fetch]}
//!     - {about: what a write costs, any: [write, updat, fan-?out]}
//!   need: 1                               # how many of the concepts; all when missing
//!   distinct: true                        # each in a sentence of its own
//!   against: [{any: ["lose.* money"], message: "..."}]
//!   also: [/other/because]                # slots that may not hold the same text
//! ```

use serde::Deserialize;
use serde_json::Value;

use super::{Place, Problem, Reading, Verdict};

mod grammar;
mod lexicon;
mod originals;
#[cfg(test)]
mod sayings;
mod sentence;
#[cfg(test)]
mod tests;

use grammar::Form;
pub use originals::Original;
use originals::copied_share;
use sentence::{Sentence, same_reason, same_words, sentences};

/// Longest text that is read, in bytes.
const MAX_BYTES: usize = 8_000;
/// Phrases without a verb that count beside a sentence.
const PHRASES_MAX: usize = 2;
const NO_SENTENCE: &str = "this is not a sentence, and a list of words says nothing";
const REASON: &str = "a sentence that says what follows from what";
/// Share of a sentence's runs of five words that may also stand in the task or the template.
const COPIED: f64 = 0.5;

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProseCheck {
    /// JSON pointer of the text; the criterion's own when missing.
    #[serde(default)]
    pub at: Option<String>,
    #[serde(default)]
    pub sentences: Count,
    #[serde(default)]
    pub concepts: Vec<Concept>,
    /// How many concepts must be there; all of them when missing.
    #[serde(default)]
    pub need: Option<usize>,
    /// Each concept must have a sentence of its own.
    #[serde(default)]
    pub distinct: bool,
    /// What the text may not claim.
    #[serde(default)]
    pub against: Vec<Against>,
    /// Pointers of other slots; the same text in two of them counts in the first only.
    #[serde(default)]
    pub also: Vec<String>,
}

/// Whether there is more than the template's placeholder.
fn is_written(text: &str) -> bool {
    let first = text.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
    let placeholder = ["TODO", "FIXME", "TBD", "XXX"];
    // `Todo lists` may begin a sentence; `TODO: say why` is a note to oneself.
    let noted = placeholder.contains(&first);
    let alone = text.trim().trim_matches(['.', ':']).eq_ignore_ascii_case(first);
    let nothing = first.is_empty() || alone && placeholder.iter().any(|word| word.eq_ignore_ascii_case(first));
    !nothing && !noted
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    #[serde(default = "one")]
    pub min: usize,
    #[serde(default)]
    pub max: Option<usize>,
}

impl Default for Count {
    fn default() -> Self {
        Count { min: 1, max: None }
    }
}

fn one() -> usize {
    1
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concept {
    /// What it is about, as shown to the learner; it should not give the answer away.
    pub about: String,
    /// Stems or regular expressions, matched from the beginning of a word, in any case.
    pub any: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Against {
    pub any: Vec<String>,
    pub message: String,
}

impl ProseCheck {
    /// Patterns of the rubric that are no regular expressions, with what is wrong; they would never match.
    pub fn broken_patterns(&self) -> Vec<(&str, String)> {
        let concepts = self.concepts.iter().flat_map(|concept| &concept.any);
        let against = self.against.iter().flat_map(|against| &against.any);
        let broken = |pattern: &String| sentence::compile(pattern).err().map(|error| error.to_string());
        concepts.chain(against).filter_map(|pattern| broken(pattern).map(|error| (pattern.as_str(), error))).collect()
    }

    /// `originals` are the texts that earn nothing when copied: the template, the task, the hints.
    pub fn run(&self, document: &Reading, at: Option<&str>, originals: &[&Original]) -> Verdict {
        let pointer = self.at.as_deref().or(at).unwrap_or("");
        let Some(text) = document.pointer(pointer).and_then(Value::as_str).filter(|t| is_written(t)) else {
            return Verdict::failed(vec![Problem {
                message: "nothing is written here".to_string(),
                expected: Some(self.asked()),
                place: Place::field(pointer),
                ..Problem::default()
            }]);
        };
        if text.len() > MAX_BYTES {
            return Verdict::not_gradable(vec![Problem {
                message: format!("the text is {} bytes long, and at most {MAX_BYTES} are read", text.len()),
                expected: Some(self.asked()),
                place: Place::field(pointer),
                ..Problem::default()
            }]);
        }
        for other in &self.also {
            let same = document.pointer(other).and_then(Value::as_str).is_some_and(|o| same_words(o, text));
            if same && other != pointer {
                return Verdict::failed(vec![Problem {
                    message: format!("the same text stands in `{other}`"),
                    expected: Some("a reason for this answer alone".to_string()),
                    place: Place::field(pointer),
                    related: vec![(Place::field(other.as_str()), "the same words".to_string())],
                    ..Problem::default()
                }]);
            }
        }
        let mut problems = Vec::new();
        let (mut own, mut repeated, mut beside) = (Vec::new(), Vec::new(), Vec::new());
        let others = self.also.iter().filter(|other| other.as_str() != pointer);
        let others: Vec<(&str, Sentence)> = others
            .filter_map(|other| Some((other.as_str(), document.pointer(other)?.as_str()?)))
            .filter(|(_, text)| text.len() <= MAX_BYTES)
            .flat_map(|(other, text)| sentences(text).into_iter().map(move |sentence| (other, sentence)))
            .collect();
        for sentence in sentences(text) {
            let problem = |message: &str, expected: &str| Problem {
                message: message.to_string(),
                expected: Some(expected.to_string()),
                place: Place::inside(pointer, sentence.range.clone()),
                ..Problem::default()
            };
            if copied_share(sentence.text, originals) > COPIED {
                problems.push(problem("this repeats the task or the template and earns nothing", "your own words"));
            } else if own.iter().any(|o: &Sentence| same_words(o.text, sentence.text)) {
                problems.push(problem("this sentence says the same again", "each sentence once"));
            } else if let Some((other, there)) = others.iter().find(|(_, there)| same_reason(there.text, sentence.text))
            {
                repeated.push(Problem {
                    related: vec![(Place::inside(*other, there.range.clone()), "the same sentence".to_string())],
                    ..problem(&format!("this sentence stands in `{other}` too"), "a reason for this answer alone")
                });
            } else {
                match sentence.form() {
                    Form::Sentence => own.push(sentence),
                    Form::Short => problems.push(problem("this is too short to say why", REASON)),
                    Form::Phrase if beside.len() < PHRASES_MAX => {
                        beside.push((sentence.clone(), problem(NO_SENTENCE, REASON)));
                    }
                    Form::Phrase | Form::Words => problems.push(problem(NO_SENTENCE, REASON)),
                }
            }
        }
        // Beside a reason, half of the answer may do without a verb.
        if own.is_empty() {
            problems.splice(0..0, beside.into_iter().map(|(_, problem)| problem));
        } else {
            own.extend(beside.into_iter().map(|(phrase, _)| phrase));
        }
        if own.is_empty() {
            problems.splice(0..0, repeated);
            problems.truncate(1);
            return Verdict::failed(problems);
        }
        let mut wrong = self.contradictions(pointer, &own);
        if own.len() < self.sentences.min {
            problems.truncate(1);
            wrong.push(Problem {
                message: format!("{} of {} sentences are here", own.len(), self.sentences.min),
                expected: Some(self.asked()),
                place: Place::field(pointer),
                ..Problem::default()
            });
        }
        if let Some(max) = self.sentences.max.filter(|max| own.len() > *max) {
            wrong.push(Problem {
                message: format!("{} sentences are more than the {max} asked for", own.len()),
                expected: Some(self.asked()),
                place: Place::field(pointer),
                ..Problem::default()
            });
        }
        wrong.extend(self.missing(pointer, &own));
        let executed = Some(format!("read {} sentence{}", own.len(), if own.len() == 1 { "" } else { "s" }));
        if wrong.is_empty() {
            return Verdict { executed, ..Verdict::passed() };
        }
        // What was said elsewhere is why something is missing here.
        repeated.extend(wrong);
        repeated.extend(problems);
        Verdict { executed, ..Verdict::failed(repeated) }
    }

    fn contradictions(&self, pointer: &str, own: &[Sentence]) -> Vec<Problem> {
        let mut found = Vec::new();
        for against in &self.against {
            let place = own.iter().find_map(|s| against.any.iter().find_map(|p| s.claims(p)));
            if let Some(range) = place {
                found.push(Problem {
                    message: against.message.clone(),
                    place: Place::inside(pointer, range),
                    ..Problem::default()
                });
            }
        }
        found
    }

    fn missing(&self, pointer: &str, own: &[Sentence]) -> Vec<Problem> {
        let need = self.need.unwrap_or(self.concepts.len()).min(self.concepts.len());
        let mentions: Vec<Vec<usize>> = self
            .concepts
            .iter()
            .map(|c| (0..own.len()).filter(|at| c.any.iter().any(|p| own[*at].mentions(p))).collect())
            .collect();
        let held = if self.distinct {
            matched(&mentions, own.len())
        } else {
            mentions.iter().map(|m| !m.is_empty()).collect()
        };
        let count = held.iter().filter(|h| **h).count();
        if count >= need {
            return Vec::new();
        }
        let missing: Vec<(&Concept, bool)> = self
            .concepts
            .iter()
            .zip(&held)
            .zip(&mentions)
            .filter(|((_, held), _)| !**held)
            .map(|((c, _), m)| (c, !m.is_empty()))
            .collect();
        let about: Vec<&str> = missing.iter().map(|(c, _)| c.about.as_str()).collect();
        let crowded = missing.iter().all(|(_, mentioned)| *mentioned);
        let message = match (crowded, need < self.concepts.len()) {
            (true, _) => format!("{} shares its sentence with another reason", about.join(" and ")),
            (false, true) => format!("nothing is said about {}", about.join(", or ")),
            (false, false) => format!("nothing is said about {}", about.join(" and ")),
        };
        vec![Problem { message, expected: Some(self.asked()), place: Place::field(pointer), ..Problem::default() }]
    }

    fn asked(&self) -> String {
        let count = match (self.sentences.min, self.sentences.max) {
            (1, Some(1) | None) => "a sentence".to_string(),
            (min, Some(max)) if min == max => format!("{min} sentences"),
            (min, Some(max)) => format!("{min} to {max} sentences"),
            (min, None) => format!("{min} sentences or more"),
        };
        format!("{count} in your own words{}", if self.distinct { ", one for each reason" } else { "" })
    }
}

/// Which concepts can be given a sentence each, as many as possible.
fn matched(mentions: &[Vec<usize>], sentences: usize) -> Vec<bool> {
    fn place(concept: usize, mentions: &[Vec<usize>], taken: &mut [Option<usize>], tried: &mut [bool]) -> bool {
        for &sentence in &mentions[concept] {
            if std::mem::replace(&mut tried[sentence], true) {
                continue;
            }
            if taken[sentence].is_none_or(|other| place(other, mentions, taken, tried)) {
                taken[sentence] = Some(concept);
                return true;
            }
        }
        false
    }
    let mut taken = vec![None; sentences];
    for concept in 0..mentions.len() {
        place(concept, mentions, &mut taken, &mut vec![false; sentences]);
    }
    (0..mentions.len()).map(|c| taken.contains(&Some(c))).collect()
}
