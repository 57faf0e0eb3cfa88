"""Address books, which are our lists: POST /address-book/new, /list, /detail."""

from msgspec import Struct

from antiphon.core.contact import Contact
from antiphon.core.errors import BadField, MissingField
from antiphon.dialects.atom.errors import success
from antiphon.dialects.door import Answer, Call
from antiphon.services import lists
from antiphon.store.lists import ContactList

# {"name": "Friends"}


class WireNew(Struct):
    name: str | None = None


# {"id": 1}, or {"id": "1"}: the pages write it both ways


class WireId(Struct):
    id: int | str | None = None


def read_id(written: int | str | None, field: str = "id") -> int:
    """Raises MissingField, or BadField where it is no whole number that an id can be."""
    if written is None or written == "":
        raise MissingField(field=field)
    text = str(written).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadField(field=field, reason="is not an id")
    return int(text)


# {"id": 1, "name": "Friends", "contacts": [{"id": 1, "first_name": "John", "last_name": "Doe",
#  "phone_number": "1234567890"}]}


def write_list(book: ContactList) -> dict[str, object]:
    return {"id": book.id, "name": book.name}


def write_member(contact: Contact) -> dict[str, object]:
    return {
        "id": contact.id,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "phone_number": contact.number,
    }


async def new(call: Call, body: WireNew) -> Answer:
    name = (body.name or "").strip()
    if not name:
        raise MissingField(field="name")
    return success({"id": await lists.create(call.store, call.account, name), "name": name})


async def list_all(call: Call) -> Answer:
    return success([write_list(book) for book in await lists.all_of(call.store, call.account)])


async def detail(call: Call, body: WireId) -> Answer:
    book, members = await lists.find(call.store, call.account, read_id(body.id))
    return success({**write_list(book), "contacts": [write_member(contact) for contact in members]})
