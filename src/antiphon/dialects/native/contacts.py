"""Contacts: /contacts, and by the thousand: /contacts/bulk."""

from collections.abc import AsyncIterator, Container, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from antiphon.core.contact import DEEPEST, AddContacts, Change, Contact, Draft, EditContact, Existing, Result, too_deep
from antiphon.core.errors import BadField, BadNumber, NumberTaken, Refusal
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.incoming import without_nul
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.services import contacts, cursors, lists, opt_outs, tags
from antiphon.services.contacts import LONGEST_NAME
from antiphon.store.instants import instant, moment

_BATCH = 5_000
_BATCH_BYTES = 8 * 1024 * 1024

# {"number": "+33612345678", "first_name": "Axelle", "attributes": {"city": "Lyon"}, "lists": ["8213048"],
#  "tags": ["vip"]}


class WireDraft(Struct, forbid_unknown_fields=True, gc=False):
    number: str
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    email: str | None = None
    attributes: dict[str, Any] | None = None
    lists: list[str] = []
    tags: list[str] = []


# What is left out stays as it is; null and "" empty a name. Attributes are put beside those that are there.


class WireEdit(Struct, forbid_unknown_fields=True):
    number: str | UnsetType = UNSET
    first_name: str | UnsetType | None = UNSET
    last_name: str | UnsetType | None = UNSET
    company: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET


class WireTags(Struct, forbid_unknown_fields=True):
    tags: list[str]


# ?list=8213048&tag=vip&number=%2B33612345678&limit=100&after=...


class WireSearch(WireAsk, forbid_unknown_fields=True):
    list: str | None = None
    tag: str | None = None
    number: str | None = None


# {"id": "82130489311233", "number": "+33612345678", ..., "lists": ["8213048"], "tags": ["vip"], "created_at": "..."}


class WireContact(Struct, gc=False):
    id: str
    number: str
    first_name: str | None
    last_name: str | None
    company: str | None
    email: str | None
    attributes: dict[str, Any]
    lists: list[str]
    tags: list[str]
    created_at: datetime
    updated_at: datetime


# {"line": 17, "status": "added", "id": "82130489311233", "opted_out": true}
# {"line": 18, "status": "refused", "reason": "..."}


class WireResult(Struct, omit_defaults=True, gc=False):
    """`opted_out`: the number has opted out, of everything or of one of these lists, and stays so."""

    line: int
    status: str
    id: str | None = None
    reason: str | None = None
    opted_out: bool = False


def read_draft(wire: WireDraft) -> Draft:
    """Raises BadField."""
    if too_deep(wire.attributes):
        raise BadField(field="attributes", reason=f"have more than {DEEPEST} objects or lists inside each other")
    if any(len(tag) > LONGEST_NAME for tag in wire.tags):
        raise BadField(field="tags", reason=f"have a name of more than {LONGEST_NAME} characters")
    return Draft(
        number=wire.number,
        first_name=wire.first_name,
        last_name=wire.last_name,
        company=wire.company,
        email=wire.email,
        attributes=wire.attributes,
        tags=tuple(tag.strip() for tag in wire.tags if tag.strip()),
    )


def read_edit(wire: WireEdit, call: Call) -> EditContact:
    """Raises BadField."""
    attributes = None if wire.attributes is UNSET else wire.attributes
    if too_deep(attributes):
        raise BadField(field="attributes", reason=f"have more than {DEEPEST} objects or lists inside each other")
    names: dict[str, Any] = {name: getattr(wire, name) for name in ("first_name", "last_name", "company", "email")}
    said: dict[str, Any] = {name: value or "" for name, value in names.items() if value is not UNSET}
    return EditContact(
        id=read_id(call.path["id"]),
        draft=Draft(
            number="" if wire.number is UNSET else wire.number,
            attributes=attributes,
            **said,
        ),
        seen=read_match(call.headers.get("if-match")),
    )


def read_search(query: WireSearch) -> tuple[int, cursors.Filter]:
    """After which id, and whom. Raises BadField."""
    list_id = None if query.list is None else read_id(query.list, "list")
    after = 0 if query.after is None else read_id(query.after, "after")
    return after, cursors.Filter(list_id=list_id, tag=query.tag, number=query.number)


def read_match(written: str | None) -> datetime | None:
    """The time in an ETag; of one that is none of ours, a time at which nothing was changed."""
    if written is None or written.strip() == "*":
        return None
    tag = written.strip().strip('"')
    return moment(int(tag) if tag.isascii() and tag.isdigit() and len(tag) <= 17 else 0)


def read_line(line: bytes | None) -> WireDraft | str:
    """What is on a line, or the reason why nobody can say."""
    if line is None:
        return "the line is longer than a megabyte"
    try:
        return _line.decode(without_nul(line))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failure:
        return str(failure)


def write_contact(contact: Contact, on: Sequence[int], tagged: Sequence[str]) -> WireContact:
    return WireContact(
        id=str(contact.id),
        number=contact.number,
        first_name=contact.first_name or None,
        last_name=contact.last_name or None,
        company=contact.company or None,
        email=contact.email or None,
        attributes=dict(contact.attributes or {}),
        lists=[str(id) for id in on],
        tags=list(tagged),
        created_at=contact.created_at,
        updated_at=contact.updated_at,
    )


def write_tag(contact: Contact) -> str:
    """The ETag of its own fields; being on a list is not among them."""
    return f'"{instant(contact.updated_at)}"'


def write_result(line: int, result: Result, silent: Container[str]) -> WireResult:
    if result.contact is None:
        return WireResult(line, "refused", reason=result.reason)
    id = str(result.contact.id)
    return WireResult(line, result.change.value, id=id, opted_out=result.number in silent)


async def search(call: Call, query: WireSearch) -> WirePage[WireContact]:
    """Contacts, the oldest first; of a list, with a tag, or with a number."""
    after, wanted = read_search(query)
    found = await cursors.contacts(call.store, call.account, after, query.limit + 1, wanted)
    written = {one.id: one for one in await _written(call, found)}
    return write_page(found, query.limit, lambda contact: written[str(contact.id)], lambda contact: contact.id)


async def create(call: Call, body: WireDraft) -> Answer:
    """Add a contact whose number nobody has yet."""
    on = tuple(read_id(id, "lists") for id in body.lists)
    command = AddContacts(drafts=[read_draft(body)], list_ids=on, existing=Existing.REFUSE)
    (result,) = await contacts.add(call.store, call.account, command)
    if result.contact is None:
        raise BadNumber(written=body.number, reason=result.reason or "")
    if result.change is not Change.ADDED:
        raise NumberTaken(number=result.number)
    return await _answer(call, result.contact, 201)


async def detail(call: Call) -> Answer:
    """One contact, with its ETag."""
    return await _answer(call, await contacts.find(call.store, call.account, read_id(call.path["id"])), 200)


async def edit(call: Call, body: WireEdit) -> Answer:
    """Change a contact; with If-Match only as it was read."""
    return await _answer(call, await contacts.edit(call.store, call.account, read_edit(body, call)), 200)


async def delete(call: Call) -> Answer:
    """Delete a contact; with If-Match only as it was read."""
    seen = read_match(call.headers.get("if-match"))
    await contacts.remove(call.store, call.account, read_id(call.path["id"]), seen)
    return Answer(204)


async def put_tags(call: Call, body: WireTags) -> Answer:
    """Give a contact these tags and no others."""
    id = read_id(call.path["id"])
    await tags.put(call.store, call.account, id, body.tags)
    return await _answer(call, await contacts.find(call.store, call.account, id), 200)


async def bulk(call: Call, lines: AsyncIterator[bytes | None]) -> Answer:
    """Add or change contacts, a JSON object on each line; a line of result for each, in order, once it is stored."""
    return Answer(200, _results(call, lines), {"Content-Type": "application/x-ndjson"})


async def _results(call: Call, lines: AsyncIterator[bytes | None]) -> AsyncIterator[bytes]:
    batch: list[tuple[int, WireDraft | str]] = []
    place = size = 0
    async for line in lines:
        place += 1
        size += len(line or b"")
        if line is None or line.strip():
            batch.append((place, read_line(line)))
        if len(batch) == _BATCH or size > _BATCH_BYTES:
            yield await _stored(call, batch)
            batch, size = [], 0
    if batch:
        yield await _stored(call, batch)


async def _stored(call: Call, batch: Sequence[tuple[int, WireDraft | str]]) -> bytes:
    """In order; one transaction for each run of lines that go to the same lists: most often one for the batch."""
    results: list[WireResult] = []
    for on, run in groupby(batch, lambda one: None if isinstance(one[1], str) else sorted(one[1].lists)):
        if on is None:
            results += [WireResult(place, "refused", reason=str(wire)) for place, wire in run]
        else:
            results += await _added(call, on, [(place, wire) for place, wire in run if isinstance(wire, WireDraft)])
    return b"".join(_encoder.encode(result) + b"\n" for result in results)


async def _added(call: Call, on: Sequence[str], run: Sequence[tuple[int, WireDraft]]) -> list[WireResult]:
    drafts = [(place, _drafted(wire)) for place, wire in run]
    good = [draft for _, draft in drafts if isinstance(draft, Draft)]
    try:
        ids = tuple(read_id(id, "lists") for id in on)
        results = await contacts.add(call.store, call.account, AddContacts(drafts=good, list_ids=ids))
    except Refusal as refusal:
        return [WireResult(place, "refused", reason=str(refusal)) for place, _ in drafts]
    silent = await opt_outs.among(call.store, call.account, ids, {result.number for result in results})
    done = iter(results)
    return [
        write_result(place, next(done), silent)
        if isinstance(draft, Draft)
        else WireResult(place, "refused", reason=draft)
        for place, draft in drafts
    ]


def _drafted(wire: WireDraft) -> Draft | str:
    try:
        return read_draft(wire)
    except Refusal as refusal:
        return str(refusal)


async def _written(call: Call, found: Sequence[Contact]) -> list[WireContact]:
    ids = [contact.id for contact in found]
    on = await lists.of(call.store, call.account, ids) if ids else {}
    tagged = await contacts.tags_of(call.store, call.account, ids) if ids else {}
    return [
        write_contact(contact, [one.id for one in on.get(contact.id, [])], tagged.get(contact.id, []))
        for contact in found
    ]


async def _answer(call: Call, contact: Contact, status: int) -> Answer:
    (written,) = await _written(call, [contact])
    headers = {"ETag": write_tag(contact), "Location": f"/api/v1/contacts/{contact.id}"}
    return Answer(status, written, headers)


_line = msgspec.json.Decoder(WireDraft)
_encoder = msgspec.json.Encoder()
