"""How much is still to be done? Counted along the workers' own indexes, and only so far: this is asked every few
seconds, and millions may wait."""

from msgspec import Struct
from sqlalchemy import Select, func, literal, select

from antiphon.core.campaign import State as Sending
from antiphon.core.message import State
from antiphon.store.messages import is_
from antiphon.store.schema import callbacks, campaigns, early_receipts, messages
from antiphon.store.session import Tx


class Backlog(Struct, frozen=True, kw_only=True):
    """Messages that wait in campaigns that are being sent, those that are held or in doubt; callbacks that are due;
    receipts of messages that nobody knows yet."""

    waiting: int
    held: int
    in_doubt: int
    callbacks_due: int
    early_receipts: int


async def of(tx: Tx, most: int) -> Backlog:
    """Each at most so many."""
    return Backlog(
        waiting=await waiting(tx, most),
        held=await held(tx, most),
        in_doubt=await in_doubt(tx, most),
        callbacks_due=await callbacks_due(tx, most),
        early_receipts=await _count(tx, select(early_receipts.c.id), most),
    )


async def waiting(tx: Tx, most: int) -> int:
    sending = campaigns.c.state == literal(Sending.SENDING.value, literal_execute=True)
    theirs = (messages.c.account_id == campaigns.c.account_id) & (messages.c.campaign_id == campaigns.c.id)
    query = select(messages.c.id).select_from(campaigns.join(messages, theirs))
    # In the order of the index of what is being sent: SQLite would else read all that is open.
    ordered = query.order_by(campaigns.c.audience, campaigns.c.id)
    return await _count(tx, ordered.where(sending, is_(State.WAITING)), most)


async def held(tx: Tx, most: int) -> int:
    return await _count(tx, select(messages.c.id).where(is_(State.HELD)).order_by(messages.c.due_at), most)


async def in_doubt(tx: Tx, most: int) -> int:
    return await _count(tx, select(messages.c.id).where(is_(State.IN_DOUBT)).order_by(messages.c.updated_at), most)


async def callbacks_due(tx: Tx, most: int) -> int:
    waits = callbacks.c.state == literal("waiting", literal_execute=True)
    return await _count(tx, select(callbacks.c.id).where(waits, callbacks.c.due_at <= tx.now), most)


async def _count(tx: Tx, query: Select[tuple[int]], most: int) -> int:
    first = query.limit(most).subquery()
    row = await tx.first(select(func.count().label("count")).select_from(first))
    return row["count"] if row else 0
