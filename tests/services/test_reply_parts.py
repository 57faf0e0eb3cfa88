"""Long replies, in parts that come in any order, on both databases."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select

from antiphon.core import air
from antiphon.core.account import Account
from antiphon.core.air import Alphabet
from antiphon.core.message import Fragment, Outgoing, Reply
from antiphon.services import messages, replies
from antiphon.store.schema import replies as reply_table
from antiphon.store.schema import reply_parts
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.services.scenes import PRICES, number, people, sending

LONG = "A long answer that takes several parts, with an emoji or not. " * 6


@pytest.fixture
async def message(store: Store, account: Account) -> Outgoing:
    await sending(store, account, people(1))
    (claimed,) = await messages.claim(store, 1)
    return claimed


def _parts(text: str, clock: Clock, reference: int = 7) -> list[Reply]:
    cut = air.cut(text, Alphabet.GSM)
    whole = Reply(number=number(0), text="", at=clock.now, receiver="36111", carrier="acme")
    return [
        replace(
            whole,
            part=Fragment(
                reference=reference,
                total=len(cut.parts),
                place=place,
                octets=octets,
                coding=cut.coding,
                alphabet=Alphabet.GSM,
            ),
        )
        for place, octets in enumerate(cut.parts, 1)
    ]


async def _said(store: Store) -> list[str]:
    async with store.read() as tx:
        return [text for (text,) in await tx.tuples(select(reply_table.c.text).order_by(reply_table.c.id))]


async def _record(store: Store, *batches: Sequence[Reply]) -> None:
    for batch in batches:
        await replies.record(store, PRICES, batch)


@given(data=st.data())
@settings(max_examples=15)
async def test_parts_join_in_any_order(store: Store, message: Outgoing, clock: Clock, data: st.DataObject) -> None:
    before = len(await _said(store))
    clock.advance(3600)
    text = data.draw(st.sampled_from([LONG, LONG + "€", "😀" * 120]))
    parts = data.draw(st.permutations(_parts(text, clock)))
    repeated = data.draw(st.sampled_from(parts))
    cut = data.draw(st.integers(0, len(parts)))
    await _record(store, parts[:cut], [repeated] if cut else [], parts[cut:], [repeated])
    assert (await _said(store))[before:] == [text]


async def test_a_part_that_comes_again_after_the_text_is_the_same(
    store: Store, message: Outgoing, clock: Clock
) -> None:
    parts = _parts(LONG, clock)
    await _record(store, parts, parts[-1:], parts)
    clock.advance(7200)
    assert await replies.expire(store, PRICES) == 0
    assert await _said(store) == [LONG]
    async with store.read() as tx:
        assert await tx.all(select(reply_parts)) == []


async def test_a_reference_may_come_back_for_another_text(store: Store, message: Outgoing, clock: Clock) -> None:
    await _record(store, _parts(LONG, clock))
    clock.advance(400)
    other = LONG.replace("answer", "letter")
    await _record(store, _parts(other, clock))
    assert await _said(store) == [LONG, other]


async def test_what_came_of_a_text_is_not_lost(store: Store, message: Outgoing, clock: Clock) -> None:
    parts = _parts("STOP " + LONG, clock)
    assert len(parts) == 3
    await _record(store, [parts[0], parts[2]])
    clock.advance(3500)
    assert await replies.expire(store, PRICES) == 0
    clock.advance(200)
    assert await replies.expire(store, PRICES) == 1
    (said,) = await _said(store)
    assert said.startswith("STOP A long")
    assert "[…]" in said
    assert said.endswith("or not. ")


async def test_two_processes_join_one_text(store: Store, other_store: Store, message: Outgoing, clock: Clock) -> None:
    parts = _parts(LONG, clock)
    await asyncio.gather(*(replies.record((store, other_store)[at % 2], PRICES, [one]) for at, one in enumerate(parts)))
    assert await _said(store) == [LONG]
