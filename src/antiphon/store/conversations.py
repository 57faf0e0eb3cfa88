"""Who has written to us, and what was said between us and one number?"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    and_,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from antiphon.core.conversation import Word
from antiphon.store.schema import campaigns, messages, replies
from antiphon.store.session import Row, Tx

_THEIRS = (campaigns.c.account_id == messages.c.account_id) & (campaigns.c.id == messages.c.campaign_id)
# Who was erased has none any more.
_IS_NUMBER = replies.c.number.like("+%")
_AT = func.coalesce(messages.c.claimed_at, messages.c.updated_at)


async def page(tx: Tx, account: int, before: int | None, limit: int) -> list[tuple[str, int]]:
    """Numbers that have written, each with the id of the last that it wrote, the newest first."""
    newer = replies.alias("newer")
    same = newer.c.account_id == replies.c.account_id, newer.c.number == replies.c.number
    last = ~exists().where(*same, newer.c.id > replies.c.id)
    query = select(replies.c.number, replies.c.id).where(replies.c.account_id == account, _IS_NUMBER, last)
    query = query if before is None else query.where(replies.c.id < before)
    return [(number, id) for number, id in await tx.tuples(query.order_by(replies.c.id.desc()).limit(limit))]


async def latest(tx: Tx, account: int, numbers: Collection[str]) -> dict[str, Word]:
    """The last word with each of these numbers, ours or theirs."""
    ours, theirs = (tx.among(table.c.number, numbers) for table in (messages, replies))
    said = _said(account, ours, theirs).subquery()
    place = func.row_number().over(partition_by=said.c.number, order_by=(said.c.at.desc(), said.c.id.desc()))
    ranked = select(*said.c, place.label("place")).subquery()
    rows = await tx.tuples(select(ranked).where(ranked.c.place == 1))
    return {word.number: word for word in (_read(row[:-1]) for row in rows)}


async def words(tx: Tx, account: int, number: str, before: tuple[datetime, int] | None, limit: int) -> Sequence[Word]:
    """All that was said between us and this number, the newest first."""
    said = _said(account, messages.c.number == number, replies.c.number == number).subquery()
    query = select(said)
    if before is not None:
        at, id = before
        query = query.where(or_(said.c.at < at, and_(said.c.at == at, said.c.id < id)))
    rows = await tx.tuples(query.order_by(said.c.at.desc(), said.c.id.desc()).limit(limit))
    return [_read(row) for row in rows]


def _said(account: int, ours: ColumnElement[bool], theirs: ColumnElement[bool]) -> CompoundSelect[Any]:
    # The ids are found by a query that an index of the numbers covers: SQLite would else read all of the account.
    out, come = (
        select(table.c.id).where(table.c.account_id == account, wanted).correlate(None)
        for table, wanted in ((messages, ours), (replies, theirs))
    )
    return union_all(
        _ours().where(messages.c.account_id == account, messages.c.id.in_(out)),
        _theirs().where(replies.c.account_id == account, replies.c.id.in_(come)),
    )


def _ours() -> Select[*tuple[Any, ...]]:
    return select(
        messages.c.id,
        messages.c.number,
        _AT.label("at"),
        literal("out").label("way"),
        func.coalesce(messages.c.text, campaigns.c.text).label("text"),
        messages.c.state,
        messages.c.campaign_id,
        campaigns.c.sender.label("other"),
        messages.c.error,
    ).select_from(messages.join(campaigns, _THEIRS))


def _theirs() -> Select[*tuple[Any, ...]]:
    return select(
        replies.c.id,
        replies.c.number,
        replies.c.at,
        literal("in"),
        replies.c.text,
        cast(null(), Text),
        cast(replies.c.campaign_id, BigInteger),
        replies.c.receiver,
        cast(null(), Text),
    )


def _read(row: Row) -> Word:
    id, number, at, way, text, state, campaign, other, error = row
    return Word(
        id=id,
        number=number,
        at=at,
        out=way == "out",
        text=text,
        state=state,
        campaign_id=campaign,
        other=other,
        error=error,
    )
