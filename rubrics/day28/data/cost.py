import re


def plain(value):
    return re.sub("[^a-z0-9]+", " ", text(value)).strip()


def rows_of(value):
    return [x for x in value if isinstance(x, dict)] if isinstance(value, list) else []


def worked(value):
    """A number, or a short calculation with one at its end; None where there is neither."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    told = text(value).split("=")[-1]
    told = re.sub(r"(?<=[0-9])[,_ '](?=[0-9]{3}([^0-9]|$))", "", told)
    told = re.sub(r"/ ?(month|mo|m|year)\b", " ", told)
    told = re.sub(r"([0-9]) ?(hours?|hrs?|h|days?|nodes?|servers?|machines?|instances?)\b", r"\1 ", told)
    told = re.sub(r"\bout of\b", "of", told)
    if not re.search("[0-9]", told):
        for words, meant in (("three quarters", 0.75), ("two thirds", 2 / 3), ("quarter", 0.25), ("third", 1 / 3), ("half", 0.5)):
            if re.search(r"\b" + words + r"\b", told.replace("-", " ")):
                return meant
    tokens = []
    for t in re.findall(r"[0-9]*[.]?[0-9]+ ?k?\b ?%?|\bpercent\b|\bof\b|\btimes\b|[x×](?![a-z])|[-−–+*/()]", told):
        t = t.strip()
        if t == "percent":
            if tokens and isinstance(tokens[-1], float):
                tokens[-1] = tokens[-1] / 100
                tokens.append("%")
            continue
        if t == "of":
            tokens.append("*" if tokens and tokens[-1] == "%" else "/")
            continue
        if t in ("x", "×", "times"):
            t = "*"
        if t in ("−", "–"):
            t = "-"
        if t in ("-", "+", "*", "/", "(", ")"):
            tokens.append(t)
            continue
        share = t.endswith("%")
        t = t.replace("%", "").strip()
        times = 1000.0 if t.endswith("k") else 1.0
        tokens.append(float(t.replace("k", "").strip()) * times / (100 if share else 1))
        if share:
            tokens.append("%")
    tokens = [t for t in tokens if t != "%"]
    if not any(isinstance(t, float) for t in tokens):
        return None
    at = [0]

    def peek():
        return tokens[at[0]] if at[0] < len(tokens) else None

    def factor():
        t = peek()
        at[0] += 1
        if t == "(":
            inner = total()
            if peek() == ")":
                at[0] += 1
            return inner
        if t == "-":
            return -factor()
        return t if isinstance(t, float) else 0.0

    def product():
        out = factor()
        while peek() in ("*", "/"):
            sign = peek()
            at[0] += 1
            right = factor()
            out = out * right if sign == "*" else out / right if right else 0.0
        return out

    def total():
        out = product()
        while peek() in ("+", "-"):
            sign = peek()
            at[0] += 1
            right = product()
            out = out + right if sign == "+" else out - right
        return out

    return total()


def number(value):
    found = worked(value)
    return found if found is not None else 0.0


def share(value):
    """A percentage as a fraction: 30%, 30, 0.3 and 12/24 are all understood."""
    found = worked(value)
    if found is None:
        return None
    return found / 100 if found > 1 and not re.search("%|percent", text(value)) else found


def money(value):
    value = float(value)
    cents = round(value * 100)
    if cents % 100 == 0:
        return f"${cents // 100:,}"
    return f"${value:,.2f}"


def percent(value):
    tenths = round(value * 1000)
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths / 10}%"


def count(value):
    return f"{round(value)}" if abs(value - round(value)) < 0.001 else f"{round(value, 2)}"


def yes(value):
    return value is True or re.match(r"(true|yes|y|critical|1|high|very|users? wait|on)\b", text(value)) is not None


def services(doc):
    out = []
    for row in rows_of(doc.get("breakdown")):
        out.append({"name": str(row.get("service", "")).strip(), "cost": number(row.get("cost")), "servers": number(row.get("servers")), "peak": number(row.get("needed_at_peak")),
                    "night": number(row.get("needed_at_night")), "spare": number(row.get("spare")), "critical": yes(row.get("critical"))})
    return out


KINDS = [("reserve", ["reserv", "commit", "saving", "prepaid", "upfront"]), ("spot", ["spot", "preempt", "interrupt"]),
         ("schedule", ["schedul", "autoscal", "auto scal", "scal", "night", "switch", "turn off", "off hours", "shut"]), ("region", ["region", "move", "relocat"]),
         ("rightsize", ["right", "instance", "resiz", "downsiz", "smaller", "arm", "graviton", "machine type", "type", "size"]),
         ("storage", ["stor", "tier", "archiv", "lifecycle", "disk", "compress", "snapshot", "backup"]),
         ("remove", ["remov", "delet", "idle", "terminat", "consolidat", "decom", "merge", "waste", "retire"]),
         ("other", ["other", "cach", "cdn", "redesign", "architect", "negotiat", "optimi", "serverless", "managed", "licen", "traffic", "transfer"])]
NAMES = "schedule, rightsize, reserve, spot, region, storage, remove and other"


def kind_of(value):
    told = plain(value)
    for kind, _ in KINDS:
        if told == kind:
            return kind
    for kind, stems in KINDS:
        if any(re.search(r"\b" + stem, told) for stem in stems):
            return kind
    return None


def targets(value, known):
    """Names of services an idea is about, and what is not one."""
    told = value if isinstance(value, list) else [value]
    by_name = {plain(s["name"]): s["name"] for s in known if plain(s["name"])}
    found, unknown = [], []
    for t in told:
        if plain(t) in ("all", "everything", "all services", "all of it", "the whole bill"):
            found += [s["name"] for s in known]
            continue
        if t is None or plain(t) == "":
            unknown.append("nothing")
            continue
        if plain(t) in by_name:
            found.append(by_name[plain(t)])
            continue
        parts = [p for p in re.split(r",|;|\+|&| and ", str(t)) if plain(p)]
        for p in parts:
            if plain(p) in by_name:
                found.append(by_name[plain(p)])
                continue
            # `webservers` and `the web tier` are `web`.
            near = [n for n in by_name if len(n) > 1 and re.search(r"\b" + n, plain(p))]
            if not near:
                longer = [n for n in by_name if all(w in n.split() for w in plain(p).split())]
                near = longer if len(longer) == 1 else []
            if near:
                found.append(by_name[max(near, key=len)])
            else:
                unknown.append(p.strip())
    out = []
    for name in found:
        if name not in out:
            out.append(name)
    return out, unknown


def short(value, most=60):
    told = " ".join(str(value).split())
    return told if len(told) <= most else told[:most].rstrip() + "..."


def ideas(doc):
    known = services(doc)
    out = []
    for n, row in enumerate(rows_of(doc.get("ideas"))):
        names, unknown = targets(row.get("applies_to"), known)
        name = short(row.get("idea", ""))
        kind = kind_of(row.get("kind"))
        if kind == "other" and re.search(r"reserv|commit|savings plan|(one|a|1|three|3)[ -]year", text(row.get("idea"))):
            kind = "reserve"
        if kind == "other" and re.search(r"\bspot\b|preempt|interruptib", text(row.get("idea"))):
            kind = "spot"
        if kind == "other" and re.search(r"(cheap|another|other|different|far)[a-z]* (region|country|continent)", text(row.get("idea"))):
            kind = "region"
        if kind in ("other", "storage", "rightsize") and re.search(r"^(we )?(remove|delete|drop|decommission|terminate|cancel|get rid of|give back|do without|shut down|switch off)\b[^.,;]*\b(server|standby|stand-by|replica|node|machine|instance|spare)", text(row.get("idea"))):
            kind = "remove"
        out.append({"n": n + 1, "called": f"idea {n + 1} ({name})", "name": name, "kind": kind, "told_kind": str(row.get("kind", "")), "names": names, "unknown": unknown,
                    "base": row.get("base", "all"), "saves": share(row.get("saves")), "share": str(row.get("saves")), "claim": worked(row.get("saving")), "day": max(0.0, number(row.get("fewer_by_day"))),
                    "night": max(0.0, number(row.get("fewer_at_night"))), "risk": str(row.get("risk", "")), "mitigation": str(row.get("mitigation", ""))})
    return out


def play(doc):
    """Every idea on what the ones above it have left; dollars a month by service, in three parts:
    always on and free to change, not always on (switched off or spot), and committed for a year."""
    known = services(doc)
    held = {s["name"]: {"on": s["cost"], "part": 0.0, "bound": 0.0, "servers": s["servers"], "by": None, "price": s["cost"] / s["servers"] if s["servers"] > 0 else 0.0,
                        "floor": s["cost"] * (s["night"] + s["spare"]) / s["servers"] if s["servers"] > 0 else s["cost"]} for s in known}
    steps = []
    for idea in ideas(doc):
        step = {"idea": idea, "before": 0.0, "free": 0.0, "bound": 0.0, "part": 0.0, "base": 0.0, "saving": 0.0, "unit": 0.0, "over": None, "by": None}
        steps.append(step)
        mine = [held[n] for n in idea["names"]]
        reserve = idea["kind"] == "reserve"
        for h in mine:
            step["before"] += h["on"] + h["part"] + h["bound"]
            step["bound"] += h["bound"]
            step["part"] += h["part"]
            step["free"] += h["on"] + (0.0 if reserve else h["part"])
            step["by"] = step["by"] or (h["by"] if h["bound"] else None)
        servers = sum(h["servers"] for h in mine)
        step["unit"] = step["before"] / servers if servers > 0 else 0.0
        told = text(idea["base"])
        if told in ("", "none") or worked(told) is None and re.search(r"\b(all|rest|everything|left|remaining|whole|entire|full|both|total)\b", told):
            asked = step["free"]
        else:
            asked = number(idea["base"])
            if not isinstance(idea["base"], (int, float)):
                last = told.split("=")[-1]
                if "%" in last and "$" not in last and asked <= 1:
                    asked = asked * step["before"]
                elif worked(last) is not None and not re.search("[0-9]", last):
                    asked = worked(last) * step["before"]
                elif re.search("server|machine|instance|node", last) and "$" not in last and number(last.split(" of ")[0]) <= 20:
                    asked = number(last.split(" of ")[0]) * (sum(h["price"] * h["servers"] for h in mine) / servers if servers > 0 else 0.0)
        if asked > step["free"] * 1.01 + 1:
            step["over"] = asked
        base = max(0.0, min(asked, step["free"]))
        rate = idea["saves"] if idea["saves"] is not None else 0.0
        rate = max(0.0, min(rate, 1.0))
        step["base"] = base
        step["saving"] = base * rate
        if step["free"] <= 0:
            continue
        part_of = base / step["free"]
        # A reservation of several services is one of what they need day and night, first.
        floors = {n: min(held[n]["on"], held[n]["floor"]) for n in idea["names"]}
        floor = sum(floors.values())
        for name in idea["names"]:
            h = held[name]
            whole = h["on"] + h["part"] + h["bound"]
            if reserve:
                cut = h["on"] * part_of
                if floor > 0 and base <= floor:
                    cut = floors[name] * base / floor
                elif floor > 0 and step["free"] > floor:
                    cut = floors[name] + (h["on"] - floors[name]) * (base - floor) / (step["free"] - floor)
                h["on"] -= cut
                h["bound"] += cut * (1 - rate)
                h["by"] = idea["called"]
                continue
            mine_base = (h["on"] + h["part"]) * part_of
            cut = mine_base * rate
            if idea["kind"] in ("schedule", "spot"):
                moved = min(mine_base, h["on"])
                if idea["kind"] == "schedule" and idea["night"] > 0 and h["servers"] > 0:
                    worth = idea["night"] / servers * whole if len(mine) == 1 else mine_base
                    moved = min(moved, max(worth, cut))
                if idea["kind"] == "schedule" and idea["night"] <= 0:
                    # How many are off is told elsewhere to be missing: half a day is taken.
                    moved = min(moved, 2 * cut)
                if mine_base - cut <= 0:
                    moved = min(mine_base, h["on"])
                h["on"] -= moved
                h["part"] = max(0.0, h["part"] + moved - cut)
                continue
            if idea["kind"] != "remove" and whole > 0:
                h["price"] = h["price"] * (1 - cut / whole)
            first = min(mine_base, h["part"])
            h["part"] -= first * rate
            h["on"] -= (mine_base - first) * rate
            if idea["kind"] == "remove" and servers > 0:
                h["servers"] = max(0.0, h["servers"] - idea["day"] * h["servers"] / servers)
    return steps


def saved(doc):
    return sum(step["saving"] for step in play(doc))


def adds_up(doc):
    rows = services(doc)
    if len(rows) < 3:
        return f"the breakdown has {len(rows)} line{"" if len(rows) == 1 else "s"}, and a system is more than two services"
    seen = []
    for s in rows:
        if plain(s["name"]) in ("", "todo"):
            return "a line of the breakdown names no service"
        if plain(s["name"]) in seen:
            return f"{s['name']} stands in the breakdown twice"
        seen.append(plain(s["name"]))
        if s["cost"] <= 0:
            return f"{s['name']} costs nothing"
        if s["servers"] < 0:
            return f"{s['name']} has {count(s['servers'])} servers"
    cost = sum(s["cost"] for s in rows)
    sums = " + ".join(f"{s['cost']:,.0f}" for s in rows)
    if abs(cost - 10000) > 1:
        return f"{sums} = {money(cost)}, and the bill is $10,000"
    without = sum(s["cost"] for s in rows if s["servers"] <= 0)
    if without > 4000:
        return f"{money(without)} are spent on lines without servers, and the bill is for 10 servers of $1,000"
    for s in rows:
        if s["servers"] > 0 and s["cost"] > 1500 * s["servers"] + 1:
            return f"{s['name']} has {count(s['servers'])} servers for {money(s['cost'])}, and a server costs $1,000"
    servers = sum(s["servers"] for s in rows)
    if abs(servers - 10) > 0.05:
        return f"{' + '.join(count(s['servers']) for s in rows)} = {count(servers)} servers, and there are 10"
    return None


MOST = {"schedule": 0.8, "reserve": 0.6, "spot": 0.91, "region": 0.5, "rightsize": 0.75, "storage": 0.95, "remove": 1.0, "other": 0.9}


def five(doc):
    found = ideas(doc)
    known = services(doc)
    seen = {}
    counted = 0
    for i in found:
        if i["kind"] is None:
            return f"{i['called']}: kind says {i['told_kind']}, and has to be one of {NAMES}"
        if plain(i["name"]) in ("", "todo"):
            return f"idea {i['n']} does not say what is done"
        if i["unknown"]:
            return f"{i['called']} applies to {', '.join(i['unknown'])}, and the breakdown has " + ", ".join(s["name"] for s in known)
        if i["saves"] is None or i["saves"] <= 0:
            return f"{i['called']} does not say which share of its base it saves"
        if i["saves"] > MOST[i["kind"]] + 0.001:
            return f"{i['called']} saves {percent(i['saves'])} of its base, and a {i['kind']} brings {percent(MOST[i['kind']])} at the very most"
        for name in i["names"]:
            key = (i["kind"], name)
            if key in seen and i["kind"] not in ("other", "storage") and plain(seen[key]["name"]) == plain(i["name"]):
                return f"{i['called']} is {seen[key]['called']} once more"
            seen[key] = i
        counted += 1
    if counted < 5:
        return f"{counted} ideas are here, and five are asked for"
    if len(set(i["kind"] for i in found)) < 3:
        return "all ideas are of the kinds " + " and ".join(sorted(set(i["kind"] for i in found))) + ": five sizes of the same idea are not five ideas"
    return None


def told_base(step):
    idea = step["idea"]
    where = " and ".join(idea["names"])
    before = f"what is left of the bill of {where} there is {money(step['before'])}"
    bits = []
    if step["bound"] > 0.5:
        bits.append(f"{money(step['bound'])} are committed by {step['by']} and paid whatever happens")
    if idea["kind"] == "reserve" and step["part"] > 0.5:
        bits.append(f"{money(step['part'])} are not always on, or spot, and a reserved machine costs the same when it is off")
    return before + (", of which " + ", and ".join(bits) if bits else "")


def arithmetic(doc):
    steps = play(doc)
    if not steps:
        return "there are no ideas to add up"
    for step in steps:
        i = step["idea"]
        if not i["names"]:
            return f"{i['called']} applies to nothing in the breakdown, so nothing can be saved"
        if i["saves"] is None:
            return f"{i['called']} does not say which share of its base it saves"
        if step["over"] is not None:
            return f"{i['called']} has a base of {money(step['over'])}, but {told_base(step)}: at most {money(step['free'])} can be saved on"
        if i["claim"] is None or i["claim"] <= 0:
            return f"{i['called']} does not say what it saves in dollars"
        if abs(i["claim"] - step["saving"]) > max(10.0, 0.02 * step["saving"]):
            return f"{i['called']} says {money(i['claim'])}, but {told_base(step)}; its base is {money(step['base'])}, and {percent(i['saves'])} of that is {money(step['saving'])}"
    return None


def totals(doc):
    """What the summary says against the ideas' own figures."""
    result = doc.get("result") if isinstance(doc.get("result"), dict) else {}
    said, bill = worked(result.get("total_saving")), worked(result.get("new_bill"))
    claims = [i["claim"] for i in ideas(doc) if i["claim"] is not None]
    if said is None or bill is None:
        return "the result says no total saving or no new bill"
    if said <= 0:
        return "the result says no total saving"
    if not claims:
        return "there are no savings to add up"
    if abs(said - sum(claims)) > 15:
        return f"{' + '.join(f'{c:,.0f}' for c in claims)} = {money(sum(claims))}, and the total is given as {money(said)}"
    if abs(10000 - said - bill) > 15:
        return f"$10,000 - {money(said)} = {money(10000 - said)}, and the new bill is given as {money(bill)}"
    return None


def reached(doc):
    steps = play(doc)
    total = sum(s["saving"] for s in steps)
    if total >= 2995:
        return None
    sums = " + ".join(f"{s['saving']:,.0f}" for s in steps) if steps else "0"
    claims = sum(s["idea"]["claim"] or 0.0 for s in steps)
    more = f" (the ideas claim {money(claims)})" if claims >= 2995 else ""
    return f"each idea on what is left, the savings are {sums} = {money(total)}, {percent(total / 10000)} of $10,000, and 30% are $3,000{more}"


def unhurt(doc):
    rows = services(doc)
    if not rows:
        return "there is no breakdown to look at"
    if not any(s["critical"] for s in rows):
        return "no service is critical, so nobody would notice if all of it were gone"
    for s in rows:
        if s["servers"] <= 0:
            continue
        if s["peak"] <= 0:
            return f"{s['name']} does not say how many servers the busiest hour needs"
        if s["night"] > s["peak"] + 0.001:
            return f"{s['name']} needs {count(s['night'])} servers at night and {count(s['peak'])} in the busiest hour"
        if s["peak"] + s["spare"] > s["servers"] + 0.001:
            return f"{s['name']} needs {count(s['peak'])} servers and {count(s['spare'])} in case one fails, and has {count(s['servers'])}"
        if not s["critical"] and re.search(r"^(the )?(web|web ?servers?|website|front ?ends?|api|api servers?|checkout|payments?|database|databases|main database|orders? (db|database)|db|postgres|postgresql|mysql)( (tier|servers?|app|cluster|nodes?|primary|service))?$", plain(s["name"])):
            return f"{s['name']} is said not to be critical, and users wait for it"
        if s["critical"] and s["spare"] < 1:
            return f"{s['name']} is critical and has no spare: if one of its servers fails, the rest cannot bear the busiest hour"
    by_name = {s["name"]: s for s in rows}
    gone = {s["name"]: {"day": 0.0, "night": 0.0, "spot": 0.0, "asleep": 0.0, "by": []} for s in rows}
    for step in play(doc):
        i = step["idea"]
        mine = [by_name[n] for n in i["names"]]
        room = sum(max(0.0, s["servers"] - s["night"] - s["spare"]) for s in mine)
        servers = sum(s["servers"] for s in mine)
        if servers > 0 and i["kind"] == "schedule" and step["saving"] > i["night"] * step["unit"] * MOST["schedule"] * 1.05 + 1:
            return f"{i['called']} saves {money(step['saving'])}, which is {count(step['saving'] / step['unit'])} servers off round the clock, and says that {count(i['night'])} are off in the quiet hours"
        if servers > 0 and i["kind"] == "schedule" and re.search("/ ?(24|168)|hour", text(i["share"])) and step["base"] > i["night"] * step["unit"] * 1.05 + 1:
            return f"{i['called']} has a base of {money(step['base'])}, which is {count(step['base'] / step['unit'])} servers, and says that {count(i['night'])} are off in the quiet hours"
        if servers > 0 and i["kind"] == "remove" and step["saving"] > (i["day"] + 0.5) * step["unit"]:
            return f"{i['called']} saves {money(step['saving'])} by taking servers away, and says that {count(i['day'])} fewer are there"
        if servers > 0 and i["kind"] == "rightsize" and (i["saves"] or 0) > 0.45 and i["day"] == 0:
            return f"{i['called']} makes machines {percent(i['saves'])} cheaper, and says that they can do as much as before: fewer_by_day is 0"
        for s in mine:
            if i["kind"] == "region" and s["critical"]:
                return f"{i['called']} moves {s['name']}, for which users wait, to a region further away"
            part = (max(0.0, s["servers"] - s["night"] - s["spare"]) / room if room > 0 else 1.0 / len(mine)) if len(mine) > 1 else 1.0
            g = gone[s["name"]]
            g["day"] += i["day"] * part
            off = max(i["day"], i["night"]) * part
            if i["kind"] == "schedule":
                # At night, and at weekends too: what saves on machines that are off already means the same machines.
                again = min(off, g["asleep"]) if step["base"] <= step["part"] * 1.01 + 1 else 0.0
                g["asleep"] += off - again
                off -= again
            g["night"] += off
            if i["day"] or i["night"]:
                g["by"].append(i["called"])
            if i["kind"] == "spot" and step["before"] > 0:
                g["spot"] += step["base"] / step["before"]
                if s["critical"] and g["spot"] > 0.51:
                    return f"{i['called']} runs {percent(min(1.0, g['spot']))} of {s['name']}, for which users wait, on machines that may all be taken away at once"
    for s in rows:
        g = gone[s["name"]]
        by = " and ".join(g["by"])
        if s["servers"] - g["day"] + 0.01 < s["peak"] + s["spare"]:
            return f"{s['name']} has {count(s['servers'])} servers, {by} takes away {count(g['day'])} by day, and the busiest hour needs {count(s['peak'])} and {count(s['spare'])} in case one fails"
        if s["servers"] - g["night"] + 0.01 < s["night"] + s["spare"]:
            return f"{s['name']} has {count(s['servers'])} servers, {by} takes away {count(g['night'])} in the quiet hours, which need {count(s['night'])} and {count(s['spare'])} in case one fails"
    return None


SLOW = r"latenc|slow|perform|respon|queue|wait|late\b|delay|overload|saturat|capacity|throttl|time ?out"
DOWN = r"outage|fail|down\b|reliab|availab|redundan|crash|lost|lose|loss|unavail|error|break"
OWN = {
    "schedule": r"morning|wake|warm|boot|start|scal|spike|peak|surge|burst|night|sudden|minute|traffic|load|too few|not (be )?(back|ready|up)|cold|flap|campaign|off\b|user|" + SLOW,
    "rightsize": r"peak|busi|cpu|memory|ram|headroom|burst|spike|compat|architect|\barm\b|too small|io\b|i/o|disk|network|load|less|regress|binar|librar|tight|out of|build|swap|heap|credit|single.thread|" + SLOW,
    "reserve": r"commit|lock|bound|year|shrink|fall|drop|unused|chang|pay|paid|flexib|obsolete|cheaper|migrat|demand|need|leave|growth|forecast|contract|stuck|term|technolog|redesign",
    "spot": r"taken|reclaim|interrupt|evict|preempt|notice|vanish|disappear|kill|terminat|withdraw|capacity|take|pull|gone|away|stop|lost|abort|unavail|market|price",
    "region": r"latenc|transfer|traffic|distance|far|law|legal|gdpr|compliance|residen|slow|egress|network|late|bandwidth|jurisdiction|remote|copy|data|km\b|ocean|millisecond|split|link",
    "storage": r"slow|restor|retriev|access|fetch|latenc|lost|lose|delet|loss|need|fee|read|compress|cpu|query|queries|audit|hour|minute|incident|old|debug|cold|recover|gone|missing|histor",
    "remove": r"need|peak|spike|headroom|capacity|depend|used|use\b|still|miss|load|grow|redundan|notic|consum|forgot|job|" + SLOW + "|" + DOWN,
    "other": r"[a-z]{4}",
}
# What only one kind brings.
TELLING = {
    "spot": r"vanish|reclaim|evict|preempt|taken away|interrupt|withdrawn|disappear|market",
    "reserve": r"commit|locked|lock-in|contract|bound\b|for a year|obsolete",
    "region": r"egress|further away|far away|another country|jurisdiction|distance|residency",
    "storage": r"archiv|retriev|cold (tier|storage)|thaw",
    "schedule": r"morning|cold start|wake|not (yet )?(started|booted)|asleep|switched off",
    "rightsize": r"too small|swap|headroom|tight",
}
ANSWER = r"keep|kept|monitor|alert|alarm|watch|test|measur|roll|fall ?back|only|limit|minim|floor|first|before|canary|headroom|mix|checkpoint|retr|resum|warm|ahead|early|earlier|reserve|margin|spare|at least|never|small|step|start|cap\b|on.demand|trial|review|check|backup|copy|copies|stay|stays|leave|left|cover|half|part|verify|revert|return|back|switch|scale|replica|cache|buffer|spread|zones|several|different|split|compar|profil|benchmark|convert|sell|exchange|month|quarter|threshold|prefetch|pre-?scal|pre-?warm|index|sampl|raise|add|grow|swap|drain|restart|re-?run|repeat|continue|save|saves|stor|tag|ask|owner|announce|snapshot|dump|restore|recreate|terraform|week|plan|no (user|customer|personal)|async|compress|batch|local|queue|approv|calend|override|manual"
SHRUG = r"accept|so bad|hope|unlikely|(will|does) not happen|won't happen|probabl|rare|no problem|nothing|live with|not (be )?(needed|necessary|done)|who cares|don't care|fine\b|luck|trust"
BENEFIT = r"\b(save|saves|saving) (us |a lot of |much )?(money|dollars|costs?)|nobody (will |would )?(notic|feel|miss)|\bno (real )?(risk|downside|impact|harm)|\bcheaper\b.*\bfaster|\bimproves"
HARM = r"\b(but|if|when|unless|may|might|could|can|until|fail|slow|late|lost|lose|wait|longer|break|error|run out|full|stop|drop|bound|locked|too|short|missing|away)"
SMALL = {"the", "a", "an", "is", "are", "may", "can", "could", "might", "if", "when", "we", "it", "they", "to", "in", "on", "of", "that", "which", "will", "would", "with", "for", "not", "no", "than", "before", "after", "so", "at", "has", "have", "be", "until", "and", "by", "one"}


def said(value):
    """Why a text is no answer."""
    words = re.findall(r"[a-z0-9'$%-]+", text(value))
    if not words or plain(value) in ("todo", "none", "n a", "tbd", "no", "no risk", "nothing"):
        return "is missing"
    if re.match(r"(there (is|are) )?(no|none|not any|nothing)\b[^,;.]{0,30}(risk|needed|necessary|required|impact|problem)?[.]?$", text(value)):
        return "says that there is none"
    small = len([w for w in words if w in SMALL])
    marks = len(re.findall("[,;/|]", text(value)))
    if len(words) < 4 or marks * 3 >= len(words) or small == 0 and marks > 0:
        return "is no sentence"
    return None


def risky(doc):
    found = ideas(doc)
    if not found:
        return "there are no ideas, so there are no risks"
    seen = {}
    for i in found:
        for what, told in (("risk", i["risk"]), ("mitigation", i["mitigation"])):
            wrong = said(told)
            if wrong:
                return f"{i['called']}: its {what} {wrong}"
            if plain(told) in seen:
                return f"{i['called']}: its {what} has the words of {seen[plain(told)]}"
            seen[plain(told)] = f"the {what} of idea {i['n']}"
            if len(plain(told).split()) > 3 and all(w in plain(i["name"]).split() for w in plain(told).split()):
                return f"{i['called']}: its {what} is the idea once more"
        if re.search(BENEFIT, text(i["risk"])) and not re.search(HARM, text(i["risk"])):
            return f"{i['called']}: the risk tells what is gained, and not what may go wrong: {short(i['risk'], 90)}"
        if i["kind"] and not re.search(r"\b(" + OWN[i["kind"]] + ")", text(i["risk"])):
            others = [kind for kind in TELLING if kind != i["kind"] and re.search(r"\b(" + TELLING[kind] + ")", text(i["risk"]))]
            if others:
                return f"{i['called']}: the risk is none that a {i['kind']} brings, it sounds like a {others[0]}: {short(i['risk'], 90)}"
            if len(text(i["risk"]).split()) < 7:
                return f"{i['called']}: the risk does not say what happens to whom: {short(i['risk'], 90)}"
        if re.search(SHRUG, text(i["mitigation"])) and not re.search(r"\b(" + ANSWER + ")", text(i["mitigation"])):
            return f"{i['called']}: the mitigation does not say what is done about it: {short(i['mitigation'], 90)}"
    return None


# Lists of records, with the field that names one.
LISTS = {"idea": ("/ideas", "idea"), "line": ("/breakdown", "service")}
