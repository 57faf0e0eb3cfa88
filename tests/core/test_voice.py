"""How long a text takes to say, and in how many half-minutes it is paid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.voice import PIECE, Gender, Voice, pieces, seconds


@pytest.mark.parametrize(
    ("length", "spoken", "paid"),
    [
        pytest.param(0, 0.0, 1, id="a call that says nothing is a call"),
        pytest.param(1, 0.07, 1, id="one letter"),
        pytest.param(15, 1.0, 1, id="a second"),
        pytest.param(450, 30.0, 1, id="a half-minute"),
        pytest.param(451, 30.07, 2, id="a letter more"),
        pytest.param(900, 60.0, 2, id="a minute"),
        pytest.param(1224, 81.6, 3, id="the longest text"),
    ],
)
def test_the_price_of_a_call(length: int, spoken: float, paid: int) -> None:
    assert (seconds("x" * length), pieces("x" * length)) == (spoken, paid)


@given(st.text(max_size=2_000))
def test_every_started_half_minute_is_paid(text: str) -> None:
    assert (pieces(text) - 1) * PIECE <= seconds(text) <= pieces(text) * PIECE


@given(st.text(max_size=1_000), st.text(max_size=1_000))
def test_more_to_say_never_costs_less(first: str, more: str) -> None:
    assert pieces(first) <= pieces(first + more) <= pieces(first) + pieces(more)


def test_who_reads_where_nobody_says() -> None:
    assert (Voice().gender, Voice().language) == (Gender.FEMALE, "fr-FR")
