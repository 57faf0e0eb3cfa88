"""What leaves next, and what did the carrier say to it?"""

from collections import Counter
from collections.abc import Sequence

from antiphon.core.account import Account
from antiphon.core.campaign import Campaign
from antiphon.core.message import Fared, Key, Outcome, Outgoing, Refused, State
from antiphon.services import wallet
from antiphon.services.callbacks import owe_receipts
from antiphon.store import campaigns, messages, reports
from antiphon.store.messages import Taken
from antiphon.store.session import Store, Tx

_CAMPAIGNS_AT_ONCE = 50


async def claim(store: Store, limit: int) -> list[Outgoing]:
    """Messages for this process alone, at most `limit`: those that came with their numbers first, then a fair share
    of every campaign that is sending.

    They are marked as being submitted, and that is committed, before the first of them can leave. What goes to a
    number that has opted out is withheld, and paid back.
    """
    async with store.read() as tx:
        sending = await campaigns.sending(tx, _CAMPAIGNS_AT_ONCE)
        if not sending and not await campaigns.any_direct(tx):
            return []
    async with store.begin() as tx:
        # A flood of single texts leaves a quarter of the room to the campaigns, or they would never end.
        taken = await messages.claim_direct(tx, store.process_id, limit - limit // 4 if sending else limit)
        share = max(1, (limit - len(taken)) // max(1, len(sending)))
        for campaign in sending[: limit - len(taken)]:
            taken += await messages.claim(tx, campaign, store.process_id, share)
        return await _outgoing(tx, taken)


async def find(store: Store, account: Account, id: int) -> tuple[Campaign, Fared] | None:
    """One message, and the campaign that it belongs to; None where there is no such message."""
    async with store.read() as tx:
        found = await reports.message(tx, account.id, id)
        campaign = await campaigns.by_id(tx, account.id, found[0]) if found else None
    return (campaign, found[1]) if campaign and found else None


async def settle(store: Store, carrier: str, outcomes: Sequence[tuple[Key, Outcome]]) -> None:
    """Store what the carrier answered; what it refused is paid back, and told to who wants to know."""
    refused = {key for key, outcome in outcomes if isinstance(outcome, Refused)}
    async with store.begin() as tx:
        held = await messages.held_back(tx, [key for key, _ in outcomes]) if refused else {}
        ending = await messages.still_open(tx, [key for key, _ in outcomes]) if refused else set[Key]()
        await messages.settle(tx, carrier, outcomes)
        await owe_receipts(tx, refused & ending)
        refunds: Counter[Key] = Counter()
        for key, (campaign, cost) in held.items():
            refunds[key[0], campaign] += cost if key in refused else 0
        await wallet.refund(tx, refunds)


async def release(store: Store, keys: Sequence[Key]) -> None:
    """Put back what was claimed and surely has not left."""
    async with store.begin() as tx:
        await messages.release(tx, keys)


async def _outgoing(tx: Tx, taken: Sequence[Taken]) -> list[Outgoing]:
    words = await campaigns.words(tx, {(one.account_id, one.campaign_id) for one in taken})
    refunds: Counter[Key] = Counter()
    outgoing: list[Outgoing] = []
    for one in taken:
        said = words[one.account_id, one.campaign_id]
        if one.state == State.SUBMITTING:
            outgoing.append(
                Outgoing(
                    id=one.id,
                    account_id=one.account_id,
                    campaign_id=one.campaign_id,
                    number=one.number,
                    sender=said.sender,
                    text=said.text if one.text is None else one.text,
                    segments=one.segments,
                    extras=said.extras or {},
                )
            )
        elif said.reserved:
            refunds[one.account_id, one.campaign_id] += one.cost
    await owe_receipts(tx, [(one.account_id, one.id) for one in taken if one.state != State.SUBMITTING])
    await wallet.refund(tx, refunds)
    return outgoing
