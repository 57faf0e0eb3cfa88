"""What has become of the messages of which nothing is heard, and can those be called back that somebody cancelled?"""

from functools import partial

from antiphon.services import inquiries, recalls
from antiphon.store.session import Store
from antiphon.workers.fleet import Fleet
from antiphon.workers.lane import Lane, State
from antiphon.workers.loop import until_stored


async def run_once(store: Store, fleet: Fleet) -> int:
    """Ask the carriers that can be asked, as much as they have room for; how many messages."""
    return sum([await _ask(store, lane) for lane in fleet.lanes])


async def _ask(store: Store, lane: Lane) -> int:
    questions = lane.questions
    if refused := questions.refused():
        await until_stored("what is not called back", partial(recalls.refused, store, lane.name, refused))
    room = questions.room if lane.state is State.OPEN else 0
    recalled = await recalls.due(store, lane.name, room) if room and questions.may_recall else []
    for message in recalled:
        questions.put(message, recall=True)
    left = room - len(recalled) if questions.after else 0
    silent = await inquiries.due(store, lane.name, questions.patience, left) if left else []
    for message in silent:
        questions.put(message)
    lane.pump()
    return len(recalled) + len(silent)
