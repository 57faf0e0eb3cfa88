"""How much may each account send now, where it has a rate of its own?"""

from datetime import timedelta

from antiphon.core import pacing
from antiphon.core.account import Account
from antiphon.core.errors import BadField
from antiphon.store import rates
from antiphon.store.rates import Rate
from antiphon.store.session import Store, Tx

_SLOWEST = 0.001
_FASTEST = 100_000


class Budget:
    """Of the accounts with a rate, what they may send in this transaction; all others as much as they like.

    `rates` are all that there are, `ours` those that no other process is counting on at this moment.
    """

    def __init__(self, tx: Tx, known: dict[int, Rate], ours: dict[int, Rate]) -> None:
        self._tx = tx
        self._ours = ours
        self._left = {account: self._allowed(account) for account in known}
        self._taken = dict.fromkeys(ours, 0)

    @property
    def limited(self) -> list[int]:
        """The accounts with a rate."""
        return list(self._left)

    @property
    def ready(self) -> list[int]:
        """Those of them that may send something."""
        return [account for account, left in self._left.items() if left]

    def of(self, account: int, wanted: int) -> int:
        """How many of so many."""
        return min(wanted, self._left.get(account, wanted))

    def take(self, account: int, count: int) -> None:
        if account in self._taken:
            self._left[account] -= count
            self._taken[account] += count

    async def book(self) -> None:
        """Store when each of them may send again."""
        moved = {
            account: pacing.after(self._ours[account].next_at, self._between(account), self._tx.now, count)
            for account, count in self._taken.items()
            if count
        }
        await rates.move(self._tx, moved)

    def _allowed(self, account: int) -> int:
        if account not in self._ours:
            return 0
        return pacing.allowed(self._ours[account].next_at, self._between(account), self._tx.now)

    def _between(self, account: int) -> timedelta:
        return timedelta(seconds=1) / self._ours[account].per_second


async def limit(store: Store, account: Account, per_second: float | None) -> None:
    """Let an account send at most so many messages a second, whatever it asks for; None is no limit. Raises
    BadField."""
    if per_second is not None and not _SLOWEST <= per_second <= _FASTEST:
        raise BadField(field="per_second", reason=f"is not from {_SLOWEST} to {_FASTEST}")
    async with store.begin() as tx:
        await rates.put(tx, account.id, per_second)


async def rate(store: Store, account: Account) -> float | None:
    """Messages a second; None is no limit."""
    async with store.read() as tx:
        known = (await rates.known(tx)).get(account.id)
    return None if known is None else known.per_second


async def opened(tx: Tx, known: dict[int, Rate]) -> Budget:
    return Budget(tx, known, await rates.locked(tx) if known else {})
