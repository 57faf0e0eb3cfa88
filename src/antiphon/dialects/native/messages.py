"""Single texts, and what became of any: /messages; and the messages of a campaign: /campaigns/<id>/messages."""

from datetime import datetime
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from antiphon.core.account import Callbacks
from antiphon.core.campaign import SendMessages
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, UnknownMessage
from antiphon.core.message import Fared, State
from antiphon.core.money import units
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.dialects.native.fields import WireContent, read_callbacks
from antiphon.services import cursors, messages, sends, ways

_MOST = 1_000

# {"to": ["+33612345678"], "text": "Your code is 1234", "purpose": "alert", "sender": "Shop"}


class WireSend(WireContent, forbid_unknown_fields=True, kw_only=True):
    to: Annotated[list[str], Meta(min_length=1, max_length=_MOST)]


# {"id": "8213049", "number": "+33612345678", "segments": 1, "cost": 0.045}


class WireSent(Struct):
    id: str
    number: str
    segments: int
    cost: float


# {"campaign": "8213048", "state": "sending", "messages": [...], "unreadable": ["12"]}


class WireAccepted(Struct):
    campaign: str
    state: str
    messages: list[WireSent]
    unreadable: list[str]


# ?state=failed,refused


class WireSearch(WireAsk, forbid_unknown_fields=True):
    state: str | None = None


# {"id": "8213049", "number": "+33612345678", "state": "delivered", "text": "...", "segments": 1, "cost": 0.045, ...}


class WireMessage(Struct):
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


# ?number=%2B33612345678&limit=20&after=...


class WireAskNumber(WireAsk, forbid_unknown_fields=True, kw_only=True):
    number: str


# {"at": "2026-03-02T12:00:01Z", "what": "acme accepted it as 12345"}


class WireStep(Struct):
    at: datetime
    what: str


class WireWay(Struct):
    data: list[WireStep]


def read_send(body: WireSend) -> SendMessages:
    """Raises BadField."""
    return SendMessages(
        recipients=[Draft(number=number) for number in body.to],
        text=body.text,
        sender=body.sender,
        purpose=body.purpose,
        optimise=body.optimise,
        syntax=body.syntax,
        send_at=body.send_at,
        end_at=body.end_at,
        name=body.name,
        callbacks=read_callbacks(body.callbacks) if body.callbacks else Callbacks(),
        extras=body.extras,
    )


def read_states(written: str | None) -> list[str]:
    """Raises BadField."""
    words = [word.strip() for word in (written or "").split(",") if word.strip()]
    for word in words:
        if word not in list(State):
            raise BadField(field="state", reason=f"is not one of {', '.join(State)}")
    return words


def write_message(campaign: int, text: str, fared: Fared) -> WireMessage:
    return WireMessage(
        id=str(fared.id),
        campaign=str(campaign),
        number=fared.number,
        first_name=fared.first_name,
        last_name=fared.last_name,
        state=fared.state,
        text=text if fared.text is None else fared.text,
        segments=fared.segments,
        cost=units(fared.cost),
        error=fared.error,
        updated_at=fared.updated_at,
    )


async def send(call: Call, body: WireSend) -> Answer:
    """Send a text to numbers that come with it; on disk before the answer."""
    sent = await sends.send(call.store, call.prices, call.account, read_send(body))
    written = [WireSent(str(one.id), one.number, one.segments, units(one.cost)) for one in sent.messages]
    unreadable = [body.to[place] for place in sent.unreadable]
    accepted = WireAccepted(str(sent.campaign.id), sent.campaign.state.value, written, unreadable)
    return Answer(201, accepted, {"Location": f"/api/v1/campaigns/{sent.campaign.id}/messages"})


async def detail(call: Call) -> WireMessage:
    """What became of one message."""
    found = await messages.find(call.store, call.account, read_id(call.path["id"]))
    if found is None:
        raise UnknownMessage(id=call.path["id"])
    return write_message(found[0].id, found[0].text, found[1])


async def cancel(call: Call) -> Answer:
    """Never send a message that waits; or have it called back by the carrier that has it, where that does so: then what
    became of it shows a little later."""
    id = read_id(call.path["id"])
    if await messages.find(call.store, call.account, id) is None:
        raise UnknownMessage(id=call.path["id"])
    done = await messages.cancel(call.store, call.account, id)
    return Answer(200 if done else 202, await detail(call))


async def search(call: Call, query: WireAskNumber) -> WirePage[WireMessage]:
    """The messages to a number, the newest first."""
    before = None if query.after is None else read_id(query.after, "after")
    found = await cursors.messages_to(call.store, call.account, query.number, before, query.limit + 1)
    return write_page(found, query.limit, lambda one: write_message(*one), lambda one: one[2].id)


async def way(call: Call) -> WireWay:
    """What happened to one message, in plain words and in the order of time."""
    steps = await ways.of(call.store, call.account, read_id(call.path["id"]))
    return WireWay([WireStep(step.at, step.what) for step in steps])


async def of_campaign(call: Call, query: WireSearch) -> WirePage[WireMessage]:
    """What became of the messages of a campaign or of a single text, by number."""
    wanted = cursors.Following(query.after or "", query.limit + 1, read_states(query.state))
    campaign, found = await cursors.messages(call.store, call.account, read_id(call.path["id"]), wanted)
    return write_page(found, query.limit, partial(write_message, campaign.id, campaign.text), lambda one: one.number)
