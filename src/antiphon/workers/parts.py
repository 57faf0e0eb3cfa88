"""Which parts of long texts have waited in vain?"""

from antiphon.services import parts
from antiphon.store.session import Store


async def run_once(store: Store) -> int:
    return await parts.expire(store)
