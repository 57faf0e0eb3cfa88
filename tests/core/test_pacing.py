"""How fast a campaign may leave, and what its first messages must show."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core import pacing
from antiphon.core.errors import BadField
from antiphon.core.pacing import Canary, Pacing, Watched

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CANARY = Canary()


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(Pacing(), id="nothing"),
        pytest.param(Pacing(per_hour=1), id="one an hour"),
        pytest.param(Pacing(over_hours=0.5), id="over half an hour"),
        pytest.param(Pacing(per_hour=100, canary=CANARY), id="little by little, and a canary"),
        pytest.param(Pacing(canary=Canary(share=0.5, minutes=1, most_failed=0, most_opted_out=1)), id="at every bound"),
    ],
)
def test_what_can_be_asked(wanted: Pacing) -> None:
    pacing.check(wanted)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        pytest.param(Pacing(per_hour=5, over_hours=2), "pacing.over_hours", id="both"),
        pytest.param(Pacing(per_hour=0), "pacing.per_hour", id="none an hour"),
        pytest.param(Pacing(per_hour=10**9), "pacing.per_hour", id="too many an hour"),
        pytest.param(Pacing(over_hours=0), "pacing.over_hours", id="no time"),
        pytest.param(Pacing(over_hours=float("nan")), "pacing.over_hours", id="no number"),
        pytest.param(Pacing(over_hours=24 * 32), "pacing.over_hours", id="more than a month"),
        pytest.param(Pacing(canary=Canary(share=0)), "pacing.canary.share", id="no canary"),
        pytest.param(Pacing(canary=Canary(share=0.51)), "pacing.canary.share", id="most of it"),
        pytest.param(Pacing(canary=Canary(minutes=0)), "pacing.canary.minutes", id="not watched"),
        pytest.param(Pacing(canary=Canary(most_failed=1.1)), "pacing.canary.most_failed", id="more than all may fail"),
        pytest.param(Pacing(canary=Canary(most_opted_out=-1)), "pacing.canary.most_opted_out", id="less than none"),
    ],
)
def test_what_cannot(wanted: Pacing, field: str) -> None:
    with pytest.raises(BadField) as refusal:
        pacing.check(wanted)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("wanted", "messages", "between"),
    [
        pytest.param(Pacing(), 1_000, None, id="as fast as it can"),
        pytest.param(Pacing(per_hour=3_600), 1, SECOND, id="so many an hour"),
        pytest.param(Pacing(over_hours=1), 3_600, SECOND, id="spread over an hour"),
        pytest.param(Pacing(over_hours=1), 0, timedelta(hours=1), id="nobody, spread"),
        pytest.param(Pacing(over_hours=1e-12), 10**9, timedelta.resolution, id="too fast for a clock"),
    ],
)
def test_the_time_between_two(wanted: Pacing, messages: int, between: timedelta | None) -> None:
    assert pacing.interval(wanted, messages) == between


@pytest.mark.parametrize(
    ("next_at", "count"),
    [
        pytest.param(None, 1, id="the first"),
        pytest.param(NOON, 1, id="it is its time"),
        pytest.param(NOON + SECOND, 0, id="a second too soon"),
        pytest.param(NOON - 3 * SECOND, 4, id="three seconds late"),
        pytest.param(NOON - timedelta(days=1), 6, id="after a day's pause no more than a few seconds' worth"),
    ],
)
def test_how_many_may_leave(next_at: datetime | None, count: int) -> None:
    assert pacing.allowed(next_at, SECOND, NOON) == count
    assert pacing.allowed(pacing.after(next_at, SECOND, NOON, count), SECOND, NOON) == 0


@given(
    between=st.integers(1, 10**10).map(lambda micros: timedelta(microseconds=micros)),
    looks=st.lists(st.integers(0, 10**9).map(lambda micros: timedelta(microseconds=micros)), max_size=50),
)
def test_never_more_than_the_pace_allows(between: timedelta, looks: list[timedelta]) -> None:
    """However often somebody looks, at most what is due since the beginning leaves, and a few seconds' worth."""
    now, next_at, left = NOON, None, 0
    for pause in looks:
        now += pause
        count = pacing.allowed(next_at, between, now)
        left += count
        next_at = pacing.after(next_at, between, now, count)
        assert left <= (now - NOON) / between + 1


@given(share=st.floats(0.0001, 0.5), messages=st.integers(1, 10**7))
def test_a_canary_is_some_of_them(share: float, messages: int) -> None:
    size = pacing.canary_size(Canary(share=share), messages)
    assert 1 <= size <= messages
    assert size == 1 or size - 1 < share * messages <= size


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        pytest.param(Watched(told=100, failed=10, leaving=0, opted_out=3), None, id="at both bounds"),
        pytest.param(Watched(told=0, failed=0, leaving=0, opted_out=0), None, id="everybody had opted out before"),
        pytest.param(
            Watched(told=100, failed=11, leaving=0, opted_out=0),
            "held after its canary: 11 of 100 failed, at most 10.0% may",
            id="too many failed",
        ),
        pytest.param(
            Watched(told=100, failed=0, leaving=0, opted_out=4),
            "held after its canary: 4 of 100 opted out, at most 3.0% may",
            id="too many opted out",
        ),
    ],
)
def test_the_verdict(seen: Watched, said: str | None) -> None:
    assert pacing.verdict(CANARY, seen) == said


@pytest.mark.parametrize(
    ("seen", "undecided"),
    [
        pytest.param(Watched(told=10, failed=0, leaving=9, opted_out=0), False, id="most have left"),
        pytest.param(Watched(told=10, failed=0, leaving=10, opted_out=0), True, id="half of them have not"),
        pytest.param(Watched(told=0, failed=0, leaving=5, opted_out=0), True, id="none has left"),
        pytest.param(Watched(told=0, failed=0, leaving=0, opted_out=0), False, id="there is none to leave"),
    ],
)
def test_too_little_to_judge_by(seen: Watched, undecided: bool) -> None:
    assert pacing.undecided(seen) is undecided
