"""Ids: unique, in order, small enough for a JSON number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.store.ids import NODES, Ids
from tests.conftest import Clock

_PER_SECOND = 131_072

waits = st.lists(st.tuples(st.floats(0, 3), st.integers(0, 200)), min_size=1, max_size=20)


@given(waits)
def test_ids_are_larger_than_all_before_them(steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    ids = Ids(clock, node=3)
    made: list[int] = []
    for seconds, wanted in steps:
        clock.advance(seconds)
        made += ids.many(wanted)
        made.append(ids.one())
    assert made == sorted(set(made))


@given(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(lambda pair: pair[0] != pair[1]), waits)
def test_two_nodes_never_make_the_same(nodes: tuple[int, int], steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    one, other = (Ids(clock, node) for node in nodes)
    ours: set[int] = set()
    theirs: set[int] = set()
    for seconds, wanted in steps:
        clock.advance(seconds)
        ours.update(one.many(wanted))
        theirs.update(other.many(wanted))
    assert not ours & theirs


@pytest.mark.parametrize("node", [0, 1, NODES - 1])
@pytest.mark.parametrize("years", [0, 1, 33])
def test_an_id_is_a_number_that_javascript_keeps(years: int, node: int) -> None:
    clock = Clock()
    clock.advance(years * 365.25 * 86_400)
    assert 0 < Ids(clock, node).one() < 2**53


@given(st.integers(1, 3 * _PER_SECOND))
def test_what_a_second_does_not_hold_is_borrowed_from_the_next(wanted: int) -> None:
    clock = Clock()
    ids = Ids(clock, node=63)
    made = ids.many(wanted)
    assert len(made) == wanted
    assert made[-1] - made[0] >= wanted - 1
    assert made[0] < made[-1] or wanted == 1
    assert all(id >> 17 & 63 == 63 for id in (made[0], made[-1]))
    clock.advance(1)
    assert ids.one() > made[-1]
    assert (made[-1] >> 23) - (made[0] >> 23) == (wanted - 1) // _PER_SECOND


def test_after_a_standing_clock_the_node_is_free_only_when_its_seconds_are_over() -> None:
    clock = Clock()
    ids = Ids(clock, node=0)
    made = ids.many(2 * _PER_SECOND + 1)
    clock.advance(2)
    assert ids.spent_until > clock()
    clock.advance(1)
    assert ids.spent_until == clock()
    assert Ids(clock, node=0).one() > made[-1]


def test_another_node_goes_on_where_the_last_one_ended() -> None:
    ids = Ids(Clock(), node=1)
    before = ids.many(10)
    ids.hold(2)
    between = ids.many(10)
    ids.hold(1)
    assert not set(before) & set(between) & set(ids.many(10))
