import datetime as _belt_dates
def _belt_fromtimestamp(seconds, tz=None):
    micros = int(seconds * 1000000 // 1)
    start = _belt_dates.datetime(1970, 1, 1, tzinfo=_belt_dates.timezone.utc)
    moment = start + _belt_dates.timedelta(seconds=micros // 1000000, microseconds=micros % 1000000)
    if tz is None:
        return moment.replace(tzinfo=None)
    return moment if tz == _belt_dates.timezone.utc else (moment + tz.utcoffset(None)).replace(tzinfo=tz)
