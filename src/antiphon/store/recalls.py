"""Which messages is a carrier to call back?"""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import delete, select

from antiphon.core.message import Key, State
from antiphon.store.inquiries import Silent
from antiphon.store.instants import instant
from antiphon.store.schema import messages, recalls
from antiphon.store.session import Tx


class Recall(Struct, frozen=True, gc=False):
    message: Silent
    state: State
    until: datetime


async def add(tx: Tx, key: Key, carrier: str, until: datetime) -> bool:
    """False where it is there already."""
    names = ("account_id", "message_id", "carrier", "due_at", "until")
    return await tx.insert(recalls, names, [(*key, carrier, instant(tx.now), instant(until))]) == 1


async def any_of(tx: Tx, key: Key) -> bool:
    mine = (recalls.c.account_id == key[0]) & (recalls.c.message_id == key[1])
    return await tx.first(select(recalls.c.until).where(mine)) is not None


async def any_due(tx: Tx, carrier: str) -> bool:
    due = select(recalls.c.message_id).where(recalls.c.carrier == carrier, recalls.c.due_at <= tx.now)
    return await tx.first(due.limit(1)) is not None


async def due(tx: Tx, carrier: str, limit: int) -> list[Recall]:
    """Those whose time has come, the oldest first. They are locked until the transaction ends."""
    names = ("account_id", "id", "campaign_id", "number", "reference", "answered_at", "state")
    mine = (messages.c.account_id == recalls.c.account_id) & (messages.c.id == recalls.c.message_id)
    query = (
        select(*(messages.c[name] for name in names), recalls.c.until)
        .select_from(recalls.join(messages, mine))
        .where(recalls.c.carrier == carrier, recalls.c.due_at <= tx.now)
        .order_by(recalls.c.due_at)
        .limit(limit)
        .with_for_update(of=recalls, skip_locked=True)
    )
    return [
        Recall(Silent((account, id), *rest), State(state), until)
        for account, id, *rest, state, until in await tx.tuples(query)
    ]


async def put_off(tx: Tx, keys: Sequence[Key], until: datetime) -> None:
    """They are asked for again then."""
    await tx.update(recalls, ("due_at",), [(instant(until), *key) for key in keys])


async def remove(tx: Tx, keys: Collection[Key]) -> None:
    mine = tx.among(recalls.c.account_id, {account for account, _ in keys})
    await tx.run(delete(recalls).where(mine, tx.among(recalls.c.message_id, [id for _, id in keys])))
