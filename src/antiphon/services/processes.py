"""Which of the running programs are we?"""

from antiphon.store import processes
from antiphon.store.ids import Ids
from antiphon.store.session import CannotOpen, Store


async def enlist(store: Store) -> None:
    """Take a node, so that our ids are ours alone. Raises CannotOpen when all nodes are taken."""
    async with store.begin() as tx:
        node = await processes.free_node(tx)
        if node is None:
            raise CannotOpen("64 processes use this database already; no more can join")
        store.ids = Ids(store.now, node)
        store.process_id = store.ids.one()
        await processes.add(tx, store.process_id, node)


async def renew(store: Store) -> bool:
    """Say that we are alive. False when we were too late (a machine that slept) and joined anew."""
    async with store.begin() as tx:
        if await processes.renew(tx, store.process_id):
            return True
    await enlist(store)
    return False


async def leave(store: Store) -> None:
    """Give the node back."""
    async with store.begin() as tx:
        await processes.remove(tx, store.process_id)
