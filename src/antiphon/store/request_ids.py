"""Which requests have been accepted lately?"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, select

from antiphon.store.instants import instant
from antiphon.store.schema import request_ids
from antiphon.store.session import Tx

KEPT = timedelta(hours=24)

# An account, and an id that a client of it gave its request.
Named = tuple[int, str]


async def used(tx: Tx, wanted: Collection[Named]) -> set[Named]:
    """Those of these that have been accepted within the time that they are kept."""
    if not wanted:
        return set()
    found = select(request_ids.c.account_id, request_ids.c.request_id).where(
        tx.among(request_ids.c.account_id, {account for account, _ in wanted}),
        tx.among(request_ids.c.request_id, {id for _, id in wanted}),
        request_ids.c.expires_at > tx.now,
    )
    return {(account, id) for account, id in await tx.tuples(found)} & set(wanted)


async def add(tx: Tx, accepted: Collection[Named]) -> bool:
    """Keep these; False when another process has been faster with one of them."""
    if not accepted:
        return True
    await forget(tx)
    rows = [(account, id, instant(tx.now + KEPT)) for account, id in sorted(accepted)]
    return await tx.insert(request_ids, ("account_id", "request_id", "expires_at"), rows) == len(rows)


async def forget(tx: Tx) -> int:
    """Delete what is older than it is kept; how many."""
    return await tx.run(delete(request_ids).where(request_ids.c.expires_at <= tx.now))
