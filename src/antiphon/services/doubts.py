"""What becomes of a message that may have left, when no news of it comes?"""

from datetime import timedelta

from antiphon.core.campaign import Purpose
from antiphon.core.campaign import State as Sending
from antiphon.store import attempts, doubts
from antiphon.store.attempts import Attempt
from antiphon.store.doubts import Doubted
from antiphon.store.session import Store

_SOONEST = timedelta(seconds=30)
_AT_ONCE = 1_000


async def settle(store: Store) -> int:
    """Do as each account wants with what has been in doubt for long enough: send it again, once, or leave it; how many
    are sent again."""
    async with store.read() as tx:
        if not await doubts.any_unsettled(tx):
            return 0
    async with store.begin() as tx:
        old = [
            one for one in await doubts.unsettled(tx, tx.now - _SOONEST, _AT_ONCE) if _is_due(one, tx.now - one.since)
        ]
        resent = [one for one in old if _is_resent(one)]
        left = [one.key for one in old if not _is_resent(one)]
        if resent:
            await doubts.settle(tx, [one.key for one in resent], resend=True)
            why = "it may have left or not, no news came, and the account wants such a text sent again"
            await attempts.add(tx, [Attempt(one.key, tx.now, one.carrier, why) for one in resent])
        if left:
            await doubts.settle(tx, left, resend=False)
    if resent:
        store.woken.set()
    return len(resent)


def _is_due(one: Doubted, silence: timedelta) -> bool:
    return silence.total_seconds() >= one.parameters.doubts.after and one.sending is not Sending.PAUSED


def _is_resent(one: Doubted) -> bool:
    wanted = one.parameters.doubts.resend and one.purpose is Purpose.ALERT
    return wanted and one.sending is Sending.SENDING and not one.attempts
