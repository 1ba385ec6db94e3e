def _belt_status_of(answer):
    if isinstance(answer, bool) or answer is None:
        return None
    if isinstance(answer, int):
        return answer
    if isinstance(answer, dict):
        for name in ("status", "status_code", "statusCode", "code", "http_status"):
            if name in answer:
                return answer[name]
        return None
    if isinstance(answer, (list, tuple)):
        for item in answer:
            if isinstance(item, int) and not isinstance(item, bool):
                return item
        return None
    for name in ("status", "status_code", "code"):
        found = getattr(answer, name, None)
        if found is not None:
            return found
    return None
def _belt_body_of(answer):
    if isinstance(answer, dict):
        for name in ("body", "data", "json", "response", "result"):
            if name in answer:
                return answer[name]
        return {key: value for key, value in answer.items() if key not in ("status", "status_code", "statusCode", "code")}
    if isinstance(answer, (list, tuple)):
        for item in answer:
            if not isinstance(item, int):
                return item
        return None
    for name in ("body", "data"):
        found = getattr(answer, name, None)
        if found is not None:
            return found
    return None
_belt_transient = (OSError, Timeout, ServiceUnavailable, SerializationFailure, Deadlock, LockNotAvailable)
_belt_try_again = (202, 408, 409, 423, 425, 429, 500, 502, 503, 504)
def _belt_retrying(call, *args, times=8, pause=20.0):
    answer = None
    problem = None
    for attempt in range(times):
        if attempt > 0:
            _belt_call("clock", "sleep", [pause])
        try:
            answer = call(*args)
            problem = None
        except _belt_transient as error:
            problem = str(error)
            continue
        if _belt_status_of(answer) not in _belt_try_again:
            return {"status": _belt_status_of(answer), "body": _belt_body_of(answer), "tries": attempt + 1, "settled": True}
    return {"status": _belt_status_of(answer), "body": _belt_body_of(answer), "tries": times, "settled": False, "problem": problem}
