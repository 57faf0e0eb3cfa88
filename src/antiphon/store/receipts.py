"""Whose receipts are these, and what do they change? One of a part counts for its message when all parts have one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import delete, select

from antiphon.core.message import RECEIPT_REPLACES, Fate, Key, Receipt, State
from antiphon.core.way import Part
from antiphon.store.instants import instant
from antiphon.store.schema import early_receipts, messages, parts
from antiphon.store.session import Row, Tx


class Match(Struct, frozen=True, gc=False):
    """The message, or the part of one, that a carrier knows by a reference; `number` is who it went to."""

    key: Key
    number: str
    part: int | None = None


async def matches(tx: Tx, carrier: str, references: Collection[str]) -> dict[str, Match]:
    """What the carrier knows by these; the newest where it has begun to count anew."""
    if not references:
        return {}
    sent = select(messages.c.reference, messages.c.account_id, messages.c.id, messages.c.number)
    whole = sent.where(messages.c.carrier == carrier, tx.among(messages.c.reference, references))
    found = {
        reference: Match((account, id), number)
        for reference, account, id, number in await tx.tuples(whole.order_by(messages.c.id))
    }
    mine = (messages.c.account_id == parts.c.account_id) & (messages.c.id == parts.c.message_id)
    part = (
        select(parts.c.reference, parts.c.account_id, parts.c.message_id, messages.c.number, parts.c.part)
        .select_from(parts.join(messages, mine))
        .where(parts.c.carrier == carrier, tx.among(parts.c.reference, references))
        .order_by(parts.c.message_id)
    )
    found |= {
        reference: Match((account, id), number, place)
        for reference, account, id, number, place in await tx.tuples(part)
    }
    return found


async def apply(tx: Tx, carrier: str, receipts: Mapping[Key, Receipt], *, answered: bool = False) -> int:
    """Store what the receipts report, unless an earlier one has ended the message. `answered`: the carrier's answer
    came with them."""
    rows: list[Row] = []
    now = instant(tx.now)
    also = (now,) if answered else ()
    for key, receipt in receipts.items():
        state = State.DELIVERED if receipt.fate is Fate.DELIVERED else State.FAILED
        rows.append((state.value, carrier, receipt.reference, receipt.error, now, instant(receipt.at), *also, *key))
    names = ("state", "carrier", "reference", "error", "reported_at", "updated_at")
    if answered:
        names += ("answered_at",)
    return await tx.update(messages, names, rows, RECEIPT_REPLACES)


async def add_parts(tx: Tx, carrier: str, sent: Sequence[tuple[Key, Sequence[str]]]) -> None:
    """The references of all parts of these messages."""
    names = ("account_id", "message_id", "part", "carrier", "reference")
    rows = [
        (*key, place, carrier, reference)
        for key, references in sent
        for place, reference in enumerate(references, 1)
        if len(references) > 1
    ]
    await tx.insert(parts, names, rows)


async def parts_of(tx: Tx, key: Key) -> list[Part]:
    """Those of one message, in their order."""
    mine = (parts.c.account_id == key[0]) & (parts.c.message_id == key[1])
    fields = (parts.c[name] for name in Part.__struct_fields__)
    return [Part(*row) for row in await tx.tuples(select(*fields).where(mine).order_by(parts.c.part))]


async def apply_to_parts(tx: Tx, receipts: Mapping[tuple[Key, int], Receipt]) -> dict[Key, Receipt]:
    """Store what became of parts; of the messages that this ends, the receipt that does: the first of a part that
    failed, or the last of all that were delivered."""
    rows = [(receipt.fate.value, receipt.error, *key, part) for (key, part), receipt in receipts.items()]
    await tx.update(parts, ("fate", "error"), rows)
    keys = {key for key, _ in receipts}
    mine = tx.among(parts.c.account_id, {account for account, _ in keys})
    open_ = (
        select(parts.c.account_id, parts.c.message_id)
        .where(mine, tx.among(parts.c.message_id, [id for _, id in keys]), parts.c.fate.is_(None))
        .group_by(parts.c.account_id, parts.c.message_id)
    )
    waiting = {(account, id) for account, id in await tx.tuples(open_)} if keys else set[Key]()
    ended: dict[Key, Receipt] = {}
    for (key, _), receipt in receipts.items():
        worse = key in ended and ended[key].fate is Fate.FAILED
        if not worse and (receipt.fate is Fate.FAILED or key not in waiting):
            ended[key] = receipt
    return ended


async def keep_early(tx: Tx, carrier: str, receipts: Sequence[Receipt]) -> None:
    """Keep receipts that fit no message: the answer that names it may still be on its way."""
    now = instant(tx.now)
    rows = [
        (carrier, one.reference, tx.ids.one(), one.number, one.fate.value, instant(one.at), one.error, now)
        for one in receipts
    ]
    await tx.insert(early_receipts, (*_EARLY, "arrived_at"), rows)


async def take_early(tx: Tx, carrier: str, references: Sequence[str]) -> list[Receipt]:
    """The early receipts that name one of these; they are kept no longer."""
    mine = (early_receipts.c.carrier == carrier) & tx.among(early_receipts.c.reference, references)
    rows = await tx.tuples(delete(early_receipts).where(mine).returning(*(early_receipts.c[name] for name in _EARLY)))
    return [_read(row) for row in sorted(rows, key=lambda row: row[2])]


async def any_kept(tx: Tx, before: datetime) -> bool:
    old = select(early_receipts.c.id).where(early_receipts.c.arrived_at < before).limit(1)
    return await tx.first(old) is not None


async def kept(tx: Tx, before: datetime, limit: int) -> list[tuple[str, Receipt]]:
    """The newest of the early receipts that came before then, each with its carrier."""
    query = select(*(early_receipts.c[name] for name in _EARLY)).where(early_receipts.c.arrived_at < before)
    rows = await tx.tuples(query.order_by(early_receipts.c.arrived_at.desc()).limit(limit))
    return [(row[0], _read(row)) for row in sorted(rows, key=lambda row: row[2])]


async def forget_kept(tx: Tx, before: datetime) -> int:
    """Keep no longer what came before then; how many."""
    return await tx.run(delete(early_receipts).where(early_receipts.c.arrived_at < before))


_EARLY = ("carrier", "reference", "id", "number", "fate", "at", "error")


def _read(row: Row) -> Receipt:
    _, reference, _, number, fate, at, error = row
    return Receipt(reference=reference, fate=Fate(fate), at=at, error=error, number=number)
