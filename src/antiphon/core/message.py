"""What is the fate of one text to one number, and which news of it counts?"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    """`submitting` is committed before the first byte leaves; what a crash leaves in it is `in_doubt`."""

    WAITING = "waiting"
    SUBMITTING = "submitting"
    IN_DOUBT = "in_doubt"  # it may have left, it may not: never resent silently, never dropped silently
    ACCEPTED = "accepted"  # the carrier has it and gave a reference
    DELIVERED = "delivered"
    FAILED = "failed"  # a receipt says that it will not arrive
    REFUSED = "refused"  # the carrier would not take it
    WITHHELD = "withheld"  # the number opted out after the campaign was calculated
    UNSENT = "unsent"  # its campaign was stopped before it left


# A message's account and id: enough to find it again from wherever a carrier hands it back.
Key = tuple[int, int]


class Outgoing(Struct, frozen=True, kw_only=True, gc=False):
    """A message on its way to a carrier, complete: `text` is what this one person reads, `extras` the carrier."""

    id: int
    account_id: int
    campaign_id: int
    number: str
    sender: str | None
    text: str
    segments: int
    extras: Mapping[str, str] = {}

    @property
    def key(self) -> Key:
        return self.account_id, self.id


class Fared(Struct, frozen=True, gc=False):
    """What became of a message, and who it was for, if the number is a contact's: `text` where it is personal."""

    id: int
    number: str
    state: str
    text: str | None
    segments: int
    cost: int
    error: str | None
    updated_at: datetime
    first_name: str | None
    last_name: str | None


class Accepted(Struct, frozen=True, gc=False):
    """The carrier has it, under its own `reference`."""

    reference: str


class Refused(Struct, frozen=True, gc=False):
    """The carrier will never take it; `error` in its own words."""

    error: str


class InDoubt(Struct, frozen=True, gc=False):
    """The link dropped, or the time ran out, between the first byte and the answer."""

    reason: str


Outcome = Accepted | Refused | InDoubt


class Fate(StrEnum):
    """What a receipt reports in the end."""

    DELIVERED = "delivered"
    FAILED = "failed"


class Receipt(Struct, frozen=True, kw_only=True, gc=False):
    """A carrier's report. `echo` is our own key where the carrier hands it back: it settles a doubt, too."""

    reference: str
    fate: Fate
    at: datetime
    error: str | None = None
    echo: Key | None = None


class Reply(Struct, frozen=True, kw_only=True, gc=False):
    """A text from a person. `answers` is the message that it answers; `receiver` our number that it came to."""

    number: str
    text: str
    at: datetime
    answers: Key
    receiver: str | None = None


class Answered(Struct, frozen=True, kw_only=True, gc=False):
    """A reply as it is kept."""

    id: int
    campaign_id: int | None
    number: str
    receiver: str | None
    text: str
    at: datetime


# News may only replace what is less certain. A receipt can overtake the carrier's answer, so it also ends a
# message that is still being submitted; the answer that comes after then changes nothing.
RECEIPT_REPLACES = (State.SUBMITTING, State.IN_DOUBT, State.ACCEPTED)
OUTCOME_REPLACES = (State.SUBMITTING, State.IN_DOUBT)


def state_after(outcome: Outcome) -> State:
    match outcome:
        case Accepted():
            return State.ACCEPTED
        case Refused():
            return State.REFUSED
        case InDoubt():
            return State.IN_DOUBT
