"""What is posted to a customer: what became of a text, what somebody answered, and who wants no more.

Which it is, clients tell by the date's field: `delivery_date`, `reception_date` or `stop_date`.
"""

from typing import Any
from zoneinfo import ZoneInfo

from msgspec import json

from antiphon.core.event import Event, Kind, Request
from antiphon.core.message import State
from antiphon.dialects.octopush.campaigns import write_ticket

_STATUS = {
    State.DELIVERED: "DELIVERED",
    State.FAILED: "NOT_DELIVERED",
    State.REFUSED: "NOT_ALLOWED",
    State.WITHHELD: "BLACKLISTED_NUMBER",
    State.UNSENT: "NOT_DELIVERED",
}


def write(event: Event, form: bool) -> Request | None:
    """JSON, always; times are the account's own, without an offset, as the vendor writes them."""
    payload = _payload(event, event.at.astimezone(ZoneInfo(event.time_zone)).strftime("%Y-%m-%d %H:%M:%S"))
    return None if payload is None else Request("application/json", json.encode(payload))


# {"channel": "sms", "message_id": "sms_0000", "number": "+33600112233", "status": "DELIVERED",
#  "delivery_date": "2025-01-22 11:46:06", "meta_data": {}}
# {"message_id": "sms_0000", "number": "+33600112233", "text": "Yes", "sim_card_number": "36111",
#  "reception_date": "2025-01-22 11:46:06"}
# {"message_id": "sms_0000", "number": "+33600112233", "text": "STOP", "stop_date": "..."}


def _payload(event: Event, at: str) -> dict[str, Any] | None:
    ticket = None if event.campaign_id is None else write_ticket(event.campaign_id, "sms")
    known = {"message_id": ticket, "number": event.number}
    if event.kind is Kind.RECEIPT:
        status = _STATUS.get(State(event.state), "UNKNOWN_DELIVERY")
        return {"channel": "sms", **known, "status": status, "delivery_date": at, "meta_data": {}}
    if event.kind is Kind.REPLY:
        return {**known, "text": event.text, "sim_card_number": event.receiver, "reception_date": at}
    if event.kind is Kind.OPT_OUT:
        return {**known, "text": event.text, "stop_date": at}
    return None
