"""What is told of the callbacks that we are owed?"""

from datetime import datetime

from msgspec import Struct


class Callback(Struct):
    """What is owed to a server of yours. `id` is the `webhook-id`."""

    id: str
    kind: str
    url: str
    format: str
    state: str
    attempts: int
    campaign: str | None
    message: str | None
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None
    status: int | None
    answer: str | None
    error: str | None


class Attempt(Struct):
    at: datetime
    seconds: float | None
    status: int | None
    answer: str | None
    error: str | None


class Detail(Callback):
    tried: list[Attempt]


class Resent(Struct):
    resent: int


class Tried(Struct):
    """What a server said when it was tried out."""

    taken: bool
    status: int | None
    seconds: float | None
    answer: str | None
    error: str | None


class NewSecret(Struct):
    id: str
    secret: str
    created_at: datetime
