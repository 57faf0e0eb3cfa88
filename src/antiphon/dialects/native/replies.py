"""What people answered: /replies; and, for operators, what nobody knows whose it is: /stray-replies."""

from datetime import datetime

from msgspec import Struct

from antiphon.core.message import Answered
from antiphon.dialects.door import Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.services import cursors, replies
from antiphon.store.replies import Stray

# {"id": "82130489311233", "number": "+33612345678", "receiver": "36111", "text": "STOP", "campaign": "8213048",
#  "message": "8213049", "at": "2026-03-02T12:00:01Z"}


class WireReply(Struct):
    id: str
    number: str
    receiver: str | None
    text: str
    campaign: str | None
    message: str | None
    at: datetime


# {"id": "82130489311233", "carrier": "acme", "number": "MYBANK", "receiver": "36111", "text": "Hi",
#  "reason": "it comes from no phone number", "at": "2026-03-02T12:00:01Z"}


class WireStray(Struct):
    id: str
    carrier: str | None
    number: str
    receiver: str | None
    text: str
    reason: str
    at: datetime


def write_reply(reply: Answered) -> WireReply:
    campaign = None if reply.campaign_id is None else str(reply.campaign_id)
    message = None if reply.message_id is None else str(reply.message_id)
    return WireReply(str(reply.id), reply.number, reply.receiver, reply.text, campaign, message, reply.at)


def write_stray(stray: Stray) -> WireStray:
    said = (stray.carrier, stray.number, stray.receiver, stray.text, stray.reason, stray.at)
    return WireStray(str(stray.id), *said)


async def search(call: Call, query: WireAsk) -> WirePage[WireReply]:
    """Replies, the newest first."""
    before = None if query.after is None else read_id(query.after, "after")
    found = await cursors.replies(call.store, call.account, before, query.limit + 1)
    return write_page(found, query.limit, write_reply, lambda reply: reply.id)


async def strays(call: Call, query: WireAsk) -> WirePage[WireStray]:
    """What came in of which nobody knows whose it is, the newest first; it is kept for 90 days."""
    before = None if query.after is None else read_id(query.after, "after")
    found = await replies.strays(call.store, before, query.limit + 1)
    return write_page(found, query.limit, write_stray, lambda stray: stray.id)
