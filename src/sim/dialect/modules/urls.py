_belt_url_safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
class _belt_url:
    def __init__(self, scheme, netloc, path, params, query, fragment, whole):
        self.scheme = scheme
        self.netloc = netloc
        self.path = path
        self.params = params
        self.query = query
        self.fragment = fragment
        self.whole = whole
        user, at, place = netloc.rpartition("@")
        self.username = (user.partition(":")[0] or None) if at else None
        self.password = user.partition(":")[2] or None
        if place.startswith("["):
            host, _, port = place[1:].partition("]")
            port = port.lstrip(":")
        else:
            host, _, port = place.partition(":")
        self.hostname = host.lower() or None
        self.port = int(port) if port.isdigit() else None
    def parts(self):
        if self.whole:
            return (self.scheme, self.netloc, self.path, self.params, self.query, self.fragment)
        return (self.scheme, self.netloc, self.path, self.query, self.fragment)
    def __iter__(self):
        return iter(self.parts())
    def __getitem__(self, at):
        return self.parts()[at]
    def __len__(self):
        return len(self.parts())
    def __eq__(self, other):
        return tuple(self) == tuple(other)
    def __hash__(self):
        return hash(self.parts())
    def __repr__(self):
        shown = f"scheme={self.scheme!r}, netloc={self.netloc!r}, path={self.path!r}, "
        shown += f"params={self.params!r}, " if self.whole else ""
        return f"{'Parse' if self.whole else 'Split'}Result({shown}query={self.query!r}, fragment={self.fragment!r})"
    def _replace(self, **changes):
        now = {"scheme": self.scheme, "netloc": self.netloc, "path": self.path, "params": self.params, "query": self.query, "fragment": self.fragment}
        now.update(changes)
        return _belt_url(now["scheme"], now["netloc"], now["path"], now["params"], now["query"], now["fragment"], self.whole)
    def geturl(self):
        path = self.path + (";" + self.params if self.params else "")
        text = "//" + self.netloc + ("/" + path if path and not path.startswith("/") else path) if self.netloc else path
        text = (self.scheme + ":" if self.scheme else "") + text
        return text + ("?" + self.query if self.query else "") + ("#" + self.fragment if self.fragment else "")
def _belt_url_of(text, whole, scheme=""):
    text = text.strip()
    before, colon, after = text.partition(":")
    if colon and before[:1].isalpha() and all([sign.isalnum() or sign in "+-." for sign in before]):
        scheme, text = before.lower(), after
    text, _, fragment = text.partition("#")
    text, _, query = text.partition("?")
    netloc = ""
    if text.startswith("//"):
        netloc, slash, path = text[2:].partition("/")
        text = slash + path
    if ("[" in netloc) != ("]" in netloc):
        raise ValueError("Invalid IPv6 URL")
    params = ""
    if whole and ";" in text.rpartition("/")[2]:
        before, _, params = text.rpartition(";")
        text = before
    return _belt_url(scheme, netloc, text, params, query, fragment, whole)
class _belt_m_urllib_parse:
    ParseResult = _belt_url
    SplitResult = _belt_url
    def urlparse(self, url, scheme="", allow_fragments=True):
        return _belt_url_of(url, True, scheme)
    def urlsplit(self, url, scheme="", allow_fragments=True):
        return _belt_url_of(url, False, scheme)
    def urlunparse(self, parts):
        parts = list(parts)
        return _belt_url(*parts, True).geturl()
    def urlunsplit(self, parts):
        scheme, netloc, path, query, fragment = list(parts)
        return _belt_url(scheme, netloc, path, "", query, fragment, False).geturl()
    def urldefrag(self, url):
        found = _belt_url_of(url, True)
        return (found._replace(fragment="").geturl(), found.fragment)
    def urljoin(self, base, url, allow_fragments=True):
        start, step = _belt_url_of(base, True), _belt_url_of(url, True)
        if not url or step.scheme and step.scheme != start.scheme:
            return url or base
        if step.netloc:
            return step._replace(scheme=start.scheme).geturl()
        if not step.path:
            return start._replace(query=step.query or start.query, fragment=step.fragment).geturl()
        path = step.path if step.path.startswith("/") else start.path.rpartition("/")[0] + "/" + step.path
        kept = []
        for part in path.split("/"):
            if part == "..":
                if len(kept) > 1:
                    kept.pop()
            elif part != ".":
                kept.append(part)
        if path.endswith(("/.", "/..")):
            kept.append("")
        return start._replace(path="/".join(kept), params=step.params, query=step.query, fragment=step.fragment).geturl()
    def quote(self, text, safe="/", encoding=None, errors=None):
        out = ""
        for sign in text if isinstance(text, str) else text.decode():
            if sign in _belt_url_safe or sign in safe:
                out += sign
            else:
                code = sign.encode().hex().upper()
                out += "".join(["%" + code[at:at + 2] for at in range(0, len(code), 2)])
        return out
    def quote_plus(self, text, safe="", encoding=None, errors=None):
        return self.quote(text, safe + " ").replace(" ", "+")
    def unquote(self, text, encoding="utf-8", errors="replace"):
        first, *parts = text.split("%")
        data = first.encode()
        for part in parts:
            if len(part) >= 2 and part[0] in "0123456789abcdefABCDEF" and part[1] in "0123456789abcdefABCDEF":
                data += bytes.fromhex(part[:2]) + part[2:].encode()
            else:
                data += ("%" + part).encode()
        return data.decode("utf-8", "replace")
    def unquote_plus(self, text, encoding="utf-8", errors="replace"):
        return self.unquote(text.replace("+", " "))
    def urlencode(self, query, doseq=False, safe="", encoding=None, errors=None, quote_via=None):
        quote = self.quote_plus if quote_via is None else quote_via
        rows = []
        for key, value in query.items() if isinstance(query, dict) else query:
            many = doseq and isinstance(value, (list, tuple))
            rows += [quote(str(key), safe) + "=" + quote(str(one), safe) for one in (value if many else [value])]
        return "&".join(rows)
    def parse_qsl(self, text, keep_blank_values=False, strict_parsing=False, separator="&"):
        rows = []
        for part in text.split(separator):
            name, equals, value = part.partition("=")
            if strict_parsing and not equals and part:
                raise ValueError(f"bad query field: {part!r}")
            if value or keep_blank_values and part:
                rows.append((self.unquote_plus(name), self.unquote_plus(value)))
        return rows
    def parse_qs(self, text, keep_blank_values=False, strict_parsing=False, separator="&"):
        found = {}
        for name, value in self.parse_qsl(text, keep_blank_values, strict_parsing, separator):
            found.setdefault(name, []).append(value)
        return found
_belt_m_urllib_parse = _belt_m_urllib_parse()
class _belt_m_urllib:
    parse = _belt_m_urllib_parse
_belt_m_urllib = _belt_m_urllib()
