books = {"parts": {}, "most": 2, "given": {}, "reads": {}, "away": []}

def read(books, part, after=None, limit=1000):
    """Up to limit records of a partition, by rising id, beginning behind the id `after` (None: at the start). Each is {"id", "country", "net", "tax"}. It may give fewer than limit while there are more; only an empty list is the end. The source does not change during the night."""
    if part not in books["parts"]:
        raise Rejected("there is no partition " + str(part))
    books["reads"][part] = books["reads"].get(part, 0) + 1
    if books["reads"][part] > 200:
        raise Rejected("the night is over, and " + str(part) + " is still being read")
    if books["away"] and books["away"][0] <= books["reads"][part] <= books["away"][1]:
        raise ServiceUnavailable("the source is away for a while")
    # Reads differ in size, so that the same place is read again with another one.
    size = min(limit, max(1, books["most"] + (0, 1, -1)[books["reads"][part] % 3]))
    found = []
    for record in _records(books["parts"][part]):
        if (after is None or record["id"] > after) and len(found) < size:
            found.append(record)
    books["given"][part] = books["given"].get(part, 0) + len(found)
    return found

def _records(made):
    names = ["de", "fr", "at", "pl"]
    return [{"id": made["base"] + 2 * i + i % 2, "country": names[(made["base"] + i) % 4], "net": 100 + 7 * i, "tax": 19 + i} for i in range(made["n"])]
