"""How do we call a customer's server, and never one of our own?"""

import asyncio
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from antiphon.core.event import Heard, Request
from antiphon.core.network import Network, may_be_called

_TOTAL = 15.0  # seconds for the whole of a call
_CONNECT = 5.0
_KEPT = 1024  # bytes of an answer


class _Closed(OSError):
    """All the addresses of a name are ones that must not be called."""


class _Resolver(AbstractResolver):
    """Looks names up, and leaves out what must not be called: the connection goes to the very address that was
    looked at, so a name cannot be one thing when it is checked and another when it is called."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._inner = aiohttp.ThreadedResolver()
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        good = [one for one in found if may_be_called(one["host"], self._allowed)]
        if not good:
            raise _Closed("its address is one that must not be called")
        return good

    async def close(self) -> None:
        await self._inner.close()


class Outbound:
    """A client that follows no redirect, keeps no cookie, and reads no more than a kilobyte of an answer."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        connector = aiohttp.TCPConnector(resolver=_Resolver(self._allowed), limit=0, ttl_dns_cache=10)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=_TOTAL, sock_connect=_CONNECT),
            headers={"User-Agent": "Antiphon"},
            auto_decompress=False,
            trust_env=False,
        )

    async def close(self) -> None:
        assert self._session
        await self._session.close()

    async def post(self, url: str, request: Request) -> Heard:
        """What came of it; a failure is told, not raised. No error names the URL, which may hold a password."""
        assert self._session
        if _is_address(host := urlsplit(url).hostname or "") and not may_be_called(host, self._allowed):
            return Heard(error="its address is one that must not be called")
        try:
            headers = {"Content-Type": request.content_type}
            async with self._session.post(url, data=request.body, headers=headers, allow_redirects=False) as answer:
                text = await answer.content.read(_KEPT)
                return Heard(
                    status=answer.status,
                    answer=text.decode(errors="replace").replace("\0", ""),
                    retry_after=_seconds(answer.headers.get("Retry-After", "")),
                )
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as failure:
            return Heard(error=_told(failure))


def _is_address(host: str) -> bool:
    # What the connector would not look up.
    return ":" in host or host.replace(".", "").isdigit()


def _seconds(written: str) -> float | None:
    return float(written) if written.strip().isdigit() and len(written) < 10 else None


def _told(failure: BaseException) -> str:
    if isinstance(failure, asyncio.TimeoutError):
        return "it did not answer in time"
    inner = failure.__cause__ if isinstance(failure.__cause__, _Closed) else getattr(failure, "os_error", failure)
    if isinstance(inner, _Closed):
        return str(inner)
    reason = getattr(inner, "strerror", None)
    return f"it cannot be reached: {reason or type(failure).__name__}"
