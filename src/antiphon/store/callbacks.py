"""What do we owe to the customers' servers?"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, tuple_, union_all, update

from antiphon.core import url
from antiphon.core.account import Callbacks, Parameters
from antiphon.core.campaign import Kind as Audience
from antiphon.core.event import BOUND, Due, Event, Kind, Owed
from antiphon.core.message import Key
from antiphon.core.way import Told
from antiphon.store.instants import instant
from antiphon.store.schema import accounts, callbacks, campaigns, messages
from antiphon.store.session import Row, Tx

_MOST = 100  # of one message
KEY = tuple_(callbacks.c.account_id, callbacks.c.id)
_WISHES = (
    *(accounts.c.sid, accounts.c.time_zone, campaigns.c.created_at),
    *(campaigns.c.callbacks, accounts.c.parameters),
)
_NAMES = (
    *("account_id", "id", "url", "endpoint", "format", "form", "event", "message_id"),
    *("state", "attempts", "due_at", "created_at"),
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
            *(_begins(one.format), 0, now, now),
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


async def any_due(tx: Tx) -> bool:
    """Is there anything to be delivered now?"""
    due = (callbacks.c.state == _WAITING) & (callbacks.c.due_at <= tx.now)
    return await tx.first(select(callbacks.c.id).where(due).limit(1)) is not None


async def claim(tx: Tx, until: datetime, limit: int, each: int, but: Collection[str]) -> list[Due]:
    """What is due, at most so many and so many of `each` endpoint, none of those that are left out; ours `until` then.

    Of several that tell of one message only the first.
    """
    earlier = callbacks.alias("earlier")
    first = ~exists().where(
        earlier.c.account_id == callbacks.c.account_id,
        earlier.c.message_id == callbacks.c.message_id,
        earlier.c.state == _WAITING,
        earlier.c.id < callbacks.c.id,
    )
    due = and_(callbacks.c.state == _WAITING, callbacks.c.due_at <= tx.now)
    place = func.row_number().over(partition_by=callbacks.c.endpoint, order_by=(callbacks.c.due_at, callbacks.c.id))
    ranked = (
        select(callbacks.c.account_id, callbacks.c.id, callbacks.c.due_at, place.label("place"))
        .where(due, first, ~tx.among(callbacks.c.endpoint, but))
        .subquery()
    )
    chosen = select(ranked.c.account_id, ranked.c.id).where(ranked.c.place <= each)
    named = chosen.order_by(ranked.c.due_at, ranked.c.id).limit(limit).cte("chosen")
    fields = (callbacks.c[name] for name in Due.__struct_fields__)
    # Compared again: another process may have been faster, and has set another time then.
    ours = update(callbacks).where(KEY.in_(select(named)), due).values(due_at=until).returning(*fields)
    return [read_due(row) for row in await tx.tuples(ours)]


class Done(Struct, frozen=True, kw_only=True):
    """What an attempt leaves of a callback."""

    state: str
    attempts: int
    due_at: datetime
    ended_at: datetime | None
    status: int | None
    answer: str | None
    error: str | None


async def settle(tx: Tx, done: Sequence[tuple[Key, Done]]) -> None:
    rows: list[Row] = [
        (
            one.state,
            one.attempts,
            instant(one.due_at),
            None if one.ended_at is None else instant(one.ended_at),
            *(one.status, one.answer, one.error),
            *key,
        )
        for key, one in done
    ]
    await tx.update(callbacks, Done.__struct_fields__, rows, ("waiting", "telling"))


async def resend(tx: Tx, account: int, id: int) -> bool:
    """False where there is no such callback that has failed."""
    mine = (callbacks.c.account_id == account) & (callbacks.c.id == id) & (callbacks.c.state == "failed")
    state = case((callbacks.c.format == BOUND, "kept"), else_="waiting")
    again = {"state": state, "attempts": 0, "due_at": tx.now, "created_at": tx.now, "ended_at": None}
    return await tx.run(update(callbacks).where(mine).values(**again)) == 1


def read_due(row: Row) -> Due:
    """The callback in a row of the fields of Due."""
    fields = dict(zip(Due.__struct_fields__, row, strict=True))
    return Due(**{**fields, "event": msgspec.convert(fields["event"], Event)})


def _begins(written: str) -> str:
    """What is told over a bind is kept for one: apart, so that nobody looks through it for what is to be called."""
    return "kept" if written == BOUND else "waiting"


# Spelled out in the statement, not sent beside it: only so does SQLite see that the partial indexes will do.
_WAITING = literal("waiting", literal_execute=True)


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
