"""Who may bind, how often, and who has guessed too often?"""

import asyncio
import time
from collections import Counter

from antiphon.core.account import Account
from antiphon.core.errors import NotAuthenticated
from antiphon.dialects.smpp.errors import NotHere
from antiphon.services import binds
from antiphon.smpp import status
from antiphon.smpp.bodies import Bind
from antiphon.store.session import Store

_FAILURES = 10  # of one address in a minute
_MINUTE = 60.0
_AT_ONCE = 2  # binds that are looked at


class Guesses:
    """How many binds of each address have failed in this minute, those counted that are still being looked at."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts: Counter[str] = Counter()
        # Each look costs a processor 30 ms: a crowd of strangers may not have all of them.
        self.turn = asyncio.Semaphore(_AT_ONCE)

    def begin(self, address: str, now: float) -> bool:
        """False where there were too many. `now` never goes back."""
        minute = int(now / _MINUTE)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        if self._counts[address] >= _FAILURES:
            return False
        self._counts[address] += 1
        return True

    def forgive(self, address: str) -> None:
        """It was none."""
        if self._counts[address] > 0:
            self._counts[address] -= 1


async def authenticate(store: Store, guesses: Guesses, address: str, bind: Bind) -> Account:
    """Raises NotAuthenticated, whether the name is wrong or the password; or NotHere."""
    if not bind.system_id.strip():
        raise NotHere(status.INVALID_SYSTEM_ID)
    if not guesses.begin(address, time.monotonic()):
        raise NotHere(status.BIND_FAILED)
    try:
        async with guesses.turn:
            account = await binds.authenticate(store, bind.system_id, bind.password)
    except NotAuthenticated:
        raise
    except BaseException:
        guesses.forgive(address)
        raise
    guesses.forgive(address)
    return account
