"""Who had opted out and was erased, of whom no more than a keyed hash is left?"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import func, select

from antiphon.store.instants import instant
from antiphon.store.schema import erased, erasures
from antiphon.store.session import Tx


class Hashed(Struct, frozen=True, kw_only=True):
    """`key_hint` tells with which key the number was hashed."""

    digest: str
    opted_out_at: datetime
    source: str
    key_hint: str


class Erasure(Struct, frozen=True, kw_only=True):
    """That somebody was erased: when, by whom, and how many rows of each table were deleted or blanked."""

    id: int
    at: datetime
    who: str
    gone: Mapping[str, int]


async def any_of(tx: Tx, accounts: Collection[int]) -> set[int]:
    """Those of these accounts that have erased somebody who had opted out."""
    one = select(erased.c.account_id).where(tx.among(erased.c.account_id, accounts))
    return {account for (account,) in await tx.tuples(one.distinct())}


async def first(tx: Tx, account: int, limit: int) -> dict[str, datetime]:
    """Some of them, and when they had opted out; all where they are fewer."""
    query = select(erased.c.digest, erased.c.opted_out_at).where(erased.c.account_id == account)
    return dict(await tx.tuples(query.limit(limit)))


async def among(tx: Tx, account: int, digests: Collection[str]) -> dict[str, datetime]:
    """When those of them had opted out that are here."""
    query = select(erased.c.digest, erased.c.opted_out_at).where(
        erased.c.account_id == account, tx.among(erased.c.digest, digests)
    )
    return dict(await tx.tuples(query))


async def add(tx: Tx, account: int, hashed: Hashed) -> None:
    row = (account, hashed.digest, instant(hashed.opted_out_at), hashed.source, hashed.key_hint)
    await tx.insert(erased, ("account_id", *Hashed.__struct_fields__), [row])


async def hints(tx: Tx) -> dict[str, int]:
    """With which keys numbers were hashed, and how many with each."""
    return dict(await tx.tuples(select(erased.c.key_hint, func.count()).group_by(erased.c.key_hint)))


async def note(tx: Tx, account: int, done: Erasure) -> None:
    gone = msgspec.json.encode(done.gone).decode()
    row = (account, done.id, instant(done.at), done.who, gone)
    await tx.insert(erasures, ("account_id", *Erasure.__struct_fields__), [row])


async def noted_before(tx: Tx, account: int, before: int | None, limit: int) -> list[Erasure]:
    """The newest first."""
    query: Any = select(*(erasures.c[name] for name in Erasure.__struct_fields__))
    query = query.where(erasures.c.account_id == account)
    query = query if before is None else query.where(erasures.c.id < before)
    return [Erasure(**row) for row in await tx.all(query.order_by(erasures.c.id.desc()).limit(limit))]
