"""How does a campaign go on? Told as it happens: /campaigns/<id>/events."""

import asyncio
from collections.abc import AsyncIterator

import msgspec

from antiphon.core.campaign import MOVES, Campaign, Report
from antiphon.core.errors import TooFast
from antiphon.core.message import State
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.native.campaigns import write_counts
from antiphon.dialects.native.envelope import read_id
from antiphon.services import campaigns

_POLL = 0.5  # seconds between two looks at a campaign that somebody watches
_HEARTBEAT = 15.0  # seconds without news, after which the line is kept open by a comment
_MOST_WATCHING = 500
_watching: set[str] = set()  # the calls that are being told of a campaign, in this process


async def events(call: Call) -> Answer:
    """How it goes on, as server-sent events: its state and counts at once and whenever they change, to its end."""
    id = read_id(call.path["id"])
    if len(_watching) >= _MOST_WATCHING:
        raise TooFast(retry_after=5)
    first = await campaigns.report(call.store, call.account, id)
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Answer(200, _listed(call, id, first), headers)


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
        report.counts.get(state) for state in (State.WAITING, State.HELD, State.SUBMITTING, State.ACCEPTED)
    )
