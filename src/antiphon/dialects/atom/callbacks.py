"""What is posted to a customer: what became of a text, and what somebody answered."""

from zoneinfo import ZoneInfo

from msgspec import Struct, json

from antiphon.core.event import Event, Kind, Request
from antiphon.core.message import State
from antiphon.dialects.atom.messages import word_of, written_id

# {"query": {"id": "12345", "status": "Delivered", "timestamp": "2024-03-22 05:44:48"}}


class WireReport(Struct):
    id: str
    status: str
    timestamp: str


class WireReceipt(Struct):
    query: WireReport


# to, from, timestamp, type, message: the page names them and shows none


class WireReply(Struct, rename={"sender": "from"}):
    to: str | None
    sender: str | None
    timestamp: str
    type: str
    message: str


def write(event: Event, form: bool) -> Request | None:
    """JSON, always."""
    at = event.at.astimezone(ZoneInfo(event.time_zone)).strftime("%Y-%m-%d %H:%M:%S")
    if event.kind is Kind.RECEIPT and event.campaign_id is not None and event.state:
        report = WireReport(written_id(event.campaign_id), word_of(State(event.state)), at)
        return Request("application/json", json.encode(WireReceipt(report)))
    if event.kind is Kind.REPLY:
        reply = WireReply(event.receiver, event.number, at, "sms", event.text or "")
        return Request("application/json", json.encode(reply))
    return None
