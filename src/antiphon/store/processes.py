"""Which processes are alive? Each holds a node, renewed before its lease ends."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from antiphon.store.ids import NODES
from antiphon.store.schema import processes
from antiphon.store.session import Tx

LEASE = timedelta(seconds=10)


async def free_node(tx: Tx) -> int | None:
    """A node that nobody holds, after the dead have been struck out; None when all are taken."""
    await tx.run(delete(processes).where(processes.c.alive_until < tx.now))
    held = {row["node"] for row in await tx.all(select(processes.c.node))}
    return next((node for node in range(NODES) if node not in held), None)


async def add(tx: Tx, process: int, node: int) -> None:
    await tx.run(insert(processes).values(id=process, node=node, alive_until=tx.now + LEASE))


async def renew(tx: Tx, process: int) -> bool:
    """False when the lease is lost: somebody else may already hold the node."""
    alive = (processes.c.id == process) & (processes.c.alive_until >= tx.now)
    return await tx.run(update(processes).where(alive).values(alive_until=tx.now + LEASE)) == 1


async def remove(tx: Tx, process: int) -> None:
    await tx.run(delete(processes).where(processes.c.id == process))


def alive(now: datetime):
    """The ids of the living, for a query."""
    return select(processes.c.id).where(processes.c.alive_until >= now)
