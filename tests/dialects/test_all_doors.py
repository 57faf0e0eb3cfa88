"""All doors at random, against one simple model of accounts, contacts, lists and tags."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, field

from antiphon.core.account import NewCredential
from antiphon.services import accounts
from antiphon.store.session import Store
from tests.conftest import another_account
from tests.dialects import doors

NUMBERS = [f"+3361234567{place}" for place in range(5)]
LISTS, TAGS, WORDS = ["a", "b", "c"], ["x", "y"], ["Zoé", "Paul", "O'Neil"]


class Person(Struct):
    """A contact of the model. `param` is field_1, which every vendor calls otherwise."""

    id: str
    first_name: str | None = None
    param: str | None = None
    lists: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)


class World:
    """One account as it should be, and the way to its doors."""

    def __init__(self, address: str, credential: NewCredential) -> None:
        self.address = address
        self.credential = credential
        self.people: dict[str, Person] = {}
        self.lists: dict[str, str] = {}

    async def call(self, dialect: str, method: str, path: str, body: Any = None) -> doors.Heard:
        headers = {"Content-Type": "application/json", **doors.credentials(dialect, self.credential)}
        written = b"" if body is None else json.dumps(body).encode()
        return await doors.call(self.address, method, path, headers, written)

    def sid(self, id: str) -> str:
        return f"{self.credential.account_id:016x}{int(id):016x}"

    def exotel(self, path: str) -> str:
        return f"/v2/accounts/{self.credential.sid}{path}"


class Step(Struct):
    """What somebody does: which of the verbs below, with whom and what."""

    verb: str
    number: str
    other: str
    list: str
    tag: str
    word: str
    flag: bool


async def octopush_create(world: World, step: Step) -> None:
    body = {
        "contacts": [
            {"phone_number": step.number, "first_name": step.word},
            {"phone_number": step.other, "param1": step.word},
        ],
        "list_name": step.list,
        "tag_name": step.tag,
        "do_not_overwrite": step.flag,
    }
    heard = await world.call("octopush", "POST", "/v1/public/contact/create", body)
    assert heard.status == 201, heard
    await learn(world)
    for number, change in ((step.number, {"first_name": step.word}), (step.other, {"param": step.word})):
        new = number not in world.people
        person = world.people.setdefault(number, Person(id=""))
        if new or not step.flag:
            for name, value in change.items():
                setattr(person, name, value)
        person.lists.add(step.list)
        person.tags.add(step.tag)


async def octopush_delete(world: World, step: Step) -> None:
    body = {"phone_numbers": [step.number]} | ({"list_name": step.list} if step.flag else {})
    heard = await world.call("octopush", "DELETE", "/v1/public/contact/delete", body)
    assert heard.status == (400 if step.flag and step.list not in world.lists else 204), heard
    if not step.flag:
        world.people.pop(step.number, None)
    elif step.number in world.people and step.list in world.lists:
        world.people[step.number].lists.discard(step.list)


async def atom_new(world: World, step: Step) -> None:
    if step.list not in world.lists:
        heard = await world.call("atom", "POST", "/api/address-book/new", {"name": step.list})
        assert heard.status == 200, heard
        world.lists[step.list] = str(heard.body["result"]["id"])
    body = {"group_id": world.lists[step.list], "phone_number": step.number, "custom_1": step.word}
    heard = await world.call("atom", "POST", "/api/contact/new", body)
    assert heard.status == 200, heard
    person = world.people.setdefault(step.number, Person(id=""))
    person.param = step.word
    person.lists.add(step.list)


async def atom_delete(world: World, step: Step) -> None:
    """Out of one book, by the id that the book shows."""
    if step.list not in world.lists:
        return
    heard = await world.call("atom", "POST", "/api/address-book/detail", {"id": int(world.lists[step.list])})
    entries = {one["phone_number"]: one["id"] for one in heard.body["result"]["contacts"]}
    on = {number for number, person in world.people.items() if step.list in person.lists}
    assert set(entries) == on
    if step.number in entries:
        assert (await world.call("atom", "POST", "/api/contact/delete", {"id": entries[step.number]})).status == 200
        world.people[step.number].lists.discard(step.list)
        if not world.people[step.number].lists:
            del world.people[step.number]


async def exotel_create(world: World, step: Step) -> None:
    contact = {"number": step.number, "first_name": step.word, "tag": step.tag, "custom_field": {"field_1": step.word}}
    heard = await world.call("exotel", "POST", world.exotel("/contacts"), {"contacts": [contact, {"number": "12"}]})
    assert heard.status == 207
    assert [one["code"] for one in heard.body["response"]] == [409 if step.number in world.people else 200, 400]
    if step.number not in world.people:
        world.people[step.number] = Person(id="", first_name=step.word, param=step.word, tags={step.tag})


async def exotel_lists(world: World, step: Step) -> None:
    """Made where it is missing; then somebody is put on it, or taken off it."""
    if step.list not in world.lists:
        made = await world.call("exotel", "POST", world.exotel("/lists"), {"lists": [{"name": step.list}]})
        assert made.body["response"][0]["code"] == 200, made
        await learn(world)
    if step.number not in world.people:
        return
    await learn(world)
    person, sid = world.people[step.number], world.sid(world.lists[step.list])
    contact = world.sid(person.id)
    if step.flag:
        body = {"contact_references": [{"contact_sid": contact}]}
        heard = await world.call("exotel", "POST", world.exotel(f"/lists/{sid}/contacts"), body)
        assert heard.body["response"][0]["code"] == (409 if step.list in person.lists else 200), heard
        person.lists.add(step.list)
    else:
        heard = await world.call("exotel", "DELETE", world.exotel(f"/lists/{sid}/contacts/{contact}"))
        assert heard.status == (200 if step.list in person.lists else 404), heard
        person.lists.discard(step.list)


async def exotel_update(world: World, step: Step) -> None:
    if step.number not in world.people:
        return
    await learn(world)
    person = world.people[step.number]
    body = {"first_name": step.word}
    heard = await world.call("exotel", "PUT", world.exotel(f"/contacts/{world.sid(person.id)}"), body)
    assert heard.status == 200, heard
    person.first_name = step.word


async def native_edit(world: World, step: Step) -> None:
    """A contact gets another number, a name and tags; or is deleted."""
    if step.number not in world.people:
        return
    await learn(world)
    person = world.people[step.number]
    path = f"/api/v1/contacts/{person.id}"
    taken = step.other in world.people and step.other != step.number
    heard = await world.call("native", "PATCH", path, {"number": step.other, "first_name": step.word})
    assert heard.status == (409 if taken else 200), heard
    if not taken:
        world.people[step.other] = world.people.pop(step.number)
        person.first_name = step.word
        assert (await world.call("native", "PUT", f"{path}/tags", {"tags": [step.tag]})).status == 200
        person.tags = {step.tag}
    elif step.flag:
        assert (await world.call("native", "DELETE", path)).status == 204
        del world.people[step.number]


async def native_list(world: World, step: Step) -> None:
    """A list is deleted; who was on it stays."""
    if step.list in world.lists and step.flag:
        assert (await world.call("native", "DELETE", f"/api/v1/lists/{world.lists.pop(step.list)}")).status == 204
        for person in world.people.values():
            person.lists.discard(step.list)


async def learn(world: World) -> None:
    """The ids of what others made."""
    found = await world.call("native", "GET", "/api/v1/lists")
    world.lists = {one["name"]: one["id"] for one in found.body["data"]}
    for contact in (await world.call("native", "GET", "/api/v1/contacts")).body["data"]:
        if contact["number"] in world.people:
            world.people[contact["number"]].id = contact["id"]


VERBS: dict[str, Callable[[World, Step], Any]] = {
    verb.__name__: verb
    for verb in (
        octopush_create,
        octopush_delete,
        atom_new,
        atom_delete,
        exotel_create,
        exotel_lists,
        exotel_update,
        native_edit,
        native_list,
    )
}
steps = st.builds(
    Step,
    verb=st.sampled_from(sorted(VERBS)),
    number=st.sampled_from(NUMBERS),
    other=st.sampled_from(NUMBERS),
    list=st.sampled_from(LISTS),
    tag=st.sampled_from(TAGS),
    word=st.sampled_from(WORDS),
    flag=st.booleans(),
)


@settings(max_examples=40)
@given(done=st.lists(st.tuples(st.booleans(), steps), min_size=1, max_size=10))
async def test_every_door_leads_to_the_same_people(store: Store, done: list[tuple[bool, Step]]) -> None:
    async with doors.opened(store) as address:
        worlds = [World(address, await _credential(store)) for _ in range(2)]
        for which, step in done:
            await VERBS[step.verb](worlds[which], step)
        for world in worlds:
            await _compare(world)


async def _credential(store: Store) -> NewCredential:
    login = f"{store.ids.one()}@example.com"
    assert await another_account(store)
    return await accounts.create(store, login, "FR")


async def _compare(world: World) -> None:
    """What each door shows of the account is what the model holds."""
    await learn(world)
    native, exotel, books = await asyncio.gather(
        world.call("native", "GET", "/api/v1/contacts"),
        world.call("exotel", "GET", world.exotel("/contacts?filter=show_list")),
        world.call("atom", "POST", "/api/address-book/list"),
    )
    names = {id: name for name, id in world.lists.items()}
    seen = {
        one["number"]: Person(
            id=one["id"],
            first_name=one["first_name"],
            param=one["attributes"].get("field_1"),
            lists={names[id] for id in one["lists"]},
            tags=set(one["tags"]),
        )
        for one in native.body["data"]
    }
    assert seen == world.people
    told = {one["data"]["number"]: one["data"] for one in exotel.body["response"]}
    assert {number: one["first_name"] for number, one in told.items()} == {
        number: person.first_name for number, person in world.people.items()
    }
    assert all(one["tag"] in (world.people[number].tags or {None}) for number, one in told.items())
    assert {book["name"] for book in books.body["result"]} == set(world.lists)
    for book in books.body["result"]:
        detail = (await world.call("atom", "POST", "/api/address-book/detail", {"id": book["id"]})).body["result"]
        on = {number for number, person in world.people.items() if book["name"] in person.lists}
        assert {one["phone_number"] for one in detail["contacts"]} == on
