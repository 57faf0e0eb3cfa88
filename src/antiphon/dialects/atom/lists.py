"""Address books, which are our lists: POST /address-book/new, /edit, /list, /detail, /delete."""

from msgspec import Struct

from antiphon.core.errors import MissingField
from antiphon.dialects.atom.envelope import WireDone, WireId, WireSuccess, read_id, success
from antiphon.dialects.door import Call
from antiphon.services import entries, lists
from antiphon.services.entries import Entry
from antiphon.store.lists import ContactList

# {"name": "Friends"}


class WireNew(Struct):
    name: str | None = None


# {"id": 123456, "name": "Address book b"}


class WireEdit(WireId):
    name: str | None = None


# {"id": 1, "name": "Friends"}


class WireBook(Struct):
    id: int
    name: str


# {"id": "123456", "name": "Address book b"}: of `edit` alone the page shows the id as a string


class WireRenamed(Struct):
    id: str
    name: str


# {"id": 1, "name": "Friends", "contacts": [{"id": 1, "first_name": "John", "last_name": "Doe",
#  "phone_number": "1234567890"}]}


class WireMember(Struct):
    id: int
    first_name: str | None
    last_name: str | None
    phone_number: str


class WireFullBook(WireBook):
    contacts: list[WireMember]


def read_name(written: str | None) -> str:
    """Raises MissingField."""
    name = (written or "").strip()
    if not name:
        raise MissingField(field="name")
    return name


def write_book(book: ContactList) -> WireBook:
    return WireBook(book.id, book.name)


def write_member(entry: Entry) -> WireMember:
    return WireMember(entry.id, entry.contact.first_name, entry.contact.last_name, entry.contact.number)


async def new(call: Call, body: WireNew) -> WireSuccess[WireBook]:
    """Make an address book."""
    name = read_name(body.name)
    return success(WireBook(await lists.create(call.store, call.account, name), name))


async def edit(call: Call, body: WireEdit) -> WireSuccess[WireRenamed]:
    """Give an address book another name."""
    id, name = read_id(body.id), (body.name or "").strip()
    renamed = lists.rename(call.store, call.account, id, name) if name else lists.get(call.store, call.account, id)
    book = await renamed
    return success(WireRenamed(str(book.id), book.name))


async def list_all(call: Call) -> WireSuccess[list[WireBook]]:
    """All address books, the oldest first."""
    return success([write_book(book) for book in await lists.all_of(call.store, call.account)])


async def detail(call: Call, body: WireId) -> WireSuccess[WireFullBook]:
    """An address book with everybody in it."""
    book, members = await entries.on_list(call.store, call.account, read_id(body.id))
    return success(WireFullBook(book.id, book.name, [write_member(entry) for entry in members]))


async def delete(call: Call, body: WireId) -> WireSuccess[WireDone]:
    """Delete an address book; who is in no other stays in the account."""
    id = read_id(body.id)
    await lists.remove(call.store, call.account, id)
    return success(WireDone(id))
