"""Contacts: POST /v2/accounts/<sid>/contacts, up to 5,000 at once, each with an answer of its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from antiphon.core.account import Account
from antiphon.core.contact import DEEPEST, AddContacts, Change, Contact, Draft, Existing, Result, too_deep
from antiphon.core.errors import BadField, BadNumber, MissingField, NumberTaken, Refusal, TooMany
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.exotel.errors import envelope, failed
from antiphon.dialects.lenient import mend
from antiphon.services import contacts

LIMIT = 5_000

# {"number": "+91910XXXXX10", "first_name": "captain", "last_name": "exotel", "company_name": "Exotel",
#  "email": "captain@email.com", "tag": "Member", "custom_field": {"key": {"key1": "values1"}}}


class WireContact(Struct, gc=False):
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


def write_contact(account: Account, contact: Contact, tag: str | None) -> dict[str, object]:
    sid = write_sid(account, contact.id)
    zone = ZoneInfo(account.time_zone)
    return {
        "sid": sid,
        "date_created": write_time(contact.created_at, zone),
        "date_updated": write_time(contact.updated_at, zone),
        "account_sid": account.sid,
        "number": contact.number,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "company_name": contact.company,
        "email": contact.email,
        "tag": tag,
        "custom_field": contact.attributes,
        "uri": f"/v2/accounts/{account.sid}/contacts/{sid}",
    }


def write_sid(account: Account, id: int) -> str:
    """32 hexadecimal digits: the account's id and the thing's."""
    return f"{account.id:016x}{id:016x}"


@lru_cache(maxsize=1024)  # the contacts of one request share their time
def write_time(at: datetime, zone: ZoneInfo) -> str:
    """As Go writes it: the account's offset, and no zeros at the end of the fraction."""
    local = at.astimezone(zone).isoformat(timespec="microseconds")
    clock, offset = local[:26], local[26:]
    return clock.rstrip("0").rstrip(".") + offset


async def create(call: Call, body: WireCreate) -> Answer:
    items = read_create(body)
    command = AddContacts(drafts=[item for item in items if isinstance(item, Draft)], existing=Existing.REFUSE)
    results = await contacts.add(call.store, call.account, command)
    kept = {result.contact.id for result in results if result.change is Change.KEPT and result.contact}
    tags = await contacts.tags_of(call.store, call.account, kept) if kept else {}
    written = iter([_write_result(call.account, *done, tags) for done in zip(command.drafts, results, strict=True)])
    response = [failed(item) if isinstance(item, Refusal) else next(written) for item in items]
    return envelope(call.id, "POST", 207, response)


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


def _read_wire(item: msgspec.Raw) -> WireContact:
    try:
        return _contact.decode(item)
    except msgspec.ValidationError:
        raw = msgspec.json.decode(item)
        if not isinstance(raw, dict):
            raise
        mended = mend(raw, WireContact)  # a number without quotes, most of the time
        if mended.ignored:
            raise
        return mended.value


_contact = msgspec.json.Decoder(WireContact)


def _write_result(
    account: Account, draft: Draft, result: Result, tags: Mapping[int, Sequence[str]]
) -> dict[str, object]:
    if result.contact is None:
        return failed(BadNumber(written=result.number, reason=result.reason or ""))
    if result.change is Change.ADDED:
        tag = draft.tags[0] if draft.tags else None
        data = write_contact(account, result.contact, tag)
        return {"code": 200, "error_data": None, "status": "success", "data": data}
    # A contact has one tag here: the newest. Clients take the sid of a duplicate from its data.
    tag = next(reversed(tags.get(result.contact.id, ())), None)
    return failed(NumberTaken(number=result.number), write_contact(account, result.contact, tag))
