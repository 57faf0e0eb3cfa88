"""What does a carrier's report change?"""

from collections.abc import Sequence

from antiphon.core.message import Receipt
from antiphon.services.callbacks import owe_receipts
from antiphon.store import callbacks, messages
from antiphon.store.session import Store


async def record(store: Store, carrier: str, receipts: Sequence[Receipt]) -> None:
    """Store what the receipts report, and what we owe to who wants to know; only after that may they be acknowledged
    to the carrier."""
    async with store.begin() as tx:
        known = await messages.found(tx, carrier, receipts)
        # Most accounts want no callbacks: then nothing is asked about single messages.
        wanted = await callbacks.changed(tx, known) if known else []
        ending = await messages.still_open(tx, known) if wanted else set[tuple[int, int]]()
        await messages.apply(tx, carrier, known)
        await owe_receipts(tx, ending)
