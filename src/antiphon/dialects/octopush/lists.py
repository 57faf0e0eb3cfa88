"""Contact lists: POST /contact-list/create."""

from msgspec import Struct

from antiphon.core.errors import MissingField
from antiphon.dialects.door import Answer, Call
from antiphon.services import lists

# {"list_name": "my_list"}


class WireList(Struct, forbid_unknown_fields=True):
    list_name: str | None = None


def read_name(body: WireList) -> str:
    """Raises MissingField."""
    name = (body.list_name or "").strip()
    if not name:
        raise MissingField(field="list_name")
    return name


async def create(call: Call, body: WireList) -> Answer:
    name = read_name(body)
    await lists.create(call.store, call.account, name)
    return Answer(201, {"list_name": name})
