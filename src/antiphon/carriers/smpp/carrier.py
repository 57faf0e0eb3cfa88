"""How does a message leave by SMPP, and what comes back? One carrier with several binds."""

import asyncio
import random
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog

from antiphon.carriers.carrier import CannotReach, Inbox, Said
from antiphon.carriers.smpp import answers, messages, questions
from antiphon.carriers.smpp.answers import Sending
from antiphon.carriers.smpp.questions import Question
from antiphon.carriers.smpp.settings import Settings
from antiphon.core.carrier import TERMS, Address, settings
from antiphon.core.errors import BadField
from antiphon.core.message import (
    Busy,
    Entrusted,
    Outgoing,
    Refused,
    Reply,
)
from antiphon.smpp import receipt as receipts
from antiphon.smpp import status
from antiphon.smpp.bodies import Bind, Command, DataSm, ShortMessage, Taken
from antiphon.smpp.pdu import Pdu, TooLong
from antiphon.smpp.session import Handler, NoAnswer, Session, Timers, connect

_log = structlog.get_logger()
_PORT: Final = 2775
_TLS_PORT: Final = 3550
_LONGEST_NAME: Final = 64
_PATIENCE: Final = 10.0  # seconds that a stop waits for answers
_REMEMBERED: Final = 24 * 3600.0  # seconds for which carriers can be asked about a message
_LONGEST_PAUSE: Final = 60.0  # seconds between two attempts to bind
_BINDS: Final[Mapping[str, tuple[Command, ...]]] = {
    "transceiver": (Command.BIND_TRANSCEIVER,),
    "transmitter": (Command.BIND_TRANSMITTER,),
    "receiver": (Command.BIND_RECEIVER,),
    "both": (Command.BIND_TRANSMITTER, Command.BIND_RECEIVER),
}


class Smpp:
    """Built from a URL. Raises BadField where that cannot be."""

    def __init__(self, name: str, address: Address) -> None:
        options = {name: value for name, value in address.options.items() if name not in TERMS}
        self._settings = settings(options, Settings)
        self._settings.tags  # noqa: B018 it says what is wrong with them now rather than with the first message
        if not address.host:
            raise BadField(field="url", reason="names no host")
        if max(len(address.user), len(address.password)) > _LONGEST_NAME:
            raise BadField(field="url", reason=f"has a system_id or a password over {_LONGEST_NAME} characters")
        secure = address.scheme == "smpps"
        self.name = name
        self._host, self._port = address.host, address.port or (_TLS_PORT if secure else _PORT)
        self._tls = self._settings.tls if secure else None
        self._bind = Bind(address.user, address.password, self._settings.system_type)
        kinds = _BINDS[self._settings.bind] * self._settings.binds
        senders = sum(kind is not Command.BIND_RECEIVER for kind in kinds)
        self.window = max(1, senders * self._settings.window)
        self._kinds = kinds
        self._links: dict[Session, Command] = {}
        self._senders: list[Session] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._trouble: str | None = "not connected yet"
        self._reference = random.randrange(256)  # noqa: S311

    @property
    def free(self) -> int:
        return sum(session.free for session in self._senders)

    @property
    def trouble(self) -> str | None:
        return None if self._senders or (self._links and self._settings.bind == "receiver") else self._trouble

    @property
    def ask_after(self) -> float:
        return self._settings.ask_after

    @property
    def cancels(self) -> bool:
        return self._settings.cancel

    @property
    def patience(self) -> float:
        return self._settings.validity or _REMEMBERED

    async def start(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._tasks = [asyncio.create_task(self._keep(kind)) for kind in self._kinds]

    async def stop(self) -> None:
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *(link.unbind(_PATIENCE) for link in self._links), return_exceptions=True)

    async def check(self) -> str:
        """Bind, ask whether somebody is there, say goodbye. Raises CannotReach."""
        session = Session(Handler(request=lambda _session, _pdu: None, closed=lambda _session, _why: None), 1)
        answer = await self._bound(session, self._kinds[0])
        try:
            await session.ask(Command.ENQUIRE_LINK)
        except NoAnswer as failure:
            raise CannotReach(f"bound, but it does not answer enquire_link: {failure}") from None
        await session.unbind(_PATIENCE)
        return f"bound to {getattr(answer.body, 'system_id', '') or 'a nameless system'}, which answers"

    def send(self, message: Outgoing) -> None:
        session = max(self._senders, key=lambda one: one.free, default=None)
        if session is None:
            self._inbox.answered(message, Busy(self._trouble or "not connected"))
            return
        self._reference = (self._reference + 1) % 256
        try:
            sending = Sending(message, messages.write(message, self._settings, self._reference))
            for place in range(len(sending.parts)):
                self._submit(session, sending, place)
        except TooLong as failure:
            self._inbox.answered(message, Refused(f"it cannot be written as SMPP: {failure}", of_route=True))

    def ask(self, message: Entrusted, heard: Callable[[Said], None]) -> None:
        self._question(questions.QUERY, message, heard)

    def recall(self, message: Entrusted, heard: Callable[[Said], None]) -> None:
        self._question(questions.CANCEL, message, heard)

    def _question(self, question: Question, message: Entrusted, heard: Callable[[Said], None]) -> None:
        for reference in message.references:
            session = max(self._senders, key=lambda one: one.free, default=None)
            if session is None:
                heard(None)
                continue

            def answered(answer: Pdu | None, reference: str = reference) -> None:
                heard(question.read(answer, message, reference, datetime.now(UTC)))

            session.request(question.command, question.write(message, reference, self._settings), answered)

    def _submit(self, session: Session, sending: Sending, place: int) -> None:
        session.request(Command.SUBMIT_SM, sending.parts[place], partial(self._answered, sending, place))

    def _answered(self, sending: Sending, place: int, answer: Pdu | None) -> None:
        if place in sending.doubted:  # its answer comes late
            sending.doubted.discard(place)
        else:
            sending.left -= 1
        if answer is None:
            sending.doubted.add(place)
        elif answer.status == status.OK:
            sending.references[place] = getattr(answer.body, "message_id", "")
        elif answer.status in status.BUSY and len(sending.parts) > 1:
            sending.left += 1
            asyncio.get_running_loop().call_later(questions.THROTTLED_PAUSE, self._again, sending, place)
            return
        else:
            sending.refused = answers.refusal(answer.status)
        if sending.left == 0:
            self._inbox.answered(sending.message, answers.outcome_of(sending))

    def _again(self, sending: Sending, place: int) -> None:
        """A part that the carrier was too busy for; the others are on their way already."""
        session = max(self._senders, key=lambda one: one.free, default=None)
        if session is not None:
            self._submit(session, sending, place)
        elif not self._stopping:
            asyncio.get_running_loop().call_later(questions.THROTTLED_PAUSE, self._again, sending, place)
        else:
            sending.refused = Refused("the program stopped before all parts had left")
            self._answered(sending, place, None)

    async def _keep(self, kind: Command) -> None:
        """Keep one link up: bind, wait until it ends, and after a pause again."""
        failures = 0
        while True:
            session = Session(
                Handler(request=self._asked, closed=self._closed, free=self._inbox.ready),
                self._settings.window,
                Timers(response=self._settings.response, enquire=self._settings.enquire),
            )
            try:
                await self._bound(session, kind)
                failures = 0
                self._links[session] = kind
                if kind is not Command.BIND_RECEIVER:
                    self._senders.append(session)
                _log.info("bound", carrier=self.name, kind=kind.name.lower())
                self._inbox.ready()
                await session.closed
            except CannotReach as failure:
                self._trouble = str(failure)
                _log.warning("cannot bind", carrier=self.name, reason=str(failure))
            failures += 1
            self._inbox.ready()
            await asyncio.sleep(random.uniform(0.5, 1) * min(2 ** (failures - 1), _LONGEST_PAUSE))  # noqa: S311

    async def _bound(self, session: Session, kind: Command) -> Pdu:
        """Raises CannotReach."""
        try:
            async with asyncio.timeout(self._settings.response):
                await connect(session, self._host, self._port, self._tls)
                answer = await session.ask(kind, self._bind)
        except (OSError, NoAnswer, TimeoutError, ssl.SSLError) as failure:
            reason = getattr(failure, "strerror", None) or str(failure) or "no answer in time"
            raise CannotReach(f"{self._host}:{self._port} cannot be reached: {reason}") from failure
        if answer.status != status.OK:
            session.close("the bind was refused")
            raise CannotReach(f"{self._host}:{self._port} refuses the bind: {status.name(answer.status)}")
        return answer

    def _closed(self, session: Session, reason: str) -> None:
        if session in self._senders:
            self._senders.remove(session)
        if self._links.pop(session, None) is not None and not self._stopping:
            self._trouble = f"the link ended: {reason}"
            _log.warning("the link ended", carrier=self.name, reason=reason)

    def _asked(self, session: Session, pdu: Pdu) -> None:
        match pdu.body:
            case ShortMessage() | DataSm() as body if pdu.command in (Command.DELIVER_SM, Command.DATA_SM):
                self._deliver(session, pdu, body)
            case _ if pdu.command == Command.ALERT_NOTIFICATION:
                session.pass_over(pdu)
            case _:
                session.nack(pdu, status.INVALID_COMMAND)

    def _deliver(self, session: Session, pdu: Pdu, body: ShortMessage | DataSm) -> None:
        def stored() -> None:
            session.respond(pdu, Taken())

        if not receipts.is_receipt(body):
            self._inbox.reply(self._reply(body), stored)
            return
        told = receipts.read(body)
        if told is None or not told.is_final:
            if told is None:
                _log.warning("a receipt that cannot be read", carrier=self.name, octets=body.user_data[:200].hex())
            stored()
            return
        self._inbox.receipt(answers.receipt_of(told, body.source), stored)

    def _reply(self, body: ShortMessage | DataSm) -> Reply:
        said = messages.read(body, self._settings)
        return Reply(
            number=f"+{body.source}" if body.source.isdigit() else body.source,
            text=said if isinstance(said, str) else "",
            at=datetime.now(UTC),
            receiver=body.destination,
            carrier=self.name,
            part=None if isinstance(said, str) else said,
        )
