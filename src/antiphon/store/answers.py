"""What was answered to a request that carried a key of its own?"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import delete, select, update

from antiphon.store import processes
from antiphon.store.instants import instant
from antiphon.store.schema import answers
from antiphon.store.session import Tx


class Hold(Struct, frozen=True):
    """Who works on a request, and until when its key is kept."""

    process_id: int
    expires_at: datetime


class Given(Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    body: str | None


class Kept(Struct, frozen=True, kw_only=True):
    """`status` is None while the request is being worked on; `alive`: the process that does it is."""

    request_hash: str
    status: int | None
    headers: dict[str, str] | None
    body: str | None
    alive: bool


async def reserve(tx: Tx, account: int, key: str, request_hash: str, mine: Hold) -> bool:
    """False when the key is in use."""
    await forget(tx)
    names = ("account_id", "key", "request_hash", "process_id", "expires_at")
    row = (account, key, request_hash, mine.process_id, instant(mine.expires_at))
    return await tx.insert(answers, names, [row]) == 1


async def by_key(tx: Tx, account: int, key: str) -> Kept | None:
    alive = answers.c.process_id.in_(processes.alive(tx.now)).label("alive")
    fields = (answers.c[name] for name in Kept.__struct_fields__ if name != "alive")
    row = await tx.first(select(*fields, alive).where(answers.c.account_id == account, answers.c.key == key))
    return Kept(**{**row, "alive": bool(row["alive"])}) if row else None


async def keep(tx: Tx, account: int, key: str, given: Given) -> None:
    mine = (answers.c.account_id == account) & (answers.c.key == key)
    changes = {"status": given.status, "headers": dict(given.headers), "body": given.body}
    await tx.run(update(answers).where(mine).values(**changes))


async def abandon(tx: Tx, account: int, key: str) -> None:
    """Nobody works on it any more, and nobody knows what was done."""
    mine = (answers.c.account_id == account) & (answers.c.key == key)
    await tx.run(update(answers).where(mine).values(process_id=0))


async def free(tx: Tx, account: int, key: str) -> None:
    await tx.run(delete(answers).where(answers.c.account_id == account, answers.c.key == key))


async def forget(tx: Tx) -> int:
    """Delete those that have expired; how many."""
    return await tx.run(delete(answers).where(answers.c.expires_at <= tx.now))
