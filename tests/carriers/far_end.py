"""What does a vendor's server do to us? Whatever a test has written down for it, one answer after the other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from msgspec import Struct

from antiphon.carriers.http.carrier import Http
from antiphon.carriers.http.shape import Shape
from antiphon.core.carrier import read
from antiphon.core.message import Busy, Outcome, Outgoing, Receipt, Reply

Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Asked(Struct):
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class FarEnd:
    """A server on loopback. It gives its answers in turn, the last of them for ever."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Answers] = []
        self.address = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked(request.method, request.path_qs, dict(request.headers), await request.read()))
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        return await answer(request)


class Inbox:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[Outgoing, Outcome | Busy]] = []
        self.more = asyncio.Event()

    def answered(self, message: Outgoing, outcome: Outcome | Busy) -> None:
        self.outcomes.append((message, outcome))
        self.more.set()

    def receipt(self, receipt: Receipt, stored: Callable[[], None]) -> None: ...
    def reply(self, reply: Reply, stored: Callable[[], None]) -> None: ...
    def ready(self) -> None: ...

    async def have(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.outcomes) < count:
                self.more.clear()
                await self.more.wait()


def says(status: int, body: Any = None, **headers: str) -> Answers:
    async def answer(_request: web.Request) -> web.StreamResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, bytes):
            return web.Response(status=status, body=body, headers=given)
        return web.json_response(body, status=status, headers=given)

    return answer


async def hangs_up(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.abort()
    return web.Response()


async def breaks_off(request: web.Request, status: int = 200) -> web.StreamResponse:
    """In the middle of its answer."""
    response = web.StreamResponse(status=status, headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"sid": "SM')
    return await hangs_up(request)


async def speaks_no_http(request: web.Request) -> web.StreamResponse:
    assert isinstance(request.transport, asyncio.Transport)
    request.transport.write(b"220 mail.example.com ESMTP\r\n\r\n")
    return await hangs_up(request)


async def is_silent(request: web.Request) -> web.StreamResponse:
    """Until the other side has had enough."""
    while request.transport and not request.transport.is_closing():
        await asyncio.sleep(0.01)
    return web.Response()


@asynccontextmanager
async def listening(*answers: Answers) -> AsyncIterator[FarEnd]:
    end = FarEnd()
    end.answers = list(answers)
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", end.answer)
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    end.address = "{}:{}".format(*runner.addresses[0][:2])
    try:
        yield end
    finally:
        await runner.cleanup()


@asynccontextmanager
async def started(url: str, shape: Shape, receipts: str = "") -> AsyncIterator[tuple[Http, Inbox]]:
    carrier, inbox = Http("way", read(url), shape, receipts), Inbox()
    await carrier.start(inbox)
    try:
        yield carrier, inbox
    finally:
        await carrier.stop()


async def sent(url: str, shape: Shape, message: Outgoing, receipts: str = "") -> Outcome | Busy:
    """What becomes of one message."""
    async with started(url, shape, receipts) as (carrier, inbox):
        carrier.send(message)
        await inbox.have(1)
    assert len(inbox.outcomes) == 1, "one answer for each message"
    return inbox.outcomes[0][1]
