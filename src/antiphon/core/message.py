"""What is the fate of one text to one number, and which news of it counts?"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from antiphon.core.air import Alphabet
from antiphon.core.campaign import Purpose


class State(StrEnum):
    """`submitting` is committed before the first byte leaves; what a crash leaves in it is `in_doubt`."""

    WAITING = "waiting"
    HELD = "held"  # it waits too, for a time of its own or for a carrier that can take it
    SUBMITTING = "submitting"
    IN_DOUBT = "in_doubt"  # it may have left, it may not: never resent silently, never dropped silently
    ACCEPTED = "accepted"  # the carrier has it and gave a reference
    DELIVERED = "delivered"
    FAILED = "failed"  # a receipt says that it will not arrive
    REFUSED = "refused"  # the carrier would not take it, or a rule of the account or of the country
    WITHHELD = "withheld"  # the number opted out after the campaign was calculated
    UNSENT = "unsent"  # its campaign was stopped before it left


# A message's account and id: enough to find it again from wherever a carrier hands it back.
Key = tuple[int, int]


class Outgoing(Struct, frozen=True, kw_only=True, gc=False):
    """A message on its way to a carrier, complete: `text` is what this one person reads, `extras` the carrier.

    `attempts` have failed before this one, and the carriers `tried` will not have it. `direct`: its number came with
    the text.
    """

    id: int
    account_id: int
    campaign_id: int
    number: str
    sender: str | None
    text: str
    segments: int
    extras: Mapping[str, str] = {}
    purpose: Purpose = Purpose.MARKETING
    direct: bool = False
    attempts: int = 0
    tried: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return self.account_id, self.id

    @property
    def urgent(self) -> bool:
        """It goes before what is sent to many."""
        return self.direct and self.purpose is Purpose.ALERT


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
    """The carrier has it, under its own `reference`; where it went in several `parts`, one of each."""

    reference: str
    parts: tuple[str, ...] = ()


class Refused(Struct, frozen=True, gc=False):
    """The carrier will never take it; `error` in its own words.

    `of_route`: another carrier may, for it is not the message that is wrong. `opted_out`: the person has told the
    carrier to be left alone.
    """

    error: str
    of_route: bool = False
    opted_out: bool = False


class Torn(Struct, frozen=True, gc=False):
    """The carrier took some parts, under these references, and refused another: nobody can read it."""

    parts: tuple[str, ...]
    error: str


class InDoubt(Struct, frozen=True, gc=False):
    """The link dropped, or the time ran out, between the first byte and the answer."""

    reason: str


Outcome = Accepted | Refused | Torn | InDoubt


class Busy(Struct, frozen=True, gc=False):
    """Surely not taken, and welcome again in `after` seconds. `throttled`: all others had better wait as well."""

    error: str
    after: float = 1.0
    throttled: bool = False


class Fate(StrEnum):
    """What a receipt reports in the end."""

    DELIVERED = "delivered"
    FAILED = "failed"


class Receipt(Struct, frozen=True, kw_only=True, gc=False):
    """A carrier's report. `echo` is our own key where the carrier hands it back: it settles a doubt, too.

    `also` are other references that it may mean; `number` is who the message was for.
    """

    reference: str
    fate: Fate
    at: datetime
    error: str | None = None
    echo: Key | None = None
    also: tuple[str, ...] = ()
    number: str | None = None


class Entrusted(Struct, frozen=True, kw_only=True, gc=False):
    """A message that a carrier has taken, under these references: one for each part of it that has no fate yet."""

    key: Key
    number: str
    sender: str | None
    references: tuple[str, ...]


class Fragment(Struct, frozen=True, kw_only=True, gc=False):
    """A part of a long reply: so many have this reference, and their octets are to be read together."""

    reference: int
    total: int
    place: int
    octets: bytes
    coding: int
    alphabet: Alphabet


class Reply(Struct, frozen=True, kw_only=True, gc=False):
    """A text from a person. `receiver` is our number that it came to; `answers` the message that it answers, where the
    carrier tells.

    `id` is the carrier's own, the same when it hands the reply on again. `part`: it is not whole, and has no text yet.
    """

    number: str
    text: str
    at: datetime
    answers: Key | None = None
    receiver: str | None = None
    carrier: str | None = None
    id: str | None = None
    part: Fragment | None = None


class Answered(Struct, frozen=True, kw_only=True, gc=False):
    """A reply as it is kept; `message_id` is the message that it answers."""

    id: int
    campaign_id: int | None
    message_id: int | None
    number: str
    receiver: str | None
    text: str
    at: datetime


# Nothing of these has reached anybody, also where they were claimed once.
NOT_LEFT = (State.WAITING, State.HELD, State.REFUSED, State.WITHHELD, State.UNSENT)

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
        case Torn():
            return State.FAILED
        case InDoubt():
            return State.IN_DOUBT


def is_deleted(error: str | None) -> bool:
    """Did a message fail because somebody called it back? A carrier's receipt says so by its first word."""
    return (error or "").startswith("DELETED")
