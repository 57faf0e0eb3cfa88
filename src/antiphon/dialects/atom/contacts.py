"""Contacts in address books: POST /contact/new, /detail, /edit, /delete."""

from msgspec import Struct, json

from antiphon.core.contact import Draft, EditContact
from antiphon.core.errors import MissingField
from antiphon.dialects.atom.envelope import WireDone, WireId, WireSuccess, read_id, success
from antiphon.dialects.door import Call
from antiphon.services import entries
from antiphon.services.entries import Entry

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


# {"id": 123456, "first_name": "Jane"}


class WireEdit(WirePerson):
    id: int | str | None = None
    group_id: int | str | None = None


# {"id": 1, "first_name": "John", "last_name": "Doe", "company": "ABC Inc.", "phone_number": "1234567890",
#  "custom_1": "Custom Data 1", ... "custom_4": "Custom Data 4"}


class WireContact(Struct):
    id: int
    first_name: str | None
    last_name: str | None
    company: str | None
    phone_number: str
    custom_1: str | None
    custom_2: str | None
    custom_3: str | None
    custom_4: str | None


class WireFound(Struct):
    contact: WireContact


def read_new(body: WireNew) -> tuple[Draft, int]:
    """The contact and its address book. Raises MissingField or BadField."""
    if not body.phone_number:
        raise MissingField(field="phone_number")
    return _read_person(body), read_id(body.group_id, "group_id")


def read_edit(body: WireEdit) -> EditContact:
    """Raises MissingField."""
    return EditContact(
        id=read_id(body.id),
        draft=_read_person(body),
        move_to=None if body.group_id in (None, "") else read_id(body.group_id, "group_id"),
    )


def write_contact(entry: Entry) -> WireContact:
    contact = entry.contact
    attributes = contact.attributes or {}
    custom = [attributes.get(ours) for ours in CUSTOM.values()]
    return WireContact(
        entry.id,
        contact.first_name,
        contact.last_name,
        contact.company,
        contact.number,
        *(value if value is None or isinstance(value, str) else json.encode(value).decode() for value in custom),
    )


async def new(call: Call, body: WireNew) -> WireSuccess[WireDone]:
    """Put somebody into an address book."""
    return success(WireDone(await entries.add(call.store, call.account, *read_new(body))))


async def detail(call: Call, body: WireId) -> WireSuccess[WireFound]:
    """All that is known of a contact."""
    entry = await entries.find(call.store, call.account, read_id(body.id))
    return success(WireFound(write_contact(entry)))


async def edit(call: Call, body: WireEdit) -> WireSuccess[WireDone]:
    """Change a contact, or move it to another address book."""
    command = read_edit(body)
    await entries.edit(call.store, call.account, command)
    return success(WireDone(command.id))


async def delete(call: Call, body: WireId) -> WireSuccess[WireDone]:
    """Take a contact out of its address book; in another one it stays."""
    id = read_id(body.id)
    await entries.remove(call.store, call.account, id)
    return success(WireDone(id))


def _read_person(wire: WirePerson) -> Draft:
    attributes = {ours: getattr(wire, theirs) for theirs, ours in CUSTOM.items()}
    return Draft(
        number=wire.phone_number or "",
        first_name=wire.first_name,
        last_name=wire.last_name,
        company=wire.company,
        attributes={name: value for name, value in attributes.items() if value is not None} or None,
    )
