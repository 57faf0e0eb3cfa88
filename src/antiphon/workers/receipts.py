"""How do receipts and replies get in? Many at a time, and nobody is told "stored" before they are."""

import asyncio
from collections.abc import Sequence

from antiphon.core.message import Receipt, Reply
from antiphon.services import receipts, replies
from antiphon.store.session import Store


class Inbox:
    """Receipts and replies on their way into the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def receipts(self, carrier: str, arrived: Sequence[Receipt]) -> None:
        await receipts.record(self._store, carrier, arrived)

    async def replies(self, arrived: Sequence[Reply]) -> None:
        await replies.record(self._store, arrived)
