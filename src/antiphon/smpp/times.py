"""Which moment does a time of SMPP mean, and how is one written? (7.1.1)"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_WRITTEN: Final = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d)(\d\d)([-+R])", re.ASCII).fullmatch
_QUARTER: Final = timedelta(minutes=15)


def read(written: str, now: datetime) -> datetime | None:
    """A moment, or a time from `now`; None where nothing is said. Raises ValueError."""
    if not written:
        return None
    found = _WRITTEN(written)
    if found is None:
        raise ValueError("not of the form YYMMDDhhmmsstnnp")
    year, month, day, hour, minute, second, tenth, quarters = map(int, found.groups()[:-1])
    if found[9] == "R":
        # The standard says neither how long a month is nor a year.
        days = year * 365 + month * 30 + day
        return now + timedelta(days=days, hours=hour, minutes=minute, seconds=second)
    offset = quarters * _QUARTER if found[9] == "+" else -quarters * _QUARTER
    zone = timezone(offset)
    return datetime(2000 + year, month, day, hour, minute, second, tenth * 100_000, zone).astimezone(UTC)


def write(moment: datetime) -> str:
    """In UTC."""
    at = moment.astimezone(UTC)
    return f"{at:%y%m%d%H%M%S}{at.microsecond // 100_000}00+"
