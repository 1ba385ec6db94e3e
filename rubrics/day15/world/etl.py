books = {"first": 1, "count": 6, "n": 0, "log": "", "last_s": 0}

def read(books):
    """The source's next item, 1 MB in memory from now on; None when there are no more. 1,000 a second."""
    n = books["n"]
    if n >= books["count"]:
        return None
    books["n"] = n + 1
    item = books["first"] + 7 * n
    return {"id": item, "raw": "raw " + str(item)}

def convert(books, item):
    """The row made of an item, as large as the item. 100 a second."""
    if not isinstance(item, dict) or "raw" not in item:
        raise Rejected("convert() takes an item of etl.read(), not " + str(item))
    return {"id": item["id"], "row": "row " + str(item["id"])}

def write(books, row):
    """Loads a row into the target; its memory is free again."""
    if not isinstance(row, dict) or row.get("row") != "row " + str(row.get("id")):
        raise Rejected("write() takes a row of etl.convert(), not " + str(row))
    books["log"] += str(row["id"]) + "/" + str(books["n"]) + " "
    books["last_s"] = books["now"] - 1767225600
