books = {"needs": {}, "usual_s": 0.05, "back_s": {}, "gone": [], "tries": [], "shown": []}

def push(books, follower, post, timeout=60):
    """Shows the post (its dict, or its id) on the follower's phone, a repeated id once. Takes 0.1 s with a quick phone and 20 s with a slow one; raises Timeout after timeout seconds without an answer, and Rejected when the phone has no such app any more."""
    passed = books["now"] - 1767225600
    id = post.get("id") if isinstance(post, dict) else post
    if timeout == "arrived":
        books["shown"].append([follower, id, passed])
        return True
    books["tries"].append([follower, id, passed])
    if follower in books["gone"]:
        return "gone"
    if follower in books["back_s"] and passed < books["back_s"][follower]:
        return 10000000
    return books["needs"].get(follower, books["usual_s"])
