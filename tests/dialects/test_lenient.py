"""Is wrong data read as it was meant, and what cannot be read left out and named?"""

from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from antiphon.dialects.lenient import mend


class Person(Struct):
    name: str | None = None
    age: int | None = None


class Body(Struct):
    text: str | None = None
    count: int | None = None
    flag: bool = False
    always: bool = True
    names: list[str] | None = None
    people: list[Person] | None = None
    friend: Person | None = None
    id: int | str | None = None
    anything: Any = None


class Strict(Struct):
    text: str
    count: int = 0


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"text": None, "flag": None, "names": None, "friend": None}, {}, id="null is absent"),
        pytest.param({"flag": "", "count": "", "names": "", "friend": "", "anything": ""}, {}, id="empty is absent"),
        pytest.param({"text": ""}, {"text": ""}, id="but an empty text is a text"),
        pytest.param({"id": ""}, {"id": ""}, id="also where it may be something else"),
        pytest.param({"text": 7}, {"text": "7"}, id="a whole number as text"),
        pytest.param({"text": 33612345678}, {"text": "33612345678"}, id="a phone number as text"),
        pytest.param({"text": 3.3612345678e10}, {"text": "33612345678"}, id="a spreadsheet's phone number as text"),
        pytest.param({"text": 1.5}, {"text": "1.5"}, id="a fraction as text"),
        pytest.param({"text": -0.0}, {"text": "-0"}, id="less than nothing as text"),
        pytest.param({"count": "12"}, {"count": 12}, id="text as a number"),
        pytest.param({"count": " 12 "}, {"count": 12}, id="text with blanks as a number"),
        pytest.param({"count": 12.9}, {"count": 12}, id="a fraction as a whole number"),
        pytest.param({"names": "one"}, {"names": ["one"]}, id="one as a list"),
        pytest.param({"names": [1, "two"]}, {"names": ["1", "two"]}, id="numbers in a list of texts"),
        pytest.param({"names": {"0": "a", "2": "b"}}, {"names": ["a", "b"]}, id="PHP's list with a gap"),
        pytest.param({"names": {}}, {"names": []}, id="PHP's empty list"),
        pytest.param({"people": {"name": "A"}}, {"people": [Person(name="A")]}, id="one object as a list"),
        pytest.param({"people": [{"name": 1, "age": "2"}]}, {"people": [Person("1", 2)]}, id="inside a list"),
        pytest.param({"friend": {"name": 1}}, {"friend": Person("1")}, id="inside an object"),
        pytest.param({"id": 7}, {"id": 7}, id="a number where both may be"),
        pytest.param({"id": "7"}, {"id": "7"}, id="a text where both may be"),
        pytest.param({"anything": [{"a": None}]}, {"anything": [{"a": None}]}, id="anything is left as it is"),
    ],
)
def test_mended(raw: Any, wanted: dict[str, Any]) -> None:
    mended = mend(raw, Body)
    assert mended.value == Body(**wanted)
    assert mended.ignored == []


@pytest.mark.parametrize("raw", [True, 1, 2, -1, 0.5, "1", "true", "TRUE", " yes ", "on"], ids=repr)
def test_yes(raw: Any) -> None:
    assert mend({"flag": raw}, Body).value.flag is True


@pytest.mark.parametrize("raw", [False, 0, 0.0, "0", "false", "False", " no ", "off", " "], ids=repr)
def test_no(raw: Any) -> None:
    assert mend({"always": raw}, Body).value.always is False


@pytest.mark.parametrize(
    ("raw", "wanted", "ignored"),
    [
        pytest.param({"flag": "perhaps"}, {}, ["flag"], id="neither yes nor no"),
        pytest.param({"always": "2"}, {}, ["always"], id="the default stays"),
        pytest.param({"flag": [True], "always": {"a": 1}}, {}, ["flag", "always"], id="a list is no yes"),
        pytest.param({"text": True}, {}, ["text"], id="yes is no text"),
        pytest.param({"text": ["a"]}, {}, ["text"], id="a list is no text"),
        pytest.param({"text": {"a": 1}}, {}, ["text"], id="an object is no text"),
        pytest.param({"count": "a dozen"}, {}, ["count"], id="words are no number"),
        pytest.param({"count": True}, {}, ["count"], id="yes is no number"),
        pytest.param({"count": "9" * 5000}, {}, ["count"], id="more digits than Python reads"),
        pytest.param({"names": ["a", [], "b"]}, {"names": ["a", "b"]}, ["names[1]"], id="one of a list"),
        pytest.param({"names": {"a": 1}}, {"names": []}, ["names[0]"], id="an object in place of names"),
        pytest.param({"people": ["A", {"age": []}]}, {"people": [Person(), Person()]}, ["people[0]", "people[1].age"]),
        pytest.param({"friend": "A"}, {"friend": Person()}, ["friend"], id="a text in place of an object"),
        pytest.param({"friend": {"name": {}, "age": 1}}, {"friend": Person(age=1)}, ["friend.name"], id="a place"),
    ],
)
def test_ignored(raw: Any, wanted: dict[str, Any], ignored: list[str]) -> None:
    mended = mend(raw, Body)
    assert mended.value == Body(**wanted)
    assert mended.ignored == ignored


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        pytest.param({}, Strict, id="a required field is missing"),
        pytest.param({"text": None}, Strict, id="it is null"),
        pytest.param({"text": []}, Strict, id="it cannot be understood"),
        pytest.param({"id": []}, Body, id="none of several kinds"),
    ],
)
def test_refused(raw: Any, wanted: type) -> None:
    with pytest.raises(msgspec.ValidationError):
        mend(raw, wanted)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
fields = st.dictionaries(st.sampled_from(Person.__struct_fields__), json)
bodies = st.fixed_dictionaries(
    {},
    optional={
        **{name: json for name in Body.__struct_fields__ if name != "id"},
        "id": st.integers() | st.text(),
        "people": st.lists(fields | json, max_size=3) | json,
        "friend": fields | json,
    },
)


def test_what_was_cast_is_named() -> None:
    raw = {"text": 7, "count": "12", "flag": "yes", "always": True, "people": [{"age": 3.5}], "colour": "red"}
    mended = mend(raw, Body)
    assert mended.cast == ["text", "count", "flag", "people[0].age"]
    assert mended.ignored == ["colour"]


class Wordy(Struct):
    word: Literal["Yes", "no"] | None = None


@pytest.mark.parametrize(
    ("written", "read", "ignored", "cast"),
    [
        pytest.param("Yes", "Yes", [], [], id="as it is"),
        pytest.param(" YES ", "Yes", [], ["word"], id="in another case"),
        pytest.param("maybe", None, ["word"], [], id="no such word"),
        pytest.param(["no"], None, ["word"], [], id="no word at all"),
        pytest.param("", None, [], [], id="empty"),
    ],
)
def test_one_of_a_few_words(written: Any, read: str | None, ignored: list[str], cast: list[str]) -> None:
    mended = mend({"word": written}, Wordy)
    assert (mended.value.word, mended.ignored, mended.cast) == (read, ignored, cast)


@given(raw=bodies)
def test_any_object_becomes_a_body(raw: Any) -> None:
    """And what comes out of it needs no mending any more."""
    once = mend(raw, Body)
    assert isinstance(once.value, Body)
    again = mend(msgspec.to_builtins(once.value), Body)
    assert again.value == once.value
    assert again.ignored == again.cast == []
