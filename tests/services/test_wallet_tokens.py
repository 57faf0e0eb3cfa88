"""Money moves between an account and those below it, by a token that is good once, on both databases."""

import asyncio
from typing import NamedTuple

import pytest
from sqlalchemy import select

from antiphon.core.account import Person
from antiphon.core.errors import BadField, NotMetered, OutOfCredit, TokenPending, UnknownAccount, WrongToken
from antiphon.core.money import MICROS
from antiphon.core.wallet import Kind, Transfer
from antiphon.services import accounts, wallet
from antiphon.services.accounts import NewSubAccount
from antiphon.store.schema import metadata
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.services.scenes import PIECE, Holder, audited, holder

HOUR = 3600


class Family(NamedTuple):
    """With ten pieces for the parent, two for each child, and a child that is not metered."""

    parent: Holder
    child: Holder
    sibling: Holder
    free: Holder

    async def pieces(self, store: Store) -> list[int]:
        """What the parent, the child and the sibling have left."""
        return [await audited(store, one.account) // PIECE for one in self[:3]]


@pytest.fixture
async def family(store: Store) -> Family:
    parent = await holder(store, 10)
    return Family(parent, *[await holder(store, pieces, parent.account) for pieces in (2, 2, 0)])


async def _token(store: Store, sender: Holder, receiver: Holder) -> str:
    return await wallet.issue_token(store, sender.account, receiver.login)


async def _sent(store: Store, sender: Holder, receiver: Holder, amount: int) -> Transfer:
    return await wallet.transfer(store, sender.account, await _token(store, sender, receiver), amount)


async def test_money_moves(store: Store, family: Family) -> None:
    done = await _sent(store, family.parent, family.child, 3 * PIECE)
    assert done == Transfer(
        sender_id=family.parent.account.id,
        sender_left=7 * PIECE,
        receiver_id=family.child.account.id,
        receiver_left=5 * PIECE,
    )
    assert await family.pieces(store) == [7, 5, 2]
    for one, kind, amount in ((family.parent, Kind.SENT, -3 * PIECE), (family.child, Kind.RECEIVED, 3 * PIECE)):
        entry = (await wallet.ledger(store, one.account))[-1]
        assert (entry.kind, entry.amount, entry.campaign_id) == (kind, amount, None)


async def test_money_moves_back(store: Store, family: Family) -> None:
    await _sent(store, family.child, family.parent, 2 * PIECE)
    assert await family.pieces(store) == [12, 0, 2]


async def test_a_sub_account_that_was_made_as_they_are_can_be_sent_to(store: Store, family: Family) -> None:
    command = NewSubAccount(person=Person(first_name="Axelle", last_name="Durand"), password="12345678")
    made = await accounts.create_sub_account(store, family.parent.account, command)
    child = Holder(await accounts.authenticate(store, made.api_key), made.login)
    assert await audited(store, child.account) == 0
    await _sent(store, family.parent, Holder(child.account, f" {made.login.upper()} "), PIECE)
    assert await audited(store, child.account) == PIECE


@pytest.mark.parametrize("who", ["itself", "a sibling", "a stranger", "a stranger's child", "nobody"])
async def test_only_a_relative_can_be_sent_to(store: Store, family: Family, who: str) -> None:
    stranger = await holder(store, 1)
    login = {
        "itself": family.child.login,
        "a sibling": family.sibling.login,
        "a stranger": stranger.login,
        "a stranger's child": (await holder(store, 1, stranger.account)).login,
        "nobody": "nobody@example.com",
    }[who]
    with pytest.raises(UnknownAccount) as refusal:
        await wallet.issue_token(store, family.child.account, login)
    assert refusal.value.login == login
    await _sent(store, family.child, family.parent, PIECE)


async def test_who_is_not_metered_gives_and_does_not_take(store: Store, family: Family) -> None:
    with pytest.raises(NotMetered):
        await _token(store, family.parent, family.free)
    done = await _sent(store, family.free, family.parent, PIECE)
    assert (done.sender_left, done.receiver_left) == (None, 11 * PIECE)
    assert await wallet.ledger(store, family.free.account) == []
    assert await audited(store, family.parent.account) == 11 * PIECE


async def test_one_token_at_a_time(store: Store, family: Family, clock: Clock) -> None:
    token = await _token(store, family.parent, family.child)
    for receiver in (family.child, family.sibling):
        with pytest.raises(TokenPending):
            await _token(store, family.parent, receiver)
    await _token(store, family.child, family.parent)
    await wallet.transfer(store, family.parent.account, token, PIECE)
    await _token(store, family.parent, family.sibling)
    clock.advance(HOUR - 0.001)
    with pytest.raises(TokenPending):
        await _token(store, family.parent, family.child)
    clock.advance(0.001)
    await _token(store, family.parent, family.child)


async def test_a_token_is_good_once(store: Store, family: Family) -> None:
    token = await _token(store, family.parent, family.child)
    await wallet.transfer(store, family.parent.account, token, PIECE)
    with pytest.raises(WrongToken):
        await wallet.transfer(store, family.parent.account, token, PIECE)
    assert await family.pieces(store) == [9, 3, 2]


@pytest.mark.parametrize(("seconds", "good"), [(HOUR - 0.001, True), (HOUR, False), (24 * HOUR, False)])
async def test_a_token_is_good_for_an_hour(
    store: Store, family: Family, clock: Clock, seconds: float, *, good: bool
) -> None:
    token = await _token(store, family.parent, family.child)
    clock.advance(seconds)
    if good:
        await wallet.transfer(store, family.parent.account, token, PIECE)
    else:
        with pytest.raises(WrongToken):
            await wallet.transfer(store, family.parent.account, token, PIECE)
    assert await family.pieces(store) == ([9, 3, 2] if good else [10, 2, 2])


@pytest.mark.parametrize("wrong", ["", "0" * 32, "é", "upper", "another's"])
async def test_nothing_but_the_token_does(store: Store, family: Family, wrong: str) -> None:
    token = await _token(store, family.parent, family.child)
    theirs = await _token(store, family.sibling, family.parent)
    tried = {"upper": token.upper(), "another's": theirs}.get(wrong, wrong)
    with pytest.raises(WrongToken):
        await wallet.transfer(store, family.parent.account, tried, PIECE)
    with pytest.raises(WrongToken):
        await wallet.transfer(store, family.child.account, token, PIECE)
    await wallet.transfer(store, family.parent.account, token, PIECE)
    await wallet.transfer(store, family.sibling.account, theirs, PIECE)
    assert await family.pieces(store) == [10, 3, 1]


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        pytest.param(0, BadField, id="nothing"),
        pytest.param(-PIECE, BadField, id="less than nothing"),
        pytest.param(1_000_000_000 * MICROS + 1, BadField, id="more than anybody has"),
        pytest.param(10 * PIECE + 1, OutOfCredit, id="more than is left"),
    ],
)
async def test_a_token_outlives_what_cannot_be_sent(
    store: Store, family: Family, amount: int, refusal: type[Exception]
) -> None:
    token = await _token(store, family.parent, family.child)
    with pytest.raises(refusal):
        await wallet.transfer(store, family.parent.account, token, amount)
    assert await family.pieces(store) == [10, 2, 2]
    await wallet.transfer(store, family.parent.account, token, 10 * PIECE)
    assert await family.pieces(store) == [0, 12, 2]


async def test_a_token_is_nowhere_in_the_database(store: Store, family: Family) -> None:
    token = await _token(store, family.parent, family.child)
    async with store.read() as tx:
        stored = [str(dict(row)) for table in metadata.tables.values() for row in await tx.all(select(table))]
    assert not any(token in row for row in stored)


async def test_of_two_who_ask_at_once_one_has_a_token(store: Store, other_store: Store, family: Family) -> None:
    asking = (_token(one, family.parent, family.child) for one in (store, other_store, store, other_store))
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert [isinstance(answer, TokenPending) for answer in answers].count(True) == 3
    (token,) = [answer for answer in answers if isinstance(answer, str)]
    await wallet.transfer(store, family.parent.account, token, PIECE)


async def test_of_two_who_use_it_at_once_one_sends(store: Store, other_store: Store, family: Family) -> None:
    token = await _token(store, family.parent, family.child)
    sending = (wallet.transfer(one, family.parent.account, token, PIECE) for one in (store, other_store) * 2)
    answers = await asyncio.gather(*sending, return_exceptions=True)
    assert [isinstance(answer, WrongToken) for answer in answers].count(True) == 3
    assert await family.pieces(store) == [9, 3, 2]


async def test_money_that_moves_both_ways_at_once_does_not_get_stuck(
    store: Store, other_store: Store, family: Family
) -> None:
    for _ in range(5):
        pairs = (store, family.parent, family.child), (other_store, family.child, family.parent)
        await asyncio.gather(*(_sent(one, sender, receiver, PIECE) for one, sender, receiver in pairs))
        assert await family.pieces(store) == [10, 2, 2]


async def test_money_that_is_sent_and_spent_at_once_is_there_once(
    store: Store, other_store: Store, family: Family
) -> None:
    token = await _token(store, family.child, family.parent)
    await asyncio.gather(
        wallet.transfer(store, family.child.account, token, 2 * PIECE),
        *(wallet.credit(other_store, family.child.login, PIECE) for _ in range(4)),
    )
    assert await family.pieces(store) == [12, 4, 2]
