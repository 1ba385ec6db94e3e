books = {"accounts": {}, "closed": [], "references": {}, "silent": {}, "mute": {}, "away": {}}

def debit(books, account, amount, reference=None):
    """Takes the amount out of the account. Rejected when the account is unknown, closed or has too little. A reference makes it safe to repeat: one that was used before answers as it did then and takes nothing."""
    _answers(books, "debit")
    seen = _seen(books, reference, "debit", account, amount)
    if seen is not None:
        return seen
    _open(books, account)
    _enough(books, account, amount)
    books["accounts"][account] = books["accounts"][account] - amount
    return _noted(books, reference, "debit", account, amount, "done")

def credit(books, account, amount, reference=None):
    """Puts the amount into the account. Rejected when the account is unknown or closed. The reference works as in debit."""
    _reached(books, account)
    _answers(books, "credit")
    return _told(books, "credit", _credit(books, account, amount, reference))

def _credit(books, account, amount, reference):
    seen = _seen(books, reference, "credit", account, amount)
    if seen is not None:
        return seen
    _open(books, account)
    _positive(amount)
    books["accounts"][account] = books["accounts"][account] + amount
    return _noted(books, reference, "credit", account, amount, "done")

def status(books, reference):
    """What the bank did with this reference: {"kind": "debit" or "credit", "account", "amount", "state": "done", "reserved" or "cancelled"}, or None if nothing (not asked, or refused)."""
    return books["references"].get(reference)

def balance(books, account):
    """What the account's owner can spend; reserved money is not in it. Rejected when the account is unknown."""
    if account not in books["accounts"]:
        raise Rejected("no account " + str(account))
    return books["accounts"][account]

def reserve_debit(books, account, amount, reference):
    """Sets the amount aside, so that confirm(reference) can take it for certain and cancel(reference) can give it back. Rejected as debit is, and once the reference was cancelled."""
    _named(reference)
    seen = _seen(books, reference, "debit", account, amount)
    if seen is not None:
        return seen
    _open(books, account)
    _enough(books, account, amount)
    books["accounts"][account] = books["accounts"][account] - amount
    return _noted(books, reference, "debit", account, amount, "reserved")

def reserve_credit(books, account, amount, reference):
    """Promises to take the amount in; it can be spent after confirm(reference). Rejected as credit is, and once the reference was cancelled."""
    return _told(books, "reserve_credit", _reserve_credit(books, account, amount, reference))

def _reserve_credit(books, account, amount, reference):
    _named(reference)
    seen = _seen(books, reference, "credit", account, amount)
    if seen is not None:
        return seen
    _open(books, account)
    _positive(amount)
    return _noted(books, reference, "credit", account, amount, "reserved")

def confirm(books, reference):
    """Carries out what was reserved; doing so again changes nothing. Rejected when nothing was reserved or it was cancelled."""
    _reached(books, books["references"].get(reference, {}).get("account"))
    return _told(books, "confirm", _confirm(books, reference))

def _confirm(books, reference):
    held = books["references"].get(reference)
    if held is None or held["state"] == "cancelled":
        raise Rejected("nothing is reserved under " + str(reference))
    if held["state"] == "reserved":
        if held["kind"] == "credit":
            books["accounts"][held["account"]] = books["accounts"][held["account"]] + held["amount"]
        held["state"] = "done"
    return {**held}

def cancel(books, reference):
    """Gives back what was reserved; doing so again, or when nothing was reserved, changes nothing. Rejected when it was confirmed or done."""
    _answers(books, "cancel")
    held = books["references"].get(reference)
    if held is None:
        return None
    if held["state"] == "done":
        raise Rejected("what was done under " + str(reference) + " cannot be cancelled")
    if held["state"] == "reserved":
        if held["kind"] == "debit":
            books["accounts"][held["account"]] = books["accounts"][held["account"]] + held["amount"]
        held["state"] = "cancelled"
    return {**held}

def _seen(books, reference, kind, account, amount):
    if reference is None:
        return None
    held = books["references"].get(reference)
    if held is None:
        return None
    if held["kind"] != kind or held["account"] != account or held["amount"] != amount:
        raise Rejected("the reference " + str(reference) + " was used for something else")
    if held["state"] == "cancelled":
        raise Rejected("the reference " + str(reference) + " was cancelled")
    return {**held}

def _named(reference):
    if reference is None:
        raise Rejected("a reservation needs a reference")

def _positive(amount):
    if amount <= 0:
        raise Rejected("the amount must be more than nothing")

def _open(books, account):
    if account not in books["accounts"]:
        raise Rejected("no account " + str(account))
    if account in books["closed"]:
        raise Rejected("the account " + str(account) + " is closed")

def _enough(books, account, amount):
    _positive(amount)
    if books["accounts"][account] < amount:
        raise Rejected("the account " + str(account) + " has only " + str(books["accounts"][account]))

def _noted(books, reference, kind, account, amount, state):
    entry = {"kind": kind, "account": account, "amount": amount, "state": state}
    if reference is not None:
        books["references"][reference] = {**entry}
    return entry

def _answers(books, method):
    """For as many calls of a method as `silent` says, the request gets lost."""
    left = books["silent"].get(method, 0)
    if left > 0:
        books["silent"][method] = left - 1
        raise Timeout("not done, no answer")

def _told(books, method, answer):
    """For as many calls of a method as `mute` says, it is done, and the answer gets lost."""
    left = books["mute"].get(method, 0)
    if left > 0:
        books["mute"][method] = left - 1
        raise Timeout("done, no answer")
    return answer

def _reached(books, account):
    """For as many calls as `away` says of an account, the part of the bank that keeps it does not answer a credit or a confirm."""
    left = books["away"].get(account, 0)
    if left > 0:
        books["away"][account] = left - 1
        raise Timeout("not done, no answer")
