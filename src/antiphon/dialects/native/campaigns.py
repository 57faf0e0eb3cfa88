"""Campaigns: GET /campaigns, the newest first, and GET /campaigns/<id> with what became of its messages."""

from antiphon.core.campaign import Campaign, Report
from antiphon.core.errors import UnknownCampaign
from antiphon.core.message import State
from antiphon.core.money import units
from antiphon.dialects.door import Answer, Call
from antiphon.services import campaigns

PAGE = 100

# {"id": "82130489311233", "state": "sending", "audience": {"kind": "list", "names": ["my_list"]}, "messages": 300000,
#  "opted_out": 12, "segments": 300000, "cost": 13500.0, "currency": "EUR", "send_at": null, "reason": null, ...}


def write_campaign(campaign: Campaign) -> dict[str, object]:
    return {
        "id": str(campaign.id),
        "state": campaign.state.value,
        "audience": {"kind": campaign.audience.kind.value, "names": campaign.audience.names},
        "text": campaign.text,
        "sender": campaign.sender,
        "purpose": campaign.purpose.value,
        "messages": campaign.messages,
        "opted_out": campaign.opted_out,
        "segments": campaign.segments,
        "cost": units(campaign.cost),
        "currency": campaign.currency,
        "reason": campaign.reason,
        "created_at": campaign.created_at,
        "confirmed_at": campaign.confirmed_at,
        "send_at": campaign.send_at,
    }


# {..., "counts": {"waiting": 0, "submitting": 0, "in_doubt": 0, "accepted": 0, "delivered": 285011, ...}}


def write_report(report: Report) -> dict[str, object]:
    return {
        **write_campaign(report.campaign),
        "counts": {state.value: report.counts.get(state.value, 0) for state in State},
    }


async def newest(call: Call) -> Answer:
    found = await campaigns.newest(call.store, call.account, PAGE)
    return Answer(200, {"campaigns": [write_campaign(campaign) for campaign in found]})


async def report(call: Call) -> Answer:
    id = call.path["id"]
    if not (id.isascii() and id.isdigit() and len(id) <= 18):
        raise UnknownCampaign(ticket=id)
    return Answer(200, write_report(await campaigns.report(call.store, call.account, int(id))))
