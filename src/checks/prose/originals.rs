//! Texts whose repetition earns nothing: the task, the template, the hints.

use std::collections::HashSet;

use super::sentence::words;

/// Words in a row that are looked for; a shorter sentence is looked for whole.
const RUN_MAX: usize = 5;
/// So few words in a row are anybody's.
const RUN_MIN: usize = 3;

/// A text, taken apart once: looking something up in it costs nothing then.
#[derive(Debug, Clone)]
pub struct Original {
    /// Every run of 3, of 4 and of 5 words.
    runs: [HashSet<String>; RUN_MAX - RUN_MIN + 1],
}

impl Original {
    pub fn new(text: &str) -> Original {
        let words = words(text);
        Original { runs: std::array::from_fn(|more| runs(&words, RUN_MIN + more).collect()) }
    }

    /// The share of a sentence's runs of words that stand here too, 0 to 1.
    fn share(&self, own: &[String]) -> f64 {
        let length = own.len().min(RUN_MAX);
        let Some(known) = length.checked_sub(RUN_MIN).and_then(|more| self.runs.get(more)) else { return 0.0 };
        let (mut all, mut copied) = (0_u32, 0_u32);
        for run in runs(own, length) {
            all += 1;
            copied += u32::from(known.contains(&run));
        }
        f64::from(copied) / f64::from(all.max(1))
    }
}

fn runs(words: &[String], length: usize) -> impl Iterator<Item = String> {
    words.windows(length).map(|run| run.join(" "))
}

/// The largest share of a sentence that stands in one of the originals.
pub(super) fn copied_share(text: &str, originals: &[&Original]) -> f64 {
    let own = words(text);
    originals.iter().map(|original| original.share(&own)).fold(0.0, f64::max)
}
