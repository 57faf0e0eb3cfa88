"""What tests of sessions need: both ends of a connection, and a peer that speaks in bytes."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from antiphon.smpp.bodies import Bind, BindResp, Body, Command, ShortMessage, Taken
from antiphon.smpp.pdu import Pdu, decode
from antiphon.smpp.session import Handler, Session, Timers, connect

PATIENT = Timers()
MESSAGE = ShortMessage(source="100", destination="200", short_message=b"Hello")
MIB = 1024 * 1024


def keep(session: Session, request: Pdu) -> None:
    """The owner takes its time."""


def accept(session: Session, request: Pdu) -> None:
    body: Body = BindResp("office") if isinstance(request.body, Bind) else Taken(str(request.sequence))
    session.respond(request, body)


class Watched(Session):
    """A session whose unread octets can be seen."""

    transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        super().connection_made(transport)

    @property
    def unread(self) -> int:
        return self.transport.get_write_buffer_size() if self.transport else 0


class End:
    """One end of a connection: its session, and what its owner was told."""

    def __init__(
        self, owner: Callable[[Session, Pdu], None] = keep, window: int = 10, timers: Timers = PATIENT
    ) -> None:
        self.asked: list[Pdu] = []
        self.answers: list[Pdu | None] = []
        self.reasons: list[str] = []
        self.freed = 0
        self._owner = owner
        self.session = Watched(Handler(request=self._take, closed=self._end, free=self._room), window, timers)

    def submit(self, body: Body = MESSAGE) -> None:
        self.session.request(Command.SUBMIT_SM, body, self.answers.append)

    def _take(self, session: Session, request: Pdu) -> None:
        self.asked.append(request)
        self._owner(session, request)

    def _end(self, session: Session, reason: str) -> None:
        self.reasons.append(reason)

    def _room(self) -> None:
        self.freed += 1


class Peer:
    """Somebody who writes octets as they like."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *octets: bytes) -> None:
        for some in octets:
            self.writer.write(some)
            await self.writer.drain()

    async def hear(self) -> Pdu:
        length = await self.reader.readexactly(4)
        return decode(length + await self.reader.readexactly(int.from_bytes(length, "big") - 4))

    async def flood(self, octets: bytes) -> None:
        """Until the other end has had enough."""
        with suppress(ConnectionError):
            while True:
                await self.send(octets)

    async def hung_up(self) -> bool:
        with suppress(ConnectionError):
            await self.reader.read()
        return True


@asynccontextmanager
async def office(*ends: End) -> AsyncIterator[int]:
    """The port where each of `ends` takes one caller, in turn."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)  # of those that call, too
    turn = iter(ends)
    server = await asyncio.get_running_loop().create_server(lambda: next(turn).session, sock=listener)
    yield listener.getsockname()[1]
    server.close()
    for end in ends:
        if end.session.transport:
            end.session.abort("the test is over")
            await end.session.closed


@asynccontextmanager
async def pair(caller: End, called: End) -> AsyncIterator[None]:
    async with office(called) as port:
        await connect(caller.session, "127.0.0.1", port)
        await until(lambda: called.session.transport is not None)
        yield
        caller.session.abort("the test is over")
        await caller.session.closed


@asynccontextmanager
async def called_by_peer(port: int) -> AsyncIterator[Peer]:
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    raw.connect(("127.0.0.1", port))
    peer = Peer(*await asyncio.open_connection(sock=raw))
    yield peer
    peer.writer.transport.abort()


@asynccontextmanager
async def facing_peer(end: End) -> AsyncIterator[Peer]:
    async with office(end) as port, called_by_peer(port) as peer:
        await until(lambda: end.session.transport is not None)
        yield peer


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


async def elapsed(wait: Any) -> float:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with asyncio.timeout(10):
        await wait
    return loop.time() - begun


async def works(port: int) -> None:
    """A good session has its answer from there."""
    caller = End()
    await connect(caller.session, "127.0.0.1", port)
    answer = await caller.session.ask(Command.SUBMIT_SM, MESSAGE)
    assert answer.body == Taken("1")
    await caller.session.unbind(5)
