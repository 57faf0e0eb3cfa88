"""How fast campaigns leave, and what is to be expected of them: /campaigns/<id>/forecast; the rates of accounts."""

from datetime import datetime

from msgspec import Struct, structs

from antiphon.core.forecast import Forecast
from antiphon.core.pacing import Canary, Pacing
from antiphon.dialects.door import Call
from antiphon.dialects.native.envelope import read_id
from antiphon.services import accounts, budgets, forecasts

# {"share": 0.01, "minutes": 15, "most_failed": 0.1, "most_opted_out": 0.03}


class WireCanary(Struct, forbid_unknown_fields=True):
    """A `share` of the messages leaves first and is watched for some `minutes`; the rest follows by itself, unless
    more than these shares of the first failed or opted out: then the campaign is paused."""

    share: float = 0.01
    minutes: int = 15
    most_failed: float = 0.1
    most_opted_out: float = 0.03


# {"per_hour": 5000, "canary": {"share": 0.01}}


class WirePacing(Struct, forbid_unknown_fields=True):
    """At most so many messages `per_hour`, or all of them spread evenly `over_hours`."""

    per_hour: int | None = None
    over_hours: float | None = None
    canary: WireCanary | None = None


class WireWait(Struct):
    messages: int
    until: datetime | None
    reason: str


# {"messages": 300000, "parts": 300000, "now": 3000, "waits": [{"messages": 297000, "until": "...", "reason": "..."}],
#  "parts_per_second": 1250.0, "speed": "measured", "done_at": "2026-03-02T16:15:00Z", "late": 0}


class WireForecast(Struct):
    """`now` go at once, of a paced campaign within the first hour. `speed`: how `parts_per_second` is known: measured,
    agreed or assumed. `late` will not have left when the campaign ends."""

    messages: int
    parts: int
    now: int
    waits: list[WireWait]
    parts_per_second: float
    speed: str
    done_at: datetime | None
    late: int


# {"per_second": 20}: null is no limit


class WireRate(Struct, forbid_unknown_fields=True):
    per_second: float | None


def read_pacing(wire: WirePacing) -> Pacing:
    canary = None if wire.canary is None else Canary(**structs.asdict(wire.canary))
    return Pacing(per_hour=wire.per_hour, over_hours=wire.over_hours, canary=canary)


def write_pacing(pacing: Pacing) -> WirePacing | None:
    """None where all of it leaves as fast as it can."""
    if pacing == Pacing():
        return None
    canary = None if pacing.canary is None else WireCanary(**structs.asdict(pacing.canary))
    return WirePacing(pacing.per_hour, pacing.over_hours, canary)


def write_forecast(expected: Forecast) -> WireForecast:
    return WireForecast(
        messages=expected.messages,
        parts=expected.parts,
        now=expected.now,
        waits=[WireWait(one.messages, one.until, one.reason) for one in expected.waits],
        parts_per_second=round(expected.speed.per_second, 1),
        speed=expected.speed.known,
        done_at=expected.done_at,
        late=expected.late,
    )


async def forecast(call: Call) -> WireForecast:
    """How many of its messages would go now, how many would wait for what, and when it would be done."""
    return write_forecast(await forecasts.of(call.store, call.account, read_id(call.path["id"])))


async def rate(call: Call) -> WireRate:
    """How many messages a second an account may send."""
    found = await accounts.by_login(call.store, call.path["login"])
    return WireRate(await budgets.rate(call.store, found))


async def put_rate(call: Call, body: WireRate) -> WireRate:
    """Let an account send at most so many messages a second, or as many as it likes."""
    found = await accounts.by_login(call.store, call.path["login"])
    await budgets.limit(call.store, found, body.per_second)
    return body
