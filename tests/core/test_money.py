"""Money is counted in whole micro-units."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.money import MICROS, micros, units


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
        ("9007199254.740993", 9_007_199_254_740_993),
    ],
)
def test_micros(amount: str, exact: int) -> None:
    assert micros(amount) == exact


@pytest.mark.parametrize(
    "amount",
    ["", "a", "0,045", "-1", "-0.000001", "0.0000001", "1e-7", "NaN", "sNaN", "Infinity", "-Infinity", "€1"],
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
