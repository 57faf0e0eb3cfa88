"""A text to numbers that come with it, from the request to the first word of it, on both databases."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from antiphon.core import price
from antiphon.core.account import Account, Parameters
from antiphon.core.campaign import NUMBERS, Purpose, Quality, SendMessages, State
from antiphon.core.contact import Draft
from antiphon.core.errors import (
    BadField,
    NoRecipient,
    NoStopMention,
    NoText,
    NoVoiceCarrier,
    OutOfCredit,
    Refusal,
    RequestRepeated,
    TextTooLong,
)
from antiphon.core.message import Outgoing
from antiphon.core.voice import Gender, Voice
from antiphon.core.wallet import UNMETERED
from antiphon.services import campaigns, lists, messages, progress, sends
from antiphon.services.sends import Sent
from antiphon.store.request_ids import KEPT
from antiphon.store.schema import metadata
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import (
    EVERYBODY,
    PIECE,
    PRICES,
    audited,
    counts,
    holder,
    made,
    number,
    send,
    silence,
    to,
)

CALL = to(number(1), voice=Voice(gender=Gender.MALE, language="en-GB"), text="x" * 451)
HELLO = "Hello {first_name}, your code is {code}"


async def _rows(store: Store) -> dict[str, int]:
    """How many there are of what a request writes."""
    names = ("campaigns", "messages", "request_ids", "ledger", "contacts")
    async with store.read() as tx:
        found = {
            name: await tx.first(select(func.count().label("n")).select_from(metadata.tables[name])) for name in names
        }
    return {name: row["n"] for name, row in found.items() if row and row["n"]}


def _written(sent: Sent) -> list[tuple[str, str | None, int, int]]:
    return [(one.number, one.text, one.segments, one.cost // PIECE) for one in sent.messages]


async def test_a_text_is_on_its_way(store: Store, account: Account, clock: Clock) -> None:
    sent = await send(store, account, 1, 2, sender="ACME", with_replies=True)
    assert sent.campaign == await campaigns.find(store, account, sent.campaign.id)
    campaign = sent.campaign
    assert (campaign.state, campaign.audience, campaign.confirmed_at) == (State.SENDING, NUMBERS, clock.now)
    assert (campaign.messages, campaign.segments, campaign.cost) == (2, 2, 2 * PIECE)
    assert (sent.left, sent.unreadable) == (UNMETERED, [])
    assert await counts(store, account, campaign) == {"waiting": 2}
    assert await messages.claim(store, 10) == [
        Outgoing(
            id=one.id,
            account_id=account.id,
            campaign_id=campaign.id,
            number=number(place),
            sender="ACME",
            text="Your code is 1234",
            segments=1,
            purpose=Purpose.ALERT,
            direct=True,
        )
        for place, one in enumerate(sent.messages, 1)
    ]
    assert await _rows(store) == {"campaigns": 1, "messages": 2}


async def test_who_sends_is_woken(store: Store, account: Account) -> None:
    assert not store.woken.is_set()
    await send(store, account, 1)
    assert store.woken.is_set()


@pytest.mark.parametrize(
    ("given", "numbers", "unreadable"),
    [
        pytest.param(["06 10 00 00 01", "+33610000002"], [1, 2], [], id="as people write them"),
        pytest.param([number(2), number(1), number(2)], [2, 1], [], id="twice"),
        pytest.param([number(1), "0610000001", "0033 6 10 00 00 01"], [1], [], id="in three ways"),
        pytest.param(["", number(1), "061", "nobody", number(2)], [1, 2], [0, 2, 3], id="nobody can read some"),
        pytest.param(["061", "061", number(1)], [1], [0, 1], id="nobody can read it twice"),
    ],
)
async def test_each_number_gets_one(
    store: Store, account: Account, given: list[str], numbers: list[int], unreadable: list[int]
) -> None:
    sent = await sends.send(store, PRICES, account, to(*given))
    assert [one.number for one in sent.messages] == [number(place) for place in numbers]
    assert sent.unreadable == unreadable
    assert sent.campaign.messages == len(numbers)
    assert await counts(store, account, sent.campaign) == {"waiting": len(numbers)}


@pytest.mark.parametrize(
    ("given", "silent"),
    [
        pytest.param([], [], id="nobody"),
        pytest.param(["061", ""], [], id="nobody can read them"),
        pytest.param([number(1), "061", number(2)], [1, 2], id="nobody wants it"),
    ],
)
async def test_without_anybody_there_is_nothing_to_send(
    store: Store, account: Account, given: list[str], silent: list[int]
) -> None:
    await silence(store, account, *map(number, silent))
    with pytest.raises(NoRecipient) as refusal:
        await sends.send(store, PRICES, account, to(*given, leave_out_opted_out=True, request_id="one"))
    assert refusal.value.given == len(given)
    assert await _rows(store) == {}


async def test_each_reads_their_own(store: Store, account: Account) -> None:
    people = [
        Draft(number=number(1), first_name="Zoé", attributes={"code": 7}),
        Draft(number=number(2), first_name="x" * 99, attributes={"code": "y" * 99}),
        Draft(number=number(3)),
        Draft(number=number(1), first_name="Łucja"),
    ]
    command = SendMessages(text=HELLO + "." * 60, purpose=Purpose.ALERT, recipients=people)
    sent = await sends.send(store, PRICES, account, command)
    dots = "." * 60
    assert _written(sent) == [
        (number(1), f"Hello Łucja, your code is {dots}", 2, 2),
        (number(2), f"Hello {'x' * 50}, your code is {'y' * 50}{dots}", 2, 2),
        (number(3), f"Hello , your code is {dots}", 1, 1),
    ]
    assert (sent.campaign.segments, sent.campaign.cost) == (5, 5 * PIECE)
    assert [one.text for one in await messages.claim(store, 10)] == [one.text for one in sent.messages]


@pytest.mark.parametrize(
    ("quality", "costs"),
    [(Quality.PREMIUM, [45_000, 70_000, 90_000]), (Quality.LOW_COST, [30_000, 35_000, 35_000])],
    ids=["premium", "low cost"],
)
async def test_a_number_costs_what_its_country_does(
    store: Store, account: Account, quality: Quality, costs: list[int]
) -> None:
    prices = price.read({"FR": {"low_cost": "0.03"}, "ES": {"premium": "0.07"}, "GB": {"premium": "0.09"}})
    command = to("+33612345678", "+34612345678", "+447400123456", quality=quality)
    sent = await sends.send(store, prices, account, command)
    assert [one.cost for one in sent.messages] == costs
    assert sent.campaign.cost == sum(costs)


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        pytest.param({"text": " "}, NoText, id="no text"),
        pytest.param({"text": "x" * 1225}, TextTooLong, id="too long"),
        pytest.param({"purpose": Purpose.MARKETING}, NoStopMention, id="no way out"),
        pytest.param({"send_at": Clock().now.replace(tzinfo=None)}, BadField, id="a time of nowhere"),
    ],
)
async def test_what_cannot_be_sent(
    store: Store, account: Account, options: dict[str, object], refusal: type[Refusal]
) -> None:
    for verb in (sends.send, sends.simulate):
        with pytest.raises(refusal):
            await verb(store, PRICES, account, to(number(1), request_id="one", **options))
    assert await _rows(store) == {}


async def test_who_opted_out_is_left_out_where_it_is_wanted(store: Store, account: Account) -> None:
    await silence(store, account, number(1))
    await silence(store, await another_account(store), number(2))
    sent = await send(store, account, 1, 2, leave_out_opted_out=True)
    assert [one.number for one in sent.messages] == [number(2)]
    assert sent.unreadable == []


async def test_who_opted_out_is_withheld_in_any_case(store: Store, account: Account) -> None:
    await silence(store, account, number(1))
    sent = await send(store, account, 1, 2)
    await silence(store, account, number(2))
    assert sent.campaign.messages == 2
    assert await messages.claim(store, 10) == []
    assert await counts(store, account, sent.campaign) == {"withheld": 2}


async def test_texts_of_one_request_are_sent_together(store: Store) -> None:
    account, _ = await holder(store, 3)
    commands = [to(number(1), text="First"), to("12"), to(number(1), text="Second"), to(number(2), number(3), text="x")]
    with pytest.raises(OutOfCredit):
        await sends.send_all(store, PRICES, account, commands)
    assert await _rows(store) == {"ledger": 1}
    assert await audited(store, account) == 3 * PIECE
    done = await sends.send_all(store, PRICES, account, commands[:3])
    texts = [(sent.campaign.text, sent.left // PIECE) if isinstance(sent, Sent) else type(sent) for sent in done]
    assert texts == [("First", 2), NoRecipient, ("Second", 1)]
    assert await audited(store, account) == PIECE
    assert store.woken.is_set()
    assert {one.text for one in await messages.claim(store, 10)} == {"First", "Second"}


async def test_texts_of_one_request_need_one_number_that_can_be_read(store: Store, account: Account) -> None:
    with pytest.raises(NoRecipient, match="None of the 2 numbers"):
        await sends.send_all(store, PRICES, account, [to("12"), to("x")])
    with pytest.raises(NoText):
        await sends.send_all(store, PRICES, account, [to(number(1)), to(number(2), text=" ")])
    assert await _rows(store) == {}


async def test_a_text_can_wait_for_its_time(store: Store, account: Account, clock: Clock) -> None:
    at = clock.now + timedelta(hours=1)
    sent = await send(store, account, 1, 2, send_at=at)
    assert (sent.campaign.state, sent.campaign.send_at) == (State.SCHEDULED, at)
    clock.advance(3599)
    assert await progress.start_due(store) == 0
    assert await messages.claim(store, 10) == []
    clock.advance(1)
    assert await progress.start_due(store) == 1
    assert [one.number for one in await messages.claim(store, 10)] == [number(1), number(2)]


@pytest.mark.parametrize("seconds", [0, -86_400], ids=["now", "yesterday"])
async def test_a_text_whose_time_has_come_leaves_at_once(
    store: Store, account: Account, clock: Clock, seconds: int
) -> None:
    sent = await send(store, account, 1, send_at=clock.now + timedelta(seconds=seconds))
    assert sent.campaign.state is State.SENDING
    assert len(await messages.claim(store, 10)) == 1


@pytest.mark.parametrize(
    ("parameters", "command", "sender"),
    [
        pytest.param(Parameters(), to(number(1)), None, id="none"),
        pytest.param(Parameters(sender="ACME"), to(number(1)), "ACME", id="the account's"),
        pytest.param(Parameters(sender="ACME"), to(number(1), sender="Shop"), "Shop", id="the text's own"),
        pytest.param(Parameters(sender="ACME", voice_sender="331"), CALL, "331", id="the account's for calls"),
        pytest.param(Parameters(sender="ACME"), CALL, None, id="none for calls"),
    ],
)
async def test_who_it_comes_from(
    store: Store, account: Account, parameters: Parameters, command: SendMessages, sender: str | None
) -> None:
    sent = await sends.simulate(store, PRICES, replace(account, parameters=parameters), command)
    assert sent.campaign.sender == sender


async def test_a_call_is_kept_as_a_draft(store: Store) -> None:
    account, _ = await holder(store, 1)
    with pytest.raises(NoVoiceCarrier):
        await sends.send(store, PRICES, account, replace(CALL, request_id="one"))
    draft = await campaigns.draft(store, account, spoken=True)
    assert draft
    assert (draft.state, draft.voice, draft.confirmed_at) == (State.READY, CALL.voice, None)
    assert (draft.messages, draft.segments, draft.cost, draft.reserved) == (1, 2, 120_000, 0)
    assert await campaigns.draft(store, account, spoken=False) is None
    assert await audited(store, account) == PIECE
    assert await messages.claim(store, 10) == []
    with pytest.raises(NoVoiceCarrier):
        await campaigns.confirm(store, account, draft.id)
    with pytest.raises(RequestRepeated):
        await sends.send(store, PRICES, account, replace(CALL, request_id="one"))
    await campaigns.cancel(store, account, draft.id)
    assert await campaigns.draft(store, account, spoken=True) is None


async def test_to_simulate_is_to_be_told_and_to_do_nothing(store: Store) -> None:
    account, _ = await holder(store, 5)
    before = await _rows(store)
    people = [Draft(number=number(1), first_name="Zoé"), Draft(number="061"), Draft(number="0610000001")]
    command = SendMessages(text=HELLO, purpose=Purpose.ALERT, recipients=people, request_id="one")
    told = await sends.simulate(store, PRICES, account, command)
    assert await _rows(store) == before
    assert not store.woken.is_set()
    assert await messages.claim(store, 10) == []
    assert (told.campaign.id, told.left) == (0, 5 * PIECE)
    done = await sends.send(store, PRICES, account, command)
    assert (_written(told), told.unreadable) == (_written(done), done.unreadable)
    assert replace(told.campaign, id=done.campaign.id, reserved=PIECE) == done.campaign


async def test_a_call_can_be_simulated(store: Store, account: Account) -> None:
    told = await sends.simulate(store, PRICES, account, CALL)
    assert (told.campaign.voice, told.campaign.segments, told.campaign.cost) == (CALL.voice, 2, 120_000)
    assert await _rows(store) == {}


async def test_a_request_is_done_once(store: Store, account: Account, clock: Clock) -> None:
    first = await send(store, account, 1, request_id="one")
    for options in ({}, {"text": "Another text"}, {"send_at": clock.now + timedelta(days=1)}):
        with pytest.raises(RequestRepeated) as refusal:
            await send(store, account, 1, request_id="one", **options)
        assert refusal.value.request_id == "one"
    await send(store, account, 1, request_id="two")
    await send(store, await another_account(store), 1, request_id="one")
    assert await counts(store, account, first.campaign) == {"waiting": 1}
    clock.advance(KEPT.total_seconds())
    await send(store, account, 1, request_id="one")
    assert await made(store, account) == 3


async def test_a_request_is_done_once_whatever_it_asks_for(store: Store, account: Account) -> None:
    await lists.create(store, account, "all")
    await campaigns.create(store, account, replace(EVERYBODY, request_id="one"))
    with pytest.raises(RequestRepeated):
        await send(store, account, 1, request_id="one")
    await send(store, account, 1, request_id="two")
    with pytest.raises(RequestRepeated):
        await campaigns.create(store, account, replace(EVERYBODY, request_id="two"))


async def test_a_request_that_was_refused_may_come_again(store: Store) -> None:
    account, _ = await holder(store, 1)
    with pytest.raises(OutOfCredit):
        await send(store, account, 1, 2, request_id="one")
    assert (await send(store, account, 1, request_id="one")).left == 0


async def _at_once(stores: Sequence[Store], account: Account, names: Sequence[str]) -> list[str]:
    """The names of the requests that were accepted."""
    coming = (send(one, account, 1, request_id=name) for one, name in zip(stores, names, strict=True))
    answers = await asyncio.gather(*coming, return_exceptions=True)
    assert {type(answer) for answer in answers} <= {Sent, RequestRepeated}
    return [name for name, answer in zip(names, answers, strict=True) if isinstance(answer, Sent)]


@pytest.mark.parametrize("processes", [1, 2], ids=["one process", "two processes"])
async def test_of_requests_that_come_at_once_each_is_done_once(
    store: Store, other_store: Store, account: Account, processes: int
) -> None:
    names = ["a", "b", "a", "c", "a", "b", "d", "d"]
    for turn in range(3):
        stores = ((store, other_store)[:processes] * 8)[:8]
        done = await _at_once(stores, account, [f"{name}{turn}" for name in names])
        assert sorted(done) == [f"{name}{turn}" for name in "abcd"]
    assert await _rows(store) == {"campaigns": 12, "messages": 12, "request_ids": 12}
