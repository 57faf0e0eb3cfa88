"""Which callbacks are called next, and what became of the calls?"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, literal, select, update

from antiphon.core.callback import Attempt, Resting
from antiphon.core.event import Due
from antiphon.core.message import Key
from antiphon.store.callbacks import KEY, read_due
from antiphon.store.instants import instant
from antiphon.store.schema import callback_attempts, callbacks, endpoints
from antiphon.store.session import Row, Tx

# Spelled out in the statement, not sent beside it: only so does SQLite see that the partial indexes will do.
_WAITING = literal("waiting", literal_execute=True)
_TOO_LATE = "its server took nothing for a day"


async def owed_after(tx: Tx, after: str, limit: int) -> list[tuple[str, datetime]]:
    """Servers that something is owed to, by name, each with the time at which the first of it is due.

    It jumps from one to the next in the index: a million callbacks of one are passed over in one step.
    """
    first = _servers(literal(after)).subquery()
    walk = select(first.c.endpoint.label("endpoint"), literal(1).label("place")).cte("walk", recursive=True)
    further = _servers(walk.c.endpoint).correlate(walk).scalar_subquery()
    walk = walk.union_all(
        select(further, walk.c.place + 1).where(walk.c.endpoint.is_not(None), walk.c.place < literal(limit))
    )
    theirs = and_(callbacks.c.endpoint == walk.c.endpoint, callbacks.c.state == _WAITING)
    due = select(callbacks.c.due_at).where(theirs).order_by(callbacks.c.due_at).limit(1).correlate(walk)
    query = select(walk.c.endpoint, due.scalar_subquery()).where(walk.c.endpoint.is_not(None))
    # Between the two questions somebody else may have settled the last one.
    return [(endpoint, at) for endpoint, at in await tx.tuples(query) if at is not None]


async def owed_lately(tx: Tx, since: datetime, limit: int) -> list[str]:
    """Servers that something has become due to since then: those of so many of the newest."""
    newest = select(callbacks.c.endpoint).where(
        callbacks.c.state == _WAITING, callbacks.c.due_at > since, callbacks.c.due_at <= tx.now
    )
    newest = newest.order_by(callbacks.c.due_at.desc(), callbacks.c.id.desc()).limit(limit)
    return [endpoint for (endpoint,) in await tx.tuples(select(newest.subquery().c.endpoint).distinct())]


async def claim(tx: Tx, servers: Collection[str], each: int, until: datetime) -> list[Due]:
    """What is due to each of these servers, the oldest first and at most so much; ours `until` then.

    Of several that tell of one message only the first.
    """
    found = tx.first_of_each(callbacks, servers, lambda server: _first_due(tx, server, each))
    # PostgreSQL cannot guess how many that are, and would read the whole table for them (measured: 250 ms against 5).
    found = found.limit(len(servers) * each)
    fields = (callbacks.c[name] for name in Due.__struct_fields__)
    # They are locked and were compared under the lock: a condition more would only offer PostgreSQL a worse index.
    ours = update(callbacks).where(KEY.in_(select(found.cte("chosen")))).values(due_at=until)
    return sorted((read_due(row) for row in await tx.tuples(ours.returning(*fields))), key=lambda one: one.id)


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


async def postpone(tx: Tx, until: Mapping[int, datetime]) -> None:
    """What is to be told of these messages later than what has just failed waits as long as that."""
    found = select(callbacks.c.account_id, callbacks.c.id, callbacks.c.message_id, callbacks.c.due_at)
    rows = await tx.tuples(found.where(tx.among(callbacks.c.message_id, until), callbacks.c.state == _WAITING))
    later: list[Row] = [
        (instant(until[message]), account, id) for account, id, message, due_at in rows if due_at < until[message]
    ]
    await tx.update(callbacks, ("due_at",), sorted(later, key=lambda row: row[1:]), ("waiting",))


async def note(tx: Tx, tried: Sequence[tuple[Key, Attempt]]) -> None:
    """Keep what every attempt brought."""
    names = ("account_id", "callback_id", "id", *Attempt.__struct_fields__)
    rows: list[Row] = [
        (*key, id, instant(one.at), one.seconds, one.status, one.answer, one.error)
        for id, (key, one) in zip(tx.ids.many(len(tried)), tried, strict=True)
    ]
    await tx.insert(callback_attempts, names, rows)


async def release(tx: Tx, keys: Sequence[Key]) -> None:
    """What was claimed and has not been called is due again."""
    rows: list[Row] = [(instant(tx.now), *key) for key in keys]
    await tx.update(callbacks, ("due_at",), rows, ("waiting",))


async def give_up(tx: Tx, before: datetime, limit: int) -> int:
    """What has been due since then, to servers that are left alone, has failed; how many, at most `limit`."""
    overdue = select(callbacks.c.account_id, callbacks.c.id).where(
        callbacks.c.state == _WAITING, callbacks.c.due_at < before
    )
    chosen = overdue.order_by(callbacks.c.due_at).limit(limit).with_for_update(skip_locked=True).cte("chosen")
    changes = {"state": "failed", "ended_at": tx.now, "error": func.coalesce(callbacks.c.error, _TOO_LATE)}
    failed = update(callbacks).where(KEY.in_(select(chosen)), callbacks.c.due_at < before).values(**changes)
    return len(await tx.tuples(failed.returning(callbacks.c.id)))


async def rest(tx: Tx, failing: Sequence[Resting], well: Collection[str]) -> None:
    """Keep which servers are left alone from now on, in place of what was known of them, and forget those that are
    well again."""
    names = sorted({*well, *(one.endpoint for one in failing)})
    await tx.run(delete(endpoints).where(tx.among(endpoints.c.endpoint, names)))
    rows: list[Row] = [
        (one.endpoint, one.failures, instant(one.since), instant(one.rest_until), one.error)
        for one in sorted(failing, key=lambda one: one.endpoint)
    ]
    await tx.insert(endpoints, Resting.__struct_fields__, rows)


async def resting(tx: Tx) -> list[Resting]:
    """All servers that are left alone."""
    return [Resting(*row) for row in await tx.tuples(select(*_RESTING).order_by(endpoints.c.endpoint))]


async def resting_of(tx: Tx, account: int, most: int) -> list[Resting]:
    """Those that one of the account's newest callbacks waits for."""
    mine = select(callbacks.c.endpoint, callbacks.c.state).where(callbacks.c.account_id == account, callbacks.c.id > 0)
    newest = mine.order_by(callbacks.c.id.desc()).limit(most).subquery()
    waited = select(newest.c.endpoint).where(newest.c.state == "waiting")
    query = select(*_RESTING).where(endpoints.c.endpoint.in_(waited))
    return [Resting(*row) for row in await tx.tuples(query.order_by(endpoints.c.endpoint))]


_RESTING = tuple(endpoints.c[name] for name in Resting.__struct_fields__)


def _servers(after: ColumnElement[Any]) -> Select[Any]:
    """The next one."""
    query = select(callbacks.c.endpoint).where(callbacks.c.state == _WAITING, callbacks.c.endpoint > after)
    return query.order_by(callbacks.c.endpoint).limit(1)


def _first_due(tx: Tx, server: ColumnElement[Any], limit: int) -> Select[Any]:
    one, earlier = callbacks.alias("one"), callbacks.alias("earlier")
    # Messages' ids are unique in all accounts.
    first = ~exists().where(
        earlier.c.message_id == one.c.message_id, earlier.c.state == _WAITING, earlier.c.id < one.c.id
    )
    due = select(one.c.account_id, one.c.id).where(
        one.c.endpoint == server, one.c.state == _WAITING, one.c.due_at <= tx.now, first
    )
    oldest = due.order_by(one.c.due_at, one.c.id).limit(limit)
    return oldest.with_for_update(of=one, skip_locked=True)  # pyright: ignore[reportReturnType]
