"""Which campaigns begin now, and which have ended?"""

from antiphon.services import campaigns
from antiphon.store.session import Store


async def run_once(store: Store) -> int:
    return await campaigns.start_due(store) + await campaigns.finish(store)
