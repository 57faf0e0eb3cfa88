"""How many messages a second may an account send, where that is limited?"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import delete, select

from antiphon.store.instants import instant
from antiphon.store.schema import account_rates
from antiphon.store.session import Row, Tx


class Rate(Struct, frozen=True):
    """`next_at` is when the next message may leave."""

    per_second: float
    next_at: datetime | None


async def known(tx: Tx) -> dict[int, Rate]:
    """By account."""
    rows = await tx.tuples(select(*account_rates.c))
    return {row[0]: Rate(*row[1:]) for row in rows}


async def locked(tx: Tx) -> dict[int, Rate]:
    """Those that nobody else holds: nobody can change them until the transaction ends."""
    rows = await tx.tuples(select(*account_rates.c).with_for_update(skip_locked=True))
    return {row[0]: Rate(*row[1:]) for row in rows}


async def move(tx: Tx, next_at: Mapping[int, datetime]) -> None:
    rows: list[Row] = [(instant(at), account) for account, at in next_at.items()]
    await tx.update(account_rates, ("next_at",), rows)


async def put(tx: Tx, account: int, per_second: float | None) -> None:
    """None is no limit."""
    await tx.run(delete(account_rates).where(account_rates.c.account_id == account))
    if per_second is not None:
        await tx.insert(account_rates, ("account_id", "per_second"), [(account, per_second)])
