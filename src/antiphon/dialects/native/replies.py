"""What people answered: /replies."""

from datetime import datetime

from msgspec import Struct

from antiphon.core.message import Answered
from antiphon.dialects.door import Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.services import cursors

# {"id": "82130489311233", "number": "+33612345678", "receiver": "36111", "text": "STOP", "campaign": "8213048", ...}


class WireReply(Struct):
    id: str
    number: str
    receiver: str | None
    text: str
    campaign: str | None
    at: datetime


def write_reply(reply: Answered) -> WireReply:
    campaign = None if reply.campaign_id is None else str(reply.campaign_id)
    return WireReply(str(reply.id), reply.number, reply.receiver, reply.text, campaign, reply.at)


async def search(call: Call, query: WireAsk) -> WirePage[WireReply]:
    """Replies, the newest first."""
    before = None if query.after is None else read_id(query.after, "after")
    found = await cursors.replies(call.store, call.account, before, query.limit + 1)
    return write_page(found, query.limit, write_reply, lambda reply: reply.id)
