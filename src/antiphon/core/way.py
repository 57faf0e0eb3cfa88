"""What happened to one message, in plain words?"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from antiphon.core.campaign import Campaign, Kind
from antiphon.core.campaign import State as Sending
from antiphon.core.consent import OptOut
from antiphon.core.message import Answered, Fate, State
from antiphon.core.money import shown


class Step(Struct, frozen=True):
    at: datetime
    what: str


class Kept(Struct, frozen=True, kw_only=True):
    """A message as it is kept."""

    id: int
    campaign_id: int
    number: str
    state: State
    segments: int
    cost: int
    carrier: str | None
    reference: str | None
    error: str | None
    updated_at: datetime
    due_at: datetime | None
    claimed_at: datetime | None
    answered_at: datetime | None
    reported_at: datetime | None


class Part(Struct, frozen=True):
    """One of those in which a message left; its fate once a receipt has told it."""

    part: int
    reference: str
    fate: str | None
    error: str | None


class Told(Struct, frozen=True):
    """A callback that tells of the message; `state` is waiting, delivered or failed."""

    kind: str
    endpoint: str
    state: str
    attempts: int
    due_at: datetime
    created_at: datetime
    ended_at: datetime | None
    status: int | None
    error: str | None


class Facts(Struct, frozen=True, kw_only=True):
    """All that is known of a message. `made_at` is the second that its id was made in; `noted` where it did not go
    straight on, each with the carrier, if it was with one."""

    message: Kept
    campaign: Campaign
    made_at: datetime
    noted: Sequence[tuple[datetime, str | None, str]] = ()
    parts: Sequence[Part] = ()
    replies: Sequence[Answered] = ()
    callbacks: Sequence[Told] = ()
    opt_out: OptOut | None = None


def way(facts: Facts) -> list[Step]:
    """In the order of time."""
    noted = [Step(at, f"{carrier}: {what}" if carrier else what) for at, carrier, what in facts.noted]
    steps = [*_in(facts), *_claim(facts.message), *noted, *_answer(facts), *_news(facts), *_now(facts)]
    told = [step for one in facts.callbacks for step in _told(one)]
    return sorted([*steps, *told], key=lambda step: step.at)


def _in(facts: Facts) -> Iterator[Step]:
    campaign, message = facts.campaign, facts.message
    # An id knows only the second.
    made = max(facts.made_at, campaign.created_at)
    costs = f"{_count(message.segments, 'segment')}, {shown(message.cost)} {campaign.currency}"
    if campaign.audience.kind is Kind.NUMBERS:
        later = f", to leave at {_time(campaign.send_at)}" if campaign.send_at else ""
        yield Step(made, f"taken in with its number: {costs}{later}")
        return
    yield Step(campaign.created_at, f"its campaign {campaign.id} was created")
    yield Step(made, f"calculated: {costs}")
    if campaign.confirmed_at:
        later = f", to leave at {_time(campaign.send_at)}" if campaign.send_at else ""
        yield Step(campaign.confirmed_at, f"its campaign was confirmed{later}")


def _claim(message: Kept) -> Iterator[Step]:
    if message.claimed_at:
        withheld = message.state is State.WITHHELD
        yield Step(message.claimed_at, "withheld: the number has opted out" if withheld else "claimed, to be sent")


def _answer(facts: Facts) -> Iterator[Step]:
    message = facts.message
    if said := _said(message, facts.parts):
        yield Step(message.answered_at or message.updated_at, said)


def _said(message: Kept, parts: Sequence[Part]) -> str | None:
    carrier = message.carrier or "the carrier"
    if message.state is State.IN_DOUBT:
        return f"in doubt, it may have left or not: {message.error}"
    if message.state is State.REFUSED and message.carrier is None:
        return f"not sent: {message.error}"
    if message.state is State.REFUSED:
        return f"{carrier} refused it: {message.error}"
    if _torn(message):
        return f"{carrier} took a part of it as {message.reference} and refused another: {message.error}"
    if message.answered_at and parts:
        return f"{carrier} accepted it in {len(parts)} parts: {', '.join(map(_part, parts))}"
    if message.reference and (message.answered_at or message.state is State.ACCEPTED):
        return f"{carrier} accepted it as {message.reference}"
    return None


def _news(facts: Facts) -> Iterator[Step]:
    """What came back."""
    message = facts.message
    if message.state in (State.DELIVERED, State.FAILED) and not _torn(message):
        at = message.reported_at or message.updated_at
        became = "was delivered" if message.state is State.DELIVERED else f"failed: {message.error}"
        when = "" if message.updated_at == at else f", by its clock at {_time(message.updated_at)}"
        yield Step(at, f"a receipt of {message.carrier} says that it {became}{when}")
    for reply in facts.replies:
        to = f" to {reply.receiver}" if reply.receiver else ""
        yield Step(reply.at, f"{reply.number} answered{to}: {reply.text}")
    if facts.opt_out:
        words = f": {facts.opt_out.words}" if facts.opt_out.words else ""
        yield Step(facts.opt_out.at, f"the number opted out, known by {facts.opt_out.source}{words}")


def _now(facts: Facts) -> Iterator[Step]:
    """Why it is still here, or why it never left."""
    message, campaign = facts.message, facts.campaign
    if message.state is State.HELD:
        yield Step(message.updated_at, f"held until {_time(message.due_at)}: {message.error}")
    if message.state is State.UNSENT:
        yield Step(message.updated_at, "not sent: its campaign was stopped")
    if message.state is State.WAITING:
        at = max(message.updated_at, campaign.confirmed_at or message.updated_at)
        until = f"until {_time(campaign.send_at)}" if campaign.state is Sending.SCHEDULED else None
        yield Step(at, f"waits {until or _WAITS.get(campaign.state, 'to be wound up: its campaign has ended')}")


def _told(one: Told) -> Iterator[Step]:
    callback = f"callback ({one.kind})"
    tries = _count(one.attempts, "attempt")
    last = f"status {one.status}" if one.status is not None else one.error or "no answer"
    if one.state == "waiting":
        past = f" after {tries}, the last with {last};" if one.attempts else ""
        yield Step(one.created_at, f"a {callback} is owed to {one.endpoint};{past} it is due at {_time(one.due_at)}")
        return
    yield Step(one.created_at, f"a {callback} is owed to {one.endpoint}")
    became = "taken" if one.state == "delivered" else "given up"
    yield Step(one.ended_at or one.due_at, f"the {callback} was {became} after {tries}, the last with {last}")


def _torn(message: Kept) -> bool:
    """Did the carrier take some parts and refuse another?"""
    return message.state is State.FAILED and message.answered_at is not None and message.reported_at is None


def _part(part: Part) -> str:
    became = "of which nothing is heard yet" if part.fate is None else part.fate
    return f"{part.reference} ({became}{f': {part.error}' if part.fate == Fate.FAILED and part.error else ''})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _time(at: datetime | None) -> str:
    return "further notice" if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


_WAITS = {
    Sending.CALCULATING: "while its campaign is calculated",
    Sending.READY: "for its campaign to be confirmed",
    Sending.SENDING: "for its turn",
    Sending.PAUSED: "while its campaign is paused",
}
