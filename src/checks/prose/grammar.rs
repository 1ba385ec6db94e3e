//! Whether words are put together like a sentence.
//!
//! There is no dictionary of English here. The small closed classes of words (articles, pronouns, prepositions, ...) are
//! listed whole; a verb is known by where it stands among them: before an article, after a pronoun, agreeing in number
//! with the noun before it. Keywords in a row have none of that, and shuffled words break what the classes allow.

use std::collections::BTreeSet;

use super::lexicon::{self, Tag};

/// A word with what is known of it.
#[derive(Debug)]
struct Word {
    text: String,
    tag: Tag,
    /// The first one, or the first after a comma, a colon, a dash or a joining word.
    begins: bool,
}

/// How sure it is that something is said to be, do or happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verb {
    None,
    /// A word that may be a noun stands where a verb would.
    Likely,
    /// A word that is hardly ever anything else.
    Plain,
    Sure,
}

/// What a stretch of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Sentence,
    /// A sentence too short to hold a reason: `Reads dominate writes.`
    Short,
    /// No sentence, but things in a relation, as half of an answer may be: `Airflow at 01:00.`
    Phrase,
    Words,
}

pub(super) fn form(text: &str) -> Form {
    let words = words(text);
    let count = words.len();
    let distinct: BTreeSet<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let closed: BTreeSet<&str> = words.iter().filter(|word| word.tag.is_closed()).map(|w| w.text.as_str()).collect();
    let closed = closed.len();
    let verb = verb(&words);
    // A long sentence has its articles and prepositions more than once.
    let repeats = if count > 24 { distinct.len() * 2 < count } else { distinct.len() * 3 < count * 2 };
    if repeats || is_list(text, count, closed) || is_shuffled(&words) || distinct.contains("lorem") {
        return Form::Words;
    }
    if count < 4 {
        return if verb >= Verb::Plain { Form::Short } else { Form::Words };
    }
    let held = match verb {
        Verb::Sure => closed * 6 >= count,
        Verb::Plain => closed * 8 >= count || count <= 6,
        Verb::Likely => closed * 5 >= count,
        Verb::None => closed * 5 >= count * 2 && count >= 6 || is_terse_answer(&words),
    };
    match held {
        true => Form::Sentence,
        false if is_phrase(&words, closed) => Form::Phrase,
        false => Form::Words,
    }
}

/// `Fixed list of evergreen products from the code`: a preposition between things, and not much else.
fn is_phrase(words: &[Word], closed: usize) -> bool {
    let inside = words.get(1..words.len().saturating_sub(1)).unwrap_or_default();
    let tied = inside.iter().any(|word| word.tag == Tag::Preposition && !word.begins);
    tied && closed * 5 >= words.len() && words.len() <= 14
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut begins = true;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            // Code is a name of something, whatever its words.
            let inside = rest[1..].find('`').unwrap_or(rest.len() - 1);
            words.push(Word { text: rest[1..=inside].to_lowercase(), tag: Tag::Name, begins });
            rest = rest.get(inside + 2..).unwrap_or_default();
            begins = false;
        } else if c.is_alphanumeric() {
            let end = end_of_word(rest);
            let text = rest[..end].replace('’', "'").to_lowercase();
            let tag = lexicon::tag(&text);
            words.push(Word { text, tag, begins });
            begins = tag == Tag::Join;
            rest = &rest[end..];
        } else {
            begins |= matches!(c, ',' | ';' | ':' | '(' | ')' | '—' | '–' | '.' | '!' | '?' | '"' | '>' | '→' | '\n');
            rest = &rest[c.len_utf8()..];
        }
    }
    words
}

/// Bytes of the word a text begins with: `don't`, `fan-out`, `1.5`, `order.paid`.
fn end_of_word(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let followed = chars.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        let inner = matches!(c, '\'' | '’' | '-' | '.' | '_') && followed;
        if !c.is_alphanumeric() && !inner {
            return at;
        }
    }
    text.len()
}

/// Pieces of a word or two between commas, slashes or arrows.
fn is_list(text: &str, count: usize, closed: usize) -> bool {
    let pieces: Vec<usize> =
        text.split([',', ';', '/', '|', '+', ':', '>', '→', '=', '\n']).map(|piece| words(piece).len()).collect();
    let short = pieces.iter().filter(|words| **words <= 2).count();
    pieces.len() >= 4 && (short * 4 >= pieces.len() * 3 || count <= pieces.len() * 3 && closed * 4 < count)
}

/// `One run of the export at night`, `one writer, so no conflicts`: no verb, and still things in a relation. Keywords in a row
/// have neither what tells one thing from another nor what ties them.
fn is_terse_answer(words: &[Word]) -> bool {
    let thing = |word: &Word| matches!(word.tag, Tag::Open | Tag::Name);
    let tells = |word: &Word| matches!(word.tag, Tag::Article | Tag::Amount | Tag::Number) || word.text == "no";
    let told = words.windows(2).filter(|pair| tells(&pair[0]) && thing(&pair[1]) && !pair[1].begins).count();
    let inside = words.get(1..words.len().saturating_sub(1)).unwrap_or_default();
    let ties: BTreeSet<&str> = inside
        .iter()
        .filter(|word| word.tag == Tag::Preposition && word.text != "than")
        .map(|word| word.text.as_str())
        .collect();
    let reasons = inside.iter().filter(|word| lexicon::is_reason(&word.text)).count();
    told >= 2 && ties.len() >= 2 && words.len() >= 6 || told >= 1 && reasons == 1 && words.len() >= 5
}

/// `the of is a`: what stands where the classes do not allow it. One slip of the pen is none in a long sentence.
fn is_shuffled(words: &[Word]) -> bool {
    let ends_open = words.last().is_some_and(|last| matches!(last.tag, Tag::Article));
    let wrong = words.windows(2).enumerate().filter(|(at, pair)| {
        let [one, two] = pair else { return false };
        if one.text == two.text || two.begins && two.tag != Tag::Join {
            return false;
        }
        // `what we pay for is each search`
        let stranded = at.checked_sub(1).and_then(|at| words.get(at)).is_some_and(|before| before.tag == Tag::Open);
        match one.tag {
            // `the client's clock`
            Tag::Article if two.text.contains('\'') => false,
            Tag::Article => matches!(two.tag, Tag::Article | Tag::Preposition | Tag::Auxiliary | Tag::Join),
            Tag::Preposition => {
                !stranded
                    && matches!(two.tag, Tag::Auxiliary | Tag::Join)
                    && !lexicon::joins_clauses(&one.text, &two.text)
            }
            Tag::Auxiliary => {
                lexicon::is_finite(&two.text) && !matches!(one.text.as_str(), "do" | "does" | "did" | "is" | "be")
            }
            _ => false,
        }
    });
    let wrong = wrong.count() + usize::from(ends_open);
    wrong * 5 >= words.len() || wrong >= 2 && wrong * 8 > words.len()
}

fn verb(words: &[Word]) -> Verb {
    (0..words.len()).map(|at| verb_at(words, at)).max().unwrap_or(Verb::None)
}

fn verb_at(words: &[Word], at: usize) -> Verb {
    let word = &words[at];
    if word.tag == Tag::Auxiliary {
        return Verb::Sure;
    }
    if word.tag != Tag::Open {
        return Verb::None;
    }
    let form = lexicon::verb(&word.text);
    let before = if word.begins { None } else { words[..at].iter().rev().find(|other| other.tag != Tag::Adverb) };
    let next = words.get(at + 1).filter(|next| !next.begins || next.tag == Tag::Join);
    let subject = before.filter(|before| before.tag == Tag::Pronoun);
    if subject.is_some_and(|s| form.is_some() || word.text.ends_with('s') || lexicon::is_person(&s.text)) {
        return Verb::Sure;
    }
    // Hardly anything but a verb stands right before an article or an object.
    let object =
        next.is_some_and(|next| matches!(next.tag, Tag::Article | Tag::Object) || lexicon::is_all_or_none(&next.text));
    let plain = form.is_some_and(|form| form.plain);
    if object && (plain || !before.is_some_and(|b| b.tag == Tag::Preposition && b.text != "to")) {
        return Verb::Sure;
    }
    let after_noun = before.filter(|b| matches!(b.tag, Tag::Open | Tag::Name | Tag::Number));
    let loose = next.is_none_or(|next| next.tag.is_closed() || next.tag == Tag::Number || next.tag == Tag::Name);
    let agrees = after_noun.is_some_and(|noun| agree(&noun.text, &word.text));
    match form {
        Some(form) if form.plain => {
            let named = before.is_some_and(|b| matches!(b.tag, Tag::Article | Tag::Preposition) && b.text != "to");
            // `stored rows` at the head of a sentence is no verb; `rows stored` may be one.
            let participle = form.participle && after_noun.is_none();
            if named || participle { Verb::None } else { Verb::Plain }
        }
        Some(_) if before.is_some_and(|before| before.text == "to") => Verb::Likely,
        // `Retry with the same key`.
        Some(form) if word.begins => {
            // `Order events by version`.
            let then = words.get(at + 2).is_some_and(|then| then.tag == Tag::Preposition);
            let things = then && next.is_some_and(|next| lexicon::ends_in_s(&next.text));
            if form.base && next.is_some() && (loose || things) { Verb::Likely } else { Verb::None }
        }
        Some(_) if agrees => Verb::Likely,
        None if agrees && loose && next.is_some() && has_article(words, at) => Verb::Likely,
        _ => Verb::None,
    }
}

/// Whether a noun and a verb agree in number: `the proxy rejects`, `clients retry`. What came to pass agrees with both.
fn agree(noun: &str, verb: &str) -> bool {
    let many = |word: &str| lexicon::ends_in_s(word) || word == "people";
    if verb.ends_with("ing") || lexicon::is_adjective(noun) {
        return false;
    }
    verb.ends_with("ed") || noun == "data" || many(noun) != lexicon::ends_in_s(verb)
}

/// Whether the noun before belongs to an article.
fn has_article(words: &[Word], at: usize) -> bool {
    words[at.saturating_sub(3)..at].iter().any(|word| word.tag == Tag::Article)
}
