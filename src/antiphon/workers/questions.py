"""What is a carrier asked about the messages that it has? A few at a time, among those that leave."""

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog

from antiphon.carriers.carrier import Carrier, Inquirable, Said
from antiphon.core.message import Busy, Entrusted, Key, Receipt, Refused
from antiphon.workers.postbox import Postbox

_log = structlog.get_logger()
_AT_ONCE = 50


class Questions:
    """Those that wait to be asked, and those that wait for an answer. What the carrier tells goes the way of its
    receipts; `throttled` is called where it has too much to do."""

    def __init__(self, carrier: Carrier, throttled: Callable[[Busy], None]) -> None:
        self._carrier = carrier if isinstance(carrier, Inquirable) else None
        self._throttled = throttled
        self._most = max(1, min(_AT_ONCE, carrier.window // 4))
        self._waiting: deque[tuple[Entrusted, bool]] = deque()
        self._asked: set[Key] = set()
        self._refused: list[tuple[Key, str]] = []

    def __len__(self) -> int:
        """How many wait to be asked."""
        return len(self._waiting)

    @property
    def after(self) -> timedelta | None:
        """The silence after which a message is asked about; None for never."""
        after = self._carrier.ask_after if self._carrier else 0
        return timedelta(seconds=after) if after else None

    @property
    def may_recall(self) -> bool:
        """Does the carrier call back what it has taken?"""
        return self._carrier is not None and self._carrier.cancels

    @property
    def patience(self) -> timedelta:
        """How long a message is asked about."""
        return timedelta(seconds=self._carrier.patience if self._carrier else 0)

    @property
    def room(self) -> int:
        """How many more may be put."""
        return max(0, self._most - len(self._waiting) - len(self._asked))

    def put(self, message: Entrusted, *, recall: bool = False) -> None:
        """Ask about it, or for it."""
        self._waiting.append((message, recall))

    def refused(self) -> list[tuple[Key, str]]:
        """Which messages the carrier does not call back, and why; each is told once."""
        refused, self._refused = self._refused, []
        return refused

    def empty(self) -> None:
        """Ask none of them: their time comes again."""
        self._waiting.clear()

    def ask_next(self, postbox: Postbox) -> None:
        """Raises IndexError."""
        message, recall = self._waiting.popleft()
        if self._carrier is None:
            return
        self._asked.add(message.key)
        try:
            ask = self._carrier.recall if recall else self._carrier.ask
            ask(message, partial(self._recalled if recall else self._heard, message.key, postbox))
        except Exception:
            _log.exception("the carrier failed", carrier=self._carrier.name, message=message.key[1])
            self._asked.discard(message.key)

    def _recalled(self, key: Key, postbox: Postbox, said: Said) -> None:
        if isinstance(said, Refused):
            self._refused.append((key, said.error))
        self._heard(key, postbox, said)

    def _heard(self, key: Key, postbox: Postbox, said: Said) -> None:
        self._asked.discard(key)
        if isinstance(said, Receipt):
            postbox.receipt(said, _nobody_waits)
        elif isinstance(said, Busy):
            self._throttled(said)


def _nobody_waits() -> None:
    """A receipt that was asked for is not acknowledged."""
