# As payment.py, with calls that end as the scenario says, for each client apart. An end that is an error is returned as
# text, so that the books keep the call; the scenario raises it. A second call
# for an order ends as the first one did: the service does not get well between the two.
books = {"plan": {}, "calls": [], "paid": [], "ended": {}}

def goes(books, plan):
    """From now on calls end like this: "4 down, 1 up, silent"; the last one for ever."""
    ends = []
    for part in plan.split(", "):
        words = part.split(" ")
        ends = ends + [words[-1]] * (int(words[0]) if len(words) > 1 else 1)
    books["plan"][books["caller"]] = ends

def charge(books, order, amount):
    """As in payment.py."""
    ends = books["plan"].get(books["caller"], ["up"])
    if order in books["ended"]:
        ends = [books["ended"][order]]
    elif len(ends) > 1:
        books["plan"][books["caller"]] = ends[1:]
    books["ended"][order] = ends[0]
    books["calls"].append([order, amount])
    if ends[0] == "declines":
        return "Rejected: card declined"
    if ends[0] == "down":
        return "ServiceUnavailable: payment is down"
    if ends[0] == "silent":
        return "Timeout: no answer"
    books["paid"].append(order)
    return {"receipt": "rc-" + order}
