"""Was this request answered before? Its key is taken before it is worked on, and its answer kept for a day."""

from datetime import timedelta

from antiphon.core.account import Account
from antiphon.core.errors import BadField, KeyPending, KeyReused
from antiphon.store import answers
from antiphon.store.answers import Given, Hold, Kept
from antiphon.store.session import Store

_KEPT = timedelta(hours=24)
_LONGEST_KEY = 255


async def reserve(store: Store, account: Account, key: str, request_hash: str) -> Kept | None:
    """The answer that was given to it, or None: then the key is ours, and the request may be worked on.

    Raises BadField; KeyReused for another request; KeyPending while the first one runs, or when it ended in
    the middle: nobody knows then what of it was done.
    """
    if not key.isprintable() or len(key) > _LONGEST_KEY:
        raise BadField(field="Idempotency-Key", reason=f"is not a text of at most {_LONGEST_KEY} characters")
    async with store.begin() as tx:
        if await answers.reserve(tx, account.id, key, request_hash, Hold(store.process_id, tx.now + _KEPT)):
            return None
        kept = await answers.by_key(tx, account.id, key)
    if kept is None or kept.request_hash != request_hash:
        raise KeyReused(key=key)
    if kept.status is None:
        ended = "ended in the middle; look at what there is before you repeat it under another key"
        raise KeyPending(key=key, reason="is being worked on" if kept.alive else ended)
    return kept


async def keep(store: Store, account: Account, key: str, given: Given) -> None:
    async with store.begin() as tx:
        await answers.keep(tx, account.id, key, given)


async def abandon(store: Store, account: Account, key: str) -> None:
    """It failed in the middle, so nobody knows what of it was done."""
    async with store.begin() as tx:
        await answers.abandon(tx, account.id, key)


async def free(store: Store, account: Account, key: str) -> None:
    """Nothing was done, so the key may come again."""
    async with store.begin() as tx:
        await answers.free(tx, account.id, key)
