"""Is there anything that a customer can write and we cannot read or refuse?"""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.account import Account
from antiphon.core.campaign import SendMessages
from antiphon.core.errors import Refusal
from antiphon.core.event import Event, Kind
from antiphon.core.message import State
from antiphon.dialects.smpp import callbacks, errors
from antiphon.dialects.smpp.messages import read_submit
from antiphon.smpp import status
from antiphon.smpp.bodies import Command, DataSm, ShortMessage, Tag
from antiphon.smpp.pdu import decode, encode

ACCOUNT = Account(id=7, sid="ac1", region="FR", time_zone="Europe/Paris", currency="EUR")
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OCTET = st.integers(0, 255)
WORD = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=20)
NUMBERS = st.sampled_from(["33612345678", "+33612345678", "0612345678", "00447911123456", "12", ""]) | WORD
TIMES = st.sampled_from(["", "260302140000000+", "000000010000000R", "991231235959948-", "999999999999999R"]) | WORD
OCTETS = st.binary(max_size=160)
HEADERS = st.sampled_from([b"", b"\5\0\3\1\2\1", b"\6\x08\4\1\1\2\2", b"\5\0\3\1\0\0", b"\xff"])
TLVS = st.dictionaries(
    st.sampled_from(
        [
            *(Tag.MESSAGE_PAYLOAD, Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM),
            *(Tag.USER_MESSAGE_REFERENCE, 0x1400),
        ]
    ),
    st.binary(max_size=4) | OCTETS,
)
SUBMITS = st.builds(
    ShortMessage,
    service_type=st.sampled_from(["", "PROMO", "promo", "CMT"]),
    source_ton=OCTET,
    source=WORD,
    destination_ton=st.integers(0, 6),
    destination=NUMBERS,
    esm_class=st.sampled_from([0, 3, 0x40, 0x43]) | OCTET,
    schedule_delivery_time=TIMES,
    validity_period=TIMES,
    registered_delivery=OCTET,
    data_coding=st.sampled_from([0, 3, 8]) | OCTET,
    short_message=st.builds(bytes.__add__, HEADERS, OCTETS),
    tlvs=TLVS,
)
DATA = st.builds(
    DataSm,
    source=WORD,
    destination_ton=st.integers(0, 6),
    destination=NUMBERS,
    esm_class=st.sampled_from([0, 0x40]),
    registered_delivery=OCTET,
    data_coding=OCTET,
    tlvs=TLVS,
)


@given(SUBMITS | DATA, OCTETS)
def test_every_submit_is_read_or_refused(body: ShortMessage | DataSm, others: bytes) -> None:
    try:
        command = read_submit(body, ACCOUNT, NOW)
        if not isinstance(command, SendMessages):
            command = command.join(others + command.octets, [(12, command.note), (13, None)])
    except Refusal as failure:
        refused = failure
    else:
        refused = None
    if refused is not None:
        assert errors.code(refused) != status.OK
        return
    assert "\0" not in command.text
    assert "\0" not in (command.sender or "")
    for event in _events(command):
        for told in callbacks.write(event):
            assert decode(encode(Command.DELIVER_SM, 1, told)).body == told


def _events(command: SendMessages) -> list[Event]:
    """What may have to be told of it."""
    facts = {"account": "ac1", "account_id": 7, "at": NOW, "message_id": 12, "custom": command.callbacks.custom}
    number = command.recipients[0].number
    receipts = [Event(kind=Kind.RECEIPT, number=number, state=state, **facts) for state in State]
    return [*receipts, Event(kind=Kind.REPLY, number=number, text=command.text, receiver=command.sender, **facts)]
