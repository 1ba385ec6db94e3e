belt_host = _belt_call
belt_begin = belt_host("clock", "now", [])
belt_at = [0.0]      # the shop's own time; calls that run together begin at the same one
belt_shown = [0.0]   # the time the world's clock has reached
belt_away = {}       # services that fail: down, or silent
belt_slow = []       # services that answer just before the caller would give up
belt_quiet = []      # not empty while calls are answered without the world, and so cannot fail
belt_once = []       # not empty while a service that has failed may work again at the next call
belt_calls = [0]     # calls made for one page or one purchase
belt_waited = {}     # longest wait for each service
belt_usual = {"catalog": 0.08, "recommendations": 0.12, "reviews": 0.06, "stock": 0.04, "payment": 0.6}

def belt_truth(object, method, args):
    day = int(belt_at[0] // 86400)
    if method == "charge":
        return {"receipt": "rc-" + args[0]}
    if method == "bestsellers":
        return ["p-201", "p-202", "p-203"]
    number = int(str(args[0]).split("-")[1])
    if object == "catalog":
        return {"name": "Lamp " + str(number), "price": 1000 + 37 * number + 500 * day}
    if object == "recommendations":
        return ["p-" + str((number * turn + 11 * day) % 90 + 10) for turn in (3, 7, 12, 29)]
    if object == "reviews":
        return [{"stars": (number + turn) % 5 + 1, "text": "review " + str(10 * day + turn)} for turn in range(min(number - 3, number % 3 + 1))]
    return (5 * number + 4 * day + 6) % 21

def belt_wait(object, seconds):
    belt_at[0] += seconds
    belt_waited[object] = max(round(seconds, 3), belt_waited.get(object, 0.0))

# Calls take their time, and a service that has failed once stays away.
def _belt_call(object, method, args):
    belt_calls[0] += 1
    if belt_calls[0] > 300:
        raise BaseException("no answer: after 300 calls it goes on calling " + object)
    if object == "clock":
        if method == "now":
            return belt_begin + belt_at[0]
        belt_at[0] += max(0.0, float(args[0]))
        return None
    if object not in belt_usual:
        return belt_host(object, method, args)
    if args[-1] is not None and not isinstance(args[-1], (int, float)):
        raise TypeError("timeout is a number of seconds, not " + repr(args[-1]))
    limit = 30.0 if args[-1] is None else max(0.0, float(args[-1]))
    answer = None
    if object not in belt_away and belt_quiet:
        answer = belt_truth(object, method, args)
    elif object not in belt_away:
        if belt_at[0] > belt_shown[0]:
            belt_host("clock", "sleep", [belt_at[0] - belt_shown[0]])
            belt_shown[0] = belt_at[0]
        try:
            answer = belt_host(object, method, args)
        except ServiceUnavailable:
            belt_away[object] = "down"
        except Timeout:
            belt_away[object] = "silent"
        if object in belt_away and belt_once:
            how = belt_away.pop(object)
            belt_wait(object, 0.02 if how == "down" else limit)
            raise ServiceUnavailable(object + " is down") if how == "down" else Timeout(object + " did not answer within " + str(limit) + " s")
    if belt_away.get(object) == "down":
        belt_wait(object, 0.02)
        raise ServiceUnavailable(object + " is down")
    if belt_away.get(object) == "silent" or belt_usual[object] > limit:
        belt_wait(object, limit)
        raise Timeout(object + " did not answer within " + str(limit) + " s")
    belt_wait(object, max(belt_usual[object], 0.95 * limit) if object in belt_slow else belt_usual[object])
    return answer

def together(*calls):
    calls = calls[0] if len(calls) == 1 and isinstance(calls[0], (list, tuple)) else calls
    begin, end, answers = belt_at[0], belt_at[0], []
    for call in calls:
        belt_at[0] = begin
        try:
            answers.append(call())
        except (ServiceUnavailable, Timeout, Rejected) as error:
            answers.append(error)
        end = max(end, belt_at[0])
    belt_at[0] = end
    return answers

# An object with fields is as good as a dict, and a status may be a text.
def belt_plain_answer(answer):
    if hasattr(answer, "degraded") and hasattr(answer, "status"):
        fields = ("status", "name", "price", "recommendations", "reviews", "stock", "degraded")
        answer = {name: getattr(answer, name) for name in fields if hasattr(answer, name)}
    if isinstance(answer, dict) and isinstance(answer.get("status"), str) and answer["status"][:3].isdigit():
        answer = {**answer, "status": int(answer["status"][:3])}
    return answer

def belt_served(call, *args):
    belt_waited.clear()
    belt_calls[0] = 0
    begin = belt_at[0]
    seen = {"answer": None, "raised": None}
    try:
        seen["answer"] = belt_plain_answer(call(*args))
        if seen["answer"] is None:
            seen["raised"] = "nothing"
    except ServiceUnavailable as error:
        seen["raised"] = "ServiceUnavailable: " + str(error)
    except Timeout as error:
        seen["raised"] = "Timeout: " + str(error)
    except (TypeError, NameError, AttributeError, KeyError, IndexError, ZeroDivisionError, RecursionError):
        raise
    except Exception as error:
        seen["raised"] = str(error)
    except BaseException as error:
        seen["raised"] = str(error)
    seen["took"] = round(belt_at[0] - begin, 3)
    seen["waited"] = dict(belt_waited)
    seen["away"] = dict(belt_away)
    return seen

def belt_visit(customer, product):
    seen = belt_served(product_page, customer, product)
    page = seen["answer"]
    if isinstance(page, dict) and isinstance(page.get("body"), dict) and "name" not in page:
        page = {**page, **page["body"]}
    seen["page"] = page if isinstance(page, dict) else None
    seen["errors"] = [n for n in ("name", "price", "recommendations", "reviews", "stock") if isinstance(page, dict) and isinstance(page.get(n), Exception)]
    seen["product"] = product
    seen["truth"] = {"catalog": belt_truth("catalog", "", [product]), "recommendations": belt_truth("recommendations", "", [customer]), "reviews": belt_truth("reviews", "", [product]), "stock": belt_truth("stock", "", [product])}
    return seen

# A visit on the day before, when everything worked.
def belt_yesterday(customer, product):
    belt_quiet.append(1)
    seen = belt_visit(customer, product)
    belt_quiet.clear()
    belt_at[0] = 86400.0
    return seen

# A product that nobody has reviewed, and of which none is left; every service works.
def belt_bare():
    belt_quiet.append(1)
    seen = belt_visit("c-21", "p-3")
    belt_quiet.clear()
    return seen

# The customer has seen the product yesterday, and it has become dearer since.
def belt_purchase():
    belt_yesterday("c-7", "p-23")
    bought = belt_served(buy, "o-52", "p-23")
    bought["price"] = belt_truth("catalog", "", ["p-23"])["price"]
    return bought

def belt_again():
    then = belt_yesterday("c-7", "p-23")
    return {"then": then, "now": belt_visit("c-7", "p-23")}

# Until a minute before midnight all is well; then three services are down, or silent; after midnight they work again, and
# somebody looks every other minute for an hour: a breaker that counts its own refusals as failures never closes.
def belt_hour():
    belt_at[0] = 86340.0
    belt_visit("c-7", "p-23")
    for how in ("down", "silent"):
        for name in ("recommendations", "reviews", "stock"):
            belt_away[name] = how
        for turn in range(4):
            belt_at[0] += 1.0
            belt_visit("c-7", "p-23")
    belt_away.clear()
    belt_quiet.append(1)
    for turn in range(30):
        belt_at[0] += 120.0
        after = belt_visit("c-7", "p-23")
    return {"after": after}

def belt_day():
    visits = [belt_visit("c-5", "p-17"), belt_visit("c-8", "p-40"), belt_visit("c-21", "p-30")]
    bought = belt_served(buy, "o-31", "p-40")
    return {"visits": visits, "bought": bought, "price": belt_truth("catalog", "", ["p-40"])["price"]}

# The same, and whoever failed works again at the next call; a customer who is told that it failed sends the order again.
def belt_hiccup():
    belt_yesterday("c-7", "p-23")
    belt_at[0] += 3592.0  # eight seconds to the hour, so that a key with the hour in it changes
    belt_once.append(1)
    bought = belt_served(buy, "o-53", "p-23")
    if bought["answer"] is None or (status_of(bought["answer"]) or 500) >= 500:
        belt_at[0] += 20.0
        bought = belt_served(buy, "o-53", "p-23")
    bought["price"] = belt_truth("catalog", "", ["p-23"])["price"]
    return bought

# Yesterday the customer has looked at one product, and another customer at another one; since then services are away.
def belt_others(away, how, turns, product="p-23"):
    belt_quiet.append(1)
    belt_visit("c-7", "p-23")
    other = belt_visit("c-9", "p-41")
    belt_quiet.clear()
    belt_at[0] = 86400.0
    for name in away:
        belt_away[name] = how
    visits = []
    for turn in range(turns):
        belt_at[0] += 20.0
        visits.append(belt_visit("c-7", product))
    new = belt_visit("c-12", "p-58")
    return {"first": visits[0], "last": visits[-1], "visits": visits, "new": new, "other": other}

# The catalog answers at the last moment, and whatever decorates the page not at all.
def belt_slowly():
    belt_quiet.append(1)
    belt_slow.append("catalog")
    for name in ("recommendations", "reviews", "stock"):
        belt_away[name] = "silent"
    return belt_visit("c-7", "p-23")

# The catalog and the stock answer at the last moment, and payment not at all.
def belt_buys_slowly():
    belt_yesterday("c-7", "p-23")
    belt_quiet.append(1)
    belt_slow.extend(["catalog", "stock"])
    belt_away["payment"] = "silent"
    return belt_served(buy, "o-54", "p-23")

# Yesterday, now, and a little later, while whatever failed is still away.
def belt_thrice():
    told = belt_again()
    belt_at[0] += 20.0
    told["later"] = belt_visit("c-7", "p-23")
    return told
