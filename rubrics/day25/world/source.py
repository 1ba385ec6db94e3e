books = {"parts": {}, "most": 2, "given": 0, "reads": 0}

def read(books, part, after=None, limit=1000):
    """Up to limit records of a partition, by rising id, beginning behind the id `after` (None: at the start). Each is {"id", "country", "net", "tax"}. It may give fewer than limit while there are more; only an empty list is the end. The source does not change during the night."""
    if part not in books["parts"]:
        raise Rejected("there is no partition " + str(part))
    books["reads"] = books["reads"] + 1
    if books["reads"] > 200:
        raise Rejected("the night is over, and " + str(part) + " is still being read")
    found = []
    for record in _records(books["parts"][part]):
        if (after is None or record["id"] > after) and len(found) < min(limit, books["most"]):
            found.append(record)
    books["given"] = books["given"] + len(found)
    return found

def _records(made):
    names = ["de", "fr", "at", "pl"]
    return [{"id": made["base"] + 3 * i + i % 2, "country": names[(made["base"] + i) % 4], "net": 100 + 7 * i, "tax": 19 + i} for i in range(made["n"])]
