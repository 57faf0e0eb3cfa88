"""Contacts: POST /v2/accounts/<sid>/contacts, up to 5,000 at once, each with an answer of its own."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from antiphon.core.account import Account
from antiphon.core.contact import DEEPEST, AddContacts, Attributes, Change, Contact, Draft, Existing, Result, too_deep
from antiphon.core.errors import BadField, BadNumber, MissingField, NumberTaken, Refusal, TooMany
from antiphon.dialects.door import Call
from antiphon.dialects.exotel.envelope import WireBatch, WireItem, write_batch, write_sid, write_time
from antiphon.dialects.exotel.errors import failed
from antiphon.dialects.lenient import mend
from antiphon.services import contacts

LIMIT = 5_000

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


def read_create(body: WireCreate) -> list[Draft | Refusal]:
    """One draft, or the reason against it, for each item. Raises MissingField or TooMany for the whole."""
    if body.contacts is None:
        raise MissingField(field="contacts")
    if len(body.contacts) > LIMIT:
        raise TooMany(what="contacts", given=len(body.contacts), limit=LIMIT)
    return [_read_item(item) for item in body.contacts]


# {"sid": "4440b6e1a85f489b87d76d8779956caf", "date_created": "2021-05-23T13:51:30.15101622+05:30",
#  "date_updated": ..., "account_sid": "exotel8u3", "number": "+919101234511", "first_name": "captain", ...,
#  "tag": "API", "custom_field": {...}, "uri": "/v2/accounts/exotel8u3/contacts/4440b6e1a85f489b87d76d8779956caf"}


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


async def create(call: Call, body: WireCreate) -> WireBatch[WireContact]:
    """Add up to 5,000 contacts; one that is there already stays as it is."""
    items = read_create(body)
    command = AddContacts(drafts=[item for item in items if isinstance(item, Draft)], existing=Existing.REFUSE)
    results = await contacts.add(call.store, call.account, command)
    kept = {result.contact.id for result in results if result.change is Change.KEPT and result.contact}
    tags = await contacts.tags_of(call.store, call.account, kept) if kept else {}
    written = iter([_write_result(call.account, *done, tags) for done in zip(command.drafts, results, strict=True)])
    return write_batch(call, [failed(item) if isinstance(item, Refusal) else next(written) for item in items])


def _read_item(item: msgspec.Raw) -> Draft | Refusal:
    try:
        wire = _read_wire(item)
    except (msgspec.ValidationError, RecursionError) as failure:
        return BadField(field="The contact", reason=f"is not as it should be: {failure}")
    if not wire.number:
        return MissingField(field="number")
    custom = wire.custom_field or wire.custom
    if too_deep(custom):
        return BadField(field="custom_field", reason=f"has more than {DEEPEST} objects or lists inside each other")
    return Draft(
        number=wire.number,
        first_name=wire.first_name,
        last_name=wire.last_name,
        company=wire.company_name,
        email=wire.email,
        attributes=custom,
        tags=(wire.tag,) if wire.tag else (),
    )


def _read_wire(item: msgspec.Raw) -> WireDraft:
    try:
        return _contact.decode(item)
    except msgspec.ValidationError:
        raw = msgspec.json.decode(item)
        if not isinstance(raw, dict):
            raise
        mended = mend(raw, WireDraft)  # a number without quotes, most of the time
        if mended.ignored:
            raise
        return mended.value


_contact = msgspec.json.Decoder(WireDraft)


def _write_result(
    account: Account, draft: Draft, result: Result, tags: Mapping[int, Sequence[str]]
) -> WireItem[WireContact]:
    if result.contact is None:
        return failed(BadNumber(written=result.number, reason=result.reason or ""))
    if result.change is Change.ADDED:
        tag = draft.tags[0] if draft.tags else None
        return WireItem(data=write_contact(account, result.contact, tag))
    # A contact has one tag here: the newest. Clients take the sid of a duplicate from its data.
    tag = next(reversed(tags.get(result.contact.id, ())), None)
    return failed(NumberTaken(number=result.number), write_contact(account, result.contact, tag))
