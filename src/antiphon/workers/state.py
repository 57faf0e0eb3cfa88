"""How is a lane, and what has it done?"""

from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    OPEN = "open"
    PAUSED = "paused"  # an operator has stopped it
    CLOSED = "closed"  # it is not its time of the day
    RESTING = "resting"  # too much went wrong; it is tried again soon
    DOWN = "down"  # it cannot be reached


class Counts(Struct):
    """Since the lane began."""

    accepted: int = 0
    refused: int = 0
    in_doubt: int = 0
