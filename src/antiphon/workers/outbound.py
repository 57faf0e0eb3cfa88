"""How do we call a customer's server, and never one of our own?"""

import asyncio
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from msgspec.structs import replace

from antiphon.core.event import Heard, Request
from antiphon.core.network import Network, may_be_called
from antiphon.core.url import clean

_TOTAL = 15.0  # seconds for the whole of a call
_CONNECT = 5.0
_KEPT = 1024  # bytes of an answer
_READING = 2.0  # seconds for them, once the status is there: who streams slowly has taken it all the same
_NUMBERS = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
_LOOKING_UP = 512  # names at a time, each in a thread that waits: as many as calls, so that none waits for another's


class _Closed(OSError):
    """All the addresses of a name are ones that must not be called."""


class _Resolver(AbstractResolver):
    """Looks names up, and leaves out what must not be called: the connection goes to the very address that was
    looked at, so a name cannot be one thing when it is checked and another when it is called."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        # Not the loop's own few threads: a handful of names that nobody answers for would hold up everybody's.
        self._threads = ThreadPoolExecutor(_LOOKING_UP, thread_name_prefix="names")
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port, family)
        good = [one for one in found if may_be_called(one["host"], self._allowed)]
        if not good:
            raise _Closed("its address is one that must not be called")
        return good

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class Outbound:
    """A client that follows no redirect, keeps no cookie, and reads no more than a kilobyte of an answer."""

    def __init__(self, allowed: Sequence[Network], patience: float = _TOTAL) -> None:
        self._allowed = allowed
        self._patience = patience
        self._resolver: _Resolver | None = None
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None and self._resolver is not None:
            await self._session.close()
            await self._resolver.close()
            self._session = None

    async def post(self, url: str, request: Request) -> Heard:
        """What came of it, and how long it took; a failure is told, not raised. No error names the URL, which may hold
        a password."""
        if clean(url) is None:
            return Heard(error="it is no address that can be called")
        if _is_address(host := urlsplit(url).hostname or "") and not may_be_called(host, self._allowed):
            return Heard(error="its address is one that must not be called")
        began = time.monotonic()
        try:
            heard = await self._post(url, request)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as failure:
            heard = Heard(error=_told(failure))
        return replace(heard, seconds=round(time.monotonic() - began, 3))

    async def _post(self, url: str, request: Request) -> Heard:
        headers = {"Content-Type": request.content_type, **request.headers}
        calling = self._opened().post(url, data=request.body, headers=headers, allow_redirects=False)
        async with calling as answer:
            return Heard(
                status=answer.status,
                answer=(await _beginning(answer.content)).decode(errors="replace").replace("\0", ""),
                retry_after=_seconds(answer.headers.get("Retry-After", "")),
            )

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._resolver = _Resolver(self._allowed)
            connector = aiohttp.TCPConnector(resolver=self._resolver, limit=0, ttl_dns_cache=10)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._patience, sock_connect=_CONNECT),
                headers={"User-Agent": "Antiphon"},
                auto_decompress=False,
                trust_env=False,
            )
        return self._session


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """The first kilobyte, or what comes of it in time."""
    heard = b""
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(_READING):
            while len(heard) < _KEPT and (more := await content.read(_KEPT - len(heard))):
                heard += more
    return heard


def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    """Raises OSError."""
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [
        ResolveResult(
            hostname=host,
            host=str(address[0]),
            port=port,
            family=kind,
            proto=protocol,
            flags=_NUMBERS,
        )
        for kind, _, protocol, _, address in found
    ]


def _is_address(host: str) -> bool:
    # What the connector would not look up.
    return ":" in host or host.replace(".", "").isdigit()


def _seconds(written: str) -> float | None:
    return float(written) if written.strip().isdigit() and len(written) < 10 else None


def _told(failure: BaseException) -> str:
    if isinstance(failure, TimeoutError):
        return "it did not answer in time"
    inner = failure.__cause__ if isinstance(failure.__cause__, _Closed) else getattr(failure, "os_error", failure)
    if isinstance(inner, _Closed):
        return str(inner)
    reason = getattr(inner, "strerror", None)
    return f"it cannot be reached: {reason or type(failure).__name__}"
