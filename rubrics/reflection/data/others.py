import re

# Where a day's submission says which of the two it chose: field, and what its values mean. "either" is both or neither, and
# is not held against anybody.
CHOICES = {
    "day04": {"/update/decision": {"transaction": "consistency", "atomic": "consistency", "later": "availability"}},
    "day05": {
        "/lag/when_all_lag": {"primary": "consistency", "wait": "consistency", "error": "consistency", "old": "availability"},
        "/lag/going_back": {"never": "consistency", "possible": "availability"},
    },
    "day06": {"/in_flight/policy": {"refuse": "consistency", "wait": "consistency", "accept": "either", "run": "availability"}},
    "day07": {
        "/compare/choice": {"saga": "availability", "two_phase_commit": "consistency", "reserve_confirm": "either"},
        "/eventual/acceptable": {"yes": "availability", "true": "availability", "no": "consistency", "false": "consistency"},
    },
    "day09": {
        "/bank/choice": {"cp": "consistency", "ap": "availability"},
        "/feed/choice": {"cp": "consistency", "ap": "availability"},
        "/email/choice": {"cp": "consistency", "ap": "availability"},
    },
    "day13": {"/servers/store_down": {"open": "availability", "closed": "consistency", "local": "availability"}},
    "day14": {"/sold_out/policy": {"refuse": "consistency", "wait": "either"}},
    "day20": {
        "/features/buy/without_stock": {"works": "availability", "degraded": "availability", "fails": "consistency"},
        "/fallbacks/recommendations/instead": {"cached": "availability", "default": "availability", "nothing": "either"},
        "/fallbacks/reviews/instead": {"cached": "availability", "default": "availability", "nothing": "either"},
        "/fallbacks/stock/instead": {"cached": "availability", "default": "availability", "nothing": "consistency"},
    },
    "day22": {"/authentication/when_auth_is_away": {"works": "availability", "refused": "consistency", "let_through": "availability"}},
}

STOP = set("""about after again also because been before being between both cannot come comes could does done down during each else
every first from gets give goes have here into just keep less like made make many more most much must need never none once only other
over same should since some still such than that their them then there these they this those through time times together under until
upon very want wants were what when where which while will with without would your code return self true false null exercise python
problem problems system systems thing things hard hardest design designs distributed production load test tests fail fails failed
failure scale answer todo day days two one three""".split())


def stem(word):
    if word.endswith("ies") or word.endswith("ied"):
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    for end in ("ation", "ing", "ed", "er", "y", "e"):
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[:len(word) - len(end)]
    return word


def stems(given):
    """Words that mean something, cut to their beginnings."""
    if isinstance(given, dict):
        given = " ".join([str(k) + " " + flat(v) for k, v in given.items()])
    found = re.findall("[a-z][a-z0-9]+", re.sub("([a-z0-9])([A-Z])", r"\1 \2", flat(given)).lower())
    return set([stem(w) for w in found if len(w) > 2 and w not in STOP])


def flat(value):
    if isinstance(value, dict):
        return " ".join([str(k) + " " + flat(v) for k, v in value.items()])
    if isinstance(value, list):
        return " ".join([flat(v) for v in value])
    return str(value)


def names(value):
    """What a submission calls things by: its fields, code, diagrams and short values, without comments and explanations."""
    if isinstance(value, dict):
        return " ".join([str(k) + " " + names(v) for k, v in value.items()])
    if isinstance(value, list):
        return " ".join([names(v) for v in value])
    said = str(value)
    if len(said.split()) > 4 and re.search("[({=]|--|CREATE|SELECT|def ", said) is None:
        return ""
    return re.sub("(#|-- |%%).*", "", said)


def written(value):
    return text(value).strip(" .:") not in ("", "todo", "tbd", "?", "-", "none", "null")


def items(value):
    """A list, also of one, or of names with commas between."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [value]
    return [part for part in str(value).split(",")] if value is not None else []


def at(value, *path):
    for step in path:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def undone(said):
    """What is wrong with a day that is named; empty where it was done."""
    if not written(said):
        return "no day is named yet"
    day = text(said)
    if day not in titles or day == "reflection":
        return f"{said} is no day of the course; they are written day06"
    if not_done[day] is not None:
        return f"{day} ({titles[day]}) is named, and {not_done[day]}"
    if reports[day] is not None and reports[day]["points"] <= 20:
        return f"{day} ({titles[day]}) is named, and what is handed in for it earns {int(reports[day]['points'])} of 100 points, no more than nothing"
    return ""


def named(day):
    return str(day) if written(day) else "a day you have done"


def of(day):
    return submissions.get(text(day)) if written(day) else None


# Names of each submission, all its words, and how many submissions have each: a word that most of them have says nothing about one.
OWN = {}
WORDS = {}
SEEN = {}


def own(day):
    if not OWN:
        for other in submissions:
            if submissions[other] is not None:
                OWN[other] = stems(names(submissions[other]))
                WORDS[other] = stems(submissions[other])
                for word in WORDS[other]:
                    SEEN[word] = SEEN.get(word, 0) + 1
    return OWN.get(text(day), set())


def about(day, *texts):
    """Whether a name in the texts comes from the submission of that day."""
    mine = own(day)
    most = max(1, len(OWN) // 2)
    return any([w in mine and SEEN[w] <= most for t in texts for w in stems(t)])


def touches(day, *texts):
    """The same for any word, also of an explanation."""
    own(day)
    mine = WORDS.get(text(day), set())
    most = max(1, len(OWN) * 2 // 3)
    return any([w in mine and SEEN[w] <= most for t in texts for w in stems(t)])


def field(day, pointer):
    """(place, value) of a field that is named by its pointer, with dots, or by its last name among those of CHOICES."""
    said = "/" + re.split("[ (:=]", str(pointer).strip())[0].strip("/").replace(".", "/")
    value = of(day)
    for step in said.strip("/").split("/"):
        value = value.get(step) if isinstance(value, dict) else (value[int(step)] if isinstance(value, list) and step.isdigit() and int(step) < len(value) else None)
    if value is None:
        for known in CHOICES.get(text(day), {}):
            if known.endswith(said):
                return field(day, known)
    return said, value


def side(said):
    word = text(said)
    if word.startswith(("consist", "cp")) or word == "c":
        return "consistency"
    if word.startswith(("avail", "ap")) or word == "a":
        return "availability"
    return ""


def meaning(day, pointer):
    """What the choice in that field means, or None where nobody can say."""
    place, value = field(day, pointer)
    known = CHOICES.get(text(day), {}).get(place)
    word = text(value).replace("-", "_").replace(" ", "_")
    if known is None:
        return None
    for name in known:
        if word.startswith(name):
            return known[name]
    return None


def state(said):
    word = text(said)
    for name, others in STATES.items():
        if word in others:
            return name
    return ""


STATES = {
    "passed": ["passed", "pass", "full marks", "all points", "ok"],
    "lost": ["lost", "failed", "fail", "partial", "partly", "lost points", "skipped", "not_gradable", "not gradable"],
    "nothing": ["nothing", "none", "no", "n/a", "not looked at", "does not look"],
}
