"""What is held of one person is told and erased, on both databases."""

import io
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import JSON, Text, insert, select, text

from antiphon.core.account import Account, Callbacks
from antiphon.core.automation import AutoReply, CallWebhook, Match, Rule, SendTo
from antiphon.core.consent import OptOut
from antiphon.core.contact import Change, Draft, EditContact
from antiphon.core.errors import BadNumber, CannotErase
from antiphon.core.message import Accepted, Fate, InDoubt, Receipt, Reply
from antiphon.services import (
    accounts,
    automations,
    contacts,
    doubts,
    erased,
    imports,
    messages,
    personal,
    receipts,
    replies,
    sends,
)
from antiphon.store import personal as stored
from antiphon.store import schema
from antiphon.store.attempts import Attempt
from antiphon.store.schema import metadata
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import (
    PRICES,
    add,
    audited,
    changes,
    counts,
    holder,
    number,
    people,
    ready,
    send,
    sending,
    silence,
    to,
)

ME = number(0)
DIGITS = ME.removeprefix("+")
OTHER = number(1)


def test_every_table_is_told_of_or_declared_free() -> None:
    """Who adds a table says here what of it is personal: in HOLDINGS or, with a reason, in FREE."""
    held = {holding.table.name for holding in stored.HOLDINGS}
    assert held | set(stored.FREE) == set(metadata.tables)
    assert not held & set(stored.FREE)
    for holding in stored.HOLDINGS:
        assert set(holding.shown) <= set(holding.table.c.keys())
        told = {
            column.name for column in holding.table.c if column.name in ("number", "text", "words", "what", "event")
        }
        assert told <= set(holding.shown), holding.table.name


def test_what_is_free_has_no_number() -> None:
    for name in stored.FREE:
        columns = metadata.tables[name].c
        texts = {one.name for one in columns if isinstance(one.type, Text | JSON)}
        assert not texts & {"number", "receiver", "text", "words", "phone"} or name in ("automations",), name


async def _everything(store: Store, account: Account, clock: Clock) -> None:
    """A person in every table that there is."""
    await accounts.edit_parameters(
        store, account, lambda known: msgspec.structs.replace(known, callbacks=Callbacks(replies="https://a.example/r"))
    )
    me = Draft(number=ME, first_name="Axelle", email="a@b.example", tags=("vip",), attributes={"phone": ME})
    await add(store, account, me, Draft(number=OTHER, first_name="Bob"), lists=("all",))
    rule = Rule(
        receiver=None,
        match=Match.CONTAINS,
        words="yes",
        actions=(
            CallWebhook(url="https://a.example/w", format="native"),
            AutoReply(text="Thanks {first_name}"),
            SendTo(OTHER),
        ),
    )
    await automations.create(store, account, rule)
    await ready(store, account, [me, Draft(number=OTHER)])
    campaign = await sending(store, account, [me, Draft(number=OTHER)])
    await send(store, account, 0, text="Axelle, your code is 77")
    await _leave(store)
    for receiver, said in (("36111", "yes please"), (None, "STOP"), ("36111", "me again: " + ME)):
        await replies.record(
            store, PRICES, [Reply(number=ME, text=said, at=clock.now, receiver=receiver, carrier="acme")]
        )
        clock.advance(1)
    await replies.record(store, PRICES, [Reply(number=OTHER, text="yes", at=clock.now)])
    await _leave(store)
    async with store.read() as tx:
        rows = await tx.tuples(
            select(schema.messages.c.account_id, schema.messages.c.id).where(schema.messages.c.number == ME)
        )
    await messages.note(store, [Attempt(row, clock.now, "acme", f"refused for {ME}") for row in map(tuple, rows)])
    stray = Receipt(reference="early", fate=Fate.FAILED, at=clock.now, number=DIGITS, error=f"no route to {ME}")
    await receipts.record(store, "acme", [stray])
    async with store.begin() as tx:
        now = tx.now
        await tx.run(insert(schema.stray_replies).values(id=1, number=ME, text="?", reason="x", at=now, carrier="acme"))
        part = {"carrier": "acme", "number": ME, "receiver": "3", "reference": 1, "total": 2, "place": 1}
        await tx.run(
            insert(schema.reply_parts).values(
                **part, octets="41", coding=0, alphabet="gsm", joined=False, arrived_at=now
            )
        )
        await tx.run(
            insert(schema.submitted_parts).values(
                account_id=account.id,
                id=5,
                sender="X",
                receiver=ME,
                reference=1,
                total=2,
                place=1,
                octets="41",
                created_at=now,
            )
        )
        await tx.run(
            insert(schema.answers).values(
                account_id=account.id,
                key="k",
                request_hash="h",
                process_id=1,
                status=201,
                headers={},
                body=f'{{"number": "{ME}"}}',
                expires_at=now + timedelta(days=1),
            )
        )
        await tx.run(insert(schema.entries).values(account_id=account.id, id=9, list_id=1, contact_id=_id_of(ME)))
        mine = {"account_id": account.id}
        await tx.run(insert(schema.word_answers).values(**mine, number=ME, asked="help", at=now))
        recalled = {"message_id": rows[0][1], "carrier": "acme", "due_at": now, "until": now}
        await tx.run(insert(schema.recalls).values(**mine, **recalled))
        told = select(schema.callbacks.c.id).where(schema.callbacks.c.event["number"].as_string() == ME).limit(1)
        attempt = {"callback_id": told.scalar_subquery(), "id": 1, "at": now, "answer": f"unknown: {ME}"}
        await tx.run(insert(schema.callback_attempts).values(**mine, **attempt))
    assert (await counts(store, account, campaign))["accepted"] == 2


def _id_of(number: str) -> Any:
    return select(schema.contacts.c.id).where(schema.contacts.c.number == number).scalar_subquery()


async def _leave(store: Store) -> None:
    for message in await messages.claim(store, 100):
        await messages.settle(store, "acme", [(message.key, Accepted(str(message.id)))])


async def _dump(store: Store) -> dict[str, str]:
    """Everything in the database, by table."""
    async with store.read() as tx:
        return {
            name: repr([tuple(row) for row in await tx.tuples(text(f"SELECT * FROM {name}"))])
            for name in metadata.tables
        }


async def _of_account(store: Store) -> dict[str, int]:
    async with store.read() as tx:
        return {
            name: len(await tx.tuples(text(f"SELECT 1 FROM {name}"))) for name in ("messages", "replies", "campaigns")
        }


async def test_everything_is_told_and_everything_goes(store: Store, account: Account, clock: Clock) -> None:
    assert account.operator
    await _everything(store, account, clock)
    told = await personal.export(store, account, "06 10 00 00 00")
    assert {name for name, rows in told.holdings.items() if not rows} == set()
    assert set(told.holdings) == {holding.table.name for holding in stored.HOLDINGS}
    assert b"your code is 77" in msgspec.json.encode(told)
    assert OTHER not in msgspec.json.encode({**told.holdings, "campaigns": [], "callbacks": []}).decode()
    before = await _of_account(store)
    done = await personal.erase(store, account, ME, "somebody")
    assert set(done.gone) == set(told.holdings)
    assert [name for name, rows in (await _dump(store)).items() if DIGITS in rows or "Axelle" in rows] == []
    assert [name for name, rows in (await _dump(store)).items() if "your code is 77" in rows] == []
    assert await _of_account(store) == before
    assert OTHER in (await _dump(store))["contacts"]
    again = await personal.export(store, account, ME)
    assert (again.protected, any(again.holdings.values())) == (True, False)
    (noted,) = await personal.erasures(store, account, None, 10)
    assert (noted.who, noted.gone) == ("somebody", done.gone)


async def test_only_who_runs_the_installation_sees_what_is_in_no_account(
    store: Store, account: Account, clock: Clock
) -> None:
    await _everything(store, account, clock)
    other = await another_account(store)
    assert not other.operator
    told = await personal.export(store, other, ME)
    assert not {"stray_replies", "early_receipts", "reply_parts"} & set(told.holdings)
    assert not any(told.holdings.values())
    before = await _dump(store)
    await personal.erase(store, other, ME, "x")
    assert {**await _dump(store), "erasures": ""} == {**before, "erasures": ""}


async def test_who_opted_out_does_not_come_back(store: Store, account: Account, clock: Clock) -> None:
    await add(store, account, *people(3), lists=("all",))
    await silence(store, account, ME)
    await personal.erase(store, account, ME, "x")
    await personal.erase(store, account, OTHER, "x")  # who never opted out may be added again
    added = await add(store, account, *people(3), lists=("all",))
    assert changes(added) == [Change.OPTED_OUT, Change.ADDED, Change.UPDATED]
    assert DIGITS not in "".join((await _dump(store)).values())
    campaign = await ready(store, account, people(3))
    assert campaign.messages == 2
    elsewhere = await another_account(store)
    assert changes(await add(store, elsewhere, *people(1))) == [Change.ADDED]


async def test_a_file_does_not_bring_them_back(store: Store, account: Account) -> None:
    await silence(store, account, ME)
    await personal.erase(store, account, ME, "x")
    started = await imports.start(
        store, account, "file", io.BytesIO(f"number\n{ME}\n{OTHER}\n".encode()), dynamic=False
    )
    with pytest.raises(CannotErase):
        await personal.erase(store, account, OTHER, "x")
    while await imports.work(store):
        pass
    done = await imports.find(store, account, started.id)
    assert (done.added, done.failed, done.reason) == (1, 1, "line 2: the number has opted out")


async def test_a_contact_is_not_given_their_number(store: Store, account: Account) -> None:
    await silence(store, account, ME)
    await personal.erase(store, account, ME, "x")
    (kept,) = await add(store, account, Draft(number=OTHER))
    assert kept.contact
    with pytest.raises(BadNumber):
        await contacts.edit(store, account, EditContact(id=kept.contact.id, draft=Draft(number=ME)))


async def test_what_is_sent_to_them_is_withheld_and_paid_back(store: Store) -> None:
    mine = (await holder(store, pieces=10)).account
    await silence(store, mine, ME)
    await personal.erase(store, mine, ME, "x")
    left = await audited(store, mine)
    sent = await sends.send(store, PRICES, mine, to(ME, OTHER))
    claimed = await messages.claim(store, 10)
    assert [message.number for message in claimed] == [OTHER]
    assert await counts(store, mine, sent.campaign) == {"withheld": 1, "submitting": 1}
    assert await audited(store, mine) == left - sent.campaign.cost // 2


async def test_what_waits_is_unsent_and_paid_back(store: Store) -> None:
    mine = (await holder(store, pieces=10)).account
    left = await audited(store, mine)
    sent = await send(store, mine, 0, 1)
    await personal.erase(store, mine, ME, "x")
    assert await counts(store, mine, sent.campaign) == {"unsent": 1, "waiting": 1}
    assert await audited(store, mine) == left - sent.campaign.cost // 2


async def test_what_leaves_at_this_moment_is_waited_for(store: Store, account: Account) -> None:
    sent = await send(store, account, 0)
    (message,) = await messages.claim(store, 1)
    before = await _dump(store)
    with pytest.raises(CannotErase):
        await personal.erase(store, account, ME, "x")
    assert await _dump(store) == before
    await messages.settle(store, "acme", [(message.key, Accepted("1"))])
    await personal.erase(store, account, ME, "x")
    arrived = Receipt(reference="1", fate=Fate.DELIVERED, at=store.now())
    await receipts.record(store, "acme", [arrived])
    assert await counts(store, account, sent.campaign) == {"delivered": 1}


async def test_what_is_in_doubt_is_not_sent_again(store: Store, account: Account, clock: Clock) -> None:
    sent = await send(store, account, 0)
    (message,) = await messages.claim(store, 1)
    await messages.settle(store, "acme", [(message.key, InDoubt("?"))])
    await personal.erase(store, account, ME, "x")
    clock.advance(86400)
    assert await doubts.settle(store) == 0
    assert await counts(store, account, sent.campaign) == {"in_doubt": 1}


@pytest.mark.parametrize("written", ["", "x", "+0", "12", "\0", "9" * 1000])
async def test_what_is_no_number_is_refused(store: Store, account: Account, written: str) -> None:
    with pytest.raises(BadNumber):
        await personal.erase(store, account, written, "x")
    with pytest.raises(BadNumber):
        await personal.export(store, account, written)


async def test_many_that_were_erased_are_asked_for(store: Store, account: Account) -> None:
    async with store.begin() as tx:
        for place in range(1_200):
            out = OptOut(number=number(place), at=tx.now, source="test")
            await erased.remember(tx, account.id, out)
    added = await add(store, account, *people(3, start=1_198))
    assert changes(added) == [Change.OPTED_OUT, Change.OPTED_OUT, Change.ADDED]


async def test_with_another_key_nobody_is_known(store: Store, account: Account) -> None:
    await silence(store, account, ME)
    await personal.erase(store, account, ME, "x")
    store.secret = lambda: b"another key"
    assert changes(await add(store, account, *people(1))) == [Change.ADDED]
