"""Which of the running programs are we?"""

from antiphon.store import processes
from antiphon.store.session import CannotOpen, Store


async def enlist(store: Store) -> None:
    """Take a node, so that our ids are ours alone. Raises CannotOpen when all nodes are taken."""
    while not await _take_node(store):
        pass


async def renew(store: Store) -> bool:
    """Say that we are alive. False when we were too late (a machine that slept) and joined anew."""
    async with store.begin() as tx:
        if await processes.renew(tx, store.process_id):
            return True
    await enlist(store)
    return False


async def leave(store: Store) -> None:
    """Give the node back, once the clock has passed the last of our ids: the next holder begins at the clock."""
    async with store.begin() as tx:
        await processes.leave(tx, store.process_id, store.ids.spent_until)


async def _take_node(store: Store) -> bool:
    """False when somebody else has taken the same node at the same moment."""
    async with store.begin() as tx:
        node = await processes.free_node(tx)
        if node is None:
            raise CannotOpen("64 processes use this database already; no more can join")
        store.ids.hold(node)
        store.process_id = store.ids.one()
        return await processes.add(tx, store.process_id, node)
