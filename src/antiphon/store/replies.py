"""What did people answer?"""

from collections.abc import Sequence

from sqlalchemy import select

from antiphon.core.message import Answered, Reply
from antiphon.store.instants import instant
from antiphon.store.schema import replies
from antiphon.store.session import Tx

_MOST = 100  # of one number to one campaign


async def add(tx: Tx, new: Sequence[tuple[int, int, Reply]]) -> int:
    """Each is (account, campaign, reply)."""
    rows = [
        (account, tx.ids.one(), campaign, reply.number, reply.text, instant(reply.at), reply.receiver)
        for account, campaign, reply in new
    ]
    return await tx.insert(replies, ("account_id", "id", "campaign_id", "number", "text", "at", "receiver"), rows)


async def to(tx: Tx, account: int, campaign: int, number: str) -> list[Answered]:
    """What this number answered to a campaign, the first of it."""
    mine = replies.c.account_id == account, replies.c.number == number, replies.c.campaign_id == campaign
    query = select(*(replies.c[name] for name in Answered.__struct_fields__)).where(*mine)
    return [Answered(**row) for row in await tx.all(query.order_by(replies.c.id).limit(_MOST))]
