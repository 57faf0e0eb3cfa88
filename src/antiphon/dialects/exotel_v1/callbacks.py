"""What is posted to a StatusCallback once a text has come to its end, as a form unless JSON was asked for."""

from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, UnsetType, json, to_builtins

from antiphon.core.event import Event, Kind, Request
from antiphon.core.message import State
from antiphon.dialects.exotel_v1.messages import STATUS

# {"SmsSid": "5fd5...", "To": "+919101234511", "Status": "sent", "SmsUnits": 1,
#  "DetailedStatus": "DELIVERED_TO_HANDSET", "DetailedStatusCode": 20005, "DateSent": "2021-06-04 11:11:10"}


class WireReceipt(Struct):
    SmsSid: str
    To: str | None
    Status: str
    SmsUnits: int
    DetailedStatus: str
    DetailedStatusCode: int
    DateSent: str
    CustomField: str | UnsetType


def write(event: Event, form: bool) -> Request | None:
    if event.kind is not Kind.RECEIPT or event.message_id is None:
        return None
    status, code, detailed = STATUS[State(event.state)]
    receipt = WireReceipt(
        SmsSid=f"{event.account_id:016x}{event.message_id:016x}",
        To=event.number,
        Status=status.replace("-", "_"),  # here alone the page has an underscore in failed_dnd
        SmsUnits=event.segments or 1,
        DetailedStatus=detailed,
        DetailedStatusCode=code,
        DateSent=event.at.astimezone(ZoneInfo(event.time_zone)).strftime("%Y-%m-%d %H:%M:%S"),
        CustomField=event.custom or UNSET,
    )
    if form:
        return Request("application/x-www-form-urlencoded", urlencode(to_builtins(receipt)).encode())
    return Request("application/json", json.encode(receipt))
