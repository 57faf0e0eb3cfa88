"""How fast may a campaign leave, and what must its first messages show?"""

from datetime import datetime, timedelta
from math import ceil

from msgspec import Struct

from antiphon.core.errors import BadField

_FASTEST = 100_000_000  # an hour
_LONGEST = 24 * 31  # hours that a campaign may be spread over
_LONGEST_WATCH = 24 * 60  # minutes
_LARGEST_CANARY = 0.5
_UNUSED = timedelta(seconds=5)  # for so long what was not sent in time is made up for


class Canary(Struct, frozen=True, kw_only=True):
    """A `share` of the messages leaves first, and is watched for some `minutes`. The rest follows, unless more than
    these shares of the first have failed or have been answered with an opt-out: then a person decides."""

    share: float = 0.01
    minutes: int = 15
    most_failed: float = 0.1
    most_opted_out: float = 0.03


class Pacing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """At most so many messages `per_hour`, or all of them spread evenly `over_hours`; and a `canary` before them."""

    per_hour: int | None = None
    over_hours: float | None = None
    canary: Canary | None = None


class Watched(Struct, frozen=True, kw_only=True):
    """What became of the messages of a canary: of how many a carrier has told something, how many of these failed or
    are in doubt, how many have not left yet; and how many people opted out."""

    told: int
    failed: int
    leaving: int
    opted_out: int


def check(pacing: Pacing) -> None:
    """Raises BadField."""
    if pacing.per_hour is not None and pacing.over_hours is not None:
        raise BadField(field="pacing.over_hours", reason="cannot stand beside per_hour")
    if pacing.per_hour is not None and not 1 <= pacing.per_hour <= _FASTEST:
        raise BadField(field="pacing.per_hour", reason=f"is not from 1 to {_FASTEST}")
    if pacing.over_hours is not None and not 0 < pacing.over_hours <= _LONGEST:
        raise BadField(field="pacing.over_hours", reason=f"is not more than 0 and at most {_LONGEST}")
    if pacing.canary is not None:
        _check_canary(pacing.canary)


def interval(pacing: Pacing, messages: int) -> timedelta | None:
    """The time between two of so many messages; None where they may leave as fast as they can."""
    if pacing.per_hour is not None:
        return timedelta(hours=1) / pacing.per_hour
    if pacing.over_hours is not None:
        return max(timedelta(hours=pacing.over_hours) / max(messages, 1), timedelta.resolution)
    return None


def allowed(next_at: datetime | None, between: timedelta, now: datetime) -> int:
    """How many may leave now, when the next was to leave at that time (the generic cell rate algorithm).

    What could not leave when it was its time is not made up for, but for a few seconds' worth.
    """
    due = _due(next_at, between, now)
    return 0 if due > now else int((now - due) / between) + 1


def after(next_at: datetime | None, between: timedelta, now: datetime, count: int) -> datetime:
    """When the next may leave after these."""
    return _due(next_at, between, now) + between * count


def canary_size(canary: Canary, messages: int) -> int:
    return min(messages, max(1, ceil(canary.share * messages)))


def undecided(seen: Watched) -> bool:
    """Has too little of a canary left to judge it by?"""
    return seen.told <= seen.leaving and (seen.told + seen.leaving) > 0


def verdict(canary: Canary, seen: Watched) -> str | None:
    """Why the rest had better not follow; None where nothing speaks against it."""
    if seen.failed > canary.most_failed * seen.told:
        return f"held after its canary: {seen.failed} of {seen.told} failed, at most {canary.most_failed:.1%} may"
    if seen.opted_out > canary.most_opted_out * seen.told:
        bound = f"at most {canary.most_opted_out:.1%} may"
        return f"held after its canary: {seen.opted_out} of {seen.told} opted out, {bound}"
    return None


def _due(next_at: datetime | None, between: timedelta, now: datetime) -> datetime:
    return now if next_at is None else max(next_at, now - max(_UNUSED, between))


def _check_canary(canary: Canary) -> None:
    if not 0 < canary.share <= _LARGEST_CANARY:
        raise BadField(field="pacing.canary.share", reason=f"is not more than 0 and at most {_LARGEST_CANARY}")
    if not 1 <= canary.minutes <= _LONGEST_WATCH:
        raise BadField(field="pacing.canary.minutes", reason=f"is not from 1 to {_LONGEST_WATCH}")
    for name in ("most_failed", "most_opted_out"):
        if not 0 <= getattr(canary, name) <= 1:
            raise BadField(field=f"pacing.canary.{name}", reason="is not from 0 to 1")
