"""People as entries of one list each, on both databases."""

import pytest

from antiphon.core.account import Account
from antiphon.core.contact import Draft, EditContact
from antiphon.core.errors import BadNumber, NumberTaken, UnknownContact, UnknownList
from antiphon.services import contacts, entries, lists
from antiphon.store.session import Store
from tests.conftest import another_account
from tests.services.scenes import add, members, number


@pytest.fixture
async def books(store: Store, account: Account) -> tuple[int, int, int]:
    a, b, c = [await lists.create(store, account, name) for name in "abc"]
    return a, b, c


async def put(store: Store, account: Account, place: int, list_id: int) -> int:
    return await entries.add(store, account, Draft(number=number(place)), list_id)


async def on(store: Store, account: Account, place: int) -> str:
    """The names of the lists that a number is on."""
    return "".join([name for name in "abc" if number(place) in await members(store, account, name)])


async def test_the_first_entry_has_the_contacts_own_id(
    store: Store, account: Account, books: tuple[int, int, int]
) -> None:
    id = await put(store, account, 1, books[0])
    assert (await contacts.find(store, account, id)).number == number(1)
    assert await put(store, account, 1, books[0]) == id


async def test_one_number_on_two_lists_is_one_contact_and_two_entries(
    store: Store, account: Account, books: tuple[int, int, int]
) -> None:
    first, second = await put(store, account, 1, books[0]), await put(store, account, 1, books[1])
    assert first != second
    assert [await put(store, account, 1, book) for book in books[:2]] == [first, second]
    assert (await entries.find(store, account, first)).contact == (await entries.find(store, account, second)).contact
    for book, id in zip(books, (first, second), strict=False):
        assert [one.id for one in (await entries.on_list(store, account, book))[1]] == [id]


@pytest.mark.parametrize("gone", [0, 1])
async def test_who_leaves_one_list_stays_on_the_other(
    store: Store, account: Account, books: tuple[int, int, int], gone: int
) -> None:
    ids = [await put(store, account, 1, book) for book in books[:2]]
    await entries.remove(store, account, ids[gone])
    assert await on(store, account, 1) == "ba"[gone]
    with pytest.raises(UnknownContact):
        await entries.find(store, account, ids[gone])
    with pytest.raises(UnknownContact):
        await entries.remove(store, account, ids[gone])
    assert (await entries.find(store, account, ids[1 - gone])).id == ids[1 - gone]
    again = await put(store, account, 1, books[gone])
    assert await on(store, account, 1) == "ab"
    assert again != ids[1 - gone]
    for id in (again, ids[1 - gone]):
        await entries.remove(store, account, id)
    with pytest.raises(UnknownContact):
        await contacts.find(store, account, ids[0])


async def test_an_entry_moves_and_the_other_stays(store: Store, account: Account, books: tuple[int, int, int]) -> None:
    first, second = await put(store, account, 1, books[0]), await put(store, account, 1, books[1])

    async def move(id: int, book: int) -> str:
        await entries.edit(store, account, EditContact(id=id, draft=Draft(number="", first_name="x"), move_to=book))
        return await on(store, account, 1)

    assert await move(second, books[2]) == "ac"
    assert await move(second, books[2]) == "ac"
    assert await move(first, books[1]) == "bc"
    assert (await entries.find(store, account, first)).contact.first_name == "x"
    assert [one.id for one in (await entries.on_list(store, account, books[2]))[1]] == [second]
    assert await move(second, books[1]) == "b"
    assert (await entries.find(store, account, first)).contact.number == number(1)
    with pytest.raises(UnknownList):
        await move(first, 1)


async def test_who_came_by_another_door_has_an_id_in_each_list_that_is_shown(
    store: Store, account: Account, books: tuple[int, int, int]
) -> None:
    (result,) = await add(store, account, Draft(number=number(1)), lists=("a", "b", "c"))
    assert result.contact
    shown = [(await entries.on_list(store, account, book))[1][0].id for book in books]
    assert shown[0] == result.contact.id
    assert len(set(shown)) == 3
    assert [await put(store, account, 1, book) for book in books] == shown
    await entries.remove(store, account, shown[1])
    assert await on(store, account, 1) == "ac"
    await entries.remove(store, account, shown[0])
    assert await on(store, account, 1) == "c"
    await entries.remove(store, account, shown[2])
    with pytest.raises(UnknownContact):
        await contacts.find(store, account, result.contact.id)


async def test_an_id_stays_with_its_list_whatever_other_doors_do(
    store: Store, account: Account, books: tuple[int, int, int]
) -> None:
    id = await put(store, account, 1, books[1])
    await add(store, account, Draft(number=number(1)), lists=("a",))
    await entries.remove(store, account, id)
    assert await on(store, account, 1) == "a"


async def test_an_id_that_no_list_has_shown_stands_for_all_of_them(
    store: Store, account: Account, books: tuple[int, int, int]
) -> None:
    (result,) = await add(store, account, Draft(number=number(1)), lists=("a", "b"))
    assert result.contact
    await entries.remove(store, account, result.contact.id)
    with pytest.raises(UnknownContact):
        await contacts.find(store, account, result.contact.id)


async def test_what_is_refused(store: Store, account: Account, books: tuple[int, int, int]) -> None:
    id = await put(store, account, 1, books[0])
    await put(store, account, 2, books[0])
    with pytest.raises(BadNumber):
        await entries.add(store, account, Draft(number="12"), books[0])
    with pytest.raises(UnknownList):
        await put(store, account, 3, 1)
    with pytest.raises(NumberTaken):
        await entries.edit(store, account, EditContact(id=id, draft=Draft(number=number(2))))
    other = await another_account(store)
    for attempt in (entries.find(store, other, id), entries.remove(store, other, id)):
        with pytest.raises(UnknownContact):
            await attempt
    with pytest.raises(UnknownList):
        await entries.on_list(store, other, books[0])
