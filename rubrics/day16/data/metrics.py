import re


def plain(value):
    return re.sub("[^a-z0-9%$]+", " ", text(value)).strip()


def empty(value):
    return plain(value) in ("", "todo", "tbd", "none", "n a")


def rows_of(value):
    return [x for x in value if isinstance(x, dict)] if isinstance(value, list) else []


def listed(value):
    if value is None:
        return []
    told = value if isinstance(value, list) else re.split(r",|;|\+|&| and ", str(value))
    return [str(t).strip() for t in told if not empty(t)]


def short(value, most=60):
    told = " ".join(str(value).split())
    return told if len(told) <= most else told[:most].rstrip() + "..."


# What a metric measures, with the layer it belongs to.
MEASURES = [
    ("conversion", "business", r"conver|cart|abandon|funnel"), ("revenue", "business", r"revenue|sales|turnover|gmv|merchandise|income|earning|takings|basket|order value|money"), ("orders", "business", r"orders?\b|purchas|checkouts? completed|sign ?ups?|registr|refund|completed checkout"),
    ("errors", "system", r"error|fail|5xx|4xx|exception|success"), ("latency", "system", r"latenc|response time|duration|respon|slow|speed|time to"), ("throughput", "system", r"throughput|request|traffic|rps|qps|tps|volume|login"),
    ("availability", "system", r"availab|uptime|\bup\b|probe|synthetic|heartbeat|apdex|slo|budget"), ("saturation", "system", r"saturat|queue|backlog|pool|connection|thread|lag|fresh|replica|cache|hit|capacity|timeout|retr"),
    ("cpu", "infrastructure", r"cpu|processor|load|cores?\b"), ("memory", "infrastructure", r"memor|ram\b|heap|swap|oom|gc\b"), ("disk", "infrastructure", r"disk|storage|volume|iops|filesystem|inode|ssd"), ("network", "infrastructure", r"network|bandwidth|packet|net\b|nic|transmit|traffic|bytes|tcp"),
]


def measure_of(value, layer):
    told = plain(value)
    for name, _, _ in MEASURES:
        if told == name:
            return name
    if re.search(r"\b(size|payload)", told) and layer != "infrastructure":
        return "other"
    infra = layer == "infrastructure"
    for name, where, pattern in (MEASURES[8:] + MEASURES[:8] if infra else MEASURES):
        if re.search(r"\b(" + pattern + ")", told):
            return name
    return "other" if told in ("other", "something else") else None


def layer_of(value):
    told = plain(value)
    for name, pattern in (("business", r"busi|biz\b|product|customer|commerc|shop"), ("infrastructure", r"infra|host|machine|resource|node|hardware|os\b|operating|platform|server|cluster|k8s|kubernetes|container|use\b|physical"), ("system", r"system|servic|api|applic|app\b|technical|backend|back end|golden|red\b|software")):
        if re.search(r"\b(" + pattern + ")", told):
            return name
    return None


PARTS = [("checkout", r"check ?out|cart|payment|order|purchas"), ("search", r"search"), ("accounts", r"account|user|login|sign|auth|profile")]


def parts_of(value):
    """The parts of the API a metric tells apart."""
    out = []
    for told in listed(value):
        t = plain(told)
        if re.search(r"host|server|machine|disk|node|pod|instance|container", t):
            continue
        if re.search(r"^(each|every)\b(?!thing)|told apart|separate|apart\b|individual|(label|tag)[a-z0-9_]* (with|by|for)|\b(each|every|per|by|split|broken down|grouped) ?(of )?(the )?(part|service|endpoint|route|api|area|three|one|function|component|handler|path)?", t):
            return ["checkout", "search", "accounts"]
        for part, pattern in PARTS:
            if re.search(r"\b(" + pattern + ")", t) and part not in out:
                out.append(part)
    return out


def kind_of(value):
    told = re.sub(r"observable|asynchronous|async|exponential|native|monotonic|sync|distribution (?=summary)", " ", plain(value)).strip()
    if re.search(r"^up ?down|^up (and|or) down", told):
        return "gauge"
    if re.search(r"^(ratio|quotient|percentage|fraction)\b", told):
        return "ratio"
    for name, pattern in (("counter", r"count|meter|sum\b|delta|event"), ("histogram", r"hist|summary|distrib|timer|timing|sketch"), ("gauge", r"gaug|level|current"), ("ratio", r"ratio|percent|quotient|derived|fraction|rate\b")):
        if re.search(r"\b(" + pattern + ")", told):
            return name
    return None


def unit_of(value):
    """time, part, money, bytes, bytes a second, count, count a second."""
    told = text(value)
    word = " ".join(told.split())
    if re.search(r"%|‰|percent|\bpct\b|permille|per mille|ratio|fraction|share|0 ?(to|or|-|–|\.\.|/) ?1\b|^1$|dimensionless", word):
        return "part"
    per = re.search(r"/ ?(s|sec|second|m|min|minute|h|hour|d|day)\b|\bper (second|minute|hour|day|s|min|h)\b|\ba (second|minute|hour|day)\b|\b(rps|qps|tps|rpm|iops|bps|mbps|gbps|mbit)\b|p/s|r/s|hz\b", word) is not None
    if re.search(r"\$|€|£|¥|₹|¢|usd|eur|\b(chf|gbp|jpy|inr|cad|aud|sek|nok|dkk|pln|brl|cny|rmb|rub|uah|try|zar)\b|dollar|euro|cent|money|currency|pound", word):
        return "money"
    if re.search(r"\b([kmgt]?i?b|bytes?|[kmgt]?i?bytes?|[kmgt]?bits?|[kmgt]?bps|[kmgt]bit)\b|byte|\bbits?\b|[kmg]b/s|[kmg]bps|[kmg]bit", word):
        return "bytes"
    if per:
        return "count"
    if re.search(r"^(ms|s|us|µs|sec|secs|seconds?|milliseconds?|minutes?|min|h|hours?|cpu seconds?|core seconds?|seconds?\b.*|milliseconds?\b.*|(hours?|minutes?|days?) [a-z].*|days?|(ms|s|sec|min) [^/]*|(ms|s|sec)\(.*)$", word):
        return "time"
    if word in ("", "todo", "-"):
        return None
    return "count"


UNITS = {"latency": (["time"], "a time"), "throughput": (["count"], "a number of requests, or that a second"), "errors": (["part", "count"], "a percentage, or a number"), "conversion": (["part"], "a percentage"),
         "revenue": (["money"], "an amount of money"), "orders": (["count", "part"], "a number of them"), "cpu": (["part", "count", "time"], "a percentage, cores or seconds"), "memory": (["part", "bytes", "count"], "a percentage or bytes"),
         "disk": (["part", "bytes", "count", "time"], "a percentage, bytes, operations or a time"), "network": (["bytes", "part", "count"], "bytes or packets a second"), "availability": (["part", "count"], "a percentage"), "saturation": (["part", "count", "time", "bytes"], "a percentage, a number or a time")}


def percentiles(value):
    if isinstance(value, list) and value and all(isinstance(v, (int, float)) for v in value):
        return [float(v) * 100 if v < 1 else float(v) for v in value]
    told = " ".join(str(v) for v in value) if isinstance(value, list) else str(value)
    told = re.sub(r"\bp ?\(([0-9.]+)\)", r"p\1", told.lower())
    if re.search(r"^[0-9., /%]*%( of|$)", told):
        return [float(x) for x in re.findall(r"([0-9]{2}(?:[.][0-9]+)?) ?%", told)]
    out = [float(x) for x in re.findall(r"\b(?:p|q|tp)[ -]?([0-9]{1,2}(?:[.][0-9]+)?)\b", told)]
    out += [float(x) for x in re.findall(r"([0-9]{1,2}(?:[.][0-9]+)?)(?:th|st|nd|rd)? ?percentile", told)]
    out += [99.9 for _ in re.findall(r"p999\b", told)] + [50.0 for _ in re.findall(r"median", told)]
    if re.search(r"percentile|quantile", told):
        out += [float(x) * 100 for x in re.findall(r"\b0[.][0-9]+", told)] + [float(x) for x in re.findall(r"\b([0-9]{2}(?:[.][0-9]+)?)\b", told)]
    return out


# Worked out once: a check asks about one submission.
HELD = {}


def metrics(doc):
    if "metrics" not in HELD:
        HELD["metrics"] = read_metrics(doc)
    return HELD["metrics"]


def read_metrics(doc):
    out = []
    for n, row in enumerate(rows_of(doc.get("metrics"))):
        layer = layer_of(row.get("layer"))
        name = str(row.get("name", "")).strip()
        shows = row.get("shows")
        out.append({"n": n + 1, "name": name if not empty(name) else f"metric {n + 1}", "unnamed": empty(name), "layer": layer, "told_layer": str(row.get("layer", "")), "measure": measure_of(row.get("measures"), layer), "told": str(row.get("measures", "")),
                    "of": row.get("of"), "parts": parts_of(row.get("of")), "kind": kind_of(row.get("kind")), "told_kind": str(row.get("kind", "")), "unit": unit_of(row.get("unit")), "told_unit": str(row.get("unit", "")),
                    "shows": plain(" ".join(str(v) for v in shows) if isinstance(shows, list) else shows), "p": percentiles(shows), "tells": str(row.get("tells", ""))})
    return out


def find(name, table):
    told = plain(name)
    for m in table:
        if plain(m["name"]) == told:
            return m
    return None


def counted(doc):
    have = metrics(doc)
    if len(have) < 10:
        return f"{len(have)} metrics are here, and 10 to 15 are asked for"
    if len(have) > 15:
        return f"{len(have)} metrics are here, and the limit is 15: which would nobody miss?"
    seen, told, same = {}, {}, {}
    for m in have:
        if m["unnamed"]:
            return f"metric {m['n']} has no name"
        if plain(m["name"]) in seen:
            return f"two metrics are called {m['name']}"
        seen[plain(m["name"])] = True
        words = plain(m["tells"])
        if empty(m["tells"]) or len(words.split()) < 2:
            return f"{m['name']} does not say what it tells"
        named = f"{plain(m['name'])} {plain(m['told'])} {plain(m['of'])} the a an of this its current value metric".split()
        if all(w in named for w in words.split()):
            return f"{m['name']} tells no more than its name: what do you know when you see it?"
        if words in told:
            return f"{m['name']} tells the very words of {told[words]}"
        told[words] = m["name"]
        key = (m["measure"], plain(m["of"]), m["shows"], m["measure"] if m["measure"] in ("cpu", "throughput") and not re.search("steal|wait|throttl", m["told"].lower()) else plain(m["told"]), m["told_unit"])
        if key in same:
            return f"{m['name']} and {same[key]} are the same: {m['told']} of {m['of']}, shown as {m['shows']}"
        same[key] = m["name"]
    return None


def covered(doc):
    have = metrics(doc)
    for m in have:
        if m["layer"] is None:
            return f"{m['name']}: layer says {m['told_layer']}, and has to be business, system or infrastructure"
    for layer in ("business", "system", "infrastructure"):
        if not any(m["layer"] == layer for m in have):
            return f"no metric is of the layer {layer}"
    for m in have:
        if empty(m["told"]):
            return f"{m['name']} does not say what it measures"
        belongs = {x[0]: x[1] for x in MEASURES}
        if m["measure"] in ("cpu", "memory", "disk", "network") and m["layer"] == "business" or m["measure"] in ("conversion", "revenue") and m["layer"] != "business":
            return f"{m['name']} measures {m['measure']}, and is put into the layer {m['layer']}"
    for name, what in (("conversion", "how many visitors buy (conversion)"), ("revenue", "the revenue"), ("latency", "the latency"), ("throughput", "the throughput"), ("errors", "errors"), ("cpu", "the CPU"), ("memory", "the memory"), ("disk", "the disks"), ("network", "the network")):
        if not any(m["measure"] == name for m in have):
            strange = [m["told"] for m in have if m["measure"] is None]
            return f"nothing measures {what}" + (f" ({', '.join(strange)}: taken as other)" if strange else "")
    return None


def seen_in(doc):
    """Incidents in one part of the API, played on the list."""
    have = metrics(doc)
    if not have:
        return "there are no metrics"
    for part, story in (("checkout", "every tenth payment ends with an error"), ("search", "search answers half of its requests with an error, and they are a small part of all requests"), ("accounts", "nobody can sign in, all of these requests end with an error")):
        if not any(m["measure"] in ("errors", "availability") and part in m["parts"] for m in have):
            return f"{story}: no metric has the errors of {part} apart from the rest"
    for part in ("checkout", "search"):
        if not any(m["measure"] == "latency" and part in m["parts"] for m in have):
            return f"{part} takes three times as long since the release: no metric has the latency of {part} apart from the rest"
    return None


def slowest(doc):
    have = [m for m in metrics(doc) if m["measure"] == "latency"]
    if not have:
        return "nothing measures the latency"
    for m in have:
        if re.search(r"^(the )?(mean|average|avg|sum)( of| over)?( [a-z]+){0,3} (p ?[0-9]|percentile|quantile)", m["shows"]):
            return f"{m['name']} is shown as {m['shows']}: a mean of percentiles is no percentile of anybody, they have to come from one distribution"
        if not m["p"]:
            return f"{m['name']} is shown as {m['shows'] or 'nothing'}: if 2 of 100 requests take 2 s and the others 20 ms, the mean is 60 ms, which nobody experiences"
        if m["kind"] != "histogram":
            return f"{m['name']} is a {m['kind'] or m['told_kind']}, of which no percentile can be computed"
    if not any("checkout" in m["parts"] and max(m["p"]) >= 98 for m in have):
        best = [max(m["p"]) for m in have if "checkout" in m["parts"]]
        told = f"its p{round(max(best))} does not move" if best else "no latency of the checkout is measured"
        return f"one checkout in fifty takes 8 s, and {told}"
    for m in have:
        if not any(max(o["p"]) >= 90 for o in have if o["p"] and (o["name"] == m["name"] or [p for p in m["parts"] if p in o["parts"]])):
            return f"{m['name']} shows p{round(max(m['p']))} only, and nothing shows what the slowest users of it get"
    return None


def fits(doc):
    have = metrics(doc)
    if not have:
        return "there are no metrics"
    for m in have:
        if m["kind"] is None:
            return f"{m['name']}: kind says {m['told_kind']}, and has to be counter, gauge, histogram or ratio"
        if m["unit"] is None:
            return f"{m['name']} has no unit"
        if m["measure"] in UNITS and m["unit"] not in UNITS[m["measure"]][0]:
            return f"{m['name']} measures {m['measure']} in {m['told_unit']}, and that is {UNITS[m['measure']][1]}"
        if empty(m["shows"]):
            return f"{m['name']} does not say as what it is shown"
        if m["kind"] == "counter" and m["unit"] == "part":
            return f"{m['name']} is a counter in {m['told_unit']}: a counter only goes up, and a percentage does not"
        if m["kind"] == "counter" and m["measure"] in ("memory", "conversion") and m["unit"] != "count":
            return f"{m['name']} is a counter, which only goes up, and {m['measure']} goes down as well"
        if m["kind"] == "counter" and m["p"]:
            return f"{m['name']} is a counter and shown as {m['shows']}: percentiles need the single values, and a counter has their number only"
        if m["kind"] == "counter" and re.search(r"^(current|value|last|raw|now|latest|mean|average|avg|max|min|cumulat)|^(grand |running )?total$|since (the )?(start|restart|begin|last restart)", m["shows"]) and not re.search(r"rate|\bper\b|increase|last (hour|day|minute|[0-9])|min\b.*[0-9]", m["shows"]):
            return f"{m['name']} is a counter and shown as {m['shows']}: that is everything since the last restart, and says nothing about now"
        if m["kind"] == "gauge" and m["measure"] in ("throughput", "errors", "orders", "revenue", "network") and re.search(r"since (the )?(start|restart|begin|last restart|boot|deploy)|^cumulat|\b(grand|running) total", m["shows"]):
            return f"{m['name']} is a gauge and shown as {m['shows']}: what only goes up is a counter, and its total says nothing about now"
        if m["kind"] == "gauge" and m["measure"] != "latency" and m["p"] and "p" in m["shows"][:1]:
            return f"{m['name']} is a gauge and shown as {m['shows']}: percentiles need a histogram"
        if m["kind"] == "gauge" and re.search(r"^(rate|increase|increment|delta per)\b", m["shows"]) and not re.search(r"s$|second|minute|hour", plain(m["told_unit"])):
            return f"{m['name']} is a gauge and shown as a rate, which is what a counter is for"
        if m["kind"] == "ratio" and m["unit"] != "part" and m["measure"] != "revenue":
            return f"{m['name']} is a ratio in {m['told_unit']}: a quotient of two numbers of the same kind is a percentage or a fraction"
        if m["kind"] == "histogram" and m["measure"] in ("throughput", "errors", "conversion") and m["p"]:
            return f"{m['name']} is shown as {m['shows']}: {m['measure']} has no slow and fast ones, it is counted"
        if m["kind"] == "histogram" and m["unit"] == "part":
            return f"{m['name']} is a histogram in {m['told_unit']}: a histogram holds times, sizes or amounts"
    return None


FELT = ("latency", "errors", "throughput", "availability", "conversion", "revenue", "orders")


def severity(value):
    told = plain(value)
    if re.search(r"\b(no|not|never|don t|without) (a |to |any )?(page|paging|wak|call|phone|pager)", told):
        return "ticket"
    if re.search(r"page|fatal|major|alarm|\berror|disaster|on call|critical|urgent|wake|call|sev ?[01]\b|\bs[01]\b|\bp[01]\b|high|immediate|phone|emergency", told) and not re.search(r"^(no|not|never|don)\b", told):
        return "page"
    return "ticket" if re.search(r"ticket|warn|info|chat|slack|mail|low|medium|business hours|office|jira|backlog|next morning|sev|p[2-5]|s[2-5]|minor|moderate|notif|no|day|work", told) else None


def alerts(doc):
    if "alerts" not in HELD:
        HELD["alerts"] = read_alerts(doc)
    return HELD["alerts"]


def read_alerts(doc):
    have = metrics(doc)
    out = []
    for n, row in enumerate(rows_of(doc.get("alerts"))):
        names = listed(row.get("metric")) if find(row.get("metric"), have) is None else [str(row.get("metric"))]
        out.append({"n": n + 1, "names": names, "found": [find(x, have) for x in names], "when": str(row.get("when", "")), "severity": severity(row.get("severity")), "told": str(row.get("severity", ""))})
    return out


def way(when):
    """Whether an alert fires when the value has risen or fallen; None where that stays open."""
    told = re.sub(r"\bover (the (last |past )?)?([0-9]+|an?|one|two|five|ten) ?(h|hours?|m|min|minutes?|d|days?)\b", " ", text(when))
    up = re.search(r">|≥|\b(above|over|exceed[a-z0-9_]*|more|greater|higher|at least|ris(e|es|en|ing)|doubles?|spik[a-z0-9_]*|increas[a-z0-9_]*|climbs?|grows?)\b", told) is not None
    down = re.search(r"<|≤|-[0-9]|\b(below|under|less|fewer|lower|at most|drop[a-z0-9_]*|fall[a-z0-9_]*|fell|half|halv[a-z0-9_]*|declin[a-z0-9_]*|decreas[a-z0-9_]*|sinks?|dips?|loss|reduc[a-z0-9_]*|no|zero|absent|missing|stops?|stopped|down|gone|collaps[a-z0-9_]*|minus|behind|short)\b", told) is not None
    return None if up == down else "up" if up else "down"


def backwards(a, m):
    """What a single alert on the metric would never tell, or tell when all is well."""
    when = text(a["when"])
    told = f"{plain(m['told'])} {plain(m['name'])}"
    open_ended = re.search(r"deviat|differ|anomal|sigma|outlier|chang|budget|burn|forecast error|slo\b|objective", when) is not None
    fires = way(when)
    if m["measure"] in ("errors", "latency") and fires == "down" and not open_ended and not re.search(r"succe|good|apdex|satisf|absent|no data|missing|no sample|%.*(faster|within|under|below)|(faster|within)", f"{when} {told}"):
        return f"the alert on {m['name']} fires when it is low ({short(a['when'])}), which is when all is well"
    if m["measure"] in ("conversion", "revenue", "orders", "availability") and fires == "up" and not open_ended and not re.search(r"refund|abandon|cancel|fail|charge ?back|return|lost|loss|error|unavail|downtime|bounce", f"{when} {told}"):
        return f"the alert on {m['name']} fires when it is high ({short(a['when'])}), and trouble is when it falls"
    if m["measure"] == "latency" and re.search(r"\b(mean|average|avg)\b", when) and not percentiles(when) and not re.search(r"week|day|usual|baseline", when):
        return f"the alert on {m['name']} is about its mean ({short(a['when'])}), which hardly moves when one request in fifty takes 8 s"
    when = re.sub(r"\b(slowest|worst|top|last|upper) ([0-9.]+|one|two|five|ten) ?(%|percent\b)( of)?", "p99", when)
    if m["measure"] == "latency" and re.search(r"%|percent\b", when) and not open_ended and not re.search(r"([0-9]|\b(half a|one|two|three|four|five|ten)) ?(ms|s|sec|seconds?|milliseconds?)\b|request|user|baseline|last|usual|normal|week|day|target|slower|than (the )?(median|usual|normal)|rise|increas", when):
        return f"the alert on {m['name']} has a percentage ({short(a['when'])}), and the metric is in {m['told_unit']}"
    if m["measure"] in ("errors", "conversion", "orders", "revenue") and re.search(r"[0-9] ?(ms|milliseconds?)\b", when) and len(a["found"]) == 1 and not re.search(r"window|every|within|\bin\b|each", when):
        return f"the alert on {m['name']} has a time as its value ({short(a['when'])}), and the metric is in {m['told_unit']}"
    never = [x for x in re.findall(r"(?:>|>=|above|over|exceeds|more than) ?([0-9]+) ?%", when) if int(x) >= 100]
    if never and m["unit"] == "part" and not re.search(r"baseline|last|usual|normal|week|day|average|median|than", re.sub("more than", "", when)):
        return f"the alert on {m['name']} never fires: no share is above {never[0]}%"
    return None


SHORT = r"([0-9]+|an?|one|two|three|four|five|six|ten|fifteen|twenty|thirty|few|quarter of an|half an) ?-?(ms|s|secs?|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d|days?|weeks?)\b"


def hasty(a, m):
    """What a page on a symptom does wrong: it fires at the first sample, at every slip, too late, or hardly ever."""
    when = text(a["when"])
    relative = re.search(r"baseline|last|usual|normal|week|yesterday|average|median|budget|burn|slo\b|objective|target|forecast|predict|expected|sigma|season|times the|absent|no (data|sample|scrape|heartbeat)|missing|stop", when) is not None
    if m["measure"] == "throughput" and way(when) == "up" and not relative:
        return f"{m['name']} wakes somebody when much is asked ({short(a['when'])}), and many visitors do no harm as long as they get answers in time"
    if m["measure"] not in ("errors", "latency", "availability") or relative:
        return None
    spans = re.findall(SHORT, when)
    long = [x for x in spans if not re.match("ms|s", x[1])]
    row = re.search(r"in a row|consecutive|successive|window|samples|evaluations?|periods?|data ?points|probes|checks|regions|intervals|minute|hour|sustained|/ ?min\b|/ ?m\b|per min|\b(two|three|[0-9]+) times|twice|budget|burn", f"{when} {m['shows']}") is not None
    if not long and not row and not re.search(r"[0-9] ?(m|min|h)\b", m["shows"]) and len(spans) < (2 if m["measure"] == "latency" else 1):
        return f"the alert on {m['name']} does not say for how long ({short(a['when'])}), so one bad moment wakes somebody"
    if re.search(r"\b(for|lasting|during) (more than |at least |over )?(([3-9]|[1-9][0-9]+) ?(h|hours?)|[0-9]+ ?(d|days?)|(a|one|two) days?)\b", when):
        return f"the alert on {m['name']} waits too long ({short(a['when'])}): by then users have been in trouble for hours"
    if m["measure"] == "errors":
        if re.search(r"(>|above|more than|over|exceeds) ?(0|zero)( ?%| percent| errors?| requests?|,| for|$|;)|\b(any|every|each|a single) (single )?(error|failure|failed)|at least one (error|failure|failed)", when):
            return f"the alert on {m['name']} wakes somebody for a single failure ({short(a['when'])}), and among many requests one fails every night"
        shares = [float(x) for x in re.findall(r"(?:>|>=|≥|above|over|exceeds|more than|at least) ?([0-9]+(?:[.][0-9]+)?) ?(?:%|percent)", when)]
        if shares and max(shares) < 0.02 and m["unit"] == "part" and not re.search(r"succe|good|avail", f"{when} {plain(m['told'])} {plain(m['name'])}"):
            return f"the alert on {m['name']} wakes somebody above {n_of(max(shares))}% ({short(a['when'])}), and of 10,000 requests one fails every night"
        if shares and min(shares) >= 50 and m["unit"] == "part" and not re.search(r"succe|good|avail", f"{when} {plain(m['told'])} {plain(m['name'])}"):
            return f"the alert on {m['name']} fires above {n_of(min(shares))}% only: before that every third request may fail all night, and nobody is woken"
    if m["measure"] == "latency":
        told = re.findall(r"(?:>|>=|≥|above|over|exceeds|more than|longer than|slower than) ?([0-9]+(?:[.][0-9]+)?) ?(ms|milliseconds?|s|secs?|seconds?)\b", when)
        if told and float(told[0][0]) * (0.001 if told[0][1].startswith("m") else 1.0) < 0.01:
            return f"the alert on {m['name']} fires at {told[0][0]} {told[0][1]} ({short(a['when'])}), which nearly every request takes that goes over a network"
        if told and float(told[0][0]) * (0.001 if told[0][1].startswith("m") else 1.0) >= 20:
            return f"the alert on {m['name']} fires at {told[0][0]} {told[0][1]} only ({short(a['when'])}): nobody waits that long, they have left before"
    return None


def alerting(doc):
    found = alerts(doc)
    if not found:
        return "there are no alerts"
    for a in found:
        if not a["names"]:
            return f"alert {a['n']} names no metric"
        for name, m in zip(a["names"], a["found"]):
            if m is None:
                return f"alert {a['n']} is about {name}, and no metric is called that"
        called = a["names"][0]
        if a["severity"] is None:
            return f"the alert on {called}: severity says {a['told']}, and has to be page or ticket"
        if empty(a["when"]) or not re.search(r"[0-9]|half|third|quarter|double|twice|zero|absent|missing|no data|nothing|baseline|usual|normal|last week|budget|burn|stops|sigma|deviation|anomal|seasonal|forecast|expected|predict|typical|average|yesterday|slo\b|objective|target|one|two|three|four|five|ten|no (order|sale|request|sample|scrape|checkout|payment|heartbeat)", text(a["when"])):
            return f"the alert on {called} does not say at which value it fires"
        for m in a["found"]:
            if backwards(a, m):
                return backwards(a, m)
    pages = [a for a in found if a["severity"] == "page"]
    if not pages:
        return "nobody is woken whatever happens: no alert is a page"
    for a in pages:
        called = a["names"][0]
        if any(m["measure"] in FELT for m in a["found"]):
            told = [hasty(a, m) for m in a["found"] if len(a["found"]) == 1 and hasty(a, m)]
            if told:
                return told[0]
            continue
        m = a["found"][0]
        soon = re.search(r"absent|no (data|sample|scrape|heartbeat|signal)|missing|heartbeat|\b(in|within|before|next) (the next |less than |under |about |~ ?|< ?|<= ?)?([0-9]+|two|three|four|six|a|an|few) ?(h\b|hour|d\b|day|min)|\bleft\b|predict|project|forecast|remain|runs? out|run(ning)? out|until|will be|out of (memory|space|disk)|oom", text(a["when"])) is not None
        if m["measure"] in ("cpu", "network"):
            return f"{called} wakes somebody ({short(a['when'])}), and the users may notice nothing: {m['measure']} is a cause to look at once they do"
        if m["measure"] in ("memory", "disk", "saturation", "other") and not soon:
            return f"{called} wakes somebody ({short(a['when'])}), and nothing in it says that users are hurt, or will be within hours"
    about = [(a, m) for a in pages for m in a["found"] if m["measure"] in ("errors", "latency", "availability") and "checkout" in m["parts"]]
    middle = [a for a, m in about if m["measure"] == "latency" and percentiles(a["when"]) and max(percentiles(a["when"])) < 75]
    if about and len(middle) == len(about):
        return f"the alert on {middle[0]['names'][0]} is the only page about the checkout, and its middle ({short(middle[0]['when'])}): four of ten customers may wait a minute, or get an error, and nobody is woken"
    if not about:
        return "checkout fails or takes a minute at four in the morning, and no page is about its errors or its latency"
    return None


def silent(doc):
    found = [m for a in alerts(doc) for m in a["found"] if m is not None]
    if not any(m["layer"] == "business" for m in found):
        return "orders fall by half while every technical figure is green, and no alert is about a business metric"
    return None


# The dashboard

def whole(value):
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    found = re.search("-?[0-9]+([.][0-9]+)?", str(value))
    return float(found.group(0)) if found else None


def panels(doc):
    board = doc.get("dashboard") if isinstance(doc.get("dashboard"), dict) else {}
    have = metrics(doc)
    out = []
    for n, row in enumerate(rows_of(board.get("panels"))):
        names = listed(row.get("metrics"))
        title = str(row.get("title", "")).strip()
        out.append({"name": title if not empty(title) else f"panel {n + 1}", "names": names, "found": [find(x, have) for x in names], "x": whole(row.get("x")), "y": whole(row.get("y")), "w": whole(row.get("w")), "h": whole(row.get("h"))})
    return (whole(board.get("columns")) or 0.0), out


def n_of(value):
    return f"{int(value)}" if value == int(value) else f"{value}"


def placed(doc):
    columns, found = panels(doc)
    if columns < 1:
        return "the dashboard does not say how many columns it has"
    if len(found) < 3:
        return f"{len(found)} panel{'' if len(found) == 1 else 's'} cannot show three layers at a glance"
    for p in found:
        for side in ("x", "y", "w", "h"):
            if p[side] is None:
                return f"{p['name']} does not say its {side}"
        if p["w"] <= 0 or p["h"] <= 0:
            return f"{p['name']} is {n_of(p['w'])} wide and {n_of(p['h'])} high"
        if p["x"] < 0 or p["y"] < 0 or p["x"] + p["w"] > columns:
            return f"{p['name']} goes from column {n_of(p['x'])} to {n_of(p['x'] + p['w'])}, and the dashboard from 0 to {n_of(columns)}"
        if len(p["names"]) > 7:
            return f"{p['name']} shows {len(p['names'])} metrics, and whoever looks at it sees none of them at a glance"
    low = 0.0
    for p in sorted(found, key=lambda p: p["y"]):
        if p["y"] > low + 6:
            return f"{p['name']} begins at row {n_of(p['y'])}, and rows {n_of(low)} to {n_of(p['y'])} are empty: who looks does not see it without searching"
        low = max(low, p["y"] + p["h"])
    for i, a in enumerate(found):
        for b in found[i + 1:]:
            if a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]:
                return f"{a['name']} and {b['name']} overlap, at column {n_of(max(a['x'], b['x']))} and row {n_of(max(a['y'], b['y']))}"
    return None


def shown(doc):
    columns, found = panels(doc)
    if not found:
        return "there are no panels"
    for p in found:
        if not p["names"]:
            return f"{p['name']} shows no metric"
        for name, m in zip(p["names"], p["found"]):
            if m is None:
                return f"{p['name']} shows {name}, and no metric is called that"
    on = [m["name"] for p in found for m in p["found"]]
    for a in alerts(doc):
        for m in a["found"]:
            if m is not None and a["severity"] == "page" and m["name"] not in on:
                return f"{m['name']} wakes somebody, who does not find it on the dashboard"
    for layer in ("business", "system", "infrastructure"):
        if not any(m["layer"] == layer for p in found for m in p["found"]):
            return f"no panel shows anything of the layer {layer}"
    placed_ones = [p for p in found if p["y"] is not None]

    def felt(p):
        return any(m["layer"] != "infrastructure" and m["measure"] in FELT for m in p["found"])

    tops = [p["y"] for p in placed_ones if felt(p)]
    below = [p for p in placed_ones if not felt(p) and all(m["layer"] == "infrastructure" for m in p["found"])]
    if tops and below:
        high = min(below, key=lambda p: p["y"])
        if high["y"] < min(tops):
            first = min([p for p in placed_ones if felt(p)], key=lambda p: p["y"])
            return f"{high['name']} is above {first['name']}: what users feel comes first, causes below"
    return None


# Lists of records, with the field that names one.
LISTS = {"metric": ("/metrics", "name"), "alert": ("/alerts", "metric"), "panel": ("/dashboard/panels", "title")}
