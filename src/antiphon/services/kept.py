"""What is told to customers over their binds, or kept until they have one?"""

from collections.abc import Collection, Sequence

from antiphon.core.event import PATIENCE, Due, over_a_bind
from antiphon.services.deliveries import LEASE
from antiphon.store import kept
from antiphon.store.session import Store


async def due(store: Store, accounts: Collection[int]) -> list[int]:
    """Those of these accounts that something is to be told to now."""
    endpoints = {over_a_bind(account): account for account in accounts}
    async with store.read() as tx:
        return [endpoints[endpoint] for endpoint in await kept.due(tx, endpoints)]


async def claim(store: Store, account: int, limit: int) -> list[Due]:
    """What is to be told to this account now, ours for the length of the lease; `deliveries.settle` ends it."""
    async with store.begin() as tx:
        return await kept.claim(tx, over_a_bind(account), tx.now + LEASE, limit)


async def bound(store: Store, account: int) -> None:
    """The account can be told again: all that was kept for it is due at once, but what is too old by now."""
    async with store.read() as tx:
        if not await kept.any_of(tx, over_a_bind(account)):
            return
    async with store.begin() as tx:
        await kept.give_up(tx, over_a_bind(account), tx.now - PATIENCE)
        await kept.hasten(tx, over_a_bind(account))


async def release(store: Store, untold: Sequence[Due]) -> None:
    """Keep what was claimed and could not be told, for its bind is gone."""
    async with store.begin() as tx:
        await kept.release(tx, [(one.account_id, one.id) for one in untold])
