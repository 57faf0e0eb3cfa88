"""What has happened that a customer wants to be told of, and when is it told again?"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from antiphon.core.account import Account

# From its first moment on, a callback that nobody takes is tried for so long.
PATIENCE: Final = timedelta(hours=24)
_FIRST_PAUSE: Final = timedelta(seconds=10)
_LONGEST_PAUSE: Final = timedelta(hours=1)

# The format of our own, which is signed.
OURS: Final = "native"

# The format of what is told over an SMPP bind of the account, not by HTTP.
BOUND: Final = "smpp"


# Nobody's: kept by the United Kingdom's regulator for use in fiction.
_NUMBER: Final = "+447700900123"


class Kind(StrEnum):
    RECEIPT = "receipt"  # what became of a message
    REPLY = "reply"  # somebody wrote to us
    OPT_OUT = "opt_out"  # a number wants no more
    CAMPAIGN = "campaign"  # a campaign came to its end


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The facts of it, as they were at the time; `account` is its sid, `at` when it happened, `created_at` when the
    campaign was made.

    `state` is a `core.message.State` or, of a campaign, a `core.campaign.State`. `receiver` is our own number or sender
    that a reply came to. `direct`: the numbers came with the text. `custom` is what the customer wants to see again.
    """

    kind: Kind
    account: str
    account_id: int
    at: datetime
    time_zone: str = "UTC"
    created_at: datetime | None = None
    campaign_id: int | None = None
    message_id: int | None = None
    number: str | None = None
    receiver: str | None = None
    sender: str | None = None
    state: str | None = None
    error: str | None = None
    text: str | None = None
    segments: int | None = None
    direct: bool = False
    custom: str | None = None


class Owed(Struct, frozen=True, kw_only=True):
    """A call that we owe: the event, to this URL, in this dialect's payload, as a form or as JSON."""

    url: str
    format: str
    form: bool
    event: Event


class Request(Struct, frozen=True):
    """What is posted."""

    content_type: str
    body: bytes
    headers: Mapping[str, str] = {}


class Due(Struct, frozen=True, kw_only=True):
    """A callback to be delivered now; `attempts` have failed already."""

    account_id: int
    id: int
    url: str
    format: str
    form: bool
    event: Event
    attempts: int
    created_at: datetime


class Heard(Struct, frozen=True, kw_only=True):
    """What came of an attempt: a `status` with the beginning of the answer, or the `error` why there is none.

    `retry_after` in seconds, as the server asked; it began `at` then and took so many seconds.
    """

    status: int | None = None
    answer: str | None = None
    error: str | None = None
    retry_after: float | None = None
    at: datetime | None = None
    seconds: float | None = None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def sample(kind: Kind, account: Account, now: datetime) -> Event:
    """What a customer's server is told to see whether it listens."""
    facts: dict[Kind, dict[str, Any]] = {
        Kind.RECEIPT: {"message_id": 1, "number": _NUMBER, "state": "delivered", "segments": 1},
        Kind.REPLY: {"number": _NUMBER, "text": "Yes"},
        Kind.OPT_OUT: {"number": _NUMBER, "text": "STOP"},
        Kind.CAMPAIGN: {"state": "sent"},
    }
    return Event(
        kind=kind,
        account=account.sid,
        account_id=account.id,
        at=now,
        time_zone=account.time_zone,
        created_at=now,
        campaign_id=1,
        custom="test",
        **facts[kind],
    )


def over_a_bind(account: int) -> str:
    """What stands where a URL stands: whichever bind the account has at the time."""
    return f"{BOUND}:{account}"


def next_attempt(due: Due, heard: Heard, now: datetime, chance: float) -> datetime | None:
    """When it is told again: each pause is twice the last one, less up to half of it by chance (0 to 1).

    None when it has been told for long enough.
    """
    pause = min(_FIRST_PAUSE * 2 ** min(due.attempts, 20), _LONGEST_PAUSE) * (1 - chance / 2)
    if heard.retry_after is not None:
        pause = max(pause, timedelta(seconds=min(heard.retry_after, PATIENCE.total_seconds())))
    return now + pause if now + pause < due.created_at + PATIENCE else None
