"""Drafts become contacts, and what comes twice is folded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from antiphon.core.contact import (
    AddContacts,
    Batch,
    Change,
    Contact,
    Draft,
    Existing,
    Result,
    first,
    fold,
    merge,
    merge_values,
    prepare,
    settle,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
NUMBER = "+33612345678"
FIELDS = ("first_name", "last_name", "company", "email")

names = st.sampled_from("abc")
values = st.none() | st.sampled_from(["", "x", "y"])
anything = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([0.5, "x"]) | st.just({"deep": 1})
drafts = st.builds(
    Draft,
    number=st.just(NUMBER),
    **dict.fromkeys(FIELDS, values),
    attributes=st.none() | st.dictionaries(names, anything, max_size=3),
    tags=st.lists(names, max_size=3).map(tuple),
)


def _contact(**said: Any) -> Contact:
    return first(Draft(number=NUMBER, **said), 1, NUMBER, NOW)


def _draft(**said: Any) -> Draft:
    return Draft(number=NUMBER, **said)


@pytest.mark.parametrize(
    ("known", "said", "then"),
    [
        pytest.param({"first_name": "A"}, {}, {"first_name": "A"}, id="nothing said"),
        pytest.param({}, {"first_name": "A"}, {"first_name": "A"}, id="something new"),
        pytest.param({"first_name": "A"}, {"first_name": "B"}, {"first_name": "B"}, id="another value"),
        pytest.param({"first_name": "A"}, {"first_name": ""}, {"first_name": ""}, id="an empty one"),
        pytest.param(
            {"attributes": {"a": 1}},
            {"attributes": {"b": 2}},
            {"attributes": {"a": 1, "b": 2}},
            id="one more attribute",
        ),
        pytest.param({"attributes": {"a": 1}}, {"attributes": {}}, {"attributes": {"a": 1}}, id="no attributes"),
        pytest.param(
            {"attributes": {"a": {"x": 1}}},
            {"attributes": {"a": {"y": 2}}},
            {"attributes": {"a": {"y": 2}}},
            id="an object is replaced whole",
        ),
    ],
)
def test_merge(known: dict[str, Any], said: dict[str, Any], then: dict[str, Any]) -> None:
    before = _contact(**known)
    after = merge(before, _draft(**said), LATER)
    assert replace(after, updated_at=NOW) == _contact(**then)
    assert (after is before) == (before == _contact(**then))
    assert after.updated_at == (NOW if after is before else LATER)


@pytest.mark.parametrize(("known", "said"), [(1, True), (True, 1), (1, 1.0), (0, False), ({"x": 1}, {"x": True})])
def test_what_python_takes_for_equal_is_still_said(known: Any, said: Any) -> None:
    after = merge(_contact(attributes={"a": known}), _draft(attributes={"a": said}), LATER)
    assert repr(after.attributes) == repr({"a": said})


@given(drafts, drafts, drafts)
def test_folding_is_what_merging_one_after_the_other_is(zero: Draft, one: Draft, two: Draft) -> None:
    contact = first(zero, 1, NUMBER, NOW)
    in_turn = merge(merge(contact, one, LATER), two, LATER)
    at_once = merge(contact, fold(one, two, Existing.OVERWRITE), LATER)
    assert replace(at_once, updated_at=LATER) == replace(in_turn, updated_at=LATER)


@given(drafts, drafts, st.sampled_from(Existing))
def test_folding_keeps_what_the_first_one_said_where_it_has_to(one: Draft, two: Draft, existing: Existing) -> None:
    folded = fold(one, two, existing)
    assert set(folded.tags) == set(one.tags) | (set() if existing is Existing.REFUSE else set(two.tags))
    if existing is not Existing.OVERWRITE:
        assert replace(folded, tags=()) == replace(one, tags=())
    assert set(one.attributes or {}) <= set(folded.attributes or {})


def test_prepare_reads_numbers_and_folds_them() -> None:
    written = ["06 12 34 56 78", "nobody", "+33 6 12 34 56 78", "+44 7400 123456"]
    batch = prepare(AddContacts(drafts=[Draft(number=one, first_name=one) for one in written]), "FR")
    refusal = batch.numbers[1]
    assert isinstance(refusal, Result)
    assert (refusal.change, refusal.number) == (Change.UNREADABLE, "nobody")
    assert refusal.reason
    assert [one for one in batch.numbers if isinstance(one, str)] == [NUMBER, NUMBER, "+447400123456"]
    assert {number: draft.first_name for number, draft in batch.by_number.items()} == {
        NUMBER: "+33 6 12 34 56 78",
        "+447400123456": "+44 7400 123456",
    }


@pytest.mark.parametrize(
    ("existing", "stored", "told"),
    [
        pytest.param(Existing.OVERWRITE, Change.ADDED, [Change.ADDED, Change.UPDATED], id="added, then updated"),
        pytest.param(Existing.KEEP, Change.ADDED, [Change.ADDED, Change.KEPT], id="added, then kept"),
        pytest.param(Existing.REFUSE, Change.ADDED, [Change.ADDED, Change.KEPT], id="added, then refused"),
        pytest.param(Existing.OVERWRITE, Change.UPDATED, [Change.UPDATED] * 2, id="updated twice"),
        pytest.param(Existing.KEEP, Change.KEPT, [Change.KEPT] * 2, id="kept twice"),
        pytest.param(Existing.OVERWRITE, Change.OPTED_OUT, [Change.OPTED_OUT] * 2, id="opted out twice"),
    ],
)
def test_settle_tells_each_draft(existing: Existing, stored: Change, told: list[Change]) -> None:
    unreadable = Result(change=Change.UNREADABLE, number="x")
    batch = Batch(by_number={}, numbers=[NUMBER, unreadable, NUMBER], existing=existing)
    results = settle(batch, {NUMBER: Result(change=stored, number=NUMBER)})
    assert [result.change for result in results] == [told[0], Change.UNREADABLE, told[1]]


@pytest.mark.parametrize(
    ("known", "values"),
    [
        pytest.param({}, {}, id="only a number"),
        pytest.param({"first_name": "A", "company": ""}, {"first_name": "A"}, id="an empty field says nothing"),
        pytest.param({"attributes": {"a": 1, "b": 0.5, "c": "x"}}, {"a": "1", "b": "0.5", "c": "x"}, id="attributes"),
        pytest.param({"attributes": {"a": None, "b": [1], "c": {"d": 1}}}, {}, id="what cannot be printed"),
        pytest.param({"first_name": "A", "attributes": {"first_name": "B"}}, {"first_name": "A"}, id="field first"),
        pytest.param({"attributes": {"first_name": "B", "number": "1"}}, {"first_name": "B"}, id="attribute instead"),
    ],
)
def test_what_a_text_may_say(known: dict[str, Any], values: dict[str, str]) -> None:
    assert merge_values(_contact(**known)) == {"number": NUMBER, **values}
