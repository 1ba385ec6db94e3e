import re


def plain(value):
    return re.sub("[^a-z0-9]+", " ", text(value)).strip()


def empty(value):
    return plain(value) in ("", "todo", "tbd", "none", "n a")


def rows_of(value):
    return [x for x in value if isinstance(x, dict)] if isinstance(value, list) else []


def listed(value):
    """One or several names, as a list or as a text with commas."""
    if value is None:
        return []
    told = value if isinstance(value, list) else re.split(r",|;|\+|&| and ", str(value))
    return [str(t).strip() for t in told if not empty(t)]


UNITS = [("second", 1 / 60), ("sec", 1 / 60), ("s", 1 / 60), ("millisecond", 1 / 60000), ("ms", 1 / 60000), ("minute", 1.0), ("min", 1.0), ("m", 1.0), ("hour", 60.0), ("hr", 60.0), ("h", 60.0),
         ("day", 1440.0), ("d", 1440.0), ("night", 1440.0), ("week", 10080.0), ("w", 10080.0), ("month", 43920.0), ("mo", 43920.0), ("quarter", 131760.0), ("half year", 262800.0), ("year", 525600.0), ("y", 525600.0)]
SIMPLE = {"": 1 / 60, "sec": 1 / 60, "second": 1 / 60, "m": 1.0, "min": 1.0, "minute": 1.0, "h": 60.0, "hour": 60.0, "day": 1440.0, "week": 10080.0, "month": 43920.0}
WORDS = [(r"continu|stream|synchron|real.?time|constant|always|immediate|at once|every (write|commit|transaction|change)", 0.0), (r"twice a week", 5040.0), (r"twice (a|per) (month|year)|semi.?annual|half.?year|every half", 0.0),
         (r"bi-?week|fortnight", 20160.0), (r"hourly", 60.0), (r"daily|nightly", 1440.0), (r"weekly|\b(mon|tues|wednes|thurs|fri|satur|sun)day", 10080.0), (r"monthly", 43920.0), (r"quarterly", 131760.0), (r"yearly|annual", 525600.0)]


def minutes(value, bare=1.0):
    """A duration or an interval in minutes; None where there is none. `bare` is what a number alone counts."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value) * bare
    told = text(value).split("=")[-1].replace("½", "0.5").strip()
    simple = re.match(r"^([0-9]+[.]?[0-9]*) ?([a-z]+)$", told)
    if simple and simple.group(2) != "ms" and simple.group(2).rstrip("s") in SIMPLE:
        return float(simple.group(1)) * SIMPLE[simple.group(2).rstrip("s")]
    clock = re.match(r"^~?([0-9]{1,2}):([0-9]{2})(:([0-9]{2}))?( ?h)?$", told)
    if clock:
        return int(clock.group(1)) * 60.0 + int(clock.group(2)) + int(clock.group(4) or 0) / 60
    without = re.sub(r"[(][^)]*[)]", " ", told).strip()
    if re.search("[0-9a-z]", without):
        told = without
    told = re.sub(r"half an? (hour|day|minute|week)", r"0.5 \1", re.sub(r"half.(hour|day|minute)", r"0.5 \1", told))
    told = re.sub(r"(a |one )?quarter of an hour", "15 min", told)
    told = re.sub(r"three quarters of an hour", "45 min", told)
    told = re.sub(r"every (other|second) (day|week|month|quarter|year)", r"every 2 \2", told)
    for adverb, unit in (("daily", "day"), ("weekly", "week"), ("monthly", "month"), ("yearly", "year")):
        told = re.sub(r"\b(once|twice|[0-9]+ ?x|[0-9]+ times) " + adverb + r"\b", r"\1 a " + unit, told)
    if re.search(r"twice (a|per) year|semi.?annual|half.?year|half a year|every half|two times a year", told):
        return 262800.0
    if re.search(r"twice (a|per) month", told):
        return 21960.0
    told = re.sub(r"(?<=[0-9])h(?=[0-9])", " h ", told)
    for n, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")):
        told = re.sub(r"\b" + word + r"(?= ?-?(second|minute|min|hour|day|week|month|quarter|year))", str(n + 2), told)
    found = re.findall(r"([0-9]+[.]?[0-9]*|[0-9]*[.][0-9]+)[ -]*(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|months?|mo|m|hours?|hrs?|h|days?|d|nights?|weeks?|w|quarters?|years?|y)?\b", told)
    table = dict(UNITS)
    total, any_unit, last = 0.0, False, ""
    often = re.search(r"([0-9]+|once|twice|three times|four times)( times| x|x)? (a|an|per|every|each) (minute|hour|day|week|month|quarter|year)", told)
    if often:
        times = {"once": 1.0, "twice": 2.0, "three times": 3.0, "four times": 4.0}
        n = times[often.group(1)] if often.group(1) in times else float(often.group(1))
        return table[often.group(4)] / n if n > 0 else None
    for number, unit in found:
        unit = unit if unit in table else unit[:-1]
        if unit in table:
            total += float(number) * table[unit]
            any_unit = True
        elif unit == "" and last in ("h", "hour", "hr"):
            total += float(number)
        last = unit
    if any_unit:
        return total
    if found:
        return float(found[0][0]) * bare
    if re.search(r"day.* of (the|each|every) (month|quarter)", told):
        return 43920.0 if "month" in told else 131760.0
    for pattern, meant in WORDS:
        if re.search(pattern, told):
            return meant
    every = re.search(r"\b(second|minute|hour|day|night|week|month|quarter|year)s?\b", told)
    if every:
        return table[every.group(1)]
    return None


def length(value):
    """Minutes as people say them."""
    if value >= 2880:
        return f"{round(value / 1440)} days"
    if value >= 120:
        return f"{whole(value / 60)} h"
    if value < 1 and value > 0:
        return f"{whole(value * 60)} s"
    return f"{whole(value)} min"


def whole(value):
    value = round(value, 1)
    return f"{int(value)}" if value == int(value) else f"{value}"


def short(value, most=70):
    told = " ".join(str(value).split())
    return told if len(told) <= most else told[:most].rstrip() + "..."


# Regions

def regions(doc):
    r = doc.get("regions") if isinstance(doc.get("regions"), dict) else {}
    return plain(r.get("primary")), plain(r.get("recovery"))


def survives(doc, where):
    """Whether something is still there without the first region."""
    first, second = regions(doc)
    for place in listed(where):
        p = plain(place)
        if second and (p.startswith(second) or re.search(r"\b" + second + r"\b", p)) and second != first:
            return True
        if re.search(r"\baz\b|\bazs\b|\bzones?\b|data ?cent|\brack|\bdisks?\b|\blocal|same region|on site", p) and not re.search(r"\b(other|another|second|third|different|two|both|recovery) region|global", p):
            continue
        # In somebody's head; or a thing, and the place is another part of the text.
        if re.search(r"\bheads?\b|\bnowhere\b|not written|unwritten", p):
            continue
        if len(listed(where)) > 1 and re.search(r"^(aws |amazon )?(ecr|s3|kms|ssm|vault|registry|harbor|secrets? manager|parameter store|cloudwatch|prometheus|docker|gitlab|consul|bucket)$", p):
            continue
        if re.search(r"\baccount\b", p) and not re.search(r"region|global|third", p) and len(listed(where)) > 1:
            continue
        if re.search(r"^(both|recovery|secondary|standby|dr|second|other|global|worldwide|everywhere|outside|elsewhere|third|all|every|multi|offline|paper|printed)\b|\b(both|recovery|other|outside|third|two|all|another|every|several) (region|cloud|provider|account|the)?|multi.?region|\bglobal", p):
            return True
        if re.search(r"^(main|home|current|active|production|prod|same|old|failed|lost|this|our)( |$)|\bsame as\b|\b(main|home|current|production|primary|first|lost|same) (region|site|location|cluster|account|vpc|network)\b|^here$|next to the (database|primary)", p):
            continue
        if p == "primary" or p.startswith("primary ") or p == "first" or (first and (p.startswith(first) or re.search(r"\b" + first + r"\b", p))):
            continue
        return True
    return False


# Copies of the data

def copies(doc):
    out = []
    for row in rows_of(doc.get("copies")):
        method = plain(row.get("method"))
        kind = "replication" if re.search(r"replic|stream|mirror|sync|standby|active", method) else "snapshot" if re.search(r"snap|backup|dump|export|copy|full|incremental", method) else "log" if re.search(r"log|wal|binlog|archiv|journal|point in time|pitr|ship|cdc", method) else None
        if re.search(r"log ship|wal|binlog|point in time", method) and not re.search("replic", method):
            kind = "log"
        out.append({"name": str(row.get("name", "")).strip(), "method": method, "kind": kind, "interval": minutes(row.get("interval")), "copy": minutes(row.get("copy_time")), "lag": minutes(row.get("worst_lag")),
                    "where": row.get("where"), "safe": survives(doc, row.get("where"))})
    return out


def loss_of(copy):
    return (copy["interval"] or 0.0) + (copy["copy"] or 0.0) + (copy["lag"] or 0.0)


def told_loss(copy):
    bits = []
    if copy["interval"]:
        bits.append(f"{length(copy['interval'])} until the next one")
    if copy["copy"]:
        bits.append(f"{length(copy['copy'])} to take and ship it")
    if copy["lag"]:
        bits.append(f"{length(copy['lag'])} of lag")
    return f"{copy['name']} loses " + (" + ".join(bits) + f" = {length(loss_of(copy))}" if len(bits) > 1 else length(loss_of(copy))) + " at worst"


def named(name, table):
    """The entry a name means; `the replica` is `replica`."""
    told = plain(name)
    if told in table:
        return table[told]
    told = re.sub(r"^(the|a|an|our|from) ", "", told)
    for key in table:
        if told == key or told == key + "s" or told + "s" == key or told.replace(" ", "") == key.replace(" ", ""):
            return table[key]
    # The latest of the snapshots: one name among other words.
    within = [key for key in table if len(key) > 2 and " " + key.rstrip("s") + " " in " " + " ".join(w.rstrip("s") for w in told.split()) + " "]
    return table[within[0]] if len(within) == 1 else None


def incomplete(copy):
    """What a copy does not say that it has to."""
    if plain(copy["name"]) in ("", "todo"):
        return "a copy has no name"
    if copy["kind"] is None:
        return f"{copy['name']}: the method says {copy['method']}, and has to be replication, snapshot or log"
    if copy["kind"] == "replication":
        if not loss_of(copy) and not re.search(r"(^|[^a])synchron|^sync|\bsync\b", copy["method"]):
            return f"{copy['name']} does not say how far it may be behind at its worst, and replication to another region always is"
        return None
    if not copy["interval"]:
        return f"{copy['name']} does not say how often it is taken"
    if not copy["copy"] and not copy["lag"]:
        return f"{copy['name']} does not say how long it takes to take and to ship it"
    return None


def used(doc):
    """For each step that brings the data back, the copies it is brought back from."""
    by_name = {plain(c["name"]): c for c in copies(doc)}
    out = []
    for s in steps(doc):
        if s["does"] == "restore":
            found = [named(n, by_name) for n in s["from"] or s["needs"]]
            found = [c for c in found if c]
            if found:
                out.append((s, found))
    return out


def worst_loss(doc):
    """(minutes, the copy, None) or (None, None, why not)."""
    have = copies(doc)
    if not have:
        return (None, None, "there is no copy of the data")
    safe = [c for c in have if c["safe"]]
    if not safe:
        return (None, None, f"every copy is in the region that is lost ({', '.join(c['name'] for c in have)}), so all data is")
    worst = None
    for step, found in used(doc) or [(None, safe)]:
        left = [c for c in found if c["safe"]]
        if not left:
            return (None, None, f"{step['name']} goes back to {', '.join(c['name'] for c in found)}, and that is in the region that is lost")
        best = min(left, key=loss_of)
        if best["kind"] == "log" and not any(c["safe"] and c["kind"] != "log" for c in have):
            return (None, None, f"{best['name']} holds the changes since a snapshot, and every snapshot is in the region that is lost")
        if worst is None or loss_of(best) > loss_of(worst):
            worst = best
    return (loss_of(worst), worst, None)


def losing(doc):
    for c in copies(doc):
        wrong = incomplete(c)
        if wrong:
            return wrong
    restores = [s for s in steps(doc) if s["does"] == "restore"]
    if restores and len(copies(doc)) > 1 and not used(doc):
        return f"{restores[0]['name']} does not say which copy it goes back to"
    lost, copy, why = worst_loss(doc)
    if why:
        return why
    if lost > 15.001:
        return f"{told_loss(copy)}, and 15 min are allowed"
    return None


def loss_said(doc):
    nothing = ("none", "nothing", "zero", "no loss", "no data", "no transactions", "none at all")
    told = 0.0 if plain(doc.get("worst_loss")) in nothing else minutes(doc.get("worst_loss"))
    if told is None:
        return "nothing is said about the worst loss"
    lost, copy, why = worst_loss(doc)
    if why:
        return None  # the loss itself is wrong, and that is said there
    if abs(told - lost) > max(0.02, 0.05 * lost):
        return f"{told_loss(copy)}, and the plan says {length(told)}"
    count = doc.get("transactions_lost")
    found = re.search("[0-9][0-9,_ ']*([.][0-9]+)?", str(count).split("=")[-1])
    number = float(re.sub("[^0-9.]", "", found.group(0))) if found else 0.0 if plain(count) in nothing else None
    if number is None:
        return "nothing is said about how many transactions are lost"
    if abs(number - lost * 60) > max(1.5, 0.05 * lost * 60):
        return f"one transaction a second for {length(lost)} is {round(lost * 60):,} transactions, and the plan says {round(number):,}"
    return None


# Steps

DOES = [("detect", r"detect|notic|monitor|alarm|alert|observ"), ("decide", r"decid|decision|declar|confirm|approv|quorum|judg"), ("fence", r"fenc|isolat|block|stonith|revoke|lock"),
        ("verify", r"verif|check|test|validat|smoke"), ("switch", r"switch|dns|traffic|rout|redirect|cut ?over"), ("scale", r"scal|start|capacit|provision|boot|warm"),
        ("restore", r"restor|promot|recover|data|replay|mount|take ?over|failover"), ("other", r"other|inform|notif|communicat|page|announc|return|fail ?back")]


def kind_of(told):
    for kind, _ in DOES:
        if told == kind:
            return kind
    for kind, pattern in DOES:
        if re.search(r"\b(" + pattern + ")", told):
            return kind
    return None


def steps(doc):
    failover = doc.get("failover") if isinstance(doc.get("failover"), dict) else {}
    out = []
    for n, row in enumerate(rows_of(failover.get("steps"))):
        told = plain(row.get("does"))
        does = kind_of(told)
        name = str(row.get("id", "")).strip()
        out.append({"name": name if not empty(name) else f"step {n + 1}", "told": str(row.get("does", "")), "does": does, "what": text(row.get("what")), "takes": minutes(row.get("takes")), "after": listed(row.get("after")), "needs": listed(row.get("needs")), "from": listed(row.get("from"))})
    return out


def mode(doc):
    r = doc.get("standby") if isinstance(doc.get("standby"), dict) else {}
    told = plain(r.get("mode"))
    for kind, pattern in (("active-active", r"active active|both (active|serve)|multi (active|master|primary)"), ("warm standby", r"warm|hot|active passive|standby"), ("pilot light", r"pilot"), ("backup and restore", r"backup|restore|cold")):
        if re.search(pattern, told):
            return kind
    return None


def decision(doc):
    failover = doc.get("failover") if isinstance(doc.get("failover"), dict) else {}
    told = plain(failover.get("decision"))
    if re.search(r"semi|manual|half|approv|confirm|not auto", told):
        return "manual"
    if re.search(r"auto|machine|script|quorum|consensus|election|controller|witness", told):
        return "automatic"
    return "manual" if re.search(r"human|person|people|operator|on call|manager|engineer", told) else None


def ahead(doc):
    """Everything a step waits for, direct or not; and what is wrong with the plan as a graph."""
    plan = steps(doc)
    by_name = {}
    wrong = None
    for s in plan:
        if plain(s["name"]) in by_name:
            wrong = wrong or f"two steps are called {s['name']}"
        by_name[plain(s["name"])] = s
    direct = {}
    for s in plan:
        direct[s["name"]] = []
        for a in s["after"]:
            if plain(a) in ("outage", "failure", "start", "nothing", "the outage"):
                continue
            found = named(a, by_name)
            if found is None:
                wrong = wrong or f"{s['name']} waits for {a}, and no step is called that"
                continue
            direct[s["name"]].append(found["name"])
    whole_of = {s["name"]: list(direct[s["name"]]) for s in plan}
    for _ in plan:
        for name in whole_of:
            for before in list(whole_of[name]):
                for b in whole_of[before]:
                    if b not in whole_of[name]:
                        whole_of[name].append(b)
    for name in whole_of:
        if name in whole_of[name]:
            return (direct, whole_of, True), f"{name} waits for itself, by way of {' and '.join(b for b in direct[name])}"
    return (direct, whole_of, False), wrong


def order(doc):
    plan = steps(doc)
    if not plan:
        return "there are no steps"
    for s in plan:
        if s["does"] is None:
            return f"{s['name']}: does says {s['told']}, and has to be detect, decide, fence, restore, scale, verify, switch or other"
        if s["takes"] is None or s["takes"] < 0:
            return f"{s['name']} does not say how long it takes"
    have = set(s["does"] for s in plan)
    lacks = {"detect": "nothing says how the outage is noticed, and the hour has begun", "decide": "nobody and nothing decides to fail over", "restore": "no step makes the data of the other region the one that counts",
             "verify": "users are sent to the other region before anybody has looked whether it works", "switch": "no step moves the users, so they stay at the region that is lost"}
    for kind in ("detect", "decide", "restore", "verify", "switch"):
        if kind not in have and not (kind == "restore" and mode(doc) == "active-active"):
            return lacks[kind]
    graph, wrong = ahead(doc)
    if wrong:
        return wrong
    if len(plan) > 1 and not any(s["after"] for s in plan):
        return "no step says in `after` what it waits for, so all of them begin with the outage"
    before = graph[1]
    kinds = {s["name"]: s["does"] for s in plan}

    def waits(s, kind):
        return any(kinds[b] == kind for b in before[s["name"]])

    for s in plan:
        if s["does"] == "decide" and not waits(s, "detect"):
            return f"{s['name']} waits for no step that detects the outage"
        if s["does"] == "restore" and not waits(s, "detect"):
            return f"{s['name']} waits for no step that detects the outage, so nothing starts it"
        if s["does"] == "switch":
            if not waits(s, "decide"):
                return f"{s['name']} moves the users without waiting for the decision"
            if "restore" in have and not waits(s, "restore"):
                return f"{s['name']} does not wait for the data to be there"
    if "fence" in have and not any(waits(s, "fence") for s in plan if s["does"] == "switch"):
        fence = [s for s in plan if s["does"] == "fence"][0]
        return f"users are moved without waiting for {fence['name']}, so both regions may take writes at the same time"
    for s in plan:
        if s["does"] == "fence" and waits(s, "restore"):
            taken = [b for b in before[s["name"]] if kinds[b] == "restore"][0]
            return f"{s['name']} waits for {taken}, so until then both regions take writes, and those of the first are lost"
    last = [s for s in plan if s["does"] == "switch" and not any(s["name"] in before[o["name"]] for o in plan if o["does"] == "switch")]
    if last and not any(waits(s, "verify") for s in last):
        return f"{last[0]['name']} moves the users, and waits for no step that verifies"
    checks = [s for s in plan if s["does"] == "verify"]
    if "restore" in have and not any(waits(s, "restore") for s in checks):
        return f"{checks[0]['name']} waits for no restore, so what it verifies is not there yet"
    if any(s["takes"] <= 0 for s in plan if s["does"] in ("detect", "switch", "verify")):
        s = [s for s in plan if s["takes"] <= 0 and s["does"] in ("detect", "switch", "verify")][0]
        return f"{s['name']} takes no time"
    return None


def path(doc):
    """(minutes until users are served, the steps on the longest path) or why not."""
    plan = steps(doc)
    by_name = {s["name"]: s for s in plan}
    graph, wrong = ahead(doc)
    if graph[2]:
        return None, f"{wrong}, so the outage never ends"
    have = [s["does"] for s in plan]
    if "switch" not in have:
        return None, "no step moves the users, so the outage does not end"
    for kind, why in (("detect", "to notice the outage"), ("decide", "to decide")):
        if kind not in have:
            return None, f"the hour begins with the outage, and nothing says how long it takes {why}"
    direct, before, _ = graph
    kinds = {s["name"]: s["does"] for s in plan}
    for s in plan:
        if s["does"] == "switch" and not any(kinds[b] == "detect" for b in before[s["name"]]):
            return None, f"{s['name']} waits for no step that detects the outage, and the hour begins with the outage"
    done = {}

    def finish(name):
        if name not in done:
            best = (0.0, [])
            for b in direct[name]:
                f = finish(b)
                if f[0] > best[0]:
                    best = f
            done[name] = (best[0] + (by_name[name]["takes"] or 0.0), best[1] + [name])
        return done[name]

    ends = [finish(s["name"]) for s in plan if s["does"] == "switch"]
    return max(ends, key=lambda e: e[0]), None


def sum_of(doc, found):
    by_name = {s["name"]: s for s in steps(doc)}
    return " + ".join(f"{n} {whole(by_name[n]['takes'] or 0.0)}" for n in found[1]) + f" = {whole(found[0])} min"


def recovering(doc):
    found, wrong = path(doc)
    if wrong:
        return wrong
    if found[0] <= 0:
        return "the steps take no time"
    for s in steps(doc):
        told = re.search("(ttl|time to live|lifetime|cached|remembered)( of| is| for|:|=)* ?(up to |about |at most )?((an? )?([0-9.]+ ?)?[a-z]*)", s["what"])
        kept = minutes(told.group(4), 1 / 60) if told and s["does"] == "switch" else None
        if kept is not None and kept > (s["takes"] or 0.0) + 0.1:
            return f"{s['name']} takes {length(s['takes'] or 0.0)}, and users keep the old address for {length(kept)}: {short(s['what'])}"
    if found[0] > 60.001:
        return f"the longest path is {sum_of(doc, found)}, and 60 min are allowed"
    return None


def recovery_said(doc):
    told = minutes(doc.get("worst_recovery"))
    if told is None or told <= 0:
        return "nothing is said about the worst recovery"
    found, wrong = path(doc)
    if wrong:
        return None  # the steps are wrong, and that is said there
    if abs(told - found[0]) > max(0.5, 0.03 * found[0]):
        return f"from the outage to users being served the longest path is {sum_of(doc, found)}, and the plan says {length(told)}"
    return None


def deciding(doc):
    how = decision(doc)
    if how is None:
        return "the decision has to be automatic or manual"
    plan = steps(doc)
    takes = sum(s["takes"] or 0.0 for s in plan if s["does"] == "decide")
    notice = sum(s["takes"] or 0.0 for s in plan if s["does"] == "detect")
    if not any(s["does"] == "decide" for s in plan):
        return f"the decision is {how}, and no step decides"
    if how == "manual" and takes < 5:
        return f"a person decides within {length(takes)}: at four in the morning somebody has to be reached, wake up, look and dare, which takes 5 min and more"
    for s in plan:
        if how == "automatic" and s["does"] == "decide" and re.search("(person|people|human|manager|on.call|engineer|operator|officer|cto|somebody|team|deputy|lead)[a-z ,]{0,24} (approve|confirm|decide|agree|press|judge|call|says)", s["what"]) and not re.search("can |may |could |unless|veto", s["what"]):
            return f"the decision is automatic, and {s['name']} is a person's: {short(s['what'])}"
    if how == "automatic" and takes + notice < 1:
        return f"{length(takes + notice)} after the first failed check the service moves to another region, and any blip would do that"
    return None


# What is left without the first region

ASKED = ["monitoring", "traffic", "secrets", "images", "runbook"]


def independent(doc):
    first, second = regions(doc)
    if not first or not second or first == "todo" or second == "todo":
        return "the two regions are not named"
    if first == second or any(re.search("^" + a + " [a-z ]+$", b) and re.search("[0-9]$", a) for a, b in ((first, second), (second, first))):
        return f"both regions are {second}"
    if re.search("[0-9]", first) and re.sub("(?<=[0-9]) ?[a-f]$", "", first) == re.sub("(?<=[0-9]) ?[a-f]$", "", second):
        return f"{first} and {second} are zones of one region, and the region fails as a whole"
    have = doc.get("resources") if isinstance(doc.get("resources"), dict) else {}
    table = {plain(k): (k, have[k]) for k in have}
    for c in copies(doc):
        table[plain(c["name"])] = (c["name"], c["where"])
    for name in ASKED:
        if name not in table or empty(table[name][1]):
            return f"nothing says where the {name} is" if name in ("runbook", "monitoring", "traffic") else f"nothing says where the {name} are"
        if not survives(doc, table[name][1]):
            return f"{name}: {short(table[name][1])} only, and that region is gone"
    plan = steps(doc)
    if not plan:
        return "there are no steps to try without the first region"
    for s in plan:
        if not s["needs"] and not s["from"] and s["does"] in ("detect", "decide", "restore", "switch"):
            return f"{s['name']} does not say what it needs"
        for n in s["needs"] + s["from"]:
            found = named(n, table)
            for name, pattern in (("traffic", r"dns|load balanc|traffic|rout"), ("monitoring", r"pager|alert|alarm|monitor|probe"), ("secrets", r"secret|credential|password|keys?\b|vault"), ("images", r"image|registry|artifact|binar"), ("runbook", r"runbook|plan|wiki")):
                if found is None and re.search(r"\b(" + pattern + ")", plain(n)):
                    found = named(name, table)
            if found is None and re.search(r"on call|deputy|people|person|engineer|operator|phone|manager", plain(n)):
                continue
            if found is None and plain(n) in (second, "recovery", "recovery region"):
                continue
            if found is None and plain(n) in (first, "primary", "primary region"):
                return f"{s['name']} needs {n}, and that region is gone"
            if found is None:
                return f"{s['name']} needs {n}, and nothing says where that is"
            if not survives(doc, found[1]):
                return f"{s['name']} needs {found[0]}, which is in {short(found[1])} only, and that region is gone"
    return None


def part(value):
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value) * 100 if value <= 1 else float(value)
    found = re.search("[0-9]+([.][0-9]+)?", text(value).split("=")[-1])
    if not found:
        for words, meant in (("three quarters", 75.0), ("two thirds", 66.7), ("quarter", 25.0), ("third", 33.3), ("half", 50.0), ("nothing|none|zero|off", 0.0), ("all|full|whole|everything|entire", 100.0)):
            if re.search(r"\b(" + words + r")\b", plain(value)):
                return meant
        return None
    number = float(found.group(0))
    return number * 100 if number <= 1 and "%" not in str(value) and "." in found.group(0) else number


def capacity(doc):
    r = doc.get("standby") if isinstance(doc.get("standby"), dict) else {}
    before, after = part(r.get("bears_before")), part(r.get("bears_after"))
    if mode(doc) is None:
        return "the mode has to be active-active, warm standby, pilot light or backup and restore"
    if before is None or after is None:
        return "nothing says which share of the load the other region bears before and after"
    if after < 100:
        return f"the other region bears {whole(after)}% of the load that the users bring"
    if before >= 100 and mode(doc) in ("pilot light", "backup and restore"):
        return f"with {mode(doc)} nothing serves in the other region before the outage, and the plan says that it bears {whole(before)}%"
    if before >= 100:
        return None
    graph, _ = ahead(doc)
    kinds = {s["name"]: s["does"] for s in steps(doc)}
    takes = {s["name"]: s["takes"] or 0.0 for s in steps(doc)}
    for s in steps(doc):
        if s["does"] == "switch":
            if any(kinds[b] == "scale" and takes[b] > 0 for b in graph[1][s["name"]]):
                return None
    return f"the other region bears {whole(before)}% of the load before the outage, and users are moved without waiting for a step that scales it to 100%"


# Drills

def drills(doc):
    out = []
    for n, row in enumerate(rows_of(doc.get("drills"))):
        name = str(row.get("drill", "")).strip()
        out.append({"name": name if not empty(name) else f"drill {n + 1}", "every": minutes(row.get("every"), 1440.0), "tries": listed(row.get("tries")), "shows": str(row.get("shows", ""))})
    return out


def tried(doc):
    plan = steps(doc)
    by_name = {plain(s["name"]): ("step", s["name"], s["does"]) for s in plan}
    for c in copies(doc):
        if plain(c["name"]) not in by_name:
            by_name[plain(c["name"])] = ("copy", c["name"], None)
    found = drills(doc)
    if not found:
        return "there are no drills, so nobody knows whether the plan works"
    often = {}
    for d in found:
        if d["every"] is None or d["every"] <= 0:
            return f"{d['name']} does not say how often it takes place"
        if not d["tries"]:
            return f"{d['name']} does not say which steps or copies it tries"
        for t in d["tries"]:
            told = plain(t)
            if re.search(r"^(all|everything|whole|entire|full|complete)\b|\b(all steps|every step|whole plan|failover)$", told) and told not in by_name:
                names = [k for k in by_name if by_name[k][0] == "step"]
            elif named(t, by_name):
                names = [plain(named(t, by_name)[1])]
            else:
                kinds = [k for k in by_name if by_name[k][2] and by_name[k][2] == kind_of(told)]
                if re.search(r"backup|snapshot|cop(y|ies)\b", told):
                    kinds = [plain(c["name"]) for c in copies(doc) if c["kind"] != "replication"]
                if not kinds:
                    return f"{d['name']} tries {t}, and no step or copy is called that"
                names = kinds
            for k in names:
                often[k] = min(often[k], d["every"]) if k in often else d["every"]
    for s in plan:
        if s["does"] == "restore":
            for n in s["from"]:
                if plain(s["name"]) in often and plain(n) in by_name and plain(n) not in often:
                    often[plain(n)] = often[plain(s["name"])]
    year = 527040.0
    for s in plan:
        k = plain(s["name"])
        if s["does"] in ("detect", "decide", "restore", "verify", "switch", "scale", "fence"):
            if k not in often:
                return f"the plan relies on {s['name']}, and no drill tries it"
            if often[k] > year:
                return f"{s['name']} is tried every {length(often[k])}, and much changes within a year"
    for c in copies(doc):
        k = plain(c["name"])
        if c["kind"] != "replication" and k not in often:
            return f"{c['name']} is never restored in a drill, and a backup that was never restored is a hope"
        if k in often and often[k] > 135000 and c["kind"] != "replication":
            return f"{c['name']} is restored every {length(often[k])}, and a backup that broke after one drill is noticed a long time later: once a quarter at least"
    return None


def shown(doc):
    found = drills(doc)
    if not found:
        return "there are no drills, so nothing is shown"
    seen = {}
    for d in found:
        if empty(d["shows"]) or len(plain(d["shows"]).split()) < 4:
            return f"{d['name']} does not say what it has to show"
        if plain(d["shows"]) in seen:
            return f"{d['name']} has to show the very words of {seen[plain(d['shows'])]}"
        seen[plain(d["shows"])] = d["name"]
        said = re.sub("(every ?thing|all|it|each step) (works|went|goes|runs|is|was)[a-z ]*", "", text(d["shows"]))
        if not re.search(r"[0-9]|\b(rto|rpo|minute|hour|second|within|less than|at most|under|no more|none|zero|every|all|full|whole|same|equal|match|no (user|error|order|data|write|request))", said):
            return f"{d['name']} has no measure: with which time, number or comparison is it passed?"
    if not any(re.search(r"[0-9]|rto|rpo|hour|minute", text(d["shows"])) for d in found):
        return "no drill is timed, so the hour and the 15 minutes are never compared with anything"
    return None


# Lists of records, with the field that names one.
LISTS = {"copy": ("/copies", "name"), "step": ("/failover/steps", "id"), "drill": ("/drills", "drill")}
