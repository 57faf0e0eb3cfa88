"""The life of a campaign, from its creation to its end, on both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from antiphon.core.account import Account
from antiphon.core.campaign import MOVES, Audience, Campaign, Kind, Purpose, State
from antiphon.core.cancelling import CancelRules
from antiphon.core.consent import OptOut
from antiphon.core.contact import Draft, EditContact
from antiphon.core.errors import CannotCancel, NotNow, Refusal, UnknownCampaign, UnknownList, UnknownTag
from antiphon.core.message import Refused
from antiphon.services import calculation, campaigns, contacts, cursors, lists, messages, progress
from antiphon.services.calculation import STEP
from antiphon.store import campaigns as stored_campaigns
from antiphon.store import opt_outs
from antiphon.store.schema import campaigns as campaign_table
from antiphon.store.schema import messages as message_table
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import EVERYBODY, PRICES, add, calculated, counts, number, people, ready, sending

REFUSED = Refused("no")
Verb = Callable[[Store, Account, int], Awaitable[datetime | None]]


async def _written(store: Store) -> list[tuple[str, str | None, int, int]]:
    columns = (message_table.c[name] for name in ("number", "text", "segments", "cost"))
    async with store.read() as tx:
        rows = await tx.all(select(*columns).order_by(message_table.c.number))
    return [(row["number"], row["text"], row["segments"], row["cost"]) for row in rows]


async def _put(store: Store, campaign: Campaign, state: State) -> Campaign:
    async with store.begin() as tx:
        await tx.run(update(campaign_table).where(campaign_table.c.id == campaign.id).values(state=state))
    return replace(campaign, state=state)


async def _silence(store: Store, account: Account, *numbers: str) -> None:
    async with store.begin() as tx:
        await opt_outs.add(tx, [(account.id, OptOut(number=one, at=tx.now, source="test")) for one in numbers])


async def test_a_new_campaign_is_stored_as_it_was_asked_for(store: Store, account: Account, clock: Clock) -> None:
    await lists.create(store, account, "all")
    later = clock.now + timedelta(days=1)
    command = replace(EVERYBODY, text="Fête – STOP", sender="ACME", send_at=later, with_replies=True)
    campaign = await campaigns.create(store, account, command)
    assert campaign == await campaigns.find(store, account, campaign.id)
    assert (campaign.state, campaign.sender, campaign.send_at) == (State.CALCULATING, "ACME", later)
    assert campaign.text == "Fete - STOP"
    kept = await campaigns.create(store, account, replace(command, optimise=False))
    assert kept.text == "Fête – STOP"
    found = await cursors.campaigns(store, account, None, 10, [])
    assert [one.campaign for one in found] == [kept, campaign]
    assert [one.campaign.id for one in await cursors.campaigns(store, account, kept.id, 1, [])] == [campaign.id]


@pytest.mark.parametrize(("kind", "refusal"), [(Kind.LIST, UnknownList), (Kind.TAG, UnknownTag)])
async def test_an_audience_has_to_be_there(store: Store, account: Account, kind: Kind, refusal: type[Refusal]) -> None:
    await add(store, await another_account(store), Draft(number=number(1), tags=("all",)), lists=("all",))
    with pytest.raises(refusal):
        await campaigns.create(store, account, replace(EVERYBODY, audience=Audience(kind=kind, names=("all",))))


@pytest.mark.parametrize("verb", [campaigns.find, campaigns.report, campaigns.confirm, campaigns.cancel])
async def test_the_campaign_of_another_account_is_unknown(store: Store, account: Account, verb: Verb) -> None:
    campaign = await ready(store, account, people(1))
    for owner, id in ((await another_account(store), campaign.id), (account, campaign.id + 1)):
        with pytest.raises(UnknownCampaign):
            await verb(store, owner, id)


@pytest.mark.parametrize("kind", [Kind.LIST, Kind.TAG])
async def test_who_opted_out_falls_out_and_is_counted(store: Store, account: Account, kind: Kind) -> None:
    drafts = [Draft(number=number(place), tags=("all",)) for place in range(5)]
    await add(store, account, *drafts, lists=("all",))
    await add(store, account, Draft(number=number(7), tags=("some",)), lists=("some",))
    await _silence(store, account, number(1), number(3), number(7))
    command = replace(EVERYBODY, audience=Audience(kind=kind, names=("all",)))
    campaign = await calculated(store, await campaigns.create(store, account, command), account)
    assert campaign.state is State.READY
    assert (campaign.messages, campaign.opted_out, campaign.segments, campaign.cost) == (3, 2, 3, 3 * 45_000)
    assert await _written(store) == [(number(place), None, 1, 45_000) for place in (0, 2, 4)]
    assert await counts(store, account, campaign) == {"waiting": 3}


@pytest.mark.parametrize("count", [0, 2])
async def test_nobody_left_to_write_to_is_a_failure(store: Store, account: Account, count: int) -> None:
    await _silence(store, account, *(draft.number for draft in people(count)))
    campaign = await ready(store, account, people(count))
    assert (campaign.state, campaign.reason) == (State.FAILED, "there is nobody to write to")
    assert (campaign.messages, campaign.opted_out) == (0, count)


async def test_a_personal_text_is_stored_with_its_own_segments_and_cost(store: Store, account: Account) -> None:
    drafts = [
        Draft(number=number(1), first_name="Zoé"),
        Draft(number=number(2), first_name="Łucja"),
        Draft(number=number(3), attributes={"town": "Łódź", "first_name": "x" * 99}),
    ]
    padded = "{first_name} in {town}" + "." * 60 + " STOP"
    campaign = await ready(store, account, drafts, replace(EVERYBODY, text=padded))
    texts = [
        padded.format(first_name=name, town=town) for name, town in (("Zoé", ""), ("Łucja", ""), ("x" * 50, "Łódź"))
    ]
    segments = [1, 2, 2]
    assert await _written(store) == [
        (number(place), text, parts, parts * 45_000)
        for place, text, parts in zip((1, 2, 3), texts, segments, strict=True)
    ]
    assert (campaign.segments, campaign.cost) == (5, 5 * 45_000)


async def test_an_empty_personal_text_is_not_the_template(store: Store, account: Account) -> None:
    command = replace(EVERYBODY, text="{code}", purpose=Purpose.ALERT)
    campaign = await ready(store, account, [Draft(number=number(1))], command)
    await campaigns.confirm(store, account, campaign.id)
    assert [message.text for message in await messages.claim(store, 1)] == [""]


async def test_a_large_audience_is_done_in_steps_and_each_once(
    store: Store, other_store: Store, account: Account
) -> None:
    everybody = people(2 * STEP)
    await add(store, account, *everybody, lists=("all",))
    one = await campaigns.create(store, account, EVERYBODY)
    assert [await calculation.calculate(store, PRICES) for _ in range(4)] == [STEP, STEP, 0, 0]
    assert (await campaigns.find(store, account, one.id)).state is State.READY
    two = await campaigns.create(store, account, EVERYBODY)
    looked_at = 0
    while (await campaigns.find(store, account, two.id)).state is State.CALCULATING:
        looked_at += sum(await asyncio.gather(*(calculation.calculate(each, PRICES) for each in (store, other_store))))
    assert looked_at == 2 * STEP
    for campaign in (one, two):
        report = await campaigns.report(store, account, campaign.id)
        assert (report.campaign.messages, report.counts) == (2 * STEP, {"waiting": 2 * STEP})
        assert report.campaign.cost == 2 * STEP * 45_000


async def test_a_number_that_moves_to_another_contact_meanwhile_gets_one_message(
    store: Store, account: Account
) -> None:
    results = await add(store, account, *people(STEP + 1), lists=("all",))
    campaign = await campaigns.create(store, account, EVERYBODY)
    await calculation.calculate(store, PRICES)
    first, last = sorted(result.contact.id for result in results if result.contact)[::STEP]
    moved = (await contacts.find(store, account, first)).number
    for id, then in ((first, number(STEP + 9)), (last, moved)):
        await contacts.edit(store, account, EditContact(id=id, draft=Draft(number=then)))
    assert (await calculated(store, campaign, account)).messages == STEP
    assert await counts(store, account, campaign) == {"waiting": STEP}


async def test_confirm_sends_now_or_at_its_time(store: Store, account: Account, clock: Clock) -> None:
    later = clock.now + timedelta(hours=2)
    past = clock.now - timedelta(hours=2)
    for send_at, state, at in (
        (None, State.SENDING, clock.now),
        (past, State.SENDING, clock.now),
        (later, State.SCHEDULED, later),
    ):
        campaign = await ready(store, account, people(1), replace(EVERYBODY, send_at=send_at))
        assert await campaigns.confirm(store, account, campaign.id) == at
        found = await campaigns.find(store, account, campaign.id)
        assert (found.state, found.confirmed_at) == (state, clock.now)


async def test_what_is_scheduled_starts_at_its_time(store: Store, account: Account, clock: Clock) -> None:
    command = replace(EVERYBODY, send_at=clock.now + timedelta(seconds=60))
    campaign = await ready(store, account, people(1), command)
    clock.advance(1)
    await campaigns.confirm(store, account, campaign.id)
    clock.advance(58)
    assert await progress.start_due(store) == 0
    assert await messages.claim(store, 10) == []
    clock.advance(1)
    assert await progress.start_due(store) == 1
    assert await progress.start_due(store) == 0
    assert len(await messages.claim(store, 10)) == 1


@pytest.mark.parametrize(
    ("verb", "allowed"),
    [
        pytest.param(campaigns.confirm, {State.READY}, id="confirm"),
        pytest.param(campaigns.cancel, {State.READY, State.SCHEDULED}, id="cancel"),
    ],
)
async def test_a_verb_is_refused_out_of_its_time(
    store: Store, account: Account, verb: Verb, allowed: set[State]
) -> None:
    campaign = await ready(store, account, people(1))
    for state in State:
        await _put(store, campaign, state)
        if state in allowed:
            await verb(store, account, campaign.id)
            continue
        with pytest.raises(NotNow) as refusal:
            await verb(store, account, campaign.id)
        assert refusal.value.state == state
        assert (await campaigns.find(store, account, campaign.id)).state is state


async def test_a_move_is_made_along_the_table_and_from_where_it_was_seen(store: Store, account: Account) -> None:
    campaign = await ready(store, account, people(1))
    for state in State:
        for wanted in State:
            seen = await _put(store, campaign, state)
            async with store.begin() as tx:
                moved = await stored_campaigns.move(tx, seen, wanted)
                again = await stored_campaigns.move(tx, seen, wanted)
            assert (moved, again) == (wanted in MOVES[state], False)
            found = await campaigns.find(store, account, campaign.id)
            assert found.state is (wanted if moved else state)


@pytest.mark.parametrize("verbs", [(campaigns.confirm, campaigns.confirm), (campaigns.confirm, campaigns.cancel)])
async def test_of_two_verbs_at_once_one_wins(
    store: Store, other_store: Store, account: Account, verbs: tuple[Verb, Verb]
) -> None:
    for _ in range(5):
        campaign = await ready(store, account, people(1))
        answers = await asyncio.gather(
            verbs[0](store, account, campaign.id), verbs[1](other_store, account, campaign.id), return_exceptions=True
        )
        assert [isinstance(answer, NotNow) for answer in answers].count(True) == 1


async def test_a_campaign_has_ended_once_nothing_is_open(store: Store, account: Account) -> None:
    campaign = await sending(store, account, people(2))

    async def finished() -> State:
        await progress.finish(store)
        return (await campaigns.find(store, account, campaign.id)).state

    assert await finished() is State.SENDING
    (first,) = await messages.claim(store, 1)
    (second,) = await messages.claim(store, 1)
    assert await finished() is State.SENDING
    await messages.release(store, [first.key])
    await messages.settle(store, "test", [(second.key, REFUSED)])
    assert await finished() is State.SENDING
    (first,) = await messages.claim(store, 1)
    await messages.settle(store, "test", [(first.key, REFUSED)])
    assert await finished() is State.SENT


async def test_so_many_are_cancelled_in_a_month(store: Store, account: Account, clock: Clock) -> None:
    limits = CancelRules(messages=10, notice=timedelta(0), per_month=2)
    other = await another_account(store)

    async def cancel(owner: Account, rules: CancelRules | None = limits) -> None:
        await campaigns.cancel(store, owner, (await ready(store, owner, people(1))).id, rules)

    clock.advance(29.5 * 86_400 - 1)  # the last second of March
    for owner, rules in ((account, None), (account, limits), (other, limits)):
        await cancel(owner, rules)
    with pytest.raises(CannotCancel):
        await cancel(account)
    await cancel(account, None)
    await cancel(other)
    clock.advance(1)
    await cancel(account)


async def test_what_cannot_be_cancelled_stays(store: Store, account: Account) -> None:
    limits = CancelRules(messages=1, notice=timedelta(0), per_month=2)
    campaign = await ready(store, account, people(2))
    with pytest.raises(CannotCancel):
        await campaigns.cancel(store, account, campaign.id, limits)
    assert await campaigns.find(store, account, campaign.id) == campaign
    await campaigns.confirm(store, account, campaign.id)
    with pytest.raises(NotNow):
        await campaigns.cancel(store, account, campaign.id, limits)
