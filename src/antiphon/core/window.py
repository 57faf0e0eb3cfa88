"""Which part of many things is wanted, and what is in it?"""

from collections.abc import Sequence
from typing import Generic, TypeVar

from msgspec import Struct

Thing = TypeVar("Thing")


class Window(Struct, frozen=True, kw_only=True):
    """At most `limit` things after the first `offset`, in the order of the field `sort`; only those that `name`, a part
    of their name in any case, finds."""

    offset: int = 0
    limit: int = 20
    sort: str = "created_at"
    descending: bool = False
    name: str | None = None


class Page(Struct, Generic[Thing], frozen=True, kw_only=True):
    """What a window shows, and how many there are in all."""

    window: Window
    things: Sequence[Thing]
    total: int
