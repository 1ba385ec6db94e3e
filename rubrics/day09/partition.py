"""The day with a partition, as the decisions of a system make it."""
import re

def system(name):
    """The fields of one system; none where something else stands."""
    told = submission.get(name)
    return told if isinstance(told, dict) else {}

def word(value):
    return re.sub("[^a-z]+", "_", text(value)).strip("_")

def letter(s):
    told = word(s.get("choice")).split("_")
    bare = "".join(told)
    cp = "cp" in told or bare == "cp" or told[0] in ("consistent", "consistency", "pc") or told[:2] == ["c", "over"]
    ap = "ap" in told or bare == "ap" or told[0] in ("available", "availability", "pa") or told[:2] == ["a", "over"]
    return "CP" if cp and not ap else "AP" if ap and not cp else None

def chosen(s):
    """What is wrong with the choice itself."""
    if letter(s) is not None:
        return None
    if word(s.get("choice")) in ("", "todo"):
        return "nothing is chosen yet: CP or AP"
    if word(s.get("choice")) == "ca":
        return "CA would need a link that never fails, and this one does: choose CP or AP"
    return f"the choice says {s.get('choice')}, and has to be CP or AP"

def amount(value):
    found = re.search("[0-9][0-9_,' ]*([.][0-9]+)?", str(value))
    if not found:
        return 0.0
    thousands = re.match("[0-9][0-9_,' ]*([.][0-9]+)? ?[kK]\\b", str(value)[found.start():])
    return float(re.sub("[^0-9.]", "", found.group(0))) * (1000 if thousands else 1)

def decided(value, table):
    told = word(value)
    for name, meant in table:
        if told.startswith(name):
            return meant
    return None

READS = [("serve_marked", "serve_marked"), ("marked", "serve_marked"), ("serve_stale", "serve"), ("serve", "serve"), ("refuse", "refuse"), ("reject", "refuse")]
WRITES = [("accept", "accept"), ("limit", "limit"), ("queue", "queue"), ("refuse", "refuse"), ("reject", "refuse")]
MERGES = [("keep_all", "keep_all"), ("keep_both", "keep_all"), ("reconcile", "keep_all"), ("union", "keep_all"), ("crdt", "keep_all"), ("majority", "majority_wins"),
          ("last_writ", "last_write_wins"), ("lww", "last_write_wins"), ("no", "none"), ("n_a", "none")]

def decisions(s):
    d = {"majority": {"reads": decided(s.get("majority_reads"), READS), "writes": decided(s.get("majority_writes"), WRITES)},
         "minority": {"reads": decided(s.get("minority_reads"), READS), "writes": decided(s.get("minority_writes"), WRITES)},
         "merge": decided(s.get("merge"), MERGES), "limit": amount(s.get("limit", 0)), "letter": letter(s)}
    return d

def undecided(s, bank):
    if letter(s) is None:
        return chosen(s)
    d = decisions(s)
    for side in ("majority", "minority"):
        for what in ("reads", "writes"):
            if d[side][what] is None or (d[side][what] == "limit" and not bank):
                return f"{side}_{what} says {s.get(side + '_' + what)}, and has to be one of " + ("serve, serve_marked and refuse" if what == "reads" else "accept, limit, queue and refuse" if bank else "accept, queue and refuse")
    if d["merge"] is None:
        return f"merge says {s.get('merge')}, and has to be one of keep_all, majority_wins, last_write_wins and none"
    return None

def note(seen, what, story):
    seen[what].append(story)

def play_bank(d):
    """The day at the bank; what was seen, by anomaly."""
    seen = {"refused": [], "late": [], "stale": [], "overdrawn": [], "lost": [], "accepted": [], "marked": []}
    start = {"A": 20050, "B": 30}
    held = {"majority": dict(start), "minority": dict(start)}
    paid = {"majority": {"A": 0, "B": 0}, "minority": {"A": 0, "B": 0}}
    done, waiting = [], []
    script = [("10:05", "majority", "A", 20000), ("10:08", "minority", "A", 20000), ("10:10", "majority", "A", 20), ("10:15", "minority", "A", 20),
              ("10:20", "majority", "B", 20), ("10:25", "minority", "B", 20), ("10:30", "majority", "A", None), ("10:32", "minority", "A", None),
              ("11:00", "majority", "B", None), ("11:02", "minority", "B", None)]
    for at, side, account, cents in script:
        if cents is None:
            true = start[account] - sum(c for s, a, c in done if a == account)
            reads = d[side]["reads"]
            if reads == "refuse":
                note(seen, "refused", (side, "read", 0, f"at {at} the {side} side refuses to tell the balance of {account}"))
            elif held[side][account] != true:
                note(seen, "stale" if reads == "serve" else "marked", (side, "read", 0, f"at {at} the {side} side shows {held[side][account]:,} on account {account}, of which {true:,} is left"))
            continue
        writes = d[side]["writes"]
        story = f"at {at} a withdrawal of {cents:,} from {account} on the {side} side"
        if writes == "refuse" or writes == "limit" and paid[side][account] + cents > d["limit"]:
            note(seen, "refused", (side, "write", cents, story + " is refused"))
        elif writes == "queue":
            waiting.append((side, account, cents))
            note(seen, "late", (side, "write", cents, story + " has to wait until 12:00"))
        elif held[side][account] >= cents:
            held[side][account] -= cents
            paid[side][account] += cents
            done.append((side, account, cents))
            note(seen, "accepted", (side, "write", cents, story + " is paid"))
    final = {}
    for account in ("A", "B"):
        own = [x for x in done if x[1] == account]
        sides = [x[0] for x in own]
        kept = own
        if d["merge"] == "majority_wins" or d["merge"] == "none":
            kept = [x for x in own if x[0] == "majority"]
        elif d["merge"] == "last_write_wins" and own:
            kept = [x for x in own if x[0] == sides[-1]]
        for x in own:
            if x not in kept:
                note(seen, "lost", (x[0], "write", x[2], f"the {x[2]:,} that the {x[0]} side paid from {account} are in no balance after 12:00"))
        final[account] = start[account] - sum(x[2] for x in kept)
    for side, account, cents in waiting:
        if final[account] >= cents:
            final[account] -= cents
        else:
            note(seen, "refused", (side, "later", cents, f"after 12:00 the waiting withdrawal of {cents:,} from {account} is refused"))
    for account in ("A", "B"):
        if final[account] < 0:
            note(seen, "overdrawn", ("", "", -final[account], f"account {account} ends the day at {final[account]:,}"))
    return seen

def play_items(d, names):
    """The day of a feed or of two mailboxes."""
    seen = {"refused": [], "late": [], "stale": [], "overdrawn": [], "lost": [], "accepted": [], "marked": []}
    held = {"majority": [], "minority": []}
    done, waiting = [], []
    script = [("10:10", "majority", names["first"]), ("10:20", "minority", names["second"]), ("10:30", "minority", None), ("10:40", "majority", None)]
    for at, side, item in script:
        if item is None:
            reads = d[side]["reads"]
            missing = [i for s, i in done + waiting if i not in held[side]]
            if reads == "refuse":
                note(seen, "refused", (side, "read", 0, f"at {at} {names['reader'][side]} on the {side} side gets an error"))
                continue
            for i in [i for s, i in done if i not in held[side]]:
                note(seen, "stale" if reads == "serve" else "marked", (side, "read", 0, f"at {at} {names['reader'][side]} on the {side} side does not find {i}"))
            for i in missing:
                note(seen, "late", (side, "read", 0, f"{i} reaches the {side} side after 12:00"))
            continue
        writes = d[side]["writes"]
        story = f"at {at} {item} on the {side} side"
        if writes == "refuse":
            note(seen, "refused", (side, "write", 1, story + " is refused"))
        elif writes == "queue":
            waiting.append((side, item))
            note(seen, "late", (side, "write", 1, story + " has to wait until 12:00"))
        else:
            held[side].append(item)
            done.append((side, item))
            note(seen, "accepted", (side, "write", 1, story + " is accepted"))
    kept = done
    if d["merge"] == "none" and d.get("letter") == "AP":
        kept = []
    elif d["merge"] == "majority_wins" or d["merge"] == "none":
        kept = [x for x in done if x[0] == "majority"]
    elif d["merge"] == "last_write_wins" and done:
        kept = [x for x in done if x[0] == done[-1][0]]
    for x in done:
        if x not in kept:
            told = f"was accepted and never reaches the {'minority' if x[0] == 'majority' else 'majority'} side" if d["merge"] == "none" else "was accepted and is gone after 12:00"
            note(seen, "lost", (x[0], "write", 1, f"{x[1]} {told}"))
    return seen

NAMES = {"feed": {"first": "Ada's post", "second": "Bo's post", "reader": {"majority": "a follower", "minority": "a follower"}},
         "email": {"first": "Ann's mail to Ben", "second": "Ben's mail to Ann", "reader": {"majority": "Ann, opening her mailbox", "minority": "Ben, opening his mailbox"}}}

def play(name, d):
    return play_bank(d) if name == "bank" else play_items(d, NAMES[name])

def first(found):
    return found[0][3]

def trouble(name, s):
    """Why the day that was played is not what the chosen letter promises."""
    missing = undecided(s, name == "bank")
    if missing:
        return missing
    d = decisions(s)
    seen = play(name, d)
    if letter(s) == "CP":
        taken = [x for x in seen["accepted"] if x[0] == "minority"]
        if taken:
            return first(taken) + ", which cannot ask the majority, in a system called CP" + (f"; {first(seen['overdrawn'])}" if seen["overdrawn"] else "")
        if seen["stale"]:
            return first(seen["stale"]) + ", as if it were current, in a system called CP"
        idle = [x for x in seen["refused"] + seen["late"] if x[0] == "majority" and x[2] < 1000 and x[1] != "later" and "reaches the" not in x[3]]
        if idle:
            return first(idle) + ", although two of three nodes can decide: CP gives up the minority's side, not everybody"
        return None
    worst = [x for x in seen["overdrawn"] if x[2] > 1000]
    if worst:
        return first(worst) + ", for too little bounds what both sides pay out: an AP bank needs a limit that it can afford to lose"
    refused = [x for x in seen["refused"] if x[2] < 1000 and x[1] != "later"]
    if refused:
        return first(refused) + ", in a system called AP"
    if seen["lost"]:
        return first(seen["lost"]) + f", with {d['merge']}: staying available means that what was accepted is kept"
    if name == "bank" and seen["late"]:
        return first(seen["late"]) + ", in a system called AP"
    return None

def otherwise(s):
    told = s.get("otherwise")
    return told if isinstance(told, dict) else {}

def brought(s):
    told = otherwise(s).get("brings")
    if told is None:
        return []
    told = told if isinstance(told, list) else re.split("[,;/ ]+and[ ]+|[,;/]+", str(told))
    stems = [("refus", "refused"), ("reject", "refused"), ("unavailab", "refused"), ("turned away", "refused"), ("late", "late"), ("delay", "late"), ("stale", "stale"),
             ("overdra", "overdrawn"), ("lost", "lost"), ("loss", "lost")]
    def meant(t):
        found = [name for stem, name in stems if re.search(r"\b" + stem, text(t))]
        return found[0] if found else None
    return [(str(t).strip(), meant(t)) for t in told if str(t).strip()]

MEANT = {"refused": "somebody is turned away", "late": "somebody waits for the link", "stale": "somebody sees an old state", "overdrawn": "an account is overdrawn", "lost": "something accepted is lost"}

def other_way(name, s):
    """Whether what is said to come with the other letter does, and does not come with this one just the same."""
    missing = undecided(s, name == "bank")
    if missing:
        return missing
    mine = play(name, decisions(s))
    if trouble(name, s):
        # What the day showed is not this letter's doing: the letter's own day is the measure.
        side = {"reads": "serve", "writes": "accept"}
        alone = {"reads": "refuse", "writes": "refuse"} if letter(s) == "CP" else side
        mine = play(name, {"majority": side, "minority": alone, "merge": "keep_all", "limit": 0})
    days = []
    if letter(s) == "CP":
        for merge in ("keep_all", "last_write_wins", "majority_wins"):
            both = {"reads": "serve", "writes": "accept"}
            days.append(play(name, {"majority": both, "minority": both, "merge": merge, "limit": 0}))
    else:
        for writes in ("refuse", "queue"):
            days.append(play(name, {"majority": {"reads": "serve", "writes": "accept"}, "minority": {"reads": "refuse", "writes": writes}, "merge": "keep_all", "limit": 0}))
    other = "AP" if letter(s) == "CP" else "CP"
    claims = brought(s)
    if not claims:
        return "nothing is said about what the other choice brings"
    for told, claim in claims:
        if claim is None:
            return f"{told} has to be one of refused, late, stale, overdrawn and lost"
        most = max(len(day[claim]) for day in days)
        if most == 0 and mine[claim]:
            return f"{claim} is what your own choice brings ({first(mine[claim])}); asked is what {other} would bring"
        if most == 0:
            return f"the day was played with {other} too, and {claim} ({MEANT[claim]}) was not seen there"
        if most <= len(mine[claim]):
            return f"{claim} comes with your own choice just as much ({first(mine[claim])}); asked is what {other} would bring instead"
    return None

AGAINST = "not|no|never|nobody|none|without|cannot|nor|neither|hardly|less|t|instead|sacrifice|sacrifices|sacrificing|sacrificed|forgo"

def leaning(told, cues):
    """How often a text speaks for something and how often against it."""
    for_it, against = 0, 0
    told = re.sub(r"\b(?:never|not|nobody|cannot|can't)\b(?: [a-z0-9,$]+){0,5} twice\b", "exactly once", told)
    told = re.sub(r"\b(never|not|nothing|no)\b((?: [a-z]+){0,6} )(?:unless|until|before)\b", r"only\2if", told)
    for part in re.split("[.,;:!?]| (?:but|while|so|because|since|therefore) ", told):
        for found in re.finditer(cues, part):
            before = re.findall("[a-z]+", part[:found.start()])[-6:]
            after = re.findall("[a-z]+", part[found.end():])[:6]
            turned = [w for w in before if re.fullmatch(AGAINST, w)] or "give up" in " ".join(before) or "gives up" in " ".join(before) or "giving up" in " ".join(before)
            turned = turned or re.search(r"\b(is|are|does|do|has|have|matters?|counts?) (not|less|no|little)\b|\b(isn|doesn|don|aren) t\b|n't\b|\b(nothing|overkill|unnecessary|needless|irrelevant|secondary|luxury|wasted)\b", " ".join(after))
            if turned:
                against += 1
            else:
                for_it += 1
    return for_it, against

CONSISTENT = r"\bcp\b|(?<!eventual )(?<!eventually )\bconsisten|\blineari|\bexact|\bcorrect|overdra|double[- ]?spen|\bsame (money|balance|value|truth|state|answer)|must agree|one truth|single truth|\bprecise|\baccurate|sees? (exactly )?the same|exactly the same|(must|should|has to|have to|better to|rather) (\w+ ){0,2}(refuse|reject|block|decline|show an error)|(blocked|refused|rejected) (during|while|until)|(stale|old|outdated|wrong|different) \w+ (is|are) (unacceptable|intolerable|not acceptable|dangerous|not tolerable|forbidden)|(until|unless|if) (all|both|the|every|each) (\w+ )?\w+ (agree|know|have|has|confirm)|\bin sync\b|\bwe (refuse|reject|block|decline)\b|in the same order|on (all|every) (node|server|side|replica)s? before|\bidentical"
AVAILABLE = r"\bap\b|\bavailab|eventual|harmless|harm(s|ed)? nobody|hurts? nobody|nobody (is )?(notices|minds|cares|harmed|hurt|dies)|no ?(one|body) (notices|minds|cares|is hurt|is harmed)|tolera(?!\w* (a |an |the )?(declin|refus|reject|error|wait|outage|closed|short))|reconcil|\bmerg|converg|(hour|minute|second|day)s? (late|later|old)|keeps? (on )?(working|paying|posting|sending|serving|accepting)|stale \w+ (is|are) (fine|ok|okay|acceptable|harmless)|uptime|good enough|(synchroni[sz]ed?|synced|sorted out|fixed|corrected|caught up|joined) (later|afterward)|sort out .*(later|afterward)|(bit|little|slightly) (stale|late|old|behind)|bounded|must always (answer|work|pay|accept)|always (be able|answers?|up|open|works?)|around the clock|24/7|stay(s)? (open|up|online)|(differences|books|conflicts|rest) .*(settled|sorted|evened|squared|resolved|cleaned|fixed)"

def alike(one, other):
    """Whether one text is the other with a few words changed."""
    a, b = re.findall("[a-z']+", text(one)), re.findall("[a-z']+", text(other))
    if min(len(a), len(b)) < 6:
        return a == b and len(a) > 0
    left, common = list(b), 0
    for w in a:
        if w in left:
            left.remove(w)
            common += 1
    return common >= 0.75 * max(len(a), len(b))

def repeated(name):
    """The other system whose reason is the same."""
    for other in ("bank", "feed", "email"):
        if other != name and alike(system(name).get("because"), system(other).get("because")):
            return f"the same reason, but for a word or two, stands for the {other}: what fits every system says nothing about this one"
    return None

def contradicts(s):
    """A reason that speaks only for the other letter."""
    if letter(s) is None:
        return chosen(s)
    told = text(s.get("because"))
    if len(told.split()) < 4:
        return "there is no reason yet"
    if letter(s) == "AP" and unbounded(s) is None:
        # Who bounds what is paid twice, and collects it, may call it by its name.
        told = re.sub(r"overdra\w*|double[- ]?spen\w*", "", told)
    cp, not_cp = leaning(told, CONSISTENT)
    ap, not_ap = leaning(told, AVAILABLE)
    for_cp, for_ap = cp + not_ap, ap + not_cp
    if letter(s) == "CP" and for_ap > 0 and for_cp == 0:
        return "the reason speaks for staying available, and the choice is CP"
    if letter(s) == "AP" and for_cp > 0 and for_ap == 0:
        return "the reason speaks for staying consistent, and the choice is AP"
    return None


def unbounded(s):
    """An AP bank is argued by what it can lose at most, and by how the books are put right."""
    if letter(s) != "AP":
        return None
    told = text(s.get("because"))
    if not re.search(r"limit|bound|at most|small|\bcap\b|capped|up to|maximum|no more than|only .*[0-9]|risk|rather lose|\blos(e|s|ses) .*(each|every|an? |per )|afford|worst", told):
        return "a bank that pays on both sides has to say how much it can lose at most"
    if not re.search(r"reconcil|settl|claim|collect|afterward|later|back|merge|add(ed)? up|correct|books|debt|owe|keep|recover|fee|overdraft|investigat|compensat", told):
        return "a bank that pays on both sides has to say how its books are put right when the link is back"
    return None

def consequence(name, s):
    """A consequence told in words that is the chosen letter's own."""
    if letter(s) is None:
        return chosen(s)
    told = text(otherwise(s).get("because"))
    of_ap = re.search(r"overdra|twice|double|incorrect|inaccura|not (exact|the same|know)|spend|more than|stale|\bold\b|outdated|lost|lose|gone|disappear|vanish|differ|diverg|wrong|minus|negative|below zero|conflict|inconsisten|\blate|delay|miss|not see|never see|out of (date|order)|contradict|two (versions|truths|states)|both sides|same (money|[0-9])|overwrit|claim|fraud|pays? out|empt(y|ies|ied)|(once|per|on) (each|every|either) side|once per side|\bthie(f|ves)\b|too much", told)
    of_cp = re.search(r"refus|reject|error|fail|unavail|cannot|can't|couldn't|could not|unable|nobody can|down\b|wait|block|turned away|turn away|outage|stop|bounce|lock|unreachable|no (feed|mail|money|post|cash|page)|not (be able|work|send|post|pay|open|load|get)|empty|offline|standstill|stuck|try again|lost|spinner|loading|time[sd]? ?out|nothing (is|would be)|leave|interrupt|disrupt|den(y|ied)|declin|halt|fr[eo]ez|frozen|inaccess|blank|resend|again and again|\bagain by|give up|silen|strand|neither|broken|deliver(ed|y)? nothing|not answer|no answer|dead", told)
    if letter(s) == "CP" and not of_ap:
        return "the words tell nothing that AP would bring" + (": to be refused or to wait is what CP, your own choice, brings" if of_cp else "")
    if letter(s) == "AP" and not of_cp:
        return "the words tell nothing that CP would bring" + (": to differ or to be late is what AP, your own choice, brings" if of_ap else "")
    return None
