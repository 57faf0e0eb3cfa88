"""Contacts behave as a plain dictionary would, also when many add them at once."""

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from antiphon.core import contact as rules
from antiphon.core.account import Account
from antiphon.core.contact import AddContacts, Change, Contact, Draft, EditContact, Existing
from antiphon.core.errors import UnknownContact
from antiphon.services import contacts, lists
from antiphon.store import contacts as stored_contacts
from antiphon.store.schema import list_members
from antiphon.store.session import Store
from tests.conftest import another_account
from tests.services.scenes import add, number, somebody_waits

_FIELDS = ("first_name", "last_name", "company", "email")


class Person(Struct):
    """A contact of the model."""

    fields: dict[str, str | None]
    attributes: dict[str, Any]
    lists: set[str]
    tags: set[str]


class Model:
    """What adding means, one draft after the other."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}

    def add(self, command: AddContacts) -> list[Change]:
        touched: dict[str, set[str]] = {}
        changes = [self._one(draft, command.existing, touched) for draft in command.drafts]
        for key, tags in touched.items():
            person = self.people[key]
            person.lists = set(command.lists) | (set() if command.un_list else person.lists)
            person.tags = tags | (set() if command.un_tag else person.tags)
        return changes

    def _one(self, draft: Draft, existing: Existing, touched: dict[str, set[str]]) -> Change:
        person = self.people.get(draft.number)
        if person is not None and existing is Existing.REFUSE:
            return Change.KEPT
        touched.setdefault(draft.number, set()).update(draft.tags)
        if person is not None and existing is Existing.KEEP:
            return Change.KEPT
        change = Change.UPDATED if person else Change.ADDED
        person = self.people.setdefault(draft.number, Person(dict.fromkeys(_FIELDS), {}, set(), set()))
        person.fields |= {name: value for name in _FIELDS if (value := getattr(draft, name)) is not None}
        person.attributes |= draft.attributes or {}
        return change


names = st.sampled_from(["a", "b", "c"])
values = st.none() | st.sampled_from(["", "x", "y"])
attributes = st.none() | st.dictionaries(names, st.integers(0, 2) | st.none() | st.just({"deep": 1}), max_size=2)
drafts = st.builds(
    Draft,
    number=st.integers(0, 5).map(number),
    first_name=values,
    last_name=values,
    company=values,
    email=values,
    attributes=attributes,
    tags=st.lists(names, max_size=2).map(tuple),
)
commands = st.builds(
    AddContacts,
    drafts=st.lists(drafts, max_size=8),
    lists=st.lists(names, max_size=2).map(tuple),
    existing=st.sampled_from(Existing),
    un_list=st.booleans(),
    un_tag=st.booleans(),
)


@settings(max_examples=60)
@given(steps=st.lists(commands, min_size=1, max_size=4))
async def test_adding_is_what_a_dictionary_does(store: Store, steps: list[AddContacts]) -> None:
    account = await another_account(store)
    model = Model()
    for command in steps:
        results = await contacts.add(store, account, command)
        assert [result.change for result in results] == model.add(command)
        assert await _stored(store, account, [one.contact for one in results if one.contact]) == {
            draft.number: model.people[draft.number] for draft in command.drafts
        }
    by_list = {one.name: (await lists.find(store, account, one.id))[1] for one in await lists.all_of(store, account)}
    assert {key: {one.number for one in found} for key, found in by_list.items()} == {
        key: {number for number, person in model.people.items() if key in person.lists} for key in by_list
    }


async def _stored(store: Store, account: Account, found: list[Contact]) -> dict[str, Person]:
    tags = await contacts.tags_of(store, account, [contact.id for contact in found])
    on: dict[str, set[str]] = {}
    for one in await lists.all_of(store, account):
        for member in (await lists.find(store, account, one.id))[1]:
            on.setdefault(member.number, set()).add(one.name)
    stored: dict[str, Person] = {}
    for contact in found:
        fields = {name: getattr(contact, name) for name in _FIELDS}
        labels = on.get(contact.number, set()), set(tags.get(contact.id, []))
        stored[contact.number] = Person(fields, dict(contact.attributes or {}), *labels)
    return stored


@pytest.mark.parametrize(("pool", "batch"), [(2_000, 1_000), (30, 15)])
async def test_many_add_the_same_numbers_at_once(store: Store, other_store: Store, pool: int, batch: int) -> None:
    chance = random.Random(pool)
    for _ in range(3):
        account = await another_account(store)
        batches = [
            [Draft(number=number(place), tags=("t",)) for place in chance.sample(range(pool), batch)] for _ in range(10)
        ]
        answers = await asyncio.gather(
            *(
                add([store, other_store][turn % 2], account, *drafts, lists=tuple(chance.sample("xyz", 2)))
                for turn, drafts in enumerate(batches)
            )
        )
        given = Counter(result.change for results in answers for result in results)
        distinct = {draft.number for drafts in batches for draft in drafts}
        assert given == {Change.ADDED: len(distinct), Change.UPDATED: 10 * batch - len(distinct)}
        ids = {result.contact.id for results in answers for result in results if result.contact}
        assert len(ids) == len(distinct)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_who_waits_for_a_new_number_holds_none_that_another_needs(store: Store, account: Account) -> None:
    await add(store, account, Draft(number=number(9)))
    async with store.begin() as tx:
        new = rules.first(Draft(number=number(5)), tx.ids.one(), number(5), tx.now)
        assert await stored_contacts.add(tx, account.id, [new]) == 1
        waiting = asyncio.create_task(add(store, account, Draft(number=number(5)), Draft(number=number(9))))
        await somebody_waits(store)
        assert await stored_contacts.by_numbers(tx, account.id, [number(9)])
    assert [result.change for result in await waiting] == [Change.UPDATED] * 2


async def test_edits_at_once_lose_nothing(store: Store, other_store: Store, account: Account) -> None:
    (result,) = await add(store, account, Draft(number=number(1)))
    assert result.contact
    said = [Draft(number="", attributes={str(turn): turn}) for turn in range(20)]
    await asyncio.gather(
        *(
            contacts.edit([store, other_store][turn % 2], account, EditContact(id=result.contact.id, draft=draft))
            for turn, draft in enumerate(said)
        )
    )
    found = await contacts.find(store, account, result.contact.id)
    assert found.attributes == {str(turn): turn for turn in range(20)}


async def test_who_is_removed_while_being_added_is_there_whole_or_not_at_all(
    store: Store, other_store: Store, account: Account
) -> None:
    everybody = [Draft(number=number(place)) for place in range(20)]
    for _ in range(5):
        results = await add(store, account, *everybody, lists=("all",))
        ids = [result.contact.id for result in results if result.contact]
        await asyncio.gather(
            *(contacts.remove(other_store, account, id) for id in ids),
            *(add(store, account, *everybody, lists=("all",)) for _ in range(3)),
        )
        async with store.read() as tx:
            members = {row["contact_id"] for row in await tx.all(list_members.select())}
        for id in members:
            await contacts.find(store, account, id)
        for id in ids:
            if id not in members:
                with pytest.raises(UnknownContact):
                    await contacts.find(store, account, id)
