"""Looking through campaigns and their messages, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from antiphon.core.account import Account
from antiphon.core.campaign import Seen, State
from antiphon.core.contact import Draft
from antiphon.core.errors import UnknownCampaign
from antiphon.core.message import Accepted, Refused
from antiphon.core.voice import Voice
from antiphon.core.window import Window
from antiphon.services import campaigns, messages, reports, sends
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import EVERYBODY, PRICES, number, people, ready, send, sending, to

ALL = Window(limit=20)


async def some(store: Store, account: Account, clock: Clock) -> None:
    """Campaigns in many states, with single texts among them that are no campaigns to anybody."""
    for place, name in enumerate(("Spring 100%", "spring_sale", "Autumn", "winter", "100 days", "call me")):
        voice = Voice() if name == "call me" else None
        at = clock.now + timedelta(hours=10 - place)
        command = replace(EVERYBODY, name=name, send_at=at, voice=voice, needs_stop=False)
        campaign = await ready(store, account, people(place + 1), command)
        await send(store, account, place)
        if name == "winter":
            await campaigns.cancel(store, account, campaign.id)
            await campaigns.archive(store, account, campaign.id)
        elif voice is None:
            await campaigns.confirm(store, account, campaign.id)
        if name == "Autumn":
            await campaigns.pause(store, account, campaign.id)
    await sends.draft(store, PRICES, account, to(number(1), voice=Voice(), name="call them"))


@pytest.mark.parametrize(
    ("seen", "window", "names", "total"),
    [
        pytest.param(Seen(), ALL, "Spring 100%|spring_sale|Autumn|winter|100 days", 5, id="all"),
        pytest.param(Seen(spoken=True), ALL, "call me|call them", 2, id="calls"),
        pytest.param(Seen(), Window(limit=2, offset=1), "spring_sale|Autumn", 5, id="a part"),
        pytest.param(Seen(), Window(limit=2, offset=5), "", 5, id="past the end"),
        pytest.param(Seen(), Window(limit=3, descending=True), "100 days|winter|Autumn", 5, id="the newest"),
        pytest.param(Seen(), Window(limit=2, sort="send_at"), "100 days|winter", 5, id="the first to leave"),
        pytest.param(Seen(), Window(limit=9, name="SPRING"), "Spring 100%|spring_sale", 2, id="by name"),
        pytest.param(Seen(), Window(limit=9, name="0%"), "Spring 100%", 1, id="a per cent sign is one"),
        pytest.param(Seen(), Window(limit=9, name="g_s"), "spring_sale", 1, id="an underscore is one"),
        pytest.param(Seen(states=frozenset({State.PAUSED})), ALL, "Autumn", 1, id="in a state"),
        pytest.param(Seen(states=frozenset({State.CANCELLED})), ALL, "", 0, id="not what is put away"),
        pytest.param(Seen(archived=True), ALL, "winter", 1, id="what is put away"),
        pytest.param(Seen(archived=True, states=frozenset({State.PAUSED})), ALL, "Autumn|winter", 2, id="or"),
    ],
)
async def test_what_is_found(
    store: Store, account: Account, clock: Clock, seen: Seen, window: Window, names: str, total: int
) -> None:
    await some(store, account, clock)
    page = await reports.search(store, account, seen, window)
    assert "|".join(str(one.campaign.name) for one in page.things) == names
    assert page.total == total
    assert all(sum(one.counts.values()) == one.campaign.messages for one in page.things)
    assert (await reports.search(store, await another_account(store), seen, window)).total == 0


async def test_what_became_of_each_message(store: Store, account: Account) -> None:
    named = [Draft(number=number(1), first_name="Zoé"), Draft(number=number(2), last_name="Roux"), *people(1, start=3)]
    campaign = await sending(store, account, named)
    claimed = await messages.claim(store, 2)
    outcomes = [Accepted("1"), Refused("no route")]
    await messages.settle(store, "test", [(one.key, out) for one, out in zip(claimed, outcomes, strict=True)])

    async def seen(number: str | None, window: Window) -> list[tuple[Any, ...]]:
        _, page = await reports.messages(store, account, campaign.id, number, window)
        return [(one.number, one.state, one.error, one.first_name, one.last_name) for one in page.things]

    first = (number(1), "accepted", None, "Zoé", None)
    second = (number(2), "refused", "no route", None, "Roux")
    third = (number(3), "waiting", None, None, None)
    assert await seen(None, ALL) == [first, second, third]
    assert await seen(None, Window(limit=2, descending=True)) == [third, second]
    assert await seen(None, Window(limit=2, offset=2)) == [third]
    assert await seen("06 10 00 00 02", ALL) == [second]
    assert await seen("nobody", ALL) == []
    with pytest.raises(UnknownCampaign):
        await reports.messages(store, await another_account(store), campaign.id, None, ALL)
