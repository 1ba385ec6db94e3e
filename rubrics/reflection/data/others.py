import re

# Where a day's submission says which of the two it chose: field, and how its values begin, the first that is found counts.
# "either" is both or neither, and is not held against anybody.
CP_AP = (("consistency", "cp pc c consist"), ("availability", "ap pa a avail"))
LESSER = (("availability", "cach last yesterday stale remember default general generic best popular static list"), ("either", "noth none hid left omit empty leave remov"))
CHOICES = {
    "day04": {"/update/decision": (("consistency", "transact acid atomic single one"), ("availability", "later event async"))},
    "day05": {
        "/lag/when_all_lag": (("consistency", "primary master wait error"), ("availability", "old stale replica")),
        "/lag/going_back": (("consistency", "never no"), ("availability", "possib")),
    },
    "day06": {"/in_flight/policy": (("consistency", "refus reject 409 425 conflict wait block"), ("either", "accept 202"), ("availability", "run"))},
    "day07": {
        "/compare/choice": (("availability", "saga"), ("consistency", "two 2pc 2"), ("either", "reserve tcc try")),
        "/eventual/acceptable": (("availability", "yes true accept ok"), ("consistency", "no false")),
    },
    "day09": {"/bank/choice": CP_AP, "/feed/choice": CP_AP, "/email/choice": CP_AP},
    "day13": {"/servers/store_down": (("availability", "open allow pass local memory"), ("consistency", "clos refus den"))},
    "day14": {"/sold_out/policy": (("consistency", "refus reject"), ("either", "wait back"))},
    "day20": {
        "/features/buy/without_stock": (("availability", "work degrad"), ("consistency", "fail")),
        "/fallbacks/recommendations/instead": LESSER,
        "/fallbacks/reviews/instead": LESSER,
        "/fallbacks/stock/instead": LESSER,
    },
    "day22": {
        "/authentication/when_auth_is_away": (
            ("availability", "let allow pass open accept trust"),
            ("consistency", "refus 503 502 500 401 clos error reject den block"),
            ("availability", "work go contin valid still exist keep unaffect noth check local"),
            ("consistency", "fail"),
        ),
    },
}

STOP = set("""about after again also because been before being between both cannot come comes could does done down during each else
every first from gets give goes have here into just keep less like made make many more most much must need never none once only other
over same should since some still such than that their them then there these they this those through time times together under until
upon very want wants were what when where which while will with without would your code return self true false null exercise python
problem problems system systems thing things hard hardest design designs distributed production load test tests fail fails failed
failure scale answer todo day days two one three get gets got for see sees may are has had not and but who why how all any out off
too its our can was did let lets say says said way use used know knows people everybody somebody nobody everyone someone notice notices
second seconds minute minutes hour hours week weeks month months year years moment moments service services""".split())
# What goes wrong in an experiment.
FAULTS = """kill stop crash fail los[est] drop cut partition slow delay lat[ey] lag paus freez froze hang hung block unreach unavail unplug
disconnect discard corrupt duplicat twice doubl repeat again reorder expir evict flush wipe delet remov away down off break brok
interrupt terminat shut reboot restart reset inject error time.?out times? out timing out answer silen refus reject deny denied revok
full fill exhaust starv throttl clock skew jump drift isolat outage dead die[sd]? dying fault flap withdraw disabl split sever empt
poison malform garbage wrong missing without overload burst spike storm pull yank bounc oom hog unmount failover switch promot roll
degrad tak(e|es|en|ing) replac forc sabotag destroy disappear vanish gone absent sigkill sigterm power swap hold held stall stuck trip
simulat raise throw return open malfunction unhealthy ban busy sleep idle misconfigur bug rename""".split()


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
    """A list, also of one, or of names with commas or spaces between."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [value]
    return [part for part in re.split("[^a-z0-9]+", str(value).lower()) if part not in ("", "and")] if value is not None else []


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


# All that each submission says: a word that most of them have says nothing about one.
ALL = []


def rare(word, share):
    """Whether a word, cut to its beginning, stands in no more than this share of the submissions."""
    if not ALL:
        for other in submissions:
            if submissions[other] is not None:
                ALL.append(str(submissions[other]).lower())
    return len([said for said in ALL if re.search("(^|[^a-z])" + word, said)]) <= max(1, int(len(ALL) * share))


def about(day, *texts):
    """Whether a name in the texts comes from the submission of that day."""
    return of(day) is not None and shared(stems(names(of(day))), 0.5, texts)


def touches(day, *texts):
    """The same for any word, also of an explanation."""
    return of(day) is not None and shared(stems(of(day)), 0.67, texts)


def shared(own, share, texts):
    said = set([w for t in texts for w in stems(t) if w in own])
    return any([rare(w, share) for w in said])


def field(day, pointer):
    """(place, value) of a field that is named by its pointer, with dots, or by its last name among those of CHOICES."""
    said = "/" + re.split("[ (:=]", str(pointer).strip(" #`'\""))[0].strip("/`").replace(".", "/")
    value = of(day)
    for step in said.strip("/").split("/"):
        value = value.get(step) if isinstance(value, dict) else (value[int(step)] if isinstance(value, list) and step.isdigit() and int(step) < len(value) else None)
    if value is None:
        for known in CHOICES.get(text(day), {}):
            if known.endswith(said):
                return field(day, known)
    return said, value


def side(said):
    """Consistency or availability, in whatever words; empty for neither or both."""
    word = re.split(" (over|before|rather|instead|not|and not|but)( |$)", text(said))[0]
    consistent = re.search("consist|lineari[sz]|seriali[sz]|^cp?$|[^a-z]cp([^a-z]|$)|^cp[^a-z]", word) is not None
    available = re.search("avail|eventual|^ap?$|[^a-z]ap([^a-z]|$)|^ap[^a-z]", word) is not None
    if "eventual" in word:
        consistent = False
    return "" if consistent == available else "consistency" if consistent else "availability"


def meaning(day, pointer):
    """What the choice in that field means, or None where it is none of the fields in which one stands."""
    place, value = field(day, pointer)
    known = CHOICES.get(text(day), {}).get(place)
    if known is None or not written(value):
        return None
    words = re.findall("[a-z0-9]+", re.split("[(,;:]", text(value))[0])
    if "not" in words or "or" in words:
        return "either"
    for sort, begins in known:
        for begin in begins.split():
            if any([w == begin if len(begin) < 3 else w.startswith(begin) for w in words]):
                return sort
    return "either"


def state(said):
    """What belt is said to have answered: passed, lost or nothing; empty where nobody can tell."""
    word = text(said).strip(" .")
    points = re.search("([0-9]+[.]?[0-9]*) ?(/|of|out of) ?([0-9]+)", word)
    if re.search("lost (nothing|none|no points)|(nothing|none|no points) (was |were )?lost", word):
        return "passed"
    if re.search("^(nothing|none|no|null|n/a|-)$|^nothing|not look|does not|did not look|silent|no such|says no", word):
        return "nothing"
    if re.search("lost|fail|partial|partly|skip|not[_ ]gradable|not pass|did not|n't pass", word):
        return "lost"
    if re.search("pass|^full|all points|all the points|^ok|green", word):
        return "passed"
    return "" if not points else "passed" if float(points.group(1)) == float(points.group(3)) else "lost"


def criterion(said, states):
    """The id that is meant: as it is, or the only one in a few words."""
    word = text(said).strip(" .`'\"")
    if word in states:
        return word
    within = [id for id in states if re.search("(^|[^a-z0-9-])" + id + "($|[^a-z0-9-])", word)]
    return within[0] if len(within) == 1 else word
