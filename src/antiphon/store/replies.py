"""What did people answer?"""

from collections.abc import Sequence

from antiphon.core.message import Reply
from antiphon.store.instants import instant
from antiphon.store.schema import replies
from antiphon.store.session import Tx


async def add(tx: Tx, new: Sequence[tuple[int, int, Reply]]) -> int:
    """Each is (account, campaign, reply)."""
    rows = [
        (account, tx.ids.one(), campaign, reply.number, reply.text, instant(reply.at), reply.receiver)
        for account, campaign, reply in new
    ]
    return await tx.insert(replies, ("account_id", "id", "campaign_id", "number", "text", "at", "receiver"), rows)
