"""What the numbering plans tell of a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core import phone
from antiphon.core.lookup import Lookup, look_up


@pytest.mark.parametrize(
    ("written", "region", "number", "kind", "home", "calling_code"),
    [
        pytest.param("06 12 34 56 78", "FR", "+33612345678", "mobile", "FR", 33, id="a mobile at home"),
        pytest.param("+33 6 12 34 56 78", "GB", "+33612345678", "mobile", "FR", 33, id="a mobile abroad"),
        pytest.param("0033612345678", "ES", "+33612345678", "mobile", "FR", 33, id="a mobile, dialled"),
        pytest.param("01 42 68 53 00", "FR", "+33142685300", "landline", "FR", 33, id="a landline"),
        pytest.param("(415) 555-0132", "US", "+14155550132", "mobile", "US", 1, id="a mobile or a landline"),
        pytest.param("020 7031 3000", "GB", "+442070313000", "landline", "GB", 44, id="London"),
        pytest.param("0800 123 456", "FR", "+33800123456", "toll_free", "FR", 33, id="toll free"),
        pytest.param("0899 70 01 23", "FR", "+33899700123", "premium_rate", "FR", 33, id="premium rate"),
        pytest.param("09 51 23 45 67", "FR", "+33951234567", "voip", "FR", 33, id="voice over IP"),
        pytest.param("+800 1234 5678", "FR", "+80012345678", "toll_free", "001", 800, id="of the whole world"),
    ],
)
def test_what_a_number_tells(written: str, region: str, number: str, kind: str, home: str, calling_code: int) -> None:
    found = look_up(written, region)
    assert found.valid
    assert (found.number, found.kind, found.region, found.calling_code) == (number, kind, home, calling_code)


@pytest.mark.parametrize(
    ("number", "country", "alpha_3"),
    [
        pytest.param("+33612345678", "France", "FRA", id="France"),
        pytest.param("+447400123456", "United Kingdom", "GBR", id="the United Kingdom"),
        pytest.param("+447911123456", "Guernsey", "GGY", id="beside the United Kingdom"),
        pytest.param("+14155550132", "United States", "USA", id="the United States"),
        pytest.param("+80012345678", None, None, id="no country"),
    ],
)
def test_the_country_has_its_name(number: str, country: str | None, alpha_3: str | None) -> None:
    found = look_up(number, "FR")
    assert (found.country, found.alpha_3) == (country, alpha_3)


def test_the_network_is_whom_the_number_was_given_to() -> None:
    assert look_up("+33607123456", "FR").network == "Orange France"
    assert look_up("+33142685300", "FR").network is None


@pytest.mark.parametrize("written", ["", "hello", "061", "+33 6 12", "+999 123456789", "+", "1" * 300])
def test_what_is_no_number_is_given_back_as_it_was(written: str) -> None:
    assert look_up(written, "FR") == Lookup(number=written, valid=False)


@given(st.text(max_size=20) | st.from_regex(r"\A\+?[0-9 ]{3,16}\Z"), st.sampled_from(["FR", "US", "GB", "DE", "ZZ"]))
def test_a_number_is_valid_where_it_can_be_read(written: str, region: str) -> None:
    found = look_up(written, region)
    number = phone.e164(written, region)
    assert (found.valid, found.number) == (number is not None, number or written)
    told = (found.kind, found.region, found.calling_code)
    assert all(one is not None for one in told) if found.valid else told == (None, None, None)
    assert (found.country is None) == (found.alpha_3 is None)
