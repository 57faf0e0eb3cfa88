"""Is an id read in both of the forms that the vendor's pages write it in?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.errors import BadField, MissingField
from antiphon.dialects.atom.lists import read_id


@given(id=st.integers(0, (1 << 53) - 1))
def test_both_forms(id: int) -> None:
    assert read_id(id) == read_id(str(id)) == read_id(f" {id} ") == id


@pytest.mark.parametrize("written", [None, ""], ids=repr)
def test_no_id(written: str | None) -> None:
    with pytest.raises(MissingField, match="group_id"):
        read_id(written, "group_id")


@pytest.mark.parametrize("written", [-1, 10**18, "-1", "1.0", "1e3", "one", " ", "１", "1" * 19, "9" * 5000], ids=repr)
def test_an_id_that_is_none(written: int | str) -> None:
    """One of 19 digits does not fit into a column of 64 bits."""
    with pytest.raises(BadField, match="group_id"):
        read_id(written, "group_id")
