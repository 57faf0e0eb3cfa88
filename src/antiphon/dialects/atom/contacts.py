"""Contacts in address books: POST /contact/new, /detail, /edit, /delete."""

from msgspec import Struct

from antiphon.core.contact import AddContacts, Change, Contact, Draft, EditContact
from antiphon.core.errors import BadNumber, MissingField
from antiphon.dialects.atom.errors import success
from antiphon.dialects.atom.lists import WireId, read_id
from antiphon.dialects.door import Answer, Call
from antiphon.services import contacts

CUSTOM = {f"custom_{place}": f"field_{place}" for place in range(1, 5)}


class WirePerson(Struct):
    """What `new` and `edit` have in common."""

    phone_number: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    custom_1: str | None = None
    custom_2: str | None = None
    custom_3: str | None = None
    custom_4: str | None = None


# {"group_id": 1, "phone_number": "0412345678", "first_name": "John", "last_name": "Doe"}


class WireNew(WirePerson):
    group_id: int | str | None = None


def read_new(body: WireNew) -> AddContacts:
    """Raises MissingField or UnknownList."""
    if not body.phone_number:
        raise MissingField(field="phone_number")
    return AddContacts(drafts=[_read_person(body)], list_ids=(read_id(body.group_id, "group_id"),))


# {"id": 123456, "first_name": "Jane"}


class WireEdit(WirePerson):
    id: int | str | None = None
    group_id: int | str | None = None


def read_edit(body: WireEdit) -> EditContact:
    """Raises MissingField."""
    return EditContact(
        id=read_id(body.id),
        draft=_read_person(body),
        move_to=None if body.group_id in (None, "") else read_id(body.group_id, "group_id"),
    )


# {"id": 1, "first_name": "John", "last_name": "Doe", "company": "ABC Inc.", "phone_number": "1234567890",
#  "custom_1": "Custom Data 1", ... "custom_4": "Custom Data 4"}


def write_contact(contact: Contact) -> dict[str, object]:
    attributes = contact.attributes or {}
    return {
        "id": contact.id,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "company": contact.company,
        "phone_number": contact.number,
        **{theirs: attributes.get(ours) for theirs, ours in CUSTOM.items()},
    }


async def new(call: Call, body: WireNew) -> Answer:
    command = read_new(body)
    (result,) = await contacts.add(call.store, call.account, command)
    if result.change is Change.UNREADABLE or result.contact is None:
        raise BadNumber(written=result.number, reason=result.reason or "")
    return success({"id": result.contact.id})


async def detail(call: Call, body: WireId) -> Answer:
    contact = await contacts.find(call.store, call.account, read_id(body.id))
    return success({"contact": write_contact(contact)})


async def edit(call: Call, body: WireEdit) -> Answer:
    contact = await contacts.edit(call.store, call.account, read_edit(body))
    return success({"id": contact.id})


async def delete(call: Call, body: WireId) -> Answer:
    id = read_id(body.id)
    await contacts.remove(call.store, call.account, id)
    return success({"id": id})


def _read_person(wire: WirePerson) -> Draft:
    attributes = {ours: getattr(wire, theirs) for theirs, ours in CUSTOM.items()}
    return Draft(
        number=wire.phone_number or "",
        first_name=wire.first_name,
        last_name=wire.last_name,
        company=wire.company,
        attributes={name: value for name, value in attributes.items() if value is not None} or None,
    )
