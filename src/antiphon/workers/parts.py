"""Which parts of long texts have waited in vain, of those that we are to send and of those that we were sent?"""

from antiphon.core.price import Prices
from antiphon.services import parts, replies
from antiphon.store.session import Store


async def run_once(store: Store, prices: Prices) -> int:
    return await parts.expire(store) + await replies.expire(store, prices)
