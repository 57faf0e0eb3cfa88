"""What is said between an account and one number?"""

from datetime import datetime

from msgspec import Struct


class Word(Struct, frozen=True, kw_only=True, gc=False):
    """One text, to the number (`out`) or from it. `other` is our own end of it: the sender, or who it was written to.

    `at` is when it left, or when it was written where it has not; `state` and `error` are those of a message.
    """

    id: int
    number: str
    at: datetime
    out: bool
    text: str
    state: str | None
    campaign_id: int | None
    other: str | None
    error: str | None
