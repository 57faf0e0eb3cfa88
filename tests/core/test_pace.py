"""Calls are counted so that nobody is ever above the rate and its burst, and everybody below it passes."""

from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.pace import Pace


def test_a_burst_passes_and_the_rest_waits_its_turn() -> None:
    pace = Pace(rate=10, burst=3)
    assert [pace.wait(1, 100.0) for _ in range(3)] == [0, 0, 0]
    assert round(pace.wait(1, 100.0), 6) == 0.1
    assert pace.wait(2, 100.0) == 0, "another account has its own"
    assert round(pace.wait(1, 100.06), 6) == 0.04
    assert pace.wait(1, 100.1) == 0
    assert pace.wait(1, 100.1) > 0


@given(
    gaps=st.lists(st.floats(0, 0.5), min_size=1, max_size=60),
    rate=st.floats(1, 20),
    burst=st.integers(1, 5),
)
def test_no_stretch_of_time_has_more_than_the_rate_and_the_burst(gaps: list[float], rate: float, burst: int) -> None:
    pace, now = Pace(rate, burst), 50.0
    passed: list[float] = []
    for gap in gaps:
        now += gap
        wait = pace.wait(1, now)
        if wait == 0:
            passed.append(now)
        else:
            assert Pace.wait(pace, 1, now + wait + 1e-6) == 0, "who waits as long as was said passes"
            now += wait + 1e-6
            passed.append(now)
    for start, first in enumerate(passed):
        for count, last in enumerate(passed[start:], 1):
            assert count <= burst + (last - first) * rate + 1e-3


def test_what_is_kept_is_bounded() -> None:
    pace = Pace(rate=10, burst=1, most=100)
    for key in range(10_000):
        assert pace.wait(key, key * 1.0) == 0
    assert len(pace._due) <= 101
