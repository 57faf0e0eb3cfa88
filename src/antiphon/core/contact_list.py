"""What can be asked of a named set of contacts?"""

from msgspec import Struct


class CreateList(Struct, frozen=True, kw_only=True):
    name: str
    tag: str | None = None


class EditList(Struct, frozen=True, kw_only=True):
    """None leaves what is there."""

    id: int
    name: str | None = None
    tag: str | None = None
