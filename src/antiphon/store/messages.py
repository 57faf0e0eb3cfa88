"""Which messages wait, which are on their way, and what became of them?"""

from collections.abc import Sequence
from operator import itemgetter

from msgspec import Struct
from sqlalchemy import ColumnElement, case, exists, func, literal, select, update

from antiphon.core.campaign import Campaign
from antiphon.core.message import (
    OUTCOME_REPLACES,
    RECEIPT_REPLACES,
    Accepted,
    Fate,
    InDoubt,
    Key,
    Outcome,
    Outgoing,
    Receipt,
    Refused,
    State,
    state_after,
)
from antiphon.store import processes
from antiphon.store.schema import instant, messages, opt_outs
from antiphon.store.session import Row, Tx

_NEW = ("account_id", "id", "campaign_id", "number", "state", "text", "segments", "cost", "updated_at")


class New(Struct, frozen=True, kw_only=True, gc=False):
    """A message to be written: `text` only where it is personal; `cost` in micro-units."""

    id: int
    number: str
    text: str | None
    segments: int
    cost: int


async def add(tx: Tx, campaign: Campaign, new: Sequence[New]) -> int:
    now = instant(tx.now)
    account, id, state = campaign.account_id, campaign.id, State.WAITING.value
    rows: list[Row] = [(account, one.id, id, one.number, state, one.text, one.segments, one.cost, now) for one in new]
    return await tx.insert(messages, _NEW, rows)


async def written_to(tx: Tx, campaign: Campaign, numbers: Sequence[str]) -> set[str]:
    """Those of these numbers that the campaign has a message for already."""
    query = select(messages.c.number).where(*_of(campaign), tx.among(messages.c.number, numbers))
    return {row["number"] for row in await tx.all(query)}


async def claim(tx: Tx, campaign: Campaign, process: int, limit: int) -> list[Outgoing]:
    """Take waiting messages, the oldest first, for this process alone; what goes to an opted-out number is withheld."""
    # Named, so that PostgreSQL evaluates it once: rescanned as the inner side of a join it would take more.
    waiting = (
        select(messages.c.id)
        .where(*_of(campaign), _is(State.WAITING))
        .order_by(messages.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("waiting")
    )
    silent = exists().where(opt_outs.c.account_id == messages.c.account_id, opt_outs.c.number == messages.c.number)
    taken = (
        update(messages)
        .where(messages.c.account_id == campaign.account_id, messages.c.id.in_(select(waiting.c.id)))
        .values(
            state=case((silent, State.WITHHELD.value), else_=State.SUBMITTING.value),
            process_id=process,
            updated_at=tx.now,
        )
        .returning(messages.c.id, messages.c.number, messages.c.text, messages.c.segments, messages.c.state)
    )
    return [
        Outgoing(
            id=row["id"],
            account_id=campaign.account_id,
            campaign_id=campaign.id,
            number=row["number"],
            sender=campaign.sender,
            text=campaign.text if row["text"] is None else row["text"],
            segments=row["segments"],
        )
        for row in sorted(await tx.all(taken), key=itemgetter("id"))
        if row["state"] == State.SUBMITTING
    ]


async def release(tx: Tx, keys: Sequence[Key]) -> int:
    """Put back messages that were taken and of which surely no byte has left."""
    rows: list[Row] = [(State.WAITING.value, None, instant(tx.now), *key) for key in keys]
    return await tx.update(messages, ("state", "process_id", "updated_at"), rows, (State.SUBMITTING,))


async def settle(tx: Tx, carrier: str, outcomes: Sequence[tuple[Key, Outcome]]) -> int:
    """Store what the carrier answered, unless better news has come already."""
    now = instant(tx.now)
    rows: list[Row] = []
    for key, outcome in outcomes:
        reference, error = _facts(outcome)
        rows.append((state_after(outcome).value, carrier, reference, error, now, *key))
    names = ("state", "carrier", "reference", "error", "updated_at")
    return await tx.update(messages, names, rows, OUTCOME_REPLACES)


async def apply(tx: Tx, carrier: str, receipts: Sequence[Receipt]) -> int:
    """Store what the receipts report, unless an earlier one has ended the message."""
    named = await _keys(tx, carrier, [receipt.reference for receipt in receipts if receipt.echo is None])
    rows: dict[Key, Row] = {}
    for receipt in receipts:
        key = receipt.echo or named.get(receipt.reference)
        if key is not None and key not in rows:
            state = State.DELIVERED if receipt.fate is Fate.DELIVERED else State.FAILED
            rows[key] = (state.value, carrier, receipt.reference, receipt.error, instant(receipt.at), *key)
    names = ("state", "carrier", "reference", "error", "updated_at")
    return await tx.update(messages, names, list(rows.values()), RECEIPT_REPLACES)


async def doubt(tx: Tx, campaign: Campaign) -> int:
    """What dead processes were submitting for the campaign is in doubt from now on; how many."""
    orphaned = messages.c.process_id.not_in(processes.alive(tx.now))
    changes = {
        "state": State.IN_DOUBT,
        "error": "the process ended while it was being sent",
        "updated_at": tx.now,
    }
    # Found by a query that the index of open messages covers: SQLite would else read every message of the account.
    found = select(messages.c.id).where(*_of(campaign), _is(State.SUBMITTING))
    mine = (messages.c.account_id == campaign.account_id) & messages.c.id.in_(found)
    lost = update(messages).where(mine, messages.c.state == State.SUBMITTING.value, orphaned)
    return await tx.run(lost.values(**changes))


async def any_open(tx: Tx, campaign: Campaign) -> bool:
    """Is any message of the campaign still waiting or being submitted?"""
    # Asked at once: between two questions a message could go back from one state to the other.
    query = select(messages.c.id).where(*_of(campaign), _is(State.WAITING) | _is(State.SUBMITTING))
    return await tx.first(query.limit(1)) is not None


async def counts(tx: Tx, campaign: Campaign) -> dict[str, int]:
    """How many messages of the campaign are in each state."""
    query = select(messages.c.state, func.count().label("messages")).where(*_of(campaign)).group_by(messages.c.state)
    return {row["state"]: row["messages"] for row in await tx.all(query)}


async def campaigns_of(tx: Tx, keys: Sequence[Key]) -> dict[Key, int]:
    """The campaigns of the messages that were answered, by message."""
    ids = [id for _, id in keys]
    query = select(messages.c.account_id, messages.c.id, messages.c.campaign_id).where(
        tx.among(messages.c.account_id, {account for account, _ in keys}), tx.among(messages.c.id, ids)
    )
    return {(row["account_id"], row["id"]): row["campaign_id"] for row in await tx.all(query)}


def _of(campaign: Campaign) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return messages.c.account_id == campaign.account_id, messages.c.campaign_id == campaign.id


def _is(state: State) -> ColumnElement[bool]:
    # Spelled out in the statement, not sent beside it: only so does SQLite see that the partial index will do.
    return messages.c.state == literal(state.value, literal_execute=True)


async def _keys(tx: Tx, carrier: str, references: Sequence[str]) -> dict[str, Key]:
    """The messages that the carrier knows by these; the newest where it has begun to count anew."""
    if not references:
        return {}
    query = select(messages.c.reference, messages.c.account_id, messages.c.id).where(
        messages.c.carrier == carrier, tx.among(messages.c.reference, references)
    )
    query = query.order_by(messages.c.id)
    return {row["reference"]: (row["account_id"], row["id"]) for row in await tx.all(query)}


def _facts(outcome: Outcome) -> tuple[str | None, str | None]:
    match outcome:
        case Accepted(reference):
            return reference, None
        case Refused(error):
            return None, error
        case InDoubt(reason):
            return None, reason
