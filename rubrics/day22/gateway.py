import re

NOWHERE = ["", "none", "404", "403", "refuse", "refused", "reject", "rejected", "deny", "denied", "null", "nowhere", "block", "not found", "notfound"]

def word(value):
    return "" if value is None else str(value).strip().lower().replace("-", " ").replace("_", " ")

def yes(value, standard):
    if value is None or word(value) in ("", "todo"):
        return standard
    return word(value).startswith(("yes", "true", "on", "1", "y", "it does", "it fits", "does", "includ", "fits", "also", "both")) and not word(value).startswith(("does not", "doesn"))

# Whether what is said begins with one of the words, or with "the", "it" or "it is" and one of them.
def begins(value, stems):
    text = re.sub("^(the|it is|it|they are|is|are|as) ", "", word(value))
    return text.startswith(stems)

def as_list(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]

def records(value):
    return [r for r in value if isinstance(r, dict)] if isinstance(value, list) else []

routing = submission["routing"]
RULES = records(routing.get("rules"))
STEPS = records(submission["authentication"].get("steps"))
matching = routing.get("matching") or {}
PICK = word(matching.get("pick"))
PLAIN = word(matching.get("plain"))
PARENT = yes(matching.get("star_fits_parent"), True)
SAME = ("same", "ignor", "strip", "equal", "equiv", "identical", "no diff", "normal", "redirect", "remov", "trim", "yes")
DIFFERENT = ("differ", "matter", "strict", "refus", "404", "distinct", "exact", "kept", "keep", "another", "other", "not the same", "no")
SLASH_SAME = begins(matching.get("trailing_slash"), SAME)
IGNORED = ("ignor", "insens", "case insens", "same", "any", "lower", "no matter", "does not matter", "do not matter", "no")
MATTERS = ("matter", "sens", "case sens", "strict", "exact", "differ", "signif", "yes", "kept", "distinct", "respect")
ANY_CASE = begins(matching.get("case"), IGNORED)
EXACT = ("exact", "equal", "identical", "full", "only", "itself", "just", "whole path", "literal", "strict", "same")
TEXT = ("text", "prefix text", "character", "letter", "string", "raw", "starts with", "begins with")
SEGMENTS = ("segment", "whole segment", "prefix", "path prefix", "sub", "below", "everything below")
PLAIN_TEXT, PLAIN_SEGMENTS = begins(PLAIN, TEXT), begins(PLAIN, SEGMENTS) and not begins(PLAIN, TEXT)
DOTS = word(matching.get("dots"))

def handled():
    if any(stem in DOTS for stem in ("resol", "normal", "clean", "canon", "collaps")):
        return "resolve"
    if any(stem in DOTS for stem in ("refus", "reject", "400", "404", "den", "block", "forbid")):
        return "refuse"
    if any(stem in DOTS for stem in ("as is", "keep", "kept", "pass", "as they", "ignor", "raw", "nothing")):
        return "as_is"
    return "" if DOTS in ("", "todo") else "unknown"

HANDLED = handled()

def ordered():
    return begins(PICK, ("first", "order", "in order", "top", "priority", "priorities", "file order"))

# A service by the words people use for it.
def service_of(name):
    if word(name) in NOWHERE:
        return None
    text = word(name).replace(" ", "")
    for stems, known in [(("report", "export"), "reports"), (("backoffice", "admin"), "back office"), (("user", "account", "customer"), "users"), (("order",), "orders"),
                         (("catalog", "product"), "catalog"), (("auth", "login", "identity", "sso"), "auth")]:
        if any(stem in text for stem in stems):
            return known
    return str(name)

def access_word(said):
    text = word(said)
    if text == "*":
        return "public"
    if text in ("yes", "true"):
        return "user"
    if any(stem in text for stem in ("admin", "staff", "operator", "superuser", "back office", "backoffice")) and not text.startswith(("no ", "not ", "non ", "un", "without")):
        # Users or admins, as a list in one text: both.
        return "user" if re.search("(users?|customers?|members?) *(or|and|,|/|[|]|[+]|&)|(or|and|,|/|[|]|&) *(all |any )?(users?|customers?|members?)\\b", text) and "admin user" not in text else "admin"
    if re.match("(any|all|every)", text) and any(stem in text for stem in ("user", "logg", "authent", "member", "customer", "signed in", "registered", "with a token", "with token")) and "unauth" not in text and " not " not in text and " or not" not in text and "without" not in text:
        return "user"
    if text.startswith(("no ", "not ", "un", "without", "none", "public", "permit", "any", "open", "all", "every", "guest", "optional", "anon", "world", "internet", "off")) or text in ("no", "false"):
        return "nobody" if text in ("nobody", "none at all", "no access") else "public" if not text.startswith("any user") else "user"
    if text in ("nobody", "internal", "refuse", "deny", "refused", "denied", "block"):
        return "nobody"
    if any(stem in text for stem in ("user", "logg", "auth", "token", "jwt", "session", "login", "required", "customer", "bearer", "owner", "registered", "signed in", "private", "protected", "account", "member")) and text not in ("admin user", "admin users", "admin token"):
        return "user"
    if any(stem in text for stem in ("admin", "staff", "operator")):
        return "admin"
    return "public" if text in ("", "todo") else None

def access_of(rule):
    said = rule.get("access")
    if word(said) in ("", "todo", "default", "[]"):
        said = routing.get("access_unless_said")
    known = [access_word(one) for one in as_list(said)]
    for one in ("public", "user", "admin", "nobody"):
        if one in known:
            return one
    return "unknown" if known else "public"

# What is said in words that mean nothing here.
def unread(names):
    wrong = []
    for name, known in [("plain", EXACT + SEGMENTS + TEXT), ("trailing_slash", SAME + DIFFERENT), ("case", IGNORED + MATTERS)]:
        if name in names and not begins(matching.get(name), known) and word(matching.get(name)) not in ("", "todo"):
            wrong.append("matching." + name + " is " + str(matching.get(name)) + ", and that is none of " + {"plain": "exact, segments and text", "trailing_slash": "same and different", "case": "matters and ignored"}[name])
    if "dots" in names and HANDLED not in ("resolve", "refuse", "as_is"):
        wrong.append("nothing is said about paths with .., // or %2e in them" if HANDLED == "" else "matching.dots is " + str(matching.get("dots")) + ", and that is none of resolve, refuse and as_is")
    return wrong

def unread_access():
    wrong = []
    for at, rule in enumerate([{"access": routing.get("access_unless_said")}] + RULES):
        for one in as_list(rule.get("access")):
            if word(one) != "default" and access_word(one) is None:
                wrong.append(("rule " + str(at) if at else "access_unless_said") + " is for " + str(one) + ", and that is none of public, user, admin and nobody")
    return wrong

def methods_of(rule):
    said = rule.get("methods")
    names = []
    for one in as_list(said):
        names = names + [m for m in re.split("[^A-Z*]+", str(one).upper()) if m != ""]
    return [] if any(m in ("*", "ANY", "ALL") for m in names) else names

def paths_of(rule):
    found = []
    for path in as_list(rule.get("path")):
        parts = re.sub(" *([,|]) *", "\\1", str(path).strip()).split(" ")
        method = None
        if len(parts) > 1 and re.match("^[A-Z,|]+$", parts[0]):
            method = [m for m in re.split("[,|]", parts[0]) if m != "" and m not in ("ANY", "ALL")]
            parts = [p for p in parts[1:] if p != ""]
        found.append((method, " ".join(parts)))
    return found

def is_rest(part):
    return part in ("*", "**", "(.*)", ".*", "...", "#") or part.startswith("<path:") or part.startswith("[...") or (part.startswith("{") and (part.endswith("+}") or part.endswith("...}") or part.startswith("{*") or "**" in part or ":.*" in part)) or (part.startswith("*") and part[1:].isalpha())

def is_one(part):
    return part in ("*", "+") or (part.startswith("{") and part.endswith("}")) or part.startswith(":") or part.startswith("$") or (part.startswith("[") and part.endswith(("]", "+"))) or (part.startswith("<") and part.endswith(">"))

def is_pattern(path):
    return path.startswith("^") or path.startswith("~") or path.startswith("re:")

def pattern_of(path):
    return re.sub("^(~[*]? *|re: *)", "", path)

# The literal beginning of a rule's path, in whole segments.
def beginning(path):
    kept = []
    for part in path.split("/"):
        if is_rest(part) or is_one(part) or part.endswith("*"):
            break
        kept.append(part)
    text = "/".join(kept)
    return text[:-1] if text.endswith("/") and len(text) > 1 else text

def fits_path(rule, path):
    if is_pattern(rule):
        found = re.search(pattern_of(rule).lower() if ANY_CASE else pattern_of(rule), path.lower() if ANY_CASE else path)
        return found is not None
    if ANY_CASE:
        rule, path = rule.lower(), path.lower()
    if not rule.startswith("/"):
        rule = "/" + rule
    if SLASH_SAME and not PLAIN_TEXT and len(rule) > 1 and rule.endswith("/"):
        rule = rule[:-1]
    wanted, given = rule.split("/")[1:], path.split("/")[1:]
    last = wanted[-1]
    if is_rest(last):
        head = wanted[:-1]
        if len(given) < len(head) + (0 if PARENT else 1) or (len(given) == len(head) + 1 and given[-1] == "" and not PARENT):
            return False
        return alike(head, given[:len(head)])
    if last.endswith("*") and len(last) > 1 and not is_one(last):
        head = wanted[:-1]
        return len(given) > len(head) and alike(head, given[:len(head)]) and given[len(head)].startswith(last[:-1])
    if PLAIN_TEXT:
        if any(is_one(p) for p in wanted):
            return len(given) >= len(wanted) and alike(wanted, given[:len(wanted)])
        return path.startswith(rule)
    if PLAIN_SEGMENTS:
        if wanted == [""]:
            return True
        if wanted[-1] == "":
            return len(given) >= len(wanted) and alike(wanted[:-1], given[:len(wanted) - 1])
        return len(given) >= len(wanted) and alike(wanted, given[:len(wanted)])
    return len(given) == len(wanted) and alike(wanted, given)

def alike(wanted, given):
    for w, g in zip(wanted, given):
        if is_one(w):
            if g == "":
                return False
        elif w != g:
            return False
    return len(wanted) == len(given)

def weight(rule, path, at, by_method):
    if is_pattern(path):
        literal = len(re.sub("[^A-Za-z0-9/-]", "", pattern_of(path).replace("/.*", "")))
        exact = 0
    else:
        parts = [p for p in path.split("/") if p != ""]
        literal = sum(len(p.replace("*", "")) + 1 for p in parts if not (is_rest(p) or is_one(p)))
        exact = 0 if (parts and parts[-1].endswith("*")) or PLAIN_TEXT or PLAIN_SEGMENTS else 1
        literal = literal + sum(0.5 for p in parts[:-1] if is_one(p)) + (0.5 if parts and is_one(parts[-1]) and not is_rest(parts[-1]) else 0)
    priority = rule.get("priority")
    return (priority if isinstance(priority, (int, float)) else 0, literal, exact, 1 if by_method else 0, -at)

# The path as the gateway looks at it, or None when it refuses such a path.
def cleaned(path):
    odd = "//" in path or "%" in path or "/." in path
    if odd and HANDLED == "refuse":
        return None
    if odd and HANDLED == "resolve":
        kept = []
        for part in path.replace("%2e", ".").replace("%2f", "/").split("/"):
            if part == "..":
                kept = kept[:-1]
            elif part not in ("", "."):
                kept.append(part)
        path = "/" + "/".join(kept) + ("/" if path.endswith("/") and kept else "")
    if SLASH_SAME and len(path) > 1 and path.endswith("/"):
        path = path[:-1]
    return path

# (rule number, rule, the rule's path, the path looked at), or None when no rule fits.
def matched(method, path):
    path = cleaned(path)
    if path is None:
        return None
    best = None
    for at, rule in enumerate(RULES):
        for own_method, own_path in paths_of(rule):
            allowed = own_method if own_method else methods_of(rule)
            if (allowed and method not in allowed) or not fits_path(own_path, path):
                continue
            score = weight(rule, own_path, at, len(allowed) > 0)
            if ordered():
                score = (score[0], -at)
            if best is None or score > best[0]:
                best = (score, at, rule, own_path, path)
    if best is None:
        return None
    return best[1:]

def reached(method, path):
    hit = matched(method, path)
    return None if hit is None else service_of(hit[1].get("service"))

def rule_named(hit):
    if hit is None:
        return "no rule fits"
    return "rule " + str(hit[0] + 1) + ", " + str(hit[2]) + ", takes it"

def said(service):
    return "nowhere" if service is None else "the " + service + " service" if service in ("users", "orders", "catalog", "auth", "reports", "back office") else "the service " + service

# method, path, service, who may
ORDINARY = [
    ("GET", "/users/7", "users", "user"), ("PUT", "/users/7", "users", "user"), ("DELETE", "/users/81", "users", "user"), ("POST", "/users/7/avatar", "users", "user"),
    ("POST", "/users", "users", "public"), ("POST", "/login", "auth", "public"),
    ("GET", "/products", "catalog", "public"), ("GET", "/products/42", "catalog", "public"), ("GET", "/products/42/photos/3", "catalog", "public"),
    ("POST", "/products", "catalog", "admin"), ("PUT", "/products/42", "catalog", "admin"), ("DELETE", "/products/9", "catalog", "admin"),
    ("GET", "/orders", "orders", "user"), ("POST", "/orders", "orders", "user"), ("GET", "/orders/9", "orders", "user"), ("GET", "/orders/9/items", "orders", "user"),
]
OVERLAPS = [
    ("GET", "/users-export", "reports", "admin"), ("GET", "/users-export/2026", "reports", "admin"),
    ("GET", "/orders/admin", "back office", "admin"), ("POST", "/orders/admin/refunds", "back office", "admin"), ("GET", "/orders/admin/refunds/12", "back office", "admin"),
    ("GET", "/users/export", "users", "user"), ("GET", "/orders/admin-77", "orders", "user"), ("GET", "/orders/9/admin", "orders", "user"),
]
UNKNOWN = [("GET", "/products-feed"), ("GET", "/internal/metrics"), ("GET", "/"), ("GET", "/usersx"), ("GET", "/order"), ("POST", "/login-as"), ("GET", "/admin"), ("DELETE", "/login")]
SPELLED = [
    ("GET", "/users/7/", "users", "user"), ("GET", "/orders/admin/", "back office", "admin"), ("GET", "/Orders/admin", "back office", "admin"), ("GET", "/orders/Admin", "orders", "user"),
    ("GET", "//orders/admin", "back office", "admin"), ("GET", "/products/../users/7", "users", "user"), ("GET", "/orders/../orders/admin", "back office", "admin"),
    ("GET", "/products/%2e%2e/orders/admin", "back office", "admin"),
]

def misrouted(requests):
    wrong = []
    for method, path, service, who in requests:
        got = reached(method, path)
        if got != service:
            wrong.append(method + " " + path + " goes " + ("nowhere" if got is None else "to " + said(got)) + ", not to " + said(service) + ": " + rule_named(matched(method, path)))
    return wrong

RANK = {"public": 0, "user": 1, "admin": 2, "nobody": 3, "unknown": 3}

def unprotected():
    wrong = []
    for method, path, service, who in ORDINARY + OVERLAPS:
        hit = matched(method, path)
        if hit is None or service_of(hit[1].get("service")) != service:
            continue
        asked = access_of(hit[1])
        if asked == who or asked == "unknown":
            continue
        if RANK[asked] < RANK[who]:
            caller = "without a token" if asked == "public" else "with an ordinary user's token"
            wrong.append(method + " " + path + " " + caller + " reaches " + said(service) + ": " + rule_named(hit))
        else:
            caller = "without a token" if who == "public" else "with an ordinary user's token"
            wrong.append(method + " " + path + " " + caller + " is refused, and should not be: " + rule_named(hit))
    return wrong

# Not in the table: a method on a path that is offered for others. The least that it must take, if it gets through at all.
NOT_OFFERED = [("PATCH", "/products/42", "admin"), ("PATCH", "/products", "admin"), ("GET", "/users", "user"), ("PUT", "/users", "user"), ("DELETE", "/users", "user")]

def opened():
    wrong = []
    for method, path, who in NOT_OFFERED:
        hit = matched(method, path)
        if hit is not None and service_of(hit[1].get("service")) is not None and RANK[access_of(hit[1])] < RANK[who]:
            caller = "without a token" if access_of(hit[1]) == "public" else "with an ordinary user's token"
            wrong.append(method + " " + path + ", which the table does not offer, " + caller + " reaches " + said(service_of(hit[1].get("service"))) + ": " + rule_named(hit))
    return wrong

def let_in():
    wrong = []
    for method, path in UNKNOWN:
        got = reached(method, path)
        if got is not None and access_of(matched(method, path)[1]) != "nobody":
            wrong.append(method + " " + path + ", which nobody offers, goes to " + said(got) + ": " + rule_named(matched(method, path)))
    return wrong

def slipped():
    wrong = []
    for method, path, service, who in SPELLED:
        hit = matched(method, path)
        got = reached(method, path)
        # What is wrong with the plain spelling, too, is told elsewhere.
        if got is None or (path != "/orders/Admin" and reached("GET", cleaned_up(path)) != service):
            continue
        if path == "/orders/Admin" and got == "back office":
            continue
        if got != service:
            wrong.append(method + " " + path + " goes to " + said(got) + ", though it is " + said(service) + " that it means: " + rule_named(hit))
        elif RANK[access_of(hit[1])] < min(RANK[who], RANK[access_of(matched("GET", cleaned_up(path))[1])] if matched("GET", cleaned_up(path)) else 0):
            wrong.append(method + " " + path + " reaches " + said(service) + " with less than it takes to call " + cleaned_up(path) + ": " + rule_named(hit))
    return wrong

def cleaned_up(path):
    return {"/users/7/": "/users/7", "/products/../users/7": "/users/7", "/orders/Admin": "/orders/Admin"}.get(path, "/orders/admin")

# The path that the service sees.
def forwarded(method, path):
    hit = matched(method, path)
    if hit is None:
        return None
    rule, own, seen = hit[1], hit[2], hit[3]
    change = rule.get("rewrite")
    if change is None or word(change) in ("", "none", "no"):
        return seen
    if isinstance(change, dict):
        start, target = str(change.get("from") or ""), str(change.get("to") or "")
    else:
        start, target = beginning(own), str(change)
    start, target = beginning(start), beginning(target)
    if seen == start or seen.startswith(start + "/"):
        return target + seen[len(start):]
    return seen

def miswritten():
    wrong = []
    for method, path, service, who in ORDINARY + OVERLAPS:
        if reached(method, path) != service:
            continue
        wanted = "/accounts" + path[len("/users"):] if service == "users" else path
        got = forwarded(method, path)
        if got != wanted:
            wrong.append(method + " " + path + " arrives at " + said(service) + " as " + str(got) + ", and it knows " + wanted)
    return wrong

# The most that may come within one minute: 600/h may all come at once.
def within_a_minute(value):
    found = re.search("(?:/|per|a|an|each|every) *([0-9]*) *(h|d)[a-z]*", re.sub("[0-9,_ ]*[.]?[0-9]+ *(k?)", "", word(value), count=1))
    average = rate(value)
    if average is None or found is None:
        return average
    return average * (60 if found.group(2) == "h" else 1440) * float(found.group(1) or 1)

# Requests a minute, or None when it cannot be read.
def rate(value):
    value = re.sub(" *r(eq)?p([smh])$", "/\\2", re.sub(" *r(eq)?p([smh])[ ,;].*", "/\\2", word(value)))
    found = re.search("([0-9][0-9,_ ]*[.]?[0-9]*) *(k?) *(?:[a-z]+ )?(?:requests?|reqs?|r|calls?|tries|logins?|attempts?)? *(?:/|per|a|an|each|every) *([0-9]*) *([a-z]+)", word(value))
    if found is None:
        return None
    number = float(re.sub("[,_ ]", "", found.group(1))) * (1000 if found.group(2) == "k" else 1)
    unit = found.group(4)
    seconds = 1 if unit.startswith("s") else 60 if unit.startswith("m") else 3600 if unit.startswith("h") else 86400 if unit.startswith("d") else None
    if seconds is None:
        return None
    return number * 60.0 / (seconds * float(found.group(3) or 1))

def by_of(rule):
    said_by = word(rule.get("limit_by"))
    if said_by == "":
        found = re.search("(?:per|by|/) *(ip|address|client ip|client address|user|account|token)", word(rule.get("limit")))
        said_by = found.group(1) if found else word(routing.get("limit_by_unless_said"))
    if any(w in said_by for w in ("address", "addr", "device", "subnet", "fingerprint", "remote host", "source", "forwarded", "xff")) or re.search(r"\bip|ip\b", said_by):
        return "address"
    if any(w in said_by for w in ("user", "account", "token", "subject", "principal", "identity", "caller", "client", "customer", "key", "session", "sub", "cert", "admin")):
        return "user"
    return said_by

def unlimited():
    wrong = []
    for method, path, least, most, by in [
        ("POST", "/login", 3, 10, "address"), ("POST", "/users", 0.01, 100, "address"), ("GET", "/products", 60, 100000, "address"),
        ("GET", "/products/42", 60, 100000, "address"), ("GET", "/orders", 60, 100000, None), ("GET", "/users/7", 60, 100000, None), ("POST", "/orders", 1, 100000, None),
        ("PUT", "/products/42", 0.01, 100000, None), ("GET", "/users-export", 0.001, 100000, None), ("GET", "/orders/admin", 0.01, 100000, None)]:
        hit = matched(method, path)
        if hit is None or service_of(hit[1].get("service")) is None:
            continue
        rule = hit[1]
        text = rule.get("limit") if word(rule.get("limit")) not in ("", "todo") else routing.get("limit_unless_said")
        allowed = rate(text)
        if allowed is None:
            wrong.append("anybody may call " + method + " " + path + " as often as they like: its limit is " + (str(text) if text else "missing"))
        elif path == "/login" and allowed <= most and within_a_minute(text) > most * 1.001:
            wrong.append(str(text) + " lets " + str(round(within_a_minute(text))) + " calls of " + method + " " + path + " through in one minute, and " + str(most) + " is the most the task allows")
        elif allowed > most * 1.001:
            wrong.append(method + " " + path + " may be called " + str(round(allowed, 1)) + " times a minute, and " + str(most) + " is the most" + (" the task allows" if path == "/login" else " that makes sense there"))
        elif allowed < least * 0.999:
            wrong.append(method + " " + path + " is limited to " + str(round(allowed, 1)) + " a minute, which stops honest callers")
        elif by is not None and by_of(rule) != by:
            wrong.append(method + " " + path + " is limited by " + (by_of(rule) or "nobody knows what") + ", and its callers have no token to count by")
        elif by_of(rule) not in ("address", "user"):
            wrong.append("the limit of " + method + " " + path + " does not say whose requests are counted")
    return wrong

# The authentication flow, walked.
def step_of(step):
    name = word(step.get("check"))
    if "header" in name and any(w in name for w in ("authorization", "authorisation", "bearer")) or "bearer" in name or "access token" in name:
        return "token"
    if re.search(r"\bown|\bwhose\b|\btheir\b|\bsame user|user id (match|is|equal)|(another|other|someone else|somebody else|this) (user|person|order|customer|account)|\b(idor|bola)\b", name):
        return "owner"
    for stems, known in [(("limit", "throttl", "quota", "bucket", "flood", "too many"), "limit"), (("belong", "theirs", "mine", "of this user", "object", "resource", "tenant"), "owner"),
                         (("role", "permission", "authoriz", "authoris", "authz", "scope", "allowed", "admin", "rbac", "acl", "access control", "privilege", "may ", "access", "kind of user", "kind of caller", "entitle", "group", "policy", "policies"), "role"),
                         (("token", "authent", "authn", "jwt", "session", "cert", "signature", "identity", "login", "expir", "cookie", "mtls", "mutual", "api key", "credential", "who"), "token"), (("rout", "path", "match", "rule"), "route")]:
        if any(stem in name for stem in stems):
            return known
    if status_of_step(step) == 429:
        return "limit"
    return "token" if name == "auth" else "limit" if name.startswith("rate") else name

def at_gateway(step):
    return any(w in word(step.get("where")) for w in ("gateway", "gw", "edge", "proxy", "both", "kong", "envoy", "nginx", "ingress", "traefik", "apisix", "filter", "middleware", "plugin", "balancer", "auth"))

def status_of_step(step):
    found = re.search("[0-9][0-9][0-9]", str(step.get("fails_with")))
    return int(found.group(0)) if found else None

def answer_to(failing):
    for step in STEPS:
        if step_of(step) in failing:
            return step
    # A second question of what somebody may do, asked in the service, is about what belongs to them.
    asked = [step for step in STEPS if step_of(step) == "role"]
    if failing == ["owner"] and len(asked) > 1 and not at_gateway(asked[-1]) and "service" in word(asked[-1].get("where")):
        return asked[-1]
    return None

# Who gets through the whole flow, and should not.
def let_through():
    wrong = []
    for who, failing in [("a caller without a token asks for their orders", ["token"]), ("an ordinary user asks for /orders/admin", ["role"]), ("a user asks for the order of another user", ["owner"])]:
        step = answer_to(failing)
        status = status_of_step(step) if step is not None else None
        if step is None:
            wrong.append(who + ", and no step stops them")
        elif status is not None and 200 <= status < 300:
            wrong.append(who + ", and the step " + str(step.get("check")) + " answers " + str(step.get("fails_with")) + " as if all were well")
    token = answer_to(["token"])
    if token is not None and not at_gateway(token):
        wrong.append("the token is looked at in " + str(token.get("where")) + " only, so a request without one passes the gateway")
    return wrong

def flow_wrong():
    wrong = []
    for who, failing, statuses in [
        ("a caller without a token asks for their orders", ["token", "role", "owner"], [401, 302, 303]),
        ("a caller with a forged or expired token asks for their orders", ["token", "role", "owner"], [401, 302, 303]),
        ("an ordinary user asks for /orders/admin", ["role"], [403, 404]),
        ("a user asks for the order of another user", ["owner"], [403, 404]),
        ("somebody sends far more than the limit", ["limit"], [429])]:
        step = answer_to(failing)
        if step is None and failing == ["limit"]:
            wrong.append(who + ", and no step stops them")
        elif step is None or 200 <= (status_of_step(step) or 0) < 300:
            continue
        elif status_of_step(step) not in statuses:
            wrong.append(who + ", and the first step that fails, " + str(step.get("check")) + ", answers " + str(step.get("fails_with")) + ", not " + " or ".join(str(s) for s in statuses if s not in (302, 303)))
    owner = answer_to(["owner"])
    if owner is not None and at_gateway(owner) and "service" not in word(owner.get("where")) and "both" not in word(owner.get("where")):
        wrong.append("the gateway decides whose order it is, and it has no orders to look that up in")
    return wrong

def listed_gateways():
    return as_list((submission["availability"].get("roles") or {}).get("gateway"))

def ms(value):
    if isinstance(value, (int, float)):
        return float(value)
    found = re.match("([0-9.]+) *([a-zµμ]*)", word(value))
    if found is None:
        return None
    unit = found.group(2)
    factor = 1.0 if unit == "" or unit.startswith("ms") or unit.startswith("milli") else 0.001 if unit[:1] in ("u", "µ", "μ") or unit.startswith("micro") else 1000.0 if unit.startswith("s") else None
    return None if factor is None else float(found.group(1)) * factor

# The least that each part takes in this design: name, words it goes by, ms.
def floors():
    how = word(submission["authentication"].get("verified"))
    shown = word(submission["authentication"].get("token"))
    token = 4 if any(w in how for w in ("auth", "remote", "introspect")) else 0.5 if any(w in how for w in ("store", "redis")) else 0 if any(w in shown for w in ("tls", "cert")) else 0.01
    return [("hop", ("hop", "network"), 1), ("token", ("token", "auth", "session", "signature", "verif", "cert", "jwt", "introspect"), token), ("limit", ("limit", "rate", "count"), 0.01)]

def too_short():
    wrong = []
    parts = submission["latency"]["parts"] if isinstance(submission["latency"]["parts"], dict) else {}
    for name, stems, least in floors():
        times = [ms(parts[part]) for part in parts if any(stem in word(part) for stem in stems)]
        if times == []:
            wrong.append("the part " + name + " is missing")
        elif None in times:
            wrong.append("the part " + name + " is not a time such as 0.3 ms")
        elif sum(times) < least * 0.999:
            wrong.append("the part " + name + " is said to take " + str(sum(times)) + " ms, and what your design does there takes " + str(least) + " ms or more")
    return wrong

# What one of a few choices is meant by some words: the first whose stem the words begin with.
def meant(value, choices):
    text = word(value).replace("fail ", "fails ")
    for name, stems in choices:
        if any(text.startswith(stem) for stem in stems):
            return name
    # A sentence: "the gateway replaces it", "nobody is let through".
    told = re.sub("(not|never|nobody|no one|none|no request|without being|instead of being)( (is|are|be|gets?))? [a-z]+( through| in)?", " ", text)
    named = [name for name, stems in choices if any(re.search(r"\b" + stem, told) for stem in stems if len(stem) > 2 and stem not in ("set", "ask", "look", "cache", "gateway", "nothing", "still", "error", "open", "existing"))]
    if named == [] and told != text:
        denied = text.replace("never ", "").replace("not ", "").replace("no one ", "").replace("nobody ", "").replace("is ", "").replace("are ", "")
        named = [against for name, stems in choices if name in OPPOSITE and any(denied.startswith(stem) for stem in stems) for against in [OPPOSITE[name]]]
    return named[0] if len(set(named)) == 1 or named and set(named) <= set(("removed", "replaced")) else None

OPPOSITE = {"let_through": "refused", "kept": "removed"}

VERIFIED = [("store", ("store", "in a store", "in store", "redis", "session store", "shared store", "cache", "in a cache", "looked up", "look", "lookup")),
            ("auth_service", ("auth", "by the auth", "remote", "introspect", "ask", "at the auth")),
            ("locally", ("local", "in the gateway", "in gateway", "by the gateway", "signature", "gateway", "public key", "offline", "jwks", "with the public"))]
AWAY = [("let_through", ("let", "allow", "pass", "open", "fails open", "accept", "trust")), ("refused", ("refus", "503", "502", "500", "401", "fails closed", "closed", "error", "reject", "den", "block", "fails")),
        ("works", ("work", "go", "contin", "valid", "still", "existing", "keep", "unaffect", "nothing", "tokens are still", "checked", "locally", "local"))]
CALLER = [("kept", ("add if", "added if", "added when", "set if", "set when", "set only", "set unless", "filled", "fill", "default", "kept", "keep", "pass", "as it is", "trust", "forward", "believ", "ignor")), ("removed", ("remov", "strip", "drop", "delet", "discard", "sanit", "clear", "clean")), ("replaced", ("replac", "overwr", "set", "overrid", "rewrit"))]

# Capacity with a node gone, by the arrows of the diagram.
def arrows():
    found = {}
    for line in str(submission["availability"].get("diagram") or "").replace(";", "\n").splitlines():
        line = re.sub("%%.*", "", line)
        for shape in (r'"[^"]*"', r"\|[^|]*\|", r"\[[^\[\]]*\]", r"\([^()]*\)", r"\{[^{}]*\}", r"\[[^\[\]]*\]", r"\([^()]*\)", r"\{[^{}]*\}", ":::[A-Za-z0-9_]+"):
            line = re.sub(shape, " ", line)
        line = re.sub("(--|==|-[.]+)[^->=.&]+(-+>|=+>|[.]+->)", "-->", line)
        parts = [p for p in re.split("<?(?:-+>|=+>|-[.]+->|-{3,}|={3,})", line)]
        groups = [[n.strip() for n in part.split("&") if n.strip() != ""] for part in parts]
        for left, right in zip(groups, groups[1:]):
            for a in left:
                found[a] = found.get(a, []) + right
    return found

def overloaded():
    roles = submission["availability"].get("roles") or {}
    gateways = [str(g) for g in listed_gateways()]
    clients = [str(c) for c in as_list(roles.get("client"))]
    edges = arrows()
    def left_without(node):
        seen, todo = [], [c for c in clients if c != node]
        while todo:
            at = todo.pop()
            if at not in seen and at != node:
                seen.append(at)
                if at not in gateways:
                    todo = todo + edges.get(at, [])
        return [g for g in gateways if g in seen]
    if len(left_without("")) < len(gateways) or len(gateways) < 2:
        return []
    wrong = []
    for node in sorted(edges):
        left = left_without(node)
        if node not in clients and node not in gateways and 0 < len(left) and len(left) * 6000 < 20000:
            wrong.append("without " + node + " only " + str(len(left)) + " gateways get requests, " + str(round(20000 / len(left))) + " a second each, and one takes 6,000")
    return wrong
