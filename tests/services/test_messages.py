"""Messages are claimed once, and what the carrier answered is kept, on both databases."""

import asyncio
import random
from operator import attrgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select

from antiphon.core.account import Account
from antiphon.core.campaign import Campaign
from antiphon.core.campaign import State as CampaignState
from antiphon.core.consent import OptOut
from antiphon.core.contact import Draft
from antiphon.core.message import Accepted, Fate, InDoubt, Key, Outcome, Outgoing, Receipt, Refused
from antiphon.services import campaigns, messages, processes, progress, receipts
from antiphon.store import messages as stored_messages
from antiphon.store import opt_outs
from antiphon.store.processes import LEASE
from antiphon.store.schema import messages as message_table
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import EVERYBODY, counts, number, people, ready, sending, somebody_waits

ACCEPTED, REFUSED, IN_DOUBT = Accepted("ref"), Refused("no"), InDoubt("cut off")


async def _facts(store: Store, key: Key) -> tuple[str, str | None, str | None, str | None]:
    names = ("state", "carrier", "reference", "error")
    async with store.read() as tx:
        row = await tx.first(select(*(message_table.c[name] for name in names)).where(message_table.c.id == key[1]))
    assert row
    return row["state"], row["carrier"], row["reference"], row["error"]


async def test_what_is_claimed_is_complete(store: Store, account: Account) -> None:
    campaign = await ready(store, account, people(2), replace(EVERYBODY, sender="ACME"))
    assert await messages.claim(store, 10) == []
    await campaigns.confirm(store, account, campaign.id)
    assert await messages.claim(store, 0) == []
    claimed = await messages.claim(store, 10)
    assert claimed == [
        Outgoing(
            id=one.id,
            account_id=account.id,
            campaign_id=campaign.id,
            number=number(place),
            sender="ACME",
            text="Sale today. STOP 36111",
            segments=1,
        )
        for place, one in enumerate(sorted(claimed, key=lambda one: one.number))
    ]
    assert await counts(store, account, campaign) == {"submitting": 2}
    assert await messages.claim(store, 10) == []


async def test_each_campaign_gets_its_share(store: Store, account: Account) -> None:
    large = await sending(store, account, people(100))
    small = await sending(store, await another_account(store), people(3))
    middle = await sending(store, account, people(10))
    for limit, shares in ((9, [3, 3, 3]), (2, [1, 0, 1]), (30, [8, 0, 6]), (60, [15, 0, 0])):
        claimed = [message.campaign_id for message in await messages.claim(store, limit)]
        assert [claimed.count(campaign.id) for campaign in (large, small, middle)] == shares
    assert await counts(store, account, large) == {"submitting": 27, "waiting": 73}


async def test_two_processes_never_claim_the_same(store: Store, other_store: Store, account: Account) -> None:
    everybody = [await sending(store, account, people(300)) for _ in range(2)]
    chance = random.Random(1)
    claimed: list[Key] = []
    while True:
        turn = await asyncio.gather(
            *(messages.claim([store, other_store][each % 2], chance.randint(1, 60)) for each in range(6))
        )
        claimed += [message.key for share in turn for message in share]
        if not any(turn):
            break
    assert len(claimed) == len(set(claimed)) == 600
    assert [await counts(store, account, campaign) for campaign in everybody] == [{"submitting": 300}] * 2


async def test_a_claim_takes_no_more_than_its_limit_of_many(store: Store, account: Account) -> None:
    await sending(store, account, people(2_000))
    taken = [len(await messages.claim(store, limit)) for limit in (1, 7, 100, 1_000)]
    assert taken == [1, 7, 100, 1_000]


async def test_who_opted_out_meanwhile_gets_nothing(store: Store, account: Account) -> None:
    campaign = await sending(store, account, people(4))
    async with store.begin() as tx:
        out = [
            (owner, OptOut(number=number(place), at=tx.now, source="test"))
            for owner, place in ((account.id, 1), (account.id, 2), (account.id + 1, 3))
        ]
        await opt_outs.add(tx, out)
    assert [message.number for message in await messages.claim(store, 10)] == [number(0), number(3)]
    assert await counts(store, account, campaign) == {"submitting": 2, "withheld": 2}


@pytest.mark.parametrize(
    ("outcome", "then"),
    [
        pytest.param(ACCEPTED, ("accepted", "test", "ref", None), id="accepted"),
        pytest.param(REFUSED, ("refused", "test", None, "no"), id="refused"),
        pytest.param(IN_DOUBT, ("in_doubt", "test", None, "cut off"), id="in doubt"),
    ],
)
async def test_the_answer_is_stored(store: Store, account: Account, outcome: Outcome, then: tuple[str | None]) -> None:
    await sending(store, account, people(2))
    one, other = await messages.claim(store, 2)
    await messages.settle(store, "test", [(one.key, outcome)])
    assert await _facts(store, one.key) == then
    assert await _facts(store, other.key) == ("submitting", None, None, None)


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        pytest.param(IN_DOUBT, ACCEPTED, "accepted", id="a late answer ends the doubt"),
        pytest.param(IN_DOUBT, REFUSED, "refused", id="a late refusal ends the doubt"),
        pytest.param(ACCEPTED, REFUSED, "accepted", id="accepted stays"),
        pytest.param(ACCEPTED, IN_DOUBT, "accepted", id="accepted is not doubted"),
        pytest.param(REFUSED, ACCEPTED, "refused", id="refused stays"),
    ],
)
async def test_a_second_answer(store: Store, account: Account, first: Outcome, second: Outcome, state: str) -> None:
    await sending(store, account, people(1))
    (one,) = await messages.claim(store, 1)
    for outcome in (first, second):
        await messages.settle(store, "test", [(one.key, outcome)])
    assert (await _facts(store, one.key))[0] == state


async def test_what_has_not_left_is_put_back_and_nothing_else(store: Store, account: Account) -> None:
    campaign = await sending(store, account, people(4))
    claimed = await messages.claim(store, 3)
    await messages.settle(store, "test", [(claimed[0].key, ACCEPTED)])
    await messages.release(store, [message.key for message in claimed])
    assert await counts(store, account, campaign) == {"accepted": 1, "waiting": 3}
    assert len(await messages.claim(store, 10)) == 3


async def test_what_a_dead_process_was_sending_is_in_doubt(
    store: Store, other_store: Store, account: Account, clock: Clock
) -> None:
    campaign = await sending(store, account, people(5))
    (ours,) = await messages.claim(store, 1)
    theirs = await messages.claim(other_store, 4)
    await messages.settle(other_store, "test", [(theirs[0].key, ACCEPTED)])
    for _ in range(2):
        await progress.finish(store)
        assert await counts(store, account, campaign) == {"submitting": 4, "accepted": 1}
        clock.advance(LEASE.total_seconds() * 0.6)
        assert await processes.renew(store)
    await progress.finish(store)
    assert await counts(store, account, campaign) == {"submitting": 1, "accepted": 1, "in_doubt": 3}
    assert (await _facts(store, theirs[1].key))[3] == "the process ended while it was being sent"
    assert (await campaigns.find(store, account, campaign.id)).state is CampaignState.SENDING
    await messages.settle(store, "test", [(ours.key, REFUSED)])
    await progress.finish(store)
    assert (await campaigns.find(store, account, campaign.id)).state is CampaignState.SENT
    await messages.settle(other_store, "test", [(theirs[1].key, ACCEPTED)])
    assert await counts(store, account, campaign) == {"refused": 1, "accepted": 2, "in_doubt": 2}


async def test_a_process_that_slept_has_not_lost_its_answers(store: Store, account: Account, clock: Clock) -> None:
    campaign = await sending(store, account, people(1))
    (one,) = await messages.claim(store, 1)
    clock.advance(LEASE.total_seconds() + 1)
    assert not await processes.renew(store)
    await progress.finish(store)
    assert await counts(store, account, campaign) == {"in_doubt": 1}
    await messages.settle(store, "test", [(one.key, ACCEPTED)])
    assert await counts(store, account, campaign) == {"accepted": 1}


async def test_answers_and_receipts_at_once_do_not_wait_for_each_other(
    store: Store, other_store: Store, account: Account, clock: Clock
) -> None:
    campaign = await sending(store, account, people(600))
    keys = [message.key for message in await messages.claim(store, 600)]
    outcomes: list[tuple[Key, Outcome]] = [(key, ACCEPTED) for key in keys]
    reports = [Receipt(reference="ref", fate=Fate.DELIVERED, at=clock.now, echo=key) for key in reversed(keys)]
    await asyncio.gather(
        *(messages.settle(store, "test", outcomes[start::3]) for start in range(3)),
        *(receipts.record(other_store, "test", reports[start::2]) for start in range(2)),
    )
    assert await counts(store, account, campaign) == {"delivered": 600}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_batch_is_locked_in_the_order_of_its_keys(store: Store, account: Account) -> None:
    await sending(store, account, people(2))
    first, last = sorted(message.key for message in await messages.claim(store, 2))
    async with store.begin() as tx:
        assert await stored_messages.settle(tx, "test", [(first, ACCEPTED)]) == 1
        waiting = asyncio.create_task(messages.settle(store, "test", [(last, REFUSED), (first, REFUSED)]))
        await somebody_waits(store)
        assert await stored_messages.settle(tx, "test", [(last, ACCEPTED)]) == 1
    await waiting
    assert [(await _facts(store, key))[0] for key in (first, last)] == ["accepted", "accepted"]


events = st.lists(
    st.tuples(
        st.sampled_from(["claim", "accept", "refuse", "doubt", "release", "deliver", "fail", "finish"]),
        st.integers(0, 9),
    ),
    max_size=30,
)


@settings(max_examples=25)
@given(events)
async def test_whatever_happens_the_counts_add_up(store: Store, happened: list[tuple[str, int]]) -> None:
    account = await another_account(store)
    campaign = await sending(store, account, people(6))
    claimed: dict[Key, None] = {}
    for what, which in happened:
        keys = list(claimed)[which : which + 2]
        await _happen(store, what, which, keys)
        if what == "claim":
            claimed |= dict.fromkeys([*await _claimed(store, campaign)])
        report = await campaigns.report(store, account, campaign.id)
        assert sum(report.counts.values()) == report.campaign.messages == 6
        still_open = report.counts.keys() & {"waiting", "submitting"}
        assert not (still_open and report.campaign.state is CampaignState.SENT)


async def _happen(store: Store, what: str, which: int, keys: list[Key]) -> None:
    outcomes: dict[str, Outcome] = {"accept": ACCEPTED, "refuse": REFUSED, "doubt": IN_DOUBT}
    fates = {"deliver": Fate.DELIVERED, "fail": Fate.FAILED}
    if what == "claim":
        await messages.claim(store, which)
    elif what in outcomes:
        await messages.settle(store, "test", [(key, outcomes[what]) for key in keys])
    elif what in fates:
        reports = [Receipt(reference="", fate=fates[what], at=store.now(), echo=key) for key in keys]
        await receipts.record(store, "test", reports)
    elif what == "release":
        await messages.release(store, keys)
    else:
        await progress.finish(store)


async def test_who_told_a_carrier_to_stop_has_opted_out(store: Store, account: Account) -> None:
    await sending(store, account, people(2))
    one, other = await messages.claim(store, 10)
    outcomes: list[tuple[Key, Outcome]] = [(one.key, Refused("21610 Unsubscribed", opted_out=True))]
    await messages.settle(store, "acme", [*outcomes, (other.key, Refused("no"))])
    await messages.settle(store, "acme", outcomes)
    async with store.read() as tx:
        out = await opt_outs.of(tx, account.id, one.number)
        assert await opt_outs.among(tx, account.id, [one.number, other.number]) == {one.number}
    assert out is not None
    assert (out.source, out.words) == ("carrier", "21610 Unsubscribed")


async def test_one_message_is_found_with_its_campaign(store: Store, account: Account) -> None:
    hello = replace(EVERYBODY, text="Hello {first_name}. STOP 36111")
    campaign = await ready(store, account, [Draft(number=number(1), first_name="Axelle"), *people(1, 2)], hello)
    await campaigns.confirm(store, account, campaign.id)
    one, _ = sorted(await messages.claim(store, 10), key=attrgetter("number"))
    found = await messages.find(store, account, one.id)
    assert found
    assert found[0] == await campaigns.find(store, account, campaign.id)
    told = {name: getattr(found[1], name) for name in ("id", "number", "text", "state", "first_name", "last_name")}
    assert told == {
        "id": one.id,
        "number": number(1),
        "text": "Hello Axelle. STOP 36111",
        "state": "submitting",
        "first_name": "Axelle",
        "last_name": None,
    }
    assert await messages.find(store, account, 12) is None
    assert await messages.find(store, await another_account(store), one.id) is None


async def _claimed(store: Store, campaign: Campaign) -> list[Key]:
    mine = message_table.c.campaign_id == campaign.id
    async with store.read() as tx:
        rows = await tx.all(select(message_table.c.id).where(mine, message_table.c.state != "waiting"))
    return [(campaign.account_id, row["id"]) for row in rows]
