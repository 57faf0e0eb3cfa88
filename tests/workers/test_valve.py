"""Does a lane keep to its rate, slow down when it is told to, and rest when all goes wrong?"""

import pytest

from antiphon.workers.valve import Breaker, Throttle


def sent(throttle: Throttle, start: float, seconds: float) -> int:
    """How many leave in this time when somebody always wants to send."""
    now, count = start, 0
    while now < start + seconds:
        wait = throttle.wait(now)
        count += wait == 0
        now += max(wait, 0.0001)
    return count


@pytest.mark.parametrize("rate", [1, 10, 500])
def test_the_rate_is_kept(rate: float) -> None:
    assert sent(Throttle(rate), 100, 10) == pytest.approx(10 * rate, abs=max(2, rate / 5))


def test_no_rate_is_no_limit() -> None:
    assert Throttle(0).rate == 0
    assert sent(Throttle(0), 100, 0.1) >= 1000


def test_throttled_it_pauses_slows_down_and_recovers() -> None:
    throttle = Throttle(0)
    before = sent(throttle, 100, 2) / 2
    throttle.slow(102, 1.0)
    throttle.slow(102.1, 1.0)
    assert throttle.wait(102.5) == pytest.approx(0.5)
    assert throttle.rate == pytest.approx(0.7 * before, rel=0.01)
    slowed = throttle.rate
    sent(throttle, 103, 0.5)
    assert throttle.rate == pytest.approx(1.25 * slowed, rel=0.01)
    throttle.slow(200, 1.0)
    assert throttle.rate > 0
    for second in range(201, 265):
        throttle.wait(second)
    assert throttle.rate == 0


def test_an_agreed_rate_stays_the_most() -> None:
    throttle = Throttle(10)
    sent(throttle, 100, 3)
    throttle.slow(103, 1.0)
    assert throttle.rate < 10
    for second in range(104, 150):
        throttle.wait(second)
        assert throttle.rate <= 10


def test_the_breaker_rests_longer_each_time_and_tries_one() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker.failed(0)
    assert not breaker.resting(0)
    breaker.failed(0)
    now, rests = 0.0, []
    for _ in range(9):
        rest = 0.0
        while breaker.resting(now + rest):
            rest += 0.5
        rests.append(rest)
        now += rest
        assert breaker.trying
        breaker.failed(now)
    assert rests == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    breaker.worked()
    assert not breaker.trying
    assert not breaker.resting(now)
