"""Does a confirmed campaign reach its end, every message accounted for?"""

import asyncio
from collections import Counter
from functools import partial

import pytest

from antiphon.carriers.carrier import Inbox
from antiphon.carriers.simulator import Behaviour, Simulator
from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Campaign, CreateCampaign, Kind
from antiphon.core.contact import AddContacts, Draft
from antiphon.core.message import Accepted, Outcome, Outgoing
from antiphon.services import campaigns, contacts, progress
from antiphon.store.session import Store
from antiphon.workers import calculate, dispatch, heartbeat, lane, receipts
from antiphon.workers.loop import forever
from tests.services.scenes import PRICES

PEOPLE = 300


class Odd:
    """A carrier that shows what the lane does to it: it counts, it can be held up, and it fails on every tenth."""

    name = "odd"
    window = 20

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.now = self.most = 0
        self.open = asyncio.Event()

    async def start(self, inbox: Inbox) -> None: ...
    async def stop(self) -> None: ...

    async def send(self, message: Outgoing) -> Outcome:
        self.sent.append(message)
        self.now += 1
        self.most = max(self.most, self.now)
        await self.open.wait()
        await asyncio.sleep(0)
        self.now -= 1
        if message.number.endswith("0"):
            raise ConnectionError("the link dropped")
        return Accepted(message.number)


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
    carrier = Simulator(Behaviour(refused=0.1, failed=0.1, stopped=0.1, latency=0.001, receipt_delay=0.01), None)
    out = lane.Lane(store, carrier)
    await carrier.start(receipts.Inbox(store, PRICES))
    out.start()
    stopping = asyncio.Event()
    loop = asyncio.create_task(forever("dispatch", partial(dispatch.run_once, store, out), stopping, idle=0.01))
    await ended(store, account, campaign)
    stopping.set()
    await loop
    await out.stop()
    await carrier.stop()
    assert await progress.finish(store) == 1
    assert (await campaigns.find(store, account, campaign.id)).state == "sent"
    assert await heartbeat.run_once(store) == 0


async def test_the_lane_keeps_to_the_window_and_doubts_what_fails(store: Store, account: Account) -> None:
    campaign = await confirmed(store, account)
    carrier = Odd()
    out = lane.Lane(store, carrier)
    out.start()
    assert await dispatch.run_once(store, out) == 2 * carrier.window, "what the lane can hold"
    await asyncio.sleep(0.05)
    assert carrier.now == carrier.window
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await out.room()
    carrier.open.set()
    async with asyncio.timeout(20):
        while await dispatch.run_once(store, out):
            pass
        await out.idle()
    await out.stop()
    assert carrier.most == carrier.window
    assert len({message.id for message in carrier.sent}) == len(carrier.sent) == PEOPLE
    assert await states(store, account, campaign) == {"accepted": PEOPLE * 9 // 10, "in_doubt": PEOPLE // 10}


async def test_a_stop_gives_back_what_has_not_left(store: Store, account: Account) -> None:
    campaign = await confirmed(store, account)
    carrier = Odd()
    out = lane.Lane(store, carrier)
    out.start()
    await dispatch.run_once(store, out)
    await asyncio.sleep(0.05)
    asyncio.get_running_loop().call_later(0.1, carrier.open.set)
    await out.stop()
    left = len(carrier.sent)
    assert left == carrier.window
    counted = await states(store, account, campaign)
    assert counted["waiting"] == PEOPLE - left
    assert counted["accepted"] + counted["in_doubt"] == left
