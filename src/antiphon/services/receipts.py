"""What does a carrier's report change?"""

from collections.abc import Sequence

from antiphon.core.message import Receipt
from antiphon.store import messages
from antiphon.store.session import Store


async def record(store: Store, carrier: str, receipts: Sequence[Receipt]) -> None:
    """Store what the receipts report; only after that may they be acknowledged to the carrier."""
    async with store.begin() as tx:
        await messages.apply(tx, carrier, receipts)
