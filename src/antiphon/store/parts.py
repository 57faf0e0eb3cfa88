"""Which parts of long texts have customers submitted?"""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import delete, select, tuple_

from antiphon.store.instants import instant
from antiphon.store.schema import submitted_parts
from antiphon.store.session import Row, Tx


class Text(Struct, frozen=True):
    """What the parts of one text have in common: `reference` is the customer's own for it, of so many parts."""

    account_id: int
    sender: str
    receiver: str
    reference: int
    total: int


class Part(Struct, frozen=True, kw_only=True):
    """`place` begins with 1; `note` is what is to be told of this part later."""

    id: int
    text: Text
    place: int
    octets: bytes
    note: str | None
    created_at: datetime


_TABLE = submitted_parts
_PAIR = tuple_(_TABLE.c.account_id, _TABLE.c.id)
_NAMES = ("account_id", "id", "sender", "receiver", "reference", "total", "place", "octets", "note", "created_at")
_FIELDS = tuple(_TABLE.c[name] for name in _NAMES)


async def waiting(tx: Tx, texts: Collection[Text], since: datetime) -> list[Part]:
    """The parts of these texts that came since then and wait for others, the oldest first."""
    query = select(*_FIELDS).where(
        tx.among(_TABLE.c.account_id, {one.account_id for one in texts}),
        tx.among(_TABLE.c.receiver, {one.receiver for one in texts}),
        tx.among(_TABLE.c.reference, {one.reference for one in texts}),
        _TABLE.c.message_id.is_(None),
        _TABLE.c.created_at >= since,
    )
    found = [_part(row) for row in await tx.tuples(query.order_by(_TABLE.c.id))]
    return [part for part in found if part.text in texts]


async def add(tx: Tx, parts: Sequence[Part]) -> None:
    rows: list[Row] = [
        (
            *(part.text.account_id, part.id, part.text.sender, part.text.receiver, part.text.reference),
            *(part.text.total, part.place, part.octets.hex(), part.note, instant(part.created_at)),
        )
        for part in parts
    ]
    await tx.insert(_TABLE, _NAMES, rows)


async def join(tx: Tx, joined: Sequence[tuple[Part, int]]) -> None:
    """Each of these parts is in this message."""
    rows: list[Row] = [(message, part.text.account_id, part.id) for part, message in joined]
    await tx.update(_TABLE, ("message_id",), rows)


async def message_of(tx: Tx, account: int, id: int) -> tuple[int | None] | None:
    """The message that this part is in, if it is in one yet; None where there is no such part."""
    query = select(_TABLE.c.message_id).where(_TABLE.c.account_id == account, _TABLE.c.id == id)
    found = await tx.tuples(query)
    return (found[0][0],) if found else None


async def drop(tx: Tx, account: int, id: int) -> bool:
    """Forget a part that waits; False where none does."""
    mine = (_TABLE.c.account_id == account) & (_TABLE.c.id == id)
    return await tx.run(delete(_TABLE).where(mine, _TABLE.c.message_id.is_(None))) == 1


async def any_old(tx: Tx, before: datetime) -> bool:
    """Has a part waited since before then?"""
    old = select(_TABLE.c.id).where(_TABLE.c.message_id.is_(None), _TABLE.c.created_at < before)
    return await tx.first(old.limit(1)) is not None


async def expire(tx: Tx, before: datetime, limit: int) -> list[Part]:
    """Forget parts that have waited since before then; which they were."""
    old = select(_TABLE.c.account_id, _TABLE.c.id).where(_TABLE.c.message_id.is_(None), _TABLE.c.created_at < before)
    chosen = old.limit(limit).with_for_update(skip_locked=True).cte("chosen")
    gone = delete(_TABLE).where(_PAIR.in_(select(chosen)), _TABLE.c.message_id.is_(None)).returning(*_FIELDS)
    return [_part(row) for row in await tx.tuples(gone)]


async def forget(tx: Tx, before: datetime, limit: int) -> int:
    """Keep no longer which messages the parts are in that came before then; how many."""
    old = select(_TABLE.c.account_id, _TABLE.c.id).where(_TABLE.c.created_at < before).limit(limit)
    return await tx.run(delete(_TABLE).where(_PAIR.in_(old), _TABLE.c.message_id.is_not(None)))


def _part(row: Row) -> Part:
    account, id, sender, receiver, reference, total, place, octets, note, created_at = row
    text = Text(account, sender, receiver, reference, total)
    return Part(id=id, text=text, place=place, octets=bytes.fromhex(octets), note=note, created_at=created_at)
