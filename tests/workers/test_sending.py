"""Does a confirmed campaign reach its end, every message accounted for?"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from cryptography.fernet import Fernet

from antiphon.carriers.carrier import Carrier, Inbox
from antiphon.carriers.simulator import Behaviour, Simulator
from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Campaign, CreateCampaign, Kind
from antiphon.core.contact import AddContacts, Draft
from antiphon.core.message import Accepted, InDoubt, Outgoing
from antiphon.services import campaigns, carriers, contacts, progress
from antiphon.services.vault import Vault
from antiphon.store.session import Store
from antiphon.workers import calculate, dispatch, heartbeat
from antiphon.workers.fleet import Fleet
from antiphon.workers.loop import forever
from tests.services.scenes import PRICES

PEOPLE = 300
PROMPT = Behaviour(latency=0, receipt_delay=0)


class Odd:
    """A carrier that shows what the lane does to it: it counts, it can be held up, and it loses every tenth."""

    name = "odd"
    window = 20
    trouble = None

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.most = 0
        self.open = False
        self._waiting: list[Outgoing] = []

    @property
    def free(self) -> int:
        return self.window - len(self._waiting)

    async def start(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def stop(self) -> None: ...

    async def check(self) -> str:
        return "odd"

    def send(self, message: Outgoing) -> None:
        self.sent.append(message)
        self._waiting.append(message)
        self.most = max(self.most, len(self._waiting))
        if self.open:
            asyncio.get_running_loop().call_soon(self.let_go)

    def let_go(self) -> None:
        self.open = True
        waiting, self._waiting = self._waiting, []
        for message in waiting:
            lost = message.number.endswith("0")
            self._inbox.answered(message, InDoubt("the link dropped") if lost else Accepted(message.number))
        self._inbox.ready()


@asynccontextmanager
async def fleet_of(store: Store, carrier: Carrier) -> AsyncIterator[Fleet]:
    """All lanes, of which this carrier's is the default."""
    vault = Vault(Fernet.generate_key().decode())
    await carriers.add(store, vault, carrier.name, "odd://x", default=True)
    others = Simulator(PROMPT, None)
    fleet = Fleet(store, PRICES, vault, lambda name, address: carrier if name == carrier.name else others)
    await fleet.run_once()
    yield fleet
    await fleet.stop()


async def confirmed(store: Store, account: Account) -> Campaign:
    drafts = [Draft(number=f"+336{place:08}") for place in range(PEOPLE)]
    await contacts.add(store, account, AddContacts(drafts=drafts, lists=("all",)))
    audience = Audience(kind=Kind.LIST, names=("all",))
    campaign = await campaigns.create(store, account, CreateCampaign(audience=audience, text="Hello. STOP at 30101"))
    while await calculate.run_once(store, PRICES):
        pass
    await campaigns.confirm(store, account, campaign.id)
    return campaign


async def states(store: Store, account: Account, campaign: Campaign) -> Counter[str]:
    return Counter((await campaigns.report(store, account, campaign.id)).counts)


async def ended(store: Store, account: Account, campaign: Campaign) -> None:
    async with asyncio.timeout(20):
        while set(await states(store, account, campaign)) - {"delivered", "failed", "refused"}:
            await asyncio.sleep(0.05)


async def test_a_campaign_to_its_end(store: Store, account: Account) -> None:
    campaign = await confirmed(store, account)
    behaviour = Behaviour(refused=0.1, failed=0.1, stopped=0.1, latency=0.001, receipt_delay=0.01)
    async with fleet_of(store, Simulator(behaviour, None, "mixed")) as fleet:
        stopping = asyncio.Event()
        loop = asyncio.create_task(forever("dispatch", partial(dispatch.run_once, store, fleet), stopping, idle=0.01))
        await ended(store, account, campaign)
        stopping.set()
        await loop
    assert await progress.finish(store) == 1
    assert (await campaigns.find(store, account, campaign.id)).state == "sent"
    assert await heartbeat.run_once(store) == 0


async def test_the_lane_keeps_to_the_window_and_doubts_what_is_lost(store: Store, account: Account) -> None:
    campaign = await confirmed(store, account)
    carrier = Odd()
    async with fleet_of(store, carrier) as fleet:
        assert await dispatch.run_once(store, fleet) == 2 * carrier.window, "what the lane can hold"
        assert len(carrier.sent) == carrier.window
        assert await dispatch.run_once(store, fleet) == 0
        carrier.let_go()
        async with asyncio.timeout(20):
            while set(await states(store, account, campaign)) & {"waiting", "submitting"}:
                await dispatch.run_once(store, fleet)
                await asyncio.sleep(0.01)
    assert carrier.most == carrier.window
    assert len({message.id for message in carrier.sent}) == len(carrier.sent) == PEOPLE
    assert await states(store, account, campaign) == {"accepted": PEOPLE * 9 // 10, "in_doubt": PEOPLE // 10}


async def test_a_stop_gives_back_what_has_not_left(store: Store, account: Account) -> None:
    campaign = await confirmed(store, account)
    carrier = Odd()
    async with fleet_of(store, carrier) as fleet:
        await dispatch.run_once(store, fleet)
        asyncio.get_running_loop().call_later(0.1, carrier.let_go)
    left = len(carrier.sent)
    assert left == carrier.window
    counted = await states(store, account, campaign)
    assert counted["waiting"] == PEOPLE - left
    assert counted["accepted"] + counted["in_doubt"] == left
