"""Who says the very same again, as clients do that gave up waiting for an answer?"""

import hashlib
from collections import OrderedDict


class Repeats:
    """Of the last `most` calls, each for some `seconds`, no more than a hash is kept."""

    def __init__(self, seconds: float = 60.0, most: int = 10_000) -> None:
        self._seconds = seconds
        self._most = most
        self._at: OrderedDict[bytes, float] = OrderedDict()

    def since(self, account: int, path: str, body: bytes, now: float) -> float | None:
        """Seconds since the account last said this there; None where it has not of late. `now` never goes back."""
        key = hashlib.blake2b(b"%d %s %s" % (account, path.encode(), body), digest_size=16).digest()
        before = self._at.pop(key, None)
        if len(self._at) >= self._most:
            self._at.popitem(last=False)
        self._at[key] = now
        return now - before if before is not None and now - before <= self._seconds else None
