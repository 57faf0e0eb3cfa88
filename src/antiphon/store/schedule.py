"""Which campaigns begin, stop and end by the clock?"""

from datetime import datetime

from sqlalchemy import select, update

from antiphon.core.campaign import Campaign, State
from antiphon.core.message import Key
from antiphon.store.campaigns import KEY, is_, oldest_sending, read, the_one
from antiphon.store.schema import campaigns
from antiphon.store.session import Tx
from antiphon.store.unsent import is_open


async def start_due(tx: Tx, now: datetime, since: datetime) -> int:
    """Scheduled campaigns whose time has come are sending now; how many. What should have begun before `since` waits
    for a person instead."""
    due = is_(State.SCHEDULED) & (campaigns.c.send_at <= now)
    late = {"state": State.PAUSED, "reason": "its time had passed long before it could begin: resume it, or stop it"}
    await tx.run(update(campaigns).where(due, campaigns.c.send_at < since).values(**late))
    return await tx.run(update(campaigns).where(due).values(state=State.SENDING, reason=None))


async def pause_sending(tx: Tx, reason: str) -> int:
    """All that is sending waits for a person; how many campaigns."""
    changes = {"state": State.PAUSED, "reason": reason}
    return await tx.run(update(campaigns).where(is_(State.SENDING)).values(**changes))


async def stop_due(tx: Tx, now: datetime) -> int:
    """What waits or is sending and whose end has come is stopped; how many."""
    over = (campaigns.c.end_at <= now) & campaigns.c.end_at.is_not(None) & campaigns.c.ended_at.is_(None)
    running = campaigns.c.state.in_((State.SCHEDULED, State.SENDING, State.PAUSED))
    changes = {"state": State.STOPPED, "reason": "its end had come before all of it had left"}
    return await tx.run(update(campaigns).where(over, running).values(**changes))


async def stopping(tx: Tx, limit: int) -> list[Campaign]:
    """Those that were stopped and still have messages that have not left."""
    query = select(campaigns).where(is_(State.STOPPED), campaigns.c.ended_at.is_(None)).order_by(campaigns.c.id)
    return [read(row) for row in await tx.all(query.limit(limit))]


async def end_stopped(tx: Tx, campaign: Campaign) -> bool:
    """It has ended, if nothing of it waits or leaves any more."""
    here = the_one(campaign) & is_(State.STOPPED) & campaigns.c.ended_at.is_(None)
    return await tx.run(update(campaigns).where(here, ~is_open()).values(ended_at=tx.now)) == 1


async def end(tx: Tx, limit: int, *, direct: bool) -> list[Key]:
    """Of the oldest campaigns that are sending, those with nothing left to send are sent; which ones."""
    # Named, so that PostgreSQL evaluates it once: rescanned as the inner side of a join it would choose more.
    chosen = oldest_sending(limit, direct).with_for_update(skip_locked=True).cte("chosen")
    over = is_(State.SENDING) & KEY.in_(select(chosen)) & ~is_open()
    ended = update(campaigns).where(over).values(state=State.SENT, ended_at=tx.now)
    rows = await tx.tuples(ended.returning(campaigns.c.account_id, campaigns.c.id))
    return [(account, id) for account, id in rows]
