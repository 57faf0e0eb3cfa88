"""How far have the campaigns come that leave little by little, or whose first messages are watched?"""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import and_, func, select, update

from antiphon.core.campaign import Campaign, State
from antiphon.core.consent import EVERYTHING
from antiphon.core.consent import State as Standing
from antiphon.core.message import Key
from antiphon.core.message import State as Message
from antiphon.store.audience import lists_of
from antiphon.store.campaigns import is_, is_direct, read, the_one
from antiphon.store.messages import of
from antiphon.store.schema import campaigns, messages, opt_outs
from antiphon.store.session import Tx


class Pace(Struct, frozen=True):
    """When the next message may leave, and how many of the canary are still to be claimed."""

    next_at: datetime | None
    canary_left: int | None


async def locked(tx: Tx, campaign: Campaign) -> Pace | None:
    """Nobody else can change it until the transaction ends; None where another process is on it, or it was paused."""
    here = select(campaigns.c.next_at, campaigns.c.canary_left).where(the_one(campaign), is_(State.SENDING))
    row = await tx.first(here.with_for_update(skip_locked=True))
    return Pace(**row) if row else None


async def move(tx: Tx, campaign: Campaign, next_at: datetime | None, left: int | None) -> None:
    """Once all of a canary is claimed, it is watched for its time."""
    if left == 0 and campaign.pacing.canary is not None:
        next_at = tx.now + timedelta(minutes=campaign.pacing.canary.minutes)
    await tx.run(update(campaigns).where(the_one(campaign)).values(next_at=next_at, canary_left=left))


async def give_back(tx: Tx, campaign: Key, count: int) -> None:
    """So many that were claimed for a canary have not left: others are claimed in their stead."""
    mine = campaigns.c.account_id == campaign[0], campaigns.c.id == campaign[1], campaigns.c.canary_left.is_not(None)
    over = {"canary_left": campaigns.c.canary_left + count, "next_at": None}
    await tx.run(update(campaigns).where(*mine).values(**over))


async def postpone(tx: Tx, campaign: Campaign, until: datetime) -> None:
    await tx.run(update(campaigns).where(the_one(campaign)).values(next_at=until))


async def watched(tx: Tx, limit: int) -> list[Campaign]:
    """Those whose canary has been watched for long enough."""
    over = and_(campaigns.c.canary_left == 0, campaigns.c.next_at <= tx.now)
    query = select(campaigns).where(is_(State.SENDING), is_direct(False), over).order_by(campaigns.c.id).limit(limit)
    return [read(row) for row in await tx.all(query)]


async def kept_back(tx: Tx, campaign: Campaign, until: datetime) -> dict[str, int]:
    """How many messages of it, by their state, tell nothing of its carriers: held for longer than that, or refused
    before any was asked."""
    state, carrier = messages.c.state, messages.c.carrier
    late = (state == Message.HELD.value) & (messages.c.due_at > until)
    ours = (state == Message.REFUSED.value) & carrier.is_(None)
    query = select(state, func.count()).where(*of(campaign), messages.c.number > "", late | ours).group_by(state)
    return dict(await tx.tuples(query))


async def opted_out(tx: Tx, campaign: Campaign) -> int:
    """How many people have opted out since a message of this campaign to them was claimed."""
    out = and_(opt_outs.c.account_id == messages.c.account_id, opt_outs.c.number == messages.c.number)
    since = and_(opt_outs.c.at >= messages.c.claimed_at, messages.c.state != Message.WITHHELD)
    # Every number is more than nothing: said so that SQLite takes the index of the campaign's numbers.
    mine = (*of(campaign), messages.c.number > "")
    # Of everything or of one of its lists; who has left both is one person.
    left = opt_outs.c.list_id.in_((EVERYTHING, *lists_of(campaign))), opt_outs.c.state == Standing.OUT.value
    people = select(func.count(messages.c.number.distinct())).select_from(messages.join(opt_outs, out))
    outs = people.where(*mine, since, *left)
    return (await tx.tuples(outs))[0][0]
