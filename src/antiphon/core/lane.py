"""How is a lane, the queue in front of a carrier, as its process last told?"""

from datetime import datetime

from msgspec import Struct

STATES = ("open", "paused", "closed", "resting", "down", "broken")


class Lane(Struct, frozen=True):
    """`state` is one of STATES; `rate` in messages a second; the counts since it began.

    `node` is the place of its process among those that run; None while it has told nobody.
    """

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
    node: int | None = None
