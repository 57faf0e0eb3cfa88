"""Which lanes are there, and by which does a message leave? As the database says, from one second to the next."""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from msgspec import Struct
from msgspec.structs import replace

from antiphon.carriers.carrier import Carrier
from antiphon.core import carrier as addresses
from antiphon.core import lane as told
from antiphon.core.campaign import Campaign
from antiphon.core.carrier import Address
from antiphon.core.errors import BadField
from antiphon.core.message import Outgoing
from antiphon.core.price import Prices
from antiphon.core.route import Health, Route, of_campaign, of_message, order, sharers
from antiphon.services import carriers, messages
from antiphon.services.carriers import SIMULATOR, Known
from antiphon.services.places import Places
from antiphon.services.vault import Vault
from antiphon.store.attempts import Attempt
from antiphon.store.claims import Held
from antiphon.store.session import Store
from antiphon.workers.lane import Lane, State
from antiphon.workers.loop import until_stored

_log = structlog.get_logger()
_LATER = timedelta(seconds=5)  # a message that no carrier can take now is looked at again
_TICKS_DOWN = 3  # seconds that a lane may be down before what waits in it goes back

Build = Callable[[str, Address], Carrier]


class Way(Struct, frozen=True):
    """A lane, and what it was made from: a carrier that is changed gets a new one."""

    lane: Lane
    url: str
    default: bool


class Fleet:
    """All lanes of this process. `build` makes a carrier from its name and address, and raises BadField."""

    def __init__(self, store: Store, prices: Prices, vault: Vault, build: Build) -> None:
        self._store = store
        self._prices = prices
        self._vault = vault
        self._build = build
        self._ways: dict[str, Way] = {}
        self._broken: dict[str, str] = {}
        self._routes: list[Route] = []
        self._health = Health()
        self._marked: dict[str, tuple[int, int]] = {}
        self._down: dict[str, int] = {}
        self._noted: list[Attempt] = []
        self._speeds: dict[str, float] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self.places = Places()

    @property
    def lanes(self) -> list[Lane]:
        return [way.lane for way in self._ways.values()]

    async def run_once(self) -> int:
        """Look what has changed, and tell how the lanes are."""
        known, self._routes = await carriers.known(self._store, self._vault)
        await self._keep_up(known)
        for lane in self.lanes:
            lane.tick()
            self._down[lane.name] = 0 if lane.state is State.OPEN else self._down.get(lane.name, 0) + 1
            if self._down[lane.name] >= _TICKS_DOWN and lane.queued:
                await lane.give_back()
        self._mark_health()
        noted, self._noted = self._noted, []
        if noted:
            await messages.note(self._store, noted)
        lanes = [*map(_told, self.lanes), *self._told_broken()]
        there = await carriers.tell_lanes(self._store, lanes, self._news_of_speed())
        for lane in self.lanes:
            lane.share_rate(max(1, there.get(lane.name, 1)))
        return 0

    def round(self) -> "Round":
        """What may be claimed now."""
        return Round(self)

    def ways_of(self, campaign: Campaign) -> list[Lane]:
        """The lanes that its messages would go by at this moment: of each route the first that is open, or all that
        share it."""
        routes = of_campaign(self._routes, campaign.account_id, campaign.sender, campaign.purpose)
        found = [lane for route in routes for lane in self._open_of(route)]
        closes = any(route.country is None and route.prefix is None for route in routes)
        if not closes and (lane := self._first_open(self._defaults())):
            found.append(lane)
        return found

    async def put(self, claimed: Sequence[Outgoing]) -> None:
        """Each into the lane that it goes by; what no lane can take now is held."""
        held: list[Held] = []
        defaults = self._first_open(self._defaults())
        for message in claimed:
            names = self._names(message) if self._routes else ()
            lane = self._first_open(names) if names else defaults
            if lane is not None and not lane.overfull:
                lane.put(message)
                continue
            why = self._why(names or self._defaults()) if lane is None else f"{lane.name} has more to do than it can"
            held.append(Held(message.key, self._store.now() + _LATER, why, message.attempts))
        for lane in self.lanes:
            lane.pump()
        if held:
            await until_stored("held messages", partial(messages.hold, self._store, held))

    async def stop(self) -> None:
        await asyncio.gather(*(lane.stop() for lane in self.lanes), *self._ending)
        if self._noted:
            await messages.note(self._store, self._noted)

    def _names(self, message: Outgoing) -> Sequence[str]:
        """Of its route; empty where no route fits."""
        route = of_message(self._routes, message)
        return () if route is None else self._order(route)

    def _order(self, route: Route) -> Sequence[str]:
        return order(route, self._health.of, random.random())  # noqa: S311

    def _open_of(self, route: Route) -> list[Lane]:
        sharing = [lane for name in sharers(route) if (lane := self._first_open([name]))]
        first = None if sharing else self._first_open(self._order(route))
        return [first] if first else sharing

    def _defaults(self) -> Sequence[str]:
        return [name for name, way in self._ways.items() if way.default] or [SIMULATOR]

    def _first_open(self, names: Iterable[str]) -> Lane | None:
        ways = (self._ways.get(name) for name in names)
        return next((way.lane for way in ways if way and way.lane.state is State.OPEN), None)

    def _elsewhere(self, name: str, message: Outgoing, error: str) -> bool:
        """Send on by another carrier of its route what this one has surely not taken."""
        left = replace(message, tried=(*message.tried, name))
        names = self._names(message) or self._defaults()
        lane = self._first_open(one for one in names if one not in left.tried)
        if lane is None:
            return False
        self._noted.append(Attempt(message.key, self._store.now(), name, f"refused, sent on by {lane.name}: {error}"))
        lane.put(left)
        lane.pump()
        return True

    def _why(self, names: Sequence[str]) -> str:
        said: list[str] = []
        for name in names:
            way = self._ways.get(name)
            state = way.lane.state.value if way else self._broken.get(name, "not there")
            said.append(f"{name} is {state}")
        return f"no carrier can take it now: {', '.join(said)}"

    async def _keep_up(self, known: Sequence[Known]) -> None:
        wanted = {one.carrier.name: one for one in known}
        if SIMULATOR not in wanted and SIMULATOR not in self._ways:
            await self._open(SIMULATOR, f"{SIMULATOR}:", default=False)
        for name in [name for name in self._ways if name not in wanted and name != SIMULATOR]:
            self._close(name)
        for name, one in wanted.items():
            way = self._ways.get(name)
            if way is None or way.url != one.url:
                if way is not None:
                    self._close(name)
                await self._open(name, one.url, default=one.carrier.is_default)
            elif way.default != one.carrier.is_default:
                self._ways[name] = replace(way, default=one.carrier.is_default)
            if name in self._ways:
                self._ways[name].lane.paused = one.carrier.paused

    async def _open(self, name: str, url: str | None, *, default: bool) -> None:
        try:
            if url is None:
                raise BadField(field="secret", reason="was sealed with another key than ours")
            address = addresses.read(url)
            carrier = self._build(name, address)
            terms = addresses.terms(address)
        except BadField as refusal:
            if self._broken.get(name) != str(refusal):
                _log.error("a carrier that cannot be used", carrier=name, reason=str(refusal))
            self._broken[name] = str(refusal)
            return
        self._broken.pop(name, None)
        lane = Lane(self._store, self._prices, carrier, terms, partial(self._elsewhere, name))
        await lane.start()
        self._ways[name] = Way(lane, url, default)

    def _close(self, name: str) -> None:
        lane = self._ways.pop(name).lane
        ending = asyncio.create_task(lane.stop())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    def _mark_health(self) -> None:
        failed: dict[str, float] = {}
        for lane in self.lanes:
            counts = lane.counts
            bad, all_ = counts.refused + counts.in_doubt, counts.accepted + counts.refused + counts.in_doubt
            before = self._marked.get(lane.name, (0, 0))
            if all_ > before[1]:
                failed[lane.name] = (bad - before[0]) / (all_ - before[1])
                self._marked[lane.name] = bad, all_
        self._health.mark(failed)

    def _news_of_speed(self) -> dict[str, float]:
        """Where it is another than was told last, by more than a tenth."""
        now = {lane.name: lane.meter.speed for lane in self.lanes if lane.meter.speed is not None}
        news = {name: speed for name, speed in now.items() if abs(speed - self._speeds.get(name, 0)) > speed / 10}
        self._speeds |= news
        return news

    def _told_broken(self) -> list[told.Lane]:
        now = self._store.now()
        return [told.Lane(name, "broken", 0, 0, 0, 0, 0, 0, why, now, now) for name, why in self._broken.items()]


class Round:
    """What may be claimed at one moment (`services.shares.Room`)."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._room = {lane.name: lane.room() for lane in fleet.lanes}
        self._ways: dict[tuple[int, str | None, str], list[str]] = {}
        self._asked: set[str] = set()
        self.single = sum(lane.room(single=True) for lane in fleet.lanes)

    @property
    def total(self) -> int:
        """What is left of the lanes that somebody has asked about."""
        return sum(self._room[name] for name in self._asked)

    def of(self, campaign: Campaign) -> int:
        return sum(self._room[name] for name in self._names(campaign))

    def take(self, campaign: Campaign, count: int) -> None:
        for name in self._names(campaign):
            taken = min(count, self._room[name])
            self._room[name] -= taken
            count -= taken

    def _names(self, campaign: Campaign) -> list[str]:
        key = campaign.account_id, campaign.sender, campaign.purpose.value
        if key not in self._ways:
            self._ways[key] = list(dict.fromkeys(lane.name for lane in self._fleet.ways_of(campaign)))
            self._asked.update(self._ways[key])
        return self._ways[key]


def _told(lane: Lane) -> told.Lane:
    at = datetime.now(UTC)
    counts = lane.counts
    error_at = datetime.fromtimestamp(lane.error_at, UTC) if lane.error_at else None
    return told.Lane(
        lane.name,
        lane.state.value,
        lane.queued,
        lane.in_flight,
        round(lane.meter.rate, 1),
        counts.accepted,
        counts.refused,
        counts.in_doubt,
        lane.trouble or lane.error,
        error_at,
        at,
    )
