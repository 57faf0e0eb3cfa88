"""How is a lane, the queue in front of a carrier, as its process last told?"""

from datetime import datetime

from msgspec import Struct


class Lane(Struct, frozen=True):
    """`state` is open, paused, closed, resting or down; `rate` in messages a second; the counts since it began."""

    carrier: str
    state: str
    queued: int
    in_flight: int
    rate: float
    accepted: int
    refused: int
    in_doubt: int
    error: str | None
    error_at: datetime | None
    at: datetime
