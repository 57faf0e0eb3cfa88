"""What do we owe to the customers' servers?"""

from collections.abc import Sequence

import msgspec

from antiphon.core.event import Owed
from antiphon.store.instants import instant
from antiphon.store.schema import callbacks
from antiphon.store.session import Tx

_NAMES = (
    *("account_id", "id", "url", "format", "form", "event", "message_id"),
    *("state", "attempts", "due_at", "created_at"),
)


async def add(tx: Tx, owed: Sequence[Owed]) -> None:
    """Each is due at once."""
    now = instant(tx.now)
    rows = [
        (
            one.account_id,
            id,
            one.url,
            one.format,
            one.form,
            msgspec.json.encode(one.event).decode(),
            one.event.message_id,
            *("waiting", 0, now, now),
        )
        for id, one in zip(tx.ids.many(len(owed)), owed, strict=True)
    ]
    await tx.insert(callbacks, _NAMES, rows)
