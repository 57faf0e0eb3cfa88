"""Which messages leave next?"""

from antiphon.services import messages
from antiphon.store.session import Store
from antiphon.workers.lane import Lane


async def run_once(store: Store, lane: Lane) -> int:
    """Claim as much as the lane has room for; how many messages."""
    room = await lane.room()
    claimed = await messages.claim(store, room)
    lane.put(claimed)
    return len(claimed)
