"""Which rows have been kept for long enough, and what is left of them?"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Column, ColumnElement, delete, select, update

from antiphon.core.campaign import MOVES
from antiphon.core.campaign import Kind as Audience
from antiphon.core.message import State
from antiphon.store.instants import Instant, instant, moment
from antiphon.store.schema import (
    attempts,
    automation_answers,
    callback_attempts,
    callbacks,
    campaigns,
    messages,
    replies,
    retention,
)
from antiphon.store.session import Tx


class Kind(StrEnum):
    """What an account says the days of."""

    TEXTS = "texts"
    EVENTS = "events"


class Mark(Struct, frozen=True, kw_only=True):
    """How far one table of an account has been looked through."""

    account_id: int
    name: str
    days: int
    upto: int
    began_at: datetime


class _Rows(Struct, frozen=True):
    """A table in the order of `place`; what is old and no longer open is deleted, or blanked."""

    kind: Kind
    place: Column[Any]
    open: ColumnElement[bool] | None = None
    blank: Mapping[str, Any] | None = None


ANSWERS: Final = "automation_answers"
_OPEN = (State.WAITING, State.HELD, State.SUBMITTING, State.IN_DOUBT)
_GOING = tuple(state.value for state, moves in MOVES.items() if moves)
# What a campaign says to a list is the account's own; what is said to numbers that came with it is said to people.
_KEPT = campaigns.c.state.in_(_GOING) | (campaigns.c.audience != Audience.NUMBERS.value)
_ROWS: Final[Mapping[str, _Rows]] = {
    "messages": _Rows(Kind.TEXTS, messages.c.id, messages.c.state.in_([one.value for one in _OPEN]), {"text": None}),
    "replies": _Rows(Kind.TEXTS, replies.c.id, None, {"text": ""}),
    "campaigns": _Rows(Kind.TEXTS, campaigns.c.id, _KEPT, {"text": ""}),
    "callbacks": _Rows(Kind.EVENTS, callbacks.c.id, callbacks.c.ended_at.is_(None)),
    "callback_attempts": _Rows(Kind.EVENTS, callback_attempts.c.callback_id),
    "attempts": _Rows(Kind.EVENTS, attempts.c.message_id),
    ANSWERS: _Rows(Kind.EVENTS, automation_answers.c.at),
}


async def add(tx: Tx, account: int, kind: Kind, days: int) -> None:
    names = sorted(name for name, rows in _ROWS.items() if rows.kind is kind)
    new = [(account, name, days, 0, instant(tx.now)) for name in names]
    await tx.insert(retention, Mark.__struct_fields__, new)


async def forget(tx: Tx, account: int, kind: Kind) -> None:
    names = [name for name, rows in _ROWS.items() if rows.kind is kind]
    await tx.run(delete(retention).where(retention.c.account_id == account, retention.c.name.in_(names)))


async def days(tx: Tx, account: int) -> dict[Kind, int]:
    query = select(retention.c.name, retention.c.days).where(retention.c.account_id == account)
    return {_ROWS[name].kind: days for name, days in await tx.tuples(query)}


async def marks(tx: Tx) -> list[Mark]:
    """Of all accounts that do not keep everything."""
    fields = (retention.c[name] for name in Mark.__struct_fields__)
    query = select(*fields).order_by(retention.c.account_id, retention.c.name)
    return [Mark(**row) for row in await tx.all(query)]


async def following(tx: Tx, mark: Mark, before: int, limit: int) -> list[int]:
    """The next places of the table that come before this one."""
    rows = _ROWS[mark.name]
    where = _mine(mark), rows.place > _placed(rows, mark.upto), rows.place < _placed(rows, before)
    found = await tx.tuples(select(rows.place).where(*where).order_by(rows.place).limit(limit))
    return [instant(place) if isinstance(place, datetime) else place for (place,) in found]


async def move(tx: Tx, mark: Mark, upto: int) -> bool:
    """False where another process was faster. To 0: it begins again."""
    mine = (retention.c.account_id == mark.account_id) & (retention.c.name == mark.name)
    moved = update(retention).where(mine, retention.c.upto == mark.upto)
    began = {} if upto else {"began_at": tx.now}
    return await tx.run(moved.values(upto=upto, **began)) == 1


async def drop(tx: Tx, mark: Mark, upto: int) -> int:
    """Blank or delete what is old and no longer open, from the mark to there."""
    rows = _ROWS[mark.name]
    old = [_mine(mark), rows.place > _placed(rows, mark.upto), rows.place <= _placed(rows, upto)]
    if rows.open is not None:
        old.append(~rows.open)
    table = rows.place.table
    if rows.blank is None:
        return await tx.run(delete(table).where(*old))
    said = [table.c[name].is_distinct_from(value) for name, value in rows.blank.items()]
    return await tx.run(update(table).where(*old, *said).values(**rows.blank))


def _mine(mark: Mark) -> ColumnElement[bool]:
    return _ROWS[mark.name].place.table.c.account_id == mark.account_id


def _placed(rows: _Rows, place: int) -> Any:
    """As the column takes it."""
    return moment(place) if isinstance(rows.place.type, Instant) else place
