"""Contacts: made and changed up to 5,000 at once, each with an answer of its own; read, changed and deleted alone."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Struct, UnsetType

from antiphon.core.account import Account
from antiphon.core.contact import (
    DEEPEST,
    AddContacts,
    Attributes,
    Change,
    Contact,
    Draft,
    EditContact,
    Existing,
    FindContacts,
    Result,
    too_deep,
)
from antiphon.core.errors import BadField, BadNumber, MissingField, NumberTaken, Refusal, TooMany
from antiphon.core.window import Page
from antiphon.dialects.door import Call
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
    read_window,
    write_batch,
    write_page,
    write_sid,
    write_single,
    write_time,
)
from antiphon.dialects.exotel.errors import by_sid, failed
from antiphon.services import contacts, lists
from antiphon.services.contacts import LONGEST_NAME

MOST_ON_A_PAGE = 20
MOST_LISTS = 100
ORDERS = {"date_created": "created_at", "date_updated": "updated_at", "name": "first_name", "company_name": "company"}
ORDERS |= {name: name for name in ("number", "first_name", "last_name", "email")}

# {"number": "+91910XXXXX10", "first_name": "captain", "last_name": "exotel", "company_name": "Exotel",
#  "email": "captain@email.com", "tag": "Member", "custom_field": {"key": {"key1": "values1"}}}


class WireDraft(Struct, gc=False):
    number: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    email: str | None = None
    tag: str | None = None
    custom_field: dict[str, Any] | None = None
    custom: dict[str, Any] | None = None  # what the parameter table calls it; every sample says custom_field


class WireCreate(Struct):
    contacts: list[msgspec.Raw] | None = None


# {"contacts": [{"sid": "...", "first_name": "XYZ"}, ...]}


class WireEdit(WireDraft, gc=False):
    sid: str | None = None


# {"first_name": "XYZ"}, or {"contacts": [{"first_name": "XYZ"}]}: no page says which


class WireChange(WireDraft):
    contacts: list[msgspec.Raw] | None = None


class WireSearch(WireWindow):
    list_sids: str | None = None  # separated by commas
    filter: Literal["show_list"] | None = None


# {"sid": "4440b6e1a85f489b87d76d8779956caf", "date_created": "2021-05-23T13:51:30.15101622+05:30",
#  "date_updated": ..., "account_sid": "exotel8u3", "number": "+919101234511", "first_name": "captain", ...,
#  "tag": "API", "custom_field": {...}, "uri": "/v2/accounts/exotel8u3/contacts/4440b6e1a85f489b87d76d8779956caf"}


class WireMembership(Struct):
    sid: str
    name: str


class WireContact(Struct, gc=False):
    sid: str
    date_created: str
    date_updated: str
    account_sid: str
    number: str
    first_name: str | None
    last_name: str | None
    company_name: str | None
    email: str | None
    tag: str | None
    custom_field: Attributes | None
    uri: str
    lists: list[WireMembership] | UnsetType = UNSET


Tags = Mapping[int, Sequence[str]]


def read_create(body: WireCreate) -> list[Draft | Refusal]:
    """One draft, or the reason against it, for each item. Raises MissingField or TooMany for the whole."""
    return read_items("contacts", body.contacts, _read_new)


def read_edits(account: Account, body: WireCreate) -> list[EditContact | Refusal]:
    """As `read_create`, for contacts that are there."""
    return read_items("contacts", body.contacts, lambda item: _read_edit(account, item))


def read_change(id: int, body: WireChange) -> EditContact:
    """Raises BadField, or TooMany for more than one contact."""
    wire: WireDraft = body
    if body.contacts is not None:
        if len(body.contacts) != 1:
            raise TooMany(what="contacts", given=len(body.contacts), limit=1)
        wire = read_item("contact", body.contacts[0], WireDraft)
    return EditContact(id=id, draft=_read_draft(wire))


def read_search(account: Account, query: WireSearch) -> FindContacts:
    """Raises BadField or TooMany."""
    sids = [sid.strip() for sid in (query.list_sids or "").split(",") if sid.strip()]
    if len(sids) > MOST_LISTS:
        raise TooMany(what="list_sids", given=len(sids), limit=MOST_LISTS)
    return FindContacts(
        window=read_window(query, MOST_ON_A_PAGE, ORDERS),
        list_ids=tuple(dict.fromkeys(read_list_sid(account, sid) for sid in sids)),
    )


def write_contact(account: Account, contact: Contact, tag: str | None) -> WireContact:
    sid = write_sid(account, contact.id)
    zone = ZoneInfo(account.time_zone)
    return WireContact(
        sid=sid,
        date_created=write_time(contact.created_at, zone),
        date_updated=write_time(contact.updated_at, zone),
        account_sid=account.sid,
        number=contact.number,
        first_name=contact.first_name,
        last_name=contact.last_name,
        company_name=contact.company,
        email=contact.email,
        tag=tag,
        custom_field=contact.attributes,
        uri=f"/v2/accounts/{account.sid}/contacts/{sid}",
    )


def newest(tags: Tags, id: int) -> str | None:
    """There is room for one tag here."""
    return next(reversed(tags.get(id, ())), None)


async def create(call: Call, body: WireCreate) -> WireBatch[WireContact]:
    """Add up to 5,000 contacts; one that is there already stays as it is."""
    items = read_create(body)
    command = AddContacts(drafts=[item for item in items if isinstance(item, Draft)], existing=Existing.REFUSE)
    results = await contacts.add(call.store, call.account, command)
    kept = {result.contact.id for result in results if result.change is Change.KEPT and result.contact}
    tags = await contacts.tags_of(call.store, call.account, kept) if kept else {}
    done = [_write_result(call.account, *pair, tags) for pair in zip(command.drafts, results, strict=True)]
    return write_batch(call, [failed(one) if isinstance(one, Refusal) else one for one in in_place(items, done)])


async def find(call: Call, query: WireSearch) -> WirePage[WireContact]:
    """A page of contacts: all of them, by a part of their names, or of some lists."""
    page = await contacts.page(call.store, call.account, read_search(call.account, query))
    written = await shown(call, page)
    if query.filter:
        await _add_lists(call, page, written)
    return write_page(call, "/contacts", query, page, written)


async def edit_all(call: Call, body: WireCreate) -> WireBatch[WireContact]:
    """Change up to 5,000 contacts by their sids; what is not said stays."""
    items = read_edits(call.account, body)
    commands = [item for item in items if isinstance(item, EditContact)]
    results = in_place(items, await contacts.edit_all(call.store, call.account, commands))
    people = [result for result in results if isinstance(result, Contact)]
    tags = await contacts.tags_of(call.store, call.account, {one.id for one in people})
    return write_batch(call, [_write_edited(call.account, result, tags) for result in results])


async def read(call: Call) -> WireSingle[WireContact]:
    """One contact."""
    contact = await contacts.find(call.store, call.account, _id(call))
    return write_single(call, await _alone(call, contact))


async def edit(call: Call, body: WireChange) -> WireSingle[WireContact]:
    """Change one contact; what is not said stays."""
    command = read_change(_id(call), body)
    contact = await contacts.edit(call.store, call.account, command)
    return write_single(call, await _alone(call, contact))


async def delete(call: Call) -> WireSingle[WireContact]:
    """Delete one contact, also from its lists."""
    answer = await read(call)
    await contacts.remove(call.store, call.account, _id(call))
    return answer


def _id(call: Call) -> int:
    """Raises UnknownContact."""
    return read_contact_sid(call.account, call.path["contact"])


def _read_new(item: msgspec.Raw) -> Draft:
    draft = _read_draft(read_item("contact", item, WireDraft))
    if not draft.number:
        raise MissingField(field="number")
    return draft


def _read_edit(account: Account, item: msgspec.Raw) -> EditContact:
    wire = read_item("contact", item, WireEdit)
    if not wire.sid:
        raise MissingField(field="sid")
    return EditContact(id=read_contact_sid(account, wire.sid), draft=_read_draft(wire))


def _read_draft(wire: WireDraft) -> Draft:
    """Raises BadField."""
    custom = wire.custom_field or wire.custom
    if too_deep(custom):
        raise BadField(field="custom_field", reason=f"has more than {DEEPEST} objects or lists inside each other")
    if wire.tag and len(wire.tag) > LONGEST_NAME:
        raise BadField(field="tag", reason=f"is longer than {LONGEST_NAME} characters")
    return Draft(
        number=wire.number or "",
        first_name=wire.first_name,
        last_name=wire.last_name,
        company=wire.company_name,
        email=wire.email,
        attributes=custom,
        tags=(wire.tag,) if wire.tag else (),
    )


def _write_result(account: Account, draft: Draft, result: Result, tags: Tags) -> WireItem[WireContact]:
    if result.contact is None:
        return failed(BadNumber(written=result.number, reason=result.reason or ""))
    if result.change is Change.ADDED:
        return WireItem(data=write_contact(account, result.contact, draft.tags[0] if draft.tags else None))
    # Clients take the sid of a duplicate from its data.
    data = write_contact(account, result.contact, newest(tags, result.contact.id))
    return failed(NumberTaken(number=result.number), data)


def _write_edited(account: Account, result: Contact | Refusal, tags: Tags) -> WireItem[WireContact]:
    if isinstance(result, Refusal):
        return failed(by_sid(account, result))
    return WireItem(data=write_contact(account, result, newest(tags, result.id)))


async def _alone(call: Call, contact: Contact) -> WireContact:
    tags = await contacts.tags_of(call.store, call.account, [contact.id])
    return write_contact(call.account, contact, newest(tags, contact.id))


async def shown(call: Call, page: Page[Contact]) -> list[WireContact]:
    """The contacts of a page, for any call that gives one."""
    tags = await contacts.tags_of(call.store, call.account, [one.id for one in page.things])
    return [write_contact(call.account, one, newest(tags, one.id)) for one in page.things]


async def _add_lists(call: Call, page: Page[Contact], written: Sequence[WireContact]) -> None:
    on = await lists.of(call.store, call.account, [one.id for one in page.things])
    for one, wire in zip(page.things, written, strict=True):
        wire.lists = [WireMembership(write_sid(call.account, found.id), found.name) for found in on.get(one.id, ())]
