"""Does a lane send what it should when its carrier is ill? Against a carrier that answers when the test says so."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from antiphon.carriers.carrier import Inbox
from antiphon.core.carrier import Terms
from antiphon.core.message import Accepted, Busy, InDoubt, Outcome, Outgoing, Refused
from antiphon.store.session import Store
from antiphon.workers.lane import Lane, State
from tests.carriers.far_ends import outgoing
from tests.services.scenes import PRICES

ILL = Busy("ESME_RSYSERR", 5.0)


class Patient:
    """A carrier that holds what it was given until it is asked for an answer."""

    name = "patient"
    window = 20
    trouble = None

    def __init__(self) -> None:
        self.flying: list[Outgoing] = []
        self.at_once: Outcome | Busy | None = None
        self.sent = 0

    @property
    def free(self) -> int:
        return self.window - len(self.flying)

    async def start(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def stop(self) -> None: ...

    async def check(self) -> str:
        return "patient"

    def send(self, message: Outgoing) -> None:
        self.sent += 1
        self.flying.append(message)
        if self.at_once is not None:
            self.answer(self.at_once)

    def answer(self, outcome: Outcome | Busy, count: int = 1) -> None:
        for _ in range(count):
            self._inbox.answered(self.flying.pop(0), outcome)
        self._inbox.ready()


@pytest.fixture
def carrier() -> Patient:
    return Patient()


@pytest.fixture
async def lane(store: Store, carrier: Patient) -> AsyncIterator[Lane]:
    made = Lane(store, PRICES, carrier)
    await made.start()
    for place in range(60):
        made.put(outgoing(place))
    yield made
    carrier.at_once = Accepted("x")
    carrier.answer(Accepted("x"), len(carrier.flying))
    await made.stop()


async def until(come: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not come():
            await asyncio.sleep(0.02)


async def rested(lane: Lane) -> None:
    await until(lambda: lane.state is State.OPEN)
    lane.tick()


@pytest.mark.parametrize(
    "well",
    [pytest.param(Accepted("x"), id="accepted"), pytest.param(Refused("no such number"), id="refused for itself")],
)
async def test_after_a_rest_one_message_is_tried(lane: Lane, carrier: Patient, well: Outcome) -> None:
    lane.pump()
    assert len(carrier.flying) == 20
    carrier.answer(ILL, 20)
    assert lane.state is State.RESTING
    assert carrier.flying == []
    await rested(lane)
    assert len(carrier.flying) == 1
    lane.pump()
    lane.tick()
    assert len(carrier.flying) == 1, "until its answer comes"
    carrier.answer(well)
    assert len(carrier.flying) == 20, "all is well again"


@pytest.mark.parametrize("ill", [pytest.param(ILL, id="busy"), pytest.param(InDoubt("no answer"), id="in doubt")])
async def test_what_is_tried_and_fails_makes_it_rest_again(lane: Lane, carrier: Patient, ill: Outcome | Busy) -> None:
    lane.pump()
    carrier.answer(ILL, 20)
    await rested(lane)
    carrier.answer(ill)
    assert lane.state is State.RESTING
    assert carrier.sent == 21


async def test_what_was_under_way_is_waited_for_first(lane: Lane, carrier: Patient) -> None:
    lane.pump()
    carrier.answer(ILL, 5)
    await rested(lane)
    assert carrier.sent == 20, "fifteen of the old ones fly"
    carrier.answer(Accepted("x"))
    assert len(carrier.flying) == 20


async def test_a_carrier_that_answers_at_once_gets_no_more_than_the_failures_that_make_it_rest(
    lane: Lane, carrier: Patient
) -> None:
    carrier.at_once = ILL
    lane.pump()
    assert carrier.sent == 5
    await rested(lane)
    assert carrier.sent == 6


@pytest.mark.parametrize(
    ("rate", "room"),
    [
        pytest.param(0, 40, id="as fast as the carrier: twice its window"),
        pytest.param(1_000, 40, id="fast: no more than twice its window"),
        pytest.param(40, 10, id="slow: a quarter of a second's worth"),
        pytest.param(0.5, 1, id="one in two seconds: one"),
    ],
)
async def test_a_slow_lane_holds_little(store: Store, carrier: Patient, rate: float, room: int) -> None:
    """All that it holds would be in doubt after a crash."""
    slow = Lane(store, PRICES, carrier, Terms(rate=rate))
    await slow.start()
    assert (slow.room(), slow.hungry) == (room, True)
    for place in range(room):
        slow.put(outgoing(place))
    assert (slow.room(), slow.hungry) == (0, False)
    slow.pump()
    if rate == 40:
        assert 1 <= len(carrier.flying) <= 5
        assert slow.room() == len(carrier.flying), "what is under way makes room: it is the queue that is short"
    carrier.at_once = Accepted("x")
    carrier.answer(Accepted("x"), len(carrier.flying))
    await slow.stop()
