"""For operators: by which ways messages leave: /carriers, /lanes; and which message by which: /routes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from msgspec import Meta, Struct, structs

from antiphon.core.campaign import Purpose
from antiphon.core.carrier import Carrier, NewCarrier
from antiphon.core.lane import Lane
from antiphon.core.route import AddRoute, Choice, Route, Strategy
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.native.envelope import read_id
from antiphon.services import accounts, carriers

_LONGEST_URL = 2_000
_MOST_CHOICES = 100

# {"name": "acme", "url": "smpp://SYSTEM_ID:PASSWORD@HOST:2775?binds=2", "default": true}


class WireNewCarrier(Struct, forbid_unknown_fields=True):
    name: str
    url: Annotated[str, Meta(max_length=_LONGEST_URL)]
    default: bool = False


# {"carrier": "acme", "process": 0, "state": "open", "queued": 12, "in_flight": 100, "rate": 812.5, "accepted": 90211,
#  "refused": 3, "in_doubt": 0, "error": "...", "error_at": "...", "at": "2026-03-02T12:00:00Z"}


class WireLane(Struct):
    """The queue in front of a carrier in one process; it has counted since it began."""

    carrier: str
    process: int | None
    state: str
    queued: int
    in_flight: int
    rate: float
    accepted: int
    refused: int
    in_doubt: int
    error: str | None
    error_at: datetime | None
    at: datetime


class WireLanes(Struct):
    data: list[WireLane]


# {"name": "acme", "url": "smpp://SYSTEM_ID@HOST:2775?binds=2", "default": true, "paused": false, ..., "lanes": [...]}


class WireCarrier(Struct):
    """The URL without its password, which nobody is told."""

    name: str
    url: str
    default: bool
    paused: bool
    created_at: datetime
    changed_at: datetime
    lanes: list[WireLane]


class WireCarriers(Struct):
    data: list[WireCarrier]


# {"carrier": "acme", "said": "bound as transceiver to HOST, which answers"}


class WireChecked(Struct):
    carrier: str
    said: str


class WireChoice(Struct, forbid_unknown_fields=True):
    carrier: str
    weight: float = 1
    cost: float = 0


# {"choices": [{"carrier": "acme", "weight": 70}, {"carrier": "other", "weight": 30}], "strategy": "weighted",
#  "position": 10, "country": "FR", "purpose": "alert"}


class WireNewRoute(Struct, forbid_unknown_fields=True):
    """For the messages that fit all that is given. `account` is an id or a login."""

    choices: Annotated[list[WireChoice], Meta(min_length=1, max_length=_MOST_CHOICES)]
    strategy: Strategy = Strategy.ORDERED
    position: int = 100
    account: str | None = None
    country: str | None = None
    prefix: str | None = None
    sender: str | None = None
    purpose: Purpose | None = None


class WireRoute(Struct):
    id: str
    position: int
    strategy: Strategy
    choices: list[WireChoice]
    account: str | None
    country: str | None
    prefix: str | None
    sender: str | None
    purpose: Purpose | None
    created_at: datetime


class WireRoutes(Struct):
    data: list[WireRoute]


def read_route(wire: WireNewRoute, account: int | None) -> AddRoute:
    return AddRoute(
        choices=tuple(Choice(**structs.asdict(choice)) for choice in wire.choices),
        strategy=wire.strategy,
        position=wire.position,
        account_id=account,
        country=wire.country.upper() if wire.country else None,
        prefix=wire.prefix or None,
        sender=wire.sender or None,
        purpose=wire.purpose,
    )


def write_lane(lane: Lane) -> WireLane:
    told = structs.asdict(lane)
    return WireLane(process=told.pop("node"), **told)


def write_carrier(carrier: Carrier, lanes: Sequence[Lane]) -> WireCarrier:
    told = structs.asdict(carrier)
    mine = [write_lane(lane) for lane in lanes if lane.carrier == carrier.name]
    return WireCarrier(default=told.pop("is_default"), lanes=mine, **told)


def write_route(route: Route) -> WireRoute:
    return WireRoute(
        id=str(route.id),
        position=route.position,
        strategy=route.strategy,
        choices=[WireChoice(**structs.asdict(choice)) for choice in route.choices],
        account=None if route.account_id is None else str(route.account_id),
        country=route.country,
        prefix=route.prefix,
        sender=route.sender,
        purpose=route.purpose,
        created_at=route.created_at,
    )


async def search(call: Call) -> WireCarriers:
    """All carriers by name, each with its lanes in the processes that run."""
    lanes = await carriers.lanes(call.store)
    return WireCarriers([write_carrier(one, lanes) for one in await carriers.all_of_them(call.store)])


async def create(call: Call, body: WireNewCarrier) -> Answer:
    """Add a carrier, or change the one of this name; running servers use it within a second."""
    new = await call.house.add_carrier(NewCarrier(name=body.name, url=body.url, default=body.default))
    place = {"Location": f"/api/v1/carriers/{quote(body.name)}"}
    return Answer(201 if new else 200, await _carrier(call, body.name), place)


async def detail(call: Call) -> WireCarrier:
    """One carrier."""
    return await _carrier(call, call.path["name"])


async def pause(call: Call) -> WireCarrier:
    """Let nothing more leave by it; what waits goes by other routes."""
    await carriers.pause(call.store, call.path["name"], paused=True)
    return await _carrier(call, call.path["name"])


async def resume(call: Call) -> WireCarrier:
    """Let messages leave by it again."""
    await carriers.pause(call.store, call.path["name"], paused=False)
    return await _carrier(call, call.path["name"])


async def check(call: Call) -> WireChecked:
    """Connect to it with what is configured, and say how it went; nothing is sent."""
    return WireChecked(call.path["name"], await call.house.check_carrier(call.path["name"]))


async def remove(call: Call) -> Answer:
    """Forget a carrier that no route names."""
    await carriers.remove(call.store, call.path["name"])
    return Answer(204)


async def lanes(call: Call) -> WireLanes:
    """The queues in front of all carriers, in each process that runs."""
    return WireLanes([write_lane(lane) for lane in await carriers.lanes(call.store)])


async def routes(call: Call) -> WireRoutes:
    """All routes, in the order in which they are tried."""
    return WireRoutes([write_route(one) for one in await carriers.routes(call.store)])


async def create_route(call: Call, body: WireNewRoute) -> WireRoute:
    """Say by which carriers messages leave; of several routes that fit the one with the lowest position holds."""
    account = (await accounts.find(call.store, body.account)).id if body.account else None
    return write_route(await carriers.add_route(call.store, read_route(body, account)))


async def remove_route(call: Call) -> Answer:
    """Forget a route."""
    await carriers.remove_route(call.store, read_id(call.path["id"]))
    return Answer(204)


async def _carrier(call: Call, name: str) -> WireCarrier:
    return write_carrier(await carriers.find(call.store, name), await carriers.lanes(call.store))
