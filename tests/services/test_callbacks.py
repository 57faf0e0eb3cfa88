"""What is owed to customers' servers: with the commit of its cause, once, and until it is taken, on both databases."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from antiphon.core.account import Account, Callbacks
from antiphon.core.callback import Outage, Resting, State, Those
from antiphon.core.campaign import Campaign
from antiphon.core.errors import BadField, UnknownCallback
from antiphon.core.event import Due, Heard, Kind
from antiphon.core.message import Accepted, Fate, Outgoing, Receipt, Refused, Reply
from antiphon.services import accounts, callbacks, campaigns, deliveries, messages, progress, receipts, replies
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
    (due,) = await due_now(store)
    assert (due.url, due.format, due.form, due.attempts) == ("https://a.example/dlr", "exotel", False, 0)
    event = due.event
    assert (event.kind, event.account_id, event.account) == (Kind.RECEIPT, account.id, account.sid)
    assert (event.custom, event.sender, event.direct, event.segments) == ("order 12", "Shop", True, 1)
    assert (event.at, event.time_zone) == (clock.now, "Europe/Paris")


async def owe(store: Store, account: Account, clock: Clock, count: int, url: str = "https://a.example/x") -> None:
    _, taken = await claimed(store, account, count, Callbacks(receipts=url))
    await receipts.record(store, "test", [receipt(clock, one) for one in taken])


async def due_now(store: Store, each: int = 4) -> list[Due]:
    """What is claimed of every server."""
    servers = [name for name, _ in await deliveries.owed_after(store, "", 100)]
    return [taken.due for taken in await deliveries.claim(store, servers, each)]


async def rows(store: Store) -> list[dict[str, Any]]:
    async with store.read() as tx:
        return [dict(row) for row in await tx.all(select(table).order_by(table.c.id))]


async def test_what_is_claimed_is_not_claimed_again_until_the_lease_ends(
    store: Store, other_store: Store, account: Account, clock: Clock
) -> None:
    await owe(store, account, clock, 3)
    first = await due_now(store, 2)
    rest = await due_now(other_store)
    assert len({due.id for due in [*first, *rest]}) == 3
    assert await due_now(store) == []
    clock.advance(61)
    assert len(await due_now(other_store)) == 3


async def test_so_many_of_each_server_that_is_named(store: Store, account: Account, clock: Clock) -> None:
    await owe(store, account, clock, 5, "https://a.example/x")
    await owe(store, account, clock, 2, "http://b.example:8080/y")
    await owe(store, account, clock, 2, "https://c.example/z")
    taken = await deliveries.claim(store, ["https://a.example:443", "http://b.example:8080", "http://none:80"], 3)
    asked = Counter(one.due.url for one in taken)
    assert asked == {"https://a.example/x": 3, "http://b.example:8080/y": 2}


async def test_the_servers_that_something_is_owed_to(store: Store, account: Account, clock: Clock) -> None:
    began = clock.now
    names = [f"https://{letter}.example:443" for letter in "abcde"]
    for name in names:
        await owe(store, account, clock, 3, name)
        clock.advance(1)
    await deliveries.claim(store, names[1:2], 100)
    taken = await deliveries.claim(store, names[2:3], 100)
    await deliveries.settle(store, [(one.due, Heard(status=200)) for one in taken])
    first = await deliveries.owed_after(store, "", 3)
    rest = await deliveries.owed_after(store, first[-1][0], 3)
    after = {0: 0, 1: 5 + 60, 3: 3, 4: 4}
    assert [*first, *rest] == [(names[place], began + timedelta(seconds=after[place])) for place in after]


async def test_one_message_at_a_time_in_its_order(store: Store, account: Account, clock: Clock) -> None:
    await settings(store, account, replace(OURS, receipts="https://b.example/dlr"))
    _, (one,) = await claimed(store, account, 1, Callbacks())
    await receipts.record(store, "test", [receipt(clock, one)])
    said = [Reply(number=number(0), text=str(turn), at=clock.now, answers=one.key) for turn in range(2)]
    await replies.record(store, PRICES, said)
    order: list[str | None] = []
    while taken := await due_now(store):
        (due,) = taken
        order.append(due.event.text)
        await deliveries.settle(store, [(due, Heard(status=200))])
    assert order == [None, "0", "1"]


async def test_tried_for_a_day_and_then_kept(store: Store, account: Account, clock: Clock) -> None:
    await owe(store, account, clock, 1)
    began, tries, pauses = clock.now, 0, list[float]()
    while True:
        (row,) = await rows(store)
        if row["state"] != "waiting":
            break
        clock.now = row["due_at"]
        (due,) = await due_now(store)
        await deliveries.settle(store, [(due, Heard(status=503, answer="busy"))])
        tries += 1
        pauses.append(((await rows(store))[0]["due_at"] - clock.now).total_seconds())
    assert (row["state"], row["status"], row["answer"], row["attempts"]) == ("failed", 503, "busy", tries)
    assert timedelta(hours=22) < clock.now - began <= timedelta(hours=24)
    assert 5 <= pauses[0] <= 10
    assert 1800 <= pauses[-2] <= 3600
    assert await due_now(store) == []
    with pytest.raises(UnknownCallback):
        await callbacks.resend(store, await another_account(store), due.id)
    await callbacks.resend(store, account, due.id)
    (due,) = await due_now(store)
    await deliveries.settle(store, [(due, Heard(status=204, answer=""))])
    assert (await rows(store))[0]["state"] == "delivered"
    with pytest.raises(UnknownCallback):
        await callbacks.resend(store, account, due.id)


async def test_a_server_says_when_to_come_again(store: Store, account: Account, clock: Clock) -> None:
    await owe(store, account, clock, 1)
    (due,) = await due_now(store)
    await deliveries.settle(store, [(due, Heard(status=429, retry_after=600.0))])
    assert (await rows(store))[0]["due_at"] == clock.now + timedelta(seconds=600)


async def test_who_comes_too_late_changes_nothing(store: Store, account: Account, clock: Clock) -> None:
    await owe(store, account, clock, 1)
    (due,) = await due_now(store)
    await deliveries.settle(store, [(due, Heard(status=200))])
    await deliveries.settle(store, [(due, Heard(error="late"))])
    assert [(row["state"], row["status"]) for row in await rows(store)] == [("delivered", 200)]
    assert isinstance(due, Due)


async def test_what_is_put_back_is_due_at_once(store: Store, account: Account, clock: Clock) -> None:
    await owe(store, account, clock, 2)
    one, two = await due_now(store)
    await deliveries.settle(store, [(two, Heard(status=200))])
    await deliveries.release(store, [one, two])
    assert [due.id for due in await due_now(store)] == [one.id]


async def test_each_attempt_is_kept(store: Store, account: Account, clock: Clock) -> None:
    await owe(store, account, clock, 1)
    heard = [Heard(error="gone", at=clock.now, seconds=0.5), Heard(status=500, answer="no"), Heard(status=200)]
    for one in heard:
        (due,) = await due_now(store)
        await deliveries.settle(store, [(due, one)])
        clock.advance(60)
    found, tried = await callbacks.find(store, account, due.id)
    assert (found.state, found.attempts, found.kind, found.url) == ("delivered", 3, "receipt", "https://a.example/x")
    assert [(one.status, one.answer, one.error, one.seconds) for one in tried] == [
        (200, None, None, None),
        (500, "no", None, None),
        (None, None, "gone", 0.5),
    ]
    assert tried[2].at < tried[1].at < tried[0].at
    with pytest.raises(UnknownCallback):
        await callbacks.find(store, await another_account(store), due.id)


async def fail(store: Store) -> None:
    """All that is owed has failed."""
    async with store.begin() as tx:
        await tx.run(update(table).where(table.c.state == "waiting").values(state="failed", ended_at=tx.now))


async def test_a_page_of_those_that_are_asked_for(store: Store, account: Account, clock: Clock) -> None:
    one, taken = await claimed(store, account, 2, Callbacks(receipts="https://a.example/x"))
    two, more = await claimed(store, account, 1, Callbacks(receipts="https://b.example/x"))
    await receipts.record(store, "test", [receipt(clock, message) for message in taken])
    await fail(store)
    await receipts.record(store, "test", [receipt(clock, message) for message in more])

    async def ask(before: int = 10**18, limit: int = 10, **those: Any) -> list[int | None]:
        return [found.message_id for found in await callbacks.page(store, account, before, limit, Those(**those))]

    first, second, third = [*(message.id for message in taken), more[0].id]
    assert await ask() == [third, second, first]
    assert await ask(limit=1) == [third]
    assert await ask(state=State.FAILED) == [second, first]
    assert await ask(state=State.WAITING) == [third]
    assert await ask(state=State.DELIVERED) == []
    assert await ask(campaign_id=one.id) == [second, first]
    assert await ask(campaign_id=two.id, state=State.FAILED) == []
    assert await ask(message_id=first) == [first]
    assert await ask(endpoint="https://b.example:443") == [third]
    (newest, *_) = await callbacks.page(store, account, 10**18, 1, Those())
    assert await ask(before=newest.id) == [second, first]
    assert await callbacks.page(store, await another_account(store), 10**18, 9, Those()) == []


@pytest.mark.parametrize(
    ("outage", "resent"),
    [
        pytest.param({"endpoint": "https://a.example/anywhere"}, 2, id="of a server"),
        pytest.param({"since": 30}, 3, id="since"),
        pytest.param({"until": 30}, 2, id="until"),
        pytest.param({"since": 0, "until": 60}, 2, id="a span"),
        pytest.param({"endpoint": "https://b.example", "until": 60}, 0, id="a span of a server"),
        pytest.param({"endpoint": "https://nobody.example"}, 0, id="nobody's"),
    ],
)
async def test_all_of_an_outage_again(
    store: Store, account: Account, clock: Clock, outage: dict[str, Any], resent: int
) -> None:
    began = clock.now
    await owe(store, account, clock, 2, "https://a.example/x")
    clock.advance(60)
    await owe(store, account, clock, 3, "https://b.example/x")
    await fail(store)
    clock.advance(3600)
    told = {
        name: began + timedelta(seconds=value) if isinstance(value, int) else value for name, value in outage.items()
    }
    assert await callbacks.resend_all(store, await another_account(store), Outage(**told)) == 0
    assert await callbacks.resend_all(store, account, Outage(**told)) == resent
    assert len(await due_now(store)) == resent
    assert await callbacks.resend_all(store, account, Outage(**told)) == 0


@pytest.mark.parametrize("outage", [Outage(), Outage(endpoint="shop"), Outage(endpoint="http://[1")], ids=str)
async def test_no_outage(store: Store, account: Account, outage: Outage) -> None:
    with pytest.raises(BadField):
        await callbacks.resend_all(store, account, outage)


async def test_given_up_after_a_day_at_a_server_that_is_left_alone(
    store: Store, account: Account, clock: Clock
) -> None:
    await owe(store, account, clock, 2)
    clock.advance(24 * 3600)
    await owe(store, account, clock, 1)
    assert await deliveries.give_up(store) == 0
    clock.advance(1)
    assert await deliveries.give_up(store) == 2
    assert [(row["state"], row["error"]) for row in await rows(store)] == [
        ("failed", "its server took nothing for a day"),
        ("failed", "its server took nothing for a day"),
        ("waiting", None),
    ]


async def test_servers_that_are_left_alone(store: Store, account: Account, clock: Clock) -> None:
    shop, other = (
        Resting(f"https://{name}.example:443", 5, clock.now, clock.now + timedelta(seconds=30), "status 503")
        for name in ("a", "b")
    )
    await deliveries.rest(store, [shop, other], [])
    await owe(store, account, clock, 1, "https://a.example/x")
    somebody = await another_account(store)
    assert await callbacks.resting(store, account) == [shop, other], "an operator's"
    assert await callbacks.resting(store, replace(account, operator=False)) == [shop]
    assert await callbacks.resting(store, somebody) == []
    longer = replace(shop, failures=6)
    await deliveries.rest(store, [longer], [longer.endpoint, other.endpoint])
    assert await deliveries.resting(store) == [longer]
