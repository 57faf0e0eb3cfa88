"""Is a campaign's wire form read as it was meant?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.campaign import Audience, Kind, Purpose
from antiphon.core.errors import BadField, MissingField, UnknownCampaign
from antiphon.dialects.lenient import mend
from antiphon.dialects.octopush.campaigns import (
    WireCampaign,
    read_audience,
    read_create,
    read_sender,
    read_ticket,
    read_time,
    write_ticket,
)

ALL = Audience(kind=Kind.LIST, names=("all",))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param(None, None, id="none"),
        pytest.param("", None, id="empty"),
        pytest.param("   ", None, id="blanks"),
        pytest.param("Company X", "Company X", id="as it is"),
        pytest.param("  Company X  ", "Company X", id="blanks around it"),
        pytest.param("AB", None, id="two are too few"),
        pytest.param("ABC", "ABC", id="three"),
        pytest.param("ABCDEFGHIJK", "ABCDEFGHIJK", id="eleven"),
        pytest.param("ABCDEFGHIJKL", "ABCDEFGHIJK", id="twelve"),
        pytest.param("ABCDEFGHIJ KL", "ABCDEFGHIJ", id="no blank is left at the cut"),
        pytest.param("A.B-C_D", "ABCD", id="marks are left out"),
        pytest.param("A & B", "A  B", id="and the blanks around them are not"),
        pytest.param("!!A", None, id="too few are left"),
        pytest.param("Ünïtés", "nts", id="only ASCII"),
        pytest.param("38200", "38200", id="digits"),
        pytest.param("+33612345678", "33612345678", id="a phone number"),
        pytest.param("A\nB\tC", "ABC", id="no lines"),
        pytest.param("３８２００", None, id="no other digits"),
    ],
)
def test_sender(written: str | None, read: str | None) -> None:
    assert read_sender(written, []) == read


@given(written=st.text())
def test_any_sender(written: str) -> None:
    read = read_sender(written, [])
    assert read is None or (3 <= len(read) <= 11 and read.isascii() and read == read.strip())
    assert read is None or read_sender(read, []) == read


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("2018-10-03T07:42:39-07:00", utc(2018, 10, 3, 14, 42, 39), id="the vendor's example"),
        pytest.param("2018-10-03T07:42:39Z", utc(2018, 10, 3, 7, 42, 39), id="UTC"),
        pytest.param("2021-01-01T00:01:00+0100", utc(2020, 12, 31, 23, 1), id="no colon, as the PHP library sends"),
        pytest.param("2021-01-01 00:01:00", utc(2020, 12, 31, 23, 1), id="no offset, in winter"),
        pytest.param("2021-07-01 00:01:00", utc(2021, 6, 30, 22, 1), id="no offset, in summer"),
        pytest.param("2021-07-01T00:01", utc(2021, 6, 30, 22, 1), id="no seconds"),
        pytest.param("2021-07-01", utc(2021, 6, 30, 22), id="a day"),
        pytest.param("2021-03-28 02:30:00", utc(2021, 3, 28, 1, 30), id="an hour that summer time leaves out"),
        pytest.param("2021-10-31 02:30:00", utc(2021, 10, 31, 0, 30), id="an hour that comes twice: the first"),
        pytest.param("2018-10-03T07:42:39.123456789Z", utc(2018, 10, 3, 7, 42, 39, 123456), id="nanoseconds"),
        pytest.param(" 2018-10-03T07:42:39Z\n", utc(2018, 10, 3, 7, 42, 39), id="blanks around it"),
    ],
)
def test_time(written: str, read: datetime) -> None:
    found = read_time(written)
    assert found is not None
    assert found.astimezone(UTC) == read


@pytest.mark.parametrize("written", [None, "", " ", "\n"], ids=repr)
def test_now(written: object) -> None:
    assert read_time(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "tomorrow",
        "2018",
        "2018-13-01",
        "01/02/2018",
        "07:42",
        "2018-10-03T25:00:00Z",
        1538577759,
        0,
        True,
        False,
        [],
        {},
    ],
    ids=repr,
)
def test_no_time(written: object) -> None:
    """Whatever is neither a time nor nothing: it must not mean now."""
    with pytest.raises(BadField, match="send_at"):
        read_time(written)


@given(at=st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30)), offset=st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_any_time(at: datetime, offset: int) -> None:
    aware = at.replace(tzinfo=UTC) + timedelta(minutes=offset)
    assert read_time(aware.isoformat()) == aware


@pytest.mark.parametrize(
    ("written", "purpose"),
    [
        (None, Purpose.MARKETING),
        ("", Purpose.MARKETING),
        ("wholesale", Purpose.MARKETING),
        ("WholeSale", Purpose.MARKETING),
        ("marketing", Purpose.MARKETING),
        ("birthday", Purpose.MARKETING),
        ("alert", Purpose.ALERT),
        (" ALERT ", Purpose.ALERT),
        ("transactional", Purpose.ALERT),
    ],
)
def test_purpose(written: str | None, purpose: Purpose) -> None:
    assert read_create(mend({"purpose": written, "list_name": "all"}, WireCampaign).value, LIST, []).purpose is purpose


LIST, TAG = Kind.LIST, Kind.TAG


@pytest.mark.parametrize(
    ("wire", "path", "kind", "name"),
    [
        pytest.param({"list_name": "a"}, LIST, LIST, "a", id="a list"),
        pytest.param({"tag_name": "b"}, TAG, TAG, "b", id="a tag"),
        pytest.param({"tag_name": "b"}, LIST, TAG, "b", id="a tag on the path of lists"),
        pytest.param({"list_name": "a"}, TAG, LIST, "a", id="a list on the path of tags"),
        pytest.param({"list_name": "a", "tag_name": "b"}, LIST, LIST, "a", id="both: the path decides for the list"),
        pytest.param({"list_name": "a", "tag_name": "b"}, TAG, TAG, "b", id="both: the path decides for the tag"),
        pytest.param({"list_name": " ", "tag_name": " b "}, LIST, TAG, "b", id="a blank name is none"),
    ],
)
def test_audience(wire: Any, path: Kind, kind: Kind, name: str) -> None:
    assert read_audience(wire.get("list_name"), wire.get("tag_name"), path) == Audience(kind=kind, names=(name,))


@pytest.mark.parametrize(("path", "field"), [(LIST, "list_name"), (TAG, "tag_name")])
def test_no_audience(path: Kind, field: str) -> None:
    with pytest.raises(MissingField, match=field):
        read_audience(" ", None, path)


@given(id=st.integers(0, (1 << 53) - 1))
def test_a_ticket_is_read_as_it_was_written(id: int) -> None:
    assert read_ticket(write_ticket(id)) == id
    assert read_ticket(f" {write_ticket(id)}\n") == id


@pytest.mark.parametrize("written", [None, "", " "], ids=repr)
def test_no_ticket(written: str | None) -> None:
    with pytest.raises(MissingField):
        read_ticket(written)


@pytest.mark.parametrize(
    "written",
    ["1", "sms_", "sms_1", "sms_5f3fbce61266e", "SMS_00000000000001", "sms_0000000000000１", "sms_" + "f" * 15],
)
def test_a_ticket_that_is_none(written: str) -> None:
    with pytest.raises(UnknownCampaign):
        read_ticket(written)
