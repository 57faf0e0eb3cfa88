"""Which messages leave next?"""

from antiphon.services import messages
from antiphon.store.session import Store
from antiphon.workers.lane import Lane


async def run_once(store: Store, lane: Lane) -> int:
    """Claim as much as the lane has room for; how many messages, or none when that was all there is.

    Then the next look waits a moment: messages that come one by one are claimed, answered and stored by the dozen.
    """
    room = await lane.room()
    claimed = await messages.claim(store, room)
    lane.put(claimed)
    return len(claimed) if len(claimed) > room // 2 else 0
