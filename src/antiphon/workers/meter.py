"""How fast has a lane been?"""


class Meter:
    """`rate` is in messages a second, of late; `speed` in parts a second, of late, when there was more to send than it
    could: what can be counted on."""

    def __init__(self, now: float) -> None:
        self.rate = 0.0
        self.speed: float | None = None
        self._seen = 0, now
        self._parts = 0
        self._was_busy = False

    def took(self, parts: int) -> None:
        """The carrier has accepted a message."""
        self._parts += parts

    def look(self, done: int, now: float, *, busy: bool) -> None:
        """So many messages are done since the lane began; is there more to send?"""
        before, at = self._seen
        if now <= at:
            return
        self.rate += ((done - before) / (now - at) - self.rate) / 2
        per_second, self._parts = self._parts / (now - at), 0
        if busy and self._was_busy:
            self.speed = max(per_second, (self.speed or 0) * 0.9 + per_second * 0.1)
        self._seen, self._was_busy = (done, now), busy
