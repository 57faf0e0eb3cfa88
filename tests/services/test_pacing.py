"""Campaigns that leave little by little or after a canary, and accounts with a rate, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Campaign, EditCampaign, Kind, State
from antiphon.core.consent import OptOut
from antiphon.core.errors import BadField
from antiphon.core.message import Accepted, Outgoing, Refused
from antiphon.core.pacing import Canary, Pacing
from antiphon.services import budgets, campaigns, canaries, messages
from antiphon.services.places import Places
from antiphon.store import opt_outs
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import EVERYBODY, number, people, ready, send, sending

ACCEPTED, REFUSED = Accepted("ref"), Refused("no")
CANARY = Canary(share=0.1, minutes=10, most_failed=0.1, most_opted_out=0.1)
WATCHED = replace(EVERYBODY, pacing=Pacing(canary=CANARY))


async def _claimed(store: Store, places: Places | None = None, limit: int = 100) -> list[Outgoing]:
    return await messages.claim(store, limit, None, places)


async def test_so_many_leave_an_hour(store: Store, account: Account, clock: Clock) -> None:
    await sending(store, account, people(20), replace(EVERYBODY, pacing=Pacing(per_hour=360)))
    places, left = Places(), []
    for _ in range(60):
        left.append(len(await _claimed(store, places)))
        clock.advance(1)
    assert (left[0], sum(left), max(left)) == (1, 6, 1)


async def test_a_campaign_is_spread_over_hours(store: Store, account: Account, clock: Clock) -> None:
    await sending(store, account, people(10), replace(EVERYBODY, pacing=Pacing(over_hours=1)))
    at: list[int] = []
    for minute in range(70):
        at += [minute] * len(await _claimed(store))
        clock.advance(60)
    assert at == list(range(0, 60, 6))


async def test_what_was_missed_in_a_pause_is_not_made_up_for(store: Store, account: Account, clock: Clock) -> None:
    campaign = await sending(store, account, people(20), replace(EVERYBODY, pacing=Pacing(per_hour=3_600)))
    assert len(await _claimed(store)) == 1
    await campaigns.pause(store, account, campaign.id)
    clock.advance(3_600)
    await campaigns.resume(store, account, campaign.id)
    assert len(await _claimed(store)) == 6
    assert await _claimed(store) == []


async def test_a_slow_campaign_leaves_room_to_the_others(store: Store, account: Account) -> None:
    slow = await sending(store, account, people(10), replace(EVERYBODY, pacing=Pacing(per_hour=1)))
    assert len(await _claimed(store)) == 1
    quick = await sending(store, account, people(10))
    assert {one.campaign_id for one in await _claimed(store, limit=10)} == {quick.id}
    assert slow.id != quick.id


async def test_two_processes_keep_one_pace(store: Store, other_store: Store, account: Account) -> None:
    await sending(store, account, people(50), replace(EVERYBODY, pacing=Pacing(per_hour=1)))
    claimed = await asyncio.gather(*(_claimed(one) for one in (store, other_store) * 5))
    assert sum(map(len, claimed)) == 1


async def _canary(store: Store, account: Account, count: int = 100) -> tuple[Campaign, list[Outgoing]]:
    campaign = await sending(store, account, people(count), WATCHED)
    first = await _claimed(store)
    assert await _claimed(store) == []
    return campaign, first


async def test_a_canary_is_of_the_whole_audience(store: Store, account: Account, clock: Clock) -> None:
    campaign, first = await _canary(store, account)
    assert len(first) == 10
    assert {one.number for one in first} != {number(place) for place in range(10)}
    await messages.settle(store, "test", [(one.key, ACCEPTED) for one in first])
    clock.advance(CANARY.minutes * 60 - 1)
    assert await canaries.judge(store) == 0
    assert await _claimed(store) == []
    clock.advance(1)
    assert await canaries.judge(store) == 1
    assert len(await _claimed(store)) == 90
    assert (await campaigns.find(store, account, campaign.id)).state is State.SENDING


@pytest.mark.parametrize("failing", ["refused", "opted out"])
async def test_a_canary_that_dies_holds_the_rest(store: Store, account: Account, clock: Clock, failing: str) -> None:
    campaign, first = await _canary(store, account)
    bad = first[:2]
    outcomes = [(one.key, REFUSED if failing == "refused" and one in bad else ACCEPTED) for one in first]
    await messages.settle(store, "test", outcomes)
    if failing == "opted out":
        async with store.begin() as tx:
            outs = [OptOut(number=one.number, at=tx.now, source="reply") for one in bad]
            await opt_outs.add(tx, [(account.id, out) for out in outs])
    clock.advance(CANARY.minutes * 60)
    await canaries.judge(store)
    held = await campaigns.find(store, account, campaign.id)
    verb = "failed" if failing == "refused" else "opted out"
    assert held.state is State.PAUSED
    assert held.reason == f"held after its canary: 2 of 10 {verb}, at most 10.0% may"
    assert await _claimed(store) == []
    await campaigns.resume(store, account, campaign.id)
    assert len(await _claimed(store)) == 90


async def test_a_canary_that_has_not_left_is_looked_at_again(store: Store, account: Account, clock: Clock) -> None:
    _, first = await _canary(store, account)
    clock.advance(CANARY.minutes * 60)
    assert await canaries.judge(store) == 1
    assert await _claimed(store) == []
    await messages.settle(store, "test", [(one.key, ACCEPTED) for one in first])
    clock.advance(60)
    await canaries.judge(store)
    assert len(await _claimed(store)) == 90


async def test_one_that_was_paused_in_its_canary_goes_on_with_it(store: Store, account: Account, clock: Clock) -> None:
    campaign = await sending(store, account, people(100), WATCHED)
    first = await _claimed(store, limit=4)
    await campaigns.pause(store, account, campaign.id)
    clock.advance(60)
    await campaigns.resume(store, account, campaign.id)
    assert len(first) + len(await _claimed(store)) == 10
    assert await _claimed(store) == []


async def test_a_pace_can_be_changed_until_it_begins(store: Store, account: Account, clock: Clock) -> None:
    later = replace(EVERYBODY, send_at=clock.now + timedelta(hours=1))
    campaign = await ready(store, account, people(100), later)
    await campaigns.confirm(store, account, campaign.id)
    edited = await campaigns.edit(store, account, campaign.id, EditCampaign(pacing=Pacing(canary=CANARY)))
    assert (edited.state, edited.canary_left) == (State.SCHEDULED, 10)
    with pytest.raises(BadField):
        await campaigns.edit(store, account, campaign.id, EditCampaign(pacing=Pacing(per_hour=0)))


async def test_what_is_no_pace_is_refused(store: Store, account: Account) -> None:
    bad = replace(EVERYBODY, audience=Audience(kind=Kind.LIST, names=("all",)), pacing=Pacing(per_hour=0))
    for verb in (campaigns.create, campaigns.simulate):
        with pytest.raises(BadField):
            await verb(store, account, bad)


async def test_an_account_sends_at_its_rate(store: Store, account: Account, clock: Clock) -> None:
    other = await another_account(store)
    await budgets.limit(store, account, 2)
    await sending(store, account, people(20))
    await send(store, account, *range(100, 103))
    await send(store, other, 200)
    first = await _claimed(store)
    assert [one.account_id for one in first] == [other.id, account.id]
    assert await _claimed(store) == []
    clock.advance(1)
    second = await _claimed(store)
    assert [one.direct for one in second] == [True, True]
    clock.advance(2)
    assert len(await _claimed(store)) == 4
    await budgets.limit(store, account, None)
    assert len(await _claimed(store)) == 16
    assert await budgets.rate(store, account) is None


@pytest.mark.parametrize("per_second", [0, -1, float("nan"), 1e9])
async def test_what_is_no_rate(store: Store, account: Account, per_second: float) -> None:
    with pytest.raises(BadField):
        await budgets.limit(store, account, per_second)
    assert await budgets.rate(store, account) is None


async def test_what_was_put_back_is_found_behind_the_place(store: Store, account: Account, clock: Clock) -> None:
    await sending(store, account, people(30))
    places = Places()
    first = await _claimed(store, places, 10)
    await _claimed(store, places, 10)
    await messages.release(store, [one.key for one in first[:5]])
    third = await _claimed(store, places, 5)
    assert not {one.id for one in third} & {one.id for one in first}
    clock.advance(1)
    fourth = await _claimed(store, places, 10)
    assert {one.id for one in fourth} >= {one.id for one in first[:5]}
    assert len(fourth) == 10
