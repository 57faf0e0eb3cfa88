"""With which secrets are an account's callbacks signed? They are sealed; nothing here can read them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from antiphon.core.callback import Secret
from antiphon.store.schema import signing_secrets as table
from antiphon.store.session import Tx

_SECRET = tuple(table.c[name] for name in Secret.__struct_fields__)


async def add(tx: Tx, account: int, sealed: str) -> Secret:
    made = Secret(tx.ids.one(), tx.now, None)
    await tx.run(insert(table).values(account_id=account, id=made.id, secret=sealed, created_at=made.created_at))
    return made


async def expire(tx: Tx, account: int, at: datetime) -> None:
    """All that would be valid for longer end then; those that have ended are forgotten."""
    mine = table.c.account_id == account
    await tx.run(
        update(table).where(mine, or_(table.c.expires_at.is_(None), table.c.expires_at > at)).values(expires_at=at)
    )
    await tx.run(delete(table).where(mine, table.c.expires_at <= tx.now))


async def valid(tx: Tx, account: int) -> list[Secret]:
    """The newest first."""
    query = select(*_SECRET).where(table.c.account_id == account, _valid(tx)).order_by(table.c.id.desc())
    return [Secret(*row) for row in await tx.tuples(query)]


async def sealed(tx: Tx, accounts: Collection[int]) -> dict[int, list[str]]:
    """What these accounts' callbacks are signed with now, the newest first."""
    query = select(table.c.account_id, table.c.secret).where(tx.among(table.c.account_id, accounts), _valid(tx))
    found: dict[int, list[str]] = {}
    for account, secret in await tx.tuples(query.order_by(table.c.account_id, table.c.id.desc())):
        found.setdefault(account, []).append(secret)
    return found


def _valid(tx: Tx) -> ColumnElement[bool]:
    return or_(table.c.expires_at.is_(None), table.c.expires_at > tx.now)
