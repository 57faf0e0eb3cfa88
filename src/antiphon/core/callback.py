"""What is a customer shown of the calls that we owe?"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from antiphon.core.event import Kind


class State(StrEnum):
    WAITING = "waiting"  # for its time, or for its server
    DELIVERED = "delivered"
    FAILED = "failed"  # nobody took it for a day; it can be sent again
    KEPT = "kept"  # for a bind of the account
    TELLING = "telling"  # over a bind, at this moment


class Attempt(Struct, frozen=True):
    """One call: the `status` with the first kilobyte of the answer, or the `error` why there is none."""

    at: datetime
    seconds: float | None
    status: int | None
    answer: str | None
    error: str | None


class Callback(Struct, frozen=True):
    """A call that we owe or owed. Status, answer and error are those of the last attempt."""

    id: int
    kind: str
    url: str
    format: str
    state: str
    attempts: int
    campaign_id: int | None
    message_id: int | None
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None
    status: int | None
    answer: str | None
    error: str | None


class Those(Struct, frozen=True, kw_only=True):
    """Which callbacks: all that is given must fit; `endpoint` as `core.url.endpoint` writes it."""

    state: State | None = None
    message_id: int | None = None
    campaign_id: int | None = None
    endpoint: str | None = None


class Outage(Struct, frozen=True, kw_only=True):
    """The failed callbacks of a server, or those that were owed in a span of time, `until` not included; or both."""

    endpoint: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Resting(Struct, frozen=True):
    """A server that has failed `since` then, so many times in a row, and is left alone until `rest_until`."""

    endpoint: str
    failures: int
    since: datetime
    rest_until: datetime
    error: str


class Secret(Struct, frozen=True):
    """What our own callbacks are signed with, without the secret itself. One that is replaced still signs beside its
    successor until it expires."""

    id: int
    created_at: datetime
    expires_at: datetime | None


class Trial(Struct, frozen=True, kw_only=True):
    """A call to see whether a server takes it; nothing has happened."""

    url: str
    kind: Kind
    format: str
