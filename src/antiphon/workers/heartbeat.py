"""Are we still alive, and do the others know?"""

import structlog

from antiphon.services import processes
from antiphon.store.session import Store

_log = structlog.get_logger()


async def run_once(store: Store) -> int:
    """Renew our lease. Nothing is ever left to do at once, so the answer is 0."""
    if not await processes.renew(store):
        _log.warning("the lease had run out, as when a machine sleeps; joined anew", process=store.process_id)
    return 0
