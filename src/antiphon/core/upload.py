"""A file that is being read into a list: how far is it?"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    WORKING = "working"
    COMPLETED = "completed"
    FAILED = "failed"  # the list is gone: what was left was not stored


class Import(Struct, frozen=True, kw_only=True):
    """Of `total` rows so many were `added` to the list, on it already, or `failed`; `reason` has why the first did.

    So many were `protected`: their numbers have opted out, of everything or of this list, and stay so.
    """

    account_id: int
    id: int
    list_id: int
    state: State
    dynamic: bool
    total: int
    added: int = 0
    duplicates: int = 0
    failed: int = 0
    protected: int = 0
    reason: str | None = None
    created_at: datetime
    ended_at: datetime | None = None


class Step(Struct, frozen=True, kw_only=True):
    """What one part of the file adds to the counts, and the first reasons of its failures."""

    added: int
    duplicates: int
    failed: int
    protected: int
    reasons: tuple[str, ...]
