"""Is what a carrier never reported known all the same, by asking it? Against a far end over TCP."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from antiphon.carriers.carrier import Inbox, Said
from antiphon.carriers.simulator import Behaviour, Simulator
from antiphon.core.account import Account
from antiphon.core.message import Accepted, Busy, Entrusted, Outgoing, Refused
from antiphon.services import sends
from antiphon.store.session import Store
from antiphon.workers import dispatch, inquiries
from antiphon.workers.lane import Lane
from tests.carriers.far_ends import far_end, outgoing
from tests.conftest import Clock
from tests.services.scenes import PRICES, counts, people, sending, to
from tests.workers.far_fleet import become, fleet_to, until

LONG = "All work and no play makes Jack a dull boy. " * 9


@pytest.mark.parametrize(
    ("faults", "fate"),
    [
        pytest.param({}, "delivered", id="delivered"),
        pytest.param({"failed": 1.0}, "failed", id="failed"),
        pytest.param({"ids": "hex_then_decimal"}, "delivered", id="named otherwise in receipts"),
    ],
)
@pytest.mark.parametrize("options", ["", "&bind=both", "&receipts=false", "&window=1"])
async def test_what_was_never_reported(
    store: Store, account: Account, clock: Clock, faults: dict[str, object], fate: str, options: str
) -> None:
    async with far_end(silent=1.0, **faults) as (smsc, port), fleet_to(store, port, options) as fleet:
        campaign = await sending(store, account, people(20))
        while await dispatch.run_once(store, fleet) or smsc.taken < 20:
            await asyncio.sleep(0.02)
        await become(store, account, campaign, accepted=20)
        assert await inquiries.run_once(store, fleet) == 0, "its time has not come"
        clock.advance(61)
        async with asyncio.timeout(10):
            while await counts(store, account, campaign) != {fate: 20}:
                await inquiries.run_once(store, fleet)
                await asyncio.sleep(0.02)
        assert smsc.reported == 0


async def test_what_is_still_on_its_way_is_asked_about_again(store: Store, account: Account, clock: Clock) -> None:
    async with far_end(silent=1.0, receipt_delay=0.5) as (_, port), fleet_to(store, port) as fleet:
        campaign = await sending(store, account, people(1))
        await dispatch.run_once(store, fleet)
        await become(store, account, campaign, accepted=1)
        clock.advance(61)
        assert await inquiries.run_once(store, fleet) == 1
        assert await inquiries.run_once(store, fleet) == 0
        await asyncio.sleep(0.6)
        assert await counts(store, account, campaign) == {"accepted": 1}
        clock.advance(61)
        assert await inquiries.run_once(store, fleet) == 1
        await become(store, account, campaign, delivered=1)


async def test_a_message_in_parts(store: Store, account: Account, clock: Clock) -> None:
    async with far_end(silent=1.0) as (smsc, port), fleet_to(store, port) as fleet:
        sent = await sends.send(store, PRICES, account, to("+33612345678", text=LONG))
        while smsc.taken < 3:
            await dispatch.run_once(store, fleet)
            await asyncio.sleep(0.02)
        await become(store, account, sent.campaign, accepted=1)
        clock.advance(61)
        await inquiries.run_once(store, fleet)
        await become(store, account, sent.campaign, delivered=1)


class Asked:
    """A carrier that says to every question what the test wants, when it wants it."""

    name = "asked"
    window = 40
    trouble = None
    ask_after = 60.0
    cancels = True
    patience = 86_400.0

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.asked: list[tuple[Entrusted, Callable[[Said], None]]] = []
        self.order = ""
        self.fails = False

    @property
    def free(self) -> int:
        return self.window - len(self.asked)

    async def start(self, inbox: Inbox) -> None:
        self.inbox = inbox

    async def stop(self) -> None: ...

    async def check(self) -> str:
        return "asked"

    def send(self, message: Outgoing) -> None:
        self.order += "m"
        self.inbox.answered(message, Accepted(f"r{message.id}"))

    def recall(self, message: Entrusted, heard: Callable[[Said], None]) -> None:
        self.order += "!"
        self.asked.append((message, heard))

    def ask(self, message: Entrusted, heard: Callable[[Said], None]) -> None:
        self.order += "?"
        if self.fails:
            raise RuntimeError("not now")
        self.asked.append((message, heard))


def entrusted(place: int) -> Entrusted:
    return Entrusted(key=(7, place), number=f"+336{place:08}", sender=None, references=(f"r{place}",))


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
async def lane(store: Store, asked: Asked) -> AsyncIterator[Lane]:
    made = Lane(store, PRICES, asked)
    await made.start()
    yield made
    await made.stop()


async def test_questions_are_few_and_among_the_messages(lane: Lane, asked: Asked) -> None:
    assert lane.questions.room == 10, "a quarter of the window"
    for place in range(10):
        lane.questions.put(entrusted(place))
    for place in range(35):
        lane.put(outgoing(100 + place))
    lane.pump()
    assert asked.order == "?" + "mmmmmmmmm?" * 3 + "mmmmmmmm" + "??????"
    assert lane.questions.room == 0
    asked.asked[0][1](None)
    asked.asked[0][1](None)
    assert lane.questions.room == 1


async def test_a_carrier_that_has_too_much_to_do_is_asked_more_slowly(lane: Lane, asked: Asked) -> None:
    lane.questions.put(entrusted(1))
    lane.pump()
    asked.asked[0][1](Busy("ESME_RTHROTTLED", 0.2, throttled=True))
    lane.questions.put(entrusted(2))
    lane.pump()
    assert asked.order == "?"
    await until(lambda: asked.order == "??")


async def test_a_carrier_that_fails_at_a_question_goes_on(lane: Lane, asked: Asked) -> None:
    asked.fails = True
    lane.questions.put(entrusted(1))
    lane.put(outgoing(1))
    lane.pump()
    assert asked.order == "?m"
    assert lane.questions.room == 10


async def test_what_is_not_called_back_is_told_once(lane: Lane, asked: Asked) -> None:
    for place, said in enumerate((Refused("ESME_RCANCELFAIL"), None, Busy("ESME_RTHROTTLED", 0.1, throttled=True))):
        lane.questions.put(entrusted(place), recall=True)
        lane.pump()
        asked.asked.pop()[1](said)
    assert asked.order == "!!!"
    assert lane.questions.refused() == [((7, 0), "ESME_RCANCELFAIL")]
    assert lane.questions.refused() == []


async def test_who_cannot_be_asked_is_not(store: Store) -> None:
    made = Lane(store, PRICES, Simulator(Behaviour(), None))
    assert made.questions.after is None
    assert not made.questions.may_recall
