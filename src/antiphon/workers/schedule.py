"""Which campaigns begin now, and which have ended?"""

from antiphon.services import campaigns
from antiphon.store.session import Store


async def run_once(store: Store) -> int:
    """How much there is to do at once: nothing but where as many campaigns have ended as are looked at."""
    started = await campaigns.start_due(store)
    ended = await campaigns.finish(store)
    if started:
        store.woken.set()
    return ended // campaigns.OLDEST
