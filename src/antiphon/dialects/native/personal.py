"""What is held of one person: /personal-data. The number comes in the body, for addresses are logged everywhere."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from antiphon.dialects.door import Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.services import personal
from antiphon.store.erased import Erasure

# {"number": "+33612345678"}


class WireNumber(Struct, forbid_unknown_fields=True):
    number: str


# {"number": "+33612345678", "exported_at": "2026-03-02T12:00:00Z", "protected": false,
#  "holdings": {"contacts": [{...}], "messages": [{...}], ...}}


class WireExport(Struct):
    number: str
    exported_at: datetime
    protected: bool
    holdings: dict[str, list[dict[str, Any]]]


# {"id": "8213060", "at": "2026-03-02T12:00:00Z", "who": "ac82f0", "gone": {"contacts": 1, "messages": 3}}


class WireErasure(Struct):
    id: str
    at: datetime
    who: str
    gone: dict[str, int]


def write_erasure(done: Erasure) -> WireErasure:
    return WireErasure(str(done.id), done.at, done.who, dict(done.gone))


async def export(call: Call, body: WireNumber) -> WireExport:
    """Everything that is held of a number, by table."""
    told = await personal.export(call.store, call.account, body.number)
    return WireExport(told.number, told.exported_at, told.protected, told.holdings)


async def erase(call: Call, body: WireNumber) -> WireErasure:
    """Erase everything of a number; an opt-out stays as a keyed hash. There is no way back."""
    return write_erasure(await personal.erase(call.store, call.account, body.number, call.account.sid))


async def erasures(call: Call, query: WireAsk) -> WirePage[WireErasure]:
    """When somebody was erased and by whom, the newest first; never the number."""
    before = None if query.after is None else read_id(query.after, "after")
    found = await personal.erasures(call.store, call.account, before, query.limit + 1)
    return write_page(found, query.limit, write_erasure, lambda done: done.id)
