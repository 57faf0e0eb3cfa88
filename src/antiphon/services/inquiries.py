"""Which messages is a carrier asked about, and when again?"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from antiphon.core.message import Entrusted
from antiphon.store import attempts, inquiries
from antiphon.store.attempts import Attempt
from antiphon.store.inquiries import Silent
from antiphon.store.session import Store, Tx

_LAST = "no receipt has come; it is asked about for the last time"


async def due(store: Store, carrier: str, patience: timedelta, limit: int) -> list[Entrusted]:
    """Messages of which this carrier is to be asked now, by this process alone, at most `limit`.

    Each comes again when as much time has passed as until now, and the last time when its `patience` ends.
    """
    async with store.read() as tx:
        if not await inquiries.any_due(tx, carrier):
            return []
    async with store.begin() as tx:
        silent = await inquiries.due(tx, carrier, limit)
        if not silent:
            return []
        again = {one.key: _again(one, tx.now, patience) for one in silent}
        await inquiries.put_off(tx, [*again.items()])
        await attempts.add(tx, [Attempt(key, tx.now, carrier, _LAST) for key, at in again.items() if at is None])
        return await entrusted(tx, silent)


async def entrusted(tx: Tx, silent: Sequence[Silent]) -> list[Entrusted]:
    """As their carrier knows them."""
    senders = await inquiries.senders(tx, [(one.key[0], one.campaign_id) for one in silent])
    parts = await inquiries.open_parts(tx, [one.key for one in silent])
    return [
        Entrusted(
            key=one.key,
            number=one.number,
            sender=senders.get((one.key[0], one.campaign_id)),
            references=parts.get(one.key, (one.reference,)),
        )
        for one in silent
    ]


def _again(one: Silent, now: datetime, patience: timedelta) -> datetime | None:
    end = one.answered_at + patience
    return min(now + (now - one.answered_at), end) if now < end else None
