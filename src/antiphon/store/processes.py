"""Which processes are alive? Each holds a node, renewed before its lease ends."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update

from antiphon.store.ids import NODES
from antiphon.store.instants import instant
from antiphon.store.schema import died, processes
from antiphon.store.session import Tx

LEASE = timedelta(seconds=10)


async def free_node(tx: Tx) -> int | None:
    """A node that nobody holds, after the dead have been struck out; None when all are taken."""
    await _strike_out(tx)
    held = {row["node"] for row in await tx.all(select(processes.c.node))}
    return next((node for node in range(NODES) if node not in held), None)


async def add(tx: Tx, process: int, node: int) -> bool:
    """False when somebody else has just taken the node."""
    return await tx.insert(processes, ("id", "node", "alive_until"), [(process, node, instant(tx.now + LEASE))]) == 1


async def renew(tx: Tx, process: int) -> bool:
    """False when the lease is lost: somebody else may already hold the node."""
    alive = (processes.c.id == process) & (processes.c.alive_until >= tx.now)
    return await tx.run(update(processes).where(alive).values(alive_until=tx.now + LEASE)) == 1


async def leave(tx: Tx, process: int, until: datetime) -> None:
    """Give the node away at this time."""
    await tx.run(update(processes).where(processes.c.id == process).values(alive_until=until))


async def dead(tx: Tx) -> list[int]:
    """Those that nobody has buried yet; ours to do so until the transaction ends."""
    if await tx.first(select(processes.c.id).where(processes.c.alive_until < tx.now).limit(1)) is not None:
        await _strike_out(tx)
    return [id for (id,) in await tx.tuples(select(died.c.id).with_for_update(skip_locked=True))]


async def bury(tx: Tx, ids: Collection[int]) -> None:
    await tx.run(delete(died).where(died.c.id.in_(ids)))


async def _strike_out(tx: Tx) -> None:
    """The nodes of the dead are free; what they leave behind is not settled yet."""
    gone = delete(processes).where(processes.c.alive_until < tx.now).returning(processes.c.id)
    rows = await tx.tuples(gone)
    await tx.insert(died, ("id",), [(id,) for (id,) in rows])


def alive(now: datetime) -> Select[tuple[int]]:
    """The ids of the living, for a query."""
    return select(processes.c.id).where(processes.c.alive_until >= now)
