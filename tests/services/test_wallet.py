"""What is spent and what comes back, also when many spend at once, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from antiphon.core.account import Account
from antiphon.core.campaign import Campaign, State
from antiphon.core.errors import BadField, NotNow, OutOfCredit, UnknownAccount
from antiphon.core.message import Accepted, Fate, InDoubt, Key, Outcome, Outgoing, Receipt, Refused
from antiphon.core.money import MICROS
from antiphon.core.wallet import UNMETERED, Kind
from antiphon.services import campaigns, messages, progress, receipts, sends, wallet
from antiphon.store import messages as stored_messages
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.services.scenes import (
    EVERYBODY,
    PIECE,
    PRICES,
    audited,
    counts,
    holder,
    made,
    number,
    people,
    ready,
    send,
    sending,
    silence,
    somebody_waits,
    to,
)

ACCEPTED, REFUSED, IN_DOUBT = Accepted("ref"), Refused("no"), InDoubt("cut off")
DELIVERED, FAILED = Fate.DELIVERED, Fate.FAILED
BILLION = 1_000_000_000 * MICROS


async def _movements(store: Store, account: Account) -> list[tuple[Kind, int]]:
    return [(entry.kind, entry.amount // PIECE) for entry in await wallet.ledger(store, account)]


async def _happens(store: Store, clock: Clock, key: Key, what: Outcome | Fate) -> None:
    if isinstance(what, Fate):
        await receipts.record(store, "test", [Receipt(reference="ref", fate=what, at=clock.now, echo=key)])
    else:
        await messages.settle(store, "test", [(key, what)])


async def _claimed(store: Store, account: Account, *places: int) -> list[Outgoing]:
    """Messages of a direct send, being submitted."""
    await send(store, account, *places)
    return await messages.claim(store, len(places))


async def test_to_pay_in_makes_an_account_metered(store: Store, clock: Clock) -> None:
    account, login = await holder(store)
    assert await wallet.balance(store, account) == UNMETERED
    assert await wallet.credit(store, f" {login.upper()} ", 5 * MICROS, note="by cheque") == 5 * MICROS
    clock.advance(1)
    assert await wallet.credit(store, login, 1) == 5 * MICROS + 1
    assert await audited(store, account) == 5 * MICROS + 1
    first, second = await wallet.ledger(store, account)
    assert (first.kind, first.amount, first.note) == (Kind.CREDIT, 5 * MICROS, "by cheque")
    assert (second.kind, second.amount, second.note) == (Kind.CREDIT, 1, None)
    assert (first.account_id, second.at - first.at) == (account.id, timedelta(seconds=1))


@pytest.mark.parametrize("amount", [-1, BILLION + 1, 2**63], ids=["less", "too much", "no number"])
async def test_an_amount_that_cannot_be_paid_in(store: Store, amount: int) -> None:
    account, login = await holder(store)
    with pytest.raises(BadField) as refusal:
        await wallet.credit(store, login, amount)
    assert refusal.value.field == "amount"
    assert await wallet.balance(store, account) == UNMETERED


async def test_nobody_can_be_paid(store: Store) -> None:
    with pytest.raises(UnknownAccount):
        await wallet.credit(store, "nobody@example.com", 1)


async def test_payments_that_come_at_once_all_count(store: Store, other_store: Store) -> None:
    account, login = await holder(store)
    await asyncio.gather(*(wallet.credit(one, login, MICROS) for one in (store, other_store) * 5))
    assert await audited(store, account) == 10 * MICROS


async def test_a_campaign_is_paid_when_it_is_confirmed(store: Store) -> None:
    account, _ = await holder(store, 3)
    campaign = await ready(store, account, people(3))
    assert (campaign.cost, campaign.reserved) == (3 * PIECE, 0)
    assert await audited(store, account) == 3 * PIECE
    await campaigns.confirm(store, account, campaign.id)
    assert (await campaigns.find(store, account, campaign.id)).reserved == 3 * PIECE
    assert await audited(store, account) == 0
    (_, entry) = await wallet.ledger(store, account)
    assert (entry.kind, entry.amount, entry.campaign_id) == (Kind.RESERVED, -3 * PIECE, campaign.id)


async def test_what_cannot_be_paid_does_not_go(store: Store) -> None:
    account, login = await holder(store, 2)
    campaign = await ready(store, account, people(3))
    with pytest.raises(OutOfCredit) as refusal:
        await campaigns.confirm(store, account, campaign.id)
    assert str(refusal.value) == "The wallet holds 0.09; this costs 0.135."
    with pytest.raises(OutOfCredit) as refusal:
        await send(store, account, 1, 2, 3)
    assert str(refusal.value) == "The wallet holds 0.09; this costs 0.135."
    assert await campaigns.find(store, account, campaign.id) == campaign
    assert await made(store, account) == 1
    assert await audited(store, account) == 2 * PIECE
    await wallet.credit(store, login, PIECE)
    await campaigns.confirm(store, account, campaign.id)
    assert await audited(store, account) == 0


async def test_without_a_wallet_nothing_is_paid_nor_paid_back(store: Store, account: Account) -> None:
    await sending(store, account, people(2))
    scheduled = await ready(store, account, people(2), replace(EVERYBODY, send_at=store.now() + timedelta(days=1)))
    await campaigns.confirm(store, account, scheduled.id)
    await campaigns.cancel(store, account, scheduled.id)
    sent = await send(store, account, 1, 2)
    assert (sent.left, sent.campaign.reserved) == (UNMETERED, 0)
    await silence(store, account, number(1))
    claimed = await messages.claim(store, 10)
    assert len(claimed) == 2
    await messages.settle(store, "test", [(message.key, REFUSED) for message in claimed])
    assert await wallet.balance(store, account) == UNMETERED
    assert await wallet.ledger(store, account) == []


async def test_what_left_before_there_was_a_wallet_is_not_paid_back(store: Store) -> None:
    account, login = await holder(store)
    claimed = await _claimed(store, account, 1, 2)
    await send(store, account, 3)
    await wallet.credit(store, login, PIECE)
    await silence(store, account, number(3))
    await messages.settle(store, "test", [(message.key, REFUSED) for message in claimed])
    assert await messages.claim(store, 10) == []
    assert await _movements(store, account) == [(Kind.CREDIT, 1)]


@pytest.mark.parametrize(
    ("happened", "paid_back"),
    [
        pytest.param([ACCEPTED], 0, id="accepted"),
        pytest.param([ACCEPTED, DELIVERED], 0, id="delivered"),
        pytest.param([ACCEPTED, FAILED], 0, id="failed"),
        pytest.param([IN_DOUBT], 0, id="in doubt"),
        pytest.param([IN_DOUBT, ACCEPTED], 0, id="in doubt, then accepted"),
        pytest.param([REFUSED], 1, id="refused"),
        pytest.param([REFUSED, REFUSED], 1, id="refused twice"),
        pytest.param([REFUSED, ACCEPTED, REFUSED], 1, id="refused stays refused"),
        pytest.param([IN_DOUBT, REFUSED], 1, id="in doubt, then refused"),
        pytest.param([IN_DOUBT, REFUSED, IN_DOUBT, REFUSED], 1, id="in doubt, then refused, twice"),
        pytest.param([ACCEPTED, REFUSED], 0, id="refused after it was accepted"),
        pytest.param([FAILED, REFUSED], 0, id="refused after it failed"),
        pytest.param([REFUSED, FAILED], 1, id="failed after it was refused"),
    ],
)
async def test_what_comes_back(store: Store, clock: Clock, happened: list[Outcome | Fate], paid_back: int) -> None:
    account, _ = await holder(store, 2)
    one, _ = await _claimed(store, account, 1, 2)
    for what in happened:
        await _happens(store, clock, one.key, what)
    assert await audited(store, account) == paid_back * PIECE
    assert await _movements(store, account) == [
        (Kind.CREDIT, 2),
        (Kind.RESERVED, -2),
        *[(Kind.REFUND, 1)] * paid_back,
    ]


async def test_a_batch_of_answers_pays_each_its_own(store: Store) -> None:
    holders = [await holder(store, pieces) for pieces in (3, 4, 0)]
    claimed = [message for one in holders for message in await _claimed(store, one.account, 1, 2, 3)]
    outcomes: list[tuple[Key, Outcome]] = [(message.key, REFUSED) for message in claimed]
    outcomes[0] = (claimed[0].key, ACCEPTED)
    await messages.settle(store, "test", [*outcomes, *outcomes[4:5]])
    assert [await audited(store, one.account) // PIECE for one in holders[:2]] == [2, 4]
    assert await _movements(store, holders[1].account) == [(Kind.CREDIT, 4), (Kind.RESERVED, -3), (Kind.REFUND, 3)]
    assert await wallet.ledger(store, holders[2].account) == []


async def test_two_who_hear_of_one_refusal_pay_it_back_once(store: Store, other_store: Store) -> None:
    account, _ = await holder(store, 20)
    claimed = await _claimed(store, account, *range(20))
    refused: list[tuple[Key, Outcome]] = [(message.key, REFUSED) for message in claimed]
    batches = ((store, refused), (other_store, refused[::-1]), (store, refused[5:]), (other_store, refused[:15]))
    await asyncio.gather(*(messages.settle(one, "test", batch) for one, batch in batches))
    assert await audited(store, account) == 20 * PIECE


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "campaign"])
async def test_who_opted_out_meanwhile_is_paid_back(store: Store, *, direct: bool) -> None:
    account, _ = await holder(store, 3)
    if direct:
        await send(store, account, 0, 1, 2)
    else:
        await sending(store, account, people(3))
    await silence(store, account, number(0), number(2))
    for _ in range(2):
        await messages.claim(store, 10)
        assert await audited(store, account) == 2 * PIECE


async def test_what_is_put_back_is_not_paid_back(store: Store) -> None:
    account, _ = await holder(store, 2)
    for _ in range(2):
        claimed = await messages.claim(store, 2) or await _claimed(store, account, 1, 2)
        await messages.release(store, [message.key for message in claimed])
        assert await audited(store, account) == 0


async def _scheduled(store: Store, account: Account, *, direct: bool) -> Campaign:
    later = store.now() + timedelta(hours=1)
    if direct:
        return (await send(store, account, 0, 1, send_at=later)).campaign
    campaign = await ready(store, account, people(2), replace(EVERYBODY, send_at=later))
    await campaigns.confirm(store, account, campaign.id)
    return await campaigns.find(store, account, campaign.id)


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "campaign"])
async def test_what_is_cancelled_comes_back_whole(store: Store, clock: Clock, *, direct: bool) -> None:
    account, _ = await holder(store, 2)
    campaign = await _scheduled(store, account, direct=direct)
    assert (campaign.state, campaign.reserved) == (State.SCHEDULED, 2 * PIECE)
    assert await audited(store, account) == 0
    await campaigns.cancel(store, account, campaign.id)
    with pytest.raises(NotNow):
        await campaigns.cancel(store, account, campaign.id)
    assert await _movements(store, account) == [(Kind.CREDIT, 2), (Kind.RESERVED, -2), (Kind.REFUND, 2)]
    clock.advance(3600)
    assert await progress.start_due(store) == 0
    assert await messages.claim(store, 10) == []
    assert await audited(store, account) == 2 * PIECE


async def test_what_was_never_paid_does_not_come_back(store: Store) -> None:
    account, _ = await holder(store, 5)
    campaign = await ready(store, account, people(2))
    await campaigns.cancel(store, account, campaign.id)
    assert await _movements(store, account) == [(Kind.CREDIT, 5)]


async def test_two_who_cancel_at_once_are_paid_back_once(store: Store, other_store: Store) -> None:
    account, _ = await holder(store, 2)
    for _ in range(5):
        campaign = await _scheduled(store, account, direct=True)
        cancelling = (campaigns.cancel(one, account, campaign.id) for one in (store, other_store))
        answers = await asyncio.gather(*cancelling, return_exceptions=True)
        assert [isinstance(answer, NotNow) for answer in answers].count(True) == 1
        assert await audited(store, account) == 2 * PIECE


@pytest.mark.parametrize("processes", [1, 2], ids=["one process", "two processes"])
async def test_of_two_campaigns_at_once_the_one_goes_that_can_be_paid(
    store: Store, other_store: Store, processes: int
) -> None:
    account, login = await holder(store, 5)
    for _ in range(5):
        both = [await ready(store, account, people(3)) for _ in range(2)]
        stores = (store, other_store)[:processes] * 2
        confirming = (campaigns.confirm(one, account, each.id) for one, each in zip(stores, both, strict=False))
        answers = await asyncio.gather(*confirming, return_exceptions=True)
        assert [isinstance(answer, OutOfCredit) for answer in answers].count(True) == 1
        states = [(await campaigns.find(store, account, each.id)).state for each in both]
        assert sorted(states) == [State.READY, State.SENDING]
        assert await audited(store, account) == 2 * PIECE
        await wallet.credit(store, login, 3 * PIECE)


@pytest.mark.parametrize("processes", [1, 2], ids=["one process", "two processes"])
async def test_of_forty_texts_at_once_the_ten_go_that_can_be_paid(
    store: Store, other_store: Store, processes: int
) -> None:
    account, _ = await holder(store, 10)
    stores = (store, other_store)[:processes] * 40
    coming = (sends.send(one, PRICES, account, to(number(place))) for place, one in enumerate(stores[:40]))
    answers = await asyncio.gather(*coming, return_exceptions=True)
    assert [isinstance(answer, OutOfCredit) for answer in answers].count(True) == 30
    sent = [answer for answer in answers if isinstance(answer, sends.Sent)]
    assert sorted(one.left // PIECE for one in sent) == list(range(10))
    assert await audited(store, account) == 0
    assert await made(store, account) == len(await messages.claim(store, 50)) == 10


async def test_one_who_cannot_pay_does_not_keep_others_from_sending(store: Store) -> None:
    poor, rich, free = [(await holder(store, pieces)).account for pieces in (1, 50, 0)]
    coming = [send(store, one, *range(count)) for count in (2, 1, 3) for one in (poor, rich, free)]
    answers = await asyncio.gather(*coming, return_exceptions=True)
    assert [isinstance(answer, OutOfCredit) for answer in answers] == [one in (0, 6) for one in range(9)]
    assert [await audited(store, one) // PIECE for one in (poor, rich)] == [0, 44]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_batch_with_a_refusal_is_locked_in_the_order_of_its_keys(store: Store) -> None:
    account, _ = await holder(store, 2)
    campaign = await sending(store, account, people(2))
    first, last = sorted(message.key for message in await messages.claim(store, 2))
    async with store.begin() as tx:
        assert await stored_messages.settle(tx, "test", [(first, IN_DOUBT)]) == 1
        waiting = asyncio.create_task(messages.settle(store, "test", [(last, REFUSED), (first, ACCEPTED)]))
        await somebody_waits(store)
        assert await stored_messages.settle(tx, "test", [(last, IN_DOUBT)]) == 1
    await waiting
    assert await counts(store, account, campaign) == {"refused": 1, "accepted": 1}
    assert await audited(store, account) == PIECE
