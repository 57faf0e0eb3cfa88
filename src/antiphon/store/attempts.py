"""What happened to messages that did not go straight on?"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select

from antiphon.core.message import Key
from antiphon.store.instants import instant
from antiphon.store.schema import attempts
from antiphon.store.session import Tx


class Attempt(Struct, frozen=True, gc=False):
    """`what` happened, in plain words; `carrier` where it was with one."""

    key: Key
    at: datetime
    carrier: str | None
    what: str


async def add(tx: Tx, made: Sequence[Attempt]) -> None:
    names = ("account_id", "message_id", "id", "at", "carrier", "what")
    rows = [(*one.key, tx.ids.one(), instant(one.at), one.carrier, one.what) for one in made]
    await tx.insert(attempts, names, rows)


async def of(tx: Tx, key: Key) -> list[Attempt]:
    """Of one message, in their order."""
    mine = (attempts.c.account_id == key[0]) & (attempts.c.message_id == key[1])
    rows = await tx.tuples(
        select(attempts.c.at, attempts.c.carrier, attempts.c.what).where(mine).order_by(attempts.c.id)
    )
    return [Attempt(key, at, carrier, what) for at, carrier, what in rows]
