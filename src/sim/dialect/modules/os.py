class _belt_m_os:
    environ = {}
    linesep = "\n"
    sep = "/"
    def getenv(self, name, default=None):
        return self.environ.get(name, default)
    def urandom(self, size):
        return bytes.fromhex(_belt_sha256($rand.token(32))[:2 * size] if size <= 32 else _belt_sha256($rand.token(32)) + _belt_sha256($rand.token(32))[:2 * size - 64])
    def getpid(self):
        return 1
    def cpu_count(self):
        return 1
_belt_m_os = _belt_m_os()
