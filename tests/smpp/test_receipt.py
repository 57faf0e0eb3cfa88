"""Is a receipt read as the carrier meant it, whatever its text looks like?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.smpp.bodies import DataSm, ShortMessage, Tag, Tlvs
from antiphon.smpp.receipt import Receipt, code, is_receipt, read, write

STATES = ("ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD")
DONE = "2603021201"
HEAD = "id:7a-1 sub:001 dlvrd:001 submit date:2603021200 done date:2603021201"
OF_7A1 = Receipt(("7a-1",), "DELIVRD", "000", DONE)


def receipt(text: bytes | str, tlvs: Tlvs | None = None) -> ShortMessage:
    octets = text if isinstance(text, bytes) else text.encode("latin-1")
    return ShortMessage(esm_class=4, short_message=octets, tlvs=tlvs or {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{HEAD} stat:DELIVRD err:000 text:Your code is", OF_7A1, id="appendix B"),
        pytest.param(f"{HEAD} stat:DELIVRD err:000 text:", OF_7A1, id="no text"),
        pytest.param(f"{HEAD} stat:DELIVRD err:000", OF_7A1, id="no text field"),
        pytest.param(f"{HEAD.lower()} stat:delivrd err:000 text:hi", OF_7A1, id="lower case"),
        pytest.param(f"{HEAD} Stat:Delivrd Err:000 Text:hi", OF_7A1, id="capitals at the front"),
        pytest.param(
            "ID:7A-1 SUB:001 DLVRD:001 SUBMIT DATE:2603021200 DONE DATE:2603021201 STAT:DELIVRD ERR:000 TEXT:HI",
            Receipt(("7A-1",), "DELIVRD", "000", DONE),
            id="upper case, the id as written",
        ),
        pytest.param(
            "id: 7a-1 sub: 001 dlvrd: 001 submit date: 2603021200 done date: 2603021201 stat: DELIVRD err: 000 text: a",
            OF_7A1,
            id="blanks after the colons",
        ),
        pytest.param(f"id :7a-1 done date :{DONE} stat : DELIVRD err :000", OF_7A1, id="blanks before the colons"),
        pytest.param(
            f"id:7a-1 submit_date:1 done_date:{DONE} stat:DELIVRD err:000", OF_7A1, id="dates with a low line"
        ),
        pytest.param(f"id:7a-1\r\ndone date:{DONE}\r\nstat:DELIVRD\r\nerr:000", OF_7A1, id="a line for each field"),
        pytest.param(f"\0\x01 id:7a-1 done date:{DONE} stat:DELIVRD err:000\0", OF_7A1, id="octets before"),
        pytest.param(f"stat:DELIVRD err:000 done date:{DONE} id:7a-1 text:a", OF_7A1, id="another order"),
        pytest.param(f"id:7a-1 done date:{DONE} stat:DELIVRD err:000", OF_7A1, id="no sub, dlvrd and submit date"),
        pytest.param("id:7a-1 stat:DELIVRD", Receipt(("7a-1",), "DELIVRD", "", ""), id="no dates and no err"),
        pytest.param(f"{HEAD} stat:DELIVRD text:a", Receipt(("7a-1",), "DELIVRD", "", DONE), id="missing err"),
        pytest.param(f"{HEAD} stat:DELIVRD err: text:a", Receipt(("7a-1",), "DELIVRD", "", DONE), id="empty err"),
        pytest.param("id:7 done date: stat:DELIVRD err:1", Receipt(("7",), "DELIVRD", "1", ""), id="empty done date"),
        pytest.param("id:7 stat:UNDELIV err:00B", Receipt(("7",), "UNDELIV", "00B", ""), id="err in hexadecimal"),
        pytest.param("id:7 stat:UNDELIV err:-12", Receipt(("7",), "UNDELIV", "-12", ""), id="negative err"),
        pytest.param(
            "id:7 done date:260302120159 stat:DELIVRD err:0",
            Receipt(("7",), "DELIVRD", "0", "260302120159"),
            id="12 digits",
        ),
        pytest.param(
            "id:7 done date:20260302120159 stat:DELIVRD err:0",
            Receipt(("7",), "DELIVRD", "0", "20260302120159"),
            id="14 digits",
        ),
        pytest.param(
            f"{HEAD} stat:DELIVRD err:000 text:id:999 stat:EXPIRED err:9 done date:1", OF_7A1, id="a text that lies"
        ),
        pytest.param("stat:DELIVRD text:id:999 err:9", None, id="a text that lies about the id"),
        pytest.param("id:7 text:stat:EXPIRED", None, id="a text that lies about the state"),
        pytest.param("stat:DELIVRD err: text:id:999", None, id="a text that lies after an empty err"),
        pytest.param("id: sub:001 dlvrd:001 stat:DELIVRD err:000 text:a", None, id="empty id"),
        pytest.param("id:   stat:DELIVRD", None, id="an id of blanks"),
        pytest.param("id:7 stat: err:000 text:a", None, id="empty state"),
        pytest.param("id:7 stat:42 err:000", None, id="a state that is none"),
        pytest.param("id:7 err:000", None, id="no state"),
        pytest.param("Hello, is the shop open?", None, id="no receipt at all"),
        pytest.param("", None, id="nothing"),
        pytest.param(bytes(range(256)), None, id="every octet there is"),
        pytest.param(b"\x05\x00\x03\x07\x02\x01\xff\xfe\0i\0d\0:", None, id="binary garbage"),
    ],
)
def test_reads_a_text(text: str | bytes, expected: Receipt | None) -> None:
    assert read(receipt(text)) == expected


@pytest.mark.parametrize(
    ("word", "state"),
    [
        *((state, state) for state in STATES),
        ("DELIVERED", "DELIVRD"),
        ("Delivered", "DELIVRD"),
        ("DELIVERD", "DELIVRD"),
        ("UNDELIVERED", "UNDELIV"),
        ("UNDELIVERABLE", "UNDELIV"),
        ("UNDELIVRD", "UNDELIV"),
        ("FAILED", "UNDELIV"),
        ("REJECTED", "REJECTD"),
        ("ACCEPTED", "ACCEPTD"),
        ("EXPIRD", "EXPIRED"),
        ("enroute", "ENROUTE"),
    ],
)
def test_a_state_has_many_spellings(word: str, state: str) -> None:
    assert read(receipt(f"id:7 stat:{word} err:000")) == Receipt(("7",), state, "000", "")


@pytest.mark.parametrize(
    ("text", "tlvs", "expected"),
    [
        pytest.param(
            "stat:DELIVRD err:000",
            {Tag.RECEIPTED_MESSAGE_ID: b"7a-1\0"},
            Receipt(("7a-1",), "DELIVRD", "000", ""),
            id="id only in a parameter, with its NUL",
        ),
        pytest.param(
            "stat:DELIVRD",
            {Tag.RECEIPTED_MESSAGE_ID: b"7a-1"},
            Receipt(("7a-1",), "DELIVRD", "", ""),
            id="without its NUL",
        ),
        pytest.param(
            "id: sub:001 stat:DELIVRD",
            {Tag.RECEIPTED_MESSAGE_ID: b"7a-1\0"},
            Receipt(("7a-1",), "DELIVRD", "", ""),
            id="empty id beside a parameter",
        ),
        pytest.param(
            "id:00000007 stat:DELIVRD",
            {Tag.RECEIPTED_MESSAGE_ID: b"7\0"},
            Receipt(("7", "00000007"), "DELIVRD", "", ""),
            id="two spellings, the parameter's first",
        ),
        pytest.param(
            "id:7 stat:DELIVRD",
            {Tag.RECEIPTED_MESSAGE_ID: b"7\0"},
            Receipt(("7",), "DELIVRD", "", ""),
            id="one spelling",
        ),
        pytest.param(
            "id:7 stat:DELIVRD",
            {Tag.RECEIPTED_MESSAGE_ID: b"\0"},
            Receipt(("7",), "DELIVRD", "", ""),
            id="empty parameter",
        ),
        pytest.param(
            "id:7", {Tag.MESSAGE_STATE: b"\5"}, Receipt(("7",), "UNDELIV", "", ""), id="state only in a parameter"
        ),
        pytest.param(
            "id:7 stat: err:1",
            {Tag.MESSAGE_STATE: b"\2"},
            Receipt(("7",), "DELIVRD", "1", ""),
            id="empty state beside it",
        ),
        pytest.param(
            "id:7 stat:DONE err:1",
            {Tag.MESSAGE_STATE: b"\2"},
            Receipt(("7",), "DELIVRD", "1", ""),
            id="odd state beside it",
        ),
        pytest.param(
            "id:7 stat:EXPIRED",
            {Tag.MESSAGE_STATE: b"\5"},
            Receipt(("7",), "EXPIRED", "", ""),
            id="the text's state counts",
        ),
        pytest.param("id:7", {Tag.MESSAGE_STATE: b"\x63"}, None, id="a number that is no state"),
        pytest.param("id:7", {Tag.MESSAGE_STATE: b""}, None, id="an empty state"),
        pytest.param(
            "",
            {Tag.RECEIPTED_MESSAGE_ID: b"7\0", Tag.MESSAGE_STATE: b"\x08", Tag.NETWORK_ERROR_CODE: b"\x03\x00\x2a"},
            Receipt(("7",), "REJECTD", "042", ""),
            id="parameters and no text",
        ),
        pytest.param(
            "id:7 stat:UNDELIV err:11",
            {Tag.NETWORK_ERROR_CODE: b"\x03\x00\x2a"},
            Receipt(("7",), "UNDELIV", "11", ""),
            id="the text's error counts",
        ),
        pytest.param(
            "id:7 stat:UNDELIV",
            {Tag.NETWORK_ERROR_CODE: b"\x03"},
            Receipt(("7",), "UNDELIV", "", ""),
            id="half an error",
        ),
        pytest.param(
            "Hello",
            {Tag.RECEIPTED_MESSAGE_ID: b"\xff\xfe\0", Tag.MESSAGE_STATE: b"\2"},
            Receipt(("ÿþ",), "DELIVRD", "", ""),
            id="an id of any octets",
        ),
        pytest.param(
            "",
            {Tag.MESSAGE_PAYLOAD: b"id:7 stat:DELIVRD err:000"},
            Receipt(("7",), "DELIVRD", "000", ""),
            id="in a payload",
        ),
    ],
)
def test_reads_parameters(text: str, tlvs: Tlvs, expected: Receipt | None) -> None:
    assert read(receipt(text, tlvs)) == expected


@pytest.mark.parametrize(
    ("tlvs", "expected"),
    [
        pytest.param(
            {Tag.MESSAGE_PAYLOAD: b"id:7 stat:DELIVRD err:000"},
            Receipt(("7",), "DELIVRD", "000", ""),
            id="in its payload",
        ),
        pytest.param(
            {Tag.RECEIPTED_MESSAGE_ID: b"7\0", Tag.MESSAGE_STATE: b"\3"},
            Receipt(("7",), "EXPIRED", "", ""),
            id="in parameters",
        ),
        pytest.param({Tag.MESSAGE_STATE: b"\3"}, None, id="nobody's"),
    ],
)
def test_data_sm_brings_receipts_too(tlvs: Tlvs, expected: Receipt | None) -> None:
    body = DataSm(esm_class=4, tlvs=tlvs)
    assert is_receipt(body)
    assert read(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(ShortMessage(esm_class=0b0000_0100), True, id="delivery receipt"),
        pytest.param(ShortMessage(esm_class=0b0100_0100), True, id="delivery receipt with a header"),
        pytest.param(ShortMessage(esm_class=0b0010_0000), True, id="intermediate notification"),
        pytest.param(DataSm(tlvs={Tag.RECEIPTED_MESSAGE_ID: b"7\0"}), True, id="by its parameter"),
        pytest.param(ShortMessage(short_message=b"id:7 stat:DELIVRD"), False, id="somebody who writes like one"),
        pytest.param(ShortMessage(esm_class=0b0100_0000), False, id="a part of a long message"),
        pytest.param(ShortMessage(esm_class=0b0000_1000), False, id="the recipient's acknowledgement"),
        pytest.param(ShortMessage(esm_class=0b0001_0000), False, id="the recipient's answer"),
        pytest.param(ShortMessage(esm_class=0b0000_0011), False, id="store and forward"),
    ],
)
def test_knows_a_receipt(body: ShortMessage | DataSm, expected: bool) -> None:
    assert is_receipt(body) is expected


@pytest.mark.parametrize("state", STATES)
def test_what_a_state_means(state: str) -> None:
    made = Receipt(("7",), state, "000", DONE)
    assert made.is_final == (state not in ("ENROUTE", "ACCEPTD"))
    assert made.is_delivered == (state == "DELIVRD")
    assert code(state) == STATES.index(state) + 1


def test_writes_as_appendix_b() -> None:
    line = write(OF_7A1, "2603021200", "Your code is 123456, do not tell")
    assert line == f"{HEAD} stat:DELIVRD err:000 text:Your code is 123456,".encode()
    undelivered = write(Receipt(("7",), "EXPIRED", "011", DONE), "2603021200", "Привет ’ é")
    assert b"dlvrd:000" in undelivered
    assert undelivered.endswith("text:?????? ? é".encode("latin-1"))


ids = st.text("0123456789abcdefXYZ-_.", min_size=1, max_size=64)
errors = st.text("0123456789abcdefABCDEF", max_size=3)
dates = st.sampled_from([0, 10, 12, 14]).flatmap(lambda size: st.text("0123456789", min_size=size, max_size=size))


@given(st.builds(Receipt, st.tuples(ids), st.sampled_from(STATES), errors, dates), st.text(), dates)
def test_what_was_written_is_read(made: Receipt, text: str, submitted: str) -> None:
    assert read(receipt(write(made, submitted, text))) == made


@given(st.binary(max_size=200), st.dictionaries(st.sampled_from(Tag), st.binary(max_size=4)))
def test_anything_is_read_or_left(text: bytes, tlvs: Tlvs) -> None:
    found = read(receipt(text, tlvs))
    assert found is None or (found.ids and all(found.ids) and found.state in STATES)
