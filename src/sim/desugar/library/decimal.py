class _belt_decimal:
    def __init__(self, value="0"):
        if isinstance(value, _belt_decimal):
            self.units = value.units
            self.places = value.places
        elif isinstance(value, int):
            self.units = int(value)
            self.places = 0
        else:
            text = str(value).strip().replace("_", "")
            exponent = 0
            if "e" in text.lower():
                text, power = text.lower().split("e")
                exponent = int(power)
            whole, point, fraction = text.partition(".")
            self.units = int(whole + fraction) if whole not in ("", "-", "+") else int(whole + "0" + fraction)
            self.places = len(fraction) - exponent
            if self.places < 0:
                self.units = self.units * 10 ** -self.places
                self.places = 0
    def _belt_at(self, places):
        return self.units * 10 ** (places - self.places)
    def _belt_both(self, other):
        other = other if isinstance(other, _belt_decimal) else _belt_decimal(other)
        places = max(self.places, other.places)
        return self._belt_at(places), other._belt_at(places), places
    def __add__(self, other):
        a, b, places = self._belt_both(other)
        return _belt_of_units(a + b, places)
    def __radd__(self, other):
        return self.__add__(other)
    def __sub__(self, other):
        a, b, places = self._belt_both(other)
        return _belt_of_units(a - b, places)
    def __rsub__(self, other):
        return _belt_decimal(other).__sub__(self)
    def __mul__(self, other):
        other = other if isinstance(other, _belt_decimal) else _belt_decimal(other)
        return _belt_of_units(self.units * other.units, self.places + other.places)
    def __rmul__(self, other):
        return self.__mul__(other)
    def __truediv__(self, other):
        a, b, places = self._belt_both(other)
        if b == 0:
            raise ZeroDivisionError("division by zero")
        found = _belt_of_units(_belt_round_div(a * 10 ** 28, b, "ROUND_HALF_EVEN"), 28)
        while found.places > 0 and found.units % 10 == 0:
            found = _belt_of_units(found.units // 10, found.places - 1)
        return found
    def __rtruediv__(self, other):
        return _belt_decimal(other).__truediv__(self)
    def __floordiv__(self, other):
        a, b, places = self._belt_both(other)
        whole = abs(a) // abs(b)
        return _belt_of_units(whole if (a < 0) == (b < 0) else -whole, 0)
    def __mod__(self, other):
        a, b, places = self._belt_both(other)
        rest = abs(a) % abs(b)
        return _belt_of_units(rest if a >= 0 else -rest, places)
    def __neg__(self):
        return _belt_of_units(-self.units, self.places)
    def __abs__(self):
        return _belt_of_units(abs(self.units), self.places)
    def _belt_number(self, other):
        return isinstance(other, (_belt_decimal, int, float))
    def __eq__(self, other):
        if not self._belt_number(other):
            return False
        a, b, places = self._belt_both(other)
        return a == b
    def __hash__(self):
        units, places = self.units, self.places
        while places > 0 and units % 10 == 0:
            units, places = units // 10, places - 1
        return hash((units, places)) if places else hash(units)
    def __lt__(self, other):
        a, b, places = self._belt_both(other)
        return a < b
    def __gt__(self, other):
        a, b, places = self._belt_both(other)
        return a > b
    def __le__(self, other):
        a, b, places = self._belt_both(other)
        return a <= b
    def __ge__(self, other):
        a, b, places = self._belt_both(other)
        return a >= b
    def quantize(self, step, rounding="ROUND_HALF_EVEN"):
        places = step.places
        if places >= self.places:
            return _belt_of_units(self._belt_at(places), places)
        return _belt_of_units(_belt_round_div(self.units, 10 ** (self.places - places), rounding), places)
    def to_integral_value(self, rounding="ROUND_HALF_EVEN"):
        return self.quantize(_belt_decimal(1), rounding)
    def is_zero(self):
        return self.units == 0
    def __int__(self):
        whole = abs(self.units) // 10 ** self.places
        return whole if self.units >= 0 else -whole
    def __float__(self):
        return float(str(self))
    def __str__(self):
        digits = str(abs(self.units))
        if self.places > 0:
            digits = digits.zfill(self.places + 1)
            digits = digits[:-self.places] + "." + digits[-self.places:]
        return "-" + digits if self.units < 0 else digits
    def __repr__(self):
        return f"Decimal('{self}')"
def _belt_of_units(units, places):
    made = _belt_decimal(0)
    made.units = units
    made.places = places
    return made
def _belt_round_div(a, b, rounding):
    negative = (a < 0) != (b < 0)
    whole = abs(a) // abs(b)
    twice = 2 * (abs(a) % abs(b))
    rest = abs(b)
    up = {
        "ROUND_UP": twice > 0,
        "ROUND_DOWN": False,
        "ROUND_CEILING": twice > 0 and not negative,
        "ROUND_FLOOR": twice > 0 and negative,
        "ROUND_HALF_UP": twice >= rest,
        "ROUND_HALF_DOWN": twice > rest,
    }.get(rounding, twice > rest or (twice == rest and whole % 2 == 1))
    whole = whole + 1 if up else whole
    return -whole if negative else whole
def _belt_int(value=0, base=None):
    if isinstance(value, _belt_decimal):
        return value.__int__()
    return int(value) if base is None else int(value, base)
def _belt_float(value=0.0):
    return value.__float__() if isinstance(value, _belt_decimal) else float(value)
def _belt_round(value, places=None):
    if not isinstance(value, _belt_decimal):
        return round(value) if places is None else round(value, places)
    if places is None:
        return value.quantize(_belt_decimal(1)).__int__()
    return value.quantize(_belt_of_units(1, places))
def _belt_abs(value):
    return value.__abs__() if isinstance(value, _belt_decimal) else abs(value)
def _belt_sum(values, start=0):
    for value in values:
        start = value if isinstance(start, int) and start == 0 else _belt_decimal_add(start, value)
    return start
def _belt_decimal_add(a, b):
    if isinstance(a, _belt_decimal):
        return a.__add__(b)
    return b.__add__(a) if isinstance(b, _belt_decimal) else a + b
def _belt_ordered(values, key, reverse):
    out = []
    for value in values:
        mine = value if key is None else key(value)
        at = len(out)
        while at > 0 and (mine > out[at - 1][0] if reverse else mine < out[at - 1][0]) if not isinstance(mine, _belt_decimal) else at > 0 and (mine.__gt__(out[at - 1][0]) if reverse else mine.__lt__(out[at - 1][0])):
            at -= 1
        out.insert(at, (mine, value))
    return [value for mine, value in out]
def _belt_sorted(values, key=None, reverse=False):
    return _belt_ordered(values, key, reverse)
def _belt_min(*values, key=None, default=None):
    values = list(values[0]) if len(values) == 1 else list(values)
    return _belt_ordered(values, key, False)[0] if values else default
def _belt_max(*values, key=None, default=None):
    values = list(values[0]) if len(values) == 1 else list(values)
    return _belt_ordered(values, key, True)[0] if values else default
class _belt_context:
    prec = 28
class _belt_m_decimal_class:
    Decimal = _belt_decimal
    InvalidOperation = ValueError
    ROUND_UP = "ROUND_UP"
    ROUND_DOWN = "ROUND_DOWN"
    ROUND_CEILING = "ROUND_CEILING"
    ROUND_FLOOR = "ROUND_FLOOR"
    ROUND_HALF_UP = "ROUND_HALF_UP"
    ROUND_HALF_DOWN = "ROUND_HALF_DOWN"
    ROUND_HALF_EVEN = "ROUND_HALF_EVEN"
    def getcontext(self):
        return _belt_context()
_belt_m_decimal = _belt_m_decimal_class()
