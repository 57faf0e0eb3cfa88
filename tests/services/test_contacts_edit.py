"""Changing and removing contacts that are there, on both databases."""

import pytest

from antiphon.core.account import Account
from antiphon.core.contact import Change, Draft, EditContact
from antiphon.core.errors import BadNumber, NumberTaken, Refusal, UnknownContact, UnknownList
from antiphon.services import contacts, lists
from antiphon.store import contacts as stored_contacts
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import add, changes, members, number, tags_of

OLD = Draft(number=number(1), first_name="Marie", company="Old", attributes={"a": 1, "deep": {"x": 1}})


async def test_edit_changes_what_is_said(store: Store, account: Account, clock: Clock) -> None:
    (first,) = await add(store, account, OLD)
    assert first.contact
    clock.advance(1)
    edited = await contacts.edit(
        store, account, EditContact(id=first.contact.id, draft=Draft(number="", email="m@c.fr"))
    )
    assert edited == await contacts.find(store, account, first.contact.id)
    assert (edited.number, edited.first_name, edited.email) == (number(1), "Marie", "m@c.fr")
    assert edited.updated_at == clock.now


async def test_edit_changes_the_number(store: Store, account: Account, clock: Clock) -> None:
    (first,) = await add(store, account, OLD)
    assert first.contact
    for written, then in (("06 10 00 00 09", number(9)), (number(9), number(9)), ("", number(9))):
        clock.advance(1)
        edited = await contacts.edit(store, account, EditContact(id=first.contact.id, draft=Draft(number=written)))
        assert edited == await contacts.find(store, account, first.contact.id)
        assert (edited.number, edited.updated_at) == (then, clock.now)
    assert changes(await add(store, account, Draft(number=number(9)), Draft(number=number(1)))) == [
        Change.UPDATED,
        Change.ADDED,
    ]


async def test_edit_moves_to_another_list(store: Store, account: Account) -> None:
    target = await lists.create(store, account, "target")
    (first,) = await add(store, account, OLD, lists=("a", "b"))
    assert first.contact
    await contacts.edit(store, account, EditContact(id=first.contact.id, draft=Draft(number=""), move_to=target))
    assert [await members(store, account, name) for name in ("a", "b", "target")] == [[], [], [number(1)]]


@pytest.mark.parametrize(
    ("written", "move_to", "refusal"),
    [
        pytest.param(number(2), None, NumberTaken, id="another contact's number"),
        pytest.param("0", None, BadNumber, id="no number"),
        pytest.param("", 1, UnknownList, id="unknown list"),
    ],
)
async def test_an_edit_that_is_refused_changes_nothing(
    store: Store, account: Account, written: str, move_to: int | None, refusal: type[Refusal]
) -> None:
    first, _ = await add(store, account, OLD, Draft(number=number(2)), lists=("a",))
    assert first.contact
    command = EditContact(id=first.contact.id, draft=Draft(number=written, first_name="Other"), move_to=move_to)
    with pytest.raises(refusal):
        await contacts.edit(store, account, command)
    assert await contacts.find(store, account, first.contact.id) == first.contact
    assert await members(store, account, "a") == [number(1), number(2)]


async def test_remove_takes_it_off_everything(store: Store, account: Account) -> None:
    gone, stays = await add(store, account, OLD, Draft(number=number(2), tags=("t",)), lists=("a",))
    assert gone.contact
    assert stays.contact
    await contacts.remove(store, account, gone.contact.id)
    for service in (contacts.remove, contacts.find):
        with pytest.raises(UnknownContact):
            await service(store, account, gone.contact.id)
    with pytest.raises(UnknownContact):
        await contacts.edit(store, account, EditContact(id=gone.contact.id, draft=Draft(number="")))
    assert await members(store, account, "a") == [number(2)]
    assert await tags_of(store, account, stays.contact.id) == ["t"]


@pytest.mark.parametrize(
    ("list_name", "left", "some", "others"),
    [
        pytest.param(None, [2], [], [2], id="from the account"),
        pytest.param("some", [0, 1, 2], [], [1, 2], id="from a list"),
        pytest.param(" others\n", [0, 1, 2], [0, 1], [2], id="from another list"),
    ],
)
async def test_contacts_are_removed_by_their_numbers(
    store: Store, account: Account, list_name: str | None, left: list[int], some: list[int], others: list[int]
) -> None:
    other = await another_account(store)
    for owner in (account, other):
        await add(store, owner, Draft(number=number(0)), Draft(number=number(1)), lists=("some",))
        await add(store, owner, Draft(number=number(1)), Draft(number=number(2)), lists=("others",))
        await lists.create(store, owner, "all")
    written = ["06 10 00 00 00", "nobody", number(1), number(9), number(1), ""]
    assert await contacts.remove_numbers(store, account, written, list_name) == [1, 5]
    known = await _known(store, account)
    assert known == {number(place) for place in left}
    assert await members(store, account, "some") == [number(place) for place in some]
    assert await members(store, account, "others") == [number(place) for place in others]
    assert await _known(store, other) == {number(place) for place in range(3)}
    assert await members(store, other, "some") == [number(0), number(1)]


async def test_who_is_removed_from_an_unknown_list_stays(store: Store, account: Account) -> None:
    await add(store, await another_account(store), lists=("theirs",))
    await add(store, account, Draft(number=number(0)), lists=("some",))
    for name in ("theirs", "SOME", ""):
        with pytest.raises(UnknownList):
            await contacts.remove_numbers(store, account, [number(0)], name)
    assert await members(store, account, "some") == [number(0)]


async def test_to_remove_nobody_is_no_error(store: Store, account: Account) -> None:
    await add(store, account, Draft(number=number(0)))
    assert await contacts.remove_numbers(store, account, [], None) == []
    assert await contacts.remove_numbers(store, account, ["061", "x"], None) == [0, 1]
    assert await _known(store, account) == {number(0)}


async def _known(store: Store, account: Account) -> set[str]:
    async with store.read() as tx:
        return await stored_contacts.known(tx, account.id, [number(place) for place in range(10)])
