"""How fast may a lane send, and when had it better rest?"""

_BURST = 0.1  # seconds of its rate that may leave at once
_SLOWER = 0.7  # of what it sends, when the carrier says that this is too much
_FASTER = 1.25  # each second without such an answer
_ONCE = 0.5  # seconds in which all such answers count as one
_FORGET = 60.0  # seconds without such an answer, until the limit that we found is forgotten
_FAILURES = 5  # in a row, until the lane rests
_LONGEST_REST = 60.0


class Throttle:
    """At most `rate` a second, 0 is no limit; less where the carrier says that it is too much, and then more again,
    little by little."""

    def __init__(self, rate: float) -> None:
        self._agreed = rate
        self._found: float | None = None
        self._next = 0.0
        self._until = 0.0
        self._slowed_at = 0.0
        self._raised_at = 0.0
        self._counting_since = 0.0
        self._sent = 0
        self._lately = 0.0

    @property
    def rate(self) -> float:
        """What holds now; 0 is no limit."""
        if self._found is None:
            return self._agreed
        return min(self._found, self._agreed) if self._agreed else self._found

    def agree(self, rate: float) -> None:
        """From now on this is what was agreed."""
        self._agreed = rate

    def wait(self, now: float) -> float:
        """Seconds until the next may leave; 0 when it may now, and then it is counted."""
        if now < self._until:
            return self._until - now
        self._recover(now)
        rate = self.rate
        if rate:
            late = self._next - now - _BURST
            if late > 1e-9:
                return late
            self._next = max(self._next, now) + 1 / rate
        self._count(now)
        return 0.0

    def slow(self, now: float, pause: float) -> None:
        """The carrier has said that this is too much. Of all such answers within a pause, one counts."""
        if now < self._slowed_at + max(pause, _ONCE):
            return
        self._found = max(1.0, (self._found or self._measured(now)) * _SLOWER)
        self._slowed_at = self._raised_at = now
        self._until = now + pause

    def _recover(self, now: float) -> None:
        if self._found is None or now < self._raised_at + 1:
            return
        self._raised_at = now
        self._found *= _FASTER
        if now > self._slowed_at + _FORGET:
            self._found = None

    def _measured(self, now: float) -> float:
        """Messages a second, in the last whole second or, at the beginning, since then."""
        return self._lately or self._sent / max(now - self._counting_since, 0.1)

    def _count(self, now: float) -> None:
        if not self._counting_since:
            self._counting_since = now
        self._sent += 1
        past = now - self._counting_since
        if past >= 1:
            # After a long rest this says too little; slowing down from there is no harm.
            self._lately = self._sent / past
            self._counting_since, self._sent = now, 0


class Breaker:
    """Opens after failures in a row, and rests longer each time; then one message is tried."""

    def __init__(self) -> None:
        self._failures = 0
        self._rests = 0
        self._until = 0.0

    @property
    def trying(self) -> bool:
        """One message is to show whether it works again."""
        return self._rests > 0

    def resting(self, now: float) -> bool:
        return now < self._until

    def failed(self, now: float) -> None:
        self._failures += 1
        if (self._failures >= _FAILURES or self.trying) and not self.resting(now):
            self._until = now + min(2.0**self._rests, _LONGEST_REST)
            self._rests += 1

    def worked(self) -> None:
        self._failures = self._rests = 0
        self._until = 0.0
