"""Is a form read as the one who wrote it meant it?"""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.dialects.incoming import read_fields, read_nested

FORMS = [
    pytest.param("", {}, {}, id="nothing"),
    pytest.param("a=1&b=&c", {"a": "1", "b": "", "c": ""}, {"a": "1", "b": "", "c": ""}, id="plain"),
    pytest.param("a=1&a=2", {"a": "2"}, {"a": ["1", "2"]}, id="repeated"),
    pytest.param("a[]=1&a%5B%5D=2", {"a": ["1", "2"]}, {"a": ["1", "2"]}, id="as PHP writes a list"),
    pytest.param("a[]=1", {"a": ["1"]}, {"a": ["1"]}, id="a list of one"),
    pytest.param("a[1]=2&a[0]=1", {"a": ["2", "1"]}, {"a": ["1", "2"]}, id="by their places"),
    pytest.param("a[7]=1", {"a": ["1"]}, {"a": ["1"]}, id="a place far off"),
    pytest.param("a[0]=1&a[0]=2", {"a": ["1", "2"]}, {"a": ["1", "2"]}, id="two at one place"),
    pytest.param("a=3&a[]=4&a[1]=2&a[0]=1", {"a": "3"}, {"a": ["1", "2", "3", "4"]}, id="in every way at once"),
    pytest.param(
        "a[1][x]=3&a[0][x]=1&a[0][y]=2",
        {"a": ["3", "1", "2"]},
        {"a": [{"x": "1", "y": "2"}, {"x": "3"}]},
        id="names within a place",
    ),
    pytest.param("a[][x]=1", {"a": ["1"]}, {"a[][x]": "1"}, id="names without a place could be anybody's"),
    pytest.param("a[0][x][y]=1", {"a": ["1"]}, {"a[0][x][y]": "1"}, id="too deep"),
    pytest.param("a[x]=1&[]=2", {"a": ["1"], "": ["2"]}, {"a[x]": "1", "[]": "2"}, id="no place, no name"),
    pytest.param(f"a[{'9' * 5000}]=1", {"a": ["1"]}, {f"a[{'9' * 5000}]": "1"}, id="a place beyond all"),
    pytest.param("a%00=%00b&c=%ff", {"a": "b", "c": "\ufffd"}, {"a": "b", "c": "\ufffd"}, id="NUL, and no UTF-8"),
]


@pytest.mark.parametrize(("form", "fields", "nested"), FORMS)
def test_a_form(form: str, fields: dict[str, Any], nested: dict[str, Any]) -> None:
    assert read_fields(form.encode()) == fields
    assert read_nested(form.encode()) == nested


words = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=5)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.lists(words, min_size=2, max_size=4), max_size=4))
def test_nothing_of_a_list_is_lost(lists: dict[str, list[str]]) -> None:
    assert read_nested(urlencode(lists, doseq=True).encode()) == lists
    backwards = {f"{name}[{place}]": value for name, values in lists.items() for place, value in enumerate(values)}
    assert read_nested(urlencode(dict(reversed(backwards.items()))).encode()) == lists
