"""How many messages of a campaign go now, how many wait for what, and when will it be done?"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from antiphon.core import pacing
from antiphon.core.campaign import Campaign

_HOUR = timedelta(hours=1)
_FAR = timedelta(days=36_500)  # later than that nobody asks


class Speed(Struct, frozen=True):
    """Parts a second that a campaign can count on, and how that is known: `measured` of late on its lanes, `agreed`
    with the carrier or the account, or `assumed` where nothing has left by them yet. None of it while they are all
    closed, and `why` that is."""

    per_second: float
    known: str
    why: str | None = None


class Wait(Struct, frozen=True):
    """So many messages wait, until then if that is known, for this reason."""

    messages: int
    until: datetime | None
    reason: str


class Closed(Struct, frozen=True):
    """So many messages cannot leave before then, by this rule."""

    messages: int
    until: datetime
    rule: str


class Forecast(Struct, frozen=True, kw_only=True):
    """What leaves `now`, of a paced campaign within the first hour, and what waits; the rest is as `Speed` says.

    `late`: how many will not have left when the campaign ends.
    """

    messages: int
    parts: int
    now: int
    waits: Sequence[Wait]
    speed: Speed
    done_at: datetime | None
    late: int


def of(campaign: Campaign, left: int, speed: Speed, now: datetime, closed: Sequence[Closed] = ()) -> Forecast:
    """Of the `left` messages of a campaign that have not been sent; it begins at its time, if that is to come. Those
    that are `closed` then are among them."""
    start = begins(campaign, now)
    parts = -(-left * campaign.segments // max(campaign.messages, 1))
    between = pacing.interval(campaign.pacing, campaign.messages)
    first = _canary(campaign, left)
    waits: list[Wait] = []
    if first < left and campaign.pacing.canary is not None:
        start += _takes(first, parts / max(left, 1), speed, between)
        start += timedelta(minutes=campaign.pacing.canary.minutes)
        waits.append(Wait(left - first, start, f"its canary of {first} is watched first"))
    rest = left - first if waits else left
    hourly = left if between is None else int(_HOUR / between)
    if rest > hourly:
        waits.append(Wait(rest - hourly, start + _HOUR, f"{hourly} leave in an hour"))
    done_at = start + _takes(rest, parts / max(left, 1), speed, between) if speed.per_second else None
    waits += [Wait(one.messages, one.until, one.rule) for one in closed]
    if done_at is not None:
        ends = (one.until + _takes(one.messages, parts / max(left, 1), speed, None) for one in closed)
        done_at = max(done_at, *ends) if closed else done_at
    going = min(first if first < left else min(left, hourly), left - sum(one.messages for one in closed))
    if campaign.send_at is not None and campaign.send_at > now:
        waits.insert(0, Wait(left, campaign.send_at, "its time has not come"))
        going = 0
    if not speed.per_second:
        waits.insert(0, Wait(left, None, speed.why or "no carrier can take it now"))
        going = 0
    return Forecast(
        messages=left,
        parts=parts,
        now=going,
        waits=waits,
        speed=speed,
        done_at=done_at,
        late=_late(campaign, rest, start, done_at),
    )


def begins(campaign: Campaign, now: datetime) -> datetime:
    return max(now, campaign.send_at or now)


def _canary(campaign: Campaign, left: int) -> int:
    """How many leave before the others: all of them where there is no canary, or it is over."""
    if campaign.pacing.canary is None:
        return left
    if campaign.confirmed_at is None:
        return pacing.canary_size(campaign.pacing.canary, left)
    return left if campaign.canary_left is None else min(left, campaign.canary_left)


def _takes(messages: int, parts: float, speed: Speed, between: timedelta | None) -> timedelta:
    """`parts` of each message on average."""
    if not speed.per_second:
        return timedelta()
    sent = timedelta(seconds=min(messages * parts / speed.per_second, _FAR.total_seconds()))
    spread = min(between * max(messages - 1, 0), _FAR) if between else timedelta()
    return max(sent, spread)


def _late(campaign: Campaign, rest: int, start: datetime, done_at: datetime | None) -> int:
    end = campaign.end_at
    if end is None or done_at is None or done_at <= end:
        return 0
    return rest if end <= start else rest - int(rest * ((end - start) / (done_at - start)))
