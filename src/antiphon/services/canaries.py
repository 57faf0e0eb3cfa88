"""What did the first messages of a campaign show: does the rest follow?"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from msgspec.structs import replace

from antiphon.core import pacing
from antiphon.core.campaign import Campaign, State
from antiphon.core.message import State as Message
from antiphon.core.pacing import Watched
from antiphon.store import campaigns, messages, paces
from antiphon.store.session import Store

_FAILED = (Message.FAILED, Message.REFUSED, Message.IN_DOUBT)
_TOLD = (Message.ACCEPTED, Message.DELIVERED, *_FAILED)
_LEAVING = (Message.HELD, Message.SUBMITTING)
_AT_ONCE = 20
_AGAIN = timedelta(minutes=1)  # until the next look at one of which too little has left


async def judge(store: Store) -> int:
    """Go on with the campaigns whose canary was watched for its time, or hold them for a person; how many."""
    async with store.read() as tx:
        watched = await paces.watched(tx, _AT_ONCE)
    for campaign in watched:
        await _judge(store, campaign)
    return len(watched)


async def _judge(store: Store, campaign: Campaign) -> None:
    async with store.begin() as tx:
        held = await campaigns.locked(tx, campaign.account_id, campaign.id)
        if held is None or held.state is not State.SENDING or held.canary_left != 0 or held.pacing.canary is None:
            return
        counts = Counter(await messages.counts(tx, held))
        counts.subtract(await paces.kept_back(tx, held, tx.now + _AGAIN))
        seen = _watched(counts, await paces.opted_out(tx, held))
        if pacing.undecided(seen):
            await paces.postpone(tx, held, tx.now + _AGAIN)
            return
        reason = pacing.verdict(held.pacing.canary, seen)
        goes_on = replace(held, canary_left=None, next_at=None)
        await campaigns.change(tx, replace(goes_on, state=State.PAUSED, reason=reason) if reason else goes_on)


def _watched(counts: Mapping[str, int], opted_out: int) -> Watched:
    told, failed, leaving = (sum(counts.get(state, 0) for state in states) for states in (_TOLD, _FAILED, _LEAVING))
    return Watched(told=told, failed=failed, leaving=leaving, opted_out=opted_out)
