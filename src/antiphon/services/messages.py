"""What leaves next, and what did the carrier say to it?"""

from collections.abc import Sequence

from antiphon.core.campaign import State
from antiphon.core.message import Key, Outcome, Outgoing
from antiphon.store import campaigns, messages
from antiphon.store.session import Store

_CAMPAIGNS_AT_ONCE = 50


async def claim(store: Store, limit: int) -> list[Outgoing]:
    """Messages for this process alone, at most `limit`, a fair share of every campaign that is sending.

    They are marked as being submitted, and that is committed, before the first of them can leave.
    """
    async with store.read() as tx:
        sending = await campaigns.in_state(tx, State.SENDING, _CAMPAIGNS_AT_ONCE)
    if not sending:
        return []
    share = max(1, limit // len(sending))
    claimed: list[Outgoing] = []
    async with store.begin() as tx:
        for campaign in sending[:limit]:
            claimed += await messages.claim(tx, campaign, store.process_id, share)
    return claimed


async def settle(store: Store, carrier: str, outcomes: Sequence[tuple[Key, Outcome]]) -> None:
    """Store what the carrier answered."""
    async with store.begin() as tx:
        await messages.settle(tx, carrier, outcomes)


async def release(store: Store, keys: Sequence[Key]) -> None:
    """Put back what was claimed and surely has not left."""
    async with store.begin() as tx:
        await messages.release(tx, keys)
