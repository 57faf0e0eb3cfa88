"""How does one connection of a program that waits stay open, and what is tried again?"""

import http.client
import time
from typing import Any
from urllib.parse import urlsplit

from antiphon.client import calls
from antiphon.client.calls import Ask, Told, Unreachable


class Line:
    """To the server at `base`; `headers` go with every call."""

    def __init__(self, base: str, headers: dict[str, str], timeout: float) -> None:
        self._base = urlsplit(base)
        self._headers = headers
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def opened(self) -> http.client.HTTPConnection:
        """A new connection."""
        kind = http.client.HTTPSConnection if self._base.scheme == "https" else http.client.HTTPConnection
        return kind(self._base.netloc, timeout=self._timeout)

    def send(self, connection: http.client.HTTPConnection, wanted: Ask[Any]) -> None:
        path = self._base.path.rstrip("/") + wanted.path
        connection.request(wanted.method, path, wanted.body, {**self._headers, **wanted.headers})

    def told(self, wanted: Ask[Any]) -> Told:
        """Tried again where that may help. Raises Unreachable."""
        lost: Exception | None = None
        for attempt in range(1, calls.ATTEMPTS + 1):
            told: Told | None = None
            try:
                told = self._once(wanted)
            except (OSError, http.client.HTTPException) as failure:
                self.close()
                lost = failure
            wait = calls.pause(attempt, told)
            if wait is None and told is not None:
                return told
            time.sleep(wait or 0)
        raise Unreachable(f"{self._base.netloc} cannot be reached: {lost}") from lost

    def _once(self, wanted: Ask[Any]) -> Told:
        if self._connection is None:
            self._connection = self.opened()
        self.send(self._connection, wanted)
        answer = self._connection.getresponse()
        return Told(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
