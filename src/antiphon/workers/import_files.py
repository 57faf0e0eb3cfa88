"""When do the contacts of a file reach their list?"""

from antiphon.services import imports
from antiphon.store.session import Store


async def run_once(store: Store) -> int:
    """One part of one file."""
    return await imports.work(store)
