"""When may people be written to? Rules, each a row with its source, and the first moment at which all of them agree."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from antiphon.core.holiday import is_holiday
from antiphon.core.place import Place

WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY: Final = "holiday"
_DAYS: Final = {
    "mon": "Mondays",
    "tue": "Tuesdays",
    "wed": "Wednesdays",
    "thu": "Thursdays",
    "fri": "Fridays",
    "sat": "Saturdays",
    "sun": "Sundays",
    HOLIDAY: "public holidays",
}
_MINUTE = timedelta(minutes=1)
_AHEAD = timedelta(days=30)  # what is still closed then does not open


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """On these `days` (of the week, and `holiday`) only within `hours` (`08:00-22:00`), or never; elsewhere it says
    nothing. It holds for numbers of the country, of the state, and for everybody where it names none.

    `network` asks for it; since numbers move between networks, it holds for all numbers. `calendars` tell the
    holidays, where they are not the country's. `noted` is the day of the source, or on which it was read. One that is
    not `verified` was found once and not confirmed. `strict` ones are in the strict preset alone.
    """

    name: str
    country: str | None = None
    state: str | None = None
    network: str | None = None
    purpose: Literal["alert", "marketing"] = "marketing"
    days: tuple[str, ...] = WEEK
    hours: str | None = None
    calendars: tuple[str, ...] = ()
    since: date | None = None
    source: str = "the account's own"
    noted: date | None = None
    verified: bool = True
    strict: bool = False


class Shut(Struct, frozen=True):
    """Not before `until` (UTC); `why` names the rule that is closed for the longest, and where."""

    until: datetime
    why: str


class Book:
    """The rules that hold for an account. `home` is the zone of numbers of which nobody knows where they are."""

    def __init__(self, rules: Iterable[Rule], home: str = "UTC") -> None:
        self.rules = tuple(rules)
        self.home = home
        self._of: dict[tuple[Place, str], tuple[Rule, ...]] = {}
        self._lately: dict[tuple[Place, str], tuple[datetime, datetime, Shut | None]] = {}

    def of(self, place: Place, purpose: str) -> tuple[Rule, ...]:
        """Those that hold, or could hold, for a message of this purpose to this place."""
        key = place, purpose
        if key not in self._of:
            self._of[key] = tuple(rule for rule in self.rules if _fits(rule, place, purpose))
        return self._of[key]

    def shut(self, place: Place, purpose: str, now: datetime) -> Shut | None:
        """None where it may leave now. Closed in any zone that the place could be in is closed.

        A window begins and ends with a minute: what was found for one moment of it is believed for all of it.
        """
        rules = self.of(place, purpose)
        if not rules:
            return None
        key = place, purpose
        known = self._lately.get(key)
        if known is None or not known[0] <= now < known[1]:
            minute = now.astimezone(UTC).replace(second=0, microsecond=0)
            closed = _shut(rules, place.zones or (self.home,), minute)
            known = self._lately[key] = minute, minute + _MINUTE, closed
        return known[2]


def words(rule: Rule) -> str:
    """`fr-sunday: FR, no marketing on Sundays`."""
    where = "-".join(part for part in (rule.country, rule.state) if part) or "everywhere"
    days = "" if rule.days == WEEK else f" on {', '.join(_DAYS[day] for day in rule.days)}"
    what = f"no {rule.purpose}{days}" if rule.hours is None else f"{rule.purpose}{days} only {rule.hours}"
    return f"{rule.name}: {where}, {what}{'' if rule.verified else ' (not verified)'}"


def minutes(hours: str) -> tuple[time, time | None]:
    """From when to when; None is the end of the day. Raises ValueError."""
    start, _, end = hours.partition("-")
    if not re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", hours, re.ASCII):
        raise ValueError(hours)
    first, last = time.fromisoformat(start), None if end == "24:00" else time.fromisoformat(end)
    if last is not None and last <= first:
        raise ValueError(hours)
    return first, last


_hours = cache(minutes)


def _fits(rule: Rule, place: Place, purpose: str) -> bool:
    return (
        rule.purpose == purpose
        and rule.country in (None, place.region)
        and (rule.state is None or place.state is None or rule.state == place.state)
    )


def _shut(rules: tuple[Rule, ...], zones: tuple[str, ...], minute: datetime) -> Shut | None:
    each = [(_opens(rule, zone, minute), rule, zone) for rule, zone in _pairs(rules, zones)]
    until, rule, zone = max(each, key=lambda one: one[0])
    if until == minute:
        return None
    while until < minute + _AHEAD:
        later = max(_opens(rule, zone, until) for rule, zone in _pairs(rules, zones))
        if later == until:
            break
        until = later
    why = f"outside its window, {words(rule)}; {zone}"
    return Shut(until, why if until < minute + _AHEAD else f"{why}, and no time is open in all of {', '.join(zones)}")


def _pairs(rules: Sequence[Rule], zones: Sequence[str]) -> Iterator[tuple[Rule, str]]:
    return ((rule, zone) for rule in rules for zone in zones)


def _opens(rule: Rule, zone: str, now: datetime) -> datetime:
    """The first moment from now on at which this rule may be open: if it is not, it is asked again then."""
    here = now.astimezone(ZoneInfo(zone))
    if is_open(rule, here):
        return now
    midnight = datetime.combine(here.date() + timedelta(days=1), time())
    opening = midnight
    if rule.hours is not None and here.time() < _hours(rule.hours)[0]:
        opening = datetime.combine(here.date(), _hours(rule.hours)[0])
    then = now + (opening - here.replace(tzinfo=None))
    if then.astimezone(ZoneInfo(zone)).utcoffset() == here.utcoffset():
        return then
    # The clocks are put forward or back on the way: an hour is missing, or comes twice.
    while not is_open(rule, here) and here.replace(tzinfo=None) < midnight:
        now += _MINUTE
        here = now.astimezone(ZoneInfo(zone))
    return now


def is_open(rule: Rule, here: datetime) -> bool:
    """By the clock on the wall there."""
    day = here.date()
    if (rule.since is not None and day < rule.since) or not _is_day(rule, day):
        return True
    if rule.hours is None:
        return False
    start, end = _hours(rule.hours)
    wall = here.time()
    return start <= wall and (end is None or wall < end)


def _is_day(rule: Rule, day: date) -> bool:
    if WEEK[day.weekday()] in rule.days:
        return True
    calendars = rule.calendars or ((rule.country,) if rule.country else ())
    return HOLIDAY in rule.days and any(is_holiday(calendar, day) for calendar in calendars)
