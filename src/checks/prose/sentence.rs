//! Sentences, and what can be told about one without understanding it.

use std::collections::BTreeSet;
use std::ops::Range;

use regex::{Regex, RegexBuilder};

/// Words that hold a sentence together. Lists of keywords have next to none.
const JOINING: &str = "a an the this that these those it its they them their there we our you your i my he she his her who which what when where while \
    because since so as if then than therefore hence thus but although though unless until whenever whereas and or nor of to in on at by for from with \
    without into over after before between during through about is are was were be been being am do does did done has have had having will would can \
    could may might must should shall not no never n't cannot only also even still just more most less few many much every each any some all one both \
    such same other another very too up out off again";

/// Words that show something is, does or happens.
const VERBS: &str = "is are was were be been am do does did has have had will would can could may might must should shall cannot \
    isn don doesn didn won wouldn couldn shouldn hasn haven wasn weren need needs want wants make makes made keep keeps kept lose loses lost \
    get gets let lets take takes give gives read reads write writes see sees show shows cost costs grow grows mean means happen happens go goes \
    fail fails wait waits stay stays serve serves accept accepts hold holds use uses call calls come comes return returns stop stops work works \
    outnumber dominate dominates matter matters beat beats require requires allow allows avoid avoids find finds leave leaves put puts run runs \
    stale buy buys sell sells help helps change changes differ differs know knows trust trusts like likes ask asks tell tells look looks try \
    tries order orders charge charges check checks depend depends decide decides cause causes break breaks drop drops expire expires arrive \
    arrives load loads respond responds retry retries recover recovers refuse refuses say says think thinks hurt hurts tolerate tolerates prefer prefers choose chose pay pays save saves store stores send sends answer answers";

/// Words that turn what follows into its opposite.
const NEGATIONS: [&str; 15] = [
    "not", "no", "never", "without", "cannot", "nor", "neither", "nobody", "nothing", "hardly", "rarely", "avoid",
    "avoids", "instead", "prevents",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence<'a> {
    pub text: &'a str,
    pub range: Range<usize>,
}

/// The sentences of a text: stretches up to `.`, `!`, `?`, a blank line or a bullet. One of up to three words belongs to
/// its neighbour.
pub(super) fn sentences(text: &str) -> Vec<Sentence<'_>> {
    let mut found: Vec<Sentence> = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let stop = matches!(c, '.' | '!' | '?' | '。')
            && next.is_none_or(char::is_whitespace)
            && !abbreviation(&text[start..at]);
        let break_here = c == '\n' && {
            let rest = text[at + 1..].trim_start_matches([' ', '\t', '\r']);
            rest.starts_with(['\n', '-', '*', '•']) && !rest.starts_with("--")
        };
        if stop || break_here || next.is_none() {
            let end = at + c.len_utf8();
            let piece = &text[start..end];
            let lead = piece.len()
                - piece.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '*' | '•')).len();
            let trimmed = piece[lead..].trim_end();
            if trimmed.chars().any(char::is_alphanumeric) {
                let short = |text: &str| words(text).len() < 4;
                let end = start + lead + trimmed.len();
                match found.last_mut() {
                    Some(last) if short(trimmed) || short(last.text) => {
                        last.range.end = end;
                        last.text = &text[last.range.clone()];
                    }
                    _ => found.push(Sentence { text: trimmed, range: start + lead..end }),
                }
            }
            start = end;
        }
    }
    found
}

fn abbreviation(before: &str) -> bool {
    let last = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or("").to_lowercase();
    matches!(last.as_str(), "e.g" | "i.e" | "etc" | "vs" | "approx" | "ca" | "cf" | "eg")
}

pub(super) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

pub(super) fn same_words(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    if one == other {
        return true;
    }
    let (a, b): (Vec<&str>, Vec<&str>) =
        (one.iter().map(String::as_str).collect(), other.iter().map(String::as_str).collect());
    a.len() >= 6 && similar::TextDiff::from_slices(&a, &b).ratio() > 0.9
}

/// The share of the text's runs of five words that stand in one of the originals.
pub(super) fn copied_share(text: &str, originals: &[&str]) -> f64 {
    let own = words(text);
    let run = own.len().min(5);
    if run < 3 {
        return 0.0;
    }
    let runs: Vec<&[String]> = own.windows(run).collect();
    let mut best = 0usize;
    for original in originals {
        let original = words(original);
        let known: BTreeSet<&[String]> = original.windows(run).collect();
        best = best.max(runs.iter().filter(|r| known.contains(*r)).count());
    }
    best as f64 / runs.len() as f64
}

impl Sentence<'_> {
    /// Whether it is put together like a sentence rather than listed.
    pub fn is_sentence(&self) -> bool {
        let words = words(self.text);
        let distinct: BTreeSet<&String> = words.iter().collect();
        let among = |list: &str, word: &String| list.split_whitespace().any(|w| w == word);
        let joining = distinct.iter().filter(|w| among(JOINING, w)).count();
        let verb = words.iter().any(|w| {
            among(VERBS, w) || (w.len() > 4 && (w.ends_with("ed") || w.ends_with("es") || w.ends_with("ing")))
        });
        let pieces: Vec<&str> = self.text.split([',', '/', '|', '+', ':']).collect();
        let short_pieces = pieces.iter().filter(|p| self::words(p).len() <= 2).count();
        let list = pieces.len() >= 4 && short_pieces * 4 >= pieces.len() * 3;
        (words.len() >= 6 || words.len() >= 4 && verb)
            && distinct.len() * 3 >= words.len() * 2
            && joining * 6 >= words.len()
            && joining >= 2
            && (verb || joining * 3 >= words.len())
            && !list
    }

    /// Whether a stem or pattern occurs, at the beginning of a word.
    pub fn mentions(&self, pattern: &str) -> bool {
        compile(pattern).is_some_and(|regex| regex.is_match(self.text))
    }

    /// Where a pattern occurs without a negation shortly before or inside it, as a range of the whole text.
    pub fn claims(&self, pattern: &str) -> Option<Range<usize>> {
        let regex = compile(pattern)?;
        regex
            .find_iter(self.text)
            .find(|found| {
                // A comma or a `but` begins a new thought.
                let before = self.text[..found.start()].rsplit([',', ':', '(']).next().unwrap_or("");
                let before = words(before);
                let near = before.iter().rev().take(4).chain(&[]).any(|w| negates(w));
                let within = words(found.as_str()).iter().any(|w| negates(w));
                !near && (!within || words(pattern).iter().any(|w| negates(w)))
            })
            .map(|found| self.range.start + found.start()..self.range.start + found.end())
    }
}

fn negates(word: &str) -> bool {
    // `don't` is split into `don` and `t`.
    NEGATIONS.contains(&word) || word == "t"
}

fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&format!(r"\b(?:{pattern})")).case_insensitive(true).size_limit(1 << 20).build().ok()
}
