"""What became of each message of an SMS campaign: /message-campaigns/<id>/message-details."""

from zoneinfo import ZoneInfo

from msgspec import Struct

from antiphon.core.account import Account
from antiphon.core.campaign import Campaign
from antiphon.core.message import Fared, State
from antiphon.dialects.door import Call
from antiphon.dialects.exotel.envelope import WirePage, WireWindow, read_window, write_page, write_sid, write_time
from antiphon.dialects.exotel.fields import read_campaign_sid
from antiphon.services import reports

LIMIT = 500
_SORTS = {"date_created": "number", "schedule_time": "number"}  # a campaign's messages have these in common
STATUS = {
    State.WAITING: ("queued", "PENDING_TO_OPERATOR", 21010),
    State.HELD: ("queued", "PENDING_TO_OPERATOR", 21010),
    State.SUBMITTING: ("sending", "SENDING_TO_OPERATOR", 21015),
    State.IN_DOUBT: ("submitted", "PENDING_ON_OPERATOR", 21020),
    State.ACCEPTED: ("submitted", "PENDING_ON_OPERATOR", 21020),
    State.DELIVERED: ("sent", "DELIVERED_TO_HANDSET", 20005),
    State.FAILED: ("failed", "FAILED_SUBSCRIBER_ERROR", 24120),
    State.REFUSED: ("failed", "FAILED_REJECTED", 23060),
    State.WITHHELD: ("failed_dnd", "FAILED_REJECTED_BLACKLIST", 23020),
    State.UNSENT: ("failed", "FAILED_EXPIRED", 23050),
}

# ?channel=sms&offset=0&limit=10&number=+9191...&sort_by=schedule_time:desc


class WireSearch(WireWindow):
    channel: str | None = None
    number: str | None = None


# {"number": "+919101234511", "name": "captain exotel", "message": "Hello", "status": "sent",
#  "detailed_status": "DELIVERED_TO_HANDSET", "schedule_time": "...", "sender_id": "EXOTEL",
#  "direction": "outbound-api", "sid": "909d2a..."}


class WireMessage(Struct, kw_only=True, gc=False):
    number: str
    name: str
    message: str
    status: str
    detailed_status: str
    schedule_time: str | None
    sender_id: str | None
    direction: str = "outbound-api"
    sid: str
    error: str | None
    date_created: str
    date_updated: str


def write_message(account: Account, campaign: Campaign, fared: Fared) -> WireMessage:
    zone = ZoneInfo(account.time_zone)
    status, detailed, _ = STATUS[State(fared.state)]
    start = campaign.send_at or campaign.confirmed_at
    return WireMessage(
        number=fared.number,
        name=" ".join(filter(None, (fared.first_name, fared.last_name))),
        message=campaign.text if fared.text is None else fared.text,
        status=status,
        detailed_status=detailed,
        schedule_time=write_time(start, zone) if start else None,
        sender_id=campaign.sender,
        sid=write_sid(account, fared.id),
        error=fared.error,
        date_created=write_time(campaign.created_at, zone),
        date_updated=write_time(fared.updated_at, zone),
    )


async def details(call: Call, query: WireSearch) -> WirePage[WireMessage]:
    """What became of the messages of a campaign."""
    id, window = read_campaign_sid(call), read_window(query, LIMIT, _SORTS)
    campaign, page = await reports.messages(call.store, call.account, id, query.number, window)
    written = [write_message(call.account, campaign, fared) for fared in page.things]
    return write_page(call, f"/message-campaigns/{call.path['campaign']}/message-details", query, page, written)
