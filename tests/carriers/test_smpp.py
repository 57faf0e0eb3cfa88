"""Does a message leave by SMPP as it should, and does all that comes back arrive? Against a far end over TCP."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from antiphon.carriers.carrier import CannotReach
from antiphon.carriers.smpp import messages
from antiphon.carriers.smpp.carrier import Smpp
from antiphon.carriers.smpp.settings import Settings, relative
from antiphon.core import air
from antiphon.core.air import Alphabet
from antiphon.core.carrier import read
from antiphon.core.errors import BadField
from antiphon.core.message import Accepted, Busy, Fate, Fragment, InDoubt, Refused
from antiphon.smpp.bodies import Command, ShortMessage, Tag
from tests.carriers.far_ends import Collected, far_end, outgoing

LONG = "All work and no play makes Jack a dull boy. " * 9
EMOJI = "Grüße aus 東京 😀 " * 12


@asynccontextmanager
async def bound(port: int, options: str = "", **inbox: object) -> AsyncIterator[tuple[Smpp, Collected]]:
    carrier = Smpp("test", read(f"smpp://anti:secret@127.0.0.1:{port}?response=2&enquire=1{options}"))
    heard = Collected()
    await carrier.start(heard)
    await heard.until(lambda _inbox: carrier.free > 0)
    try:
        yield carrier, heard
    finally:
        await carrier.stop()


def kinds(heard: Collected) -> Counter[str]:
    return Counter(type(outcome).__name__ for _, outcome in heard.outcomes)


@pytest.mark.parametrize("options", ["", "&binds=3", "&bind=both", "&window=1"])
async def test_all_arrive_and_all_are_reported(tmp_path: Path, options: str) -> None:
    log = tmp_path / "far.log"
    async with far_end(log) as (smsc, port), bound(port, options) as (carrier, heard):
        for place in range(200):
            await heard.until(lambda _inbox: carrier.free > 0)
            carrier.send(outgoing(place))
        await heard.until(lambda inbox: len(inbox.outcomes) == len(inbox.receipts) == 200)
    assert kinds(heard) == {"Accepted": 200}
    references = {outcome.reference for _, outcome in heard.outcomes if isinstance(outcome, Accepted)}
    assert {receipt.reference for receipt in heard.receipts} == references
    assert len(references) == 200
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert sorted(line["to"] for line in lines) == [f"336{place:08}" for place in range(200)]
    assert smsc.reported == 200


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        pytest.param({"refused": 1.0}, {"Refused": 20}, id="refused"),
        pytest.param({"rate": 1e-6}, {"Busy": 20}, id="throttled"),
        pytest.param({"lost": 1.0}, {"InDoubt": 20}, id="never answered"),
        pytest.param({"failed": 1.0}, {"Accepted": 20}, id="undeliverable"),
        pytest.param({"early": 1.0}, {"Accepted": 20}, id="receipts first"),
    ],
)
async def test_what_goes_wrong_is_told_apart(faults: dict[str, float], expected: dict[str, int]) -> None:
    async with far_end(**faults) as (_, port), bound(port) as (carrier, heard):
        for place in range(20):
            carrier.send(outgoing(place))
        await heard.until(lambda inbox: len(inbox.outcomes) == 20)
        if "lost" not in faults and "Accepted" in expected:
            await heard.until(lambda inbox: len(inbox.receipts) == 20)
            fate = Fate.FAILED if "failed" in faults else Fate.DELIVERED
            assert {receipt.fate for receipt in heard.receipts} == {fate}
    assert kinds(heard) == expected
    for _, outcome in heard.outcomes:
        if isinstance(outcome, Busy):
            assert outcome.throttled


async def test_a_cut_link_puts_in_doubt_what_was_under_way_and_comes_back() -> None:
    async with far_end(latency=0.3) as (smsc, port), bound(port) as (carrier, heard):
        for place in range(10):
            carrier.send(outgoing(place))
        asyncio.get_running_loop().call_later(0.1, smsc.cut)
        await heard.until(lambda inbox: len(inbox.outcomes) == 10)
        assert kinds(heard) == {"InDoubt": 10}
        assert carrier.trouble
        await heard.until(lambda _inbox: carrier.free > 0)
        assert carrier.trouble is None
        carrier.send(outgoing(10))
        await heard.until(lambda inbox: len(inbox.outcomes) == 11)
    assert isinstance(heard.outcomes[-1][1], Accepted)


async def test_an_answer_that_comes_after_the_doubt_ends_it() -> None:
    async with far_end(latency=3.0) as (_, port), bound(port) as (carrier, heard):
        carrier.send(outgoing(1))
        await heard.until(lambda inbox: len(inbox.outcomes) == 2)
    first, second = (outcome for _, outcome in heard.outcomes)
    assert isinstance(first, InDoubt)
    assert isinstance(second, Accepted)


async def test_a_receipt_is_acknowledged_only_once_it_is_stored() -> None:
    async with far_end() as (smsc, port):
        async with bound(port) as (carrier, heard):
            heard.open = False
            carrier.send(outgoing(1))
            await heard.until(lambda inbox: len(inbox.receipts) == 1)
        assert smsc.reported == 0
        async with bound(port) as (_, again):
            await again.until(lambda inbox: len(inbox.receipts) == 1)
            assert again.receipts[0].reference == heard.receipts[0].reference
        assert smsc.reported == 1


async def test_a_reply_comes_in() -> None:
    async with far_end(stopped=1.0) as (_, port), bound(port) as (carrier, heard):
        carrier.send(outgoing(1, sender="36111"))
        await heard.until(lambda inbox: bool(inbox.replies))
    reply = heard.replies[0]
    assert (reply.number, reply.text, reply.receiver, reply.answers) == ("+33600000001", "STOP", "36111", None)


@pytest.mark.parametrize("how", ["udh", "sar", "payload"])
@pytest.mark.parametrize(
    "text", ["Hello", LONG, EMOJI, "€" * 100, "é" * 200], ids=["short", "long", "emoji", "euro", "é"]
)
@pytest.mark.parametrize("alphabet", ["gsm", "latin1"])
async def test_the_text_arrives_as_it_was_written(tmp_path: Path, how: str, text: str, alphabet: str) -> None:
    settings = Settings(long=how, alphabet=Alphabet(alphabet))
    parts = messages.write(outgoing(1, text), settings, 7)
    heard = [messages.read(part, settings) for part in parts]
    octets = b"".join(one.octets for one in heard if isinstance(one, Fragment))
    whole = [one for one in heard if isinstance(one, str)]
    assert (air.read(octets, parts[0].data_coding, settings.alphabet) if octets else whole[0]) == text
    assert [one.place for one in heard if isinstance(one, Fragment)] == list(range(1, len(heard) + 1)) or whole
    assert all(len(part.short_message) <= 140 or how == "payload" or alphabet == "gsm" for part in parts)


async def test_a_long_message_is_one_message_in_parts() -> None:
    async with far_end() as (smsc, port), bound(port) as (carrier, heard):
        carrier.send(outgoing(1, LONG))
        await heard.until(lambda inbox: len(inbox.receipts) == 3)
        assert smsc.taken == 3
    ((_, outcome),) = heard.outcomes
    assert isinstance(outcome, Accepted)
    assert len(set(outcome.parts)) == 3
    assert {receipt.reference for receipt in heard.receipts} == set(outcome.parts)


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        pytest.param("ACME", (5, 0, "ACME"), id="alphanumeric"),
        pytest.param("36111", (3, 0, "36111"), id="short code"),
        pytest.param("+33612345678", (1, 1, "33612345678"), id="international"),
        pytest.param("33612345678", (1, 1, "33612345678"), id="without a plus"),
        pytest.param(None, (0, 0, ""), id="none"),
    ],
)
def test_the_type_of_a_sender(sender: str | None, expected: tuple[int, int, str]) -> None:
    (part,) = messages.write(outgoing(1, sender=sender), Settings(), 0)
    assert (part.source_ton, part.source_npi, part.source) == expected
    assert (part.destination_ton, part.destination_npi, part.destination) == (1, 1, "33600000001")


def test_extras_are_parameters() -> None:
    extras = {"dlt_entity_id": "1101", "dlt_template_id": "1107", "unknown": "x"}
    (part,) = messages.write(outgoing(1, extras=extras), Settings(validity=90061), 0)
    assert part.tlvs == {0x1400: b"1101\0", 0x1401: b"1107\0"}
    assert part.validity_period == "000001010101000R"
    (own,) = messages.write(outgoing(1, extras={"ref": "7"}), Settings(tlvs="ref:0x2000"), 0)
    assert own.tlvs == {0x2000: b"7\0"}


def test_a_period_of_every_length() -> None:
    for seconds in (1, 59, 3600, 86_399, 86_400 * 30):
        written = relative(seconds)
        days, hours, minutes, left = (int(written[at : at + 2]) for at in (4, 6, 8, 10))
        assert ((days * 24 + hours) * 60 + minutes) * 60 + left == seconds
        assert len(written) == 16


@pytest.mark.parametrize(
    ("url", "field"),
    [
        ("smpp://", "url"),
        ("smpp://a:b@h?bind=sideways", "bind"),
        ("smpp://a:b@h?window=none", "window"),
        ("smpp://a:b@h?binds=0", "binds"),
        ("smpp://a:b@h?widnow=1", "widnow"),
        ("smpp://a:b@h?tlvs=x", "tlvs"),
        (f"smpp://{'a' * 65}:b@h", "url"),
        (f"smpp://a:{'b' * 65}@h", "url"),
        ("smpps://a:b@h?ca=/nowhere", "ca"),
    ],
)
def test_a_wrong_url_names_what_is_wrong(url: str, field: str) -> None:
    with pytest.raises(BadField) as refusal:
        Smpp("test", read(url))
    assert refusal.value.field == field


async def test_check_says_what_is_wrong() -> None:
    async with far_end(password="right") as (_, port):
        for url, said in (
            (f"smpp://anti:right@127.0.0.1:{port}", "bound"),
            (f"smpp://anti:wrong@127.0.0.1:{port}", "ESME_RINVPASWD"),
            ("smpp://anti:right@127.0.0.1:1?response=2", "cannot be reached"),
        ):
            try:
                answer = await Smpp("test", read(url)).check()
            except CannotReach as failure:
                answer = str(failure)
            assert said in answer
            assert "right" not in answer
            assert "wrong" not in answer


async def test_refusals_are_of_the_message_or_of_the_route() -> None:
    async with far_end(refused=1.0) as (_, port), bound(port) as (carrier, heard):
        carrier.send(outgoing(1))
        await heard.until(lambda inbox: bool(inbox.outcomes))
    assert heard.outcomes[0][1] == Refused("ESME_RINVDSTADR")


def test_octets_are_text_again() -> None:
    packed = air.cut("Hello @ [€]", Alphabet.PACKED)
    assert air.read(packed.parts[0], packed.coding, Alphabet.PACKED) == "Hello @ [€]"
    unknown = ShortMessage(data_coding=0x04, short_message=b"\xff\x00", tlvs={Tag.SOURCE_PORT: b"\0\1"})
    assert isinstance(messages.read(unknown, Settings()), str)


@pytest.mark.parametrize(
    ("source", "number"),
    [("33612345678", "+33612345678"), ("+33612345678", "+33612345678"), ("MYBANK", "MYBANK"), ("", "")],
)
async def test_only_digits_are_a_number(source: str, number: str) -> None:
    async with far_end() as (smsc, port), bound(port) as (_, heard):
        body = ShortMessage(source=source, destination="36111", short_message=b"Hi")
        next(iter(smsc._bound)).request(Command.DELIVER_SM, body, lambda _: None)
        await heard.until(lambda inbox: bool(inbox.replies))
    assert heard.replies[0].number == number


async def test_the_simulators_readers_answer_at_a_rate() -> None:
    async with far_end(replies=200.0) as (smsc, port), bound(port) as (carrier, heard):
        carrier.send(outgoing(1, sender="36111"))
        await heard.until(lambda inbox: len(inbox.replies) > 2)
        assert smsc.answered <= len(heard.replies)
    assert len({reply.text for reply in heard.replies}) == len(heard.replies)
    assert {(reply.number, reply.receiver, reply.carrier) for reply in heard.replies} == {
        ("+33600000001", "36111", heard.replies[0].carrier)
    }
