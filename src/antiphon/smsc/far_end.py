"""What would a carrier do at the far end of SMPP? One to test against, with the faults that real ones have.

It answers binds, submit_sm, data_sm, query_sm and cancel_sm, and reports on what it took. What it still has to report
waits for the next bind when the link is lost. Every message that reached it is a line of its log.
"""

import asyncio
import heapq
import itertools
import signal
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from antiphon.smpp import receipt as receipts
from antiphon.smpp import status
from antiphon.smpp.bodies import (
    BindResp,
    CancelSm,
    Command,
    DataSm,
    QuerySm,
    QuerySmResp,
    ShortMessage,
    Tag,
    Taken,
)
from antiphon.smpp.pdu import Pdu
from antiphon.smpp.session import Handler, Session, Timers
from antiphon.smsc.faults import Faults, draws, ids
from antiphon.smsc.kept import Kept, receipt_of, reply_to

_BINDS: Final = (Command.BIND_TRANSMITTER, Command.BIND_RECEIVER, Command.BIND_TRANSCEIVER)
_TICK: Final = 0.01
_WINDOW: Final = 2000
_READERS: Final = 10_000  # who may answer: those that heard last
_REMEMBERED: Final = 100_000  # messages that can be asked about


class Smsc:
    """`password` is asked of every bind, if there is one."""

    def __init__(self, faults: Faults, log: Path | None = None, password: str | None = None) -> None:
        self._faults = faults
        self._log = log.open("ab") if log else None
        self._password = password
        self._bound: dict[Session, tuple[str, int]] = {}
        self._serial = itertools.count(1)
        self._words = itertools.count(1)
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._due: list[tuple[float, int, Kept]] = []
        self._allowance = (0.0, 0.0)
        self._readers: deque[Kept] = deque(maxlen=_READERS)
        self._talk = (0.0, time.monotonic())
        self.taken = self.reported = self.throttled = self.answered = 0

    async def start(self, host: str, port: int) -> asyncio.Server:
        self._loop = asyncio.get_running_loop()
        self._ticker = self._loop.create_task(self._tick())
        return await self._loop.create_server(self._session, host, port)

    async def stop(self) -> None:
        self._ticker.cancel()
        await asyncio.gather(self._ticker, return_exceptions=True)
        for session in list(self._bound):
            session.abort("the simulator stops")
        if self._log:
            self._log.close()

    def cut(self) -> int:
        """Drop all links, as a network does; how many."""
        links = list(self._bound)
        for session in links:
            session.abort("the link was cut")
        return len(links)

    def _session(self) -> Session:
        handler = Handler(request=self._asked, closed=lambda session, why: self._bound.pop(session, None) and None)
        return Session(handler, _WINDOW, Timers())

    def _asked(self, session: Session, pdu: Pdu) -> None:
        bound = self._bound.get(session)
        match pdu.body:
            case _ if pdu.command in _BINDS:
                self._bind(session, pdu)
            case _ if bound is None:
                session.nack(pdu, status.WRONG_BIND)
            case ShortMessage() | DataSm() if bound[1] == Command.BIND_RECEIVER:
                session.respond(pdu, Taken(), status.WRONG_BIND)
            case ShortMessage() | DataSm() as body if pdu.command in (Command.SUBMIT_SM, Command.DATA_SM):
                self._take(session, pdu, body)
            case QuerySm(message_id=id):
                kept = self._kept.get(id)
                code = status.OK if kept else status.QUERY_FAILED
                state = receipts.code(kept.state) if kept else 0
                session.respond(pdu, QuerySmResp(id, f"{kept.done}00000+" if kept and kept.done else "", state), code)
            case CancelSm(message_id=id):
                session.respond(pdu, code=self._cancel(id))
            case _:
                session.nack(pdu, status.INVALID_COMMAND)

    def _bind(self, session: Session, pdu: Pdu) -> None:
        name, password = getattr(pdu.body, "system_id", ""), getattr(pdu.body, "password", "")
        if self._password is not None and password != self._password:
            session.respond(pdu, BindResp("antiphon"), status.INVALID_PASSWORD)
            return
        self._bound[session] = name, pdu.command
        session.respond(pdu, BindResp("antiphon", {Tag.SC_INTERFACE_VERSION: b"\x34"}))

    def _take(self, session: Session, pdu: Pdu, body: ShortMessage | DataSm) -> None:
        draw = draws(self._faults.seed, body.destination, body.user_data)
        if not self._may_pass():
            self.throttled += 1
            session.respond(pdu, Taken(), status.THROTTLED)
            return
        if draw[0] < self._faults.refused:
            session.respond(pdu, Taken(), status.INVALID_DESTINATION)
            return
        kept = self._keep(session, body, draw)
        if draw[2] < self._faults.dropped:
            session.abort("the link is cut before the answer")
        elif draw[3] >= self._faults.lost:
            self._later(self._faults.latency, lambda: session.respond(pdu, Taken(kept.answered_id)))

    def _keep(self, session: Session, body: ShortMessage | DataSm, draw: list[float]) -> Kept:
        serial = next(self._serial)
        answered, reported = ids(self._faults.ids, serial)
        kept = Kept(self._bound[session][0], answered, reported, body)
        kept.stops = draw[6] < self._faults.stopped
        kept.silent = 1 - draw[7] <= self._faults.silent or not body.registered_delivery & 0x03
        kept.end_state = "UNDELIV" if draw[1] < self._faults.failed else "DELIVRD"
        self.taken += 1
        self._kept[answered] = kept
        self._readers.append(kept)
        if len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        if self._log:
            line = {"id": answered, "from": body.source, "to": body.destination, "octets": body.user_data.hex()}
            self._log.write(msgspec.json.encode(line) + b"\n")
        delay = self._faults.receipt_delay + draw[4] * self._faults.shuffled
        early = draw[5] < self._faults.early
        at = time.monotonic() + (-1 if early else self._faults.latency + delay)
        for _ in range(2 if draw[7] < self._faults.twice else 1):
            heapq.heappush(self._due, (at, serial, kept))
        if early:
            self._report_due(at)
        return kept

    def _may_pass(self) -> bool:
        """A bucket that fills with the rate and holds a tenth of a second of it."""
        rate = self._faults.rate
        if not rate:
            return True
        left, at = self._allowance
        now = time.monotonic()
        left = min(max(1.0, rate / 10), left + (now - at) * rate)
        self._allowance = (left - 1, now) if left >= 1 else (left, now)
        return left >= 1

    def _later(self, seconds: float, answer: Callable[[], None]) -> None:
        if seconds:
            self._loop.call_later(seconds, answer)
        else:
            answer()

    def _cancel(self, id: str) -> int:
        kept = self._kept.get(id)
        if kept is None or kept.state != "ENROUTE":
            return status.CANCEL_FAILED
        kept.end_state = "DELETED"
        kept.end()
        return status.OK

    async def _tick(self) -> None:
        while True:
            self._report_due(time.monotonic())
            self._answer_some(time.monotonic())
            if self._log:
                self._log.flush()
            await asyncio.sleep(_TICK)

    def _report_due(self, now: float) -> None:
        """As many as the receivers' windows take; the others wait."""
        missed: list[tuple[float, int, Kept]] = []
        while self._due and self._due[0][0] <= now and len(missed) < _WINDOW:
            entry = heapq.heappop(self._due)
            receiver = self._receiver(entry[2].system_id)
            if entry[2].silent:
                entry[2].end()
            elif receiver is None:
                missed.append(entry)
            else:
                self._report(receiver, entry)
        for entry in missed:
            heapq.heappush(self._due, entry)

    def _answer_some(self, now: float) -> None:
        """As many as have become due since the last look; who is asked for too many is not asked for them later."""
        owed, before = self._talk
        owed = min(owed + (now - before) * self._faults.replies, max(1.0, self._faults.replies))
        while owed >= 1 and self._readers:
            owed -= 1
            kept = self._readers[0]
            self._readers.rotate(-1)
            receiver = self._receiver(kept.system_id)
            if receiver is None:
                break
            said = f"Yes {next(self._words)}".encode()
            receiver.request(Command.DELIVER_SM, reply_to(kept.body, said), self._heard)
        self._talk = owed, now

    def _heard(self, answer: Pdu | None) -> None:
        self.answered += answer is not None and answer.status == status.OK

    def _receiver(self, system_id: str) -> Session | None:
        for session, (name, kind) in self._bound.items():
            if name == system_id and kind != Command.BIND_TRANSMITTER and session.free:
                return session
        return None

    def _report(self, session: Session, entry: tuple[float, int, Kept]) -> None:
        kept = entry[2]

        def answered(answer: Pdu | None) -> None:
            if answer is None or answer.status != status.OK:
                heapq.heappush(self._due, (time.monotonic() + 1, entry[1], kept))
                return
            self.reported += 1
            if kept.stops:
                kept.stops = False
                session.request(Command.DELIVER_SM, reply_to(kept.body, b"STOP"), self._heard)

        kept.end()
        session.request(Command.DELIVER_SM, receipt_of(kept, self._faults.tell), answered)


async def serve(smsc: Smsc, host: str, port: int) -> None:
    """Until SIGTERM or SIGINT. Raises OSError where it cannot listen."""
    stopping = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stopping.set)
    server = await smsc.start(host, port)
    where = server.sockets[0].getsockname()
    print(f"listening on {where[0]}:{where[1]}", flush=True)
    await stopping.wait()
    server.close()
    await smsc.stop()
    told = f"{smsc.taken} taken, {smsc.reported} reported, {smsc.throttled} throttled, {smsc.answered} answers heard"
    print(told, flush=True)
