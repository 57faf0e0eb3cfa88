"""Who wants no more: /opt-outs. They are kept for good; only the person, or a proof, takes one back (/opt-ins)."""

import csv
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from antiphon.core.consent import EVERYTHING, OptOut
from antiphon.core.errors import BadField
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.incoming import without_nul
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.services import cursors, opt_outs
from antiphon.services.opt_outs import Count, Row, Told

_MOST = 5_000
_BATCH = 5_000
_NAMES = {"number", "phone", "phone_number", "mobile", "msisdn", "telephone"}
_SIGNS = ",;\t"

Words = Annotated[str, Meta(max_length=1_000)]
Moment = Annotated[datetime, Meta(tz=True)]

# {"numbers": ["+33612345678"], "words": "by telephone", "list": "8213048", "who": "Axelle"}


class WireNew(Struct, forbid_unknown_fields=True):
    """Of one `list`, or of everything."""

    numbers: Annotated[list[str], Meta(min_length=1, max_length=_MOST)]
    words: Words | None = None
    list: str | None = None
    who: Words | None = None


# {"added": 1, "unreadable": ["12"]}


class WireAdded(Struct):
    added: int
    unreadable: list[str]


# {"number": "+33612345678", "list": null, "at": "...", "source": "reply", "words": "STOP"}


class WireOptOut(Struct):
    number: str
    list: str | None
    at: datetime
    source: str
    words: str | None


# A line of a list of opt-outs, as it is exported: all but the number may be missing.


class WireLine(Struct, forbid_unknown_fields=True, gc=False):
    number: str
    list: str | None = None
    at: Moment | None = None
    source: str | None = None
    words: str | None = None


# {"read": 300000, "added": 299000, "already": 990, "failed": 10, "reasons": ["line 17: 12 is not a phone number"]}


class WireCount(Struct):
    read: int
    added: int
    already: int
    failed: int
    reasons: list[str]


def read_list(written: str | None) -> int:
    """Raises BadField."""
    return EVERYTHING if written is None else read_id(written, "list")


def read_new(wire: WireNew) -> Told:
    """Raises BadField."""
    return Told(numbers=wire.numbers, words=wire.words, list_id=read_list(wire.list), who=wire.who)


def read_line(place: int, line: bytes | None, columns: Sequence[str]) -> Row:
    """A JSON object, or cells in these columns."""
    try:
        wire = _json.decode(without_nul(line or b"")) if _is_json(line) else _cells(line, columns)
        return Row(
            line=place, number=wire.number, words=wire.words or None, at=wire.at, list_id=read_list(wire.list or None)
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadField, csv.Error) as failure:
        return Row(line=place, number=None, reason=str(failure))


def read_columns(line: bytes | None) -> list[str] | None:
    """What the cells are called, if this is a line that says so."""
    names = [cell.strip().casefold() for cell in _split(line)]
    return ["number" if name in _NAMES else name for name in names] if _NAMES.intersection(names) else None


def write_opt_out(out: OptOut) -> WireOptOut:
    return WireOptOut(out.number, write_list(out.list_id), out.at, out.source, out.words)


def write_list(list_id: int) -> str | None:
    return None if list_id == EVERYTHING else str(list_id)


def write_count(count: Count) -> WireCount:
    return WireCount(count.read, count.added, count.already, count.failed, count.reasons)


async def search(call: Call, query: WireAsk) -> WirePage[WireOptOut]:
    """Opt-outs by number."""
    number, _, list_id = (query.after or "").partition(" ")
    after = number, read_id(list_id or "0", "after")
    found = await cursors.opt_outs(call.store, call.account, after, query.limit + 1)
    return write_page(found, query.limit, write_opt_out, _mark)


async def create(call: Call, body: WireNew) -> WireAdded:
    """Silence these numbers."""
    added, unreadable = await opt_outs.add(call.store, call.account, read_new(body))
    return WireAdded(added, unreadable)


async def take_list(call: Call, lines: AsyncIterator[bytes | None]) -> WireCount:
    """Silence the numbers of a list of any length: a JSON object, a row of CSV or a bare number on each line."""
    return write_count(await opt_outs.take_list(call.store, call.account, _rows(lines)))


async def export(call: Call) -> Answer:
    """All opt-outs, a JSON object on each line."""
    return Answer(200, _written(call), {"Content-Type": "application/x-ndjson"})


async def _written(call: Call) -> AsyncIterator[bytes]:
    async for page in opt_outs.all_of(call.store, call.account):
        yield b"".join(_encoder.encode(write_opt_out(out)) + b"\n" for out in page)


async def _rows(lines: AsyncIterator[bytes | None]) -> AsyncIterator[list[Row]]:
    columns: Sequence[str] = ("number",)
    place, batch = 0, list[Row]()
    async for line in lines:
        place += 1
        named = None if batch or _is_json(line) else read_columns(line)
        if named is not None:
            columns = named
        elif line is None or line.strip():
            batch.append(read_line(place, line, columns))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _cells(line: bytes | None, columns: Sequence[str]) -> WireLine:
    """Raises msgspec.ValidationError."""
    told = {name: cell.strip() for name, cell in zip(columns, _split(line), strict=False) if name in _FIELDS}
    return msgspec.convert({name: cell for name, cell in told.items() if cell}, WireLine)


def _split(line: bytes | None) -> list[str]:
    text = without_nul(line or b"").decode(errors="replace").replace("\0", "").removeprefix("\ufeff")
    sign = max(_SIGNS, key=text.count)
    return next(csv.reader([text], delimiter=sign), [])


def _is_json(line: bytes | None) -> bool:
    return (line or b"").lstrip().startswith(b"{")


def _mark(out: OptOut) -> str:
    return out.number if out.list_id == EVERYTHING else f"{out.number} {out.list_id}"


_FIELDS = WireLine.__struct_fields__
_json = msgspec.json.Decoder(WireLine)
_encoder = msgspec.json.Encoder()
