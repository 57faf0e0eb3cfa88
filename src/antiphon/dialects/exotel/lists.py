"""Lists: made and renamed up to 5,000 at once, read and deleted alone; contacts put on them and taken off."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from antiphon.core.account import Account
from antiphon.core.contact import FindContacts
from antiphon.core.contact_list import CreateList, EditList
from antiphon.core.errors import MissingField, NameTaken, Refusal, TooMany, UnknownContact
from antiphon.dialects.door import Call
from antiphon.dialects.exotel.contacts import MOST_ON_A_PAGE, ORDERS, WireContact, shown
from antiphon.dialects.exotel.envelope import (
    WireBatch,
    WireItem,
    WirePage,
    WireSingle,
    WireWindow,
    in_place,
    read_contact_sid,
    read_item,
    read_items,
    read_list_sid,
    read_sid,
    read_window,
    write_batch,
    write_page,
    write_sid,
    write_single,
    write_time,
)
from antiphon.dialects.exotel.errors import by_sid, failed
from antiphon.services import contacts, lists
from antiphon.store.lists import ContactList

LIST_ORDERS = {"date_created": "created_at", "date_updated": "updated_at", "name": "name"}

# {"lists": [{"name": "new-csv_list2", "tag": "demo"}]}


class WireNewList(Struct):
    name: str | None = None
    tag: str | None = None


class WireLists(Struct):
    lists: list[msgspec.Raw] | None = None


# {"lists": [{"sid": "...", "name": "..."}]}


class WireListEdit(WireNewList):
    sid: str | None = None


# {"name": "..."}, or {"lists": [{"name": "..."}]}: no page says which


class WireListChange(WireNewList):
    lists: list[msgspec.Raw] | None = None


# {"contact_references": [{"contact_sid": "d49b..."}, {"contact_sid": "68bc..."}]}


class WireReference(Struct):
    contact_sid: str | None = None


class WireReferences(Struct):
    contact_references: list[msgspec.Raw] | None = None


class WireList(Struct):
    sid: str
    date_created: str
    date_updated: str
    account_sid: str
    name: str
    tag: str | None
    type: str
    contact_count: int
    uri: str


class WireMember(Struct):
    """The same sids under each name that a client reads them by."""

    sid: str | None
    contact_sid: str | None
    list_id: str
    list_sid: str


def read_new(body: WireLists) -> list[CreateList | Refusal]:
    """One command, or the reason against it, for each item. Raises MissingField or TooMany for the whole."""
    return read_items("lists", body.lists, _read_new)


def read_edits(account: Account, body: WireLists) -> list[EditList | Refusal]:
    """As `read_new`, for lists that are there."""
    return read_items("lists", body.lists, lambda item: _read_edit(account, item))


def read_change(id: int, body: WireListChange) -> EditList:
    """Raises BadField, MissingField, or TooMany for more than one list."""
    wire: WireNewList = body
    if body.lists is not None:
        if len(body.lists) != 1:
            raise TooMany(what="lists", given=len(body.lists), limit=1)
        wire = read_item("list", body.lists[0], WireNewList)
    return _read_changes(id, wire)


def read_references(body: WireReferences) -> list[WireReference | Refusal]:
    """As `read_new`, for the contacts that shall be on a list."""
    return read_items("contact_references", body.contact_references, _read_reference)


def write_list(account: Account, found: ContactList, size: int = 0) -> WireList:
    sid = write_sid(account, found.id)
    zone = ZoneInfo(account.time_zone)
    return WireList(
        sid=sid,
        date_created=write_time(found.created_at, zone),
        date_updated=write_time(found.updated_at, zone),
        account_sid=account.sid,
        name=found.name,
        tag=found.tag,
        type="dynamic" if found.dynamic else "static",
        contact_count=size,
        uri=f"/v2/accounts/{account.sid}/lists/{sid}",
    )


async def create(call: Call, body: WireLists) -> WireBatch[WireList]:
    """Make up to 5,000 lists; a name that is taken answers 409 with the list that has it."""
    items = read_new(body)
    commands = [item for item in items if isinstance(item, CreateList)]
    done = await lists.create_all(call.store, call.account, commands)
    taken = await lists.named(call.store, call.account, {one.name for one in done if isinstance(one, NameTaken)})
    return write_batch(call, await _written(call, in_place(items, done), taken))


async def find(call: Call, query: WireWindow) -> WirePage[WireList]:
    """A page of lists: all of them, or by a part of their names."""
    page = await lists.page(call.store, call.account, read_window(query, MOST_ON_A_PAGE, LIST_ORDERS))
    sizes = await lists.sizes(call.store, call.account, [one.id for one in page.things])
    written = [write_list(call.account, one, sizes.get(one.id, 0)) for one in page.things]
    return write_page(call, "/lists", query, page, written)


async def edit_all(call: Call, body: WireLists) -> WireBatch[WireList]:
    """Rename up to 5,000 lists by their sids."""
    items = read_edits(call.account, body)
    commands = [item for item in items if isinstance(item, EditList)]
    done = await lists.edit_all(call.store, call.account, commands)
    return write_batch(call, await _written(call, in_place(items, done), {}))


async def read(call: Call) -> WireSingle[WireList]:
    """One list, with how many contacts are on it."""
    found = await lists.get(call.store, call.account, _id(call))
    return write_single(call, await _alone(call, found))


async def edit(call: Call, body: WireListChange) -> WireSingle[WireList]:
    """Rename one list."""
    command = read_change(_id(call), body)
    (done,) = await lists.edit_all(call.store, call.account, [command])
    if isinstance(done, Refusal):
        raise done
    return write_single(call, await _alone(call, done))


async def delete(call: Call) -> WireSingle[WireList]:
    """Delete one list; its contacts stay in the account."""
    answer = await read(call)
    await lists.remove(call.store, call.account, _id(call))
    return answer


async def attach(call: Call, body: WireReferences) -> WireBatch[WireMember]:
    """Put up to 5,000 contacts on a list."""
    items = read_references(body)
    members = [read_sid(call.account, item.contact_sid or "") or 0 for item in items if isinstance(item, WireReference)]
    results = in_place(items, await lists.attach(call.store, call.account, _id(call), members))
    return write_batch(call, [_write_member(call, *pair) for pair in zip(items, results, strict=True)])


async def members(call: Call, query: WireWindow) -> WirePage[WireContact]:
    """A page of the contacts on a list."""
    window = read_window(query, MOST_ON_A_PAGE, ORDERS)
    page = await contacts.page(call.store, call.account, FindContacts(window=window, list_ids=(_id(call),)))
    return write_page(call, f"/lists/{call.path['list']}/contacts", query, page, await shown(call, page))


async def detach(call: Call) -> WireSingle[WireMember]:
    """Take a contact off a list; it stays in the account."""
    member = read_contact_sid(call.account, call.path["contact"])
    await lists.detach(call.store, call.account, _id(call), member)
    return write_single(call, _member(call, call.path["contact"]))


def _id(call: Call) -> int:
    """Raises UnknownList."""
    return read_list_sid(call.account, call.path["list"])


def _read_new(item: msgspec.Raw) -> CreateList:
    wire = read_item("list", item, WireNewList)
    name = (wire.name or "").strip()
    if not name:
        raise MissingField(field="name")
    return CreateList(name=name, tag=wire.tag)


def _read_edit(account: Account, item: msgspec.Raw) -> EditList:
    wire = read_item("list", item, WireListEdit)
    if not wire.sid:
        raise MissingField(field="sid")
    return _read_changes(read_list_sid(account, wire.sid), wire)


def _read_changes(id: int, wire: WireNewList) -> EditList:
    name = None if wire.name is None else wire.name.strip()
    if not name and (name is not None or wire.tag is None):
        raise MissingField(field="name")
    return EditList(id=id, name=name, tag=wire.tag)


def _read_reference(item: msgspec.Raw) -> WireReference:
    reference = read_item("reference", item, WireReference)
    if not reference.contact_sid:
        raise MissingField(field="contact_sid")
    return reference


async def _written(
    call: Call, results: list[ContactList | Refusal], named: Mapping[str, ContactList]
) -> list[WireItem[WireList]]:
    """`named` are the lists that have the names that are taken, if they shall be shown."""
    there = [*named.values(), *(result for result in results if isinstance(result, ContactList))]
    sizes = await lists.sizes(call.store, call.account, {one.id for one in there})
    return [_write_result(call.account, result, named, sizes) for result in results]


def _write_result(
    account: Account, result: ContactList | Refusal, named: Mapping[str, ContactList], sizes: Mapping[int, int]
) -> WireItem[WireList]:
    if isinstance(result, ContactList):
        return WireItem(data=write_list(account, result, sizes.get(result.id, 0)))
    other = named.get(result.name) if isinstance(result, NameTaken) else None
    return failed(by_sid(account, result), write_list(account, other, sizes.get(other.id, 0)) if other else None)


async def _alone(call: Call, found: ContactList) -> WireList:
    sizes = await lists.sizes(call.store, call.account, [found.id])
    return write_list(call.account, found, sizes.get(found.id, 0))


def _write_member(call: Call, item: WireReference | Refusal, result: Refusal | None) -> WireItem[WireMember]:
    # Also where it failed: a client reads the sids of every item, whatever its code.
    sid = item.contact_sid if isinstance(item, WireReference) else None
    if isinstance(result, UnknownContact):
        result = UnknownContact(id=sid or "")
    member = _member(call, sid)
    return WireItem(data=member) if result is None else failed(by_sid(call.account, result), member)


def _member(call: Call, contact: str | None) -> WireMember:
    return WireMember(sid=contact, contact_sid=contact, list_id=call.path["list"], list_sid=call.path["list"])
