"""Does a session keep its word to its owner, whatever the peer does?"""

import asyncio
import random
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from antiphon.smpp import status
from antiphon.smpp.bodies import Command, ShortMessage, Tag, Taken
from antiphon.smpp.pdu import LONGEST, Pdu, encode
from antiphon.smpp.session import NoAnswer, Session, Timers
from tests.smpp.ends import MESSAGE, MIB, End, accept, called_by_peer, facing_peer, keep, office, until, works

pytestmark = pytest.mark.usefixtures("nothing_reaches_the_loop")


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
