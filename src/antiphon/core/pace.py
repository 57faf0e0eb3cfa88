"""Who calls too fast? So many calls a second on average, and some more at once."""


class Pace:
    """`rate` calls a second for each key, `burst` of them at once.

    For each key one number is kept: when it would next be on time if it had called evenly (the generic cell rate
    algorithm, ITU-T I.371). Keys that are on time are forgotten when there are too many.
    """

    def __init__(self, rate: float, burst: int, most: int = 10_000) -> None:
        self._interval = 1 / rate
        self._ahead = (burst - 1) / rate
        self._most = most
        self._due: dict[int, float] = {}

    def wait(self, key: int, now: float) -> float:
        """Seconds until this key may call; 0 when it may now, and then the call is counted. `now` never goes back."""
        due = max(now, self._due.get(key, now))
        late = due - now - self._ahead
        if late > 1e-9:
            return late
        if key not in self._due and len(self._due) >= self._most:
            self._due = {other: at for other, at in self._due.items() if at > now}
        self._due[key] = due + self._interval
        return 0.0
