"""Does a message find its way, also when carriers refuse, pause, vanish or are too busy? On both databases."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from cryptography.fernet import Fernet

from antiphon.carriers.carrier import Inbox
from antiphon.carriers.simulator import Behaviour, Simulator
from antiphon.core.account import Account
from antiphon.core.campaign import Campaign, Purpose
from antiphon.core.carrier import Address
from antiphon.core.message import Accepted, Busy, InDoubt, Outcome, Outgoing, Refused
from antiphon.core.route import AddRoute, Choice, Strategy
from antiphon.services import campaigns, carriers, messages
from antiphon.services.vault import Vault
from antiphon.store import attempts
from antiphon.store import carriers as stored_carriers
from antiphon.store.session import Store
from antiphon.workers import dispatch
from antiphon.workers.fleet import Fleet
from tests.conftest import Clock
from tests.services.scenes import PRICES, people, send, sending

Answer = Callable[[Outgoing], Outcome | Busy]
OFF_ROUTE = Refused("no way there", of_route=True)


class Scripted:
    """A carrier that answers at once, as its script says."""

    window = 100

    def __init__(self, name: str, answer: Answer) -> None:
        self.name = name
        self.answer = answer
        self.sent: list[Outgoing] = []
        self.trouble: str | None = None

    @property
    def free(self) -> int:
        return 0 if self.trouble else self.window

    async def start(self, inbox: Inbox) -> None:
        self.inbox = inbox

    async def stop(self) -> None: ...

    async def check(self) -> str:
        return "scripted"

    def send(self, message: Outgoing) -> None:
        self.sent.append(message)
        self.inbox.answered(message, self.answer(message))
        self.inbox.ready()


class World:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.vault = Vault(Fernet.generate_key().decode())
        self.carriers: dict[str, Scripted] = {}
        self.fleet = Fleet(store, PRICES, self.vault, self._build)

    async def add(self, name: str, answer: Answer, options: str = "", *, default: bool = False) -> Scripted:
        self.carriers[name] = Scripted(name, answer)
        await carriers.add(self.store, self.vault, name, f"scripted://x{options}", default=default)
        await self.fleet.run_once()
        return self.carriers[name]

    async def route(self, *names: str, **what: object) -> None:
        choices = tuple(Choice(carrier=name) for name in names)
        await carriers.add_route(self.store, AddRoute(choices=choices, **what))
        await self.fleet.run_once()

    async def send(self) -> None:
        """Until nothing waits any more."""
        while await messages.wake(self.store) or await dispatch.run_once(self.store, self.fleet):
            pass
        await dispatch.run_once(self.store, self.fleet)
        await asyncio.sleep(0.1)
        postboxes = [lane._postbox for lane in self.fleet.lanes]
        async with asyncio.timeout(20):
            while any(one._news.is_set() or one._storing for one in postboxes):
                await asyncio.sleep(0.01)

    def _build(self, name: str, address: Address) -> Scripted | Simulator:
        return self.carriers.get(name) or Simulator(Behaviour(), None)


@pytest.fixture
async def world(store: Store) -> AsyncIterator[World]:
    async with _world(store) as made:
        yield made


@asynccontextmanager
async def _world(store: Store) -> AsyncIterator[World]:
    made = World(store)
    yield made
    await made.fleet.stop()


def accept(message: Outgoing) -> Outcome:
    return Accepted(f"ref {message.id}")


async def states(store: Store, account: Account, campaign: Campaign) -> Counter[str]:
    return Counter((await campaigns.report(store, account, campaign.id)).counts)


async def test_the_default_has_what_no_route_is_for(store: Store, account: Account, world: World) -> None:
    plain = await world.add("plain", accept, default=True)
    alerts = await world.add("alerts", accept)
    await world.route("alerts", purpose=Purpose.ALERT)
    await sending(store, account, people(3))
    await send(store, account, 7)
    await world.send()
    assert (len(plain.sent), len(alerts.sent)) == (3, 1)


async def test_what_the_route_refuses_goes_on_to_the_next(store: Store, account: Account, world: World) -> None:
    first = await world.add("first", lambda _: OFF_ROUTE)
    second = await world.add("second", accept)
    await world.route("first", "second")
    campaign = await sending(store, account, people(4))
    await world.send()
    assert (len(first.sent), len(second.sent)) == (4, 4)
    assert await states(store, account, campaign) == {"accepted": 4}
    await world.fleet.run_once()
    async with store.read() as tx:
        made = await attempts.of(tx, second.sent[0].key)
    assert [one.what for one in made] == ["refused, sent on by second: no way there"]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param(Refused("bad number"), "refused", id="refused for itself"),
        pytest.param(InDoubt("the link was cut"), "in_doubt", id="in doubt"),
    ],
)
async def test_what_may_have_left_or_is_wrong_itself_goes_nowhere_else(
    store: Store, account: Account, world: World, answer: Outcome, state: str
) -> None:
    await world.add("first", lambda _: answer)
    second = await world.add("second", accept)
    await world.route("first", "second")
    campaign = await sending(store, account, people(2))
    await world.send()
    assert second.sent == []
    assert await states(store, account, campaign) == {state: 2}


async def test_nobody_takes_it(store: Store, account: Account, world: World) -> None:
    both = [await world.add(name, lambda _: OFF_ROUTE) for name in ("first", "second")]
    await world.route("first", "second")
    campaign = await sending(store, account, people(1))
    await world.send()
    assert [len(one.sent) for one in both] == [1, 1]
    assert await states(store, account, campaign) == {"refused": 1}


@pytest.mark.parametrize("why", ["paused", "down", "closed", "removed"])
async def test_a_message_that_no_carrier_can_take_waits_and_says_why(
    store: Store, account: Account, clock: Clock, world: World, why: str
) -> None:
    only = await world.add("only", accept, default=True)
    campaign = await sending(store, account, people(2))
    single = (await send(store, account, 7)).campaign
    if why == "paused":
        await carriers.pause(store, "only", paused=True)
    elif why == "down":
        only.trouble = "not connected"
    elif why == "closed":
        await world.add("only", accept, "?hours=01:00-02:00", default=True)
    else:
        await world.route("only")
        async with store.begin() as tx:
            await stored_carriers.remove(tx, "only")
    await world.fleet.run_once()
    await world.send()
    assert sum(len(one.sent) for one in world.carriers.values()) == 0
    assert await states(store, account, campaign) == {"waiting": 2}, "a campaign is not even claimed"
    assert await states(store, account, single) == {"held": 1}
    only.trouble = None
    if why == "paused":
        await carriers.pause(store, "only", paused=False)
    if why in ("closed", "removed"):
        await world.add("only", accept, default=True)
    await world.fleet.run_once()
    clock.advance(6)
    await world.send()
    assert await states(store, account, single) == {"accepted": 1}
    assert await states(store, account, campaign) == {"accepted": 2}


async def test_throttled_it_is_sent_again_by_the_same(store: Store, account: Account, world: World) -> None:
    turns = iter([Busy("ESME_RTHROTTLED", 0.2, throttled=True)] * 2)
    only = await world.add("only", lambda message: next(turns, None) or accept(message), default=True)
    campaign = await sending(store, account, people(3))
    await world.send()
    async with asyncio.timeout(10):
        while await states(store, account, campaign) != {"accepted": 3}:
            await world.fleet.run_once()
            await asyncio.sleep(0.1)
    assert len(only.sent) == 5


async def test_what_passes_is_tried_again_and_in_the_end_elsewhere(
    store: Store, account: Account, clock: Clock, world: World
) -> None:
    ill = await world.add("ill", lambda _: Busy("ESME_RSYSERR", 5.0))
    well = await world.add("well", accept)
    await world.route("ill", "well")
    campaign = await sending(store, account, people(1))
    for _ in range(4):
        await world.send()
        assert await states(store, account, campaign) == {"held": 1}
        clock.advance(100)
    await world.send()
    await asyncio.sleep(1.1)  # the breaker has opened meanwhile
    await world.send()
    assert (len(ill.sent), len(well.sent)) == (5, 1)
    assert await states(store, account, campaign) == {"accepted": 1}


async def test_a_carrier_is_changed_while_it_runs(store: Store, account: Account, world: World) -> None:
    before = await world.add("only", accept, default=True)
    await sending(store, account, people(1))
    await world.send()
    after = await world.add("only", accept, "?rate=50", default=True)
    await sending(store, account, people(1, start=5))
    await world.send()
    assert (len(before.sent), len(after.sent)) == (1, 1)
    await carriers.remove(store, "only")
    await world.fleet.run_once()
    assert [lane.name for lane in world.fleet.lanes] == ["simulator"]


async def test_weights_share_and_health_is_told(store: Store, account: Account, world: World) -> None:
    for name in ("a", "b"):
        await world.add(name, accept)
    await world.route("a", "b", strategy=Strategy.WEIGHTED)
    await sending(store, account, people(200))
    await world.send()
    counted = {name: len(one.sent) for name, one in world.carriers.items()}
    assert sum(counted.values()) == 200
    assert min(counted.values()) > 50
    await world.fleet.run_once()
    lanes = {lane.carrier: lane for lane in await carriers.lanes(store)}
    assert {name: lane.accepted for name, lane in lanes.items() if name != "simulator"} == counted
    assert {lane.state for lane in lanes.values()} == {"open"}


async def test_all_that_share_a_route_have_room_for_a_campaign(store: Store, account: Account, world: World) -> None:
    for name in ("a", "b", "stands-in"):
        await world.add(name, accept)
    choices = (
        Choice(carrier="a", weight=70),
        Choice(carrier="b", weight=30),
        Choice(carrier="stands-in", weight=0),
    )
    await carriers.add_route(store, AddRoute(choices=choices, strategy=Strategy.WEIGHTED))
    await world.fleet.run_once()
    campaign = await sending(store, account, people(1))
    lanes = {lane.name: lane for lane in world.fleet.lanes}
    for paused, expected in (((), {"a", "b"}), (("a",), {"b"}), (("a", "b"), {"stands-in"})):
        for name in paused:
            lanes[name].paused = True
        assert {lane.name for lane in world.fleet.ways_of(campaign)} == expected
        assert world.fleet.round().of(campaign) == 200 * len(expected)


async def test_a_single_text_goes_before_a_large_campaign(store: Store, account: Account, world: World) -> None:
    only = await world.add("only", accept, default=True)
    only.trouble = "not yet"
    await sending(store, account, people(150))
    only.trouble = None
    room = world.fleet.round()
    await world.fleet.put(await messages.claim(store, room.single, room))
    only.sent.clear()
    only.window = 0  # the wire is full
    await sending(store, account, people(150, start=1000))
    await dispatch.run_once(store, world.fleet)
    await send(store, account, 7)
    await dispatch.run_once(store, world.fleet)
    only.window = 100
    only.inbox.ready()
    assert only.sent[0].direct


async def test_a_carrier_with_another_key_is_broken_and_the_others_work(
    store: Store, account: Account, world: World
) -> None:
    other = Vault(Fernet.generate_key().decode())
    await carriers.add(store, other, "sealed", "scripted://me:secret@x")
    only = await world.add("only", accept, default=True)
    await sending(store, account, people(1))
    await world.send()
    assert len(only.sent) == 1
    await world.fleet.run_once()
    (told,) = [lane for lane in await carriers.lanes(store) if lane.carrier == "sealed"]
    assert told.state == "broken"
    assert "another key" in (told.error or "")
    assert "secret" not in (told.error or "").replace("secret was", "")


async def test_paused_and_resumed_a_hundred_times_nobody_is_written_to_twice(
    store: Store, account: Account, world: World
) -> None:
    turns = iter(range(10**6))

    def answer(message: Outgoing) -> Outcome | Busy:
        return Busy("ESME_RTHROTTLED", 0.1, throttled=True) if 50 < next(turns) < 60 else accept(message)

    only = await world.add("only", answer, default=True)
    campaign = await sending(store, account, people(300))
    for _ in range(100):
        await campaigns.pause(store, account, campaign.id)
        await dispatch.run_once(store, world.fleet)
        await campaigns.resume(store, account, campaign.id)
        await dispatch.run_once(store, world.fleet)
    async with asyncio.timeout(20):
        while await states(store, account, campaign) != {"accepted": 300}:
            await dispatch.run_once(store, world.fleet)
            await world.fleet.run_once()
            await asyncio.sleep(0.05)
    taken = Counter(message.number for message in only.sent)
    refused = len(only.sent) - 300
    assert len(taken) == 300
    assert sum(taken.values()) == 300 + refused, "again only what was surely not taken"


async def test_a_slow_carrier_holds_no_more_than_it_can_and_no_other_up(
    store: Store, account: Account, world: World
) -> None:
    slow = await world.add("slow", accept)
    fast = await world.add("fast", accept, default=True)
    await world.route("slow", prefix="+33610000")
    slow.window = 0  # its wire is full
    campaign = await sending(store, account, [*people(900), *people(900, start=2000)])
    async with asyncio.timeout(20):
        while len(fast.sent) < 900:
            await dispatch.run_once(store, world.fleet)
            await asyncio.sleep(0.01)
    await world.send()
    lane = next(one for one in world.fleet.lanes if one.name == "slow")
    counted = await states(store, account, campaign)
    assert counted["accepted"] == 900
    assert lane.queued == counted["submitting"] < 700
    assert counted["held"] + counted["waiting"] == 900 - lane.queued
