# The accounts, as in ledger.py, which are out of reach for four minutes and twenty seconds.
books = {"from": 1767225600, "until": 1767225860, "effects": [], "answers": {}, "balance": {}}


def apply(books, account, kind, amount=0, id=None):
    """Carries out a deposit, a withdraw or a check and returns {"balance": ...}; Rejected if there is too little money. The same id again changes nothing and gives the first answer"""
    if books["from"] <= books["now"] < books["until"]:
        raise ServiceUnavailable("the ledger is down")
    if id is not None and str(id) in books["answers"]:
        return books["answers"][str(id)]
    held = books["balance"].get(account, 0)
    if kind == "withdraw" and held < amount:
        raise Rejected("account " + account + " holds " + str(held) + ", which is less than " + str(amount))
    if kind == "deposit":
        held += amount
    elif kind == "withdraw":
        held -= amount
    books["balance"][account] = held
    books["effects"].append({"account": account, "kind": kind, "amount": amount, "balance": held})
    answer = {"balance": held}
    if id is not None:
        books["answers"][str(id)] = answer
    return answer


def find(books, id):
    """What apply answered for this id, or None"""
    return books["answers"].get(str(id))
