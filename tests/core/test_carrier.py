"""Is a carrier's URL read as it was meant, and its password kept apart?"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.carrier import Terms, check_name, is_open, open_url, read, terms, with_password
from antiphon.core.errors import BadField


def test_all_of_a_url() -> None:
    address = read("smpp://me:p%40ss@smsc.example:2775?bind=transceiver&binds=2&rate=20.5")
    assert (address.scheme, address.user, address.password) == ("smpp", "me", "p@ss")
    assert (address.host, address.port) == ("smsc.example", 2775)
    assert address.options == {"bind": "transceiver", "binds": "2", "rate": "20.5"}
    assert terms(address) == Terms(rate=20.5)


@given(st.text(min_size=1, max_size=12).filter(lambda text: text.isprintable()))
def test_a_password_of_any_kind_comes_back(password: str) -> None:
    open_ = "smpp://me@smsc.example:2775?window=10"
    whole = with_password(open_, password)
    assert read(whole).password == password
    assert open_url(whole) == open_


@pytest.mark.parametrize(
    ("url", "field"),
    [
        ("smsc.example", "url"),
        ("smpp://h:99999", "url"),
        ("smpp://[::1", "url"),
        ("smpp://h?rate", "url"),
        ("smpp://h?rate=-1", "rate"),
        ("smpp://h?hours=8-20", "hours"),
        ("smpp://h?zone=Paris", "zone"),
    ],
)
def test_a_wrong_url_names_what_is_wrong(url: str, field: str) -> None:
    with pytest.raises(BadField) as refusal:
        terms(read(url))
    assert refusal.value.field == field


@pytest.mark.parametrize("name", ["", "a b", "x" * 41, "a/b", "a\0"])
def test_a_wrong_name(name: str) -> None:
    with pytest.raises(BadField):
        check_name(name)


@pytest.mark.parametrize(
    ("hours", "zone", "hour", "opened"),
    [
        pytest.param("00:00-00:00", "UTC", 3, True, id="always"),
        pytest.param("08:00-20:00", "UTC", 8, True, id="as it opens"),
        pytest.param("08:00-20:00", "UTC", 20, False, id="as it closes"),
        pytest.param("08:00-20:00", "Europe/Paris", 7, True, id="in its own zone"),
        pytest.param("22:00-06:00", "UTC", 23, True, id="before midnight"),
        pytest.param("22:00-06:00", "UTC", 5, True, id="after midnight"),
        pytest.param("22:00-06:00", "UTC", 12, False, id="by day"),
    ],
)
def test_hours(hours: str, zone: str, hour: int, opened: bool) -> None:
    assert is_open(Terms(hours=hours, zone=zone), datetime(2026, 11, 21, hour, tzinfo=UTC)) is opened
