"""What came in? A request's address, headers and body, and how a client proves itself in it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from antiphon.core.errors import BodyTooLarge, NotAuthenticated


class Incoming:
    """A request on its way in: the parts of its address that vary, and its body up to `limit` bytes."""

    def __init__(self, request: Request, path: Mapping[str, str], limit: int) -> None:
        self.headers = request.headers
        self.path = path
        self._request = request
        self._limit = limit
        self._body: bytes | None = None

    @property
    def query(self) -> dict[str, Any]:
        return read_fields(self._request.scope["query_string"])

    async def body(self) -> bytes:
        """Raises BodyTooLarge as soon as the limit is passed."""
        if self._body is None:
            self._body = await self._read()
        return self._body

    async def fields(self) -> dict[str, Any]:
        """The form in the body, and what the query says beside it."""
        return self.query | read_fields(await self.body())

    async def _read(self) -> bytes:
        if int(self.headers.get("content-length") or 0) > self._limit:
            raise BodyTooLarge(limit=self._limit)
        parts: list[bytes] = []
        size = 0
        async for part in self._request.stream():
            size += len(part)
            if size > self._limit:
                raise BodyTooLarge(limit=self._limit)
            parts.append(part)
        return b"".join(parts)


def read_fields(encoded: bytes) -> dict[str, Any]:
    """A query or a form. `name[]=1&name[]=2` is a list, as PHP writes it; of a name without brackets the last one
    counts. What is no UTF-8 becomes U+FFFD, and NUL, which no text may hold, nothing."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(encoded.decode(errors="replace"), keep_blank_values=True):
        plain, bracket, _ = name.replace("\0", "").partition("[")
        if not bracket:
            found[plain] = value.replace("\0", "")
        elif isinstance(several := found.setdefault(plain, []), list):
            several.append(value.replace("\0", ""))
    return found


def authorization(incoming: Incoming, scheme: str) -> str:
    """What stands after the scheme in the Authorization header. Raises NotAuthenticated."""
    given, _, value = incoming.headers.get("authorization", "").partition(" ")
    if given.lower() != scheme or not value.strip():
        raise NotAuthenticated
    return value.strip()
