"""What is kept to be told over a bind, until the account has one?

Kept, then telling while a process tells it, then delivered or failed; or kept again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, literal, or_, select, update

from antiphon.core.event import Due
from antiphon.core.message import Key
from antiphon.store.callbacks import KEY, read_due
from antiphon.store.instants import instant
from antiphon.store.schema import callbacks
from antiphon.store.session import Row, Tx


async def due(tx: Tx, endpoints: Collection[str]) -> list[str]:
    """Those of these to which something is to be told now."""
    query = select(callbacks.c.endpoint).where(_open(), tx.among(callbacks.c.endpoint, endpoints), _is_due(tx))
    return [endpoint for (endpoint,) in await tx.tuples(query.distinct())]


async def any_of(tx: Tx, endpoint: str) -> bool:
    """Is there anything to be told to it, now or later?"""
    query = select(callbacks.c.id).where(_open(), callbacks.c.endpoint == endpoint).limit(1)
    return await tx.first(query) is not None


async def claim(tx: Tx, endpoint: str, until: datetime, limit: int) -> list[Due]:
    """What is due, the oldest first; it is ours `until` then."""
    ready = and_(_open(), callbacks.c.endpoint == endpoint, _is_due(tx))
    oldest = select(callbacks.c.account_id, callbacks.c.id).where(ready).order_by(callbacks.c.due_at, callbacks.c.id)
    chosen = oldest.limit(limit).with_for_update(skip_locked=True).cte("chosen")
    ours = update(callbacks).where(KEY.in_(select(chosen)), ready).values(state="telling", due_at=until)
    fields = (callbacks.c[name] for name in Due.__struct_fields__)
    return sorted((read_due(row) for row in await tx.tuples(ours.returning(*fields))), key=lambda one: one.id)


async def hasten(tx: Tx, endpoint: str) -> None:
    """What waits to be told again is due now."""
    later = and_(callbacks.c.endpoint == endpoint, _is("kept"), callbacks.c.due_at > tx.now)
    await tx.run(update(callbacks).where(later).values(due_at=tx.now))


async def give_up(tx: Tx, endpoint: str, before: datetime) -> int:
    """What is older than this is told no more; how much."""
    old = and_(callbacks.c.endpoint == endpoint, _is("kept"), callbacks.c.created_at < before)
    changes = {"state": "failed", "ended_at": tx.now, "error": "the account had no bind for too long"}
    return await tx.run(update(callbacks).where(old).values(**changes))


async def release(tx: Tx, keys: Sequence[Key]) -> None:
    """Put back what was claimed and could not be told."""
    rows: list[Row] = [("kept", instant(tx.now), *key) for key in keys]
    await tx.update(callbacks, ("state", "due_at"), rows, ("telling",))


def _is(state: str) -> ColumnElement[bool]:
    # Spelled out in the statement, not sent beside it: only so does SQLite see that the partial index will do.
    return callbacks.c.state == literal(state, literal_execute=True)


def _open() -> ColumnElement[bool]:
    return or_(_is("kept"), _is("telling"))


def _is_due(tx: Tx) -> ColumnElement[bool]:
    return callbacks.c.due_at <= tx.now
