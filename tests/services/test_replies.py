"""What people answer, and who wants no more, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from antiphon.core.account import Account
from antiphon.core.message import Outgoing, Reply
from antiphon.services import messages, replies
from antiphon.services.sends import Sent
from antiphon.store.schema import opt_outs as opt_out_table
from antiphon.store.schema import replies as reply_table
from antiphon.store.schema import reply_keys
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import PRICES, counts, number, people, send, sending, silence


@pytest.fixture
async def message(store: Store, account: Account) -> Outgoing:
    """A message that somebody can answer."""
    await sending(store, account, people(1))
    (claimed,) = await messages.claim(store, 1)
    return claimed


async def _stored(store: Store) -> tuple[list[str], list[tuple[int, str, str, str]]]:
    """The texts of all replies; account, number, source and words of all opt-outs."""
    async with store.read() as tx:
        said = await tx.all(select(reply_table.c.text).order_by(reply_table.c.id))
        silent = select(opt_out_table).where(opt_out_table.c.state == "out")
        out = await tx.all(silent.order_by(opt_out_table.c.number))
    return [row["text"] for row in said], [
        (row["account_id"], row["number"], row["source"], row["words"]) for row in out
    ]


def _reply(message: Outgoing, text: str, clock: Clock) -> Reply:
    return Reply(number=message.number, text=text, at=clock.now, answers=message.key)


@pytest.mark.parametrize("text", ["STOP", " stop. Thank you", "Arrêt"])
async def test_a_reply_that_says_stop_opts_out_of_the_account(
    store: Store, account: Account, message: Outgoing, clock: Clock, text: str
) -> None:
    await replies.record(store, PRICES, [_reply(message, text, clock)])
    assert await _stored(store) == ([text], [(account.id, message.number, "reply", text)])
    ours = await sending(store, account, people(2))
    theirs = await sending(store, await another_account(store), people(2))
    assert (ours.messages, ours.opted_out) == (1, 1)
    assert (theirs.messages, theirs.opted_out) == (2, 0)


@pytest.mark.parametrize("text", ["We have got to STOP this bill", "yes", "", "Don't stop", "stopover in Rome"])
async def test_a_reply_that_only_contains_the_word_does_not(
    store: Store, message: Outgoing, clock: Clock, text: str
) -> None:
    await replies.record(store, PRICES, [_reply(message, text, clock)])
    assert await _stored(store) == ([text], [])


async def test_who_says_stop_at_noon_gets_nothing_at_one(store: Store, account: Account, clock: Clock) -> None:
    campaign = await sending(store, account, people(2))
    (first,) = await messages.claim(store, 1)
    await replies.record(store, PRICES, [Reply(number=number(1), text="stop", at=clock.now, answers=first.key)])
    assert await messages.claim(store, 10) == []
    assert await counts(store, account, campaign) == {"submitting": 1, "withheld": 1}


async def test_the_first_word_stands(store: Store, account: Account, message: Outgoing, clock: Clock) -> None:
    await replies.record(store, PRICES, [_reply(message, "STOP", clock), _reply(message, "stop now", clock)])
    clock.advance(1)
    await replies.record(store, PRICES, [_reply(message, "unsubscribe", clock)])
    texts, out = await _stored(store)
    assert texts == ["STOP", "stop now", "unsubscribe"]
    assert out == [(account.id, message.number, "reply", "STOP")]


async def test_a_reply_to_nothing_of_ours_is_kept_apart(store: Store, message: Outgoing, clock: Clock) -> None:
    account, id = message.key
    strangers = [
        Reply(number=number(1), text="STOP", at=clock.now, answers=key)
        for key in ((account, id + 1), (account + 1, id))
    ]
    await replies.record(store, PRICES, strangers)
    await replies.record(store, PRICES, [])
    assert await _stored(store) == ([], [])
    assert [one.number for one in await replies.strays(store, None, 10)] == [number(1)] * 2


@pytest.mark.parametrize(
    ("number", "text", "kept"),
    [
        pytest.param("MYBANK", "STOP", "STOP", id="alphanumeric"),
        pytest.param("", "STOP", "STOP", id="no number"),
        pytest.param("+0", "STOP", "STOP", id="too short"),
        pytest.param("+33\0612", "a\0b", "ab", id="NUL"),
        pytest.param("+12345678901234567890123", "x", "x", id="too long"),
        pytest.param("?" * 500, "\ud800", "?", id="half a character"),
        pytest.param("+33699999999", "x" * 100_000, "x" * 39_015, id="100 kB"),
    ],
)
async def test_garbage_is_kept_for_the_operator(
    store: Store, message: Outgoing, clock: Clock, number: str, text: str, kept: str
) -> None:
    said = Reply(number=number, text=text, at=clock.now, receiver="36111", carrier="acme")
    await replies.record(store, PRICES, [said, _reply(message, "yes", clock)])
    (stray,) = await replies.strays(store, None, 10)
    assert (stray.text, len(stray.number) <= 64) == (kept, True)
    assert await _stored(store) == (["yes"], [])


async def test_strays_and_keys_are_forgotten(store: Store, clock: Clock) -> None:
    await replies.record(store, PRICES, [Reply(number="X", text="Hi", at=clock.now, carrier="acme", id="1")])
    await replies.expire(store, PRICES)
    assert len(await replies.strays(store, None, 10)) == 1
    clock.advance(91 * 86400)
    await replies.expire(store, PRICES)
    assert await replies.strays(store, None, 10) == []
    async with store.read() as tx:
        assert await tx.all(select(reply_keys)) == []


@pytest.mark.parametrize(
    ("ids", "pauses", "kept"),
    [
        pytest.param([None, None], [0, 0], 1, id="twice in one batch"),
        pytest.param([None, None], [0, 299], 1, id="again soon: the acknowledgement was lost"),
        pytest.param([None, None, None], [0, 301, 1], 2, id="the same words later"),
        pytest.param(["a", "a"], [0, 6 * 86400], 1, id="the carrier's own id, days later"),
        pytest.param(["a", "b"], [0, 0], 2, id="the same words under two ids"),
    ],
)
async def test_a_reply_that_comes_again_is_stored_once(
    store: Store, message: Outgoing, clock: Clock, ids: list[str | None], pauses: list[int], kept: int
) -> None:
    for id, pause in zip(ids, pauses, strict=True):
        clock.advance(pause)
        said = Reply(number=message.number, text="1", at=clock.now, answers=message.key, carrier="acme", id=id)
        await replies.record(store, PRICES, [said] * 2)
    assert len((await _stored(store))[0]) == kept


async def test_two_processes_store_a_repeated_reply_once(
    store: Store, other_store: Store, message: Outgoing, clock: Clock
) -> None:
    said = Reply(number=message.number, text="1", at=clock.now, answers=message.key, carrier="acme", id="a")
    await asyncio.gather(*(replies.record(one, PRICES, [said]) for one in (store, other_store) * 5))
    assert (await _stored(store))[0] == ["1"]


async def _sent(store: Store, account: Account, clock: Clock, sender: str) -> Sent:
    """A text from this sender that has left."""
    sent = await send(store, account, 0, sender=sender)
    await messages.claim(store, 10)
    clock.advance(60)
    return sent


async def _answered(store: Store) -> list[tuple[int, int | None, int | None]]:
    """Account, campaign and message of all replies."""
    async with store.read() as tx:
        rows = await tx.all(select(reply_table).order_by(reply_table.c.id))
    return [(row["account_id"], row["campaign_id"], row["message_id"]) for row in rows]


async def test_a_reply_answers_the_newest_from_the_sender_it_went_to(
    store: Store, account: Account, clock: Clock
) -> None:
    other = await another_account(store)
    first = await _sent(store, account, clock, "36111")
    second = await _sent(store, other, clock, "+33999")
    between = clock.now
    third = await _sent(store, account, clock, "36111")
    await send(store, account, 0, sender="36111", send_at=clock.now + timedelta(days=1))
    said = [
        ("36111", clock.now, third),
        ("36111", between - timedelta(seconds=90), first),
        ("33999", clock.now, second),
        ("40404", clock.now, third),
        (None, between - timedelta(seconds=30), second),
    ]
    for receiver, at, _ in said:
        await replies.record(store, PRICES, [Reply(number=number(0), text="1", at=at, receiver=receiver)])
    wanted = [(one.campaign.account_id, one.campaign.id, one.messages[0].id) for *_, one in said]
    assert await _answered(store) == wanted


async def test_an_answer_after_a_month_is_to_no_campaign(store: Store, account: Account, clock: Clock) -> None:
    sent = await _sent(store, account, clock, "36111")
    clock.advance(30 * 86400 - 120)
    await replies.record(store, PRICES, [Reply(number=number(0), text="1", at=clock.now)])
    clock.advance(3600)
    await replies.record(store, PRICES, [Reply(number=number(0), text="Stop", at=clock.now)])
    assert await _answered(store) == [
        (account.id, sent.campaign.id, sent.messages[0].id),
        (account.id, None, None),
    ]
    assert (await _stored(store))[1] == [(account.id, number(0), "reply", "Stop")]


async def test_what_never_left_is_not_answered(store: Store, account: Account, clock: Clock) -> None:
    await silence(store, account, number(0))
    await send(store, account, 0)
    assert await messages.claim(store, 10) == []
    await replies.record(store, PRICES, [Reply(number=number(0), text="1", at=clock.now)])
    assert await _answered(store) == []
    assert len(await replies.strays(store, None, 10)) == 1
