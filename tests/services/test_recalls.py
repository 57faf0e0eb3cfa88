"""Is a message that a carrier has called back by one process, only where that can be, and not for ever?"""

import asyncio

import pytest
from cryptography.fernet import Fernet

from antiphon.core.account import Account
from antiphon.core.errors import CannotCancel
from antiphon.core.message import Accepted, Entrusted, Fate, Key, Receipt
from antiphon.services import carriers, messages, recalls, ways
from antiphon.services.vault import Vault
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import number, send


@pytest.fixture(autouse=True)
async def main(store: Store) -> None:
    await added(store, "main", "?cancel=true")


async def added(store: Store, name: str, options: str) -> None:
    await carriers.add(store, Vault(Fernet.generate_key().decode()), name, f"smpp://me:secret@h{options}")


async def accepted(store: Store, account: Account, *places: int, parts: tuple[str, ...] = ()) -> list[Key]:
    await send(store, account, *places)
    taken = await messages.claim(store, len(places))
    outcomes = [(one.key, Accepted(parts[0] if parts else f"r{one.number}", parts)) for one in taken]
    await messages.settle(store, "main", outcomes)
    return [one.key for one in taken]


async def said(store: Store, account: Account, id: int) -> list[str]:
    return [step.what for step in await ways.of(store, account, id) if "call it back" in step.what]


async def test_a_message_that_is_called_back(store: Store, account: Account, clock: Clock) -> None:
    (key,) = await accepted(store, account, 1)
    assert await messages.cancel(store, account, key[1]) is False
    assert await messages.cancel(store, account, key[1]) is False, "once more changes nothing"
    assert await recalls.succeeded(store, account, key[1]) is None
    asked = Entrusted(key=key, number=number(1), sender=None, references=(f"r{number(1)}",))
    assert await recalls.due(store, "main", 10) == [asked]
    assert await recalls.due(store, "main", 10) == []
    gone = Receipt(reference=asked.references[0], fate=Fate.FAILED, at=clock.now, error="DELETED: cancelled")
    await messages.settle(store, "main", [], [gone])
    assert await recalls.succeeded(store, account, key[1]) is True
    clock.advance(31)
    assert await recalls.due(store, "main", 10) == []
    assert await said(store, account, key[1]) == ["main: is to call it back: somebody has cancelled it"]
    with pytest.raises(CannotCancel):
        await messages.cancel(store, account, key[1])


async def test_a_carrier_that_refuses(store: Store, account: Account, clock: Clock) -> None:
    (key,) = await accepted(store, account, 1)
    await messages.cancel(store, account, key[1])
    await recalls.due(store, "main", 10)
    await recalls.refused(store, "main", [(key, "ESME_RCANCELFAIL")])
    assert await recalls.succeeded(store, account, key[1]) is False
    clock.advance(31)
    assert await recalls.due(store, "main", 10) == []
    assert (await said(store, account, key[1]))[1:] == ["main: does not call it back: ESME_RCANCELFAIL"]
    found = await messages.find(store, account, key[1])
    assert found
    assert found[1].state == "accepted"


async def test_a_carrier_that_says_nothing_is_asked_for_five_minutes(
    store: Store, account: Account, clock: Clock
) -> None:
    (key,) = await accepted(store, account, 1)
    await messages.cancel(store, account, key[1])
    asked = 0
    for _ in range(60):
        asked += len(await recalls.due(store, "main", 10))
        clock.advance(10)
    assert asked == 10
    assert (await said(store, account, key[1]))[1:] == ["main: did not say whether it would call it back"]
    assert await recalls.succeeded(store, account, key[1]) is False


async def test_what_was_delivered_meanwhile_is_not_asked_for(store: Store, account: Account, clock: Clock) -> None:
    (key,) = await accepted(store, account, 1)
    await messages.cancel(store, account, key[1])
    await messages.settle(store, "main", [], [Receipt(reference=f"r{number(1)}", fate=Fate.DELIVERED, at=clock.now)])
    assert await recalls.due(store, "main", 10) == []
    assert await recalls.succeeded(store, account, key[1]) is False


@pytest.mark.parametrize("options", ["", "?cancel=false"])
async def test_a_carrier_that_does_not_do_that(store: Store, account: Account, options: str) -> None:
    await added(store, "main", options)
    (key,) = await accepted(store, account, 1)
    with pytest.raises(CannotCancel):
        await messages.cancel(store, account, key[1])
    await carriers.remove(store, "main")
    with pytest.raises(CannotCancel):
        await messages.cancel(store, account, key[1])


async def test_nobody_cancels_what_is_another_account_s(store: Store, account: Account) -> None:
    (key,) = await accepted(store, account, 1)
    with pytest.raises(CannotCancel):
        await messages.cancel(store, await another_account(store), key[1])


async def test_all_parts_of_a_message(store: Store, account: Account) -> None:
    (key,) = await accepted(store, account, 1, parts=("a", "b", "c"))
    await messages.cancel(store, account, key[1])
    (asked,) = await recalls.due(store, "main", 10)
    assert asked.references == ("a", "b", "c")


async def test_two_processes_ask_for_different_messages(store: Store, other_store: Store, account: Account) -> None:
    for key in await accepted(store, account, *range(20)):
        await messages.cancel(store, account, key[1])
    found = await asyncio.gather(*(recalls.due(one, "main", 7) for one in (store, other_store, store)))
    keys = [one.key for each in (*found, await recalls.due(store, "main", 20)) for one in each]
    assert len(keys) == len(set(keys)) == 20
