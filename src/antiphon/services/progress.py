"""How does a campaign go on, once it was confirmed?"""

from datetime import datetime, timedelta
from typing import Any

from antiphon.core import campaign as rules
from antiphon.core import pacing
from antiphon.core.campaign import Campaign, State
from antiphon.core.errors import NotNow, NoVoiceCarrier
from antiphon.core.message import State as Message
from antiphon.services import wallet
from antiphon.services.callbacks import owe_campaigns, owe_receipts
from antiphon.store import campaigns, carriers, messages, processes, schedule
from antiphon.store.session import Store, Tx

GRACE = timedelta(hours=1)
OLDEST = 1_000  # sending campaigns that one look asks about
_STOPPING = 20  # stopped campaigns that one look works on
_UNSENT = 5_000  # messages of each


def started(campaign: Campaign, now: datetime) -> State:
    """What it becomes when it begins: it waits for its time, if that is still to come."""
    later = campaign.send_at is not None and campaign.send_at > now
    return State.SCHEDULED if later else State.SENDING


async def go(tx: Tx, campaign: Campaign) -> datetime:
    """Begin one that is calculated, now or at its time; when that is. What it may cost is reserved.

    Raises OutOfCredit, NoVoiceCarrier, or NotNow when its end has come.
    """
    wanted = started(campaign, tx.now)
    if campaign.voice is not None:
        raise NoVoiceCarrier
    if campaign.end_at is not None and campaign.end_at <= tx.now:
        raise NotNow(state="past its end", wanted=wanted)
    reserved = await wallet.reserve(tx, campaign.account_id, campaign.id, campaign.cost)
    at = campaign.confirmed_at or tx.now
    first = canary(campaign)
    await move(tx, campaign, wanted, confirmed_at=at, reserved=reserved, reason=None, canary_left=first, next_at=None)
    return campaign.send_at if campaign.send_at is not None and wanted is State.SCHEDULED else tx.now


def canary(campaign: Campaign) -> int | None:
    """How many of its messages leave before the others."""
    wanted = campaign.pacing.canary
    return None if wanted is None else pacing.canary_size(wanted, campaign.messages)


async def move(tx: Tx, campaign: Campaign, wanted: State, **changes: Any) -> None:
    """Raises NotNow."""
    rules.check_move(campaign.state, wanted)
    if not await campaigns.move(tx, campaign, wanted, **changes):
        # Somebody else moved it after we looked.
        raise NotNow(state="elsewhere already", wanted=wanted)


async def start_due(store: Store, grace: timedelta = GRACE) -> int:
    """Begin what is scheduled for now or earlier; how many campaigns. What is overdue by more than `grace` is paused
    instead: after a long time down, or from a restored backup, it may be the last thing that anybody wants."""
    async with store.begin() as tx:
        return await schedule.start_due(tx, tx.now, tx.now - grace)


async def come_back(store: Store, grace: timedelta = GRACE) -> int:
    """When the program starts: if nothing has run here for longer than `grace`, all that was sending is paused until
    somebody has looked at it; how many campaigns."""
    async with store.begin() as tx:
        last = await carriers.last_told(tx)
        if last is None or tx.now - last <= grace:
            return 0
        return await schedule.pause_sending(
            tx, f"nothing ran here since {last:%Y-%m-%d %H:%M} UTC: resume it, or stop it"
        )


async def stop_due(store: Store) -> int:
    """Stop what has not left when its end comes; how many campaigns."""
    async with store.begin() as tx:
        return await schedule.stop_due(tx, tx.now)


async def finish(store: Store) -> int:
    """End the campaigns that have nothing left to send, after dead processes' messages are put in doubt; how many.

    Looks only at the `OLDEST` of those to lists and tags, and of those to written numbers.
    """
    async with store.begin() as tx:
        # Only when somebody has died: to look for what the dead left locks all that is on its way.
        if dead := await processes.dead(tx):
            await messages.doubt(tx, campaigns.unfinished())
            await processes.bury(tx, dead)
        ended = 0
        for direct in (False, True):
            sent = await schedule.end(tx, OLDEST, direct=direct)
            await owe_campaigns(tx, sent, State.SENT)
            ended += len(sent)
        return ended


async def wind_up(store: Store) -> int:
    """Of stopped campaigns, what has not left is unsent, and paid back; how many messages."""
    async with store.read() as tx:
        stopped = await schedule.stopping(tx, _STOPPING)
    done = 0
    for campaign in stopped:
        async with store.begin() as tx:
            costs = await messages.drop(tx, campaign, Message.WAITING, _UNSENT)
            costs |= await messages.drop(tx, campaign, Message.HELD, _UNSENT)
            await owe_receipts(tx, costs)
            key = campaign.account_id, campaign.id
            await wallet.refund(tx, {key: sum(costs.values()) if campaign.reserved else 0})
            if await schedule.end_stopped(tx, campaign):
                await owe_campaigns(tx, [key], State.STOPPED)
            done += len(costs)
    return done
