"""Campaigns: /campaigns, what can be done with one, and how it goes on: /campaigns/<id>/events."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from antiphon.core.account import Callbacks
from antiphon.core.campaign import (
    MOVES,
    Audience,
    Campaign,
    CreateCampaign,
    EditCampaign,
    Kind,
    Report,
    State,
)
from antiphon.core.errors import BadField, TooFast
from antiphon.core.message import State as Message
from antiphon.core.money import units
from antiphon.core.template import Syntax
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.dialects.native.fields import WireContent, read_callbacks
from antiphon.services import campaigns, cursors

_POLL = 0.5  # seconds between two looks at a campaign that somebody watches
_HEARTBEAT = 15.0  # seconds without news, after which the line is kept open by a comment
_MOST_LISTS = 100
_MOST_WATCHING = 500
_watching: set[str] = set()  # the calls that are being told of a campaign, in this process

# {"lists": ["8213048"], "text": "Sale today. STOP 36111", "sender": "Shop", "purpose": "marketing", "confirmed": true,
#  "send_at": "2026-03-02T18:00:00Z", "name": "Spring", "syntax": "braces"}


class WireNew(WireContent, forbid_unknown_fields=True):
    lists: Annotated[list[str], Meta(min_length=1, max_length=_MOST_LISTS)] | UnsetType = UNSET
    tag: str | UnsetType = UNSET
    confirmed: bool = False


class WireEdit(Struct, forbid_unknown_fields=True):
    lists: Annotated[list[str], Meta(min_length=1, max_length=_MOST_LISTS)] | UnsetType = UNSET
    tag: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    syntax: Syntax | UnsetType = UNSET
    sender: str | UnsetType | None = UNSET
    name: str | UnsetType | None = UNSET
    send_at: datetime | UnsetType | None = UNSET
    end_at: datetime | UnsetType | None = UNSET


# ?state=sending,paused&limit=20&after=...


class WireSearch(WireAsk, forbid_unknown_fields=True):
    state: str | None = None


class WireAudience(Struct):
    kind: str
    names: tuple[str, ...]
    ids: list[str]


# {"id": "82130489311233", "state": "sending", "audience": {"kind": "list", "names": ["my_list"], "ids": ["8213048"]},
#  "messages": 300000, "opted_out": 12, "segments": 300000, "cost": 13500.0, "currency": "EUR", ...,
#  "counts": {"waiting": 0, "submitting": 0, "in_doubt": 0, "accepted": 0, "delivered": 285011, ...}}


class WireCampaign(Struct):
    id: str
    state: str
    name: str | None
    audience: WireAudience
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


def read_new(body: WireNew) -> CreateCampaign:
    """Raises BadField."""
    audience = read_audience(body.lists, body.tag)
    if audience is None:
        raise BadField(field="lists", reason="and tag are both missing")
    return CreateCampaign(
        audience=audience,
        confirmed=body.confirmed,
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


def read_edit(body: WireEdit) -> EditCampaign:
    """Raises BadField."""
    told = {name: getattr(body, name) for name in WireEdit.__struct_fields__ if name not in ("lists", "tag")}
    return EditCampaign(audience=read_audience(body.lists, body.tag) or UNSET, **told)


def read_audience(lists: list[str] | UnsetType, tag: str | UnsetType) -> Audience | None:
    """Raises BadField."""
    if lists is not UNSET and tag is not UNSET:
        raise BadField(field="tag", reason="cannot stand beside lists")
    if lists is not UNSET:
        return Audience(kind=Kind.LIST, ids=tuple(read_id(id, "lists") for id in lists))
    return None if tag is UNSET else Audience(kind=Kind.TAG, names=(tag,))


def read_states(written: str | None) -> list[State]:
    """Raises BadField."""
    words = [word.strip() for word in (written or "").split(",") if word.strip()]
    for word in words:
        if word not in list(State):
            raise BadField(field="state", reason=f"is not one of {', '.join(State)}")
    return [State(word) for word in words]


def write_campaign(report: Report) -> WireCampaign:
    campaign = report.campaign
    kind, ids = campaign.audience.kind.value, [str(id) for id in campaign.audience.ids]
    return WireCampaign(
        id=str(campaign.id),
        state=campaign.state.value,
        name=campaign.name,
        audience=WireAudience(kind, campaign.audience.names, ids),
        text=campaign.text,
        syntax=campaign.syntax.value,
        sender=campaign.sender,
        purpose=campaign.purpose.value,
        messages=campaign.messages,
        opted_out=campaign.opted_out,
        segments=campaign.segments,
        cost=units(campaign.cost),
        currency=campaign.currency,
        reason=campaign.reason,
        created_at=campaign.created_at,
        confirmed_at=campaign.confirmed_at,
        send_at=campaign.send_at,
        end_at=campaign.end_at,
        ended_at=campaign.ended_at,
        archived_at=campaign.archived_at,
        counts=write_counts(report.counts),
    )


def write_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Every state, also those of no message."""
    return {state.value: counts.get(state.value, 0) for state in Message}


async def search(call: Call, query: WireSearch) -> WirePage[WireCampaign]:
    """Campaigns, the newest first, with what became of their messages."""
    before = None if query.after is None else read_id(query.after, "after")
    states = read_states(query.state)
    found = await cursors.campaigns(call.store, call.account, before, query.limit + 1, states)
    return write_page(found, query.limit, write_campaign, lambda report: report.campaign.id)


async def create(call: Call, body: WireNew) -> Answer:
    """Create a campaign; it is calculated, and waits then, or goes on by itself if it is confirmed."""
    made = await campaigns.create(call.store, call.account, read_new(body))
    written = write_campaign(Report(campaign=made, counts={}))
    return Answer(201, written, {"Location": f"/api/v1/campaigns/{made.id}"})


async def detail(call: Call) -> WireCampaign:
    """One campaign, with what became of its messages."""
    return await _report(call, read_id(call.path["id"]))


async def edit(call: Call, body: WireEdit) -> WireCampaign:
    """Change a campaign that has not begun to leave."""
    id = read_id(call.path["id"])
    await campaigns.edit(call.store, call.account, id, read_edit(body))
    return await _report(call, id)


async def confirm(call: Call) -> WireCampaign:
    """Send it, now or at its time."""
    return await _done(call, campaigns.confirm)


async def cancel(call: Call) -> WireCampaign:
    """Never send it."""
    return await _done(call, campaigns.cancel)


async def pause(call: Call) -> WireCampaign:
    """Send no more of it for now."""
    return await _done(call, campaigns.pause)


async def resume(call: Call) -> WireCampaign:
    """Go on where it was paused."""
    return await _done(call, campaigns.resume)


async def stop(call: Call) -> WireCampaign:
    """Never send the rest of it."""
    return await _done(call, campaigns.stop)


async def archive(call: Call) -> WireCampaign:
    """Put it away."""
    return await _done(call, campaigns.archive)


async def events(call: Call) -> Answer:
    """How it goes on, as server-sent events: its state and counts at once and whenever they change, to its end."""
    id = read_id(call.path["id"])
    if len(_watching) >= _MOST_WATCHING:
        raise TooFast(retry_after=5)
    first = await campaigns.report(call.store, call.account, id)
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Answer(200, _listed(call, id, first), headers)


async def _done(call: Call, verb: Callable[..., Any]) -> WireCampaign:
    id = read_id(call.path["id"])
    await verb(call.store, call.account, id)
    return await _report(call, id)


async def _report(call: Call, id: int) -> WireCampaign:
    return write_campaign(await campaigns.report(call.store, call.account, id))


async def _listed(call: Call, id: int, report: Report) -> AsyncIterator[bytes]:
    _watching.add(call.id)
    try:
        async for part in _watched(call, id, report):
            yield part
    finally:
        _watching.discard(call.id)


async def _watched(call: Call, id: int, report: Report) -> AsyncIterator[bytes]:
    told, quiet = b"", 0.0
    while True:
        campaign = report.campaign
        news = {"state": campaign.state, "messages": campaign.messages, "counts": write_counts(report.counts)}
        now = b"event: campaign\ndata: " + msgspec.json.encode(news) + b"\n\n"
        if now != told:
            told, quiet = now, 0.0
            yield now
        elif quiet >= _HEARTBEAT:
            quiet = 0.0
            yield b": still here\n\n"
        if (not MOVES[campaign.state] and not _moving(campaign, report)) or await call.gone():
            return
        await asyncio.sleep(_POLL)
        quiet += _POLL
        report = await campaigns.report(call.store, call.account, id)


def _moving(campaign: Campaign, report: Report) -> bool:
    """Is there a message of which more will be heard?"""
    return campaign.confirmed_at is not None and any(
        report.counts.get(state) for state in (Message.WAITING, Message.HELD, Message.SUBMITTING, Message.ACCEPTED)
    )
