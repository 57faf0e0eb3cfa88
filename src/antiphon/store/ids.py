"""Which id is next? Time-ordered numbers that no two processes make twice, and that a JSON number can hold.

53 bits, because a client in JavaScript rounds anything larger: 30 bits of seconds since 2026, 6 bits of node, 17 bits
of count. A process that makes more than 131,072 in a second borrows from the next one; it may be ahead of the clock by
less than its lease, for a node that a dead process held is given away only after that.
"""

from collections.abc import Callable
from datetime import UTC, datetime

NODES = 64
_COUNT_BITS = 17
_NODE_BITS = 6
_START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


class Ids:
    """The ids of one process. `clock` gives the time, `node` (0 to 63) is its own while its lease lasts."""

    def __init__(self, clock: Callable[[], datetime], node: int) -> None:
        self._clock = clock
        self._node = node << _COUNT_BITS
        self._second = 0
        self._count = 0

    @property
    def spent_until(self) -> datetime:
        """The end of the last second that an id was made in: from then on the node may be another's."""
        return datetime.fromtimestamp(_START + self._second + 1, UTC)

    def hold(self, node: int) -> None:
        """Go on with another node, and from where we are: it may be the same one, and the clock may have stood."""
        self._node = node << _COUNT_BITS

    def one(self) -> int:
        return self.many(1)[0]

    def many(self, count: int) -> list[int]:
        """`count` new ids, each larger than all before it."""
        ids: list[int] = []
        now = int(self._clock().timestamp()) - _START
        if now > self._second:
            self._second, self._count = now, 0
        while len(ids) < count:
            first = self._second << (_NODE_BITS + _COUNT_BITS) | self._node | self._count
            step = min(count - len(ids), (1 << _COUNT_BITS) - self._count)
            ids.extend(range(first, first + step))
            self._count += step
            if self._count == 1 << _COUNT_BITS:
                self._second, self._count = self._second + 1, 0
        return ids


def first_at(at: datetime) -> int:
    """All ids that are made from this second on are at least so large."""
    return max(0, int(at.timestamp()) - _START) << (_NODE_BITS + _COUNT_BITS)


def made_at(id: int) -> datetime:
    """The second that an id was made in."""
    return datetime.fromtimestamp(_START + (id >> (_NODE_BITS + _COUNT_BITS)), UTC)
