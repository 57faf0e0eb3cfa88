"""Contacts: POST /contact/create."""

from collections.abc import Sequence

from msgspec import Struct

from antiphon.core.contact import AddContacts, Change, Draft, Existing, Result
from antiphon.core.errors import MissingField
from antiphon.dialects.door import Answer, Call
from antiphon.services import contacts

# {"phone_number": "+33612345678", "first_name": "Axelle", "last_name": "Durand", "param1": null, "param3": "Mme"}


class WireContact(Struct, forbid_unknown_fields=True, gc=False):
    phone_number: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    param1: str | None = None
    param2: str | None = None
    param3: str | None = None
    param4: str | None = None
    param5: str | None = None


# {"contacts": [...], "list_name": "my_list", "tag_name": "vip", "un_list": false, "do_not_overwrite": false}


class WireCreate(Struct, forbid_unknown_fields=True):
    contacts: list[WireContact] | None = None
    list_name: str | None = None
    list_names: list[str] | None = None
    un_list: bool = False
    tag_name: str | None = None
    tag_names: list[str] | None = None
    un_tag: bool = False
    do_not_overwrite: bool = False
    # One switch under the name of each generation of the documentation.
    auto_remove_blacklisted_numbers: bool = False
    auto_remove_blacklisted_contacts: bool = False
    auto_delete_optout_contacts: bool = False


def read_create(body: WireCreate) -> AddContacts:
    """Raises MissingField without contacts. The vendor's parameters 1 to 5 are the attributes field_1 to field_5."""
    if body.contacts is None:
        raise MissingField(field="contacts")
    tags = _names(body.tag_name, body.tag_names)
    return AddContacts(
        drafts=[_read_contact(contact, tags) for contact in body.contacts],
        lists=_names(body.list_name, body.list_names),
        existing=Existing.KEEP if body.do_not_overwrite else Existing.OVERWRITE,
        un_list=body.un_list,
        un_tag=body.un_tag,
        leave_out_opted_out=(
            body.auto_remove_blacklisted_numbers
            or body.auto_remove_blacklisted_contacts
            or body.auto_delete_optout_contacts
        ),
    )


# {"items": [{"phone_number": "+3735555555560", "email": "a@b.example", "status": "added"}, ...]}


STATUS = {Change.ADDED: "added", Change.UPDATED: "updated"}  # whatever else became of it is "skipped"


def write_create(results: Sequence[Result]) -> dict[str, object]:
    return {"items": [_write_item(result) for result in results]}


async def create(call: Call, body: WireCreate) -> Answer:
    results = await contacts.add(call.store, call.account, read_create(body))
    return Answer(201, write_create(results))


def _read_contact(wire: WireContact, tags: tuple[str, ...]) -> Draft:
    params = (wire.param1, wire.param2, wire.param3, wire.param4, wire.param5)
    given = {f"field_{place}": value for place, value in enumerate(params, 1) if value} if any(params) else None
    return Draft(
        number=wire.phone_number or "",
        first_name=wire.first_name or None,
        last_name=wire.last_name or None,
        email=wire.email or None,
        attributes=given,
        tags=tags,
    )


def _write_item(result: Result) -> dict[str, object]:
    item: dict[str, object] = {
        "phone_number": result.number,
        "email": result.contact.email if result.contact else None,
        "status": STATUS.get(result.change, "skipped"),
    }
    if result.reason:  # the vendor leaves its users guessing; a key more hurts nobody
        item["reason"] = result.reason
    return item


def _names(one: str | None, several: list[str] | None) -> tuple[str, ...]:
    names = (name.strip() for name in [one or "", *(several or [])])
    return tuple(dict.fromkeys(name for name in names if name))
