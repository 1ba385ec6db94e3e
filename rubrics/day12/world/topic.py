# A topic of numbered partitions, read by the consumers of one group. Each partition belongs to one consumer at a time.
books = {"log": [[], [], []], "committed": [0, 0, 0], "owner": ["c0", "c1", "c0"], "position": {}, "begun": 0}


def poll(books, consumer):
    """The next record of a partition that belongs to this consumer, or None after some seconds: {"partition", "offset", "key", "value": the transaction, "consumer"}"""
    for partition in range(len(books["log"])):
        if books["owner"][partition] != consumer:
            continue
        place = consumer + "/" + str(partition)
        offset = books["position"].get(place, books["committed"][partition])
        if offset < len(books["log"][partition]):
            books["position"][place] = offset + 1
            entry = books["log"][partition][offset]
            return {"partition": partition, "offset": offset, "key": entry["key"], "value": entry["value"], "consumer": consumer}
    return None


def commit(books, record):
    """All records of its partition up to this one are finished: whoever takes over begins after it. False if the partition has gone to another consumer"""
    partition = record["partition"]
    if books["owner"][partition] != record["consumer"]:
        return False
    books["committed"][partition] = record["offset"] + 1
    return True


def seek(books, record):
    """The next poll of this consumer gives this record again"""
    books["position"][record["consumer"] + "/" + str(record["partition"])] = record["offset"]


def publish(books, key, value, partition):
    """Appends a record to the end of a partition"""
    books["log"][partition].append({"key": key, "value": value})


def join(books, consumer):
    """Called by belt as a consumer's process begins: it reads from what is committed"""
    books["position"] = {place: at for place, at in books["position"].items() if not place.startswith(consumer + "/")}
    books["begun"] += 1
    return consumer + "/" + str(books["begun"])


def move(books, partition, consumer):
    """Called by belt: from now on the partition belongs to this consumer, which reads it from what is committed"""
    books["owner"][partition] = consumer
    books["position"].pop(consumer + "/" + str(partition), None)


def left(books):
    """Called by belt: how many records are not committed"""
    return sum(len(log) for log in books["log"]) - sum(books["committed"])
