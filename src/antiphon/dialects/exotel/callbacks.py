"""What is posted to a customer: what became of each text of a campaign, and that the campaign has come to its end.

The vendor shows no payload for the texts of a campaign; they are those of its single texts, with the campaign's sid.
"""

from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, UnsetType, json, to_builtins

from antiphon.core.campaign import State as Sending
from antiphon.core.event import Event, Kind, Request
from antiphon.core.message import State
from antiphon.dialects.exotel.envelope import write_time, written_sid
from antiphon.dialects.exotel.messages import STATUS

_ENDS = {
    Sending.SENT: "Completed",
    Sending.STOPPED: "Completed",
    Sending.FAILED: "Failed",
    Sending.CANCELLED: "Canceled",
}

# {"SmsSid": "5fd5...", "To": "+919101234511", "Status": "sent", "SmsUnits": 1,
#  "DetailedStatus": "DELIVERED_TO_HANDSET", "DetailedStatusCode": 20005, "DateSent": "2021-06-04 11:11:10",
#  "campaign_sid": "909d..."}


class WireReceipt(Struct):
    SmsSid: str
    To: str
    Status: str
    SmsUnits: int
    DetailedStatus: str
    DetailedStatusCode: int
    DateSent: str
    CustomField: str | UnsetType
    campaign_sid: str


# {"campaign_sid": "909d...", "status": "Completed", "date_created": "2021-06-04T11:11:10+05:30",
#  "date_updated": "2021-06-04T12:11:10+05:30", "report_url": "/v2/accounts/exotel8u3/message-campaigns/909d.../..."}


class WireCampaign(Struct):
    campaign_sid: str
    status: str
    date_created: str
    date_updated: str
    report_url: str


def write(event: Event, form: bool) -> Request | None:
    payload = _receipt(event) if event.kind is Kind.RECEIPT else _campaign(event)
    if payload is None:
        return None
    if form:
        return Request("application/x-www-form-urlencoded", urlencode(to_builtins(payload)).encode())
    return Request("application/json", json.encode(payload))


def _receipt(event: Event) -> WireReceipt | None:
    if event.message_id is None or event.campaign_id is None or event.number is None:
        return None
    status, detailed, code = STATUS[State(event.state)]
    return WireReceipt(
        SmsSid=written_sid(event.account_id, event.message_id),
        To=event.number,
        Status=status,
        SmsUnits=event.segments or 1,
        DetailedStatus=detailed,
        DetailedStatusCode=code,
        DateSent=event.at.astimezone(ZoneInfo(event.time_zone)).strftime("%Y-%m-%d %H:%M:%S"),
        CustomField=event.custom or UNSET,
        campaign_sid=written_sid(event.account_id, event.campaign_id),
    )


def _campaign(event: Event) -> WireCampaign | None:
    word = _ENDS.get(Sending(event.state)) if event.kind is Kind.CAMPAIGN and event.state else None
    if word is None or event.campaign_id is None:
        return None
    sid, zone = written_sid(event.account_id, event.campaign_id), ZoneInfo(event.time_zone)
    return WireCampaign(
        campaign_sid=sid,
        status=word,
        date_created=write_time((event.created_at or event.at).replace(microsecond=0), zone),
        date_updated=write_time(event.at.replace(microsecond=0), zone),
        report_url=f"/v2/accounts/{event.account}/message-campaigns/{sid}/message-details?channel=sms",
    )
