"""Batches of changes: a result for each item, in as many statements as for one, on both databases."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event

from antiphon.core.account import Account
from antiphon.core.contact import Contact, Draft, EditContact, FindContacts
from antiphon.core.contact_list import CreateList, EditList
from antiphon.core.errors import NameTaken, NumberTaken, OnListAlready, UnknownContact, UnknownList
from antiphon.core.window import Window
from antiphon.services import contacts, lists
from antiphon.store.lists import ContactList
from antiphon.store.session import Store
from tests.conftest import another_account
from tests.services.scenes import add, members, number, people, tags_of

Batch = Callable[[Store, Account, int], Awaitable[Any]]


async def _ids(store: Store, account: Account, count: int) -> list[int]:
    return [result.contact.id for result in await add(store, account, *people(count)) if result.contact]


async def _edit_contacts(store: Store, account: Account, count: int) -> None:
    ids = await _ids(store, account, count)
    drafts = [Draft(number=number(50_000 + id % 40_000), first_name="New", tags=(f"tag {id}",)) for id in ids]
    done = await contacts.edit_all(
        store, account, [EditContact(id=id, draft=draft) for id, draft in zip(ids, drafts, strict=True)]
    )
    assert all(isinstance(one, Contact) and one.first_name == "New" for one in done)


async def _create_lists(store: Store, account: Account, count: int) -> None:
    done = await lists.create_all(store, account, [CreateList(name=f"list {place}") for place in range(count)])
    assert [one.name for one in done if isinstance(one, ContactList)] == [f"list {place}" for place in range(count)]


async def _edit_lists(store: Store, account: Account, count: int) -> None:
    await _create_lists(store, account, count)
    found = await lists.all_of(store, account)
    await lists.edit_all(store, account, [EditList(id=one.id, name=f"{one.name} b", tag="t") for one in found])
    assert {(one.name[-1], one.tag) for one in await lists.all_of(store, account)} == {("b", "t")}


async def _attach(store: Store, account: Account, count: int) -> None:
    id = await lists.create(store, account, "all")
    assert set(await lists.attach(store, account, id, await _ids(store, account, count))) == {None}
    assert len(await members(store, account, "all")) == count


@pytest.mark.parametrize("batch", [_edit_contacts, _create_lists, _edit_lists, _attach])
async def test_many_take_no_more_statements_than_one(store: Store, account: Account, batch: Batch) -> None:
    sent: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", record)
    try:
        await batch(store, account, 1)
        alone, other = len(sent), await another_account(store)
        sent.clear()
        await batch(store, other, 200)
    finally:
        event.remove(Engine, "before_cursor_execute", record)
    assert len(sent) <= alone + 6, "an account more is made"


async def test_each_edit_has_its_result(store: Store, account: Account) -> None:
    first, second = await _ids(store, account, 2)
    commands = [
        EditContact(id=first, draft=Draft(number=number(7), tags=("a",))),
        EditContact(id=second, draft=Draft(number=number(0))),
        EditContact(id=second, draft=Draft(number=number(7))),
        EditContact(id=5, draft=Draft(number="")),
        EditContact(id=second, draft=Draft(number="", first_name="x"), move_to=5),
        EditContact(id=first, draft=Draft(number="", last_name="y", tags=("b",))),
    ]
    done = await contacts.edit_all(store, account, commands)
    kinds = [Contact, NumberTaken, NumberTaken, UnknownContact, UnknownList, Contact]
    assert [type(one) for one in done] == kinds, "a number that is given away in the batch is not free in it"
    found = await contacts.find(store, account, first)
    assert found == done[5]
    assert (found.number, found.last_name, await tags_of(store, account, first)) == (number(7), "y", ["b"])
    assert await contacts.find(store, account, second) == (await add(store, account, *people(2)))[1].contact


async def test_a_tag_that_is_given_again_is_the_newest(store: Store, account: Account) -> None:
    (result,) = await add(store, account, Draft(number=number(1), tags=("a", "b")))
    assert result.contact
    await contacts.edit(store, account, EditContact(id=result.contact.id, draft=Draft(number="", tags=("a",))))
    assert await tags_of(store, account, result.contact.id) == ["b", "a"]


async def test_lists_do_not_change_names_in_a_batch(store: Store, account: Account) -> None:
    one, two = [await lists.create(store, account, name) for name in ("one", "two")]
    commands = [EditList(id=one, name="two"), EditList(id=two, name="one"), EditList(id=one, name="three")]
    assert [type(done) for done in await lists.edit_all(store, account, commands)] == [
        NameTaken,
        NameTaken,
        ContactList,
    ]
    assert [found.name for found in await lists.all_of(store, account)] == ["three", "two"]


async def test_who_is_put_on_a_list(store: Store, account: Account) -> None:
    id = await lists.create(store, account, "all")
    first, second = await _ids(store, account, 2)
    (theirs,) = await _ids(store, await another_account(store), 1)
    await lists.attach(store, account, id, [first])
    done = await lists.attach(store, account, id, [first, second, second, theirs])
    assert [type(one) for one in done] == [OnListAlready, type(None), OnListAlready, UnknownContact]
    await lists.detach(store, account, id, first)
    with pytest.raises(UnknownContact):
        await lists.detach(store, account, id, first)
    with pytest.raises(UnknownList):
        await lists.attach(store, await another_account(store), id, [first])
    assert await members(store, account, "all") == [number(1)]


@pytest.mark.parametrize(
    ("part", "found"),
    [
        pytest.param("rené", ["René Ôde"], id="another case"),
        pytest.param("É ô", ["René Ôde"], id="letters beyond ASCII, over both names"),
        pytest.param("%", ["100% _"], id="per cent"),
        pytest.param("_", ["100% _"], id="underscore"),
        pytest.param("[a]", ["^[a]*-?"], id="brackets"),
        pytest.param("^", ["^[a]*-?"], id="circumflex"),
        pytest.param("*-?", ["^[a]*-?"], id="a star, a dash, a question mark"),
        pytest.param("\\", ["back\\slash"], id="backslash"),
        pytest.param("'", [], id="quote"),
        pytest.param("e", ["René Ôde"], id="a letter"),
    ],
)
async def test_a_part_of_a_name_finds_it(store: Store, account: Account, part: str, found: list[str]) -> None:
    names = [("René", "Ôde"), ("100% _", None), ("^[a]*-?", None), (None, "back\\slash"), (None, None)]
    drafts = [Draft(number=number(place), first_name=a, last_name=b) for place, (a, b) in enumerate(names)]
    await add(store, account, *drafts)
    page = await contacts.page(store, account, FindContacts(window=Window(name=part)))
    assert [" ".join(filter(None, (one.first_name, one.last_name))) for one in page.things] == found
    assert page.total == len(found)


@pytest.mark.parametrize("sort", ["created_at", "number", "first_name", "updated_at"])
@pytest.mark.parametrize("on_lists", [0, 1, 2])
async def test_pages_show_everybody_once(store: Store, account: Account, sort: str, on_lists: int) -> None:
    ids = tuple([await lists.create(store, account, name) for name in ("a", "b")][:on_lists])
    drafts = [Draft(number=number(place * 7 % 10), first_name=[None, "x", "y"][place % 3]) for place in range(10)]
    await add(store, account, *drafts, list_ids=ids)
    for descending in (False, True):
        pages = [
            await contacts.page(
                store,
                account,
                FindContacts(window=Window(offset=at, limit=3, sort=sort, descending=descending), list_ids=ids),
            )
            for at in range(0, 12, 3)
        ]
        shown = [one for page in pages for one in page.things]
        keys = [(getattr(one, {"created_at": "id"}.get(sort, sort)) or "", one.id) for one in shown]
        assert len(shown) == len(set(keys)) == 10
        assert keys == sorted(keys, reverse=descending)
        assert {page.total for page in pages} == {10}
