"""Which messages has a carrier taken that had better be asked about, for no receipt has come?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import select

from antiphon.core.message import Key, State
from antiphon.store.instants import instant
from antiphon.store.messages import is_
from antiphon.store.schema import campaigns, messages, parts
from antiphon.store.session import Row, Tx


class Silent(Struct, frozen=True, gc=False):
    """A message of which nothing has been heard since it was answered."""

    key: Key
    campaign_id: int
    number: str
    reference: str
    answered_at: datetime


async def any_due(tx: Tx, carrier: str) -> bool:
    return await tx.first(_due(tx, carrier, messages.c.id).limit(1)) is not None


async def due(tx: Tx, carrier: str, limit: int) -> list[Silent]:
    """Those whose time has come, the oldest first. They are locked until the transaction ends."""
    columns = (messages.c[name] for name in ("account_id", "id", "campaign_id", "number", "reference", "answered_at"))
    query = _due(tx, carrier, *columns).order_by(messages.c.due_at).limit(limit).with_for_update(skip_locked=True)
    return [Silent((row[0], row[1]), *row[2:]) for row in await tx.tuples(query)]


async def put_off(tx: Tx, until: Sequence[tuple[Key, datetime | None]]) -> None:
    """They are asked about again then, or never."""
    rows: list[Row] = [(at and instant(at), *key) for key, at in until]
    await tx.update(messages, ("due_at",), rows, (State.ACCEPTED,))


async def senders(tx: Tx, ids: Sequence[Key]) -> dict[Key, str | None]:
    """Of campaigns, by account and id."""
    mine = tx.among(campaigns.c.account_id, {account for account, _ in ids})
    query = select(campaigns.c.account_id, campaigns.c.id, campaigns.c.sender)
    found = await tx.tuples(query.where(mine, tx.among(campaigns.c.id, {id for _, id in ids})))
    return {(account, id): sender for account, id, sender in found}


async def open_parts(tx: Tx, keys: Sequence[Key]) -> dict[Key, tuple[str, ...]]:
    """The references of those parts that have no fate yet; nothing of messages in one piece."""
    mine = tx.among(parts.c.account_id, {account for account, _ in keys})
    theirs = tx.among(parts.c.message_id, [id for _, id in keys])
    query = select(parts.c.account_id, parts.c.message_id, parts.c.reference).where(
        mine, theirs, parts.c.fate.is_(None)
    )
    found: dict[Key, tuple[str, ...]] = {}
    for account, id, reference in await tx.tuples(query.order_by(parts.c.message_id, parts.c.part)):
        found[account, id] = (*found.get((account, id), ()), reference)
    return found


def _due(tx: Tx, carrier: str, *columns: Any) -> Any:
    return select(*columns).where(messages.c.carrier == carrier, is_(State.ACCEPTED), messages.c.due_at <= tx.now)
