"""Lists of contacts: /lists; and labels on them: /tags."""

from datetime import datetime

from msgspec import Struct

from antiphon.core.errors import MissingField, UnknownContact
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.services import cursors, lists
from antiphon.store.lists import ContactList

# {"name": "Customers"}


class WireName(Struct, forbid_unknown_fields=True):
    name: str


# {"add": ["82130489311233"], "remove": []}: ids of contacts


class WireMembers(Struct, forbid_unknown_fields=True):
    add: list[str] = []
    remove: list[str] = []


# {"added": 1, "already": 0, "unknown": [], "removed": 0}


class WireJoined(Struct):
    added: int
    already: int
    unknown: list[str]
    removed: int


# {"id": "8213048", "name": "Customers", "contacts": 300000, "tag": null, "dynamic": false, "created_at": "..."}


class WireList(Struct):
    id: str
    name: str
    contacts: int
    tag: str | None
    dynamic: bool
    created_at: datetime
    updated_at: datetime


# {"name": "vip", "contacts": 12}


class WireTag(Struct):
    name: str
    contacts: int


def read_members(call: Call, body: WireMembers) -> tuple[int, list[int], list[int]]:
    """The list, who joins it, and who leaves. Raises MissingField or BadField."""
    if not body.add and not body.remove:
        raise MissingField(field="add or remove")
    joining, leaving = ([read_id(one, name) for one in getattr(body, name)] for name in ("add", "remove"))
    return read_id(call.path["id"]), joining, leaving


def write_list(found: ContactList, size: int) -> WireList:
    return WireList(str(found.id), found.name, size, found.tag, found.dynamic, found.created_at, found.updated_at)


async def search(call: Call, query: WireAsk) -> WirePage[WireList]:
    """Lists, the oldest first, with their sizes."""
    after = 0 if query.after is None else read_id(query.after, "after")
    found = await cursors.lists(call.store, call.account, after, query.limit + 1)
    return write_page(found, query.limit, lambda one: write_list(*one), lambda one: one[0].id)


async def create(call: Call, body: WireName) -> Answer:
    """Make an empty list."""
    id = await lists.create(call.store, call.account, body.name)
    made = await lists.get(call.store, call.account, id)
    return Answer(201, write_list(made, 0), {"Location": f"/api/v1/lists/{id}"})


async def detail(call: Call) -> WireList:
    """One list."""
    return await _list(call, read_id(call.path["id"]))


async def rename(call: Call, body: WireName) -> WireList:
    """Give a list another name."""
    id = read_id(call.path["id"])
    await lists.rename(call.store, call.account, id, body.name)
    return await _list(call, id)


async def delete(call: Call) -> Answer:
    """Delete a list; who was on it stays."""
    await lists.remove(call.store, call.account, read_id(call.path["id"]))
    return Answer(204)


async def members(call: Call, body: WireMembers) -> WireJoined:
    """Put contacts on a list, take others off it."""
    id, joining, leaving = read_members(call, body)
    joined = await lists.attach(call.store, call.account, id, joining)
    gone = await lists.detach_all(call.store, call.account, id, leaving)
    unknown = [one for one, refusal in zip(body.add, joined, strict=True) if isinstance(refusal, UnknownContact)]
    added = joined.count(None)
    return WireJoined(added, len(joined) - added - len(unknown), unknown, gone)


async def tags(call: Call, query: WireAsk) -> WirePage[WireTag]:
    """Tags by name, each with the number of contacts that carry it."""
    found = await cursors.tags(call.store, call.account, query.after or "", query.limit + 1)
    return write_page(found, query.limit, lambda one: WireTag(*one), lambda one: one[0])


async def _list(call: Call, id: int) -> WireList:
    found = await lists.get(call.store, call.account, id)
    return write_list(found, (await lists.sizes(call.store, call.account, [id])).get(id, 0))
