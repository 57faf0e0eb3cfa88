"""How is the whole installation?"""

from msgspec import Struct

from antiphon.core.lane import Lane
from antiphon.store import backlog, carriers
from antiphon.store.backlog import Backlog
from antiphon.store.session import Store

MOST = 100_000


class Health(Struct, frozen=True):
    """What waits, each counted up to MOST, and the lanes of all processes that run."""

    backlog: Backlog
    lanes: list[Lane]


async def look(store: Store) -> Health:
    async with store.read() as tx:
        return Health(await backlog.of(tx, MOST), await carriers.all_lanes(tx))
