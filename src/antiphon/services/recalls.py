"""Can a message be cancelled that a carrier has taken?"""

from collections.abc import Sequence
from datetime import timedelta

from antiphon.core.account import Account
from antiphon.core.carrier import cancels
from antiphon.core.message import Entrusted, Key, State, is_deleted
from antiphon.services.inquiries import entrusted
from antiphon.store import attempts, carriers, messages, recalls
from antiphon.store.attempts import Attempt
from antiphon.store.session import Store, Tx

_PATIENCE = timedelta(minutes=5)  # that a carrier may take
_AGAIN = timedelta(seconds=30)  # after the last time that it was asked


async def request(tx: Tx, key: Key) -> bool:
    """Have its carrier call it back; False where that has not taken it, or does not do that."""
    message = await messages.kept(tx, key)
    if message is None or message.carrier is None or message.state is not State.ACCEPTED:
        return False
    carrier = await carriers.by_name(tx, message.carrier)
    if carrier is None or not cancels(carrier.carrier.url):
        return False
    if await recalls.add(tx, key, message.carrier, tx.now + _PATIENCE):
        await attempts.add(tx, [Attempt(key, tx.now, message.carrier, "is to call it back: somebody has cancelled it")])
    return True


async def succeeded(store: Store, account: Account, id: int) -> bool | None:
    """Was the message called back? None while nobody knows."""
    key = account.id, id
    async with store.read() as tx:
        message = await messages.kept(tx, key)
        if message is None or message.state is not State.ACCEPTED:
            return message is not None and message.state is State.FAILED and is_deleted(message.error)
        return None if await recalls.any_of(tx, key) else False


async def due(store: Store, carrier: str, limit: int) -> list[Entrusted]:
    """Messages that this carrier is to be asked for now, by this process alone, at most `limit`."""
    async with store.read() as tx:
        if not await recalls.any_due(tx, carrier):
            return []
    async with store.begin() as tx:
        found = await recalls.due(tx, carrier, limit)
        asked = [one.message for one in found if one.state is State.ACCEPTED and one.until > tx.now]
        late = [one.message.key for one in found if one.state is State.ACCEPTED and one.until <= tx.now]
        await recalls.put_off(tx, [one.key for one in asked], tx.now + _AGAIN)
        await recalls.remove(tx, {one.message.key for one in found} - {one.key for one in asked})
        await attempts.add(
            tx, [Attempt(key, tx.now, carrier, "did not say whether it would call it back") for key in late]
        )
        return await entrusted(tx, asked)


async def refused(store: Store, carrier: str, why: Sequence[tuple[Key, str]]) -> None:
    """The carrier does not call these back: they stay what they are."""
    async with store.begin() as tx:
        await recalls.remove(tx, [key for key, _ in why])
        await attempts.add(tx, [Attempt(key, tx.now, carrier, f"does not call it back: {said}") for key, said in why])
