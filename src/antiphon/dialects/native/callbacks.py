"""What is posted to a customer: the event as it is, in the form that Standard Webhooks proposes."""

from datetime import datetime

from msgspec import Struct, json

from antiphon.core.event import Event, Request

# {"type": "message.delivered", "timestamp": "2026-03-02T12:00:00Z", "data": {"campaign_id": "82130489311233", ...}}


class WireData(Struct, omit_defaults=True):
    campaign_id: str | None = None
    message_id: str | None = None
    number: str | None = None
    receiver: str | None = None
    sender: str | None = None
    error: str | None = None
    text: str | None = None
    segments: int | None = None
    custom: str | None = None


class WireEvent(Struct):
    type: str
    timestamp: datetime
    data: WireData


def write(event: Event, form: bool) -> Request | None:
    """JSON, always."""
    noun = "message" if event.kind.value == "receipt" else event.kind.value
    data = WireData(
        campaign_id=None if event.campaign_id is None else str(event.campaign_id),
        message_id=None if event.message_id is None else str(event.message_id),
        number=event.number,
        receiver=event.receiver,
        sender=event.sender,
        error=event.error,
        text=event.text,
        segments=event.segments,
        custom=event.custom,
    )
    told = WireEvent(f"{noun}.{event.state or 'received'}", event.at, data)
    return Request("application/json", json.encode(told))
