"""Does a session bring each question its answer, whatever the order? Against ourselves and smpp34."""

import asyncio
import random
import socket
import struct

import pytest
import smpp34

from antiphon.smpp import status
from antiphon.smpp.bodies import NOTHING, Bind, BindResp, Command, QuerySm, ShortMessage, Tag, Taken
from antiphon.smpp.pdu import Pdu, TooLong, encode
from antiphon.smpp.session import connect
from tests.smpp.ends import MESSAGE, End, accept, elapsed, facing_peer, office, pair, until

pytestmark = pytest.mark.usefixtures("nothing_reaches_the_loop")


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
