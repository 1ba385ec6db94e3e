def text(value):
    return str(value).strip().lower() if value is not None else ''


def where(doc, told, lists):
    """The record that a message begins with, as a JSON pointer; nothing if it names none. LISTS, by the word that a message calls a
    record of it: where the list is, and which field names a record."""
    best, length = "", 0
    leads = [""] + [f"the {word} on " for word in LISTS]
    for word in lists:
        at, key = LISTS[word]
        rows = doc
        for step in at.split("/")[1:]:
            rows = rows.get(step) if isinstance(rows, dict) else None
        for n, row in enumerate(rows if isinstance(rows, list) else []):
            names = [f"{word} {n + 1}"]
            if isinstance(row, dict):
                names.append(str(row.get(key, "")).strip())
            for name in names:
                begins = [told.startswith(lead + name) and not told[len(lead + name):len(lead + name) + 1].isalnum() for lead in leads]
                if len(name) > length and any(begins):
                    best, length = f"{at}/{n}", len(name)
    return best


