belt_host = _belt_call
belt_begin = belt_host("clock", "now", [])
belt_reached = []    # seconds at which a call reached payment
belt_under_way = []  # calls under way
belt_asking = []     # calls made by each request that is being served
belt_arriving = []   # requests that come in while a call is under way, one action each
belt_log = []
belt_waits = []      # sleeps of requests that come in while a call is under way

def belt_now():
    return round(belt_host("clock", "now", []) - belt_begin, 3)

# A call takes a while, and requests that come in meanwhile are served by the same process.
def _belt_call(object, method, args):
    if object == "clock" and method == "sleep" and belt_under_way:
        belt_waits.append(args[0])
        raise ServiceUnavailable("the caller has hung up")
    if object != "payment":
        return belt_host(object, method, args)
    belt_reached.append(belt_now())
    if belt_asking:
        belt_asking[-1] += 1
    answer = belt_host(object, method, args)
    ends = str(answer).split(":")[0]
    takes = {"Timeout": 2.0, "ServiceUnavailable": 0.1}.get(ends, 0.2)
    belt_under_way.append(len(belt_reached))
    belt_host("clock", "sleep", [takes / 2])
    while belt_arriving:
        belt_arriving.pop(0)()
    belt_host("clock", "sleep", [takes / 2])
    belt_under_way.pop()
    if ends == "Timeout":
        raise Timeout("no answer")
    if ends == "ServiceUnavailable":
        raise ServiceUnavailable("payment is down")
    if ends == "Rejected":
        raise Rejected("card declined")
    return answer

def belt_mode():
    return str(state()).lower().replace("-", "").replace("_", "").replace(" ", "")

def belt_ask():
    number = len(belt_log)
    order, amount = "ord-" + str(4710 + 37 * number), 500 + 129 * number
    seen = {"order": order, "amount": amount, "at": belt_now(), "raised": None, "body": None}
    belt_log.append(seen)
    belt_asking.append(0)
    try:
        answer = pay(order, amount)
        seen["status"] = status_of(answer)
        if isinstance(seen["status"], str) and seen["status"][:3].isdigit():
            seen["status"] = int(seen["status"][:3])  # "503", "503 Service Unavailable"
        seen["body"] = body_of(answer)
    except Rejected:
        seen["status"] = 402
        seen["raised"] = "Rejected"
    except Timeout:
        seen["status"] = 504
        seen["raised"] = "Timeout"
    except ServiceUnavailable:
        seen["status"] = 503
        seen["raised"] = "ServiceUnavailable"
    except (TypeError, NameError, AttributeError, KeyError, IndexError, ZeroDivisionError, RecursionError):
        raise
    except Exception as error:
        seen["status"] = 500
        seen["raised"] = str(error)
    seen["calls"] = min(1, belt_asking.pop())
    seen["took"] = round(belt_now() - seen["at"], 3)
    seen["mode"] = belt_mode()
    return seen

def belt_asks(times):
    return [belt_ask() for turn in range(times)]

def belt_goes(plan):
    belt_host("payment", "goes", [plan])

def belt_walk():
    modes = {"start": belt_mode()}
    belt_goes("6 down, up")
    modes["four"] = belt_asks(4)[-1]["mode"]
    modes["five"] = belt_ask()["mode"]
    for turn in ("failed", "ended"):
        start, after, found = belt_now(), 0.25, None
        while after < 5000 and found is None:
            belt_host("clock", "sleep", [max(0.0, start + after - belt_now())])
            belt_arriving.append(lambda: modes.update({"testing": belt_mode()}))
            seen = belt_ask()
            belt_arriving.clear()
            if seen["calls"] > 0:
                found = seen
            after = after * 1.2 + 0.05
        modes[turn] = belt_mode()
    modes["closed"] = [s["mode"] for s in belt_asks(12)]
    return modes

def belt_history(plan, times):
    belt_goes(plan)
    return belt_asks(times)

def belt_with_pause(plan):
    belt_goes(plan)
    belt_asks(4)
    belt_host("clock", "sleep", [7200.0])
    belt_asks(4)
    return belt_log

# Payment fails until the breaker is open; whether it opened.
def belt_trip():
    belt_goes("down")
    for turn in range(12):
        if belt_ask()["calls"] == 0 or belt_mode() == "open":
            return True
    return False

# Requests come in, ever more rarely, until one of them is passed on: the test. Says how long that took.
def belt_until_test(grows=1.06):
    start, after, before = belt_now(), 0.25, 0.0
    while after < 5000:
        belt_host("clock", "sleep", [max(0.0, start + after - belt_now())])
        rested = before
        before = round(belt_now() - start, 3)
        belt_mode()  # a dashboard asks too, and changes nothing
        seen = belt_ask()
        if seen["calls"] > 0:
            seen["rested"] = round(belt_reached[-1] - start, 3)
            seen["not_yet"] = rested
            return seen
        after = after * grows + 0.05
    return None

def belt_tested_by_declined():
    opened = belt_trip()
    belt_goes("1 declines, up")
    test = belt_until_test(1.2)
    return {"opened": opened, "test": test, "next": belt_asks(6)}

def belt_fails(plan, times):
    belt_goes(plan)
    return belt_asks(times)

# The requests before the first that waited for the rest to end; what comes after it says nothing about an open breaker.
def belt_prompt(log):
    slow = [s["took"] > 2.5 for s in log]
    return log[:slow.index(True)] if True in slow else log

def belt_after_late():
    next = belt_asks(4)
    test = belt_until_test(1.2)
    return {"next": [s for s in belt_prompt(next) if s["calls"] > 0], "test": test, "healthy": belt_asks(20) if test is not None else []}

def belt_fail():
    for turn in range(12):
        if belt_ask()["calls"] == 0 or belt_mode() == "open":
            return

# All twelve are under way together, and fail one after the other.
def belt_twelve():
    belt_goes("down")
    belt_arriving.extend([belt_ask] * 11)
    belt_ask()
    belt_goes("up")
    return belt_after_late()

# The first call takes long enough for others to fail and open the breaker, and then succeeds.
def belt_slow_success():
    belt_goes("1 up, down")
    belt_arriving.append(belt_fail)
    belt_ask()
    belt_goes("up")
    return belt_after_late()

def belt_while_open():
    opened = belt_trip()
    belt_goes("up")
    before = len(belt_log)
    at_once = belt_asks(30)
    test = belt_until_test(1.2)
    return {"opened": opened, "at_once": at_once, "all": belt_log[before:], "test": test}

def belt_recover():
    opened = belt_trip()
    belt_goes("up")
    test = belt_until_test(1.2)
    if test is None:
        return {"opened": opened, "test": None}
    healthy = belt_asks(12)
    belt_goes("4 down, up")
    return {"opened": opened, "test": test, "healthy": healthy, "again": belt_asks(7)}

# Once with requests that come ever more rarely, to see how long it rests; then with many of them in each rest.
def belt_busy_shop():
    if not belt_trip():
        return {"rest": None}
    belt_goes("up")
    test = belt_until_test()
    if test is None:
        return {"rest": None}
    belt_asks(12)
    if not belt_trip():
        return {"rest": None}
    belt_goes("up")
    start = belt_now()
    for turn in range(160):
        belt_host("clock", "sleep", [test["rested"] / 40])
        if belt_ask()["calls"] > 0:
            return {"rest": test["rested"], "waited": belt_now() - start}
    return {"rest": test["rested"], "waited": None}

# Payment fails again as soon as the breaker is closed.
def belt_relapse():
    opened = belt_trip()
    belt_goes("up")
    test = belt_until_test(1.2)
    good = 0
    while good < 5 and belt_mode() != "closed":
        belt_ask()
        good += 1
    belt_goes("4 down, up")
    return {"test": test, "again": belt_asks(7)}

def belt_rest():
    opened = belt_trip()
    belt_goes("up")
    return {"opened": opened, "test": belt_until_test() if opened else None}

def belt_tests_fail():
    opened = belt_trip()
    belt_goes("1 down, up")
    first = belt_until_test()
    if first is None:
        return {"opened": opened, "first": None}
    then = belt_prompt(belt_asks(6))
    if len(then) < 6:
        # Somebody waited for the rest to end, which is another criterion's business.
        return {"opened": opened, "first": first, "then": then, "second": {"rested": 1e9}, "later": [], "third": {"rested": 1e9}, "healthy": []}
    belt_goes("1 silent, up")
    second = belt_until_test()
    if second is None:
        return {"opened": opened, "first": first, "then": then, "second": None}
    later = belt_prompt(belt_asks(6))
    third = belt_until_test()
    return {"opened": opened, "first": first, "then": then, "second": second, "later": later, "third": third, "healthy": belt_asks(16) if third is not None else []}

def belt_anew(needed):
    if not needed.isdigit() or int(needed) < 2 or not belt_trip():
        return None
    belt_goes("1 up, down")
    if belt_until_test(1.2) is None:
        return None
    for turn in range(12):
        if belt_mode() != "open" and belt_ask()["calls"] == 0:
            break
    belt_goes("1 up, down")
    if belt_until_test(1.2) is None:
        return None
    return belt_mode()

# Each that is passed on is still under way when the next one comes in.
def belt_burst(plan):
    opened = belt_trip()
    belt_goes(plan)
    test = None
    start, after = belt_now(), 0.25
    while after < 5000 and test is None:
        belt_host("clock", "sleep", [max(0.0, start + after - belt_now())])
        before = len(belt_log)
        belt_arriving.extend([belt_ask] * 24)
        seen = belt_ask()
        if seen["calls"] > 0:
            test = seen
        belt_arriving.clear()
        after = after * 1.2 + 0.05
    if test is None:
        return {"opened": opened, "test": None, "crowd": [], "passed": 0, "waits": [], "next": []}
    crowd = belt_log[before:]
    passed = len([s for s in crowd if s["calls"] > 0])
    return {"opened": opened, "test": test, "crowd": crowd, "passed": passed, "waits": belt_waits, "next": belt_asks(20)}

def belt_told():
    opened = belt_trip()
    belt_goes("up")
    return {"opened": opened, "answers": belt_prompt(belt_asks(3))}

def belt_shop():
    belt_goes("2 up, 1 declines, 1 up, 1 down, up")
    return belt_asks(6)
