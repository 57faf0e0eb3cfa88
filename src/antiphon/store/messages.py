"""Which messages wait, which are on their way, and what became of them?"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    delete,
    func,
    literal,
    select,
    tuple_,
    update,
)

from antiphon.core.campaign import Campaign
from antiphon.core.message import (
    OUTCOME_REPLACES,
    RECEIPT_REPLACES,
    Accepted,
    InDoubt,
    Key,
    Outcome,
    Refused,
    State,
    Torn,
    state_after,
)
from antiphon.core.reply import Left
from antiphon.core.way import Kept
from antiphon.store import processes
from antiphon.store.instants import instant
from antiphon.store.schema import campaigns as campaigns_table
from antiphon.store.schema import messages
from antiphon.store.session import Row, Tx

# States of messages that somebody can have read.
_LEFT = tuple(
    state.value for state in (State.SUBMITTING, State.IN_DOUBT, State.ACCEPTED, State.DELIVERED, State.FAILED)
)
_MOST_LEFT = 3
KEY = tuple_(messages.c.account_id, messages.c.id)
_NEW = ("account_id", "id", "campaign_id", "number", "state", "text", "segments", "cost", "updated_at", "time_zone")


class New(Struct, frozen=True, kw_only=True, gc=False):
    """A message to be written: `text` and `time_zone` only where a person has their own; `cost` in micro-units."""

    account_id: int
    id: int
    campaign_id: int
    number: str
    text: str | None
    segments: int
    cost: int
    time_zone: str | None = None


async def add(tx: Tx, new: Sequence[New]) -> int:
    now, waiting = instant(tx.now), State.WAITING.value
    return await tx.insert(
        messages,
        _NEW,
        [
            (
                one.account_id,
                one.id,
                one.campaign_id,
                one.number,
                waiting,
                one.text,
                one.segments,
                one.cost,
                now,
                one.time_zone,
            )
            for one in new
        ],
    )


async def among(tx: Tx, account: int, ids: Sequence[int]) -> set[int]:
    """Those of these messages that there are."""
    query = select(messages.c.id).where(messages.c.account_id == account, tx.among(messages.c.id, ids))
    return {id for (id,) in await tx.tuples(query)}


async def numbers(tx: Tx, keys: Collection[Key]) -> dict[Key, str]:
    """Who these messages are for."""
    accounts, ids = {account for account, _ in keys}, [id for _, id in keys]
    query = select(messages.c.account_id, messages.c.id, messages.c.number).where(
        tx.among(messages.c.account_id, accounts), tx.among(messages.c.id, ids)
    )
    return {(account, id): number for account, id, number in await tx.tuples(query)}


async def kept(tx: Tx, key: Key) -> Kept | None:
    """All of one message but its text."""
    mine = messages.c.account_id == key[0], messages.c.id == key[1]
    row = await tx.first(select(*(messages.c[name] for name in Kept.__struct_fields__)).where(*mine))
    return Kept(**{**row, "state": State(row["state"])}) if row else None


async def settle(tx: Tx, carrier: str, outcomes: Sequence[tuple[Key, Outcome]], ask_at: datetime | None = None) -> int:
    """Store what the carrier answered, unless better news has come already; what it accepted is to be asked about
    then."""
    now = instant(tx.now)
    rows: list[Row] = []
    for key, outcome in outcomes:
        reference, error = _facts(outcome)
        asked = () if ask_at is None else (instant(ask_at) if isinstance(outcome, Accepted) else None,)
        rows.append((state_after(outcome).value, carrier, reference, error, now, now, *asked, *key))
    names = ("state", "carrier", "reference", "error", "answered_at", "updated_at")
    if ask_at is not None:
        names += ("due_at",)
    return await tx.update(messages, names, rows, OUTCOME_REPLACES)


async def still_open(tx: Tx, keys: Collection[Key]) -> set[Key]:
    """Those of these messages that a receipt or an answer may still end. All of them are locked until the transaction
    ends, in the order in which they will be changed."""
    query = (
        select(messages.c.account_id, messages.c.id, messages.c.state)
        .where(
            tx.among(messages.c.account_id, {account for account, _ in keys}),
            tx.among(messages.c.id, [id for _, id in keys]),
        )
        .order_by(messages.c.account_id, messages.c.id)
        .with_for_update()
    )
    return {(account, id) for account, id, state in await tx.tuples(query) if state in RECEIPT_REPLACES}


async def held_back(tx: Tx, keys: Sequence[Key]) -> dict[Key, tuple[int, int]]:
    """What a wallet gave for those of these messages that may still be refused: campaign and cost.

    All of them are locked until the transaction ends, in the order in which `settle` will change them.
    """
    table = campaigns_table
    paid = (table.c.account_id == messages.c.account_id) & (table.c.id == messages.c.campaign_id)
    held = messages.c.state.in_(OUTCOME_REPLACES) & (table.c.reserved > 0)
    query = (
        select(messages.c.account_id, messages.c.id, messages.c.campaign_id, messages.c.cost, held)
        .select_from(messages.join(table, paid))
        .where(
            tx.among(messages.c.account_id, {account for account, _ in keys}),
            tx.among(messages.c.id, [id for _, id in keys]),
        )
        .order_by(messages.c.account_id, messages.c.id)
        .with_for_update(of=messages)
    )
    return {(account, id): (campaign, cost) for account, id, campaign, cost, held in await tx.tuples(query) if held}


async def remove_of(tx: Tx, campaign: Campaign) -> None:
    """Delete all messages of a campaign."""
    await tx.run(delete(messages).where(*of(campaign)))


async def drop(tx: Tx, campaign: Campaign, state: State, limit: int) -> dict[Key, int]:
    """Some of what is in this state of a campaign is unsent from now on; which messages, and what each would have
    cost."""
    waiting = select(messages.c.account_id, messages.c.id).where(*of(campaign), is_(state)).limit(limit)
    chosen = waiting.with_for_update(skip_locked=True).cte("chosen")
    changes = {"state": State.UNSENT.value, "updated_at": tx.now}
    dropped = update(messages).where(KEY.in_(select(chosen))).values(**changes)
    rows = await tx.tuples(dropped.returning(messages.c.account_id, messages.c.id, messages.c.cost))
    return {(account, id): cost for account, id, cost in rows}


async def drop_one(tx: Tx, account: int, id: int) -> tuple[int, int] | None:
    """This message is unsent from now on: its campaign, and what it would have cost. None where it waits no more."""
    mine = (messages.c.account_id == account) & (messages.c.id == id)
    changes = {"state": State.UNSENT.value, "updated_at": tx.now}
    dropped = update(messages).where(mine, is_(State.WAITING) | is_(State.HELD)).values(**changes)
    rows = await tx.tuples(dropped.returning(messages.c.campaign_id, messages.c.cost))
    return (rows[0][0], rows[0][1]) if rows else None


async def doubt(tx: Tx, unfinished: CompoundSelect[Any, Any]) -> int:
    """What dead processes were submitting for these campaigns (account and id) is in doubt from now on."""
    # Kept apart: SQLite would else look for each open message whether its campaign is one of them.
    chosen = unfinished.cte("unfinished").prefix_with("MATERIALIZED")
    theirs = (messages.c.account_id == chosen.c.account_id) & (messages.c.campaign_id == chosen.c.id)
    orphaned = messages.c.process_id.not_in(processes.alive(tx.now))
    # Found by a query that the index of open messages covers: SQLite would else read every message of the account.
    found = select(messages.c.account_id, messages.c.id).select_from(chosen.join(messages, theirs))
    leaving = found.where(is_(State.SUBMITTING)).with_for_update(of=messages, skip_locked=True)
    changes = {
        "state": State.IN_DOUBT,
        "error": "the process ended while it was being sent",
        "updated_at": tx.now,
    }
    still = messages.c.state == State.SUBMITTING.value
    return await tx.run(update(messages).where(KEY.in_(leaving), still, orphaned).values(**changes))


async def counts(tx: Tx, campaign: Campaign) -> dict[str, int]:
    """How many messages of the campaign are in each state."""
    query = select(messages.c.state, func.count().label("messages")).where(*of(campaign)).group_by(messages.c.state)
    return {row["state"]: row["messages"] for row in await tx.all(query)}


async def left(tx: Tx, keys: Sequence[Key]) -> dict[Key, Left]:
    """These messages, as far as there are such."""
    if not keys:
        return {}
    mine = tx.among(messages.c.account_id, {account for account, _ in keys})
    query = _left(literal(1)).where(mine, tx.among(messages.c.id, [id for _, id in keys]))
    return {one.key: one for _, one in map(_read_left, await tx.tuples(query))}


async def left_to(tx: Tx, numbers: Collection[str]) -> dict[str, list[Left]]:
    """What has left for each of these numbers, the newest first; of each sender no more than the newest few."""
    if not numbers:
        return {}
    newest = (messages.c.claimed_at.desc(), messages.c.id.desc())
    among = [messages.c.number, campaigns_table.c.account_id, campaigns_table.c.sender]
    place = func.row_number().over(partition_by=among, order_by=newest)
    gone = messages.c.claimed_at.is_not(None) & messages.c.state.in_(_LEFT)
    ranked = _left(place.label("place")).where(tx.among(messages.c.number, numbers), gone).subquery()
    query = select(ranked).where(ranked.c.place <= _MOST_LEFT)
    found: dict[str, list[Left]] = {}
    for number, one in map(_read_left, await tx.tuples(query.order_by(ranked.c.sent_at.desc(), ranked.c.id.desc()))):
        found.setdefault(number, []).append(one)
    return found


def of(campaign: Campaign) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return messages.c.account_id == campaign.account_id, messages.c.campaign_id == campaign.id


def is_(state: State) -> ColumnElement[bool]:
    # Spelled out in the statement, not sent beside it: only so does SQLite see that the partial index will do.
    return messages.c.state == literal(state.value, literal_execute=True)


def _left(place: ColumnElement[int]) -> Select[Any]:
    theirs = (campaigns_table.c.account_id == messages.c.account_id) & (campaigns_table.c.id == messages.c.campaign_id)
    sent_at = func.coalesce(messages.c.claimed_at, messages.c.updated_at).label("sent_at")
    names = (messages.c[name] for name in ("number", "account_id", "id", "campaign_id"))
    return select(*names, campaigns_table.c.sender, sent_at, place).select_from(messages.join(campaigns_table, theirs))


def _read_left(row: Row) -> tuple[str, Left]:
    number, account, id, campaign, sender, sent_at, _ = row
    return number, Left((account, id), campaign, sender, sent_at)


def _facts(outcome: Outcome) -> tuple[str | None, str | None]:
    match outcome:
        case Accepted(reference=reference):
            return reference, None
        case Refused(error=error):
            return None, error
        case Torn(parts, error):
            return parts[0], error
        case InDoubt(reason):
            return None, reason
