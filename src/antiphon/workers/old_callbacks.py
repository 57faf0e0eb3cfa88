"""When is a callback given up whose server is left alone?"""

from antiphon.services import deliveries
from antiphon.store.session import Store


async def run_once(store: Store) -> int:
    return await deliveries.give_up(store)
