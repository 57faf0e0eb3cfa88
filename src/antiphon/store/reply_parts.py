"""Which parts of long replies have come?"""

from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, delete, select

from antiphon.store.instants import instant
from antiphon.store.schema import reply_parts
from antiphon.store.session import Row, Tx


class Text(Struct, frozen=True):
    """What the parts of one reply have in common."""

    carrier: str
    number: str
    receiver: str
    reference: int
    total: int


class Part(Struct, frozen=True, kw_only=True):
    """`joined`: its text was whole, and its octets are not kept any longer."""

    octets: bytes
    coding: int
    alphabet: str
    joined: bool
    arrived_at: datetime


Parts = dict[Text, dict[int, Part]]  # by place

_TABLE = reply_parts
_NAMES = (*Text.__struct_fields__, "place", *Part.__struct_fields__)


async def take(tx: Tx, texts: Collection[Text]) -> Parts:
    """All parts of these texts, and perhaps of others; they are kept no longer until they are given back."""
    gone = delete(_TABLE).where(*_near(tx, texts))
    return _read(await tx.tuples(gone.returning(*(_TABLE.c[name] for name in _NAMES))))


async def give_back(tx: Tx, parts: Mapping[Text, Mapping[int, Part]]) -> None:
    rows: list[Row] = [
        (
            *(text.carrier, text.number, text.receiver, text.reference, text.total, place),
            *(part.octets.hex(), part.coding, part.alphabet, part.joined, instant(part.arrived_at)),
        )
        for text, each in parts.items()
        for place, part in each.items()
    ]
    await tx.insert(_TABLE, _NAMES, sorted(rows))


async def old(tx: Tx, before: datetime, limit: int) -> set[Text]:
    """Texts with a part that came before then."""
    fields = (_TABLE.c[name] for name in Text.__struct_fields__)
    query = select(*fields).where(_TABLE.c.arrived_at < before).order_by(_TABLE.c.arrived_at).limit(limit)
    return {Text(*row) for row in await tx.tuples(query)}


def _near(tx: Tx, texts: Collection[Text]) -> tuple[ColumnElement[bool], ...]:
    return (
        tx.among(_TABLE.c.carrier, {text.carrier for text in texts}),
        tx.among(_TABLE.c.number, {text.number for text in texts}),
        tx.among(_TABLE.c.receiver, {text.receiver for text in texts}),
        tx.among(_TABLE.c.reference, {text.reference for text in texts}),
    )


def _read(rows: Collection[Row]) -> Parts:
    found: Parts = {}
    for row in rows:
        text, (place, octets, *facts) = Text(*row[:5]), row[5:]
        coding, alphabet, joined, at = facts
        part = Part(octets=bytes.fromhex(octets), coding=coding, alphabet=alphabet, joined=joined, arrived_at=at)
        found.setdefault(text, {})[place] = part
    return found
