"""Which campaigns begin now, and which have ended?"""

from datetime import timedelta

from antiphon.services import canaries, doubts, messages, progress, receipts
from antiphon.store.session import Store


async def run_once(store: Store, grace: timedelta = progress.GRACE) -> int:
    """How much there is to do at once: nothing but where as many campaigns have ended as are looked at."""
    started = await progress.start_due(store, grace) + await messages.wake(store)
    started += await canaries.judge(store)
    await progress.stop_due(store)
    unsent = await progress.wind_up(store)
    ended = await progress.finish(store)
    await receipts.retry_kept(store)
    await doubts.settle(store)
    if started:
        store.woken.set()
    return unsent + ended // progress.OLDEST
