"""What is around every answer of this vendor, and how does it write ids?"""

from typing import Generic, Literal, TypeVar

from msgspec import Struct

from antiphon.core.errors import BadField, MissingField

Result = TypeVar("Result")

# {"status": "success", "result": {"id": 123456}}


class WireSuccess(Struct, Generic[Result]):
    """Always with HTTP 200."""

    status: Literal["success"]
    result: Result


# {"id": 1}, or {"id": "1"}: the pages write it both ways


class WireId(Struct):
    id: int | str | None = None


class WireDone(Struct):
    id: int


def read_id(written: int | str | None, field: str = "id") -> int:
    """Raises MissingField, or BadField where it is no whole number that an id can be."""
    if written is None or written == "":
        raise MissingField(field=field)
    text = str(written).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadField(field=field, reason="is not an id")
    return int(text)


def success(result: Result) -> WireSuccess[Result]:
    return WireSuccess("success", result)
