"""What does the API answer? Ids are text, times are aware, money is in units of the account's currency."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

Item = TypeVar("Item")


class Page(Struct, Generic[Item]):
    data: list[Item]
    next: str | None


class All(Struct, Generic[Item]):
    data: list[Item]


class Draft(Struct, omit_defaults=True):
    """A contact to be added or changed: what is None says nothing. `lists` are ids."""

    number: str
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    email: str | None = None
    attributes: dict[str, Any] | None = None
    lists: list[str] = []
    tags: list[str] = []


class Contact(Struct):
    id: str
    number: str
    first_name: str | None
    last_name: str | None
    company: str | None
    email: str | None
    attributes: dict[str, Any]
    lists: list[str]
    tags: list[str]
    created_at: datetime
    updated_at: datetime


class Result(Struct):
    """What became of a draft: `added`, `updated`, `kept` or `refused`, and then why. Lines are counted from 1. One that
    has `opted_out` stays so."""

    line: int
    status: str
    id: str | None = None
    reason: str | None = None
    opted_out: bool = False


class List(Struct):
    id: str
    name: str
    contacts: int
    tag: str | None
    dynamic: bool
    created_at: datetime
    updated_at: datetime


class Joined(Struct):
    added: int
    already: int
    unknown: list[str]
    removed: int


class Tag(Struct):
    name: str
    contacts: int


class OptOut(Struct):
    number: str
    list: str | None
    at: datetime
    source: str
    words: str | None


class Silenced(Struct):
    added: int
    unreadable: list[str]


class Audience(Struct):
    kind: str
    names: list[str]
    ids: list[str]


class Campaign(Struct):
    id: str
    state: str
    name: str | None
    audience: Audience
    text: str
    syntax: str
    sender: str | None
    purpose: str
    messages: int
    opted_out: int
    segments: int
    cost: float
    currency: str
    reason: str | None
    created_at: datetime
    confirmed_at: datetime | None
    send_at: datetime | None
    end_at: datetime | None
    ended_at: datetime | None
    archived_at: datetime | None
    counts: dict[str, int]
    replies: int
    pacing: dict[str, Any] | None


class Progress(Struct):
    """A campaign as it goes: how many of its messages are in which state."""

    state: str
    messages: int
    counts: dict[str, int]


class Sent(Struct):
    id: str
    number: str
    segments: int
    cost: float


class Accepted(Struct):
    """A text on its way; `campaign` is the id under which its messages are found."""

    campaign: str
    state: str
    messages: list[Sent]
    unreadable: list[str]


class Message(Struct):
    id: str
    campaign: str
    number: str
    first_name: str | None
    last_name: str | None
    state: str
    text: str
    segments: int
    cost: float
    error: str | None
    updated_at: datetime


class Reply(Struct):
    id: str
    number: str
    receiver: str | None
    text: str
    campaign: str | None
    message: str | None
    at: datetime


class Word(Struct):
    """One text of a conversation; `direction` is in or out."""

    id: str
    direction: str
    at: datetime
    text: str
    ours: str | None
    campaign: str | None
    state: str | None
    error: str | None


class Conversation(Struct):
    number: str
    last: Word


class Wallet(Struct):
    metered: bool
    balance: float | None
    currency: str


class Entry(Struct):
    id: str
    kind: str
    amount: float
    at: datetime
    campaign: str | None
    note: str | None


class Step(Struct):
    """What happened to a message at this time, in plain words."""

    at: datetime
    what: str


class Lane(Struct):
    """The queue in front of a carrier in one process; `rate` in messages a second, the counts since it began."""

    carrier: str
    process: int | None
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


class Carrier(Struct):
    """Its URL is without the password."""

    name: str
    url: str
    default: bool
    paused: bool
    created_at: datetime
    changed_at: datetime
    lanes: list[Lane]


class Checked(Struct):
    carrier: str
    said: str


class Choice(Struct):
    """A carrier of a route: its share where they share, what it costs where the cheapest goes first."""

    carrier: str
    weight: float = 1
    cost: float = 0


class Route(Struct):
    id: str
    position: int
    strategy: str
    choices: list[Choice]
    account: str | None
    country: str | None
    prefix: str | None
    sender: str | None
    purpose: str | None
    created_at: datetime
