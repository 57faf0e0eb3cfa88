"""Adding, changing and removing contacts, on both databases."""

from typing import Any

import pytest
from msgspec import json
from sqlalchemy import func, select

from antiphon.core.account import Account
from antiphon.core.consent import OptOut
from antiphon.core.contact import Change, Draft, Existing
from antiphon.core.errors import BadField, Refusal, UnknownContact, UnknownList
from antiphon.services import contacts, lists
from antiphon.store import opt_outs
from antiphon.store.schema import metadata
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import add, changes, members, number, people, tags_of

ADDED, UPDATED, KEPT = Change.ADDED, Change.UPDATED, Change.KEPT

OLD = Draft(number=number(1), first_name="Marie", company="Old", attributes={"a": 1, "deep": {"x": 1}})
NEW = Draft(number=number(1), last_name="Curie", company="New", attributes={"b": 2, "deep": {"y": 2}})


async def _rows(store: Store, *tables: str) -> list[int]:
    async with store.read() as tx:
        found = [await tx.first(select(func.count().label("n")).select_from(metadata.tables[name])) for name in tables]
    return [row["n"] for row in found if row]


def _said(draft: Draft) -> tuple[Any, ...]:
    return draft.first_name, draft.last_name, draft.company, draft.attributes


@pytest.mark.parametrize(
    ("existing", "change", "then"),
    [
        pytest.param(
            Existing.OVERWRITE, UPDATED, ("Marie", "Curie", "New", {"a": 1, "b": 2, "deep": {"y": 2}}), id="overwrite"
        ),
        pytest.param(Existing.KEEP, KEPT, _said(OLD), id="keep"),
        pytest.param(Existing.REFUSE, KEPT, _said(OLD), id="refuse"),
    ],
)
async def test_a_number_that_comes_again(
    store: Store, account: Account, clock: Clock, existing: Existing, change: Change, then: tuple[Any, ...]
) -> None:
    (first,) = await add(store, account, OLD)
    clock.advance(60)
    (again,) = await add(store, account, NEW, existing=existing)
    assert (first.change, again.change) == (ADDED, change)
    assert first.contact
    assert again.contact
    assert again.contact == await contacts.find(store, account, first.contact.id)
    found = again.contact
    assert (found.first_name, found.last_name, found.company, found.attributes) == then
    assert found.created_at == first.contact.created_at
    assert (found.updated_at > found.created_at) == (change is UPDATED)


@pytest.mark.parametrize(
    ("existing", "again", "then", "tagged"),
    [
        pytest.param(
            Existing.OVERWRITE,
            UPDATED,
            ("Marie", "Curie", "New", {"a": 1, "b": 2, "deep": {"y": 2}}),
            ["one", "two"],
            id="overwrite: the last wins, field by field",
        ),
        pytest.param(Existing.KEEP, KEPT, _said(OLD), ["one", "two"], id="keep: the first wins, tags join"),
        pytest.param(Existing.REFUSE, KEPT, _said(OLD), ["one"], id="refuse: the first wins"),
    ],
)
async def test_a_number_that_comes_twice_in_a_batch(
    store: Store, account: Account, existing: Existing, again: Change, then: tuple[Any, ...], tagged: list[str]
) -> None:
    one, two = (Draft(**{**_fields(draft), "tags": (tag,)}) for draft, tag in ((OLD, "one"), (NEW, "two")))
    results = await add(store, account, one, Draft(number=number(2)), two, existing=existing)
    assert changes(results) == [ADDED, ADDED, again]
    assert results[0].contact
    found = await contacts.find(store, account, results[0].contact.id)
    assert (found.first_name, found.last_name, found.company, found.attributes) == then
    assert await tags_of(store, account, found.id) == tagged


def _fields(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in Draft.__struct_fields__}


async def test_each_draft_has_its_answer_in_its_place(store: Store, account: Account) -> None:
    async with store.begin() as tx:
        silent = OptOut(number=number(5), at=tx.now, source="test")
        await opt_outs.add(tx, [(account.id, silent)])
    await add(store, account, Draft(number=number(3)))
    written = ["nobody", "06 10 00 00 01", number(5), "0033 6 10 00 00 03", "061", number(5), "+33 6 10 00 00 01"]
    results = await add(store, account, *(Draft(number=one) for one in written), leave_out_opted_out=True)
    assert [(result.change, result.number) for result in results] == [
        (Change.UNREADABLE, "nobody"),
        (ADDED, number(1)),
        (Change.OPTED_OUT, number(5)),
        (UPDATED, number(3)),
        (Change.UNREADABLE, "061"),
        (Change.OPTED_OUT, number(5)),
        (UPDATED, number(1)),
    ]
    assert all((result.contact is None) == bool(result.reason) for result in results)
    assert await _rows(store, "contacts") == [2]
    assert changes(await add(store, account, Draft(number=number(5)))) == [ADDED]


@pytest.mark.parametrize("draft", [Draft(number=number(1)), Draft(number=number(1), attributes={})])
async def test_what_says_nothing_erases_nothing(store: Store, account: Account, draft: Draft) -> None:
    await add(store, account, OLD)
    (result,) = await add(store, account, draft)
    assert result.contact
    assert (result.contact.first_name, result.contact.attributes) == (OLD.first_name, OLD.attributes)


@pytest.mark.parametrize("attributes", [{"a": True}, {"a": 1.5}, {"a": None}, {"deep": {"x": True}}, {"b": None}])
async def test_any_other_value_is_news(store: Store, account: Account, attributes: dict[str, Any]) -> None:
    await add(store, account, OLD)
    (result,) = await add(store, account, Draft(number=number(1), attributes=attributes))
    assert result.contact
    found = await contacts.find(store, account, result.contact.id)
    wanted = json.encode({**(OLD.attributes or {}), **attributes}, order="sorted")
    assert [json.encode(one.attributes, order="sorted") for one in (result.contact, found)] == [wanted, wanted]


async def test_what_is_known_already_changes_nothing(store: Store, account: Account, clock: Clock) -> None:
    (first,) = await add(store, account, OLD)
    clock.advance(1)
    (again,) = await add(store, account, OLD)
    assert again.change is UPDATED
    assert again.contact == first.contact


async def test_an_empty_text_is_something_said(store: Store, account: Account) -> None:
    await add(store, account, OLD)
    (result,) = await add(store, account, Draft(number=number(1), first_name=""))
    assert result.contact
    assert (await contacts.find(store, account, result.contact.id)).first_name == ""


async def test_the_answer_is_what_is_stored(store: Store, account: Account) -> None:
    odd = {"n": 1, "f": 0.5, "t": True, "no": None, "l": [1, "é"], "o": {"k": "👩‍💻"}, "": "'\"\\"}
    for draft in (Draft(number=number(1), attributes=odd, email="a@b.c"), Draft(number=number(2), attributes={})):
        (result,) = await add(store, account, draft)
        assert result.contact
        assert result.contact == await contacts.find(store, account, result.contact.id)


async def test_lists_are_made_where_missing_and_found_where_not(store: Store, account: Account) -> None:
    await add(store, account, Draft(number=number(1)), lists=("a", "b"))
    await add(store, account, Draft(number=number(2)), Draft(number=number(1)), lists=("b", "c", "b"))
    assert [one.name for one in await lists.all_of(store, account)] == ["a", "b", "c"]
    assert [await members(store, account, name) for name in "abc"] == [
        [number(1)],
        [number(1), number(2)],
        [number(1), number(2)],
    ]


@pytest.mark.parametrize(
    ("existing", "options", "on", "tagged"),
    [
        pytest.param(Existing.OVERWRITE, {}, ["new", "old"], ["old", "new"], id="joins"),
        pytest.param(Existing.OVERWRITE, {"un_list": True}, ["new"], ["old", "new"], id="leaves its lists"),
        pytest.param(Existing.OVERWRITE, {"un_tag": True}, ["new", "old"], ["new"], id="loses its tags"),
        pytest.param(Existing.KEEP, {"un_list": True, "un_tag": True}, ["new"], ["new"], id="keep moves it too"),
        pytest.param(Existing.REFUSE, {"un_list": True, "un_tag": True}, ["old"], ["old"], id="refuse does not"),
    ],
)
async def test_who_is_there_joins_and_leaves(
    store: Store, account: Account, existing: Existing, options: dict[str, bool], on: list[str], tagged: list[str]
) -> None:
    new = await lists.create(store, account, "new")
    (first,) = await add(store, account, Draft(number=number(1), tags=("old",)), lists=("old",))
    again = Draft(number=number(1), tags=("new",))
    await add(store, account, again, list_ids=(new,), existing=existing, **options)
    assert first.contact
    assert [name for name in ("new", "old") if await members(store, account, name)] == on
    assert await tags_of(store, account, first.contact.id) == tagged


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        pytest.param({"list_ids": (1,), "lists": ("made",)}, UnknownList, id="unknown list"),
        pytest.param({"lists": ("x" * 256,)}, BadField, id="long name of a list"),
        pytest.param({"drafts": [Draft(number=number(1), tags=("x" * 256,))]}, BadField, id="long name of a tag"),
    ],
)
async def test_what_is_refused_stores_nothing(
    store: Store, account: Account, options: dict[str, Any], refusal: type[Refusal]
) -> None:
    draft = Draft(number=number(1), tags=("tag",))
    with pytest.raises(refusal):
        await add(store, account, draft, **options)
    assert await _rows(store, "contacts", "lists", "list_members", "tags", "contact_tags") == [0] * 5


async def test_nobody_is_added(store: Store, account: Account) -> None:
    assert await add(store, account, lists=("empty",)) == []
    assert await members(store, account, "empty") == []


async def test_five_thousand_in_one_call(store: Store, account: Account) -> None:
    drafts = people(5_000)
    assert set(changes(await add(store, account, *drafts, lists=("all",)))) == {ADDED}
    again = await add(store, account, *(Draft(number=draft.number, company="ACME") for draft in reversed(drafts)))
    assert set(changes(again)) == {UPDATED}
    assert [result.number for result in again] == [draft.number for draft in reversed(drafts)]
    assert await _rows(store, "contacts", "list_members") == [5_000, 5_000]


async def test_the_same_number_in_two_accounts_is_two_contacts(store: Store, account: Account) -> None:
    other = await another_account(store)
    (ours,), (theirs,) = await add(store, account, OLD), await add(store, other, NEW)
    assert ours.contact
    assert theirs.contact
    assert theirs.change is ADDED
    with pytest.raises(UnknownContact):
        await contacts.find(store, account, theirs.contact.id)
    with pytest.raises(UnknownContact):
        await contacts.remove(store, account, theirs.contact.id)
    assert await contacts.find(store, other, theirs.contact.id) == theirs.contact


async def test_a_number_is_read_as_in_the_region_of_the_account(store: Store) -> None:
    abroad = await another_account(store, "GB")
    (result,) = await add(store, abroad, Draft(number="07400 123456"))
    assert result.number == "+447400123456"
