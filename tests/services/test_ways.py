"""Is everything told that happened to a message, and to nobody else?"""

import pytest

from antiphon.core.account import Account, Callbacks
from antiphon.core.errors import UnknownMessage
from antiphon.core.message import Accepted, Fate, Receipt, Reply
from antiphon.services import cursors, messages, receipts, replies, ways
from antiphon.store import ids
from antiphon.store.attempts import Attempt
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import PRICES, number, people, send, sending


async def test_the_whole_way(store: Store, account: Account, clock: Clock) -> None:
    told = Callbacks(receipts="https://shop.example/in?key=secret", format="native")
    sent = await send(store, account, 1, callbacks=told)
    clock.advance(1)
    (message,) = await messages.claim(store, 10)
    await messages.note(store, [Attempt(message.key, clock.now, "other", "refused, sent on by acme: 8")])
    clock.advance(1)
    await messages.settle(store, "acme", [(message.key, Accepted("77", ("77", "78")))])
    clock.advance(1)
    arrived = [Receipt(reference=one, fate=Fate.DELIVERED, at=clock.now) for one in ("77", "78")]
    await receipts.record(store, "acme", arrived)
    clock.advance(1)
    await replies.record(store, PRICES, [Reply(number=message.number, text="STOP", at=clock.now, answers=message.key)])
    steps = await ways.of(store, account, sent.messages[0].id)
    assert [(int(step.at.timestamp()) % 60, step.what) for step in steps] == [
        (0, "taken in with its number: 1 segment, 0.045 EUR"),
        (1, "claimed, to be sent"),
        (1, "other: refused, sent on by acme: 8"),
        (2, "acme accepted it in 2 parts: 77 (delivered), 78 (delivered)"),
        (3, "a receipt of acme says that it was delivered"),
        (3, "a callback (receipt) is owed to https://shop.example:443; it is due at 2026-03-02T12:00:03Z"),
        (4, f"{message.number} answered: STOP"),
        (4, "the number opted out, known by reply: STOP"),
    ]
    assert "secret" not in str(steps)


async def test_of_a_campaign(store: Store, account: Account) -> None:
    await sending(store, account, people(1))
    ((_, _, fared),) = await cursors.messages_to(store, account, number(0), None, 9)
    said = [step.what.split(":")[0].rstrip("0123456789") for step in await ways.of(store, account, fared.id)]
    assert [said[0][:12], *said[1:]] == [
        "its campaign",
        "calculated",
        "its campaign was confirmed",
        "waits for its turn",
    ]


async def test_nobody_elses(store: Store, account: Account) -> None:
    sent = await send(store, await another_account(store), 1)
    for id in (sent.messages[0].id, 12):
        with pytest.raises(UnknownMessage):
            await ways.of(store, account, id)


async def test_messages_to_a_number_are_the_newest_first(store: Store, account: Account) -> None:
    other = await another_account(store)
    made = [(await send(store, one, 1, text=f"Code {place}")).messages[0].id for place, one in enumerate([account] * 3)]
    await send(store, other, 1)
    await send(store, account, 2)
    found = await cursors.messages_to(store, account, number(1), None, 2)
    assert [(fared.id, text) for _, text, fared in found] == [(made[2], "Code 2"), (made[1], "Code 1")]
    ((_, text, fared),) = await cursors.messages_to(store, account, number(1), made[1], 2)
    assert (fared.id, text) == (made[0], "Code 0")
    assert await cursors.messages_to(store, account, "nonsense", None, 2) == []


def test_an_id_tells_its_second(clock: Clock) -> None:
    made = ids.Ids(clock, node=63)
    assert [ids.made_at(id) for id in (*made.many(3), made.many(140_000)[0])] == [clock.now] * 4
    clock.advance(61)
    assert ids.made_at(made.one()) == clock.now
