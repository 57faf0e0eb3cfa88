"""Reading files of contacts as people's spreadsheets write them."""

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core import spreadsheet
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, Malformed, Refusal
from antiphon.core.spreadsheet import Row

RENE = Draft(number="1", first_name="René")


def read(data: bytes, *, dynamic: bool = False) -> list[Row]:
    return list(spreadsheet.read(io.BytesIO(data), dynamic=dynamic))


def drafts(data: bytes, *, dynamic: bool = False) -> list[Draft | str | None]:
    return [row.draft or row.reason for row in read(data, dynamic=dynamic)]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("number,first_name\n1,René\n".encode(), id="UTF-8"),
        pytest.param("number,first_name\n1,René\n".encode("utf-8-sig"), id="UTF-8 with its mark"),
        pytest.param("number,first_name\n1,René\n".encode("utf-16"), id="UTF-16"),
        pytest.param("\ufeffnumber,first_name\n1,René\n".encode("utf-16-be"), id="UTF-16, the other way"),
        pytest.param("number,first_name\n1,René\n".encode("cp1252"), id="Windows' western alphabet"),
        pytest.param("number;first_name\n1;René\n".encode(), id="semicolons"),
        pytest.param("number\tfirst_name\n1\tRené\n".encode(), id="tabs"),
        pytest.param("number,first_name\r\n1,René\r\n".encode(), id="CRLF"),
        pytest.param("number,first_name\r1,René".encode(), id="CR, and none at the end"),
        pytest.param('"number","first_name"\n"1","René"\n'.encode(), id="quotes"),
        pytest.param("\n \nnumber,first_name\n\n,\n1,René\n\n".encode(), id="empty lines"),
        pytest.param(" NUMBER , First Name \n 1 , René \n".encode(), id="blanks and capitals"),
        pytest.param("first_name,x,number\nRené,,1\n".encode(), id="another order and a column more"),
        pytest.param("number,first_name\n1,René,,\n".encode(), id="empty cells too many"),
        pytest.param("num\0ber,first_name\n1,R\0ené\n".encode(), id="NUL"),
        pytest.param('"number;x",number,first_name\n"a,b",1,René\n'.encode(), id="separators in quotes"),
    ],
)
def test_what_is_written_in_many_ways(data: bytes) -> None:
    assert drafts(data) == [RENE]


@pytest.mark.parametrize(
    ("data", "read_as"),
    [
        pytest.param(b"number\n1\n", [Draft(number="1")], id="one column"),
        pytest.param(b"number,email,tag\n1\n", [Draft(number="1")], id="a short row"),
        pytest.param(
            b"number,last_name,company_name,email,tag\n1,a,b,c,d\n",
            [Draft(number="1", last_name="a", company="b", email="c", tags=("d",))],
            id="all that is known",
        ),
        pytest.param(b"number\n1,2\n", ["it has 2 cells under 1 columns"], id="a long row"),
        pytest.param(b"number,tag\n,x\n", ["the number is missing"], id="no number"),
        pytest.param(b"number,tag\n1," + b"x" * 256, ["the tag is longer than 255 characters"], id="a long tag"),
        pytest.param(b'number,first_name\n1,"a\nb"\n', [Draft(number="1", first_name="a\nb")], id="a line in a cell"),
        pytest.param(b"number,City\n1,Pune\n", [Draft(number="1")], id="a variable of a static file"),
        pytest.param(b"number\n", [], id="nobody"),
    ],
)
def test_rows(data: bytes, read_as: list[Draft | str]) -> None:
    assert drafts(data) == read_as


def test_variables_have_their_exact_names() -> None:
    (draft,) = drafts(b"Number,Order  No,City,city\n1,17,,Goa\n", dynamic=True)
    assert draft == Draft(number="1", attributes={"Order_No": "17", "City": "", "city": "Goa"})


def test_a_row_knows_its_line() -> None:
    assert [row.line for row in read(b'\nnumber,tag\n\n1,"a\nb"\n\n,x\n')] == [5, 7]


@pytest.mark.parametrize(
    ("data", "refusal", "told"),
    [
        pytest.param(b"", BadField, "has no column number; it has nothing", id="nothing"),
        pytest.param(b"\n\n", BadField, "it has nothing", id="blank lines"),
        pytest.param(b"phone,name\n1,2\n", BadField, "it has phone, name", id="no number"),
        pytest.param(b"number,Number\n1,2\n", BadField, "the column number twice", id="a known column twice"),
        pytest.param(b"number,a,a\n1,2,3\n", BadField, "the column a twice", id="a variable twice"),
        pytest.param(b"number,a,b,c,d,e,f\n", BadField, "has 6 columns", id="six variables"),
        pytest.param(b"number\n" + b"1" * 300_000, Malformed, "line 2", id="a row without end"),
        pytest.param(b'number\n"' + b"1\n" * 300_000, Malformed, "larger than", id="a quote without end"),
        pytest.param(b'number,b\n1,"' + b"1" * 140_000, Malformed, "line 2", id="a cell that is too large"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", BadField, "has no column number", id="a picture"),
    ],
)
def test_a_file_that_is_refused(data: bytes, refusal: type[Refusal], told: str) -> None:
    with pytest.raises(refusal, match=told):
        read(data, dynamic=True)


@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for prefix in (b"", b"number,a\n", b"\xff\xfe"):
        with suppress(BadField, Malformed):
            read(prefix + data, dynamic=True)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8).map(str.strip)
tables = st.lists(st.tuples(st.integers(1, 10**12).map(str), cells, cells), max_size=8)


@given(table=tables, separator=st.sampled_from(",;\t"), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_table_is_read_as_it_was_written(table: Sequence[Any], separator: str, encoding: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows([("number", "first_name", "City"), *table])
    assert drafts(text.getvalue().encode(encoding), dynamic=True) == [
        Draft(number=number, first_name=name or None, attributes={"City": city}) for number, name, city in table
    ]
