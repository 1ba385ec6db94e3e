# A small shop, and a slow and thorough search through all of its products.
import re

BELT_FIELDS = ("title", "tags", "description")
BELT_COLOURS = ("red", "blue", "green", "violet", "turquoise")
BELT_THINGS = ("Shirt", "Sock", "Lamp", "Teapot", "Umbrella", "Backpack", "Notebook", "Mirror")
BELT_STUFF = ("cotton", "leather", "ceramic", "bamboo", "silver")

def belt_dice(seed):
    held = [seed * 7919 + 17]
    def draw(n):
        held[0] = (held[0] * 1103515245 + 12345) % 2147483648
        return (held[0] >> 9) % n
    return draw

def belt_product(number, title, tags=(), description="", version=1):
    return {"id": "p-" + str(number), "title": title, "tags": list(tags), "description": description, "version": version}

def belt_words(said):
    return [w[:-1] if len(w) > 3 and w[-1] == "s" else w for w in re.findall("[a-z0-9]+", str(said).lower())]

def belt_near(a, b):
    """One typing error or none."""
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1:
        return False
    n = 0
    while n < len(a) and n < len(b) and a[n] == b[n]:
        n += 1
    if a[n + 1:] == b[n + 1:] or a[n:] == b[n + 1:] or a[n + 1:] == b[n:]:
        return True
    return a[n:n + 2] == b[n:n + 2][::-1] and a[n + 2:] == b[n + 2:]

def belt_field_words(product, field):
    value = product[field]
    return belt_words(" ".join(value) if isinstance(value, list) else value)

# What was worked out last for a list of products, and the index that was made of it: many queries are asked of one shop.
BELT_READ = [None, None, None]
BELT_MADE = [None, None]

def belt_read(products):
    """The words of each field of each product, and all words."""
    if BELT_READ[0] is not products:
        BELT_READ[0] = products
        BELT_READ[1] = [(p["id"], [belt_field_words(p, f) for f in BELT_FIELDS]) for p in products]
        BELT_READ[2] = set([w for _, fields in BELT_READ[1] for words in fields for w in words])
    return BELT_READ[1], BELT_READ[2]

def belt_places(products, query):
    """For each product that is found, the best field of each word: 0 title, 1 tags, 2 description."""
    read, known = belt_read(products)
    meant = [[w] if w in known else [k for k in known if len(w) > 3 and belt_near(w, k)] for w in belt_words(query)]
    found = {}
    if not meant or not all(meant):
        return found
    for id, fields in read:
        places = []
        for ms in meant:
            n = 0
            while n < 3 and not any([m in fields[n] for m in ms]):
                n += 1
            if n == 3:
                break
            places.append(n)
        if len(places) == len(meant):
            found[id] = places
    return found

def belt_put(index, product):
    put(index, {"id": product["id"], "title": product["title"], "tags": list(product["tags"]), "description": product["description"], "version": product["version"]})

def belt_index(products):
    index = {}
    for p in products:
        belt_put(index, p)
    return index

def belt_indexed(products):
    """The index of a shop, made once for all queries that follow each other."""
    if BELT_MADE[0] is not products:
        BELT_MADE[0] = products
        BELT_MADE[1] = belt_index(products)
    return BELT_MADE[1]

def belt_ids(answer):
    return [a.get("id") if isinstance(a, dict) else a for a in list(answer or [])]

def belt_tell(p):
    told = '"' + p["title"] + '"'
    if len(p["tags"]) > 0:
        told += ", tags " + " ".join(p["tags"])
    if p["description"] != "":
        told += ', description "' + p["description"] + '"'
    return p["id"] + " (" + told + ")"

def belt_found(index, products, query, want=None):
    """Which products are found, each named once or more often."""
    got = belt_ids(search(index, query))
    want = belt_places(products, query) if want is None else want
    by_id = {p["id"]: p for p in products}
    if not all([isinstance(g, str) for g in got]):
        return f'"{query}" is answered with {got}, and a list of ids is asked for, such as ["p-1", "p-2"]'
    for p in products:
        if p["id"] in want and p["id"] not in got:
            return f'"{query}" does not find {belt_tell(p)}'
    for g in got:
        if g not in want:
            return f'"{query}" finds ' + (belt_tell(by_id[g]) if g in by_id else f"{g}, which is not in the shop (any more)")
    return ""

def belt_first_wrong(index, products, queries):
    for query in queries:
        wrong = belt_found(index, products, query)
        if wrong:
            return wrong
    return ""

def belt_order(index, products, query, want=None):
    got = belt_ids(search(index, query))
    want = belt_places(products, query) if want is None else want
    by_id = {p["id"]: p for p in products}
    for n in range(len(got)):
        for later in got[n + 1:]:
            if got[n] in want and later in want:
                first, second = want[got[n]], want[later]
                if first != second and all([first[k] >= second[k] for k in range(len(first))]):
                    return f'"{query}" shows {belt_tell(by_id[got[n]])} before {belt_tell(by_id[later])}'
    return ""

def belt_shop(seed, count):
    draw = belt_dice(seed)
    products = []
    for n in range(count):
        colour, thing, stuff, other = BELT_COLOURS[draw(5)], BELT_THINGS[draw(8)], BELT_STUFF[draw(5)], BELT_STUFF[draw(5)]
        kind = draw(3)
        number = (n * 37 + seed) % 1000
        if kind == 0:
            products.append(belt_product(number, colour + " " + thing, [stuff], "Made for everyday, " + other + "."))
        elif kind == 1:
            products.append(belt_product(number, stuff + " " + thing, [colour], ""))
        else:
            products.append(belt_product(number, thing, [other], "Comes in " + colour + " (" + stuff + ")."))
    return products

def belt_queries(seed, count):
    draw = belt_dice(seed + 100)
    made = []
    for n in range(count):
        words = [BELT_THINGS[draw(8)], BELT_COLOURS[draw(5)], BELT_STUFF[draw(5)]]
        made.append(" ".join(words[: 1 + draw(3)]).lower())
    return made

def belt_busy(seed):
    """A shop in which much happens: the products there are in the end, and the index that was told of it, late, twice and out of order."""
    draw = belt_dice(seed)
    now, version, told = {}, {}, []
    first, other = belt_shop(seed, 9), belt_shop(seed + 50, 9)
    for p in first:
        now[p["id"]] = p
        version[p["id"]] = 1
        told.append(p)
    for n in range(9):
        id = first[draw(5)]["id"]
        version[id] += 1
        if n % 4 == 3:
            now.pop(id, None)
            told.append({"id": id, "version": version[id], "gone": True})
        else:
            now[id] = {"id": id, "title": other[n]["title"], "tags": other[n]["tags"], "description": other[n]["description"], "version": version[id]}
            told.append(now[id])
    # The last ones come in any order, and some of them again.
    late = sorted([(draw(1000), n) for n in range(5, len(told))])
    index = {}
    for t in told[:5] + [told[n] for _, n in late] + [told[n] for d, n in late if d % 4 == 0]:
        if t.get("gone"):
            remove(index, t["id"], t["version"])
        else:
            belt_put(index, t)
    return index, [now[p["id"]] for p in first if p["id"] in now]

def belt_typed(word, way, draw):
    """As somebody types it: in capitals, in the plural, with an error."""
    n = 1 + draw(max(1, len(word) - 2))
    if way == 1:
        return word.upper()
    if way == 2:
        return word + "s"
    if way == 3 and len(word) > 4:
        return word[:n] + word[n + 1:]
    if way == 4 and len(word) > 3:
        return word[:n - 1] + word[n] + word[n - 1] + word[n + 1:]
    if way == 5:
        return "(" + word + ")"
    return word

def belt_asked(seed, count):
    """What somebody asks this shop who has seen one of its products, and what is wrong with the answer."""
    index, shop = belt_busy(seed)
    draw = belt_dice(seed + 200)
    for n in range(count):
        p = shop[draw(len(shop))]
        words = [w for f in BELT_FIELDS for w in belt_field_words(p, f) if len(w) > 2]
        query = belt_typed(words[draw(len(words))], n % 6, draw)
        if n % 2:
            query += " " + words[draw(len(words))]
        want = belt_places(shop, query)
        wrong = belt_found(index, shop, query, want) or belt_order(index, shop, query, want)
        if wrong:
            return f"among {len(shop)} products that have been changed, removed and told of out of order, {wrong}"
    return ""
