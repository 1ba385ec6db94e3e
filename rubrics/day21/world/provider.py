books = {"calls": [], "delivered": [], "keys": {}, "down_from": 0, "down_until": 0, "unknown": [], "record": False, "silent": False}

def send(books, channel, user, text, idempotency_key=None):
    """Delivers a text to a user over "email", "sms" or "push" and returns the message's id, a text. With a key that was used within the last 24 hours on this channel, delivers nothing and returns what it returned then. Rejected when the user cannot be reached this way, now or ever."""
    now = books["now"]
    if books["record"]:
        books["calls"].append([channel, user, now])
    down = books["down_from"] <= now < books["down_until"]
    if down and books["silent"]:
        raise Timeout("no answer came; the call may or may not have taken effect")
    if down:
        raise ServiceUnavailable("the provider is down")
    if user in books["unknown"]:
        raise Rejected("unknown address")
    slot = channel + " " + str(idempotency_key)
    if idempotency_key is not None and slot in books["keys"] and now < books["keys"][slot][1]:
        return books["keys"][slot][0]
    message = "m-" + str(501 + len(books["delivered"]))
    books["delivered"].append([channel, user, text])
    if idempotency_key is not None:
        books["keys"][slot] = [message, now + 86400]
    return message

def find(books, channel, idempotency_key):
    """What send returned for this key on this channel within the last 24 hours, or None if nothing was delivered with it."""
    slot = channel + " " + str(idempotency_key)
    if slot in books["keys"] and books["now"] < books["keys"][slot][1]:
        return books["keys"][slot][0]
    return None
