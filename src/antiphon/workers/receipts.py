"""How do receipts and replies get in? A batch in one commit, and nobody is told "stored" before they are."""

from collections.abc import Sequence
from functools import partial

from antiphon.core.message import Receipt, Reply
from antiphon.core.price import Prices
from antiphon.services import receipts, replies
from antiphon.store.session import Store
from antiphon.workers.loop import until_stored


class Inbox:
    """Where the carriers put what comes back (`carriers.carrier.Inbox`)."""

    def __init__(self, store: Store, prices: Prices) -> None:
        self._store = store
        self._prices = prices

    async def receipts(self, carrier: str, arrived: Sequence[Receipt]) -> None:
        await until_stored("receipts", partial(receipts.record, self._store, carrier, arrived))

    async def replies(self, arrived: Sequence[Reply]) -> None:
        await until_stored("replies", partial(replies.record, self._store, self._prices, arrived))
