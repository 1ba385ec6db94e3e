//! What rewritten expressions and classes call: pieces of the language itself that the interpreter lacks.

/// `\"...\" % values`, for the conversions people use.
pub const PERCENT: &str = "\
def _belt_percent(text, values):
    named = isinstance(values, dict)
    rest = list(values) if isinstance(values, tuple) else [values]
    out = ''
    i = 0
    while i < len(text):
        c = text[i]
        i += 1
        if c != '%':
            out += c
            continue
        if text[i:i + 1] == '%':
            out += '%'
            i += 1
            continue
        value = None
        if text[i:i + 1] == '(':
            end = text.index(')', i)
            value = values[text[i + 1:end]]
            i = end + 1
        elif not rest:
            raise TypeError('not enough arguments for format string')
        else:
            value = rest.pop(0)
        spec = ''
        while text[i:i + 1] in list('0123456789.-+# '):
            spec += text[i]
            i += 1
        kind = text[i:i + 1]
        i += 1
        if kind == 's' or kind == 'r':
            value = str(value) if kind == 's' else repr(value)
            width = spec.lstrip('-').split('.')[0]
            if width:
                value = value.ljust(int(width)) if spec[0] == '-' else value.rjust(int(width))
            out += value
        elif kind in list('dif'):
            if kind != 'f':
                value = int(value)
            out += ('{:' + spec.replace('-', '<') + ('f' if kind == 'f' else 'd') + '}').format(value)
        elif kind in list('xXeEgGo'):
            out += ('{:' + spec.replace('-', '<') + kind + '}').format(value)
        else:
            raise ValueError('unsupported format character ' + repr(kind))
    if rest and not named:
        raise TypeError('not all arguments converted during string formatting')
    return out
";

/// The one text an exception holds: its message, or else all it was given.
pub const TEXT: &str = "\
def _belt_text(*values, **named):
    if values and isinstance(values[0], str):
        return values[0]
    return ', '.join([str(value) for value in values] + [str(value) for value in named.values()])
";

/// `Status(value)`: members are their plain values.
pub const MEMBER: &str = "\
def _belt_member(value, members=None, name='', finder=None):
    if members is None or value in members:
        return value
    for member in members:
        if isinstance(member, tuple) and member[0] == value:
            return member
    found = None if finder is None else finder._missing_(finder, value)
    if found is not None:
        return found
    raise ValueError(repr(value) + ' is not a valid ' + name)
";

pub const FLAT: &str = "\
def _belt_flat(types):
    flat = []
    for item in types:
        if isinstance(item, tuple):
            flat.extend(_belt_flat(item))
        else:
            flat.append(item)
    return tuple(flat)
";

pub const BITS: &str = "\
def _belt_bit_length(number):
    return len(bin(abs(number))) - 2 if number else 0
def _belt_bit_count(number):
    return bin(abs(number)).count('1')
def _belt_from_bytes(data, byteorder='big', signed=False):
    number = 0
    for byte in (data if byteorder == 'big' else data[::-1]):
        number = number * 256 + byte
    return number
";

pub const NOW: &str = "\
import datetime as _belt_datetime
def _belt_now(tz=None):
    micros = int($clock.now() * 1000000)
    return _belt_datetime.datetime(1970, 1, 1, tzinfo=tz) + _belt_datetime.timedelta(seconds=micros // 1000000, microseconds=micros % 1000000)
";
