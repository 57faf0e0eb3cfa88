"""Contact lists: create, empty, delete."""

from msgspec import Struct

from antiphon.core.errors import MissingField
from antiphon.dialects.door import Call
from antiphon.services import lists

# {"list_name": "my_list"}


class WireList(Struct, forbid_unknown_fields=True):
    list_name: str | None = None


# {"list_name": "my_list", "delete_contacts": false}


class WireEmpty(WireList):
    delete_contacts: bool = False


def read_name(body: WireList) -> str:
    """Raises MissingField."""
    name = (body.list_name or "").strip()
    if not name:
        raise MissingField(field="list_name")
    return name


async def create(call: Call, body: WireList) -> WireList:
    """Make an empty list."""
    name = read_name(body)
    await lists.create(call.store, call.account, name)
    return WireList(name)


async def empty(call: Call, body: WireEmpty) -> WireList:
    """Take everybody off a list, or delete them from the account too."""
    name = read_name(body)
    await lists.empty(call.store, call.account, name, contacts_too=body.delete_contacts)
    return WireList(name)


async def delete(call: Call, body: WireList) -> None:
    """Delete a list; its contacts stay in the account."""
    await lists.remove(call.store, call.account, read_name(body))
