//! The classes of words that [`super::grammar`] goes by.

/// What a word is in a sentence, as far as the word alone tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// `the`, `our`, `each`, `customer's`: a noun must follow.
    Article,
    /// May be what the sentence is about: `it`, `we`, `that`, `nobody`.
    Pronoun,
    /// `them`, `itself`.
    Object,
    Preposition,
    /// `and`, `because`, `if`.
    Join,
    /// `is`, `can`, `don't`, `it's`.
    Auxiliary,
    Adverb,
    /// `many`, `same`, `few`: may stand by itself or before a noun.
    Amount,
    Number,
    /// Code in backquotes and names written as no word is.
    Name,
    /// A noun, a verb, an adjective.
    Open,
}

impl Tag {
    /// Whether the word holds others together and says nothing by itself.
    pub fn is_closed(self) -> bool {
        !matches!(self, Tag::Number | Tag::Name | Tag::Open)
    }
}

const ARTICLES: &str = "a an the my your our their its his every each whose";
const PRONOUNS: &str = "i we you he she it they this that these those who which what nobody somebody anybody everybody noone \
    everyone someone anyone nothing something anything everything there people";
const ALL_OR_NONE: &str =
    "nobody somebody anybody everybody everyone someone anyone nothing something anything everything";
const PERSONS: &str = "i we you he she they nobody somebody everybody everyone someone anyone people";
const OBJECTS: &str = "me us him her them itself themselves himself ourselves myself yourself";
const PREPOSITIONS: &str = "of to in on at by for from with without into onto over after before between during through per via \
    across within until till since under above below behind near toward towards upon among despite like than as against \
    about around beyond besides except instead";
const JOINS: &str = "and or but nor so yet because if when while where whereas although though unless once whenever wherever \
    whether then therefore thus hence otherwise why how else meanwhile even";
const AUXILIARIES: &str = "is are was were be been being am do does did has have had having will would can could may might must should \
    shall cannot ain't isnt arent dont doesnt didnt wont cant wasnt";
const FINITE: &str = "is are was were am do does did will would can could may might must should shall cannot";
const ADVERBS: &str = "not no never always only also still just again already too very often seldom usually mostly later soon now here \
    twice ever almost quite rather far away back out off up down first last next together alone forever yes anyway maybe perhaps \
    either neither hardly well once today afterwards";
const AMOUNTS: &str = "any some all both one two three many much most more few fewer less least several such same other others another \
    enough half none own";

/// Verbs that are hardly ever nouns.
const PLAIN: &str = "absorb accept achieve adapt add adjust admit affect agree allow appear append apply arrive ask assign assume \
    attach avoid become begin belong bind bother bring broadcast build buy calculate choose collide combine come \
    compare complain complete compress compute confirm confuse connect consume contain continue convert cope \
    crawl create decide declare decline deduplicate define degrade delete deliver deny depend deploy detect \
    differ disappear discard diverge dominate eat elapse elect eliminate emit enable encourage enqueue ensure \
    enter evict examine exceed execute exist expect expire explain expose extend fail fetch fill find finish \
    flush follow forget forgive freeze get give go gossip grow handle hang happen hear hide hurt identify ignore \
    impose improve include inform insert inspect introduce invalidate involve isolate keep know learn leave \
    lengthen let lose maintain make manage mean melt merge modify multiply need observe obtain occur operate \
    outlive outnumber outweigh overflow overload override oversell overtake overwrite own pay perform \
    persist pick postpone prefer preserve prevent proceed process produce propagate protect prove provide \
    publish punish put quit raise react realise realize rebuild receive recognise recognize recompute recover \
    redirect redo reduce refuse reject reload rely remain remember remove render renew reopen reorder repeat \
    replace replicate require resend resolve respond restore retain reuse reveal reverse rewrite rise satisfy \
    save say scatter see seem sell send separate serve shed shorten shrink simplify sit smooth solve spend \
    starve stay steal submit subscribe suffer suggest survive swallow take tell think throttle tolerate trail \
    transform treat try understand undo unlock validate vanish vary verify violate want waste wipe withstand \
    worry worsen";
/// Verbs that are as often nouns.
const MIXED: &str = "access act aggregate answer attempt back balance batch beat block break buffer bump cache call cancel care \
    cause change charge check claim click close cluster commit contact copy cost count crash cut damage deal \
    delay drain drift drive drop duplicate end fall fan feed fit flood flow force forward gain guarantee guess \
    hammer hash help hit hold hope increase index issue join judge jump kill lag lease limit link list live load \
    lock log look mark match matter measure mind miss move name note notice offer open order overlap page pass \
    pause place plan poll press promise pull push queue race rank rate reach read refresh refund release replay \
    report request reserve reset respect rest restart result retry return ring risk roll route run sample scale \
    scan search set shard share shift shop show sign skip sleep slow sort speed split spread stall start stop \
    store stream stretch suit supply surge surprise swap switch sync target test time touch trace track transfer \
    travel trigger trip trust turn update upgrade use value view visit vote wait wake warm warn watch win wish \
    work wrap write yield";
/// Forms that no ending tells.
const PAST: &str = "became began broke brought built bought caught chose came drew fell felt forgot got gave went grew heard held kept \
    knew led left lost made meant met paid ran said saw sold sent slept spent stood stuck took told thought threw understood won wrote";

fn among(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

pub(super) fn tag(word: &str) -> Tag {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return Tag::Number;
    }
    if let Some((head, tail)) = word.rsplit_once('\'') {
        let shortened = among(PRONOUNS, head) || matches!(head, "here" | "let" | "where" | "how");
        return match tail {
            "t" | "re" | "ll" | "ve" | "d" | "m" => Tag::Auxiliary,
            "s" if shortened => Tag::Auxiliary,
            "s" => Tag::Article,
            _ => Tag::Open,
        };
    }
    if word.contains(['.', '_']) {
        return Tag::Name;
    }
    let lists = [
        (AUXILIARIES, Tag::Auxiliary),
        (ARTICLES, Tag::Article),
        (PRONOUNS, Tag::Pronoun),
        (OBJECTS, Tag::Object),
        (PREPOSITIONS, Tag::Preposition),
        (JOINS, Tag::Join),
        (ADVERBS, Tag::Adverb),
        (AMOUNTS, Tag::Amount),
    ];
    if let Some((_, tag)) = lists.into_iter().find(|(list, _)| among(list, word)) {
        return tag;
    }
    if word.len() > 4 && word.ends_with("ly") && !matches!(word, "reply" | "apply" | "supply" | "family" | "anomaly") {
        return Tag::Adverb;
    }
    Tag::Open
}

/// What is known of a word as a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// Hardly ever a noun.
    pub plain: bool,
    /// As in a dictionary.
    pub base: bool,
    /// `stored`, `failing`: may stand before a noun too.
    pub participle: bool,
}

pub(super) fn verb(word: &str) -> Option<Form> {
    if among(PAST, word) {
        return Some(Form { plain: true, base: false, participle: false });
    }
    let participle = word.ends_with("ed") || word.ends_with("ing");
    let found = |base: &str| {
        let plain = among(PLAIN, base);
        // `a saving`, `the logging` and the like are nouns.
        let plain = plain && !word.ends_with("ing");
        (plain || among(PLAIN, base) || among(MIXED, base)).then_some(Form { plain, base: base == word, participle })
    };
    // `re-read`, `double-charge`.
    let last = word.rsplit('-').next().unwrap_or(word);
    bases(last).iter().find_map(|base| found(base))
}

/// What a word may be a form of: `tries` of `try`, `dropped` of `drop`.
fn bases(word: &str) -> Vec<String> {
    let mut found = vec![word.to_owned()];
    for ending in ["s", "es", "ed", "d", "ing"] {
        let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() > 1) else { continue };
        found.push(stem.to_owned());
        if ending == "ing" {
            found.push(format!("{stem}e"));
        }
        if let Some(stem) = stem.strip_suffix('i') {
            found.push(format!("{stem}y"));
        }
        let mut chars = stem.chars().rev();
        if let (Some(last), Some(second)) = (chars.next(), chars.next())
            && last == second
        {
            found.push(stem[..stem.len() - last.len_utf8()].to_owned());
        }
    }
    found
}

/// Whether a preposition may stand before this joining word: `except when`, `of how`, `after and before`.
pub(super) fn joins_clauses(preposition: &str, join: &str) -> bool {
    matches!(preposition, "than" | "as" | "like" | "about" | "except" | "besides" | "over")
        || matches!(join, "and" | "or" | "how" | "why" | "when" | "where" | "whether" | "so" | "then" | "once" | "if")
        || matches!(join, "be" | "do" | "have" | "being" | "having")
}

/// What says how two things hang together.
pub(super) fn is_reason(word: &str) -> bool {
    among("so hence thus therefore because since than without despite unless until otherwise", word)
}

pub(super) fn is_finite(word: &str) -> bool {
    among(FINITE, word)
}

/// A pronoun that whatever follows is said of: `nobody`, `they`; after `that` or `this` a noun may follow.
pub(super) fn is_person(word: &str) -> bool {
    among(PERSONS, word) || word == "it"
}

/// `nobody`: as well what is acted on as what acts.
pub(super) fn is_all_or_none(word: &str) -> bool {
    among(ALL_OR_NONE, word)
}

pub(super) fn ends_in_s(word: &str) -> bool {
    word.len() > 2 && word.ends_with('s') && !["ss", "us", "is"].iter().any(|ending| word.ends_with(ending))
}

pub(super) fn is_adjective(word: &str) -> bool {
    word.len() > 4
        && ["ed", "ing", "al", "ive", "able", "ible", "ous", "ful", "ic", "less"]
            .iter()
            .any(|ending| word.ends_with(ending))
}
