books = {"first": 1, "count": 6, "read": [], "loaded": [], "before": [], "last_s": 0}

def read(books):
    """The source's next item, 1 MB in memory from now on; None when there are no more. 1,000 a second."""
    n = len(books["read"])
    if n >= books["count"]:
        return None
    item = {"id": books["first"] + 7 * n, "raw": "raw " + str(books["first"] + 7 * n)}
    books["read"].append(item["id"])
    return item

def convert(books, item):
    """The row made of an item, as large as the item. 100 a second."""
    if not isinstance(item, dict) or "raw" not in item:
        raise Rejected("convert() takes an item of etl.read(), not " + str(item))
    return {"id": item["id"], "row": "row " + str(item["id"])}

def write(books, row):
    """Loads a row into the target; its memory is free again."""
    if not isinstance(row, dict) or row.get("row") != "row " + str(row.get("id")):
        raise Rejected("write() takes a row of etl.convert(), not " + str(row))
    books["loaded"].append(row["id"])
    books["before"].append(len(books["read"]))
    books["last_s"] = books["now"] - 1767225600
