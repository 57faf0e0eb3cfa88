"""Are contacts read and written as the vendor's clients expect?"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.account import Account
from antiphon.core.contact import DEEPEST, Draft
from antiphon.core.errors import BadField, MissingField, TooMany
from antiphon.dialects.exotel.contacts import WireCreate, read_create
from antiphon.dialects.exotel.envelope import MOST_AT_ONCE, read_sid, write_sid, write_time

INDIA = ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    ("at", "zone", "written"),
    [
        pytest.param(
            (2021, 5, 23, 8, 21, 30, 151010), INDIA, "2021-05-23T13:51:30.15101+05:30", id="a zero at its end"
        ),
        pytest.param((2021, 5, 23, 8, 21, 30, 151051), INDIA, "2021-05-23T13:51:30.151051+05:30", id="all six digits"),
        pytest.param((2021, 5, 23, 8, 21, 30, 1), INDIA, "2021-05-23T13:51:30.000001+05:30", id="zeros at its start"),
        pytest.param((2021, 5, 23, 8, 21, 30, 500000), INDIA, "2021-05-23T13:51:30.5+05:30", id="a half"),
        pytest.param((2021, 5, 23, 8, 21, 30, 0), INDIA, "2021-05-23T13:51:30+05:30", id="no fraction"),
        pytest.param((2021, 5, 23, 18, 30, 0, 0), INDIA, "2021-05-24T00:00:00+05:30", id="zeros of the clock stay"),
        pytest.param((2021, 5, 23, 8, 21, 30, 0), ZoneInfo("UTC"), "2021-05-23T08:21:30+00:00", id="UTC"),
        pytest.param(
            (2021, 1, 1, 8, 0, 0, 10), ZoneInfo("America/New_York"), "2021-01-01T03:00:00.00001-05:00", id="west"
        ),
    ],
)
def test_time(at: tuple[int, ...], zone: ZoneInfo, written: str) -> None:
    assert write_time(datetime(*at, tzinfo=UTC), zone) == written  # type: ignore[arg-type]


@given(at=st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_any_time_can_be_read_again(at: datetime) -> None:
    aware = at.replace(tzinfo=UTC)
    assert datetime.fromisoformat(write_time(aware, INDIA)) == aware


def test_a_sid_is_32_digits() -> None:
    account = Account(id=0x12AB, sid="ac1", region="IN", time_zone="Asia/Kolkata", currency="INR")
    sid = "00000000000012ab00000000000000ff"
    assert write_sid(account, 0xFF) == sid
    assert read_sid(account, sid) == read_sid(account, sid.upper()) == 0xFF
    for other in ("", "12", sid[:-1], sid + "0", f" {sid}", sid.replace("ab", "ac"), "0" * 12 + "12ab" + "f" * 16):
        assert read_sid(account, other) is None


def read(*items: str) -> list[object]:
    return list(read_create(WireCreate(contacts=[msgspec.Raw(item.encode()) for item in items])))


@pytest.mark.parametrize(
    ("item", "draft"),
    [
        pytest.param('{"number": "1"}', Draft(number="1"), id="a number alone"),
        pytest.param('{"number": 1}', Draft(number="1"), id="not in quotes"),
        pytest.param('{"number": "1", "tag": "a"}', Draft(number="1", tags=("a",)), id="a tag"),
        pytest.param('{"number": "1", "tag": ""}', Draft(number="1"), id="an empty tag"),
        pytest.param('{"number": "1", "company_name": "E"}', Draft(number="1", company="E"), id="a company"),
        pytest.param('{"number": "1", "custom": {"a": 1}}', Draft(number="1", attributes={"a": 1}), id="custom"),
        pytest.param(
            '{"number": "1", "custom": {"a": 1}, "custom_field": {"b": 2}}',
            Draft(number="1", attributes={"b": 2}),
            id="custom_field first",
        ),
    ],
)
def test_item(item: str, draft: Draft) -> None:
    assert read(item) == [draft]


@pytest.mark.parametrize("item", ["{}", '{"number": ""}', '{"number": null}', '{"phone_number": "1"}'])
def test_item_without_a_number(item: str) -> None:
    assert isinstance(read(item)[0], MissingField)


@pytest.mark.parametrize("depth", [DEEPEST, 500, 960, 980, 1000, 5000, 100_000])
def test_an_item_that_is_too_deep(depth: int) -> None:
    refused, kept = read(f'{{"number": "1", "custom_field": {{"a": {"[" * depth}{"]" * depth}}}}}', '{"number": "2"}')
    assert isinstance(refused, BadField)
    assert kept == Draft(number="2")


@pytest.mark.parametrize("item", ["null", "1", '"1"', "[]", '{"number": []}', '{"number": "1", "first_name": {}}'])
def test_item_of_another_kind(item: str) -> None:
    """Nothing is dropped from an item that is then called a success."""
    assert isinstance(read(item)[0], BadField)


def test_the_limit() -> None:
    item = msgspec.Raw(b'{"number": "1"}')
    assert len(read_create(WireCreate(contacts=[item] * MOST_AT_ONCE))) == MOST_AT_ONCE
    with pytest.raises(TooMany):
        read_create(WireCreate(contacts=[item] * (MOST_AT_ONCE + 1)))
