import datetime as _belt_dates
def _belt_fromtimestamp(seconds, tz=None):
    micros = int(seconds * 1000000 // 1)
    start = _belt_dates.datetime(1970, 1, 1, tzinfo=_belt_dates.timezone.utc)
    moment = start + _belt_dates.timedelta(seconds=micros // 1000000, microseconds=micros % 1000000)
    if tz is None:
        return moment.replace(tzinfo=None)
    return moment if tz == _belt_dates.timezone.utc else (moment + _belt_offset(tz)).replace(tzinfo=tz)
def _belt_isoformat(moment, sep="T", timespec="auto"):
    text = moment.replace(microsecond=0).isoformat()
    zone = text[19:]
    text = text[:10] + sep + text[11:19]
    if timespec in ("hours", "minutes"):
        return text[:13 if timespec == "hours" else 16] + zone
    if timespec == "milliseconds":
        text += f".{moment.microsecond // 1000:03d}"
    elif timespec == "microseconds" or timespec == "auto" and moment.microsecond:
        text += f".{moment.microsecond:06d}"
    return text + zone
def _belt_astimezone(moment, tz=None):
    tz = _belt_dates.timezone.utc if tz is None else tz
    offset = _belt_dates.timedelta(0) if moment.tzinfo is None else _belt_offset(moment.tzinfo)
    plain = moment.replace(tzinfo=None) - offset
    return (plain + _belt_offset(tz)).replace(tzinfo=tz)
def _belt_offset(tz):
    return _belt_dates.datetime(1970, 1, 1, tzinfo=_belt_dates.timezone.utc) - _belt_dates.datetime(1970, 1, 1, tzinfo=tz)
