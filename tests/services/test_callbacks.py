"""What is owed to customers' servers: with the commit of its cause, once, and until it is taken, on both databases."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from antiphon.core.account import Account, Callbacks
from antiphon.core.campaign import Campaign
from antiphon.core.errors import UnknownCallback
from antiphon.core.event import Due, Heard, Kind
from antiphon.core.message import Accepted, Fate, Outgoing, Receipt, Refused, Reply
from antiphon.services import accounts, callbacks, campaigns, messages, progress, receipts, replies
from antiphon.store.schema import callbacks as table
from antiphon.store.session import Store
from antiphon.workers import schedule
from tests.conftest import Clock, another_account
from tests.services.scenes import EVERYBODY, PRICES, number, people, ready, send, silence

HERE = Callbacks(
    receipts="https://a.example/dlr", campaigns="https://a.example/campaign", format="exotel", custom="order 12"
)
OURS = Callbacks(
    receipts="https://b.example/dlr",
    replies="https://b.example/in",
    opt_outs="https://b.example/stop",
    format="octopush",
)
Told = tuple[str, str, str | None, str | None]


async def told(store: Store) -> list[Told]:
    """What is owed: to which server, of what kind, of whom, in which state."""
    async with store.read() as tx:
        rows = await tx.all(select(table).order_by(table.c.id))
    return [
        (row["endpoint"][8:9], row["event"]["kind"], row["event"].get("number"), row["event"].get("state"))
        for row in rows
    ]


async def settings(store: Store, account: Account, told: Callbacks) -> None:
    await accounts.edit_parameters(store, account, lambda known: replace(known, callbacks=told))


async def claimed(
    store: Store, account: Account, count: int, told: Callbacks = HERE
) -> tuple[Campaign, list[Outgoing]]:
    campaign = await ready(store, account, people(count), replace(EVERYBODY, callbacks=told))
    await campaigns.confirm(store, account, campaign.id)
    return campaign, await messages.claim(store, 100)


def receipt(clock: Clock, message: Outgoing, fate: Fate = Fate.DELIVERED) -> Receipt:
    return Receipt(reference=str(message.id), fate=fate, at=clock.now, echo=message.key)


async def test_a_receipt_is_told_once(store: Store, account: Account, clock: Clock) -> None:
    _, (one, two) = await claimed(store, account, 2)
    await messages.settle(store, "test", [(one.key, Accepted("1")), (two.key, Accepted("2"))])
    assert await told(store) == []
    await receipts.record(store, "test", [receipt(clock, one), receipt(clock, two, Fate.FAILED)])
    await receipts.record(store, "test", [receipt(clock, one, Fate.FAILED), receipt(clock, two)])
    assert await told(store) == [
        ("a", "receipt", number(0), "delivered"),
        ("a", "receipt", number(1), "failed"),
    ]


async def test_what_a_carrier_refuses_and_who_opted_out(store: Store, account: Account) -> None:
    campaign = await ready(store, account, people(2), replace(EVERYBODY, callbacks=HERE))
    await campaigns.confirm(store, account, campaign.id)
    await silence(store, account, number(1))
    (one,) = await messages.claim(store, 2)
    await messages.settle(store, "test", [(one.key, Refused("no route"))])
    await messages.settle(store, "test", [(one.key, Refused("no route"))])
    assert await told(store) == [
        ("a", "receipt", number(1), "withheld"),
        ("a", "receipt", number(0), "refused"),
    ]
    assert await progress.finish(store) == 1
    assert (await told(store))[2:] == [("a", "campaign", None, "sent")]


async def test_what_was_stopped(store: Store, account: Account) -> None:
    campaign = await ready(store, account, people(2), replace(EVERYBODY, callbacks=HERE))
    await campaigns.confirm(store, account, campaign.id)
    await campaigns.stop(store, account, campaign.id)
    await schedule.run_once(store)
    await schedule.run_once(store)
    assert sorted(await told(store), key=str) == [
        ("a", "campaign", None, "stopped"),
        ("a", "receipt", number(0), "unsent"),
        ("a", "receipt", number(1), "unsent"),
    ]


async def test_a_campaign_that_is_cancelled_or_fails(store: Store, account: Account) -> None:
    campaign = await ready(store, account, people(1), replace(EVERYBODY, callbacks=HERE))
    await campaigns.cancel(store, account, campaign.id)
    await ready(store, account, [], replace(EVERYBODY, callbacks=HERE))
    assert await told(store) == [("a", "campaign", None, "cancelled"), ("a", "campaign", None, "failed")]


async def test_the_accounts_own_addresses_stand_in(store: Store, account: Account, clock: Clock) -> None:
    await settings(store, account, OURS)
    account = replace(account, parameters=replace(account.parameters, callbacks=OURS))
    _, (one,) = await claimed(store, account, 1, Callbacks())
    _, (two,) = await claimed(store, account, 1, HERE)
    await receipts.record(store, "test", [receipt(clock, one), receipt(clock, two)])
    said = [
        Reply(number=number(0), text=text, at=clock.now, answers=one.key, receiver="36111") for text in ("yes", "STOP")
    ]
    await replies.record(store, PRICES, said)
    assert await told(store) == [
        ("b", "receipt", number(0), "delivered"),
        ("a", "receipt", number(0), "delivered"),
        ("b", "reply", number(0), None),
        ("b", "reply", number(0), None),
        ("b", "opt_out", number(0), None),
    ]


async def test_nobody_asked(store: Store, account: Account, clock: Clock) -> None:
    _, (one,) = await claimed(store, account, 1, Callbacks())
    await receipts.record(store, "test", [receipt(clock, one)])
    await replies.record(store, PRICES, [Reply(number=number(0), text="STOP", at=clock.now, answers=one.key)])
    await progress.finish(store)
    assert await told(store) == []


async def test_a_single_text(store: Store, account: Account, clock: Clock) -> None:
    await send(store, account, 1, callbacks=HERE, sender="Shop")
    (one,) = await messages.claim(store, 1)
    await receipts.record(store, "test", [receipt(clock, one)])
    (due,) = await callbacks.claim(store, 10, 4, [])
    assert (due.url, due.format, due.form, due.attempts) == ("https://a.example/dlr", "exotel", False, 0)
    event = due.event
    assert (event.kind, event.account_id, event.account) == (Kind.RECEIPT, account.id, account.sid)
    assert (event.custom, event.sender, event.direct, event.segments) == ("order 12", "Shop", True, 1)
    assert (event.at, event.time_zone) == (clock.now, "Europe/Paris")


async def owe(store: Store, account: Account, clock: Clock, count: int, url: str = "https://a.example/x") -> None:
    _, taken = await claimed(store, account, count, Callbacks(receipts=url))
    await receipts.record(store, "test", [receipt(clock, one) for one in taken])


async def rows(store: Store) -> list[dict[str, Any]]:
    async with store.read() as tx:
        return [dict(row) for row in await tx.all(select(table).order_by(table.c.id))]


async def test_what_is_claimed_is_not_claimed_again_until_the_lease_ends(
    store: Store, other_store: Store, account: Account, clock: Clock
) -> None:
    await owe(store, account, clock, 3)
    first = await callbacks.claim(store, 2, 4, [])
    rest = await callbacks.claim(other_store, 10, 4, [])
    assert len({due.id for due in [*first, *rest]}) == 3
    assert await callbacks.claim(store, 10, 4, []) == []
    clock.advance(61)
    assert len(await callbacks.claim(other_store, 10, 4, [])) == 3


async def test_so_many_of_each_endpoint_and_none_of_some(store: Store, account: Account, clock: Clock) -> None:
    await owe(store, account, clock, 5, "https://a.example/x")
    await owe(store, account, clock, 2, "http://b.example:8080/y")
    await owe(store, account, clock, 2, "https://c.example/z")
    taken = await callbacks.claim(store, 100, 3, ["https://c.example:443"])
    asked = Counter(due.url for due in taken)
    assert asked == {"https://a.example/x": 3, "http://b.example:8080/y": 2}


async def test_one_message_at_a_time_in_its_order(store: Store, account: Account, clock: Clock) -> None:
    await settings(store, account, replace(OURS, receipts="https://b.example/dlr"))
    _, (one,) = await claimed(store, account, 1, Callbacks())
    await receipts.record(store, "test", [receipt(clock, one)])
    said = [Reply(number=number(0), text=str(turn), at=clock.now, answers=one.key) for turn in range(2)]
    await replies.record(store, PRICES, said)
    order: list[str | None] = []
    while taken := await callbacks.claim(store, 10, 4, []):
        (due,) = taken
        order.append(due.event.text)
        await callbacks.settle(store, [(due, Heard(status=200))])
    assert order == [None, "0", "1"]


async def test_tried_for_a_day_and_then_kept(store: Store, account: Account, clock: Clock) -> None:
    await owe(store, account, clock, 1)
    began, tries, pauses = clock.now, 0, list[float]()
    while True:
        (row,) = await rows(store)
        if row["state"] != "waiting":
            break
        clock.now = row["due_at"]
        (due,) = await callbacks.claim(store, 10, 4, [])
        await callbacks.settle(store, [(due, Heard(status=503, answer="busy"))])
        tries += 1
        pauses.append(((await rows(store))[0]["due_at"] - clock.now).total_seconds())
    assert (row["state"], row["status"], row["answer"], row["attempts"]) == ("failed", 503, "busy", tries)
    assert timedelta(hours=22) < clock.now - began <= timedelta(hours=24)
    assert 5 <= pauses[0] <= 10
    assert 1800 <= pauses[-2] <= 3600
    assert await callbacks.claim(store, 10, 4, []) == []
    with pytest.raises(UnknownCallback):
        await callbacks.resend(store, await another_account(store), due.id)
    await callbacks.resend(store, account, due.id)
    (due,) = await callbacks.claim(store, 10, 4, [])
    await callbacks.settle(store, [(due, Heard(status=204, answer=""))])
    assert (await rows(store))[0]["state"] == "delivered"
    with pytest.raises(UnknownCallback):
        await callbacks.resend(store, account, due.id)


async def test_a_server_says_when_to_come_again(store: Store, account: Account, clock: Clock) -> None:
    await owe(store, account, clock, 1)
    (due,) = await callbacks.claim(store, 10, 4, [])
    await callbacks.settle(store, [(due, Heard(status=429, retry_after=600.0))])
    assert (await rows(store))[0]["due_at"] == clock.now + timedelta(seconds=600)


async def test_who_comes_too_late_changes_nothing(store: Store, account: Account, clock: Clock) -> None:
    await owe(store, account, clock, 1)
    (due,) = await callbacks.claim(store, 10, 4, [])
    await callbacks.settle(store, [(due, Heard(status=200))])
    await callbacks.settle(store, [(due, Heard(error="late"))])
    assert [(row["state"], row["status"]) for row in await rows(store)] == [("delivered", 200)]
    assert isinstance(due, Due)
