"""How does a message leave by a vendor's HTTP API? One request each, as many at once as the window says."""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Final

import aiohttp
import structlog
from msgspec import Meta, Struct
from yarl import URL

from antiphon.carriers.carrier import CannotReach, Inbox
from antiphon.carriers.http import answers, messages
from antiphon.carriers.http.answers import Heard
from antiphon.carriers.http.messages import Written
from antiphon.carriers.http.shape import OURS, PLACE, Shape, check
from antiphon.core.carrier import TERMS, Address, settings
from antiphon.core.errors import BadField
from antiphon.core.message import Accepted, Busy, InDoubt, Outcome, Outgoing, Refused

_log = structlog.get_logger()
_UNREACHED_PAUSE: Final = 5.0
_AGAIN: Final = (0.5, 2.0)  # seconds before each further attempt with a key that the vendor takes only once
_IDLE: Final = 3.0  # seconds; servers close idle connections after five, and what they close is in doubt
_NOT_CONNECTED: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientSSLError)


class _Broken(aiohttp.ClientError):
    """The connection ended between the first byte and the answer."""


class Settings(Struct, frozen=True, kw_only=True):
    """The options in a carrier's URL. `window` is messages at once; `connect` and `timeout` (until the answer) are in
    seconds; `plain` is HTTP without TLS."""

    window: Annotated[int, Meta(ge=1, le=1_000)] = 50
    connect: Annotated[float, Meta(gt=0, le=300)] = 10.0
    timeout: Annotated[float, Meta(gt=0, le=300)] = 30.0
    plain: bool = False


class Http:
    """Built from a URL and the vendor's shape; `receipts` is where it may post its reports, empty for nowhere. Raises
    BadField where that cannot be."""

    trouble = None

    def __init__(self, name: str, address: Address, shape: Shape, receipts: str = "") -> None:
        check(shape)
        self._settings = settings(
            {name: value for name, value in address.options.items() if name not in TERMS}, Settings
        )
        self._address, self._shape, self._receipts = address, shape, receipts
        self._base = _base(address, shape, plain=self._settings.plain)
        _check_address(address, shape)
        self.name = name
        self.window = self._settings.window
        self._flying: set[asyncio.Task[Outcome | Busy]] = set()
        self._stopping = False

    @property
    def free(self) -> int:
        return 0 if self._stopping else max(0, self.window - len(self._flying))

    async def start(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._session = self._opened()

    def send(self, message: Outgoing) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(message))
        self._flying.add(task)
        task.add_done_callback(partial(self._answered, message))

    async def stop(self) -> None:
        self._stopping = True
        for task in self._flying:
            task.cancel()
        await asyncio.gather(*self._flying, return_exceptions=True)
        await self._session.close()

    async def check(self) -> str:
        """Ask for what only the owner of the credentials may see. Raises CannotReach."""
        facts = messages.of_address(self._address)
        request = self._shape.request
        written = Written(
            "GET", messages.target_of(request.check or "/", facts), messages.headers(request, facts), None
        )
        async with self._opened() as session, self._failures_told():
            heard = await self._exchange(session, written)
        where = self._base.authority
        if not request.check:
            return (
                f"{where} answers HTTP {heard.status}; whether the credentials are right shows with the first message"
            )
        if heard.status in (401, 403):
            raise CannotReach(f"{where} refuses the credentials: HTTP {heard.status}")
        if not 200 <= heard.status < 300:
            raise CannotReach(f"{where} answers HTTP {heard.status}")
        return f"{where} answers, and knows the credentials"

    def _answered(self, message: Outgoing, task: "asyncio.Task[Outcome | Busy]") -> None:
        self._flying.discard(task)
        if task.cancelled():
            outcome: Outcome | Busy = InDoubt("the program stopped before the carrier answered")
        elif failure := task.exception():
            # Its words are not told: they may hold the request, and that our credentials.
            _log.error("a request failed", carrier=self.name, message=message.id, kind=type(failure).__name__)
            outcome = InDoubt(f"the request failed: {type(failure).__name__}")
        else:
            outcome = task.result()
        self._inbox.answered(message, outcome)
        self._inbox.ready()

    async def _deliver(self, message: Outgoing) -> Outcome | Busy:
        try:
            written = messages.write(message, self._shape.request, self._address, self._receipts)
        except ValueError:
            return Refused("its text cannot be written as Unicode")
        key = messages.key_of(message)
        outcome = await self._ask(written, key)
        if not isinstance(outcome, InDoubt) or not self._shape.request.idempotent:
            return outcome
        # The doubt is settled here: from the queue the message could go by another carrier, and arrive twice.
        for pause in _AGAIN:
            await asyncio.sleep(pause)
            again = await self._ask(written, key)
            if isinstance(again, Accepted):
                return again
        return outcome

    async def _ask(self, written: Written, key: str) -> Outcome | Busy:
        try:
            heard = await self._exchange(self._session, written)
        except _NOT_CONNECTED as failure:
            return Busy(_told(failure), _UNREACHED_PAUSE)
        except (TimeoutError, aiohttp.ClientError, OSError) as failure:
            return InDoubt(_told(failure))
        return answers.read(heard, self._shape.answer, key)

    async def _exchange(self, session: aiohttp.ClientSession, written: Written) -> Heard:
        url = URL(f"{self._base}{written.target}", encoded=True)
        async with session.request(
            written.method, url, data=written.body, headers=written.headers, allow_redirects=False
        ) as answer:
            body = await _limited(answer)
            after = answers.seconds(answer.headers.get("Retry-After", ""), datetime.now(UTC))
            return Heard(answer.status, body, after)

    def _opened(self) -> aiohttp.ClientSession:
        connect = self._settings.connect
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=connect + self._settings.timeout, connect=connect),
            headers={"User-Agent": "Antiphon", "Accept-Encoding": "identity"},
            auto_decompress=False,
            middlewares=(_once,),
            trust_env=False,
        )

    @asynccontextmanager
    async def _failures_told(self) -> AsyncIterator[None]:
        """Raises CannotReach."""
        try:
            yield
        except (TimeoutError, aiohttp.ClientError, OSError) as failure:
            raise CannotReach(f"{self._base.authority} {_told(failure)}") from None


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """aiohttp repeats a GET or PUT by itself when the connection breaks, which may send a text twice: not what it
    does not know. Raises _Broken."""
    try:
        return await handler(request)
    except _NOT_CONNECTED:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as failure:
        raise _Broken from failure


async def _limited(answer: aiohttp.ClientResponse) -> bytes:
    """The beginning of it. What breaks off within a refusal is a refusal all the same."""
    kept = bytearray()
    try:
        async for part in answer.content.iter_any():
            kept += part
            if len(kept) > answers.LONGEST:
                answer.close()
                break
    except (TimeoutError, aiohttp.ClientError, OSError):
        if answer.status < 400:
            raise
    return bytes(kept)


def _base(address: Address, shape: Shape, *, plain: bool) -> URL:
    """Raises BadField."""
    host = address.host or shape.host
    if not host:
        raise BadField(field="url", reason="names no host")
    try:
        return URL.build(scheme="http" if plain else "https", host=host, port=address.port or None)
    except ValueError:
        raise BadField(field="url", reason="names a host that is none") from None


def _check_address(address: Address, shape: Shape) -> None:
    """Raises BadField."""
    facts, request = messages.of_address(address), shape.request
    needed = {"basic": ("user", "password"), "bearer": ("password",), "none": ()}[request.credentials]
    written = [request.path, request.check, *request.headers.values(), *map(str, request.fields.values())]
    named = {name for template in written for name in PLACE.findall(template) if name in OURS}
    if missing := sorted(name for name in {*needed, *named} if not facts[name]):
        raise BadField(field="url", reason=f"lacks the {' and the '.join(missing)} that this carrier needs")


def _told(failure: BaseException) -> str:
    """In words that hold neither the address nor what was sent."""
    if isinstance(failure, aiohttp.ConnectionTimeoutError):
        return "cannot be reached: no connection in time"
    if isinstance(failure, TimeoutError):
        return "did not answer in time"
    if isinstance(failure, _NOT_CONNECTED):
        return f"cannot be reached: {_reason(getattr(failure, 'os_error', failure))}"
    return "broke the connection off"


def _reason(failure: BaseException) -> str:
    if isinstance(failure, ssl.SSLError | ssl.CertificateError):
        return f"TLS fails: {failure.reason or type(failure).__name__}"
    if isinstance(failure, socket.gaierror):
        return str(failure.strerror)
    code = getattr(failure, "errno", None)
    return os.strerror(code) if code else type(failure).__name__
