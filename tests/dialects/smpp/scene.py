"""How does a customer that others wrote stand before the door?"""

import asyncio
import socket
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import smpplib.client
import smpplib.smpp

from antiphon.core.account import NewCredential
from antiphon.core.campaign import Campaign
from antiphon.core.message import Accepted, Fared, Fate, Outgoing, Receipt
from antiphon.core.pace import Pace
from antiphon.dialects.smpp.door import Patience, SmppDoor
from antiphon.services import accounts, messages, receipts
from antiphon.smpp.bodies import Body, CancelSm, Command, QuerySm
from antiphon.smpp.pdu import Pdu, decode, encode
from antiphon.store.session import Store
from antiphon.workers.loop import forever
from tests.services.scenes import PRICES

NUMBER = "33612345678"


class Place(NamedTuple):
    """A door that is open, at this port, and what closes it as SIGTERM does."""

    door: SmppDoor
    port: int
    close: Callable[[], Any]


@asynccontextmanager
async def opened(store: Store, pace: Pace | None = None, unbound: float = 10.0) -> AsyncIterator[Place]:
    """With customers told of what is due, as the program does."""
    door = SmppDoor(store, PRICES, pace, Patience(unbound=unbound, goodbye=0.2))
    listener = socket.create_server(("127.0.0.1", 0))
    await door.open(listener)
    stopping = asyncio.Event()
    telling = asyncio.create_task(forever("deliveries", door.run_once, stopping, 0.01, door.woken))

    async def close() -> None:
        if not stopping.is_set():
            stopping.set()
            door.woken.set()
            await telling
            await door.close()

    try:
        yield Place(door, listener.getsockname()[1], close)
    finally:
        await close()


class Shop:
    """smpplib, which blocks, in a thread: it takes whatever comes and keeps it in `heard`."""

    def __init__(self, port: int, answers: int = 0) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._client = smpplib.client.Client("127.0.0.1", port, timeout=10, allow_unknown_opt_params=True)
        self.answers = answers
        self.heard: list[Any] = []

    async def bind(self, credential: NewCredential, kind: str = "transceiver", password: str | None = None) -> Any:
        """The answer."""
        key = credential.api_key[:8] if password is None else password
        return await self.bind_as(credential.login[:15], key, kind)

    async def bind_as(self, system_id: str, password: str, kind: str = "transceiver") -> Any:
        await asyncio.to_thread(self._client.connect)
        return await self.ask(f"bind_{kind}", system_id=system_id, password=password)

    async def ask(self, command: str, **fields: Any) -> Any:
        return await asyncio.to_thread(self._ask, command, fields)

    async def submit(self, text: bytes = b"Hello", to: str = NUMBER, **fields: Any) -> Any:
        return await self.ask("submit_sm", short_message=text, destination_addr=to, **fields)

    async def listen(self, count: int = 1) -> list[Any]:
        """Until so many things were told."""
        await asyncio.to_thread(self._listen, count)
        return self.heard

    async def cancel(self, id: int | str) -> int:
        """The status; smpplib knows no cancel_sm."""
        return (await asyncio.to_thread(self._exchange, Command.CANCEL_SM, CancelSm(message_id=str(id)))).status

    async def query(self, id: int | str) -> int:
        """The status; smpplib asks of no empty id."""
        return (await asyncio.to_thread(self._exchange, Command.QUERY_SM, QuerySm(message_id=str(id)))).status

    def _exchange(self, command: Command, body: Body) -> Pdu:
        self._client._socket.sendall(encode(command, self._client.next_sequence(), body))
        length = self._client._recv_exact(4)
        return decode(length + self._client._recv_exact(int.from_bytes(length, "big") - 4))

    async def leave(self) -> None:
        """Without a word."""
        await asyncio.to_thread(self._client._socket.close)
        self._client._socket = None

    def _ask(self, command: str, fields: dict[str, Any]) -> Any:
        asked = smpplib.smpp.make_pdu(command, client=self._client, **fields)
        asked.sequence = self._client.next_sequence()
        self._client._socket.sendall(asked.generate())
        while True:
            pdu = self._read()
            if pdu.sequence == asked.sequence and pdu.command != "deliver_sm":
                return pdu

    def _listen(self, count: int) -> None:
        while len(self.heard) < count:
            self._read()

    def _read(self) -> Any:
        pdu = self._client.read_pdu()
        if pdu.command == "deliver_sm":
            self.heard.append(pdu)
            answer = smpplib.smpp.make_pdu("deliver_sm_resp", client=self._client, status=self.answers)
            answer.sequence = pdu.sequence
            self._client._socket.sendall(answer.generate())
        return pdu


def id_of(answer: Any) -> int:
    """Of what was taken."""
    assert answer.status == 0, answer.status
    return int(answer.message_id)


async def found(store: Store, credential: NewCredential, id: int) -> tuple[Campaign, Fared]:
    account = await accounts.authenticate(store, credential.api_key)
    message = await messages.find(store, account, id)
    assert message is not None
    return message


async def claimed(store: Store, count: int = 1) -> list[Outgoing]:
    taken = await messages.claim(store, 100)
    assert len(taken) == count
    return taken


async def reported(store: Store, outgoing: Outgoing, fate: Fate = Fate.DELIVERED, error: str | None = None) -> None:
    """It went to a carrier, which has reported."""
    reference = f"ref{outgoing.id}"
    await messages.settle(store, "simulator", [(outgoing.key, Accepted(reference))])
    await receipts.record(
        store,
        "simulator",
        [Receipt(reference=reference, fate=fate, at=datetime(2026, 3, 2, 12, 5, tzinfo=UTC), error=error)],
    )
