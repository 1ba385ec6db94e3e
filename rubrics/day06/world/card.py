books = {"charges": [], "by_key": {}, "broke": [], "asked": 0}

def charge(books, account, amount, idempotency_key=None):
    """Takes the money and returns {"receipt": text, "amount": int}. With a key that was used before, takes nothing and returns what it returned then; the key belongs to one account and amount, otherwise Rejected. Rejected also when the card is declined."""
    books["asked"] = min(books["asked"] + 1, 2)
    if idempotency_key is not None and idempotency_key in books["by_key"]:
        first = books["by_key"][idempotency_key]
        if first["account"] != account or first["amount"] != amount:
            raise Rejected("this idempotency key was used for another charge")
        return {"receipt": first["receipt"], "amount": first["amount"]}
    if account in books["broke"]:
        raise Rejected("card declined")
    receipt = "r-" + str(1001 + len(books["charges"]))
    books["charges"].append({"account": account, "amount": amount, "receipt": receipt})
    if idempotency_key is not None:
        books["by_key"][idempotency_key] = {"account": account, "amount": amount, "receipt": receipt}
    return {"receipt": receipt, "amount": amount}

def find(books, idempotency_key):
    """What charge returned for this key, or None if no charge was made with it."""
    first = books["by_key"].get(idempotency_key)
    if first is None:
        return None
    return {"receipt": first["receipt"], "amount": first["amount"]}
