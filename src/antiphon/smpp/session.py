"""How do two ends talk SMPP over one connection? Windows, timers and answers; either end may ask."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, cast

from msgspec import Struct

from antiphon.smpp import status
from antiphon.smpp.bodies import NOTHING, Body, Command
from antiphon.smpp.pdu import BadLength, BadPdu, Pdu, answer_to, decode, encode, frames

_TICK: Final = 0.5  # seconds between two looks at the timers
_LAST_SEQUENCE: Final = 0x7FFF_FFFF  # 5.1.4
_FORGOTTEN: Final = 4  # times the response timer: then nobody waits for an answer any more
_PARCEL: Final = 64 * 1024  # octets that are written at once
_MOST_OPEN: Final = 2_000  # requests of the peer that wait for our answer before we stop reading
_MOST_UNREAD: Final = 4 * 1024 * 1024  # octets that a peer may leave unread before we hang up


class Timers(Struct, frozen=True, kw_only=True):
    """In seconds (7.2): how long an answer may take, and how long a silence before we ask who is there."""

    response: float = 60.0
    enquire: float = 30.0


class NoAnswer(Exception):
    """The session ended, or the time ran out, before the answer came."""


class Handler(Struct, frozen=True, kw_only=True):
    """What the owner of a session does about it. Every one of these is called in the session's own loop.

    `request`: the peer asks; the owner answers now or later, by `Session.respond`. `free`: there is room in the window
    again, once for all that came together. `closed`: why it ended, once.
    """

    request: Callable[["Session", Pdu], None]
    closed: Callable[["Session", str], None]
    free: Callable[[], None] = lambda: None


# Called with the answer; or with None when it has not come in time, and then once more if it comes after all.
Answered = Callable[[Pdu | None], None]


class _Asked(Struct):
    command: int
    at: float
    answered: Answered
    overdue: bool = False


class Session(asyncio.Protocol):
    """One connection. `window` is how many requests of ours may be without an answer at a time.

    A request that gets no answer in time keeps its place in the window: a peer that answers slowly is not sent more
    than it can work off.
    """

    def __init__(self, handler: Handler, window: int, timers: Timers | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._handler = handler
        self._window = window
        self._timers = timers or Timers()
        self._buffer = bytearray()
        self._outbox: list[bytes] = []
        self._unwritten = 0
        self._asked: dict[int, _Asked] = {}
        self._open = 0
        self._sequence = 0
        self._reason = "the peer closed the connection"
        self._closing = self._ended = self._full = self._reading_paused = self._roomier = False
        self._look: asyncio.TimerHandle | None = None
        self._idle = asyncio.Event()
        self.closed: asyncio.Future[None] = self._loop.create_future()

    @property
    def free(self) -> int:
        """How many more requests may be made now."""
        return 0 if self._closing or self._full else max(0, self._window - len(self._asked))

    @property
    def unanswered(self) -> int:
        """How many of our requests have no answer yet."""
        return len(self._asked)

    def request(self, command: Command, body: Body, answered: Answered) -> None:
        """Ask. Raises TooLong, and then nothing was sent."""
        self._sequence = self._sequence % _LAST_SEQUENCE + 1
        frame = encode(command, self._sequence, body)
        if self._ended:
            self._loop.call_soon(answered, None)
            return
        self._asked[self._sequence] = _Asked(command, self._loop.time(), answered)
        self._write(frame)

    async def ask(self, command: Command, body: Body = NOTHING) -> Pdu:
        """The answer. Raises NoAnswer or TooLong."""
        answer: asyncio.Future[Pdu | None] = self._loop.create_future()
        self.request(command, body, lambda pdu: None if answer.done() else answer.set_result(pdu))
        if (pdu := await answer) is None:
            raise NoAnswer(self._reason if self._closing else f"no answer within {self._timers.response:g} s")
        return pdu

    def respond(self, request: Pdu, body: Body = NOTHING, code: int = status.OK) -> None:
        """Answer the peer; nothing happens where the session has ended meanwhile."""
        self._settle()
        self._write(encode(answer_to(request.command), request.sequence, body, code))

    def pass_over(self, request: Pdu) -> None:
        """It wants no answer."""
        self._settle()

    def nack(self, request: Pdu, code: int) -> None:
        """Answer what makes no sense here (4.3.1)."""
        self._settle()
        self._write(encode(Command.GENERIC_NACK, request.sequence, status=code))

    async def unbind(self, patience: float) -> None:
        """Ask nothing more, wait for the answers to what was asked, say goodbye and hang up."""
        self._closing = True
        with suppress(TimeoutError, NoAnswer):
            async with asyncio.timeout(patience):
                if self._asked:
                    await self._idle.wait()
                await self.ask(Command.UNBIND)
                self.close("we said goodbye")
                await asyncio.wait([self.closed])
        if not self._ended:
            self.abort("we said goodbye")
            await asyncio.wait([self.closed])

    def close(self, reason: str) -> None:
        """Hang up once what is written has left."""
        self._flush()
        if not self._transport.is_closing():
            self._reason = reason
            self._closing = True
            self._reading_paused = False  # the timers are what hangs up on a peer that does not read the rest
            self._heard_at = self._loop.time()
            self._transport.close()

    def abort(self, reason: str) -> None:
        """Hang up at once."""
        self._reason = reason
        self._closing = True
        self._transport.abort()

    # What the transport tells us.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone
        self._heard_at = self._loop.time()
        self._look = self._loop.call_later(_TICK, self._check_timers)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._heard_at = self._loop.time()
        try:
            for frame in frames(self._buffer):
                self._receive(frame)
        except BadLength as failure:
            self._write(encode(Command.GENERIC_NACK, 0, status=status.INVALID_LENGTH))
            self.close(str(failure))
        if self._roomier:
            self._roomier = False
            self._handler.free()
        self._flush()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._handler.free()

    def connection_lost(self, exc: Exception | None) -> None:
        self._closing = self._ended = True
        if self._look:
            self._look.cancel()
        if exc is not None:
            self._reason = str(exc) or type(exc).__name__
        asked, self._asked = self._asked, {}
        self._idle.set()
        for one in asked.values():
            if not one.overdue:
                one.answered(None)
        self._handler.closed(self, self._reason)
        if not self.closed.done():
            self.closed.set_result(None)

    def _receive(self, frame: bytes) -> None:
        if self._transport.is_closing():
            return
        try:
            pdu = decode(frame)
        except BadPdu as failure:
            self._refuse(failure)
            return
        if pdu.is_response:
            self._take_answer(pdu.command, pdu.sequence, pdu)
        elif pdu.command == Command.ENQUIRE_LINK:
            self._write(encode(Command.ENQUIRE_LINK_RESP, pdu.sequence))
        elif pdu.command == Command.UNBIND:
            self._write(encode(Command.UNBIND_RESP, pdu.sequence))
            self.close("the peer said goodbye")
        else:
            self._take_request(pdu)

    def _take_request(self, pdu: Pdu) -> None:
        self._open += 1
        if self._open >= _MOST_OPEN and not self._reading_paused:
            self._reading_paused = True
            self._transport.pause_reading()
        self._handler.request(self, pdu)

    def _settle(self) -> None:
        """One request of the peer waits no longer."""
        self._open -= 1
        if self._reading_paused and self._open < _MOST_OPEN // 2 and not self._transport.is_closing():
            self._reading_paused = False
            self._heard_at = self._loop.time()
            self._transport.resume_reading()

    def _take_answer(self, command: int, sequence: int, pdu: Pdu | None) -> None:
        """`pdu` is None where it cannot be read."""
        one = self._asked.get(sequence)
        if one is None or command not in (answer_to(one.command), Command.GENERIC_NACK):
            return
        del self._asked[sequence]
        if pdu is not None or not one.overdue:
            one.answered(pdu)
        self._roomier = True
        if self._closing and not self._asked:
            self._idle.set()

    def _refuse(self, failure: BadPdu) -> None:
        if failure.is_response:
            self._take_answer(failure.command, failure.sequence, None)
        else:
            code = status.INVALID_COMMAND if failure.is_unknown else status.INVALID_LENGTH
            self._write(encode(Command.GENERIC_NACK, failure.sequence, status=code))

    def _check_timers(self) -> None:
        now = self._loop.time()
        self._look = self._loop.call_later(_TICK, self._check_timers)
        self._doubt(now)
        silent = now - self._heard_at
        if self._reading_paused or silent < self._timers.enquire:
            return
        if silent > self._timers.enquire + self._timers.response:
            self.abort(f"silent for {silent:.0f} s")
        elif not any(one.command == Command.ENQUIRE_LINK for one in self._asked.values()):
            self.request(Command.ENQUIRE_LINK, NOTHING, lambda pdu: None)

    def _doubt(self, now: float) -> None:
        """Tell of the answers that are overdue, and forget those that nobody waits for any more."""
        late = [item for item in self._asked.items() if now - item[1].at >= self._timers.response]
        for sequence, one in late:
            if not one.overdue:
                one.overdue = True
                one.answered(None)
            elif now - one.at > self._timers.response * _FORGOTTEN:
                del self._asked[sequence]
                self._handler.free()
        if self._closing and not self._asked:
            self._idle.set()

    def _write(self, frame: bytes) -> None:
        # What is written in one turn of the loop leaves as one: a system call for each took an eighth of the time.
        if not self._outbox:
            self._loop.call_soon(self._flush)
        self._outbox.append(frame)
        self._unwritten += len(frame)
        if self._unwritten > _PARCEL:
            self._flush()

    def _flush(self) -> None:
        frames, self._outbox, self._unwritten = self._outbox, [], 0
        if not frames or self._transport.is_closing():
            return
        self._transport.write(b"".join(frames))
        if self._full and self._transport.get_write_buffer_size() > _MOST_UNREAD:
            self.abort("the peer does not read")


async def connect(session: Session, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
    """Raises OSError."""
    loop: Any = asyncio.get_running_loop()
    await loop.create_connection(lambda: session, host, port, ssl=tls)
