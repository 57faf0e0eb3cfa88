"""Does a session keep its word to its owner, whatever the peer does?"""

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import pytest
import smpp34

from antiphon.smpp import status
from antiphon.smpp.bodies import NOTHING, Bind, BindResp, Body, Command, QuerySm, ShortMessage, Tag, Taken
from antiphon.smpp.pdu import LONGEST, Pdu, TooLong, decode, encode
from antiphon.smpp.session import Handler, NoAnswer, Session, Timers, connect

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


@pytest.fixture(autouse=True)
async def nothing_reaches_the_loop() -> AsyncIterator[None]:
    """No exception of a session ends in the loop's own handler."""
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: failures.append(context))
    yield
    assert failures == []


async def works(port: int) -> None:
    """A good session has its answer from there."""
    caller = End()
    await connect(caller.session, "127.0.0.1", port)
    answer = await caller.session.ask(Command.SUBMIT_SM, MESSAGE)
    assert answer.body == Taken("1")
    await caller.session.unbind(5)


# Questions and answers.


async def test_never_more_than_the_window_is_open() -> None:
    sender, taker = End(window=3), End()
    async with pair(sender, taker):
        for _ in range(20):
            while sender.session.free:
                sender.submit()
            await until(lambda: len(taker.asked) == 3)
            assert sender.session.unanswered == 3
            accept(taker.session, taker.asked.pop())
            await until(lambda: sender.session.free)
        assert len(sender.answers) == sender.freed == 20


async def test_answers_come_in_any_order() -> None:
    sender, taker = End(), End()
    async with pair(sender, taker):
        asking = [asyncio.ensure_future(sender.session.ask(Command.SUBMIT_SM, MESSAGE)) for _ in range(8)]
        await until(lambda: len(taker.asked) == 8)
        random.Random(3).shuffle(taker.asked)
        for request in taker.asked:
            accept(taker.session, request)
        answers = await asyncio.gather(*asking)
        assert [answer.body for answer in answers] == [Taken(str(sequence)) for sequence in range(1, 9)]


async def test_both_ends_may_ask() -> None:
    one, other = End(accept), End(accept)
    async with pair(one, other):
        await asyncio.gather(
            *(one.session.ask(Command.SUBMIT_SM, MESSAGE) for _ in range(10)),
            *(other.session.ask(Command.DELIVER_SM, MESSAGE) for _ in range(10)),
        )
        assert [request.command for request in one.asked] == [Command.DELIVER_SM] * 10
        assert [request.command for request in other.asked] == [Command.SUBMIT_SM] * 10


async def test_what_has_no_room_is_not_sent() -> None:
    sender, taker = End(), End(accept)
    async with pair(sender, taker):
        with pytest.raises(TooLong):
            await sender.session.ask(Command.SUBMIT_SM, ShortMessage(source="1" * 21))
        assert sender.session.unanswered == 0
        assert (await sender.session.ask(Command.SUBMIT_SM, MESSAGE)).status == status.OK
        assert len(taker.asked) == 1


async def test_a_nack_is_an_answer() -> None:
    sender, taker = End(), End(lambda session, request: session.nack(request, status.INVALID_COMMAND))
    async with pair(sender, taker):
        answer = await sender.session.ask(Command.QUERY_SM, QuerySm("7"))
        assert (answer.command, answer.status) == (Command.GENERIC_NACK, status.INVALID_COMMAND)


@pytest.mark.parametrize(
    "noise",
    [
        pytest.param(encode(Command.DELIVER_SM_RESP, 1, Taken("wrong")), id="to another command"),
        pytest.param(encode(Command.SUBMIT_SM_RESP, 2, Taken("wrong")), id="to another number"),
        pytest.param(struct.pack(">IIII", 17, Command.QUERY_SM_RESP, 0, 1) + b"?", id="half of one to another command"),
        pytest.param(encode(Command.GENERIC_NACK, 0, status=status.INVALID_LENGTH), id="to nothing we know"),
        pytest.param(encode(Command.ENQUIRE_LINK_RESP, 1), id="that somebody is there"),
        pytest.param(struct.pack(">IIII", 16, 0x8000_0021, 0, 1), id="of a kind that is unknown"),
    ],
)
async def test_an_answer_that_answers_nothing_is_ignored(noise: bytes) -> None:
    end = End()
    async with facing_peer(end) as peer:
        end.submit()
        await peer.hear()
        await peer.send(noise, encode(Command.SUBMIT_SM_RESP, 1, Taken("right")))
        await until(lambda: end.answers)
        assert [answer and answer.body for answer in end.answers] == [Taken("right")]
        assert end.reasons == []


async def test_an_answer_that_cannot_be_read_is_none() -> None:
    end = End(window=1)
    async with facing_peer(end) as peer:
        end.submit()
        await peer.hear()
        await peer.send(struct.pack(">IIII", 18, Command.SUBMIT_SM_RESP, 0, 1) + b"id")
        await until(lambda: end.answers)
        assert end.answers == [None]
        assert (end.session.free, end.freed) == (1, 1)


async def test_an_answer_that_cannot_be_read_lets_us_go() -> None:
    end = End()
    async with facing_peer(end) as peer:
        end.submit()
        going = asyncio.ensure_future(end.session.unbind(5))
        await peer.hear()
        await peer.send(struct.pack(">IIII", 18, Command.SUBMIT_SM_RESP, 0, 1) + b"id")
        assert (await asyncio.wait_for(peer.hear(), 2)).command == Command.UNBIND
        await peer.send(encode(Command.UNBIND_RESP, 2))
        await going


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        pytest.param(
            encode(Command.ENQUIRE_LINK, 5), Pdu(Command.ENQUIRE_LINK_RESP, 0, 5, NOTHING), id="are you there"
        ),
        pytest.param(encode(Command.UNBIND, 5), Pdu(Command.UNBIND_RESP, 0, 5, NOTHING), id="goodbye"),
        pytest.param(
            struct.pack(">IIII", 20, 0x21, 0, 5) + b"abcd",
            Pdu(Command.GENERIC_NACK, status.INVALID_COMMAND, 5, NOTHING),
            id="unknown command",
        ),
        pytest.param(
            struct.pack(">IIII", 20, Command.SUBMIT_SM, 0, 5) + b"abcd",
            Pdu(Command.GENERIC_NACK, status.INVALID_LENGTH, 5, NOTHING),
            id="half a body",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\n\r\n", Pdu(Command.GENERIC_NACK, status.INVALID_LENGTH, 0, NOTHING), id="no SMPP at all"
        ),
    ],
)
async def test_answers_by_itself(frame: bytes, answer: Pdu) -> None:
    end = End()
    async with facing_peer(end) as peer:
        await peer.send(frame)
        assert await peer.hear() == answer
        assert end.asked == []


async def test_a_slow_writer_is_understood() -> None:
    end = End(accept)
    async with facing_peer(end) as peer:
        for octet in encode(Command.SUBMIT_SM, 1, MESSAGE) + encode(Command.SUBMIT_SM, 2, MESSAGE):
            await peer.send(bytes([octet]))
            await asyncio.sleep(0)
        assert [(await peer.hear()).sequence, (await peer.hear()).sequence] == [1, 2]
        assert [request.body for request in end.asked] == [MESSAGE, MESSAGE]


# Time.


async def test_a_request_without_an_answer_is_told_once_and_its_late_answer_too() -> None:
    sender, taker = End(window=1, timers=Timers(response=0.2)), End()
    async with pair(sender, taker):
        sender.submit()
        await until(lambda: sender.answers)
        assert sender.answers == [None]
        assert (sender.session.free, sender.session.unanswered) == (0, 1)
        accept(taker.session, taker.asked[0])
        await until(lambda: len(sender.answers) == 2)
        assert sender.answers[1] == Pdu(Command.SUBMIT_SM_RESP, 0, 1, Taken("1"))
        assert (sender.session.free, sender.freed) == (1, 1)


async def test_a_request_is_forgotten_in_the_end() -> None:
    sender, taker = End(window=1, timers=Timers(response=0.1)), End()
    async with pair(sender, taker):
        sender.submit()
        await until(lambda: sender.session.free)
        assert (sender.answers, sender.freed) == ([None], 1)
        accept(taker.session, taker.asked[0])
        assert (await taker.session.ask(Command.ENQUIRE_LINK)).status == status.OK
        assert sender.answers == [None]


async def test_who_asks_hears_that_there_is_no_answer() -> None:
    sender = End(timers=Timers(response=0.1))
    async with facing_peer(sender):
        with pytest.raises(NoAnswer, match=r"no answer within 0\.1 s"):
            await sender.session.ask(Command.SUBMIT_SM, MESSAGE)


async def test_an_idle_session_lives_as_long_as_somebody_is_there() -> None:
    end = End(timers=Timers(enquire=0.4, response=0.45))
    async with facing_peer(end) as peer:
        for _ in range(3):
            question = await asyncio.wait_for(peer.hear(), 5)
            assert question.command == Command.ENQUIRE_LINK
            await peer.send(encode(Command.ENQUIRE_LINK_RESP, question.sequence))
        assert end.reasons == []


async def test_a_silent_peer_is_hung_up_on() -> None:
    end = End(timers=Timers(enquire=0.4, response=0.45))
    async with facing_peer(end) as peer:
        end.submit()
        assert [(await peer.hear()).command, (await peer.hear()).command] == [Command.SUBMIT_SM, Command.ENQUIRE_LINK]
        await asyncio.wait_for(peer.hung_up(), 5)
        assert end.reasons == ["silent for 1 s"]
        assert end.answers == [None]


# The end.


async def test_unbind_waits_for_answers() -> None:
    sender, taker = End(), End()
    async with pair(sender, taker):
        sender.submit()
        going = asyncio.ensure_future(sender.session.unbind(5))
        await until(lambda: taker.asked)
        assert sender.session.free == 0
        await asyncio.sleep(0.05)
        assert not going.done()
        accept(taker.session, taker.asked[0])
        await asyncio.wait_for(going, 2)
        assert [answer and answer.body for answer in sender.answers] == [Taken("1")]
        await until(lambda: taker.reasons)
        assert (sender.reasons, taker.reasons) == (["we said goodbye"], ["the peer said goodbye"])


async def test_unbind_waits_no_longer_than_its_patience() -> None:
    end = End()
    async with facing_peer(end):
        end.submit()
        assert await elapsed(end.session.unbind(0.1)) < 2
        assert end.answers == [None]
        assert len(end.reasons) == 1


async def test_unbind_does_not_wait_for_one_who_never_reads() -> None:
    end = End(lambda session, request: session.respond(request, Taken(tlvs={Tag.MESSAGE_PAYLOAD: bytes(MIB // 20)})))
    async with facing_peer(end) as peer:
        await peer.send(encode(Command.SUBMIT_SM, 1, MESSAGE) * 40)
        await until(lambda: end.session.unread > MIB)
        assert await elapsed(end.session.unbind(0.1)) < 2


async def test_unbind_may_be_given_up() -> None:
    end = End()
    async with facing_peer(end):
        end.submit()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(end.session.unbind(5), 0.05)
        end.session.abort("enough")
        await asyncio.wait_for(end.session.closed, 2)
        assert end.reasons == ["enough"]


async def test_goodbye_to_one_who_is_gone() -> None:
    end = End()
    async with facing_peer(end) as peer:
        peer.writer.close()
        await until(lambda: end.reasons)
        assert await elapsed(end.session.unbind(5)) < 2


@pytest.mark.parametrize("abort", [False, True], ids=["closed", "reset"])
async def test_a_lost_connection_tells_every_request_once(abort: bool) -> None:
    end = End(timers=Timers(response=0.2))
    async with facing_peer(end) as peer:
        end.submit()
        await until(lambda: end.answers)  # this one is overdue, and has been told
        for _ in range(5):
            end.submit()
        asking = asyncio.ensure_future(end.session.ask(Command.SUBMIT_SM, MESSAGE))
        await asyncio.sleep(0)
        if abort:
            linger = struct.pack("ii", 1, 0)
            peer.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        peer.writer.transport.abort()
        with pytest.raises(NoAnswer):
            await asyncio.wait_for(asking, 2)
        assert end.answers == [None] * 6
        assert len(end.reasons) == 1
        assert end.session.free == 0
        assert end.session.closed.done()


async def test_what_is_asked_after_the_end_has_no_answer() -> None:
    end = End()
    async with facing_peer(end) as peer:
        peer.writer.close()
        await until(lambda: end.reasons)
        with pytest.raises(NoAnswer, match="the peer closed the connection"):
            await asyncio.wait_for(end.session.ask(Command.SUBMIT_SM, MESSAGE), 2)
        end.submit()
        await until(lambda: end.answers)
        assert end.answers == [None]


async def test_who_asks_again_at_the_end_is_told_too() -> None:
    end = End()
    async with facing_peer(end) as peer:
        end.session.request(Command.SUBMIT_SM, MESSAGE, lambda answer: end.submit())
        peer.writer.close()
        await until(lambda: end.reasons and end.answers)
        assert end.answers == [None]


async def test_answers_after_the_end_go_nowhere() -> None:
    end = End()
    async with facing_peer(end) as peer:
        await peer.send(encode(Command.SUBMIT_SM, 1, MESSAGE), encode(Command.SUBMIT_SM, 2, MESSAGE))
        await until(lambda: len(end.asked) == 2)
        peer.writer.transport.abort()
        await until(lambda: end.reasons)
        accept(end.session, end.asked[0])
        end.session.nack(end.asked[1], status.SYSTEM_ERROR)
        end.session.close("twice")
        assert len(end.reasons) == 1


# Peers that mean no good.


def garbage(rng: random.Random) -> Iterator[bytes]:
    """Whole and half PDUs, wrong lengths, wrong bodies and plain noise."""
    commands = [*Command, 0x21, 0x8000_0021, 0, 0xFFFF_FFFF]
    for _ in range(rng.randrange(1, 60)):
        body = rng.randbytes(rng.randrange(60))
        length = rng.choice([16 + len(body)] * 12 + [16, 17 + len(body), LONGEST, LONGEST + 1, 0, 2**32 - 1])
        header = struct.pack(">IIII", length, rng.choice(commands), rng.choice([0, 8]), rng.randrange(4))
        yield rng.choice([header + body] * 9 + [encode(Command.SUBMIT_SM, 1, MESSAGE)] * 6 + [header, body])


@pytest.mark.parametrize("seed", range(30))
async def test_garbage_harms_nobody(seed: int) -> None:
    rng = random.Random(seed)
    victim = End(rng.choice([accept, keep]))
    async with office(victim, End(accept)) as port:
        async with called_by_peer(port) as peer:
            await until(lambda: victim.session.transport)
            victim.submit()
            victim.submit()
            stream = b"".join(garbage(rng))
            with suppress(OSError):  # as soon as it has hung up
                while stream:
                    cut = rng.randrange(1, 200)
                    await peer.send(stream[:cut])
                    await asyncio.sleep(0)
                    stream = stream[cut:]
                peer.writer.write_eof()
            await asyncio.wait_for(peer.hung_up(), 5)
        await until(lambda: victim.reasons)
        assert len(victim.reasons) == 1
        assert len(victim.answers) == 2
        await works(port)


async def test_a_flood_of_questions_that_reads_no_answer_is_cut_off() -> None:
    victim = End(accept)
    async with office(victim, End(accept)) as port:
        async with called_by_peer(port) as peer:
            flood = asyncio.ensure_future(peer.flood(encode(Command.ENQUIRE_LINK, 1) * 4096))
            most = 0
            while not victim.reasons:
                most = max(most, victim.session.unread)
                await asyncio.sleep(0)
            await flood
        assert victim.reasons == ["the peer does not read"]
        assert MIB < most < 5 * MIB
        await works(port)


async def test_who_reads_slowly_is_not_sent_more() -> None:
    end = End(window=1000)
    big = ShortMessage(tlvs={Tag.MESSAGE_PAYLOAD: bytes(20_000)})
    async with facing_peer(end) as peer:
        sent = 0
        while end.session.free:
            end.submit(big)
            sent += 1
        assert sent < 100
        assert end.session.unread < MIB
        for _ in range(sent):
            await peer.hear()
        await until(lambda: end.session.free)
        assert end.session.free == 1000 - sent
        assert end.freed == 1


@pytest.mark.parametrize(
    "release",
    [
        pytest.param(accept, id="answers"),
        pytest.param(lambda session, request: session.nack(request, status.QUEUE_FULL), id="nacks"),
        pytest.param(lambda session, request: session.pass_over(request), id="silence"),
    ],
)
async def test_a_flood_of_messages_waits_for_answers(release: Callable[[Session, Pdu], None]) -> None:
    victim = End()
    async with facing_peer(victim) as peer:
        flood = asyncio.ensure_future(peer.flood(encode(Command.DELIVER_SM, 1, MESSAGE) * 100))
        await until(lambda: len(victim.asked) >= 2000)
        await asyncio.sleep(0.05)
        held = len(victim.asked)
        assert held < 10_000
        await asyncio.sleep(0.05)
        assert len(victim.asked) == held
        for request in victim.asked[:held]:
            release(victim.session, request)
        await until(lambda: len(victim.asked) > held)
        assert victim.reasons == []
        flood.cancel()


async def test_who_floods_and_never_reads_can_be_left() -> None:
    victim = End(timers=Timers(enquire=0.4, response=0.45))
    async with facing_peer(victim) as peer:
        flood = asyncio.ensure_future(peer.flood(encode(Command.DELIVER_SM, 1, MESSAGE) * 100))
        await until(lambda: len(victim.asked) >= 2000)
        for request in victim.asked[:100]:
            victim.session.respond(request, Taken(tlvs={Tag.MESSAGE_PAYLOAD: bytes(20_000)}))
        victim.session.close("enough")
        await asyncio.wait_for(victim.session.closed, 5)
        await flood


# Other people's programs.


async def test_a_client_of_smpp34_is_served() -> None:
    end = End(accept)
    async with office(end) as port:
        client = smpp34.Client("127.0.0.1", port, "shop", "secret", system_type="vma", address_range="1")
        smsc = await client.connect()
        assert end.asked[0].command == Command.BIND_TRANSCEIVER
        assert end.asked[0].body == Bind("shop", "secret", "vma", 0x34, 0, 0, "1")
        tlv = smpp34.Tlv(Tag.SOURCE_PORT, b"\0\7")
        answer = await smsc.submit_sm(
            "200", b"Hello", source_addr="100", source_addr_ton=5, dest_addr_npi=1, tlvs=[tlv]
        )
        assert (answer.message_id, answer.is_success) == (str(end.asked[1].sequence), True)
        sent = end.asked[1].body
        assert isinstance(sent, ShortMessage)
        assert (sent.source_ton, sent.source, sent.destination_npi, sent.destination) == (5, "100", 1, "200")
        assert (sent.short_message, sent.tlvs) == (b"Hello", {Tag.SOURCE_PORT: b"\0\7"})
        answer, event = await asyncio.gather(end.session.ask(Command.DELIVER_SM, MESSAGE), smsc.next())
        assert (answer.command, answer.status) == (Command.DELIVER_SM_RESP, status.OK)
        assert (event.source_addr, event.destination_addr, event.short_message) == ("100", "200", b"Hello")
        await smsc.unbind()
        await until(lambda: end.reasons)
        assert end.reasons == ["the peer said goodbye"]
        await client.stop()


async def test_a_server_of_smpp34_serves_us() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = smpp34.Server("127.0.0.1", port, system_id="theirs")
    await server.start()
    end = End(accept)
    await connect(end.session, "127.0.0.1", port)
    bound = await end.session.ask(Command.BIND_TRANSCEIVER, Bind("shop", "secret"))
    assert bound.body == BindResp("theirs", {Tag.SC_INTERFACE_VERSION: b"\x34"})
    esme = await server.next()
    asking = asyncio.ensure_future(end.session.ask(Command.SUBMIT_SM, MESSAGE))
    event = await server.next()
    assert (event.source_addr, event.destination_addr, event.short_message) == ("100", "200", b"Hello")
    event.accept("m-1")
    assert (await asking).body == Taken("m-1")
    answer = await esme.deliver_sm("100", b"Hi", source_addr="200", dest_addr_ton=0, dest_addr_npi=0)
    assert answer.is_success
    assert [request.command for request in end.asked] == [Command.DELIVER_SM]
    assert (await end.session.ask(Command.ENQUIRE_LINK)).command == Command.ENQUIRE_LINK_RESP
    assert await elapsed(end.session.unbind(5)) < 2
    await server.stop()
