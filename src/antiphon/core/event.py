"""What has happened that a customer wants to be told of?"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    RECEIPT = "receipt"  # what became of a message
    REPLY = "reply"  # somebody wrote to us
    OPT_OUT = "opt_out"  # a number wants no more
    CAMPAIGN = "campaign"  # a campaign came to a new state


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The facts of it, as they were at the time; `account` is its sid, `at` when it happened.

    `state` is a `core.message.State` or, of a campaign, a `core.campaign.State`. `receiver` is our own number or sender
    that a reply came to. `custom` is what the customer wants to see again.
    """

    kind: Kind
    account: str
    at: datetime
    campaign_id: int | None = None
    message_id: int | None = None
    number: str | None = None
    receiver: str | None = None
    sender: str | None = None
    state: str | None = None
    error: str | None = None
    text: str | None = None
    segments: int | None = None
    custom: str | None = None


class Owed(Struct, frozen=True, kw_only=True):
    """A call that we owe: the event, to this URL, in this dialect's payload, as a form or as JSON."""

    account_id: int
    url: str
    format: str
    form: bool
    event: Event
