"""What happened to one message, from where it came in to what we told of it?"""

from antiphon.core.account import Account
from antiphon.core.errors import UnknownMessage
from antiphon.core.way import Facts, Step, way
from antiphon.store import attempts, callbacks, campaigns, messages, opt_outs, receipts, replies
from antiphon.store.ids import made_at
from antiphon.store.session import Store


async def of(store: Store, account: Account, id: int) -> list[Step]:
    """In the order of time. Raises UnknownMessage."""
    key = account.id, id
    async with store.read() as tx:
        message = await messages.kept(tx, key)
        campaign = await campaigns.by_id(tx, account.id, message.campaign_id) if message else None
        if message is None or campaign is None:
            raise UnknownMessage(id=id)
        facts = Facts(
            message=message,
            campaign=campaign,
            made_at=made_at(id),
            noted=[(one.at, one.carrier, one.what) for one in await attempts.of(tx, key)],
            parts=await receipts.parts_of(tx, key),
            replies=await replies.to(tx, account.id, campaign.id, message.number),
            callbacks=await callbacks.of(tx, key),
            opt_out=await opt_outs.of(tx, account.id, message.number),
        )
    return way(facts)
