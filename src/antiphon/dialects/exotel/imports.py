"""Files of contacts: taken at once, read into a list afterwards, and how far that is."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from antiphon.core.account import Account
from antiphon.core.errors import MissingField, UnknownImport
from antiphon.core.upload import Import, State
from antiphon.dialects.door import Call
from antiphon.dialects.exotel.envelope import WireItem, WireSingle, read_sid, write_sid, write_single
from antiphon.dialects.incoming import opened
from antiphon.services import imports

MOST_BYTES = 60 * 1024 * 1024

# list_name=new-csv_list2, type=static, file_name=<the file itself>


class WireUpload(Struct):
    list_name: str | None = None
    # No text of the file's name, as one page has it, but the file: what real clients send.
    file_name: Annotated[Any, Meta(extra_json_schema={"type": "string", "format": "binary"})] = None
    type: Literal["static", "dynamic"] = "static"


# {"summary": {"url": "/v2/accounts/<sid>/csv-status/<upload_id>"}, ...}: all that is known of the answer


class WireSummary(Struct):
    upload_id: str
    url: str


class WireUploaded(Struct):
    upload_id: str
    list_sid: str
    list_name: str
    type: str
    status: str
    summary: WireSummary


class WireTaken(WireSingle[WireUploaded]):
    summary: WireSummary


class WireProgress(Struct):
    """The counts under each name that a page or a guide has for them."""

    upload_id: str
    list_sid: str
    status: str
    total_records: int
    success_count: int
    duplicate_count: int
    failure_count: int
    total: int
    success: int
    duplicate: int
    failed: int
    errors: list[str]


def read_upload(body: WireUpload) -> str:
    """The name of the list. Raises MissingField."""
    name = (body.list_name or "").strip()
    if not name:
        raise MissingField(field="list_name")
    if body.file_name is None or body.file_name == "":
        raise MissingField(field="file_name")
    return name


def read_upload_id(account: Account, written: str) -> int:
    """Raises UnknownImport."""
    id = read_sid(account, written)
    if id is None:
        raise UnknownImport(id=written)
    return id


def write_taken(call: Call, name: str, taken: Import) -> WireTaken:
    id = write_sid(call.account, taken.id)
    summary = WireSummary(upload_id=id, url=f"/v2/accounts/{call.account.sid}/csv-status/{id}")
    data = WireUploaded(
        upload_id=id,
        list_sid=write_sid(call.account, taken.list_id),
        list_name=name,
        type="dynamic" if taken.dynamic else "static",
        status=write_status(taken),
        summary=summary,
    )
    return WireTaken(call.id, call.method, 200, WireItem(data=data), summary)


def write_progress(account: Account, found: Import) -> WireProgress:
    return WireProgress(
        upload_id=write_sid(account, found.id),
        list_sid=write_sid(account, found.list_id),
        status=write_status(found),
        total_records=found.total,
        success_count=found.added,
        duplicate_count=found.duplicates,
        failure_count=found.failed,
        total=found.total,
        success=found.added,
        duplicate=found.duplicates,
        failed=found.failed,
        errors=(found.reason or "").splitlines(),
    )


def write_status(found: Import) -> str:
    """There is no word for a file that failed: all its rows have, and who waits for the end sees it."""
    return "in-progress" if found.state is State.WORKING else "completed"


async def upload(call: Call, body: WireUpload) -> WireTaken:
    """Take a CSV file of contacts for a list; it is read after the answer."""
    name = read_upload(body)
    file = opened(body.file_name)
    taken = await imports.start(call.store, call.account, name, file, dynamic=body.type == "dynamic")
    return write_taken(call, name, taken)


async def status(call: Call) -> WireSingle[WireProgress]:
    """How far a file is, and what became of its rows."""
    found = await imports.find(call.store, call.account, read_upload_id(call.account, call.path["upload"]))
    return write_single(call, write_progress(call.account, found))
