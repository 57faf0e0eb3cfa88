"""Making lists and reading them, on both databases."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from msgspec.structs import replace

from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Kind, State
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, ListInUse, MissingField, NameTaken, Refusal, UnknownContact, UnknownList
from antiphon.services import calculation, campaigns, contacts, lists
from antiphon.services.contacts import LONGEST_NAME
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import EVERYBODY, PRICES, add, calculated, counts, members, number, people, tags_of

Verb = Callable[[Store, Account, str], Awaitable[None]]
VERBS: list[Verb] = [
    partial(lists.empty, contacts_too=False),
    partial(lists.empty, contacts_too=True),
    lists.remove,
]
every_verb = pytest.mark.parametrize("verb", VERBS, ids=["empty", "empty with its contacts", "remove"])


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


async def _two_lists(store: Store, account: Account) -> list[int]:
    """0 and 1 are on the list some, 1 and 2 on others; all have the tag t. The ids of the contacts."""
    drafts = [replace(draft, tags=("t",)) for draft in people(3)]
    first = await add(store, account, *drafts[:2], lists=("some",))
    second = await add(store, account, *drafts[1:], lists=("others",))
    return [result.contact.id for result in (*first, second[1]) if result.contact]


async def test_an_empty_list_stays(store: Store, account: Account) -> None:
    ids = await _two_lists(store, account)
    await lists.empty(store, account, "some", contacts_too=False)
    assert [one.name for one in await lists.all_of(store, account)] == ["some", "others"]
    assert await members(store, account, "some") == []
    assert await members(store, account, "others") == [number(1), number(2)]
    assert (await contacts.find(store, account, ids[0])).number == number(0)
    assert [await tags_of(store, account, id) for id in ids] == [["t"]] * 3
    await add(store, account, *people(1), lists=("some",))
    assert await members(store, account, "some") == [number(0)]


async def test_a_list_is_emptied_of_its_contacts_too(store: Store, account: Account) -> None:
    ids = await _two_lists(store, account)
    await lists.empty(store, account, "some", contacts_too=True)
    assert await members(store, account, "some") == []
    assert await members(store, account, "others") == [number(2)]
    for id in ids[:2]:
        with pytest.raises(UnknownContact):
            await contacts.find(store, account, id)
        assert await tags_of(store, account, id) == []
    assert (await contacts.find(store, account, ids[2])).number == number(2)


async def test_a_list_that_is_removed_leaves_its_contacts(store: Store, account: Account) -> None:
    ids = await _two_lists(store, account)
    await lists.remove(store, account, "some")
    assert [one.name for one in await lists.all_of(store, account)] == ["others"]
    assert [(await contacts.find(store, account, id)).number for id in ids] == [number(place) for place in range(3)]
    assert await members(store, account, "others") == [number(1), number(2)]
    await lists.create(store, account, "some")
    assert await members(store, account, "some") == []


@every_verb
@pytest.mark.parametrize("name", ["theirs", "", "SOME", " some"])
async def test_a_list_that_is_not_there_is_unknown(store: Store, account: Account, verb: Verb, name: str) -> None:
    other = await another_account(store)
    await add(store, other, *people(2), lists=("theirs", "some"))
    await add(store, account, *people(2), lists=("some",))
    with pytest.raises(UnknownList) as refusal:
        await verb(store, account, name)
    assert refusal.value.name == name
    await verb(store, account, "some")
    assert await members(store, other, "some") == await members(store, other, "theirs") == [number(0), number(1)]


@every_verb
async def test_a_list_waits_until_the_campaign_to_it_is_calculated(store: Store, account: Account, verb: Verb) -> None:
    await add(store, account, *people(3), lists=("all",))
    campaign = await campaigns.create(store, account, EVERYBODY)
    with pytest.raises(ListInUse) as refusal:
        await verb(store, account, "all")
    assert refusal.value.name == "all"
    assert await members(store, account, "all") == [number(place) for place in range(3)]
    assert (await calculated(store, campaign, account)).messages == 3
    await verb(store, account, "all")
    assert (await campaigns.find(store, account, campaign.id)).state is State.READY
    assert await counts(store, account, campaign) == {"waiting": 3}


@every_verb
async def test_a_list_does_not_wait_for_other_campaigns(store: Store, account: Account, verb: Verb) -> None:
    other = await another_account(store)
    for owner in (account, other):
        await add(store, owner, Draft(number=number(1), tags=("all",)), lists=("all", "others"))
    await campaigns.create(store, other, EVERYBODY)
    for kind, name in ((Kind.TAG, "all"), (Kind.LIST, "others")):
        await campaigns.create(store, account, replace(EVERYBODY, audience=Audience(kind=kind, names=(name,))))
    await verb(store, account, "all")
    assert await calculation.calculate(store, PRICES) > 0


async def test_a_list_gets_another_name(store: Store, account: Account, clock: Clock) -> None:
    id = await lists.create(store, account, "one")
    await lists.create(store, account, "other")
    clock.advance(1)
    renamed = await lists.rename(store, account, id, "new")
    assert (renamed.id, renamed.name, renamed.updated_at) == (id, "new", clock.now)
    assert (await lists.rename(store, account, id, "new")).name == "new"
    for name, refusal in (("other", NameTaken), (" ", MissingField), ("x" * (LONGEST_NAME + 1), BadField)):
        with pytest.raises(refusal):
            await lists.rename(store, account, id, name)
    with pytest.raises(UnknownList):
        await lists.rename(store, await another_account(store), id, "mine")
    assert [one.name for one in await lists.all_of(store, account)] == ["new", "other"]


async def test_a_list_is_removed_by_its_id(store: Store, account: Account) -> None:
    id = await lists.create(store, account, "one")
    with pytest.raises(UnknownList):
        await lists.remove(store, await another_account(store), id)
    await lists.remove(store, account, id)
    assert await lists.all_of(store, account) == []
