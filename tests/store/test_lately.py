"""What is believed a little longer, and no longer."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.store.lately import Lately
from tests.conftest import Clock

LIFE = timedelta(seconds=5)


@pytest.fixture
def held(clock: Clock) -> Lately[str, int]:
    return Lately(clock, LIFE, most=3)


def test_a_value_lives_until_its_time_is_over(held: Lately[str, int], clock: Clock) -> None:
    held.put("a", 1)
    for seconds, found in ((0, 1), (4.999, 1), (0.001, None), (60, None)):
        clock.advance(seconds)
        assert held.get("a") == found


def test_putting_it_in_again_lets_it_live_longer(held: Lately[str, int], clock: Clock) -> None:
    held.put("a", 1)
    clock.advance(4)
    held.put("a", 2)
    clock.advance(4)
    assert held.get("a") == 2
    clock.advance(1)
    assert held.get("a") is None


def test_asking_does_not_let_it_live_longer(held: Lately[str, int], clock: Clock) -> None:
    held.put("a", 1)
    for _ in range(4):
        clock.advance(1)
        assert held.get("a") == 1
    clock.advance(1)
    assert held.get("a") is None


def test_the_oldest_makes_room(held: Lately[str, int]) -> None:
    for place, name in enumerate("abacd"):
        held.put(name, place)
    assert [held.get(name) for name in "abcd"] == [2, None, 3, 4]


def test_nothing_is_left_when_it_is_cleared(held: Lately[str, int]) -> None:
    held.put("a", 1)
    held.clear()
    assert held.get("a") is None
    held.put("a", 2)
    assert held.get("a") == 2


steps = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3)), max_size=40)


@given(steps, st.integers(1, 4))
def test_it_holds_the_last_ones_that_are_young(happened: list[tuple[str, int]], most: int) -> None:
    clock = Clock()
    held: Lately[str, int] = Lately(clock, LIFE, most)
    model: dict[str, tuple[int, int]] = {}
    now = 0
    for place, (name, seconds) in enumerate(happened):
        clock.advance(seconds)
        now += seconds
        held.put(name, place)
        model.pop(name, None)
        model = dict([*model.items(), (name, (now, place))][-most:])
        young = {key: value for key, (at, value) in model.items() if now - at < LIFE.total_seconds()}
        assert {key: value for key in "abcdef" if (value := held.get(key)) is not None} == young
