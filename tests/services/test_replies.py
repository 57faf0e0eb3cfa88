"""What people answer, and who wants no more, on both databases."""

import pytest
from sqlalchemy import select

from antiphon.core.account import Account
from antiphon.core.message import Outgoing, Reply
from antiphon.services import messages, replies
from antiphon.store.schema import opt_outs as opt_out_table
from antiphon.store.schema import replies as reply_table
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import PRICES, counts, number, people, sending


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


async def test_a_reply_to_nothing_of_ours_is_left_out(store: Store, message: Outgoing, clock: Clock) -> None:
    account, id = message.key
    strangers = [
        Reply(number=number(1), text="STOP", at=clock.now, answers=key)
        for key in ((account, id + 1), (account + 1, id))
    ]
    await replies.record(store, PRICES, strangers)
    await replies.record(store, PRICES, [])
    assert await _stored(store) == ([], [])
