"""What has been kept for as long as its account wants?"""

from antiphon.services import retention
from antiphon.store.session import Store


async def run_once(store: Store) -> int:
    return await retention.work(store)
