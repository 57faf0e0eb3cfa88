"""What may happen to a campaign, and when?

calculating -> ready -> scheduled -> sending -> sent
     |           |          |           |
     v           v          v           v
   failed     cancelled  cancelled   stopped

A campaign that was confirmed with its creation goes on by itself once it is calculated. Scheduled and sending ones can
be paused, and go on from there. One that is edited before it leaves is calculated anew.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from antiphon.core import consent, pacing, text, voice
from antiphon.core.account import Callbacks
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, NoStopMention, NoText, NotNow, TextTooLong
from antiphon.core.pacing import Pacing
from antiphon.core.price import Product
from antiphon.core.template import Syntax
from antiphon.core.voice import Voice

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
    State.CALCULATING: frozenset({State.READY, State.SCHEDULED, State.SENDING, State.FAILED}),
    State.READY: frozenset({State.CALCULATING, State.SCHEDULED, State.SENDING, State.CANCELLED}),
    State.SCHEDULED: frozenset({State.CALCULATING, State.SENDING, State.PAUSED, State.STOPPED, State.CANCELLED}),
    State.SENDING: frozenset({State.SENT, State.PAUSED, State.STOPPED}),
    State.PAUSED: frozenset({State.SCHEDULED, State.SENDING, State.STOPPED}),
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


class Quality(StrEnum):
    """Which kind of route carries a text; what a piece costs depends on it."""

    PREMIUM = "premium"
    LOW_COST = "low_cost"


class Kind(Enum):
    """What names the audience."""

    LIST = "list"
    TAG = "tag"
    NUMBERS = "numbers"  # written down in the request itself


class Audience(Struct, frozen=True, kw_only=True):
    """One tag, or one or more lists: told by names or by ids, known by both."""

    kind: Kind
    names: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()


NUMBERS = Audience(kind=Kind.NUMBERS)


class Content(Struct, frozen=True, kw_only=True):
    """What is said, in at most `longest` characters, and how. With a `voice` it is a call. `send_at` is aware; None
    means once it is confirmed.

    Nothing leaves after `end_at`. `optimise` rewrites the text for the GSM alphabet; `syntax` is how its merge fields
    are written. A marketing text `needs_stop`, a mention of it, but where the law does not ask for one. `request_id` is
    the client's own: for a day, no second request with it is accepted. `callbacks` go before the account's own;
    `extras` are for the carrier, by its own names, as India's DLT ids are.
    """

    text: str
    longest: int = LONGEST_TEXT
    sender: str | None = None
    purpose: Purpose = Purpose.MARKETING
    needs_stop: bool = True
    quality: Quality = Quality.PREMIUM
    voice: Voice | None = None
    send_at: datetime | None = None
    end_at: datetime | None = None
    optimise: bool = True
    syntax: Syntax = Syntax.BRACES
    with_replies: bool = False
    request_id: str | None = None
    name: str | None = None
    callbacks: Callbacks = Callbacks()
    extras: Mapping[str, str] = {}


class CreateCampaign(Content, frozen=True, kw_only=True):
    """`confirmed`: it goes on by itself once it is calculated."""

    audience: Audience
    confirmed: bool = False
    pacing: Pacing = Pacing()


class SendMessages(Content, frozen=True, kw_only=True):
    """A text to people who are written down with it. Nothing but the number and the merge fields is used of a draft.

    What answers a STOP or HELP leaves `despite_opt_out`; nothing else may.
    """

    recipients: Sequence[Draft]
    leave_out_opted_out: bool = False
    despite_opt_out: bool = False


class EditCampaign(Struct, frozen=True, kw_only=True):
    """What is to be another than it was. UNSET leaves a thing as it is."""

    name: str | UnsetType | None = UNSET
    audience: Audience | UnsetType = UNSET
    text: str | UnsetType = UNSET
    longest: int = LONGEST_TEXT
    syntax: Syntax | UnsetType = UNSET
    sender: str | UnsetType | None = UNSET
    purpose: Purpose | UnsetType = UNSET
    send_at: datetime | UnsetType | None = UNSET
    end_at: datetime | UnsetType | None = UNSET
    callbacks: Callbacks | UnsetType = UNSET
    extras: Mapping[str, str] | UnsetType = UNSET
    pacing: Pacing | UnsetType = UNSET


class Campaign(Struct, frozen=True, kw_only=True):
    """A text to an audience. Counts and cost (in micro-units) grow while it is calculated, never after.

    `reserved` is what the wallet gave for it: nothing where the account is not metered. One that has `confirmed_at`
    while it is calculated goes on by itself. `next_at` is when the next message of a paced one may leave, or when its
    canary is judged; `canary_left` how many of that have not been claimed, None where it has none any more.
    """

    id: int
    account_id: int
    state: State
    name: str | None
    audience: Audience
    text: str
    syntax: Syntax
    sender: str | None
    purpose: Purpose
    quality: Quality
    voice: Voice | None
    send_at: datetime | None
    end_at: datetime | None
    with_replies: bool
    cursor: int
    messages: int
    opted_out: int
    segments: int
    cost: int
    reserved: int
    currency: str
    reason: str | None
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    archived_at: datetime | None
    callbacks: Callbacks
    extras: Mapping[str, str]
    pacing: Pacing = Pacing()
    next_at: datetime | None = None
    canary_left: int | None = None
    despite_opt_out: bool = False


class Report(Struct, frozen=True, kw_only=True):
    """A campaign, how many of its messages are in which state (`core.message.State`), and how many were answered."""

    campaign: Campaign
    counts: dict[str, int]
    replies: int = 0


class Seen(Struct, frozen=True, kw_only=True):
    """Which campaigns somebody wants to see: calls or texts, in these states or put away.

    Without `states` and `archived` all of them.
    """

    spoken: bool = False
    states: frozenset[State] = frozenset()
    archived: bool = False


def said(edit: EditCampaign) -> dict[str, Any]:
    """What it does not leave as it is."""
    told = {name: getattr(edit, name) for name in edit.__struct_fields__}
    return {name: value for name, value in told.items() if value is not UNSET}


def edited(campaign: Campaign, edit: EditCampaign) -> Campaign:
    """The campaign as it is to be."""
    return replace(campaign, **{name: value for name, value in said(edit).items() if name != "longest"})


def says_the_same(one: Campaign, other: Campaign) -> bool:
    """Are the same people told the same, so that what was calculated for one holds for the other?"""
    return (one.text, one.syntax, one.audience.ids) == (other.text, other.syntax, other.audience.ids)


def check(content: Content) -> None:
    """Raises NoText, TextTooLong, NoStopMention or BadField where this can be no campaign."""
    _check_text(content.text, content.longest)
    if content.needs_stop and _sells(content) and not consent.mentions_stop(content.text):
        raise NoStopMention
    _check_times(content.send_at, content.end_at)


def check_edited(campaign: Campaign, longest: int) -> None:
    """Raises NoText, TextTooLong or BadField."""
    _check_text(campaign.text, longest)
    _check_times(campaign.send_at, campaign.end_at)
    pacing.check(campaign.pacing)


def _check_times(send_at: datetime | None, end_at: datetime | None) -> None:
    """Raises BadField."""
    for field, at in (("send_at", send_at), ("end_at", end_at)):
        if at is not None and at.tzinfo is None:
            raise BadField(field=field, reason="has no time zone")
        if at is not None and not 2000 <= at.year < 2200:
            raise BadField(field=field, reason="is in no year that a campaign could be sent in")
    if send_at is not None and end_at is not None and end_at <= send_at:
        raise BadField(field="end_at", reason="is not after send_at")


def written(content: Content) -> str:
    """The text as it is sent: a call says what was written."""
    return text.optimise(content.text).text if content.optimise and content.voice is None else content.text


def product(content: Content | Campaign) -> Product:
    return Product.VOICE if content.voice is not None else Product(content.quality.value)


def pieces(content: Content | Campaign, said: str) -> int:
    """What is paid for: the segments of a text, the started half-minutes of a call."""
    return text.measure(said).segments if content.voice is None else voice.pieces(said)


def _check_text(said: str, longest: int) -> None:
    if not said.strip():
        raise NoText
    if len(said) > longest:
        raise TextTooLong(length=len(said), limit=longest)


def _sells(content: Content) -> bool:
    return content.purpose is Purpose.MARKETING and content.voice is None
