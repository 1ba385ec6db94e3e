# Each client's calls end as its script says, a letter a call: s success, r declined, u unavailable, t no answer.
# An end that is an error is returned as text, so that the books keep the call; the scenarios raise it.
books = {"scripts": [], "at": {}, "calls": [], "paid": []}

def charge(books, order, amount):
    """As in payment.py."""
    who = books["caller"]
    turn = books["at"].get(who, 0)
    books["at"][who] = turn + 1
    books["calls"].append([order, amount])
    script = books["scripts"][who]
    ends = script[turn] if turn < len(script) else script[-1]
    if ends == "r":
        return "Rejected: card declined"
    if ends == "u":
        return "ServiceUnavailable: payment is down"
    if ends == "t":
        return "Timeout: no answer"
    books["paid"].append(order)
    return {"receipt": "rc-" + order}
