"""What came in? A request's address, headers, fields and files, and how a client proves itself in it."""

import base64
import binascii
import io
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from antiphon.core.errors import BodyTooLarge, Malformed, NotAuthenticated

_MOST_PARTS = 50
_SHORT = 64 * 1024  # bytes
_LONGEST_LINE = 1024 * 1024  # bytes
# A name, a place or none in brackets, and, only after a place, a name in brackets.
_BRACKETS = re.compile(r"([^\[]+)\[(?!\]\[)([0-9]{0,6})\](?:\[(\w+)\])?")
_LAST = 1_000_000


class Incoming:
    """A request on its way in: the parts of its address that vary, and its body up to `limit` bytes.

    `read` says what an encoded query or form holds.
    """

    def __init__(
        self, request: Request, path: Mapping[str, str], limit: int, read: Callable[[bytes], dict[str, Any]]
    ) -> None:
        self.headers = request.headers
        self.path = path
        self._request = request
        self._limit = limit
        self._read = read
        self._body: bytes | None = None
        self._files: list[BinaryIO] = []

    @property
    def query(self) -> dict[str, Any]:
        return self._read(self._request.scope["query_string"])

    @property
    def short(self) -> bytes | None:
        """The body where it has been read, and is not long."""
        return self._body if self._body is not None and len(self._body) <= _SHORT else None

    async def body(self) -> bytes:
        """Raises BodyTooLarge as soon as the limit is passed."""
        if self._body is None:
            self._body = b"".join([part async for part in self._stream()])
        return self._body

    async def lines(self) -> AsyncIterator[bytes | None]:
        """The lines of a body of any length, without their ends; None for one that is too long."""
        left, skipping = b"", False
        async for part in self._request.stream():
            *whole, left = (left + part).split(b"\n")
            for line in whole:
                yield None if skipping or len(line) > _LONGEST_LINE else line.rstrip(b"\r")
                skipping = False
            if len(left) > _LONGEST_LINE:
                left, skipping = b"", True
        if left.strip() or skipping:
            yield None if skipping else left

    async def fields(self) -> dict[str, Any]:
        """The form in the body, and what the query says beside it."""
        return self.query | self._read(await self.body())

    async def parts(self) -> dict[str, Any]:
        """A form with files, multipart/form-data: texts, and files that are open until `close`, large ones on the disk.

        Raises Malformed or BodyTooLarge.
        """
        if not self.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            raise Malformed(reason="it is not multipart/form-data")
        parser = MultiPartParser(self.headers, self._stream(), max_files=_MOST_PARTS, max_fields=_MOST_PARTS)
        try:
            form = await parser.parse()
        except (MultiPartException, UnicodeDecodeError) as failure:
            raise Malformed(reason=str(failure).rstrip(".")) from None
        self._files = [part.file for part in form.values() if isinstance(part, UploadFile)]
        return {
            name.replace("\0", ""): part.file if isinstance(part, UploadFile) else part.replace("\0", "")
            for name, part in form.items()
        }

    def close(self) -> None:
        for file in self._files:
            file.close()

    async def _stream(self) -> AsyncGenerator[bytes, None]:
        if int(self.headers.get("content-length") or 0) > self._limit:
            raise BodyTooLarge(limit=self._limit)
        size = 0
        async for part in self._request.stream():
            size += len(part)
            if size > self._limit:
                raise BodyTooLarge(limit=self._limit)
            yield part


def read_fields(encoded: bytes) -> dict[str, Any]:
    """A query or a form. `name[]=1&name[]=2` is a list, as PHP writes it; of a name without brackets the last one
    counts. What is no UTF-8 becomes U+FFFD, and NUL, which no text may hold, nothing."""
    found: dict[str, Any] = {}
    for name, value in _pairs(encoded):
        plain, bracket, _ = name.partition("[")
        if not bracket:
            found[plain] = value
        elif isinstance(several := found.setdefault(plain, []), list):
            several.append(value)
    return found


def read_nested(encoded: bytes) -> dict[str, Any]:
    """As `read_fields`, but every value of a name counts, and brackets hold its place, or a name within that.

    `to=1&to=2`, `to[]=1&to[]=2` and `to[1]=2&to[0]=1` are {"to": ["1", "2"]}; `all[0][to]=1` is {"all": [{"to": "1"}]}.
    """
    found: dict[str, list[tuple[int, Any]]] = {}
    inner: dict[tuple[str, int], dict[str, str]] = {}
    lists: set[str] = set()
    for name, value in _pairs(encoded):
        match = _BRACKETS.fullmatch(name)
        plain, place, within = match.groups() if match else (name, "", None)
        at = int(place or _LAST)
        if match:
            lists.add(plain)
        if within is None:
            found.setdefault(plain, []).append((at, value))
        elif (plain, at) in inner:
            inner[plain, at][within] = value
        else:
            inner[plain, at] = {within: value}
            found.setdefault(plain, []).append((at, inner[plain, at]))
    return {
        name: [value for _, value in sorted(values, key=itemgetter(0))] if name in lists or values[1:] else values[0][1]
        for name, values in found.items()
    }


def _pairs(encoded: bytes) -> Iterator[tuple[str, str]]:
    for name, value in parse_qsl(encoded.decode(errors="replace"), keep_blank_values=True):
        yield name.replace("\0", ""), value.replace("\0", "")


def opened(part: str | BinaryIO) -> BinaryIO:
    """A file that came as one, or as a text without the name of a file."""
    return io.BytesIO(part.encode()) if isinstance(part, str) else part


def authorization(incoming: Incoming, scheme: str) -> str:
    """What stands after the scheme in the Authorization header. Raises NotAuthenticated."""
    given, _, value = incoming.headers.get("authorization", "").partition(" ")
    if given.lower() != scheme or not value.strip():
        raise NotAuthenticated
    return value.strip()


def basic(incoming: Incoming) -> tuple[str, str]:
    """The user and the key of HTTP Basic. Raises NotAuthenticated."""
    try:
        encoded = authorization(incoming, "basic")
        user, _, key = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise NotAuthenticated from None
    if not user or not key:
        raise NotAuthenticated
    return user, key


def without_nul(body: bytes) -> bytes:
    """JSON without the sign that no text may hold."""
    # PostgreSQL keeps no NUL in a text; a number of backslashes before it that is odd makes it one.
    return re.sub(rb"(?<!\\)((?:\\\\)*)\\u0000", rb"\1", body) if b"\\u0000" in body else body
