_belt_struct_sizes = {"c": 1, "b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 4, "L": 4, "q": 8, "Q": 8}
class _belt_m_struct:
    error = ValueError
    def _belt_fields(self, layout):
        little = layout[:1] not in (">", "!")
        fields = []
        count = ""
        for sign in layout.lstrip("<>!=@"):
            if sign.isdigit():
                count += sign
            elif sign == "s":
                fields.append(("s", int(count or "1")))
                count = ""
            elif sign in _belt_struct_sizes:
                fields += [(sign, _belt_struct_sizes[sign])] * int(count or "1")
                count = ""
            elif sign != " ":
                raise ValueError("only whole numbers and bytes are packed here: " + layout)
        return little, fields
    def calcsize(self, layout):
        return sum([size for sign, size in self._belt_fields(layout)[1]])
    def pack(self, layout, *values):
        little, fields = self._belt_fields(layout)
        if len(fields) != len(values):
            raise ValueError(f"pack expected {len(fields)} items for packing (got {len(values)})")
        out = b""
        for at in range(len(fields)):
            sign, size = fields[at]
            value = values[at]
            if sign in "sc":
                out += bytes.fromhex((value.hex() + "00" * size)[:2 * size])
                continue
            whole = int(value)
            if not -(2 ** (8 * size - 1)) <= whole < 2 ** (8 * size):
                raise ValueError(f"'{sign}' format does not take {whole}")
            digits = f"{whole % 2 ** (8 * size):0{2 * size}x}"
            data = bytes.fromhex(digits)
            out += data[::-1] if little else data
        return out
    def unpack(self, layout, data):
        if len(data) != self.calcsize(layout):
            raise ValueError(f"unpack requires a buffer of {self.calcsize(layout)} bytes")
        return self.unpack_from(layout, data)
    def unpack_from(self, layout, data, offset=0):
        little, fields = self._belt_fields(layout)
        values = []
        for sign, size in fields:
            part = data[offset:offset + size]
            offset += size
            if sign in "sc":
                values.append(part)
                continue
            number = int((part[::-1] if little else part).hex(), 16)
            if sign in "bhilq" and number >= 2 ** (8 * size - 1):
                number -= 2 ** (8 * size)
            values.append(number != 0 if sign == "?" else number)
        return tuple(values)
_belt_m_struct = _belt_m_struct()
