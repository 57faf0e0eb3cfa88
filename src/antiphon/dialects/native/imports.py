"""Files of contacts: /imports. Taken at once, read into a list afterwards."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from antiphon.core.errors import MissingField
from antiphon.core.upload import Import
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.incoming import opened
from antiphon.dialects.native.envelope import read_id
from antiphon.services import imports

MOST_BYTES = 60 * 1024 * 1024

# list=customers, file=<a CSV file with the column number>


class WireFile(Struct, forbid_unknown_fields=True):
    """`list` is the name of a list, made where it is missing. Columns that are not known become attributes."""

    list: str
    file: Annotated[Any, Meta(extra_json_schema={"type": "string", "format": "binary"})] = None


# {"id": "82130489311233", "list": "8213048", "state": "working", "total": 300000, "added": 5000, ...}


class WireImport(Struct):
    """`protected`: so many numbers have opted out, of everything or of this list, and stay so."""

    id: str
    list: str
    state: str
    total: int
    added: int
    duplicates: int
    failed: int
    protected: int
    reasons: tuple[str, ...]
    created_at: datetime
    ended_at: datetime | None


def write_import(found: Import) -> WireImport:
    return WireImport(
        id=str(found.id),
        list=str(found.list_id),
        state=found.state.value,
        total=found.total,
        added=found.added,
        duplicates=found.duplicates,
        failed=found.failed,
        protected=found.protected,
        reasons=tuple((found.reason or "").splitlines()),
        created_at=found.created_at,
        ended_at=found.ended_at,
    )


async def create(call: Call, body: WireFile) -> Answer:
    """Take a CSV file of contacts; on disk before the answer."""
    if body.file is None or body.file == "":
        raise MissingField(field="file")
    taken = await imports.start(call.store, call.account, body.list, opened(body.file), dynamic=True)
    return Answer(202, write_import(taken), {"Location": f"/api/v1/imports/{taken.id}"})


async def detail(call: Call) -> WireImport:
    """How far a file is, and what became of its rows."""
    return write_import(await imports.find(call.store, call.account, read_id(call.path["id"])))
