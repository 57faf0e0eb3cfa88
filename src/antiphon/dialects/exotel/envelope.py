"""What is around every answer of this vendor, and how does it write ids, times and pages?"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Annotated, Any, Generic, Literal, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from antiphon.core.account import Account
from antiphon.core.errors import (
    BadField,
    MissingField,
    Refusal,
    TooMany,
    UnknownContact,
    UnknownList,
)
from antiphon.core.window import Page, Window
from antiphon.dialects.door import Call
from antiphon.dialects.lenient import mend

Data = TypeVar("Data")
Read = TypeVar("Read")
Done = TypeVar("Done")

MOST_AT_ONCE = 5_000

# {"code": 409, "error_data": {"code": 1012, "description": "...", "message": "..."}, "status": "failed", "data": {...}}


class WireError(Struct, gc=False):
    code: int
    message: str
    description: str


class WireItem(Struct, Generic[Data], kw_only=True, gc=False):
    """What became of one thing. `message` beside `error_data` is read by one client."""

    code: int = 200
    error_data: WireError | None = None
    status: Literal["success", "failed"] = "success"
    message: str | UnsetType = UNSET
    data: Data | None = None


# {"request_id": "e83d8ff8a2d2489d852bdaa7067aa9d2", "method": "POST", "http_code": 207,
#  "metadata": {"failed": 0, "total": 2, "success": 2}, "response": [{"code": 200, ...}, {"code": 200, ...}]}


class WireCounts(Struct):
    failed: int
    total: int
    success: int


class WireBatch(Struct, Generic[Data]):
    """One result for each thing of a request, also where the whole request is refused."""

    request_id: str
    method: str
    http_code: int
    metadata: WireCounts
    response: list[WireItem[Data]]


# {"request_id": "...", "method": "GET", "http_code": 200, "response": {"code": 200, ..., "data": {...}}}


class WireSingle(Struct, Generic[Data]):
    """One thing that has an address of its own."""

    request_id: str
    method: str
    http_code: int
    response: WireItem[Data]


# {"request_id": "...", "method": "GET", "http_code": 200, "metadata": {"count": 20, "offset": 0, "limit": 20,
#  "total": 45, "prev_page_uri": null, "next_page_uri": "..."}, "response": [{"code": 200, ...}, ...]}


class WirePaging(Struct):
    count: int
    offset: int
    limit: int
    total: int
    prev_page_uri: str | None
    next_page_uri: str | None


class WirePage(Struct, Generic[Data]):
    request_id: str
    method: str
    http_code: int
    metadata: WirePaging
    response: list[WireItem[Data]]


# ?offset=0&limit=20&name=exo&sort_by=date_created:asc


class WireWindow(Struct):
    """The query of every call that gives a page. A limit above the vendor's own is read as that, in silence."""

    offset: Annotated[int, Meta(ge=0, lt=1 << 53)] = 0
    limit: Annotated[int, Meta(ge=1)] = 20
    name: Annotated[str, Meta(max_length=255)] | None = None
    sort_by: str | None = None


def read_window(query: WireWindow, most: int, orders: Mapping[str, str]) -> Window:
    """`orders` are the vendor's fields to sort by, with ours. Raises BadField."""
    field, _, direction = (query.sort_by or "date_created").partition(":")
    if field not in orders or direction not in ("", "asc", "desc"):
        reason = f"is not FIELD:asc or FIELD:desc with one of the fields {', '.join(orders)}"
        raise BadField(field="sort_by", reason=reason)
    return Window(
        offset=query.offset,
        limit=min(query.limit, most),
        sort=orders[field],
        descending=direction == "desc",
        name=(query.name or "").strip() or None,
    )


def read_contact_sid(account: Account, written: str) -> int:
    """Raises UnknownContact."""
    id = read_sid(account, written)
    if id is None:
        raise UnknownContact(id=written)
    return id


def read_list_sid(account: Account, written: str) -> int:
    """Raises UnknownList."""
    id = read_sid(account, written)
    if id is None:
        raise UnknownList(name=written)
    return id


def read_sid(account: Account, written: str) -> int | None:
    """The id in a sid; None where it cannot be one of this account."""
    if not re.fullmatch("[0-9a-fA-F]{32}", written) or int(written[:16], 16) != account.id:
        return None
    id = int(written[16:], 16)
    return id if id < 1 << 63 else None


def read_items(
    what: str, written: list[msgspec.Raw] | None, read: Callable[[msgspec.Raw], Read]
) -> list[Read | Refusal]:
    """What is read, or the reason against it, for each item. Raises MissingField or TooMany for the whole."""
    if written is None:
        raise MissingField(field=what)
    if len(written) > MOST_AT_ONCE:
        raise TooMany(what=what, given=len(written), limit=MOST_AT_ONCE)
    return [_read_or_not(item, read) for item in written]


def read_item(what: str, item: msgspec.Raw, wanted: type[Read]) -> Read:
    """One thing of a batch in the shape that is wanted. Raises BadField: nothing is dropped from what is a success."""
    try:
        return _strict_or_mended(item, wanted)
    except (msgspec.ValidationError, RecursionError) as failure:
        raise BadField(field=f"The {what}", reason=f"is not as it should be: {failure}") from None


def write_sid(account: Account, id: int) -> str:
    return written_sid(account.id, id)


def written_sid(account: int, id: int) -> str:
    """32 hexadecimal digits: the account's id and the thing's."""
    return f"{account:016x}{id:016x}"


@lru_cache(maxsize=1024)  # the contacts of one request share their time
def write_time(at: datetime, zone: ZoneInfo) -> str:
    """As Go writes it: the account's offset, and no zeros at the end of the fraction."""
    local = at.astimezone(zone).isoformat(timespec="microseconds")
    clock, offset = local[:26], local[26:]
    return clock.rstrip("0").rstrip(".") + offset


def write_batch(call: Call, items: list[WireItem[Data]], status: int = 207) -> WireBatch[Data]:
    """The counts are those of the items."""
    return WireBatch(call.id, call.method, status, count(items), items)


def write_single(call: Call, data: Data) -> WireSingle[Data]:
    return WireSingle(call.id, call.method, 200, WireItem(data=data))


def write_page(call: Call, path: str, query: WireWindow, page: Page[Any], written: Sequence[Data]) -> WirePage[Data]:
    """`path` is the page's own below the account; the addresses of its neighbours ask the same of other offsets."""
    window = page.window
    before, after = window.offset - window.limit, window.offset + window.limit

    def address(offset: int) -> str:
        asked = {name: getattr(query, name) for name in query.__struct_fields__}
        asked |= {"offset": offset, "limit": window.limit}
        plain = {name: value for name, value in asked.items() if value is not None}
        return f"/v2/accounts/{call.account.sid}{path}?{urlencode(plain)}"

    paging = WirePaging(
        count=len(written),
        offset=window.offset,
        limit=window.limit,
        total=page.total,
        prev_page_uri=address(max(before, 0)) if window.offset else None,
        next_page_uri=address(after) if after < page.total else None,
    )
    return WirePage(call.id, call.method, 200, paging, [WireItem(data=one) for one in written])


def in_place(items: Sequence[object], done: Sequence[Done]) -> list[Done | Refusal]:
    """The refusals among the items where they are, and for the others, in their order, what was done."""
    results = iter(done)
    return [item if isinstance(item, Refusal) else next(results) for item in items]


def count(items: Sequence[WireItem[Any]]) -> WireCounts:
    success = sum(item.status == "success" for item in items)
    return WireCounts(failed=len(items) - success, total=len(items), success=success)


def _read_or_not(item: msgspec.Raw, read: Callable[[msgspec.Raw], Read]) -> Read | Refusal:
    try:
        return read(item)
    except Refusal as refusal:
        return refusal


def _strict_or_mended(item: msgspec.Raw, wanted: type[Read]) -> Read:
    try:
        return _decoder(wanted).decode(item)
    except msgspec.ValidationError:
        raw = msgspec.json.decode(item)
        if not isinstance(raw, dict):
            raise
        mended = mend(raw, wanted)  # a number without quotes, most of the time
        if mended.ignored:
            raise
        return mended.value


@cache
def _decoder(wanted: type[Read]) -> msgspec.json.Decoder[Read]:
    return msgspec.json.Decoder(wanted)
