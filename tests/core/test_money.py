"""Money is counted in whole micro-units."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.money import MICROS, micros, shown, units


@pytest.mark.parametrize(
    ("amount", "exact"),
    [
        ("0", 0),
        ("0.045", 45_000),
        ("0.000001", 1),
        ("1e-6", 1),
        ("12.5", 12_500_000),
        (" 1 ", 1_000_000),
        ("1.0000000", 1_000_000),
        ("1" + "0" * 40 + "e-40", 1_000_000),
        ("0." + "0" * 60, 0),
        ("9007199254.740993", 9_007_199_254_740_993),
        ("9223372036854.775807", 2**63 - 1),
    ],
)
def test_micros(amount: str, exact: int) -> None:
    assert micros(amount) == exact


@pytest.mark.parametrize(
    "amount",
    [
        *("", "a", "0,045", "-1", "-0.000001", "0.0000001", "1e-7", "NaN", "sNaN", "Infinity", "-Infinity", "€1"),
        pytest.param("0.045" + "0" * 30 + "1", id="finer, far behind the point"),
        pytest.param("1e-999999999", id="finer than a decimal can be"),
        pytest.param("9223372036854.775808", id="more than a column holds"),
        pytest.param("1e400", id="much more"),
        pytest.param("1e999999", id="more than a decimal can be"),
    ],
)
def test_what_is_no_amount(amount: str) -> None:
    with pytest.raises(ValueError, match="not an amount of money"):
        micros(amount)


@given(st.integers(0, 10**15))
def test_what_is_written_in_units_is_read_back_exactly(amount: int) -> None:
    assert micros(f"{amount // MICROS}.{amount % MICROS:06}") == amount


@given(st.integers(0, 10**13))
def test_a_json_number_tells_the_amount(amount: int) -> None:
    """Below ten million of a currency; a double has 15 digits that can be relied on."""
    assert micros(json.dumps(units(amount))) == amount


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "0"),
        (1, "0.000001"),
        (10, "0.00001"),
        (45_000, "0.045"),
        (1_000_000, "1"),
        (12_500_000, "12.5"),
        (10**14, "100000000"),
        (10**15 + 1, "1000000000.000001"),
        (-45_000, "-0.045"),
    ],
)
def test_shown(amount: int, written: str) -> None:
    assert shown(amount) == written


@given(st.integers(0, 2**63 - 1))
def test_what_is_shown_is_read_back_exactly_and_has_no_needless_digit(amount: int) -> None:
    written = shown(amount)
    assert micros(written) == amount
    assert set(written) <= set("0123456789.")
    assert not ("." in written and written.endswith(("0", ".")))
