"""What do we owe to the customers' servers?"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, case, literal, or_, select, tuple_, union_all, update

from antiphon.core import url
from antiphon.core.account import Callbacks, Parameters
from antiphon.core.callback import Attempt, Callback, Outage, State, Those
from antiphon.core.campaign import Kind as Audience
from antiphon.core.event import BOUND, Due, Event, Kind, Owed
from antiphon.core.message import Key
from antiphon.core.way import Told
from antiphon.store.instants import instant
from antiphon.store.schema import accounts, callback_attempts, callbacks, campaigns, messages
from antiphon.store.session import Row, Tx

_MOST = 100  # of one message
KEY = tuple_(callbacks.c.account_id, callbacks.c.id)
_WISHES = (
    *(accounts.c.sid, accounts.c.time_zone, campaigns.c.created_at),
    *(campaigns.c.callbacks, accounts.c.parameters),
)
_NAMES = (
    *("account_id", "id", "url", "endpoint", "format", "form", "event", "message_id"),
    *("state", "attempts", "due_at", "created_at", "campaign_id"),
)


class Wishes(Struct, frozen=True):
    """Where somebody wants to be told: what the campaign says, and what its account says."""

    sid: str
    time_zone: str
    created_at: datetime
    campaign: Callbacks
    account: Callbacks


class Changed(Struct, frozen=True):
    """A message that came to a new state, and who wants to know."""

    event: Event
    wishes: Wishes


async def add(tx: Tx, owed: Sequence[Owed]) -> None:
    """Each is due at once."""
    now = instant(tx.now)
    rows = [
        (
            one.event.account_id,
            id,
            one.url,
            url.endpoint(one.url),
            one.format,
            one.form,
            msgspec.json.encode(one.event).decode(),
            one.event.message_id,
            *(_begins(one.format), 0, now, now, one.event.campaign_id),
        )
        for id, one in zip(tx.ids.many(len(owed)), owed, strict=True)
    ]
    await tx.insert(callbacks, _NAMES, rows)


async def wishes(tx: Tx, campaign_keys: Collection[Key]) -> dict[Key, Wishes]:
    """Those of these campaigns, by account and id, whose owner wants to be told of anything."""
    query = (
        select(campaigns.c.account_id, campaigns.c.id, *_WISHES)
        .select_from(campaigns.join(accounts, accounts.c.id == campaigns.c.account_id))
        .where(*_among(tx, campaigns, campaign_keys))
        .where(or_(campaigns.c.callbacks.is_not(None), _asks()))
    )
    return {(row[0], row[1]): _wishes(*row[2:]) for row in await tx.tuples(query)}


async def any_wanted(tx: Tx, of: Collection[int]) -> bool:
    """Does one of these accounts want to be told of anything at all?"""
    asking = select(accounts.c.id).where(tx.among(accounts.c.id, of), _asks())
    telling = select(campaigns.c.account_id).where(tx.among(campaigns.c.account_id, of))
    either = union_all(asking, telling.where(campaigns.c.callbacks.is_not(None))).limit(1)
    return await tx.first(either) is not None


async def changed(tx: Tx, keys: Collection[Key]) -> list[Changed]:
    """Of these messages those that somebody may want to be told of, as they are now."""
    # Most accounts want no callbacks: then nothing is asked about each message (a third of the time on PostgreSQL).
    if not await any_wanted(tx, {account for account, _ in keys}):
        return []
    theirs = and_(campaigns.c.account_id == messages.c.account_id, campaigns.c.id == messages.c.campaign_id)
    query = (
        select(
            *(messages.c[name] for name in ("account_id", "id", "campaign_id", "number", "state", "error", "segments")),
            *(messages.c.updated_at, campaigns.c.sender, campaigns.c.audience),
            *_WISHES,
        )
        .select_from(messages.join(campaigns, theirs).join(accounts, accounts.c.id == messages.c.account_id))
        .where(*_among(tx, messages, keys))
        .where(or_(campaigns.c.callbacks.is_not(None), _asks()))
        .order_by(messages.c.id)
    )
    return [_changed(*row) for row in await tx.tuples(query)]


async def of(tx: Tx, key: Key) -> list[Told]:
    """Those that tell of one message, by state as they lie in the index."""
    mine = (callbacks.c.account_id == key[0]) & (callbacks.c.message_id == key[1])
    fields = (callbacks.c[name] for name in Told.__struct_fields__ if name != "kind")
    query = select(callbacks.c.event, *fields).where(mine).order_by(callbacks.c.state, callbacks.c.id).limit(_MOST)
    return [Told(event["kind"], *row) for event, *row in await tx.tuples(query)]


async def page(tx: Tx, account: int, before: int, limit: int, those: Those) -> list[Callback]:
    """The newest first."""
    query = _callbacks(account).where(callbacks.c.id < before)
    if those.message_id is not None:
        query = query.where(callbacks.c.message_id == those.message_id)
    if those.campaign_id is not None:
        query = query.where(callbacks.c.campaign_id == those.campaign_id)
    if those.endpoint is not None:
        query = query.where(callbacks.c.endpoint == those.endpoint)
    if those.state is not None:
        query = query.where(_is(those.state))
    return [_callback(row) for row in await tx.tuples(query.order_by(callbacks.c.id.desc()).limit(limit))]


async def find(tx: Tx, account: int, id: int) -> Callback | None:
    rows = await tx.tuples(_callbacks(account).where(callbacks.c.id == id))
    return _callback(rows[0]) if rows else None


async def attempts(tx: Tx, account: int, id: int, most: int) -> list[Attempt]:
    """The newest first."""
    table = callback_attempts
    query = select(*(table.c[name] for name in Attempt.__struct_fields__))
    query = query.where(table.c.account_id == account, table.c.callback_id == id).order_by(table.c.id.desc())
    return [Attempt(*row) for row in await tx.tuples(query.limit(most))]


async def resend(tx: Tx, account: int, id: int) -> bool:
    """False where there is no such callback that has failed."""
    mine = (callbacks.c.account_id == account, callbacks.c.id == id, callbacks.c.state == "failed")
    return await tx.run(update(callbacks).where(*mine).values(**_again(tx))) == 1


async def resend_all(tx: Tx, account: int, outage: Outage, until: datetime, limit: int) -> int:
    """Those that failed up to then, the oldest first; how many, at most `limit`."""
    mine = select(callbacks.c.account_id, callbacks.c.id).where(callbacks.c.account_id == account, _is(State.FAILED))
    # With a bound for the id SQLite takes the index; else it would rather go through all of the account.
    mine = mine.where(callbacks.c.id > 0, callbacks.c.ended_at <= until)
    if outage.endpoint is not None:
        mine = mine.where(callbacks.c.endpoint == outage.endpoint)
    if outage.since is not None:
        mine = mine.where(callbacks.c.created_at >= outage.since)
    if outage.until is not None:
        mine = mine.where(callbacks.c.created_at < outage.until)
    chosen = mine.order_by(callbacks.c.id).limit(limit).with_for_update(skip_locked=True).cte("chosen")
    again = update(callbacks).where(KEY.in_(select(chosen)), callbacks.c.state == "failed").values(**_again(tx))
    return len(await tx.tuples(again.returning(callbacks.c.id)))


def read_due(row: Row) -> Due:
    """The callback in a row of the fields of Due."""
    fields = dict(zip(Due.__struct_fields__, row, strict=True))
    return Due(**{**fields, "event": msgspec.convert(fields["event"], Event)})


def _begins(written: str) -> str:
    """What is told over a bind is kept for one: apart, so that nobody looks through it for what is to be called."""
    return "kept" if written == BOUND else "waiting"


_FIELDS = tuple(callbacks.c[name] for name in Callback.__struct_fields__ if name != "kind")


def _callbacks(account: int) -> Select[Any]:
    return select(callbacks.c.event, *_FIELDS).where(callbacks.c.account_id == account)


def _callback(row: Row) -> Callback:
    event, id, *rest = row
    return Callback(id, event["kind"], *rest)


def _is(state: State) -> ColumnElement[bool]:
    # Spelled out in the statement, not sent beside it: only so does SQLite see that the partial index will do.
    return callbacks.c.state == literal(state.value, literal_execute=True)


def _again(tx: Tx) -> dict[str, Any]:
    """What begins anew: as if it were owed only now."""
    state = case((callbacks.c.format == BOUND, "kept"), else_="waiting")
    return {"state": state, "attempts": 0, "due_at": tx.now, "created_at": tx.now, "ended_at": None}


def _asks() -> ColumnElement[bool]:
    """Has the account set callbacks?"""
    return accounts.c.parameters["callbacks"].as_string().is_not(None)


def _among(tx: Tx, table: Any, keys: Collection[Key]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    owners = tx.among(table.c.account_id, {account for account, _ in keys})
    return owners, tx.among(table.c.id, [id for _, id in keys])


def _changed(*row: Any) -> Changed:
    account, id, campaign, number, state, error, segments, at, sender, audience = row[:10]
    wishes = _wishes(*row[10:])
    event = Event(
        kind=Kind.RECEIPT,
        account=wishes.sid,
        account_id=account,
        at=at,
        time_zone=wishes.time_zone,
        created_at=wishes.created_at,
        campaign_id=campaign,
        message_id=id,
        number=number,
        sender=sender,
        state=state,
        error=error,
        segments=segments,
        direct=audience == Audience.NUMBERS.value,
    )
    return Changed(event, wishes)


def _wishes(sid: str, time_zone: str, created_at: datetime, told: Any, parameters: Any) -> Wishes:
    own = msgspec.convert(told or {}, Callbacks)
    return Wishes(sid, time_zone, created_at, own, msgspec.convert(parameters or {}, Parameters).callbacks)
