"""Campaigns: /campaigns, what can be done with one, and how it goes on: /campaigns/<id>/events."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from antiphon.core.account import Callbacks
from antiphon.core.campaign import (
    Audience,
    CreateCampaign,
    EditCampaign,
    Kind,
    Report,
    State,
)
from antiphon.core.errors import BadField
from antiphon.core.message import State as Message
from antiphon.core.money import units
from antiphon.core.pacing import Pacing
from antiphon.core.template import Syntax
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.dialects.native.fields import WireContent, read_callbacks
from antiphon.dialects.native.pacing import (
    WireForecast,
    WirePacing,
    forecast,
    read_pacing,
    write_pacing,
)
from antiphon.services import campaigns, cursors

_MOST_LISTS = 100

# {"lists": ["8213048"], "text": "Sale today. STOP 36111", "sender": "Shop", "purpose": "marketing", "confirmed": true,
#  "send_at": "2026-03-02T18:00:00Z", "name": "Spring", "syntax": "braces"}


class WireNew(WireContent, forbid_unknown_fields=True):
    lists: Annotated[list[str], Meta(min_length=1, max_length=_MOST_LISTS)] | UnsetType = UNSET
    tag: str | UnsetType = UNSET
    confirmed: bool = False
    pacing: WirePacing | None = None


class WireEdit(Struct, forbid_unknown_fields=True):
    lists: Annotated[list[str], Meta(min_length=1, max_length=_MOST_LISTS)] | UnsetType = UNSET
    tag: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    syntax: Syntax | UnsetType = UNSET
    sender: str | UnsetType | None = UNSET
    name: str | UnsetType | None = UNSET
    send_at: datetime | UnsetType | None = UNSET
    end_at: datetime | UnsetType | None = UNSET
    pacing: WirePacing | UnsetType | None = UNSET


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
    replies: int
    pacing: WirePacing | None


class WireConfirmed(WireCampaign):
    """With what is to be expected of it."""

    forecast: WireForecast


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
        pacing=read_pacing(body.pacing) if body.pacing else Pacing(),
    )


def read_edit(body: WireEdit) -> EditCampaign:
    """Raises BadField."""
    apart = ("lists", "tag", "pacing")
    told = {name: getattr(body, name) for name in WireEdit.__struct_fields__ if name not in apart}
    if body.pacing is not UNSET:
        told["pacing"] = read_pacing(body.pacing) if body.pacing else Pacing()
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
        replies=report.replies,
        pacing=write_pacing(campaign.pacing),
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


async def confirm(call: Call) -> WireConfirmed:
    """Send it, now or at its time; how many of its messages go at once, what the others wait for, when it is done."""
    written = await _done(call, campaigns.confirm)
    return WireConfirmed(**structs.asdict(written), forecast=await forecast(call))


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


async def _done(call: Call, verb: Callable[..., Any]) -> WireCampaign:
    id = read_id(call.path["id"])
    await verb(call.store, call.account, id)
    return await _report(call, id)


async def _report(call: Call, id: int) -> WireCampaign:
    return write_campaign(await campaigns.report(call.store, call.account, id))
