"""Is a carrier asked about what is silent, by one process alone, more and more rarely, and not for ever?"""

import asyncio
from datetime import timedelta

import pytest

from antiphon.core.account import Account
from antiphon.core.message import Accepted, Entrusted, Fate, InDoubt, Receipt
from antiphon.services import inquiries, messages
from antiphon.store import attempts
from antiphon.store import inquiries as stored
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.services.scenes import counts, number, people, send, sending

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


async def accepted(store: Store, account: Account, count: int, parts: tuple[str, ...] = ()) -> list[int]:
    """The ids of messages that the carrier has taken, which is to be asked about them in a minute."""
    await sending(store, account, people(count))
    taken = await messages.claim(store, count)
    outcomes = [(one.key, Accepted(parts[0] if parts else f"r{one.number}", parts)) for one in taken]
    await messages.settle(store, "main", outcomes, (), MINUTE)
    return [one.id for one in taken]


async def due(store: Store, limit: int = 100, patience: timedelta = DAY) -> list[Entrusted]:
    return await inquiries.due(store, "main", patience, limit)


async def test_a_silent_message_is_asked_about_with_growing_pauses_until_a_day_is_over(
    store: Store, account: Account, clock: Clock
) -> None:
    (id,) = await accepted(store, account, 1)
    start, asked = clock.now, []
    while clock.now < start + timedelta(days=3):
        if found := await due(store):
            assert found == [
                Entrusted(key=(account.id, id), number=number(0), sender=None, references=(f"r{number(0)}",))
            ]
            asked.append(round((clock.now - start) / MINUTE))
        clock.advance(60)
    assert asked == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440]
    async with store.read() as tx:
        assert [one.what for one in await attempts.of(tx, (account.id, id))] == [
            "no receipt has come; it is asked about for the last time"
        ]


async def test_the_patience_is_the_carriers(store: Store, account: Account, clock: Clock) -> None:
    await accepted(store, account, 1)
    clock.advance(60)
    assert len(await due(store, patience=timedelta(seconds=30))) == 1, "once in any case"
    clock.advance(10_000)
    assert await due(store) == []


@pytest.mark.parametrize("fate", list(Fate))
async def test_who_has_a_receipt_is_not_asked_about(store: Store, account: Account, clock: Clock, fate: Fate) -> None:
    await accepted(store, account, 2)
    await messages.settle(store, "main", [], [Receipt(reference=f"r{number(0)}", fate=fate, at=clock.now)])
    clock.advance(61)
    assert [one.number for one in await due(store)] == [number(1)]


async def test_nobody_is_asked_where_it_was_not_wanted_or_nothing_was_answered(
    store: Store, account: Account, clock: Clock
) -> None:
    await send(store, account, 1, 2)
    first, second = await messages.claim(store, 2)
    await messages.settle(store, "main", [(first.key, Accepted("a"))])
    await messages.settle(store, "main", [(second.key, InDoubt("cut"))], (), MINUTE)
    clock.advance(100_000)
    assert await due(store) == []
    await messages.settle(store, "main", [(second.key, Accepted("b"))], (), MINUTE)
    clock.advance(61)
    assert [one.references for one in await due(store)] == [("b",)], "an answer that came late"


async def test_of_a_message_in_parts_those_without_a_fate(store: Store, account: Account, clock: Clock) -> None:
    await accepted(store, account, 1, ("a", "b", "c"))
    await messages.settle(store, "main", [], [Receipt(reference="b", fate=Fate.DELIVERED, at=clock.now)])
    clock.advance(61)
    (asked,) = await due(store)
    assert asked.references == ("a", "c")
    told = [Receipt(reference=one, fate=Fate.DELIVERED, at=clock.now) for one in asked.references]
    await messages.settle(store, "main", [], told)
    clock.advance(10_000)
    assert await due(store) == []


async def test_two_processes_ask_about_different_messages(
    store: Store, other_store: Store, account: Account, clock: Clock
) -> None:
    await accepted(store, account, 40)
    clock.advance(61)
    found = await asyncio.gather(*(due(one, 15) for one in (store, other_store, store)))
    keys = [one.key for each in found for one in each]
    assert len(keys) == len(set(keys))
    keys += [one.key for one in await due(store)]
    assert len(keys) == len(set(keys)) == 40
    assert await due(store) == [], "each has its next time"


async def test_what_a_receipt_ends_meanwhile_stays_ended(store: Store, account: Account, clock: Clock) -> None:
    ids = await accepted(store, account, 1)
    await messages.settle(store, "main", [], [Receipt(reference=f"r{number(0)}", fate=Fate.DELIVERED, at=clock.now)])
    async with store.begin() as tx:
        await stored.put_off(tx, [((account.id, ids[0]), clock.now)])
    assert await due(store) == []


async def test_the_oldest_are_asked_about_first(store: Store, account: Account, clock: Clock) -> None:
    campaign = await sending(store, account, people(2))
    for place in range(2):
        (one,) = await messages.claim(store, 1)
        await messages.settle(store, "main", [(one.key, Accepted(f"{place}"))], (), MINUTE)
        clock.advance(5)
    clock.advance(100)
    assert [(await due(store, 1))[0].references for _ in range(2)] == [("0",), ("1",)]
    assert await counts(store, account, campaign) == {"accepted": 2}
