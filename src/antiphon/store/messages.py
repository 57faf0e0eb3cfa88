"""Which messages wait, which are on their way, and what became of them?"""

from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    GenerativeSelect,
    Select,
    case,
    delete,
    exists,
    func,
    literal,
    select,
    tuple_,
    update,
)

from antiphon.core.campaign import Campaign
from antiphon.core.campaign import State as Sending
from antiphon.core.message import (
    OUTCOME_REPLACES,
    RECEIPT_REPLACES,
    Accepted,
    Fate,
    InDoubt,
    Key,
    Outcome,
    Receipt,
    Refused,
    State,
    state_after,
)
from antiphon.store import campaigns, processes, schema
from antiphon.store.instants import instant
from antiphon.store.schema import messages, opt_outs
from antiphon.store.session import Row, Tx

_KEY = tuple_(messages.c.account_id, messages.c.id)
_NEW = ("account_id", "id", "campaign_id", "number", "state", "text", "segments", "cost", "updated_at")


class New(Struct, frozen=True, kw_only=True, gc=False):
    """A message to be written: `text` only where it is personal; `cost` in micro-units."""

    account_id: int
    id: int
    campaign_id: int
    number: str
    text: str | None
    segments: int
    cost: int


class Taken(Struct, frozen=True, gc=False):
    """A message that was claimed; one whose number has opted out is withheld."""

    account_id: int
    id: int
    campaign_id: int
    number: str
    text: str | None
    segments: int
    cost: int
    state: str


async def add(tx: Tx, new: Sequence[New]) -> int:
    now, waiting = instant(tx.now), State.WAITING.value
    return await tx.insert(
        messages,
        _NEW,
        [
            (one.account_id, one.id, one.campaign_id, one.number, waiting, one.text, one.segments, one.cost, now)
            for one in new
        ],
    )


async def written_to(tx: Tx, campaign: Campaign, numbers: Sequence[str]) -> set[str]:
    """Those of these numbers that the campaign has a message for already."""
    query = select(messages.c.number).where(*_of(campaign), tx.among(messages.c.number, numbers))
    return {row["number"] for row in await tx.all(query)}


async def claim(tx: Tx, campaign: Campaign, process: int, limit: int) -> list[Taken]:
    """Take waiting messages of this campaign, the oldest first, for this process alone."""
    waiting = select(messages.c.account_id, messages.c.id).where(*_of(campaign), _is(State.WAITING))
    oldest = waiting.order_by(messages.c.id).limit(limit)
    return await _take(tx, process, oldest.with_for_update(skip_locked=True))


async def claim_direct(tx: Tx, process: int, limit: int) -> list[Taken]:
    """Take waiting messages to numbers that were written down with the text, those of the oldest request first."""
    table = schema.campaigns
    sending = table.c.state == literal(Sending.SENDING.value, literal_execute=True)
    theirs = (messages.c.account_id == table.c.account_id) & (messages.c.campaign_id == table.c.id)
    waiting = (
        select(messages.c.account_id, messages.c.id)
        .select_from(table.join(messages, theirs))
        .where(sending, campaigns.is_direct(True), _is(State.WAITING))
        .order_by(table.c.id)
        .limit(limit)
        .with_for_update(of=messages, skip_locked=True)
    )
    return await _take(tx, process, waiting)


async def _take(tx: Tx, process: int, waiting: GenerativeSelect) -> list[Taken]:
    # Named, so that PostgreSQL evaluates it once: rescanned as the inner side of a join it would take more.
    chosen = waiting.cte("chosen")
    silent = exists().where(opt_outs.c.account_id == messages.c.account_id, opt_outs.c.number == messages.c.number)
    taken = (
        update(messages)
        .where(_KEY.in_(select(chosen)))
        .values(
            state=case((silent, State.WITHHELD.value), else_=State.SUBMITTING.value),
            process_id=process,
            updated_at=tx.now,
        )
        .returning(*(messages.c[name] for name in Taken.__struct_fields__))
    )
    return sorted((Taken(*row) for row in await tx.tuples(taken)), key=attrgetter("id"))


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


async def found(tx: Tx, carrier: str, receipts: Sequence[Receipt]) -> dict[Key, Receipt]:
    """The messages that these receipts report on, each with the first that does."""
    named = await _keys(tx, carrier, [receipt.reference for receipt in receipts if receipt.echo is None])
    known: dict[Key, Receipt] = {}
    for receipt in receipts:
        key = receipt.echo or named.get(receipt.reference)
        if key is not None:
            known.setdefault(key, receipt)
    return known


async def apply(tx: Tx, carrier: str, receipts: Mapping[Key, Receipt]) -> int:
    """Store what the receipts report, unless an earlier one has ended the message."""
    rows: list[Row] = []
    for key, receipt in receipts.items():
        state = State.DELIVERED if receipt.fate is Fate.DELIVERED else State.FAILED
        rows.append((state.value, carrier, receipt.reference, receipt.error, instant(receipt.at), *key))
    names = ("state", "carrier", "reference", "error", "updated_at")
    return await tx.update(messages, names, rows, RECEIPT_REPLACES)


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
    table = schema.campaigns
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
    await tx.run(delete(messages).where(*_of(campaign)))


async def drop(tx: Tx, campaign: Campaign, limit: int) -> dict[Key, int]:
    """Some of what waits of this campaign is unsent from now on; which messages, and what each would have cost."""
    waiting = select(messages.c.account_id, messages.c.id).where(*_of(campaign), _is(State.WAITING)).limit(limit)
    chosen = waiting.with_for_update(skip_locked=True).cte("chosen")
    changes = {"state": State.UNSENT.value, "updated_at": tx.now}
    dropped = update(messages).where(_KEY.in_(select(chosen))).values(**changes)
    rows = await tx.tuples(dropped.returning(messages.c.account_id, messages.c.id, messages.c.cost))
    return {(account, id): cost for account, id, cost in rows}


async def doubt(tx: Tx, sending: Select[Any, Any]) -> int:
    """What dead processes were submitting for these campaigns (account and id) is in doubt from now on."""
    chosen = sending.subquery()
    theirs = (messages.c.account_id == chosen.c.account_id) & (messages.c.campaign_id == chosen.c.id)
    orphaned = messages.c.process_id.not_in(processes.alive(tx.now))
    # Found by a query that the index of open messages covers: SQLite would else read every message of the account.
    found = select(messages.c.account_id, messages.c.id).select_from(chosen.join(messages, theirs))
    leaving = found.where(_is(State.SUBMITTING)).with_for_update(of=messages, skip_locked=True)
    changes = {
        "state": State.IN_DOUBT,
        "error": "the process ended while it was being sent",
        "updated_at": tx.now,
    }
    still = messages.c.state == State.SUBMITTING.value
    return await tx.run(update(messages).where(_KEY.in_(leaving), still, orphaned).values(**changes))


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
