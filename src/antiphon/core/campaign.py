"""What may happen to a campaign, and when?

calculating -> ready -> scheduled -> sending -> sent
     |           |          |           |-> paused -> sending
     v           v          v           v
   failed     cancelled  cancelled   stopped
"""

from datetime import datetime
from enum import Enum, StrEnum

from msgspec import Struct

from antiphon.core import consent
from antiphon.core.errors import BadField, NoStopMention, NoText, NotNow, TextTooLong

# Characters: eight parts of 153.
LONGEST_TEXT = 1224


class State(StrEnum):
    CALCULATING = "calculating"
    READY = "ready"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


MOVES: dict[State, frozenset[State]] = {
    State.CALCULATING: frozenset({State.READY, State.FAILED}),
    State.READY: frozenset({State.SCHEDULED, State.SENDING, State.CANCELLED}),
    State.SCHEDULED: frozenset({State.SENDING, State.CANCELLED}),
    State.SENDING: frozenset({State.SENT, State.PAUSED, State.STOPPED}),
    State.PAUSED: frozenset({State.SENDING, State.STOPPED}),
    State.SENT: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
    State.STOPPED: frozenset(),
}


def origins(wanted: State) -> tuple[State, ...]:
    """The states from which a campaign may become `wanted`."""
    return tuple(state for state, moves in MOVES.items() if wanted in moves)


def check_move(state: State, wanted: State) -> None:
    """Raises NotNow where the table has no such step."""
    if wanted not in MOVES[state]:
        raise NotNow(state=state, wanted=wanted)


class Purpose(StrEnum):
    """Why people are written to: marketing needs a way out in the text, an alert does not."""

    ALERT = "alert"
    MARKETING = "marketing"


class Kind(Enum):
    """What names the audience."""

    LIST = "list"
    TAG = "tag"


class Audience(Struct, frozen=True, kw_only=True):
    kind: Kind
    name: str


class CreateCampaign(Struct, frozen=True, kw_only=True):
    """`send_at` is aware; None means once it is confirmed. `optimise` rewrites the text for the GSM alphabet."""

    audience: Audience
    text: str
    sender: str | None = None
    purpose: Purpose = Purpose.MARKETING
    send_at: datetime | None = None
    optimise: bool = True
    with_replies: bool = False


class Campaign(Struct, frozen=True, kw_only=True):
    """A text to an audience. Counts and cost (in micro-units) grow while it is calculated, never after."""

    id: int
    account_id: int
    state: State
    audience: Audience
    audience_id: int
    text: str
    sender: str | None
    purpose: Purpose
    send_at: datetime | None
    with_replies: bool
    cursor: int
    messages: int
    opted_out: int
    segments: int
    cost: int
    currency: str
    reason: str | None
    created_at: datetime
    confirmed_at: datetime | None


class Report(Struct, frozen=True, kw_only=True):
    """A campaign and how many of its messages are in which state (`core.message.State`)."""

    campaign: Campaign
    counts: dict[str, int]


def check(command: CreateCampaign) -> None:
    """Raises NoText, TextTooLong, NoStopMention or BadField where this can be no campaign."""
    if not command.text.strip():
        raise NoText
    if len(command.text) > LONGEST_TEXT:
        raise TextTooLong(length=len(command.text), limit=LONGEST_TEXT)
    if command.purpose is Purpose.MARKETING and not consent.mentions_stop(command.text):
        raise NoStopMention
    if command.send_at is not None and command.send_at.tzinfo is None:
        raise BadField(field="send_at", reason="has no time zone")
    if command.send_at is not None and not 2000 <= command.send_at.year < 2200:
        raise BadField(field="send_at", reason="is in no year that a campaign could be sent in")
