"""What was read a moment ago, and may be believed a little longer?"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Lately(Generic[Key, Value]):
    """Values for `life` after they were put in, at most `most` of them: then the oldest makes room."""

    def __init__(self, clock: Callable[[], datetime], life: timedelta, most: int) -> None:
        self._clock = clock
        self._life = life
        self._most = most
        self._held: dict[Key, tuple[datetime, Value]] = {}

    def get(self, key: Key) -> Value | None:
        held = self._held.get(key)
        return held[1] if held is not None and held[0] > self._clock() else None

    def put(self, key: Key, value: Value) -> None:
        self._held.pop(key, None)
        if len(self._held) >= self._most:
            del self._held[next(iter(self._held))]
        self._held[key] = (self._clock() + self._life, value)

    def clear(self) -> None:
        self._held.clear()
