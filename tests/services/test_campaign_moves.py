"""Pausing, resuming, stopping, archiving and editing campaigns, and those that go on alone, on both databases."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from antiphon.core.account import Account, Callbacks
from antiphon.core.campaign import Audience, Campaign, CreateCampaign, EditCampaign, Kind, State
from antiphon.core.contact import Draft
from antiphon.core.errors import (
    BadField,
    NoText,
    NotNow,
    OutOfCredit,
    Refusal,
    TextTooLong,
    UnknownCampaign,
    UnknownList,
)
from antiphon.core.message import Accepted
from antiphon.core.template import Syntax
from antiphon.services import calculation, campaigns, messages, progress
from antiphon.store.session import Store
from antiphon.workers import schedule
from tests.conftest import Clock, another_account
from tests.services.scenes import (
    EVERYBODY,
    PIECE,
    PRICES,
    add,
    audited,
    calculated,
    counts,
    holder,
    number,
    people,
    ready,
    send,
    sending,
)

Verb = Callable[[Store, Account, int], Awaitable[Any]]
HOUR = timedelta(hours=1)


async def numbers(store: Store) -> list[str]:
    """Who is written to next."""
    claimed = await messages.claim(store, 100)
    await messages.settle(store, "test", [(one.key, Accepted(str(one.id))) for one in claimed])
    return [one.number for one in claimed]


async def at(store: Store, account: Account, clock: Clock, state: State) -> Campaign:
    """A campaign to two people that has come to this state."""
    later = state in (State.SCHEDULED, State.CANCELLED)
    command = replace(EVERYBODY, send_at=clock.now + HOUR if later else None)
    if state is State.FAILED:
        return await ready(store, account, [], command)
    if state is State.CALCULATING:
        await add(store, account, *people(2), lists=("all",))
        return await campaigns.create(store, account, command)
    campaign = await ready(store, account, people(2), command)
    if state is not State.READY:
        await campaigns.confirm(store, account, campaign.id)
    if state is State.CANCELLED:
        await campaigns.cancel(store, account, campaign.id)
    if state is State.PAUSED:
        await campaigns.pause(store, account, campaign.id)
    if state is State.STOPPED:
        await campaigns.stop(store, account, campaign.id)
    if state is State.SENT:
        await numbers(store)
        await progress.finish(store)
    found = await campaigns.find(store, account, campaign.id)
    assert found.state is state
    return found


@pytest.mark.parametrize(
    ("verb", "good"),
    [
        pytest.param(campaigns.pause, {State.SCHEDULED, State.SENDING}, id="pause"),
        pytest.param(campaigns.resume, {State.READY, State.PAUSED}, id="resume"),
        pytest.param(campaigns.stop, {State.SCHEDULED, State.SENDING, State.PAUSED}, id="stop"),
        pytest.param(campaigns.archive, {State.SENT, State.FAILED, State.CANCELLED, State.STOPPED}, id="archive"),
    ],
)
async def test_what_may_be_done_when(
    store: Store, account: Account, clock: Clock, verb: Verb, good: set[State]
) -> None:
    for state in State:
        campaign = await at(store, account, clock, state)
        if state in good:
            await verb(store, account, campaign.id)
        else:
            with pytest.raises(NotNow):
                await verb(store, account, campaign.id)
            assert await campaigns.find(store, account, campaign.id) == campaign
    with pytest.raises(UnknownCampaign):
        await verb(store, await another_account(store), campaign.id)


async def test_nothing_leaves_while_it_is_paused(store: Store, account: Account) -> None:
    campaign = await sending(store, account, people(3))
    first = await messages.claim(store, 1)
    assert (await campaigns.pause(store, account, campaign.id)).state is State.PAUSED
    assert await numbers(store) == []
    assert await progress.finish(store) == 0
    assert (await campaigns.resume(store, account, campaign.id)).state is State.SENDING
    assert await numbers(store) == [number(1), number(2)]
    await messages.settle(store, "test", [(one.key, Accepted("1")) for one in first])
    assert await progress.finish(store) == 1


async def test_what_is_resumed_waits_for_its_time(store: Store, account: Account, clock: Clock) -> None:
    campaign = await at(store, account, clock, State.SCHEDULED)
    await campaigns.pause(store, account, campaign.id)
    assert (await campaigns.resume(store, account, campaign.id)).state is State.SCHEDULED
    await campaigns.pause(store, account, campaign.id)
    clock.advance(7200)
    assert await progress.start_due(store) == 0
    assert (await campaigns.resume(store, account, campaign.id)).state is State.SENDING


async def test_what_was_confirmed_in_advance_goes_on_by_itself(store: Store, account: Account, clock: Clock) -> None:
    await add(store, account, *people(2), lists=("all",))
    command = replace(EVERYBODY, confirmed=True)
    now = await campaigns.create(store, account, command)
    later = await campaigns.create(store, account, replace(command, send_at=clock.now + HOUR))
    held = await campaigns.create(store, account, command)
    assert (await campaigns.pause(store, account, held.id)).state is State.CALCULATING
    states = [(await calculated(store, one, account)).state for one in (now, later, held)]
    assert states == [State.SENDING, State.SCHEDULED, State.READY]
    assert (await campaigns.resume(store, account, held.id)).state is State.SENDING


async def test_what_cannot_go_on_says_why(store: Store, clock: Clock) -> None:
    account, _ = await holder(store, pieces=1)
    await add(store, account, *people(2), lists=("all",))
    poor = await campaigns.create(store, account, replace(EVERYBODY, confirmed=True))
    late = await campaigns.create(store, account, replace(EVERYBODY, confirmed=True, end_at=clock.now + HOUR))
    clock.advance(7200)
    for campaign, word in ((poor, "wallet"), (late, "past its end")):
        found = await calculated(store, campaign, account)
        assert (found.state, found.confirmed_at) == (State.READY, None)
        assert word in (found.reason or "")
    with pytest.raises(OutOfCredit):
        await campaigns.resume(store, account, poor.id)
    assert await audited(store, account) == PIECE


async def test_what_is_stopped_is_paid_back(store: Store) -> None:
    account, _ = await holder(store, pieces=5)
    campaign = await sending(store, account, people(4))
    leaving = await messages.claim(store, 1)
    await campaigns.stop(store, account, campaign.id)
    assert await messages.claim(store, 10) == []
    await schedule.run_once(store)
    assert await counts(store, account, campaign) == {"submitting": 1, "unsent": 3}
    assert await audited(store, account) == 4 * PIECE
    assert (await campaigns.find(store, account, campaign.id)).ended_at is None
    await messages.release(store, [leaving[0].key])
    await schedule.run_once(store)
    assert await counts(store, account, campaign) == {"unsent": 4}
    assert await audited(store, account) == 5 * PIECE
    assert (await campaigns.find(store, account, campaign.id)).ended_at is not None
    assert await schedule.run_once(store) == 0


async def test_what_a_dead_process_was_sending_of_a_stopped_one_is_in_doubt(
    store: Store, other_store: Store, account: Account, clock: Clock
) -> None:
    campaign = await sending(store, account, people(1))
    await messages.claim(store, 1)
    await campaigns.stop(store, account, campaign.id)
    clock.advance(86_400)
    await schedule.run_once(other_store)
    assert await counts(store, account, campaign) == {"in_doubt": 1}


async def test_its_end_stops_it(store: Store, account: Account, clock: Clock) -> None:
    waiting = await ready(store, account, people(2), replace(EVERYBODY, end_at=clock.now + HOUR))
    running = await ready(store, account, people(2), replace(EVERYBODY, end_at=clock.now + HOUR))
    await campaigns.confirm(store, account, running.id)
    assert await progress.stop_due(store) == 0
    clock.advance(3600)
    assert await progress.stop_due(store) == 1
    found = await campaigns.find(store, account, running.id)
    assert (found.state, found.reason) == (State.STOPPED, "its end had come before all of it had left")
    with pytest.raises(NotNow, match="past its end"):
        await campaigns.confirm(store, account, waiting.id)


async def test_several_lists_are_one_audience(store: Store, account: Account, clock: Clock) -> None:
    await add(store, account, *people(7), lists=("a",))
    await add(store, account, *people(7, start=4), lists=("b",))
    await add(store, account, *people(1, start=30), lists=("c", "a"))
    ids = tuple((await campaigns.create(store, account, _to("a", "c", "b", "a"))).audience.ids)
    command = replace(EVERYBODY, audience=Audience(kind=Kind.LIST, ids=ids))
    campaign = await calculated(store, await campaigns.create(store, account, command), account)
    assert (campaign.audience.names, campaign.messages) == (("a", "c", "b"), 12)
    await campaigns.confirm(store, account, campaign.id)
    assert await numbers(store) == [*(number(place) for place in range(11)), number(30)]
    with pytest.raises(UnknownList):
        await campaigns.create(store, account, _to("a", "d"))
    with pytest.raises(UnknownList):
        await campaigns.create(store, account, replace(EVERYBODY, audience=Audience(kind=Kind.LIST, ids=(1,))))


async def test_large_lists_that_overlap_are_gone_through_once(store: Store, account: Account) -> None:
    await add(store, account, *people(calculation.STEP), lists=("a",))
    await add(store, account, *people(calculation.STEP, start=2_000), lists=("b",))
    campaign = await calculated(store, await campaigns.create(store, account, _to("a", "b")), account)
    assert campaign.messages == calculation.STEP + 2_000


async def test_an_edit_that_says_the_same_keeps_what_was_calculated(store: Store, clock: Clock) -> None:
    account, _ = await holder(store, pieces=2)
    campaign = await ready(store, account, people(2), replace(EVERYBODY, send_at=clock.now + HOUR))
    await campaigns.confirm(store, account, campaign.id)
    command = EditCampaign(
        name="Spring", sender="Shop", callbacks=Callbacks(receipts="https://a.example"), send_at=clock.now + 2 * HOUR
    )
    edited = await campaigns.edit(store, account, campaign.id, command)
    assert edited == await campaigns.find(store, account, campaign.id)
    assert (edited.state, edited.name, edited.sender, edited.messages) == (State.SCHEDULED, "Spring", "Shop", 2)
    assert edited.send_at == clock.now + 2 * HOUR
    assert await audited(store, account) == 0


async def test_another_text_is_calculated_anew(store: Store, clock: Clock) -> None:
    account, _ = await holder(store, pieces=2)
    campaign = await ready(store, account, people(2), replace(EVERYBODY, send_at=clock.now + HOUR))
    await campaigns.confirm(store, account, campaign.id)
    await add(store, account, Draft(number=number(9), attributes={"City": "Pune"}), lists=("pune",))
    command = EditCampaign(
        audience=Audience(kind=Kind.LIST, names=("pune",)), text="Hello {@@City}", syntax=Syntax.AT, send_at=None
    )
    edited = await campaigns.edit(store, account, campaign.id, command)
    assert (edited.state, edited.messages, edited.cost, edited.reserved) == (State.CALCULATING, 0, 0, 0)
    assert await audited(store, account) == 2 * PIECE
    assert (await calculated(store, edited, account)).state is State.SENDING
    assert [(one.number, one.text) for one in await messages.claim(store, 10)] == [(number(9), "Hello {Pune}")]
    assert await audited(store, account) == PIECE


async def test_a_step_that_saw_the_old_text_stores_nothing(
    store: Store, other_store: Store, account: Account, clock: Clock
) -> None:
    campaign = await at(store, account, clock, State.CALCULATING)
    await campaigns.edit(store, account, campaign.id, EditCampaign(text="New"))
    assert await calculation.calculate(other_store, PRICES)
    await campaigns.edit(store, account, campaign.id, EditCampaign(text="Newer"))
    await calculated(store, campaign, account)
    await campaigns.confirm(store, account, campaign.id)
    assert {one.text for one in await messages.claim(store, 10)} == {"Newer"}


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        pytest.param(EditCampaign(text=" "), NoText, id="no text"),
        pytest.param(EditCampaign(text="x" * 1225), TextTooLong, id="long"),
        pytest.param(EditCampaign(audience=Audience(kind=Kind.LIST, ids=(1,))), UnknownList, id="list"),
        pytest.param(EditCampaign(end_at=Clock().now), BadField, id="end before start"),
    ],
)
async def test_an_edit_that_is_refused(
    store: Store, account: Account, clock: Clock, command: EditCampaign, refusal: type[Refusal]
) -> None:
    campaign = await at(store, account, clock, State.SCHEDULED)
    with pytest.raises(refusal):
        await campaigns.edit(store, account, campaign.id, command)
    assert await campaigns.find(store, account, campaign.id) == campaign


async def test_what_leaves_cannot_be_edited(store: Store, account: Account, clock: Clock) -> None:
    for state in set(State) - {State.CALCULATING, State.READY, State.SCHEDULED}:
        campaign = await at(store, account, clock, state)
        with pytest.raises(NotNow):
            await campaigns.edit(store, account, campaign.id, EditCampaign(text="New"))


async def test_single_texts_have_extras_too(store: Store, account: Account) -> None:
    await send(store, account, 1, extras={"entity": "12"}, syntax=Syntax.NONE, text="{first_name} {x}")
    assert [(one.extras, one.text) for one in await messages.claim(store, 1)] == [
        ({"entity": "12"}, "{first_name} {x}")
    ]


def _to(*names: str) -> CreateCampaign:
    return replace(EVERYBODY, audience=Audience(kind=Kind.LIST, names=names))
