# Plays the stream processor around process: the state, the outputs, the crashes.
import re

BELT_T = 1767268800

BELT_NUMBERS = {"a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "ten": "10", "twelve": "12", "fifteen": "15", "thirty": "30"}

def belt_seconds(said):
    """Seconds of "1 hour", "PT1H", "2 x 30 min", "1:00:00", "60 min = 1 h"; 0 if there are none."""
    told = re.sub("[(].*?[)]", " ", str(said).lower()).replace(",", "").replace("_", "").split("=")[0]
    told = told.replace("half an hour", "30 min").replace("half a day", "12 h")
    told = " ".join([BELT_NUMBERS.get(w, w) for w in told.split()])
    clock = re.match("^ *([0-9]+):([0-9][0-9])(:([0-9][0-9]))?", told)
    if clock:
        return int(clock.group(1)) * 3600 + int(clock.group(2)) * 60 + int(clock.group(4) or 0)
    total = 0
    units = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    for times, number, unit in re.findall("(?:([0-9.]+) *[x*×] *)?([0-9.]+) *([a-z]*)", told):
        total += float(times or 1) * float(number) * (0.001 if unit == "ms" else units.get(unit[:1], 1))
    return total

BELT_A = max(60, min(7 * 86400, belt_seconds((submission.get("late") or {}).get("allowed", "")) or 3600))

def belt_event(number, time, delay=0, page="/home", region="eu", user="u-1"):
    return {"id": "e-" + str(number), "page": page, "user": user, "region": region, "time": int(time), "arrived": int(time) + int(delay)}

def belt_ticks(first, last, step):
    """Events of another page that arrive at once, so that time goes on."""
    return [belt_event("tick" + str(n), first + n * step, 1, "/tick", "us", "u-9") for n in range(int((last - first) / step) + 1)]

def belt_arrive(events):
    """In the order of arrival; afterwards some more events, in ever longer pauses, by which everything held back can be given out."""
    ordered = sorted(events, key=lambda e: e["arrived"])
    last = max([e["arrived"] for e in ordered])
    end = int(BELT_A) + 86400
    pauses = [30 * 2 ** n for n in range(20) if 30 * 2 ** n < end] + [end, end + 7200]
    return ordered + [belt_event("end" + str(n), last + pauses[n], 1, "/end") for n in range(len(pauses))]

def belt_outputs(given):
    if given is None:
        return []
    if isinstance(given, (tuple, list)) and len(given) > 0 and isinstance(given[0], str):
        return [given]
    return list(given)

def belt_name(held):
    return held.get("id") if isinstance(held, dict) else held

def belt_apply(books, outputs):
    for out in outputs:
        sizes = {"total": 5, "add": 5}
        if not isinstance(out, (tuple, list)) or len(out) < sizes.get(str(out[0]).lower() if len(out) > 0 else "", 2):
            raise ValueError("process gives out " + str(out) + ', and an output is a tuple such as ("total", start, page, region, n) or ("drop", event)')
        kind = str(out[0]).lower()
        if kind in sizes and not isinstance(out[1], (int, float)):
            raise ValueError("process gives out " + str(out) + ", and the second thing is the start of the window in seconds since 1970")
        if kind == "total":
            books["figures"][(int(out[1]), out[2], out[3])] = out[4]
        elif kind == "add":
            slot = (int(out[1]), out[2], out[3])
            books["figures"][slot] = books["figures"].get(slot, 0) + out[4]
        elif kind in ("drop", "dropped"):
            books["drop"].append(belt_name(out[1]))
        elif kind in ("aside", "late", "side"):
            books["aside"].append(belt_name(out[1]))
        else:
            raise ValueError("process gives out " + str(out[0]) + ", which is none of total, add, drop and aside")

def belt_given(events):
    """What process gives out for each event in turn."""
    state = {}
    given = []
    for event in events:
        given.append([tuple(out) if isinstance(out, list) else out for out in belt_outputs(process(state, dict(event)))])
    return given

def belt_books(given):
    books = {"figures": {}, "drop": [], "aside": []}
    for outputs in given:
        if outputs:
            belt_apply(books, outputs)
    return books

def belt_run(events):
    return belt_books(belt_given(events))

def belt_transactional():
    return "transact" in str((submission.get("exactly_once") or {}).get("method", "")).lower()

def belt_crash(given, saved, died):
    """The state was saved after `saved` events; the process died after `died` of them and is started again. As process is a
    function of state and event alone, which another check makes sure of, it gives out the same the second time."""
    return belt_books(given[:saved if belt_transactional() else died] + given[saved:])

def belt_plain(events, without=()):
    """What a plain count of the events comes to."""
    figures = {}
    seen = set()
    for e in events:
        if e["page"] not in ("/end", "/tick") and e["id"] not in seen and e["id"] not in without:
            seen.add(e["id"])
            slot = (e["time"] - e["time"] % 300, e["page"], e["region"])
            figures[slot] = figures.get(slot, 0) + 1
    return figures

def belt_time(seconds):
    left = int(seconds) - 1767225600
    day, left = left // 86400, left % 86400
    return (("day " + str(day + 1) + " ") if day else "") + f"{left // 3600:02d}:{left % 3600 // 60:02d}" + (f":{left % 60:02d}" if left % 60 else "")

def belt_story(events):
    own = [e for e in events if e["page"] not in ("/end", "/tick")]
    told = [e["id"] + " of " + belt_time(e["time"]) + " at " + belt_time(e["arrived"]) for e in own[:8]]
    return ", ".join(told) + (" and " + str(len(own) - 8) + " more" if len(own) > 8 else "")

def belt_differs(books, wanted):
    got = {slot: n for slot, n in books["figures"].items() if slot[1] not in ("/end", "/tick") and (n != 0 or slot in wanted)}
    for slot in sorted(list(wanted.keys()) + [s for s in got.keys() if s not in wanted]):
        if got.get(slot) != wanted.get(slot):
            name = slot[1] + " in " + slot[2] + ", window of " + belt_time(slot[0])
            if slot not in got:
                return name + ": a plain count says " + str(wanted[slot]) + ", and no figure is given out"
            return name + ": a plain count says " + str(wanted.get(slot, 0)) + ", the last figure given out is " + str(got[slot])
    return ""

def belt_counted(events):
    """What is wrong with the figures of events that all have to count, in one text; empty when nothing is."""
    books = belt_run(events)
    wrong = belt_differs(books, belt_plain(events))
    return wrong and belt_story(events) + "; " + wrong

def belt_rush(count):
    """A copy comes after so many events of other pages in the same second, and a new event too."""
    first, copy, new = belt_event(1, BELT_T + 20), belt_event(1, BELT_T + 20, 40), belt_event(2, BELT_T + 22, 40)
    state, held = {}, []
    for e in [first] + [belt_event("rush" + str(n), BELT_T + 21, 0, "/tick", "us") for n in range(count)] + belt_arrive([copy, new]):
        held.append([out for out in belt_outputs(process(state, e)) if "/home" in out])
    wrong = belt_differs(belt_books(held), belt_plain([first, new]))
    return wrong and belt_story([first, copy, new]) + "; " + wrong

def belt_dice(seed):
    """Numbers between 0 and 1 that are the same each time."""
    box = [seed * 7919 + 17]
    def roll():
        box[0] = (box[0] * 1103515245 + 12345) % 2147483648
        return box[0] / 2147483648
    return roll

# Later than allowed by half as much again, and then some: a watermark may lag a little behind the newest event.
BELT_LATE = 1.5 * BELT_A + 900

def belt_fate(books, events):
    """What is wrong with figures and fates, where some events are so late that they must not count."""
    own = [e for e in events if e["page"] not in ("/end", "/tick")]
    first = {}
    for e in own:
        if e["id"] not in first or e["arrived"] < first[e["id"]]:
            first[e["id"]] = e["arrived"]
    too_late = [e["id"] for e in own if first[e["id"]] == e["arrived"] and e["arrived"] - e["time"] > BELT_A + 0.5]
    beyond = str((submission.get("late") or {}).get("beyond", "")).lower()
    fate = "drop" if "drop" in beyond or "discard" in beyond else "aside"
    other = "aside" if fate == "drop" else "drop"
    told = {"drop": "dropped", "aside": "put aside"}
    for name in too_late:
        if name in books[other]:
            return name + " is " + told[other] + ", and late says " + fate
    wrong = belt_differs(books, belt_plain(events, too_late))
    if wrong:
        if too_late and belt_differs(books, belt_plain(events)) == "":
            return "the event that comes too late is counted all the same"
        return wrong + (" (without what comes too late)" if too_late else "")
    for name in too_late:
        if name not in books[fate]:
            return name + " vanishes: it is neither counted nor " + told[fate]
    return ""

def belt_night(seed):
    """Out of order, repeated, too late, with a crash in between: what is wrong in the end."""
    roll = belt_dice(seed)
    step = max(30, BELT_A / 12)
    own = []
    for n in range(12):
        # The first and the third are alike but for their ids, at the edge of a window.
        time = BELT_T + (600 if n in (0, 2) else 5 * int(roll() * 240))
        own.append(belt_event(n, time, int(roll() * 0.9 * BELT_A) if roll() < 0.6 else 0, ("/home", "/cart")[n % 2], "eu" if n in (0, 2) else ("eu", "us")[int(roll() * 2)]))
    twice = []
    for e in own[:5]:
        again = dict(e)
        again["arrived"] = max(e["arrived"], int(e["time"] + roll() * (BELT_A + 290)))
        twice.append(again)
    late = [belt_event(20 + n, BELT_T + 40 * n + 7, BELT_LATE + 60 * n, "/cart") for n in range(2)]
    events = belt_arrive(own + twice + late + belt_ticks(BELT_T, BELT_T + BELT_LATE + 1500, step))
    died = 4 + int(roll() * (len(events) - 16))
    saved = max(0, died - 1 - int(roll() * 6))
    given = belt_given(events)
    wrong = belt_fate(belt_crash(given, saved, died), events)
    if wrong == "":
        return ""
    clean = belt_fate(belt_books(given), events)
    if clean:
        return belt_story(events) + "; " + clean
    return belt_story(events) + "; the state was saved after " + str(saved) + " of all events, the process died after " + str(died) + "; " + wrong
