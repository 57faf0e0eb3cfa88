"""Do our PDUs mean what other programs mean by them, and can anything that arrives do harm?"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import smpp34
import smpplib.command
import smpplib.consts
import smpplib.smpp
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect as shapes
from msgspec.structs import asdict, replace
from smpplib.ptypes import flag, ostr

from antiphon.smpp import status
from antiphon.smpp.bodies import (
    BODIES,
    NOTHING,
    AlertNotification,
    Bind,
    Body,
    Command,
    DataSm,
    Outbind,
    ShortMessage,
    Tag,
    Taken,
)
from antiphon.smpp.pdu import HEADER, LONGEST, BadLength, BadPdu, Pdu, TooLong, decode, encode, frames

# The standard's sizes without the NUL (4.1 to 4.12).
LIMITS = {
    "system_id": 15,
    "password": 8,
    "system_type": 12,
    "address_range": 40,
    "service_type": 5,
    "source": 20,
    "destination": 20,
    "schedule_delivery_time": 16,
    "validity_period": 16,
    "message_id": 64,
    "final_date": 16,
    "esme": 64,
}
# What carriers hand out beyond that.
WIDER = {"system_id": 64, "password": 64}
LONG_ADDRESSES = (DataSm, AlertNotification)
# Both oracles take their names from the standard; these are the ones that we shorten.
THEIR_NAMES = {
    "source_ton": "source_addr_ton",
    "source_npi": "source_addr_npi",
    "source": "source_addr",
    "destination_ton": "dest_addr_ton",
    "destination_npi": "dest_addr_npi",
    "destination": "destination_addr",
    "esme_ton": "esme_addr_ton",
    "esme_npi": "esme_addr_npi",
    "esme": "esme_addr",
    "priority": "priority_flag",
    "replace_if_present": "replace_if_present_flag",
    "default_message_id": "sm_default_msg_id",
}
LATIN1 = st.characters(min_codepoint=1, max_codepoint=255)
ASCII = st.characters(min_codepoint=1, max_codepoint=127)
octet = st.integers(0, 255)
number = st.integers(0, 2**32 - 1)
opaque = st.dictionaries(st.integers(0, 0xFFFF) | st.sampled_from(Tag), st.binary(max_size=40), max_size=5)
KINDS = sorted(set(BODIES.values()), key=lambda kind: kind.__name__)
each_command = pytest.mark.parametrize("command", BODIES, ids=lambda command: command.name.lower())


def limit(kind: type[Body], field: str) -> int:
    return 64 if kind in LONG_ADDRESSES and field in ("source", "destination") else LIMITS[field]


def shape(kind: type[Body]) -> dict[str, shapes.Type]:
    found = shapes.type_info(kind)
    assert isinstance(found, shapes.StructType)
    return {field.name: field.type for field in found.fields}


def texts_of(kind: type[Body]) -> list[str]:
    return [name for name, kind_of in shape(kind).items() if isinstance(kind_of, shapes.StrType)]


def bodies(
    kind: type[Body], letters: st.SearchStrategy[str] = LATIN1, most: int = 64, tlvs: st.SearchStrategy[Any] = opaque
) -> st.SearchStrategy[Body]:
    fields: dict[str, st.SearchStrategy[Any]] = {"short_message": st.binary(max_size=255), "tlvs": tlvs}
    for name in texts_of(kind):
        fields[name] = st.text(letters, max_size=min(limit(kind, name), most))
    return st.builds(kind, **{name: fields.get(name, octet) for name in shape(kind)})


def headed(command: int, body: bytes, code: int = 0) -> bytes:
    return struct.pack(">IIII", HEADER + len(body), command, code, 77) + body


def outcome(frame: bytes) -> Pdu | None:
    """None where it is refused in the way that is foreseen."""
    try:
        return decode(frame)
    except BadPdu as refusal:
        header = refusal.command, refusal.sequence
    assert header == struct.unpack_from(">4xI4xI", frame)
    return None


def fed(pieces: list[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        yield from frames(buffer)
    assert not buffer


pdus = st.sampled_from(list(BODIES)).flatmap(
    lambda command: st.builds(Pdu, st.just(command), number, number, bodies(BODIES[command]))
)


def written(pdu: Pdu) -> bytes:
    return encode(pdu.command, pdu.sequence, pdu.body, pdu.status)


@each_command
@settings(max_examples=40)
@given(data=st.data(), code=number, sequence=number)
def test_what_was_written_is_read(command: Command, data: st.DataObject, code: int, sequence: int) -> None:
    body = data.draw(bodies(BODIES[command]))
    assert decode(encode(command, sequence, body, code)) == Pdu(command, code, sequence, body)


def test_the_longest_payload_passes() -> None:
    body = DataSm(source="1" * 64, destination="2" * 64, tlvs={Tag.MESSAGE_PAYLOAD: b"x" * 0xFFFF})
    (frame,) = fed([encode(Command.DATA_SM, 1, body)])
    assert decode(frame).body == body
    assert (
        body.user_data == ShortMessage(tlvs=body.tlvs).user_data == ShortMessage(short_message=b"x" * 0xFFFF).user_data
    )


# smpp34: it has classes for two commands, and gives the others as their header and their octets.

# It reads every text as UTF-8, with a replacement for what is none: only ASCII comes back from it.
ascii_message = bodies(ShortMessage, ASCII)
SMPP34 = {Command.SUBMIT_SM: smpp34.SubmitSm, Command.DELIVER_SM: smpp34.DeliverSm}
both_messages = pytest.mark.parametrize("command", SMPP34, ids=lambda command: command.name.lower())


def their_fields(body: Body) -> dict[str, Any]:
    return {THEIR_NAMES.get(name, name): value for name, value in asdict(body).items() if name != "tlvs"}


@both_messages
@given(body=ascii_message, sequence=number)
def test_smpp34_reads_what_we_write(command: Command, body: ShortMessage, sequence: int) -> None:
    frame = encode(command, sequence, body)
    theirs = smpp34.decode(frame)
    assert type(theirs) is SMPP34[command]
    assert theirs.sequence_number == sequence
    assert {name: getattr(theirs, name) for name in their_fields(body)} == their_fields(body)
    assert {tlv.tag: tlv.value for tlv in theirs.tlvs} == body.tlvs
    assert theirs.encode() == frame


@both_messages
@given(body=ascii_message, sequence=number)
def test_we_read_what_smpp34_writes(command: Command, body: ShortMessage, sequence: int) -> None:
    tlvs = [smpp34.Tlv(tag, value) for tag, value in body.tlvs.items()]
    frame = SMPP34[command](**their_fields(body), tlvs=tlvs, sequence_number=sequence).encode()
    assert decode(frame) == Pdu(command, 0, sequence, body)
    assert encode(command, sequence, body) == frame


@given(pdus.filter(lambda pdu: pdu.command not in SMPP34))
def test_smpp34_takes_every_header(pdu: Pdu) -> None:
    frame = written(pdu)
    theirs = smpp34.decode(frame)
    assert (theirs.command_length, theirs.command_id) == (len(frame), pdu.command)
    assert (theirs.command_status, theirs.sequence_number) == (pdu.status, pdu.sequence)
    assert theirs.body == frame[HEADER:]


# smpplib: it knows no cancel_sm, replace_sm and outbind.

CANCELS = {Command.CANCEL_SM, Command.CANCEL_SM_RESP, Command.REPLACE_SM, Command.REPLACE_SM_RESP}
SMPPLIB = [command for command in BODIES if command not in CANCELS | {Command.OUTBIND}]
each_of_theirs = pytest.mark.parametrize("command", SMPPLIB, ids=lambda command: command.name.lower())


def smpplib_pdu(command: int) -> Any:
    return smpplib.smpp.make_pdu(Command(command).name.lower(), sequence=0)


def parameter(param: smpplib.command.Param) -> st.SearchStrategy[Any]:
    if param.type is int:
        return st.integers(0, 256**param.size - 1)
    if param.type is ostr:
        most = getattr(param, "max", 3)
        return st.binary(min_size=getattr(param, "size", 1), max_size=most)
    return st.text(ASCII, min_size=1, max_size=param.max - 1)


def octets(param: smpplib.command.Param, value: Any) -> bytes:
    if param.type is int:
        return value.to_bytes(param.size, "big")
    return value if param.type is ostr else value.encode() + b"\0"


@st.composite
def exchanges(draw: st.DrawFn, command: Command) -> tuple[Body, dict[str, Any]]:
    """A body of ours, and the same as smpplib's fields, whose parameters have an order of their own.

    smpplib cuts addresses at 20 characters, those of data_sm too; and it writes neither the parameter that is a flag
    nor a payload beside a short message.
    """
    kind, theirs = BODIES[command], smpplib_pdu(command)
    fields = their_fields(body := draw(bodies(kind, most=64 if "message_id" in shape(kind) else 20, tlvs=st.just({}))))
    left_out = {*fields, "sm_length"} | ({"message_payload"} if fields.get("short_message") else set())
    names = [name for name in theirs.params_order if name not in left_out and theirs.params[name].type is not flag]
    chosen = draw(st.sets(st.sampled_from(names), max_size=5)) if names else ()
    parameters = {name: draw(parameter(theirs.params[name])) for name in names if name in chosen}
    if parameters:
        codes = smpplib.consts.OPTIONAL_PARAMS
        tlvs = {codes[name]: octets(theirs.params[name], value) for name, value in parameters.items()}
        body = replace(body, tlvs=tlvs)
    return body, fields | parameters


def plain(value: Any) -> Any:
    """smpplib gives a text as its octets, and nothing at all for what is empty at the end."""
    return (value.encode("latin-1") if isinstance(value, str) else value) or None


@each_of_theirs
@settings(max_examples=40)
@given(data=st.data(), code=number, sequence=number)
def test_smpplib_reads_what_we_write(command: Command, data: st.DataObject, code: int, sequence: int) -> None:
    body, fields = data.draw(exchanges(command))
    theirs = smpplib.smpp.parse_pdu(encode(command, sequence, body, code), sequence=0)
    assert (theirs.command, theirs.status, theirs.sequence) == (smpplib_pdu(command).command, code, sequence)
    heard = {name: plain(getattr(theirs, name)) for name in fields}
    assert heard == {name: plain(value) for name, value in fields.items()}


@each_of_theirs
@settings(max_examples=40)
@given(data=st.data(), code=number, sequence=number)
def test_we_read_what_smpplib_writes(command: Command, data: st.DataObject, code: int, sequence: int) -> None:
    body, fields = data.draw(
        exchanges(command).filter(lambda pair: command != Command.QUERY_SM or pair[1]["message_id"])
    )
    theirs = smpplib_pdu(command)
    for name, value in {**fields, "status": code, "sequence": sequence}.items():
        setattr(theirs, name, value)
    frame = theirs.generate()
    assert decode(frame) == Pdu(command, code, sequence, body)
    assert encode(command, sequence, body, code) == frame


def test_statuses_are_named_as_by_smpplib() -> None:
    theirs = {name: code for name, code in vars(smpplib.consts).items() if name.startswith("SMPP_ESME_R")}
    assert {f"SMPP_{status.name(code)}": code for code in theirs.values()} == theirs
    assert status.name(0x400) == "status 0x00000400"


# The stream.


@settings(max_examples=25)
@given(st.lists(pdus, min_size=1, max_size=3))
def test_a_stream_may_be_cut_anywhere(sent: list[Pdu]) -> None:
    whole = [written(pdu) for pdu in sent]
    stream = b"".join(whole)
    assert [decode(frame) for frame in fed([stream])] == sent
    assert list(fed([bytes([one]) for one in stream])) == whole
    for cut in range(len(stream)):
        assert list(fed([stream[:cut], stream[cut:]])) == whole


@given(pdus)
def test_half_a_pdu_waits(pdu: Pdu) -> None:
    frame = written(pdu)
    for cut in range(len(frame)):
        assert list(frames(buffer := bytearray(frame[:cut]))) == []
        assert buffer == frame[:cut]


@pytest.mark.parametrize(
    "length",
    [
        pytest.param(0, id="nothing"),
        pytest.param(HEADER - 1, id="less than a header"),
        pytest.param(LONGEST + 1, id="one too many"),
        pytest.param(0x4745_5420, id="GET of HTTP"),
        pytest.param(0x1603_0100, id="a hello of TLS"),
        pytest.param(0x8000_0000, id="negative"),
        pytest.param(0xFFFF_FFFF, id="all ones"),
    ],
)
def test_an_absurd_length_ends_the_stream(length: int) -> None:
    good = encode(Command.ENQUIRE_LINK, 1)
    stream = frames(bytearray(good + length.to_bytes(4, "big") + bytes(HEADER)))
    assert next(stream) == good
    with pytest.raises(BadLength, match=f"a PDU of {length} octets"):
        next(stream)


@pytest.mark.parametrize("length", [HEADER, LONGEST], ids=["the shortest", "the longest"])
def test_a_length_at_the_limit_is_read(length: int) -> None:
    frame = length.to_bytes(4, "big") + bytes(length - 4)
    assert list(fed([frame])) == [frame]


@given(st.lists(st.builds(headed, number, st.binary(max_size=40)) | st.binary(max_size=40), max_size=6).map(b"".join))
def test_noise_is_refused_as_foreseen(noise: bytes) -> None:
    with suppress(BadLength):
        for frame in frames(bytearray(noise)):
            outcome(frame)


# One PDU.


@each_command
@settings(max_examples=60)
@given(noise=st.binary(max_size=80), code=st.sampled_from([0, 8]))
def test_noise_in_a_body_is_refused_as_foreseen(command: Command, noise: bytes, code: int) -> None:
    read = outcome(headed(command, noise, code))
    if command >= 0x8000_0000 and code:
        assert read is not None
    with suppress(TooLong):  # where it is read beyond the limit
        assert read is None or decode(headed(command, encode(command, 77, read.body)[HEADER:], code)) == read


@given(pdus, st.booleans())
def test_every_cut_body_is_refused_or_read(pdu: Pdu, says_so: bool) -> None:
    frame = written(pdu)
    for cut in range(HEADER, len(frame)):
        read = outcome(headed(pdu.command, frame[HEADER:cut], pdu.status) if says_so else frame[:cut])
        assert read is None or read.command == pdu.command


SHORT = bytes(17)  # a submit_sm with nothing in it: 16 empty fields and the length of the message
REFUSALS = [
    pytest.param(headed(Command.SUBMIT_SM, b""), "mandatory field", id="no body"),
    pytest.param(headed(Command.SUBMIT_SM, SHORT[:-1]), "shorter than it says", id="no length of the message"),
    pytest.param(headed(Command.SUBMIT_SM, SHORT[:-1] + b"\5abcd"), "shorter than it says", id="message cut"),
    pytest.param(headed(Command.SUBMIT_SM, SHORT + b"\4\x24\0"), "half an optional", id="half a parameter"),
    pytest.param(headed(Command.SUBMIT_SM, SHORT + b"\4\x24\0\2a"), "0x0424 is shorter", id="parameter cut"),
    pytest.param(headed(Command.QUERY_SM, b"a" * 256 + bytes(4)), "endless", id="a text without end"),
    pytest.param(headed(Command.SUBMIT_SM_RESP, b"id"), "mandatory field", id="an answer without its NUL"),
    pytest.param(headed(0x21, bytes(20)), "unknown command", id="submit_multi"),
    pytest.param(headed(0x8000_0021, bytes(20)), "unknown command", id="an answer that nobody asked for"),
]


@pytest.mark.parametrize(("frame", "reason"), REFUSALS)
def test_refuses(frame: bytes, reason: str) -> None:
    with pytest.raises(BadPdu, match=reason) as refused:
        decode(frame)
    command = int.from_bytes(frame[4:8], "big")
    assert (refused.value.command, refused.value.sequence) == (command, 77)
    assert refused.value.is_unknown == (reason == "unknown command")
    assert refused.value.is_response == (command >= 0x8000_0000)


@pytest.mark.parametrize(
    ("frame", "body"),
    [
        pytest.param(headed(Command.SUBMIT_SM_RESP, b""), NOTHING, id="no body"),
        pytest.param(headed(Command.SUBMIT_SM_RESP, b"\0", 8), Taken(), id="an error with its body"),
        pytest.param(headed(Command.SUBMIT_SM_RESP, b"", 8), NOTHING, id="an error without a body"),
        pytest.param(headed(Command.SUBMIT_SM_RESP, b"garbage", 8), NOTHING, id="an error with half a body"),
        pytest.param(headed(Command.ENQUIRE_LINK, b"surplus"), NOTHING, id="octets where none belong"),
        pytest.param(headed(Command.OUTBIND, b"a\0b\0surplus"), Outbind("a", "b"), id="octets after the last field"),
        pytest.param(headed(Command.SUBMIT_SM_RESP, b"7" * 255 + b"\0"), Taken("7" * 255), id="an id beyond the limit"),
        pytest.param(headed(Command.SUBMIT_SM, SHORT), ShortMessage(), id="nothing in any field"),
    ],
)
def test_reads_what_carriers_write_otherwise(frame: bytes, body: Body) -> None:
    assert decode(frame).body == body


# What has no room.


@pytest.mark.parametrize(
    ("kind", "field"),
    [pytest.param(kind, name, id=f"{kind.__name__} {name}") for kind in KINDS for name in texts_of(kind)],
)
def test_a_text_keeps_to_its_limit(kind: type[Body], field: str) -> None:
    command = next(command for command, body in BODIES.items() if body is kind)
    most = WIDER.get(field, limit(kind, field))
    fits = kind(**{field: "é" * most})
    assert decode(encode(command, 1, fits)).body == fits
    for text in ("a" * (most + 1), "\0", "a\0b", "Ж", "’", "\ud83d"):
        with pytest.raises(TooLong, match=field):
            encode(command, 1, kind(**{field: text}))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(ShortMessage(short_message=b"x" * 256), id="a message of 256 octets"),
        pytest.param(ShortMessage(data_coding=256), id="a number over an octet"),
        pytest.param(Bind(addr_ton=-1), id="a negative number"),
        pytest.param(Taken(tlvs={Tag.MESSAGE_PAYLOAD: b"x" * 65536}), id="a parameter of 65536 octets"),
        pytest.param(Taken(tlvs={65536: b""}), id="a tag over two octets"),
        pytest.param(Taken(tlvs={-1: b""}), id="a negative tag"),
    ],
)
def test_what_has_no_room_is_refused(body: Body) -> None:
    with pytest.raises(TooLong):
        encode(Command.SUBMIT_SM, 1, body)
