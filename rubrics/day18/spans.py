import re

spans = submission["spans"]

def word(value):
    return "" if value is None else str(value).strip()

def service(name):
    text = word(name).lower().replace("-", " ").replace("_", " ")
    for known in ("gateway", "order", "payment", "inventory", "notification", "bank"):
        if known in text:
            return known
    return text

def ms(value):
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    told = re.sub("[(][^)]*[)]", "", word(value)).split("=")[-1].strip(" ~≈")
    if "+" in told:
        parts = [ms(part) for part in told.split("+")]
        return None if None in parts else sum(parts)
    found = re.match("(-?[0-9.]+) *(ms|s|us)?$", told)
    if found is None:
        return None
    return float(found.group(1)) * {"s": 1000.0, "us": 0.001}.get(found.group(2), 1.0)

def parent(span):
    text = word(span.get("parent"))
    return None if text == "" or text.lower() in ("none", "null", "-", "root") or text.strip("0") == "" and len(text) > 1 else text

by_id = {}
for s in spans:
    by_id[word(s["span"])] = s

def children(span):
    return [s for s in spans if parent(s) == word(span["span"])]

def is_async(span):
    return any(w in word(span.get("kind")).lower() for w in ("async", "message", "consumer", "link", "follow", "background", "event", "queue", "forget", "detach", "after", "defer", "one way", "one-way", "oneway", "non-blocking", "nonblocking", "non blocking", "not wait", "no wait", "not await", "later", "kafka", "mail", "out of band", "off path"))

def say(span):
    return "span " + word(span["span"]) + " (" + service(span["service"]) + ")"

def roots():
    return [s for s in spans if parent(s) is None]

def malformed():
    wrong = []
    for at, span in enumerate(spans):
        if word(span["span"]) in [word(s["span"]) for s in spans[:at]]:
            wrong.append("two spans have the id " + word(span["span"]))
        if parent(span) is not None and parent(span) not in by_id:
            wrong.append(say(span) + " has the parent " + parent(span) + ", and no span has that id")
    if len(set([word(s["trace"]) for s in spans])) > 1:
        wrong.append("the spans of one request have the trace ids " + " and ".join(sorted(set([word(s["trace"]) for s in spans]))))
    if len(roots()) != 1:
        wrong.append("no span is the first: each has a parent" if not roots() else str(len(roots())) + " spans have no parent: " + ", ".join([say(s) for s in roots()]))
    elif service(roots()[0]["service"]) != "gateway":
        wrong.append("the root is " + say(roots()[0]) + ", and the request came in at the gateway")
    for span in spans:
        at, steps = span, 0
        while at is not None and parent(at) is not None and steps <= len(spans):
            at, steps = by_id.get(parent(at)), steps + 1
        if steps > len(spans):
            wrong.append(say(span) + " is its own ancestor")
    for name in ("gateway", "order", "payment", "inventory", "notification"):
        if name not in [service(s["service"]) for s in spans]:
            wrong.append("there is no span of " + name)
    return wrong

def mistimed():
    wrong = []
    for span in spans:
        if ms(span["start"]) is None or ms(span["end"]) is None:
            wrong.append(say(span) + " lacks a start or an end in milliseconds")
            return wrong
    for span in spans:
        over = by_id.get(parent(span))
        if ms(span["end"]) < ms(span["start"]):
            wrong.append(say(span) + " ends at " + word(span["end"]) + ", before it begins")
        if over is None:
            continue
        if ms(span["start"]) < ms(over["start"]) - 0.5:
            wrong.append(say(span) + " begins at " + word(span["start"]) + ", before its parent, " + say(over) + ", at " + word(over["start"]))
        elif ms(span["end"]) > ms(over["end"]) + 0.5 and not is_async(span) and not is_async(over):
            wrong.append(say(span) + " ends at " + word(span["end"]) + ", after its parent, " + say(over) + ", at " + word(over["end"]) + ", which waits for it")
    return wrong

# The service that a span's work was called by, past spans of its own service.
def caller(span):
    over, steps = by_id.get(parent(span)), 0
    while over is not None and service(over["service"]) == service(span["service"]) and steps < len(spans):
        over, steps = by_id.get(parent(over)), steps + 1
    return None if over is None else service(over["service"])

def miscalled():
    wrong = []
    for span in spans:
        wanted = {"order": "gateway", "payment": "order", "inventory": "order", "notification": "order", "bank": "payment"}.get(service(span["service"]))
        if wanted is not None and caller(span) != wanted and not wrong:
            wrong.append("in the logs it is " + wanted + " that makes " + service(span["service"]) + " work, and " + say(span) + (" has no parent" if caller(span) is None else " is below one of " + caller(span)))
    return wrong

# What the logs of the task say: begin and end of each service, and of the bank's two calls.
LOGS = {"gateway": [0, 470], "order": [8, 462], "payment": [25, 395], "inventory": [25, 115], "notification": [480, 540], "bank": [40, 380]}

def unlike_logs():
    wrong = []
    for name in LOGS:
        mine = [s for s in spans if service(s["service"]) == name]
        if not mine or None in [ms(s["start"]) for s in mine] + [ms(s["end"]) for s in mine]:
            continue
        begin, end = min([ms(s["start"]) for s in mine]), max([ms(s["end"]) for s in mine])
        if abs(begin - LOGS[name][0]) > 0.5 or abs(end - LOGS[name][1]) > 0.5:
            wrong.append("the log has " + name + " at work from " + str(LOGS[name][0]) + " to " + str(LOGS[name][1]) + " ms, and your spans from " + str(begin) + " to " + str(end))
    calls = sorted([(ms(s["start"]), ms(s["end"])) for s in spans if service(s["service"]) == "bank" and None not in (ms(s["start"]), ms(s["end"]))])
    for begin, end in calls:
        if len(calls) > 1 and not any(abs(begin - a) <= 0.5 and abs(end - b) <= 0.5 for a, b in ((40, 140), (160, 380))):
            wrong.append("the log has calls of the bank from 40 to 140 and from 160 to 380 ms, and your span of it goes from " + str(begin) + " to " + str(end))
    if len([s for s in spans if service(s["service"]) == "bank"]) == 1:
        wrong.append("the bank was called twice, from 40 to 140 and from 160 to 380 ms, and has one span")
    return wrong

def own(span):
    begin, end = ms(span["start"]), ms(span["end"])
    covered, reached = 0.0, begin
    for a, b in sorted([(ms(c["start"]), ms(c["end"])) for c in children(span) if not is_async(c)]):
        a, b = max(a, reached), min(b, end)
        if b > a:
            covered, reached = covered + b - a, b
    return end - begin - covered

def selves():
    total = {}
    for span in spans:
        total[service(span["service"])] = total.get(service(span["service"]), 0.0) + own(span)
    return total

def inclusive(name):
    return sum([ms(s["end"]) - ms(s["start"]) for s in spans if service(s["service"]) == name])

def told_selves():
    return {service(name): ms(value) for name, value in submission["breakdown"]["self_ms"].items()}

def misjudged():
    wrong = []
    told, real = told_selves(), selves()
    if "bank" in real and "bank" not in told:
        # Whoever counts the bank as payment's own work says so by leaving it out.
        real["payment"] = real.get("payment", 0.0) + real.pop("bank")
    for name in real:
        if name not in told:
            wrong.append("nothing is said about what " + name + " took itself")
        elif told[name] is None:
            wrong.append("what " + name + " took itself is not a number of milliseconds")
        elif abs(told[name] - real[name]) > max(1.0, 0.02 * real[name]):
            also = ": that is its whole span, with the waiting for others" if abs(told[name] - inclusive(name)) <= 1.0 else ""
            wrong.append(name + " is said to take " + str(told[name]) + " ms itself, and by your spans it is " + str(round(real[name], 1)) + also)
    for name in told:
        if name not in real:
            wrong.append(name + " has a time and no span")
    return wrong

def awaited():
    """The services that the user waits for: spans below the root by calls alone."""
    found, todo = [], roots()[:1]
    while todo:
        span = todo.pop()
        if not is_async(span):
            found.append(span)
            todo = todo + children(span)
    return found

def slowest():
    total = {}
    for span in awaited():
        total[service(span["service"])] = total.get(service(span["service"]), 0.0) + own(span)
    most = max(total.values())
    found = [name for name in total if total[name] >= most - 0.5]
    return found + ["payment"] if "bank" in found else found + ["bank"] if "payment" in found and "bank" not in total else found

def critical(span):
    """Going back from the end: whichever child ended last is what was waited for."""
    names = []
    at = ms(span["end"])
    left = [c for c in children(span) if not is_async(c)]
    mine = 0.0
    while True:
        before = [c for c in left if ms(c["end"]) <= at + 0.5]
        if not before:
            break
        last = max(before, key=lambda c: (ms(c["end"]), ms(c["end"]) - ms(c["start"])))
        left = [c for c in left if c["span"] != last["span"]]
        names = names + critical(last)
        at = ms(last["start"])
    return [service(span["service"])] + names

def on_path():
    names = set(critical(roots()[0]))
    if "bank" in told_path() and "payment" in names and "bank" not in [service(s["service"]) for s in spans]:
        return names | set(["bank"])
    return names if "bank" in told_path() else set([n for n in names if n != "bank"])

def told_path():
    said = submission["breakdown"]["critical_path"]
    said = said if isinstance(said, list) else [said]
    return set([service(name) for text in said for name in re.split("-+>|=+>|,|>|;|→|⟶|⇒|➔| then |\n", str(text)) if name.strip(" -") != ""])
