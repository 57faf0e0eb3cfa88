"""Which messages leave next?"""

from antiphon.services import messages
from antiphon.store.session import Store
from antiphon.workers.fleet import Fleet


async def run_once(store: Store, fleet: Fleet) -> int:
    """Claim as much as the lanes have room for; how many messages, or none when that was all there is.

    Then the next look waits a moment: messages that come one by one are claimed, answered and stored by the dozen.
    """
    room = fleet.round()
    claimed = await messages.claim(store, room.single, room, fleet.places)
    await fleet.put(claimed)
    single = sum(message.direct for message in claimed)
    many = len(claimed) - single > room.total or single > room.single // 2
    return len(claimed) if many else 0
