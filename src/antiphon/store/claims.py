"""Which messages leave next, and for which process alone?"""

from collections.abc import Collection, Sequence
from datetime import datetime
from operator import attrgetter

from msgspec import Struct
from sqlalchemy import ColumnElement, GenerativeSelect, case, exists, func, literal, or_, select, tuple_, update

from antiphon.core.campaign import Campaign, Purpose
from antiphon.core.campaign import State as Sending
from antiphon.core.message import Key, State
from antiphon.store import campaigns
from antiphon.store.audience import lists_of
from antiphon.store.instants import instant
from antiphon.store.messages import KEY, is_, of
from antiphon.store.opt_outs import silences
from antiphon.store.schema import campaigns as campaigns_table
from antiphon.store.schema import messages, opt_outs
from antiphon.store.session import Row, Tx

_ACCOUNTS_AT_ONCE = 50
_ROW = tuple(messages.c[name] for name in ("account_id", "id", "campaign_id", "number"))
_THEIRS = (opt_outs.c.account_id == messages.c.account_id) & (opt_outs.c.number == messages.c.number)


class Taken(Struct, frozen=True, gc=False):
    """A message that was claimed; one whose number has opted out is withheld. `time_zone` is its owner's, if known."""

    account_id: int
    id: int
    campaign_id: int
    number: str
    text: str | None
    segments: int
    cost: int
    state: str
    attempts: int
    time_zone: str | None


class Next(Struct, frozen=True):
    """At most so many, only ids `after` that one, and of these only each that `every` divides."""

    limit: int
    after: int = 0
    every: int = 1


class Held(Struct, frozen=True, gc=False):
    """A message that has surely not left and is to wait until then, and why."""

    key: Key
    until: datetime
    reason: str
    attempts: int


async def claim(tx: Tx, campaign: Campaign, process: int, wanted: Next) -> list[Taken]:
    """Take waiting messages of this campaign, the oldest first, for this process alone."""
    waiting = select(*_ROW).where(*of(campaign), is_(State.WAITING))
    waiting = waiting.where(messages.c.id > wanted.after)
    if wanted.every > 1:
        waiting = waiting.where(messages.c.id % wanted.every == 0)
    oldest = waiting.order_by(messages.c.id).limit(wanted.limit)
    mine = opt_outs.c.account_id == campaign.account_id
    silent = exists().where(mine, _THEIRS, silences(lists_of(campaign), campaign.purpose))
    return await _take(tx, process, oldest.with_for_update(skip_locked=True), silent)


async def claim_direct(
    tx: Tx, process: int, limit: int, but: Collection[int] = (), of: int | None = None
) -> list[Taken]:
    """Take waiting messages to numbers that were written down with the text, those of the oldest request first; `but`
    none of these accounts, or only `of` that one."""
    table = campaigns_table
    theirs = (messages.c.account_id == table.c.account_id) & (messages.c.campaign_id == table.c.id)
    waiting = (
        select(*_ROW[:3])
        .select_from(table.join(messages, theirs))
        .where(_sending(), campaigns.is_direct(True), is_(State.WAITING), _in_time(tx))
        .order_by(table.c.id)
        .limit(limit)
        .with_for_update(of=messages, skip_locked=True)
    )
    waiting = waiting.where(table.c.account_id.not_in(but)) if but else waiting
    waiting = waiting if of is None else waiting.where(table.c.account_id == of)
    return await _take(tx, process, waiting, _silent_to_direct())


async def direct_among(tx: Tx, accounts: Sequence[int]) -> list[int]:
    """Those of these accounts that have campaigns to written numbers, the ones with the oldest first."""
    table = campaigns_table
    theirs = _sending() & campaigns.is_direct(True) & tx.among(table.c.account_id, accounts)
    oldest = func.min(table.c.id)
    query = select(table.c.account_id).where(theirs).group_by(table.c.account_id).order_by(oldest)
    return [account for (account,) in await tx.tuples(query.limit(_ACCOUNTS_AT_ONCE))]


def _sending() -> ColumnElement[bool]:
    return campaigns_table.c.state == literal(Sending.SENDING.value, literal_execute=True)


def _in_time(tx: Tx) -> ColumnElement[bool]:
    """What ends by a time never leaves after it, not even where nobody has stopped it yet."""
    return or_(campaigns_table.c.end_at.is_(None), campaigns_table.c.end_at > tx.now)


def _silent_to_direct() -> ColumnElement[bool]:
    """Who opted out hears nothing but what answers them, and who is held no marketing."""
    table = campaigns_table
    theirs = (table.c.account_id == messages.c.account_id) & (table.c.id == messages.c.campaign_id)
    marketing = (table.c.purpose == Purpose.MARKETING.value) & silences((), Purpose.MARKETING)
    silent = or_(marketing, silences((), Purpose.ALERT))
    chosen = select(opt_outs.c.number).select_from(opt_outs).join(table, theirs)
    return chosen.where(_THEIRS, silent, table.c.despite_opt_out.is_(False)).correlate(messages).exists()


async def _take(tx: Tx, process: int, waiting: GenerativeSelect, silent: ColumnElement[bool]) -> list[Taken]:
    # Named, so that PostgreSQL evaluates it once: rescanned as the inner side of a join it would take more. Found again
    # by more than the key: with statistics of an emptier table it takes another index, and walks through an account.
    chosen = waiting.cte("chosen")
    taken = (
        update(messages)
        .where(tuple_(*(messages.c[one.name] for one in chosen.c)).in_(select(chosen)))
        .values(
            state=case((silent, State.WITHHELD.value), else_=State.SUBMITTING.value),
            process_id=process,
            claimed_at=tx.now,
            updated_at=tx.now,
        )
        .returning(*(messages.c[name] for name in Taken.__struct_fields__))
    )
    return sorted((Taken(*row) for row in await tx.tuples(taken)), key=attrgetter("id"))


async def release(tx: Tx, keys: Sequence[Key]) -> int:
    """Put back messages that were taken and of which surely no byte has left."""
    rows: list[Row] = [(State.WAITING.value, None, instant(tx.now), *key) for key in keys]
    return await tx.update(messages, ("state", "process_id", "updated_at"), rows, (State.SUBMITTING,))


async def hold(tx: Tx, held: Sequence[Held], state: State = State.SUBMITTING) -> int:
    """Those in this state wait for their time, or for a carrier, and belong to no process meanwhile."""
    now = instant(tx.now)
    rows: list[Row] = [
        (State.HELD.value, None, instant(one.until), one.reason, one.attempts, now, *one.key) for one in held
    ]
    names = ("state", "process_id", "due_at", "error", "attempts", "updated_at")
    return await tx.update(messages, names, rows, (state,))


async def any_due(tx: Tx) -> bool:
    """Is there a message that was held until now?"""
    due = is_(State.HELD) & (messages.c.due_at <= tx.now)
    return await tx.first(select(messages.c.id).where(due).limit(1)) is not None


async def wake(tx: Tx, limit: int) -> int:
    """What was held until now waits as all others do; how many messages, at most `limit`."""
    due = select(messages.c.account_id, messages.c.id).where(is_(State.HELD), messages.c.due_at <= tx.now)
    chosen = due.order_by(messages.c.due_at).limit(limit).with_for_update(skip_locked=True).cte("chosen")
    woken = update(messages).where(KEY.in_(select(chosen)))
    rows = await tx.tuples(woken.values(state=State.WAITING.value, due_at=None, error=None).returning(messages.c.id))
    return len(rows)
