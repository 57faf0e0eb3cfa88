"""Making lists and reading them, on both databases."""

import pytest

from antiphon.core.account import Account
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, MissingField, NameTaken, Refusal, UnknownList
from antiphon.services import lists
from antiphon.services.contacts import LONGEST_NAME
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import add, number


async def test_lists_come_the_oldest_first(store: Store, account: Account, clock: Clock) -> None:
    ids: list[int] = []
    for name in ("b", "a", "é" * LONGEST_NAME, "A", " a"):
        ids.append(await lists.create(store, account, name))
        clock.advance(1)
    found = await lists.all_of(store, account)
    assert [one.id for one in found] == ids == sorted(ids)
    assert [one.name for one in found] == ["b", "a", "é" * LONGEST_NAME, "A", " a"]
    assert [one.created_at for one in found] == sorted(one.created_at for one in found)


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        pytest.param("taken", NameTaken, id="taken"),
        pytest.param("made", NameTaken, id="made by adding contacts"),
        pytest.param("", MissingField, id="nothing"),
        pytest.param(" \n", MissingField, id="blanks"),
        pytest.param("x" * (LONGEST_NAME + 1), BadField, id="too long"),
    ],
)
async def test_a_name_that_is_refused(store: Store, account: Account, name: str, refusal: type[Refusal]) -> None:
    await lists.create(store, account, "taken")
    await add(store, account, lists=("made",))
    with pytest.raises(refusal):
        await lists.create(store, account, name)
    assert [one.name for one in await lists.all_of(store, account)] == ["taken", "made"]


async def test_a_list_shows_who_is_on_it(store: Store, account: Account) -> None:
    await add(store, account, *(Draft(number=number(place), first_name="x") for place in (3, 1, 2)), lists=("some",))
    await add(store, account, Draft(number=number(4)), lists=("others",))
    (some, _) = await lists.all_of(store, account)
    found, members = await lists.find(store, account, some.id)
    assert found == some
    assert {member.number for member in members} == {number(place) for place in (1, 2, 3)}
    assert [member.id for member in members] == sorted(member.id for member in members)


async def test_an_account_sees_its_own_lists_alone(store: Store, account: Account) -> None:
    other = await another_account(store)
    ours, theirs = await lists.create(store, account, "all"), await lists.create(store, other, "all")
    assert [one.id for one in await lists.all_of(store, account)] == [ours]
    with pytest.raises(UnknownList):
        await lists.find(store, account, theirs)
