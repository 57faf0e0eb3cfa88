"""How long does an account keep texts and events, and what becomes of them then?

Texts of messages and replies are blanked, events deleted, in small transactions; counts, states and costs stay.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from antiphon.core.account import Account
from antiphon.core.automation import QUIET
from antiphon.store import retention
from antiphon.store.ids import first_at
from antiphon.store.instants import instant
from antiphon.store.retention import ANSWERS, Kind, Mark
from antiphon.store.session import Store, Tx

__all__ = ["Kind", "keep", "kept", "work"]

_STEP: Final = 2_000  # rows that one transaction looks at
_AGAIN: Final = timedelta(days=7)  # what was still open at its time is found by the next round


async def keep(store: Store, account: Account, days: Mapping[Kind, int | None]) -> None:
    """Keep texts, or events, so many days from now on; None is for ever."""
    async with store.begin() as tx:
        for kind, wanted in days.items():
            await retention.forget(tx, account.id, kind)
            if wanted is not None:
                await retention.add(tx, account.id, kind, wanted)


async def kept(store: Store, account: Account) -> dict[Kind, int]:
    """How many days, of what is not kept for ever."""
    async with store.read() as tx:
        return await retention.days(tx, account.id)


async def work(store: Store) -> int:
    """One step for each table of each account that wants it; how many rows were looked at."""
    async with store.read() as tx:
        marks = await retention.marks(tx)
    done = 0
    for mark in marks:
        async with store.begin() as tx:
            done += await _step(tx, mark)
    return done


async def _step(tx: Tx, mark: Mark) -> int:
    places = await retention.following(tx, mark, _before(tx, mark), _STEP)
    if places:
        # Moved first: of two processes only one goes on from there.
        if await retention.move(tx, mark, places[-1]):
            await retention.drop(tx, mark, places[-1])
    elif mark.upto and mark.began_at <= tx.now - _AGAIN:
        await retention.move(tx, mark, 0)
    return len(places)


def _before(tx: Tx, mark: Mark) -> int:
    """Where that begins which is to be kept."""
    at = tx.now - timedelta(days=mark.days)
    # Who was answered of late must not be answered again, however little is kept.
    return instant(min(at, tx.now - QUIET)) if mark.name == ANSWERS else first_at(at)
