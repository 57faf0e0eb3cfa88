"""How does any request of a customer pass? Bind -> read -> service -> answer; refusals through the table."""

import asyncio
import socket
import time
import uuid
from collections.abc import Coroutine
from math import ceil
from typing import Any, Final

import structlog
from msgspec import Struct

from antiphon.core.account import Account
from antiphon.core.campaign import SendMessages
from antiphon.core.errors import CannotCancel, Refusal, TooFast, UnknownMessage
from antiphon.core.pace import Pace
from antiphon.core.price import Prices
from antiphon.dialects.smpp import errors
from antiphon.dialects.smpp.auth import Guesses, authenticate
from antiphon.dialects.smpp.customers import Customer, Customers
from antiphon.dialects.smpp.deliveries import Deliveries
from antiphon.dialects.smpp.errors import NotHere
from antiphon.dialects.smpp.messages import read_id, read_submit, write_state
from antiphon.services import kept, messages, parts, recalls, sends
from antiphon.smpp import status
from antiphon.smpp.bodies import NOTHING, Bind, Body, CancelSm, Command, DataSm, QuerySm, ReplaceSm, ShortMessage, Taken
from antiphon.smpp.pdu import Pdu
from antiphon.smpp.session import Handler, Session
from antiphon.store.session import Store

_log = structlog.get_logger()
_BINDS: Final = frozenset({Command.BIND_TRANSMITTER, Command.BIND_RECEIVER, Command.BIND_TRANSCEIVER})
_SUBMITS: Final = frozenset({Command.SUBMIT_SM, Command.DATA_SM})
_RECALLS: Final = 20  # of what carriers are asked to call back, whose answers are looked for at a time
_LOOK: Final = 0.25  # seconds between two looks
_LOOKS: Final = 40
_OF_BOUND: Final = frozenset({*_SUBMITS, Command.QUERY_SM, Command.CANCEL_SM, Command.REPLACE_SM})


class Patience(Struct, frozen=True, kw_only=True):
    """In seconds: how long a connection may last without a bind, and how long we wait for each other at the end."""

    unbound: float = 10.0
    goodbye: float = 3.0


class SmppDoor:
    """Where customers bind. Without a `pace` everybody submits as fast as they like."""

    def __init__(self, store: Store, prices: Prices, pace: Pace | None, patience: Patience | None = None) -> None:
        self._store = store
        self._prices = prices
        self._pace = pace
        self._patience = patience or Patience()
        self._customers = Customers()
        self._deliveries = Deliveries(store, self._customers)
        self._guesses = Guesses()
        self._recalling = asyncio.Semaphore(_RECALLS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._closing = False
        self.woken = asyncio.Event()  # set when there may be something to tell

    async def open(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._customer, sock=listener)

    async def run_once(self) -> int:
        """Tell customers what is due to be told; how much."""
        return await self._deliveries.run_once()

    async def close(self) -> None:
        """Answer what was taken, and say goodbye."""
        self._closing = True
        if self._server:
            self._server.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._patience.goodbye)
        for customer in self._customers.all:
            if customer.account is None:
                customer.abort("the program stops")
        await asyncio.gather(*(customer.unbind(self._patience.goodbye) for customer in self._customers.all))
        await self._deliveries.stop()

    def _customer(self) -> Customer:
        customer = Customer(
            Handler(request=self._asked, closed=self._gone, free=self.woken.set), self._patience.unbound
        )
        self._customers.enter(customer)
        return customer

    def _gone(self, session: Session, why: str) -> None:
        if isinstance(session, Customer):
            self._customers.leave(session)
            _log.debug("a customer has gone", address=session.address, why=why)

    def _asked(self, session: Session, pdu: Pdu) -> None:
        assert isinstance(session, Customer)
        if pdu.command in _BINDS:
            return self._bind(session, pdu)
        if pdu.command not in _OF_BOUND:
            return session.nack(pdu, status.INVALID_COMMAND)
        if session.account is None or (pdu.command in _SUBMITS and not session.sends):
            return session.respond(pdu, NOTHING, status.WRONG_BIND)
        if self._closing:
            return session.respond(pdu, NOTHING, status.TEMPORARY)
        return self._start(session, pdu, self._do(session.account, pdu.body))

    def _bind(self, customer: Customer, pdu: Pdu) -> None:
        if customer.account is not None or customer.is_binding:
            customer.respond(pdu, NOTHING, status.ALREADY_BOUND)
        elif self._closing:
            customer.respond(pdu, NOTHING, status.BIND_FAILED)
        else:
            customer.is_binding = True
            self._start(customer, pdu, self._admit(customer, pdu))

    def _start(self, customer: Customer, pdu: Pdu, work: Coroutine[Any, Any, Body]) -> None:
        task = asyncio.create_task(self._answer(customer, pdu, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, customer: Customer, pdu: Pdu, work: Coroutine[Any, Any, Body]) -> None:
        body: Body = NOTHING
        try:
            body, code = await work, status.OK
        except Refusal as refusal:
            code = errors.code(refusal)
            _log.debug("refused", door="smpp", code=status.name(code), why=type(refusal).__name__)
        except NotHere as refusal:
            code = refusal.code
        except Exception:
            _log.exception("fault", id=uuid.uuid4().hex, dialect="smpp", command=hex(pdu.command))
            code = status.SYSTEM_ERROR
        customer.respond(pdu, body, code)

    async def _admit(self, customer: Customer, pdu: Pdu) -> Body:
        """Raises NotAuthenticated or NotHere."""
        assert isinstance(pdu.body, Bind)
        try:
            account = await authenticate(self._store, self._guesses, customer.address, pdu.body)
            if pdu.command != Command.BIND_TRANSMITTER:
                await kept.bound(self._store, account.id)
            # Nothing is awaited from here on: what is told to them comes after the answer.
            if customer.has_ended or self._closing or not self._customers.bind(customer, account):
                raise NotHere(status.BIND_FAILED)
        finally:
            customer.is_binding = False
        customer.command, customer.version = pdu.command, pdu.body.interface_version
        self.woken.set()
        return customer.welcome

    async def _do(self, account: Account, body: Body) -> Body:
        """Raises Refusal or NotHere."""
        if self._pace and (wait := self._pace.wait(account.id, time.monotonic())):
            raise TooFast(retry_after=ceil(wait))
        match body:
            case ShortMessage() | DataSm():
                return await self._submit(account, body)
            case QuerySm(message_id=id):
                meant = await parts.message_of(self._store, account, read_id(id))
                found = await messages.find(self._store, account, meant) if meant is not None else None
                if meant is not None and found is None:
                    raise UnknownMessage(id=id)
                return write_state(id, found)
            case CancelSm(message_id=id):
                return await self._cancel(account, id)
            case ReplaceSm():
                raise NotHere(status.REPLACE_FAILED)
            case _:
                raise NotHere(status.INVALID_COMMAND)

    async def _submit(self, account: Account, body: ShortMessage | DataSm) -> Body:
        command = read_submit(body, account, self._store.now())
        if isinstance(command, SendMessages):
            sent = await sends.send(self._store, self._prices, account, command)
            return Taken(str(sent.messages[0].id))
        return Taken(str(await parts.add(self._store, self._prices, account, command)))

    async def _cancel(self, account: Account, id: str) -> Body:
        try:
            message = await parts.cancel(self._store, account, read_id(id))
        except UnknownMessage:
            raise CannotCancel(reason="there is no such message") from None
        if message is not None:
            await self._recall(account, message)
        return NOTHING

    async def _recall(self, account: Account, message: int) -> None:
        """Until its carrier has called it back. Raises CannotCancel."""
        async with self._recalling:
            for _ in range(_LOOKS):
                await asyncio.sleep(_LOOK)
                succeeded = await recalls.succeeded(self._store, account, message)
                if succeeded:
                    return
                if succeeded is False:
                    raise CannotCancel(reason="its carrier does not call it back")
        raise CannotCancel(reason="its carrier has not said yet that it calls it back")
