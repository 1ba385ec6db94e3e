# What the steps say beside their SQL.
import re

def word(value):
    return str(value).strip().lower() if value is not None else ''

def steps(s):
    return [step for step in s.get("steps") or [] if isinstance(step, dict)]

SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60, "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400, "days": 86400, "night": 86400, "nights": 86400, "w": 604800, "week": 604800, "weeks": 604800}

# Seconds of "48 h", "2 days", "1 h 30 min" or a number of seconds; None where it is no duration.
def seconds(value):
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return value
    text = re.sub("[(][^)]*[)]", "", word(value)).replace(", ", ";").replace("=", ";").replace(",", "").replace("about", "").replace("~", "").replace("a week", "1 week").replace("a day", "1 day").replace("an hour", "1 hour").replace("a minute", "1 minute")
    if re.match("(almost |nearly )?(instant|immediate|at once|less than (a|one|1) second|under (a|one|1) second|sub.?second)", word(value)):
        return 1
    text = re.sub("^(a few|some|few|a couple of) second", "5 second", text)
    # "three days, 72 hours" says one time twice, "1 day, 12 hours" is a sum
    pieces = [length(piece.strip()) for piece in text.split(";") if re.search("[a-z0-9]", piece)]
    if not pieces or None in pieces:
        return None
    return pieces[0] if all(piece == pieces[0] for piece in pieces) else sum(pieces)

def length(text):
    for number, name in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven"]):
        if text.startswith(name + " "):
            text = str(number) + text[len(name):]
    parts = re.findall("([0-9]+(?:[.][0-9]+)?) *([a-z]+)?", text)
    if not parts:
        return None
    total = 0
    for number, unit in parts:
        if unit and unit not in SECONDS:
            return None
        total = total + float(number) * SECONDS[unit or "s"]
    return total

def is_wait(step):
    return word(step.get("do")) in ("wait", "soak", "watch", "observe", "keep", "drain", "monitor")

def waited(s, to):
    """Seconds of waiting between the first switch and the step `to`."""
    total = 0
    on = False
    for step in steps(s):
        if word(step.get("id")) == word(to):
            return total
        kind = word(step.get("do"))
        if kind in ("switch", "switch traffic", "traffic", "cut over", "cutover", "shift"):
            on = True
        elif on and is_wait(step):
            total = total + (seconds(step.get("for")) or 0)
    return None

ACTIONS = "rerun retry undo rollback revert restart abort redeploy reopen repeat restore start stop page wait rebuild resync resume pause rewind".split()

def said(text, field="verify"):
    words = [w for w in re.findall("[A-Za-z0-9_%']+", str(text or "")) if w.lower() not in ("todo", "tbd", "none", "nothing")]
    if field == "on_fail" and len(words) == 1:
        return "".join(words[0].lower().split("-")) in ACTIONS
    return len(words) >= 2 and len(str(text).strip()) >= 6

# What is wrong with the steps' words, and the step it is about.
def untold(s):
    seen = {}
    last = {}
    for at, step in enumerate(s.get("steps") or []):
        if not isinstance(step, dict):
            continue
        for field in ("verify", "on_fail"):
            text = step.get(field)
            if not said(text, field):
                return "step " + str(step.get("id")) + " does not say " + ("how it is verified" if field == "verify" else "what is done if it fails"), at
            key = field + word(text)
            seen[key] = seen.get(key, 0) + 1
            last[key] = at
            if word(step.get("verify")) == word(step.get("on_fail")):
                return "step " + str(step.get("id")) + " says the same in verify and in on_fail", at
    for key in seen:
        if key.startswith("verify") and seen[key] > 2:
            return str(seen[key]) + " steps are verified by the same words: " + key[6:60], last[key]
        if key.startswith("on_fail") and seen[key] > max(3, len(steps(s)) // 2):
            return str(seen[key]) + " steps say the same in on_fail: " + key[7:60], last[key]
    return (None if steps(s) else "there are no steps"), None

def telling(s):
    return untold(s)[0]

def told_at(s):
    at = untold(s)[1]
    return "/steps" if at is None else "/steps/" + str(at)

def instant(s):
    t = s.get("traffic") or {}
    by = word(t.get("moved_by"))
    if not by or by == "todo":
        return "it is not said what moves the traffic"
    back = seconds(t.get("back_within"))
    if back is None:
        return "back_within is " + str(t.get("back_within")) + ", and that is no time such as 3 s"
    ttl = seconds(t.get("ttl"))
    dns = re.search("dns|cname|a record|route ?53|name ?server", by)
    if dns and re.search("balancer|proxy|nginx|envoy|target group|mesh|ingress|gateway", by) and re.search("no dns|dns.free|not|without|unchanged|untouched|fixed|instead of|rather than|stays|never", by):
        dns = None
    if dns and not ttl:
        return "traffic is moved by DNS, and ttl does not say how long resolvers keep the old answer"
    if dns and back < ttl:
        return "users whose resolver keeps the old answer for " + str(t.get("ttl")) + " are not back within " + str(t.get("back_within"))
    if back > 10:
        return "a user may still be on the broken version " + str(t.get("back_within")) + " after the decision, and 10 seconds are allowed"
    return None

def drained(s):
    t = s.get("traffic") or {}
    drain = seconds(t.get("drain"))
    if drain is None:
        return "drain is " + str(t.get("drain")) + ", and that is no time such as 60 s"
    if drain < 30:
        return "after " + str(t.get("drain")) + " connections are cut, and the export takes 30 seconds"
    if drain > 3600:
        return "connections stay on the old environment for " + str(t.get("drain")) + ", longer than any request"
    return None

def kept(s):
    said_s = seconds((s.get("blue") or {}).get("kept"))
    if said_s is None:
        return "kept is " + str((s.get("blue") or {}).get("kept")) + ", and that is no time such as 2 days"
    if said_s < 86400:
        return "Blue is gone after " + str(s["blue"]["kept"]) + ", before the new version has seen one day and one night"
    point = (s.get("point_of_no_return") or {}).get("step")
    waits = waited(s, point)
    if waits is None:
        return None
    if waits < said_s * 0.99:
        return "Blue is to be kept " + str(s["blue"]["kept"]) + ", and between the switch and " + str(point) + " the steps wait " + in_words(waits)
    return None

def in_words(n):
    if n >= 7200:
        return str(round(n / 3600, 1)).replace(".0", "") + " hours"
    if n >= 120:
        return str(round(n / 60, 1)).replace(".0", "") + " minutes"
    return str(round(n, 1)).replace(".0", "") + " seconds"
