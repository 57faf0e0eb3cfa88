"""Does a session know when to wait no longer, and how to end?"""

import asyncio

import pytest

from antiphon.smpp import status
from antiphon.smpp.bodies import Command, Tag, Taken
from antiphon.smpp.pdu import Pdu, encode
from antiphon.smpp.session import NoAnswer, Timers
from tests.smpp.ends import MESSAGE, MIB, End, accept, elapsed, facing_peer, pair, until

pytestmark = pytest.mark.usefixtures("nothing_reaches_the_loop")


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
