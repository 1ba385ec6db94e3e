# A worker that takes messages from the queue, as the template describes it.
def belt_answer(answer):
    if isinstance(answer, dict):
        return str(answer.get("status", "")).strip().lower(), answer.get("after", answer.get("delay", answer.get("retry_after")))
    if isinstance(answer, (list, tuple)) and len(answer) > 0:
        return str(answer[0]).strip().lower(), (answer[1] if len(answer) > 1 else None)
    return str(answer).strip().lower(), None

def belt_seconds(after):
    """A number of seconds, also where it is written as "60" or "60 s"; 30 where none is given."""
    import re
    try:
        return max(1, after.total_seconds())
    except (AttributeError, TypeError):
        pass
    found = re.findall("[0-9.]+", str(after))
    return max(1, float(found[0])) if found else 30

def belt_work(notification, user, channel, text, turns=60):
    for turn in range(turns):
        try:
            answer = send(notification, user, channel, text)
        except (Timeout, ServiceUnavailable, Rejected, SerializationFailure, Deadlock, LockNotAvailable, UniqueViolation):
            clock.sleep(30)
            continue
        except (TypeError, KeyError, NameError, AttributeError, IndexError, SqlError, NotNullViolation, CheckViolation, ForeignKeyViolation):
            raise
        except Exception:
            clock.sleep(30)
            continue
        status, after = belt_answer(answer)
        if status in ("retry", "again", "later"):
            clock.sleep(belt_seconds(after))
            continue
        return status
    return "never"

def belt_outcome(notification, user, channel):
    said = outcome(notification, user, channel)
    if isinstance(said, dict):
        said = said.get("status", said.get("state"))
    return None if said is None else str(said).strip().lower()
