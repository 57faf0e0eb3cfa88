"""What has become of the messages of which nothing is heard?"""

from antiphon.services import inquiries
from antiphon.store.session import Store
from antiphon.workers.fleet import Fleet
from antiphon.workers.lane import State


async def run_once(store: Store, fleet: Fleet) -> int:
    """Ask the carriers that can be asked, as much as they have room for; how many messages."""
    asked = 0
    for lane in fleet.lanes:
        room = lane.questions.room if lane.state is State.OPEN else 0
        silent = await inquiries.due(store, lane.name, lane.questions.patience, room) if room else []
        for message in silent:
            lane.questions.put(message)
        lane.pump()
        asked += len(silent)
    return asked
