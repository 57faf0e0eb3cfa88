"""Texts and events are kept as long as an account wants, on both databases."""

import pytest
from sqlalchemy import insert, select

from antiphon.core.account import Account
from antiphon.core.message import Accepted, Reply
from antiphon.services import messages, progress, replies, retention, sends
from antiphon.services.retention import Kind
from antiphon.store import schema
from antiphon.store.attempts import Attempt
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import PRICES, audited, counts, holder, number, people, ready, send, sending, to

DAY = 86400


async def _talk(store: Store, account: Account, clock: Clock) -> None:
    """A text of its own to somebody, an attempt, an answer and a callback of it."""
    await send(store, account, 0, text="Dear Axelle")
    for message in await messages.claim(store, 100):
        await messages.note(store, [Attempt(message.key, clock.now, "acme", "refused")])
        await messages.settle(store, "acme", [(message.key, Accepted(str(message.id)))])
    await progress.finish(store)
    await replies.record(store, PRICES, [Reply(number=number(0), text="Dear shop", at=clock.now)])
    async with store.begin() as tx:
        row = {"url": "u", "endpoint": "e", "format": "native", "form": False, "event": {}, "attempts": 1}
        times = {"due_at": tx.now, "created_at": tx.now}
        await tx.run(
            insert(schema.callbacks).values(account_id=account.id, id=tx.ids.one(), state="waiting", **row, **times)
        )
        ended = {**times, "ended_at": tx.now, "state": "delivered"}
        await tx.run(insert(schema.callbacks).values(account_id=account.id, id=tx.ids.one(), **row, **ended))
        await tx.run(
            insert(schema.automation_answers).values(
                account_id=account.id, number=number(0), automation_id=tx.ids.one(), at=tx.now
            )
        )


async def _left(store: Store, account: Account) -> dict[str, int]:
    """How many texts and events there are."""
    found: dict[str, int] = {}
    async with store.read() as tx:
        for name, column in (
            ("campaigns", "text"),
            ("replies", "text"),
            ("callbacks", None),
            ("attempts", None),
            ("automation_answers", None),
        ):
            table = schema.metadata.tables[name]
            rows = await tx.tuples(select(table.c[column or "account_id"]).where(table.c.account_id == account.id))
            found[name] = sum(bool(value) for (value,) in rows)
    return found


async def _all(store: Store) -> None:
    while await retention.work(store):
        pass


NOTHING_GONE = {"campaigns": 2, "replies": 2, "callbacks": 4, "attempts": 2, "automation_answers": 2}


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({}, {}),
        ({Kind.TEXTS: 10}, {"campaigns": 1, "replies": 1}),
        ({Kind.EVENTS: 10}, {"callbacks": 3, "attempts": 1, "automation_answers": 1}),
        ({Kind.TEXTS: 10, Kind.EVENTS: 30}, {"campaigns": 1, "replies": 1}),
        ({Kind.TEXTS: None, Kind.EVENTS: None}, {}),
    ],
)
async def test_what_is_old_goes(
    store: Store, account: Account, clock: Clock, wanted: dict[Kind, int | None], left: dict[str, int]
) -> None:
    other = await another_account(store)
    for one in (account, other):
        await _talk(store, one, clock)
    clock.advance(15 * DAY)
    for one in (account, other):
        await _talk(store, one, clock)
    await retention.keep(store, account, wanted)
    await _all(store)
    assert await _left(store, account) == NOTHING_GONE | left
    assert await _left(store, other) == NOTHING_GONE
    assert await retention.kept(store, account) == {kind: days for kind, days in wanted.items() if days}


async def test_counts_and_costs_stay(store: Store, clock: Clock) -> None:
    mine = (await holder(store, pieces=10)).account
    sent = await sends.send(store, PRICES, mine, to(number(0), number(1)))
    for message in await messages.claim(store, 100):
        await messages.settle(store, "acme", [(message.key, Accepted(str(message.id)))])
    money = await audited(store, mine)
    await retention.keep(store, mine, {Kind.TEXTS: 1, Kind.EVENTS: 1})
    clock.advance(5 * DAY)
    await _all(store)
    assert await counts(store, mine, sent.campaign) == {"accepted": 2}
    assert await audited(store, mine) == money


async def test_what_is_still_to_leave_keeps_its_text_until_it_has(store: Store, account: Account, clock: Clock) -> None:
    campaign = await ready(store, account, people(1))
    sent = await send(store, account, 0, text="Later", send_at=clock.now.replace(month=4))
    await retention.keep(store, account, {Kind.TEXTS: 1})
    clock.advance(5 * DAY)
    await _all(store)
    async with store.read() as tx:
        texts = dict(await tx.tuples(select(schema.campaigns.c.id, schema.campaigns.c.text)))
    assert texts == {campaign.id: campaign.text, sent.campaign.id: "Later"}
    async with store.begin() as tx:
        table = schema.campaigns
        await tx.run(table.update().where(table.c.id == sent.campaign.id).values(state="sent"))
    await _all(store)
    clock.advance(8 * DAY)
    await _all(store)  # a round begins again after a week
    await _all(store)
    async with store.read() as tx:
        texts = dict(await tx.tuples(select(schema.campaigns.c.id, schema.campaigns.c.text)))
    assert texts == {campaign.id: campaign.text, sent.campaign.id: ""}


async def test_it_goes_by_small_steps(store: Store, account: Account, clock: Clock) -> None:
    await sending(store, account, people(4_500))
    await retention.keep(store, account, {Kind.TEXTS: 1})
    clock.advance(2 * DAY)
    steps = [await retention.work(store) for _ in range(4)]
    assert steps == [2_001, 2_000, 500, 0]
