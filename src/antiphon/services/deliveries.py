"""Which callbacks are to be called now, and what becomes of them after a call?"""

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from antiphon.core.callback import Attempt, Resting
from antiphon.core.event import BOUND, OURS, PATIENCE, Due, Heard, next_attempt
from antiphon.store import deliveries, signing
from antiphon.store.deliveries import Done
from antiphon.store.session import Store, Tx

# How long a callback is ours: longer than any attempt takes, so that only a crash lets another process have it.
LEASE = timedelta(seconds=60)
_STEP = 5_000
_LATELY = timedelta(seconds=5)  # a commit comes a little after the time that it says


class Taken(Struct, frozen=True):
    """A callback that is ours to call, with the secrets to sign it with, sealed."""

    due: Due
    sealed: Sequence[str] = ()


async def owed_after(store: Store, after: str, limit: int) -> list[tuple[str, datetime]]:
    """Servers that something is owed to, by name after this one, each with the time at which the first of it is due."""
    async with store.read() as tx:
        return await deliveries.owed_after(tx, after, limit)


async def owed_lately(store: Store, limit: int) -> list[str]:
    """Servers that something has become due to in the last seconds: those of so many of the newest."""
    async with store.read() as tx:
        return await deliveries.owed_lately(tx, tx.now - _LATELY, limit)


async def claim(store: Store, servers: Collection[str], each: int) -> list[Taken]:
    """What is due to these servers, ours for the length of the lease: at most so much to `each`."""
    async with store.begin() as tx:
        claimed = await deliveries.claim(tx, servers, each, tx.now + LEASE)
        ours = {due.account_id for due in claimed if due.format == OURS}
        secrets = await signing.sealed(tx, ours) if ours else {}
    return [Taken(due, secrets.get(due.account_id, ()) if due.format == OURS else ()) for due in claimed]


async def settle(store: Store, heard: Sequence[tuple[Due, Heard]]) -> None:
    """Store what came of these attempts; what was not taken is tried again for a day."""
    async with store.begin() as tx:
        done = [((due.account_id, due.id), _done(tx, due, one, random.random())) for due, one in heard]  # noqa: S311
        await deliveries.settle(tx, done)
        again = zip(heard, done, strict=True)
        held = {due.event.message_id: one.due_at for (due, _), (_, one) in again if one.state == "waiting"}
        if waits := {message: until for message, until in held.items() if message is not None}:
            await deliveries.postpone(tx, waits)
        await deliveries.note(tx, [((due.account_id, due.id), _attempt(tx, one)) for due, one in heard])


async def release(store: Store, untried: Sequence[Due]) -> None:
    """Put back what was claimed and is not called now."""
    async with store.begin() as tx:
        await deliveries.release(tx, [(due.account_id, due.id) for due in untried])


async def give_up(store: Store) -> int:
    """What has been due for a day, to servers that are left alone, is kept as failed; how much."""
    async with store.begin() as tx:
        return await deliveries.give_up(tx, tx.now - PATIENCE, _STEP)


async def rest(store: Store, failing: Sequence[Resting], well: Collection[str]) -> None:
    """Tell everybody which servers are left alone, and which are well again."""
    async with store.begin() as tx:
        await deliveries.rest(tx, failing, well)


async def resting(store: Store) -> list[Resting]:
    """All servers that are left alone."""
    async with store.read() as tx:
        return await deliveries.resting(tx)


def _done(tx: Tx, due: Due, heard: Heard, chance: float) -> Done:
    again = None if heard.taken else next_attempt(due, heard, tx.now, chance)
    waiting = "kept" if due.format == BOUND else "waiting"
    state = "delivered" if heard.taken else waiting if again else "failed"
    return Done(
        state=state,
        attempts=due.attempts + 1,
        due_at=again or tx.now,
        ended_at=None if state == waiting else tx.now,
        status=heard.status,
        answer=heard.answer,
        error=heard.error,
    )


def _attempt(tx: Tx, heard: Heard) -> Attempt:
    return Attempt(heard.at or tx.now, heard.seconds, heard.status, heard.answer, heard.error)
