"""Who is in this file? Comma-separated values as people's spreadsheets write them, a row at a time."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from msgspec import Struct

from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, Malformed

MOST_VARIABLES = 5
_KNOWN = {"number", "first_name", "last_name", "company_name", "email", "tag"}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CHUNK = 1 << 16
_LONGEST_ROW = 1 << 18  # characters: no row takes more memory than this, whatever the file
_LONGEST_TAG = 255
_SHOWN = 20  # columns that a refusal names


class Row(Struct, frozen=True, gc=False):
    """The contact of a row, or the reason why there is none. `line` is where the row ends, counted from 1."""

    line: int
    draft: Draft | None = None
    reason: str | None = None


def read(file: BinaryIO, *, dynamic: bool) -> Iterator[Row]:
    """The rows below the header that hold anything; of a `dynamic` file all other columns are attributes.

    UTF-8, UTF-16 with its mark, else Windows' western alphabet; separated by comma, semicolon or tab, whichever the
    header has most of. Raises BadField or Malformed.
    """
    lines = _Lines(io.TextIOWrapper(file, _encoding(file), errors="replace", newline=""))
    header = next((line for line in lines if line.strip()), "")
    lines.size = 0
    plain = re.sub('"[^"]*"', "", header)
    separator = max(",;\t", key=plain.count)
    try:
        names = next(csv.reader([header], delimiter=separator), list[str]())
        columns = _columns(names, dynamic=dynamic)
        for cells in csv.reader(lines, delimiter=separator):
            lines.size = 0
            if any(cell.strip() for cell in cells):
                yield _row(lines.count, cells, columns, len(names))
    except csv.Error as failure:
        raise Malformed(reason=f"line {lines.count} of the file is no CSV: {failure}") from None


class _Column(Struct, frozen=True):
    place: int
    name: str
    known: bool


class _Lines(Iterator[str]):
    """The lines of a text, counted, without NUL; no more of them in one row (`size`) than a row may have."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.count = self.size = 0
        self._text = text

    def __next__(self) -> str:
        line = self._text.readline(_LONGEST_ROW + 1)
        if not line:
            raise StopIteration
        self.count += 1
        self.size += len(line)
        if self.size > _LONGEST_ROW:
            raise Malformed(reason=f"the row at line {self.count} of the file has over {_LONGEST_ROW} characters")
        return line.replace("\0", "")


def _encoding(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(4)
    marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
    file.seek(0)
    if marked is not None:
        return marked
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8"


def _columns(names: Sequence[str], *, dynamic: bool) -> list[_Column]:
    """Raises BadField."""
    columns: list[_Column] = []
    for place, written in enumerate(names):
        exact = re.sub(r"\s+", "_", written.strip())
        known = exact.lower() in _KNOWN
        if exact and (known or dynamic):
            columns.append(_Column(place, exact.lower() if known else exact, known))
    used = [column.name for column in columns]
    found = ", ".join(name.strip()[:50] for name in names[:_SHOWN]) or "nothing"
    if "number" not in used:
        raise BadField(field="The file", reason=f"has no column number; it has {found}")
    if twice := next((name for name in used if used.count(name) > 1), None):
        raise BadField(field="The file", reason=f"has the column {twice} twice")
    variables = [column.name for column in columns if not column.known]
    if len(variables) > MOST_VARIABLES:
        reason = f"has {len(variables)} columns beside the known ones, at most {MOST_VARIABLES} can be: {found}"
        raise BadField(field="The file", reason=reason)
    return columns


def _row(line: int, cells: Sequence[str], columns: Sequence[_Column], width: int) -> Row:
    if any(cell.strip() for cell in cells[width:]):
        return Row(line, reason=f"it has {len(cells)} cells under {width} columns")
    said = {column: cells[column.place].strip() if column.place < len(cells) else "" for column in columns}
    own = {column.name: cell for column, cell in said.items() if column.known and cell}
    # An empty cell of a variable is said, too: else a text would print what an earlier file had there.
    attributes = {column.name: cell for column, cell in said.items() if not column.known}
    if not own.get("number"):
        return Row(line, reason="the number is missing")
    tag = own.get("tag")
    if tag and len(tag) > _LONGEST_TAG:
        return Row(line, reason=f"the tag is longer than {_LONGEST_TAG} characters")
    draft = Draft(
        number=own["number"],
        first_name=own.get("first_name"),
        last_name=own.get("last_name"),
        company=own.get("company_name"),
        email=own.get("email"),
        attributes=attributes or None,
        tags=(tag,) if tag else (),
    )
    return Row(line, draft)
