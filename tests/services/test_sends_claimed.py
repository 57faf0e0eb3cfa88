"""In which order single texts and campaigns leave, and how single texts end, on both databases."""

import asyncio

import pytest
from sqlalchemy import select

from antiphon.core.account import Account
from antiphon.core.campaign import State
from antiphon.core.message import Accepted, Key, Refused
from antiphon.services import campaigns, messages, processes, progress
from antiphon.services.progress import OLDEST
from antiphon.store.processes import LEASE
from antiphon.store.schema import campaigns as table
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import counts, people, send, sending

ACCEPTED, REFUSED = Accepted("ref"), Refused("no")


@pytest.mark.parametrize(
    ("single", "limit", "direct", "large"),
    [
        pytest.param(100, 40, 30, 10, id="a flood leaves a quarter to the campaigns"),
        pytest.param(30, 40, 30, 10, id="just as many"),
        pytest.param(5, 40, 5, 35, id="what is left over is theirs, too"),
        pytest.param(0, 40, 0, 40, id="no single texts"),
        pytest.param(100, 4, 3, 1, id="four places"),
        pytest.param(100, 3, 3, 0, id="three places"),
        pytest.param(100, 1, 1, 0, id="one place"),
        pytest.param(100, 0, 0, 0, id="no place"),
    ],
)
async def test_single_texts_leave_first(
    store: Store, account: Account, single: int, limit: int, direct: int, large: int
) -> None:
    campaign = await sending(store, account, people(100))
    if single:
        await send(store, account, *range(single))
    of = [one.campaign_id == campaign.id for one in await messages.claim(store, limit)]
    assert (of.count(False), of.count(True)) == (direct, large)


async def test_single_texts_alone_have_all_the_room(store: Store, account: Account) -> None:
    await send(store, account, *range(100))
    assert len(await messages.claim(store, 40)) == 40
    assert len(await messages.claim(store, 100)) == 60
    assert await messages.claim(store, 100) == []


async def test_the_oldest_leave_first(store: Store, account: Account, clock: Clock) -> None:
    asked: list[int] = []
    for turn in range(4):
        owner = account if turn % 2 else await another_account(store)
        asked.append((await send(store, owner, *range(2))).campaign.id)
        clock.advance(turn % 3)
    assert asked == sorted(asked)
    came = [[one.campaign_id for one in await messages.claim(store, limit)] for limit in (3, 1, 4)]
    assert came == [[asked[0], asked[0], asked[1]], [asked[1]], [asked[2], asked[2], asked[3], asked[3]]]


async def test_two_processes_never_claim_the_same(store: Store, other_store: Store, account: Account) -> None:
    await asyncio.gather(*(send(one, account, *range(9)) for one in (store, other_store) * 10))
    claimed: list[Key] = []
    while any(turn := await asyncio.gather(*(messages.claim(one, 25) for one in (store, other_store, store)))):
        claimed += [message.key for share in turn for message in share]
    assert len(claimed) == len(set(claimed)) == 180


async def test_a_text_has_ended_once_it_was_answered(store: Store, account: Account) -> None:
    one, other = [(await send(store, account, place)).campaign for place in range(2)]
    later = (await send(store, account, 2)).campaign
    claimed = await messages.claim(store, 2)
    assert await progress.finish(store) == 0
    await messages.settle(store, "test", [(claimed[0].key, ACCEPTED), (claimed[1].key, REFUSED)])
    assert await progress.finish(store) == 2
    states = [(await campaigns.find(store, account, each.id)).state for each in (one, other, later)]
    assert states == [State.SENT, State.SENT, State.SENDING]


async def test_a_thousand_end_at_a_time(store: Store, account: Account) -> None:
    campaign = await sending(store, account, people(2))
    await asyncio.gather(*(send(store, account, place) for place in range(OLDEST + 3)))
    claimed = [one for one in await messages.claim(store, 2 * OLDEST) if one.campaign_id != campaign.id]
    assert len(claimed) == OLDEST + 3
    await messages.settle(store, "test", [(one.key, ACCEPTED) for one in claimed])
    for ended in (OLDEST, 3, 0):
        assert await progress.finish(store) == ended
    async with store.read() as tx:
        sent = await tx.all(select(table.c.id).where(table.c.state == State.SENT))
    assert len(sent) == OLDEST + 3
    assert (await campaigns.find(store, account, campaign.id)).state is State.SENDING


async def test_one_that_cannot_end_yet_holds_up_no_other(store: Store, account: Account) -> None:
    await asyncio.gather(*(send(store, account, place) for place in range(3)))
    claimed = await messages.claim(store, 3)
    await messages.settle(store, "test", [(one.key, ACCEPTED) for one in claimed[1:]])
    assert await progress.finish(store) == 2
    await messages.settle(store, "test", [(claimed[0].key, ACCEPTED)])
    assert await progress.finish(store) == 1


async def test_what_a_dead_process_was_sending_is_in_doubt(
    store: Store, other_store: Store, account: Account, clock: Clock
) -> None:
    theirs, ours = [(await send(store, account, *range(2))).campaign for _ in range(2)]
    lost = await messages.claim(other_store, 2)
    claimed = await messages.claim(store, 1)
    assert [one.campaign_id for one in (*lost, *claimed)] == [theirs.id, theirs.id, ours.id]
    await messages.settle(other_store, "test", [(lost[0].key, ACCEPTED)])
    for _ in range(2):
        await progress.finish(store)
        assert await counts(store, account, theirs) == {"accepted": 1, "submitting": 1}
        clock.advance(LEASE.total_seconds() * 0.6)
        assert await processes.renew(store)
    await progress.finish(store)
    assert await counts(store, account, theirs) == {"accepted": 1, "in_doubt": 1}
    assert await counts(store, account, ours) == {"submitting": 1, "waiting": 1}
    states = [(await campaigns.find(store, account, each.id)).state for each in (theirs, ours)]
    assert states == [State.SENDING, State.SENDING], "an alert in doubt is looked at once more"
    await messages.settle(other_store, "test", [(lost[1].key, REFUSED)])
    assert await counts(store, account, theirs) == {"accepted": 1, "refused": 1}
