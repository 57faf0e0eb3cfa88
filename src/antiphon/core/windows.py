"""When may an account's messages leave, how often to one person, and as whom? What it has set, and what that means."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from msgspec import Struct

from antiphon.core import quiet_rules
from antiphon.core.area_codes import STATES
from antiphon.core.errors import BadField
from antiphon.core.holiday import is_known
from antiphon.core.phone import REGIONS
from antiphon.core.place import Place
from antiphon.core.quiet import HOLIDAY, WEEK, Book, Rule, minutes
from antiphon.core.quiet_rules import Preset

_LONGEST_NAME: Final = 40
_MOST: Final = 50
_MOST_DAYS: Final = 366
_SOME_DAY: Final = datetime(2026, 1, 5, tzinfo=UTC)


class Windows(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The rules of the preset, but for those that it goes `without`, and its `own`.

    At most `cap` marketing messages to one number in `cap_days` days; 0 is any number. `refuse`: what a country surely
    does not allow as a sender is not sent there.
    """

    preset: Preset = Preset.STRICT
    without: tuple[str, ...] = ()
    own: tuple[Rule, ...] = ()
    cap: int = 0
    cap_days: int = 7
    refuse: bool = True


DEFAULT: Final = Windows()


@lru_cache(1_000)
def book(windows: Windows, home: str) -> Book:
    """`home` is the account's own time zone."""
    preset = [rule for rule in quiet_rules.of(windows.preset) if rule.name not in windows.without]
    return Book([*preset, *windows.own], home)


def check(windows: Windows) -> None:
    """Raises BadField."""
    for name in windows.without:
        if name not in quiet_rules.NAMES:
            raise BadField(field="without", reason=f"names {name}, which is no rule of a preset")
    if not 0 <= windows.cap <= 1_000:
        raise BadField(field="cap", reason="is not from 0, which is none, to 1000")
    if not 1 <= windows.cap_days <= _MOST_DAYS:
        raise BadField(field="cap_days", reason=f"is not from 1 to {_MOST_DAYS}")
    if len(windows.own) > _MOST:
        raise BadField(field="own", reason=f"has more than {_MOST} windows")
    for rule in windows.own:
        _check(rule)
    for rule in windows.own:
        # Numbers of the country whose time is known: the others could be in several zones at once.
        there = Place(rule.country or "", rule.state, ("UTC",))
        closed = book(windows, "UTC").shut(there, rule.purpose, _SOME_DAY)
        if closed is not None and (closed.until - _SOME_DAY).days >= 30:
            raise BadField(field="own", reason=f"never opens: {rule.name} together with the others")


def _check(rule: Rule) -> None:
    """Raises BadField."""
    if not rule.name.strip() or len(rule.name) > _LONGEST_NAME or rule.name in quiet_rules.NAMES:
        raise BadField(field="name", reason=f"is not one of at most {_LONGEST_NAME} characters that no preset uses")
    if rule.country is not None and rule.country not in REGIONS:
        raise BadField(field="country", reason=f"{rule.country} is not a country code like FR")
    if rule.state is not None and (rule.country != "US" or rule.state not in STATES):
        raise BadField(field="state", reason=f"{rule.state} is no state of the country US, like TX")
    if not rule.days or not set(rule.days) <= {*WEEK, HOLIDAY}:
        raise BadField(field="days", reason=f"are not some of {', '.join((*WEEK, HOLIDAY))}")
    if HOLIDAY in rule.days and rule.country is None:
        raise BadField(field="country", reason="is missing: its holidays are meant")
    if HOLIDAY in rule.days and not is_known(rule.country or ""):
        raise BadField(field="days", reason=f"has {HOLIDAY}, and those of {rule.country} are not known")
    try:
        minutes(rule.hours or "00:00-24:00")
    except ValueError:
        reason = "are not like 08:00-20:00, from an earlier minute of the day to a later, or to 24:00"
        raise BadField(field="hours", reason=reason) from None
