"""Who wants no more: /opt-outs. They are kept for good; nothing here takes one back."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from antiphon.core.consent import OptOut
from antiphon.dialects.door import Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, write_page
from antiphon.services import cursors, opt_outs

_MOST = 5_000

# {"numbers": ["+33612345678"], "words": "by telephone"}


class WireNew(Struct, forbid_unknown_fields=True):
    numbers: Annotated[list[str], Meta(min_length=1, max_length=_MOST)]
    words: Annotated[str, Meta(max_length=1_000)] | None = None


# {"added": 1, "unreadable": ["12"]}


class WireAdded(Struct):
    added: int
    unreadable: list[str]


# {"number": "+33612345678", "at": "...", "source": "reply", "words": "STOP"}


class WireOptOut(Struct):
    number: str
    at: datetime
    source: str
    words: str | None


def write_opt_out(out: OptOut) -> WireOptOut:
    return WireOptOut(out.number, out.at, out.source, out.words)


async def search(call: Call, query: WireAsk) -> WirePage[WireOptOut]:
    """Opt-outs by number."""
    found = await cursors.opt_outs(call.store, call.account, query.after or "", query.limit + 1)
    return write_page(found, query.limit, write_opt_out, lambda out: out.number)


async def create(call: Call, body: WireNew) -> WireAdded:
    """Silence these numbers."""
    added, unreadable = await opt_outs.add(call.store, call.account, body.numbers, body.words)
    return WireAdded(added, unreadable)
