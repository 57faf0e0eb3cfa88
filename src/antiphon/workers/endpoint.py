"""How much may one customer's server be given, and when is it left alone?"""

from collections import deque
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from antiphon.core.callback import Resting
from antiphon.core.event import Heard
from antiphon.services.deliveries import Taken

MOST_AT_ONCE: Final = 16  # calls to one server
_PROVEN: Final = 4  # at once, from which on it is given many beforehand
_FAILURES: Final = 5  # in a row, until it is left alone
_REST: Final = timedelta(seconds=30)  # twice as long after each failure more
_LONGEST_REST: Final = timedelta(minutes=5)


class Standing(StrEnum):
    PROVEN = "proven"  # it takes what it is given, several at a time
    NEW = "new"
    FAILING = "failing"


class Endpoint:
    """A server: what is held for it, each with the time at which it was claimed, and how it has answered of late.

    It begins with one call at a time, may have one more after each that it takes, and one again when it fails: so it
    sets its own pace, and thousands that are dead take a place each at most.
    """

    def __init__(self, name: str, rest: Resting | None = None) -> None:
        self.name = name
        self.held: deque[tuple[Taken, datetime]] = deque()
        self.running = 0
        self.failures = rest.failures if rest else 0
        self.rest = rest
        self._window = 1
        self._since: datetime | None = rest.since if rest else None

    def may_start(self) -> bool:
        """Is there something to be called, and a call more allowed?"""
        return bool(self.held) and self.running < self._window

    def is_idle(self) -> bool:
        return not self.held and not self.running

    def is_proven(self) -> bool:
        return self._window >= _PROVEN

    @property
    def standing(self) -> Standing:
        return Standing.PROVEN if self.is_proven() else Standing.FAILING if self.failures else Standing.NEW

    def rests(self, now: datetime) -> bool:
        return self.rest is not None and self.rest.rest_until > now

    def hear(self, heard: Heard, now: datetime) -> bool:
        """What it said. Is there news of whether it is to be left alone?"""
        if heard.status is not None and heard.status < 500:  # it lives, whatever it says
            self._window = min(self._window + 1, MOST_AT_ONCE) if heard.taken else max(self._window // 2, 1)
            was_resting, self.rest, self.failures = self.rest is not None, None, 0
            return was_resting
        self._window = 1
        if self.rests(now):  # what was on its way when the others failed says nothing new
            return False
        self.failures += 1
        self._since = (self._since or now) if self.failures > 1 else now
        if self.failures < _FAILURES:
            return False
        pause = min(_REST * 2 ** min(self.failures - _FAILURES, 10), _LONGEST_REST)
        error = heard.error or f"status {heard.status}"
        self.rest = Resting(self.name, self.failures, self._since, now + pause, error)
        return True
