import re

belt_host = _belt_call
belt_visits = []     # each time a service was entered: service, request, caller, start, end, answer
belt_stack = []      # the visits under way
belt_spans = []      # what was recorded: [visit, span]
belt_arriving = []   # requests that come in while a payment is under way
belt_mail = []       # messages sent: service, request, sender, headers
belt_quick = []      # not empty while a busy hour is played: the clock stands, and spans are only noted

def _belt_call(object, method, args):
    if object == "collector" and method == "record":
        span = args[0]
        if not isinstance(span, dict):
            raise TypeError("record takes a dict, not " + repr(span))
        belt_spans.append([belt_stack[-1] if belt_stack else None, dict(span)])
        if belt_quick:
            return None
    if object == "clock" and method == "now" and belt_quick:
        belt_quick[0] += 0.0007
        return belt_quick[0]
    return belt_host(object, method, args)

def belt_as_sent(headers):
    if not isinstance(headers, dict):
        raise TypeError("work takes the headers to send along as a dict, not " + repr(headers))
    sent = {}
    for name, value in headers.items():
        if value is None:
            continue
        if not isinstance(value, (str, int, float)):
            raise TypeError("a header is text, and " + str(name) + " is " + repr(value))
        sent[str(name)] = str(value)
    return sent

# A plan is [service, seconds before, [plans of calls], [services that get a message], error or None, seconds after].
def belt_enter(plan, request, caller, headers):
    service, before, calls, messages, error, after = plan
    number = len(belt_visits)
    visit = {"service": service, "request": request, "caller": caller, "start": clock.now(), "end": None, "answer": None, "worked": 0, "failed": error, "got": {k: v for k, v in headers.items() if k not in ("user-agent", "accept")}}
    belt_visits.append(visit)
    belt_stack.append(number)

    def work(out=None):
        visit["worked"] += 1
        sent = belt_as_sent(out)
        clock.sleep(before)
        if service == "payment" and belt_arriving:
            while belt_arriving:
                belt_arriving.pop(0)()
            # Headers that are one dict of the process have changed meanwhile.
            sent = belt_as_sent(out)
        for call in calls:
            belt_enter(call, request, number, dict(sent))
        for other in messages:
            belt_mail.append([other, request, number, dict(sent)])
        clock.sleep(after)
        if error is not None:
            raise Timeout(error)
        return "answer " + service + " " + request

    held = list(belt_stack)
    try:
        visit["answer"] = handle(service, dict(headers), work)
    except Timeout:
        visit["answer"] = "Timeout"
    visit["end"] = clock.now()
    while len(belt_stack) >= len(held):
        belt_stack.pop()
    return visit

def belt_deliver():
    while belt_mail:
        other, request, sender, headers = belt_mail.pop(0)
        clock.sleep(0.09)
        belt_enter([other, 0.02, [], [], None, 0.01], request, sender, headers)

def belt_request(name, plan, headers=None):
    held = list(belt_stack)
    belt_stack.clear()
    belt_enter(plan, name, None, headers or {"user-agent": "shop/3.1", "accept": "*/*"})
    belt_stack.clear()
    belt_stack.extend(held)

CHAIN = ["gateway", 0.011, [["order", 0.02, [["payment", 0.21, [["inventory", 0.04, [["notification", 0.03, [], [], None, 0.01]], [], None, 0.002]], [], None, 0.03]], [], None, 0.005]], [], None, 0.004]
FAN = ["gateway", 0.007, [["order", 0.013, [["payment", 0.17, [], [], None, 0.02], ["inventory", 0.06, [], [], None, 0.01]], ["notification"], None, 0.003]], [], None, 0.002]
SMALL = ["gateway", 0.003, [["inventory", 0.03, [], [], None, 0.004]], [], None, 0.002]
RETRIED = ["gateway", 0.005, [["order", 0.01, [["payment", 0.5, [], [], "the bank did not answer", 0.0], ["payment", 0.18, [], [], None, 0.01], ["inventory", 0.04, [], [], None, 0.0]], ["notification"], None, 0.003]], [], None, 0.002]
FAILED = ["gateway", 0.005, [["order", 0.01, [["payment", 0.5, [], [], "the bank did not answer", 0.0]], [], "payment failed", 0.003]], [], "order failed", 0.002]

def belt_get(span, names):
    for name in names:
        if span.get(name) is not None and str(span.get(name)) not in ("", "None", "null") and str(span.get(name)).strip("0-") != "":
            return str(span[name])
    return None

def belt_trace(span):
    return belt_get(span, ["trace", "trace_id", "traceId", "traceID", "traceid"])

def belt_id(span):
    return belt_get(span, ["span", "span_id", "spanId", "spanID", "spanid", "id"])

def belt_parent(span):
    return belt_get(span, ["parent", "parent_id", "parentId", "parent_span", "parent_span_id", "parentSpanId", "parentID", "parentid"])

def belt_time(span, names):
    for name in names:
        value = span.get(name)
        if isinstance(value, (int, float)):
            for limit, scale in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3)):
                if value > limit:
                    return value / scale
            return value
    return None

STARTS = ["start", "begin", "started", "start_time", "startTime", "begins", "begin_time", "started_at", "startTimeUnixNano", "start_time_unix_nano", "timestamp", "ts"]
ENDS = ["end", "ended", "finish", "end_time", "endTime", "ends", "finished", "stop", "ended_at", "endTimeUnixNano", "end_time_unix_nano"]

def belt_end(span):
    """When it ended, said as such or as a duration in the unit of its start."""
    end = belt_time(span, ENDS)
    start = belt_time(span, STARTS)
    if end is not None or start is None or not isinstance(span.get("duration"), (int, float)):
        return end
    told = [span[name] for name in STARTS if isinstance(span.get(name), (int, float))][0]
    return start + span["duration"] * (start / told if told else 1.0)

def belt_of(number):
    return [span for visit, span in belt_spans if visit == number]

def belt_where(number):
    visit = belt_visits[number]
    return visit["service"] + " in request " + visit["request"]

def belt_unrecorded():
    """The first visit that went wrong: no span, another answer, work not done once."""
    for number, visit in enumerate(belt_visits):
        if visit["worked"] != 1:
            return belt_where(number) + " does its work " + ("never" if visit["worked"] == 0 else str(visit["worked"]) + " times")
        if not belt_of(number):
            return belt_where(number) + " recorded no span"
        for span in belt_of(number):
            if belt_id(span) is None:
                return belt_where(number) + " recorded a span without an id: " + str(span)
            if belt_trace(span) is None:
                return belt_where(number) + " recorded a span without a trace id: " + str(span)
    return None

def belt_unanswered():
    for number, visit in enumerate(belt_visits):
        wanted = "answer " + visit["service"] + " " + visit["request"]
        if wanted not in str(visit["answer"]):
            return belt_where(number) + " answered " + str(visit["answer"]) + ", and its work had said " + wanted
    return None

def belt_swallowed():
    """A failure of the work that the caller does not learn of."""
    for number, visit in enumerate(belt_visits):
        told = str(visit["answer"])
        if visit["failed"] is not None and re.search("timeout|timed out|error|fail|not answer|unavailable|exception|[45][0-9][0-9]", told.lower()) is None:
            return "the work of " + belt_where(number) + " ended with Timeout, and its caller got " + ("None" if visit["answer"] is None else told) + " as if all were well"
    return None

def belt_untimed():
    for number, visit in enumerate(belt_visits):
        spans = belt_of(number)
        starts = [belt_time(span, STARTS) for span in spans]
        ends = [belt_end(span) for span in spans]
        if None in starts or None in ends:
            return belt_where(number) + " recorded a span without start or end: " + str(spans[0])
        if spans and (min(starts) > visit["start"] + 0.0015 or min(starts) < visit["start"] - 0.0015 or abs(max(ends) - visit["end"]) > 0.0015):
            return belt_where(number) + " was at work from " + belt_ms(visit["start"]) + " to " + belt_ms(visit["end"]) + " ms, and its span says " + belt_ms(min(starts)) + " to " + belt_ms(max(ends))
        named = [str(span.get("service") or span.get("name") or span.get("service_name") or span.get("serviceName") or span) for span in spans]
        if spans and not any(visit["service"] in name for name in named):
            return belt_where(number) + " recorded a span of the service " + named[0]
    return None

def belt_came(visit):
    if visit["caller"] is None:
        return ""
    came = ", ".join([name + ": " + value for name, value in visit["got"].items()])
    return "; " + belt_visits[visit["caller"]]["service"] + " had sent it " + (came if came else "no headers of yours")

def belt_ms(seconds):
    return str(round((seconds - belt_visits[0]["start"]) * 1000, 1))

def belt_torn():
    """Spans of one request under different trace ids, or of two requests under one."""
    seen = {}
    for number, visit in enumerate(belt_visits):
        for span in belt_of(number):
            request = visit["request"]
            if request not in seen:
                for other in seen:
                    if seen[other][0] == belt_trace(span):
                        return "requests " + other + " and " + request + " have the same trace id, " + belt_trace(span)
                seen[request] = [belt_trace(span), visit["service"]]
            elif seen[request][0] != belt_trace(span):
                return "request " + request + " is trace " + seen[request][0] + " in " + seen[request][1] + " and trace " + str(belt_trace(span)) + " in " + visit["service"] + belt_came(visit)
    return None

def belt_repeated():
    seen = {}
    for number, visit in enumerate(belt_visits):
        for span in belt_of(number):
            if belt_id(span) in seen:
                return "the span id " + belt_id(span) + " is that of " + seen[belt_id(span)] + " and that of " + belt_where(number)
            seen[belt_id(span)] = belt_where(number)
    return None

def belt_orphan():
    """The first visit from which no parent leads to the service that called it."""
    owner = {}
    parents = {}
    for number, visit in enumerate(belt_visits):
        for span in belt_of(number):
            owner[belt_id(span)] = number
            parents[belt_id(span)] = belt_parent(span)
            for link in span.get("links") or []:
                parents[belt_id(span)] = parents[belt_id(span)] or (belt_id(link) if isinstance(link, dict) else str(link))
    for number, visit in enumerate(belt_visits):
        for span in belt_of(number):
            at, steps = belt_id(span), 0
            while at is not None and owner.get(at) == number and steps < 9:
                last, at, steps = at, parents.get(at), steps + 1
            if visit["caller"] is None:
                if at is not None:
                    return belt_where(number) + " is the first, and its span has the parent " + str(at) + ("" if steps < 9 else ", itself")
            elif at is None:
                return belt_where(number) + " was called by " + belt_visits[visit["caller"]]["service"] + ", and its span has no parent" + belt_came(visit)
            elif owner.get(at) is None:
                return belt_where(number) + " has the parent " + str(at) + ", and no span has that id"
            elif owner[at] != visit["caller"]:
                return belt_where(number) + " was called by " + belt_where(visit["caller"]) + ", and its span is a child of " + belt_where(owner[at]) + ("'s own span" if owner[at] == number else "")
    return None

def belt_found():
    return {"unrecorded": belt_unrecorded(), "unanswered": belt_unanswered(), "swallowed": belt_swallowed(), "untimed": belt_untimed(), "torn": belt_torn(), "repeated": belt_repeated(), "orphan": belt_orphan(),
            "ids": [belt_id(span) for visit, span in belt_spans], "traces": sorted(set([str(belt_trace(span)) for visit, span in belt_spans]))}

def belt_run(*requests):
    for name, plan in requests:
        belt_request(name, plan)
        belt_deliver()
    return belt_found()

def belt_together(first, others):
    for name, plan in others:
        belt_arriving.append(lambda name=name, plan=plan: belt_request(name, plan))
    return belt_run(first)

# A busy hour, from which only the ids matter: how many requests it takes until two spans, or two traces, have the same.
def belt_busy(requests):
    belt_quick.append(clock.now())
    for turn in range(requests):
        handle("gateway", {"user-agent": "shop/3.1", "accept": "*/*"}, lambda out=None: "answer")
    found = belt_found()
    taken, again = set(), None
    for visit, span in belt_spans:
        if again is None and belt_id(span) in taken:
            again = belt_id(span)
        taken.add(belt_id(span))
    spans, traces = len(belt_spans), len(found["traces"])
    belt_quick.clear()
    return {"again": again, "spans": spans, "traces": traces}

# The message is read by another process: what one process knows of the order reaches the other one as headers only.
def belt_until_message(name, plan):
    belt_request(name, plan)
    for message in belt_mail:
        belt_host("wire", "send", [message[3]])
    sender = [number for number, visit in enumerate(belt_visits) if visit["service"] == "order"][0]
    return [belt_id(span) for span in belt_of(sender)]

def belt_read_message(name):
    headers = belt_host("wire", "read", [])
    belt_enter(["notification", 0.02, [], [], None, 0.01], name, None, headers)
    parents = [belt_parent(span) for span in belt_of(0)]
    for span in belt_of(0):
        for link in span.get("links") or []:
            parents.append(belt_id(link) if isinstance(link, dict) else str(link))
    return [p for p in parents if p is not None]
