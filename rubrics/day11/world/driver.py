belt_phone = phone

class belt_network:
    """The phone with the time it takes, of which belt's service knows how long."""

    def push(self, follower, post, timeout=60):
        if not isinstance(follower, str) or not (isinstance(post, str) or (isinstance(post, dict) and isinstance(post.get("id"), str))):
            raise TypeError(f"phone.push() takes a follower's name and a post with its id, not {follower} and {post}")
        if timeout is None or timeout is True or timeout is False or not isinstance(timeout, (int, float)) or timeout <= 0:
            raise TypeError(f"phone.push() takes a number of seconds above 0 as timeout, not {timeout}")
        needs = belt_phone.push(follower, post, timeout)
        if needs == "gone":
            raise Rejected("the phone has no such app any more")
        if needs > timeout:
            clock.sleep(timeout)
            raise Timeout(f"no answer within {timeout} s")
        clock.sleep(needs)
        belt_phone.push(follower, post, "arrived")
        return True

phone = belt_network()

def belt_work(step, until, posted):
    """A worker: calls the function over and over, with a rest when there was nothing to do: a second in the first 20 after a
    post, and half a minute later on. posted: when authors post, in seconds from the beginning."""
    busy = 0
    while True:
        try:
            more = step()
        except (Timeout, ServiceUnavailable, Rejected):
            # The process ends and is started again; what it had not acknowledged comes back after a while.
            more = False
        busy = busy + 1 if more else 0
        if busy % 100 > 0:
            continue
        passed = clock.now() - 1767225600
        if passed >= until:
            return passed
        soon = [at - passed for at in posted if at > passed]
        rest = 1 if [at for at in posted if 0 <= passed - at < 20] else 30
        clock.sleep(min([rest] + [max(1, wait) for wait in soon]))

def belt_all(until):
    """One process that does the work of all workers in turn, with a rest when there was nothing to do."""
    busy = 0
    while True:
        more = False
        for step in (fan_out, deliver, deliver_bulk):
            try:
                more = step() or more
            except (Timeout, ServiceUnavailable, Rejected):
                pass
        busy = busy + 1 if more else 0
        if busy % 100 > 0:
            continue
        passed = clock.now() - 1767225600
        if passed >= until:
            return passed
        clock.sleep(2 if passed < 20 else 30 if passed < 600 else 900 if passed < 45000 else 3600)

def belt_alone(until):
    """One process that does the work of all workers in turn, until nothing is left to do, with rests that grow;
    at the end there is time for what is tried twenty times."""
    begin = clock.now()
    rounds = 0
    while True:
        more = False
        rounds = rounds + 1
        for step in (fan_out, deliver, deliver_bulk):
            try:
                more = step() or more
            except (Timeout, ServiceUnavailable, Rejected):
                pass
        passed = clock.now() - begin
        if rounds > 300 or passed >= until + 66000 or (passed >= until and posts.size() + pushes.size() + bulk.size() == 0):
            return passed
        if not more:
            clock.sleep(max(31, min(passed * 3, until - passed)) if passed < until else 4000)

def belt_post(author, id):
    return {"id": id, "author": author, "text": "text of " + id}

def belt_publish(author, id):
    """An author who sends the post again after an error, a few times."""
    answer = None
    for n in range(6):
        try:
            answer = publish(author, belt_post(author, id))
            if status_of(answer) not in (408, 409, 425, 429, 500, 502, 503, 504):
                break
        except (Timeout, ServiceUnavailable):
            pass
        clock.sleep(2)
    return {"status": status_of(answer) if answer is not None else None}

def belt_open(follower):
    """What a follower who opens the app is given, as ids, and the number missed."""
    answer = open_app(follower)
    notes = answer.get("notes") if isinstance(answer, dict) else None
    missed = answer.get("missed") if isinstance(answer, dict) else None
    fine = isinstance(notes, (list, tuple)) and isinstance(missed, (int, float)) and missed is not True and missed is not False
    if fine:
        fine = all([isinstance(note, str) or (isinstance(note, dict) and isinstance(note.get("id"), str)) for note in notes])
    if not fine:
        return {"notes": [], "missed": 0, "odd": f"{answer}"}
    return {"notes": [note if isinstance(note, str) else note["id"] for note in notes], "missed": missed, "odd": ""}

def belt_open_all(names):
    return {name: belt_open(name) for name in names}
