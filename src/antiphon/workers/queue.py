"""Which of the messages that wait in a lane goes first?"""

from collections import deque

from antiphon.core.message import Outgoing

_BULK_EVERY = 4  # of so many messages one is of the many, while there are single ones


class Queue:
    """Single texts before those to many, but not without end."""

    def __init__(self) -> None:
        self._single: deque[Outgoing] = deque()
        self._many: deque[Outgoing] = deque()
        self._turn = 0

    def __len__(self) -> int:
        return len(self._single) + len(self._many)

    @property
    def single(self) -> int:
        """How many single texts."""
        return len(self._single)

    @property
    def many(self) -> int:
        """How many of those to many."""
        return len(self._many)

    def put(self, message: Outgoing) -> None:
        self._of(message).append(message)

    def put_back(self, message: Outgoing) -> None:
        """It is the next of its kind."""
        self._of(message).appendleft(message)

    def next(self) -> Outgoing:
        """Raises IndexError."""
        self._turn += 1
        if self._single and (not self._many or self._turn % _BULK_EVERY):
            return self._single.popleft()
        return self._many.popleft()

    def empty(self) -> list[Outgoing]:
        """Take out all."""
        waiting = [*self._single, *self._many]
        self._single.clear()
        self._many.clear()
        return waiting

    def _of(self, message: Outgoing) -> deque[Outgoing]:
        return self._single if message.direct else self._many
