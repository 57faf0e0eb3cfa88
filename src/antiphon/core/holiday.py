"""Is this a public holiday? As the package `holidays` has them, which is read when the first is asked for."""

from datetime import date
from functools import cache, lru_cache
from typing import Any


def is_known(calendar: str) -> bool:
    """Is there a calendar of this name: a country like FR, or a part of one like FR-57?"""
    try:
        _calendar(calendar)
    except (NotImplementedError, TypeError):
        return False
    return True


@lru_cache(65_536)
def is_holiday(calendar: str, day: date) -> bool:
    return day in _calendar(calendar)


@cache
def _calendar(calendar: str) -> Any:
    """The days that anybody could ask for are worked out year by year. Raises NotImplementedError."""
    import holidays  # 55 ms and 11 MB

    country, _, part = calendar.partition("-")
    return holidays.country_holidays(country, subdiv=part or None)
