"""What leaves next, and what did the carrier say to it?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from antiphon.core.account import Account
from antiphon.core.campaign import Campaign, Kind, Purpose
from antiphon.core.consent import Consent
from antiphon.core.consent import Kind as Opted
from antiphon.core.errors import CannotCancel
from antiphon.core.message import Accepted, Fared, Key, Outcome, Outgoing, Receipt, Refused, State, Torn
from antiphon.services import budgets, recalls, receipts, shares, wallet, windows
from antiphon.services.callbacks import owe_receipts
from antiphon.services.places import Places
from antiphon.services.shares import OneRoom, Room, Turn
from antiphon.store import attempts, campaigns, claims, messages, opt_outs, rates, reports
from antiphon.store import receipts as reported
from antiphon.store.attempts import Attempt
from antiphon.store.claims import Held, Taken
from antiphon.store.session import Store, Tx

_CAMPAIGNS_AT_ONCE = 50
_WOKEN = 5_000  # held messages that go on in one step


async def claim(store: Store, limit: int, room: Room | None = None, places: Places | None = None) -> list[Outgoing]:
    """Messages for this process alone, at most `limit`: those that came with their numbers first, then a fair share
    of every account, and of every campaign of it that is sending. With `room`, that is what these may take; with
    `places`, it begins where it came to.

    They are marked as being submitted, and that is committed, before the first of them can leave. What goes to a
    number that has opted out is withheld, and paid back; what may not leave now is kept back (`services.windows`).
    """
    async with store.read() as tx:
        sending = [one for one in await campaigns.sending(tx, _CAMPAIGNS_AT_ONCE) if room is None or room.of(one)]
        if not sending and not await campaigns.any_direct(tx):
            return []
        limited = await rates.known(tx)
    async with store.begin() as tx:
        budget = await budgets.opened(tx, limited)
        turn = Turn(tx, store.process_id, places or Places(), budget)
        # A flood of single texts leaves a quarter of the room to the campaigns, or they would never end.
        taken = await shares.single(turn, limit - limit // 4 if sending and room is None else limit)
        taken += await shares.many(turn, sending, room or OneRoom(limit - len(taken)))
        await budget.book()
        return await _outgoing(tx, taken)


async def find(store: Store, account: Account, id: int) -> tuple[Campaign, Fared] | None:
    """One message, and the campaign that it belongs to; None where there is no such message."""
    async with store.read() as tx:
        found = await reports.message(tx, account.id, id)
        campaign = await campaigns.by_id(tx, account.id, found[0]) if found else None
    return (campaign, found[1]) if campaign and found else None


async def cancel(store: Store, account: Account, id: int) -> bool:
    """Never send it, if it still waits; what it would have cost comes back. False where a carrier has it, which is to
    call it back: what becomes of that shows later. Raises CannotCancel."""
    async with store.begin() as tx:
        dropped = await messages.drop_one(tx, account.id, id)
        if dropped is None:
            if await recalls.request(tx, (account.id, id)):
                return False
            raise CannotCancel(reason="the message waits no more")
        campaign = await campaigns.locked(tx, account.id, dropped[0])
        await owe_receipts(tx, [(account.id, id)])
        if campaign is not None and campaign.reserved:
            await wallet.refund(tx, {(account.id, campaign.id): dropped[1]})
    return True


async def settle(
    store: Store,
    carrier: str,
    outcomes: Sequence[tuple[Key, Outcome]],
    arrived: Sequence[Receipt] = (),
    ask_after: timedelta | None = None,
) -> None:
    """Store what the carrier answered, and then what it reported meanwhile. What it refused is paid back, and told to
    who wants to know; what it accepted is asked about after that time."""
    outcomes, arrived, at_once = _reported_at_once(outcomes, arrived)
    refused = {key for key, outcome in outcomes if isinstance(outcome, Refused)}
    ended = refused | {key for key, outcome in outcomes if isinstance(outcome, Torn)}
    async with store.begin() as tx:
        held = await messages.held_back(tx, [key for key, _ in outcomes]) if refused else {}
        ending = await messages.still_open(tx, [key for key, _ in outcomes]) if ended else set[Key]()
        await messages.settle(tx, carrier, outcomes, tx.now + ask_after if ask_after else None)
        await owe_receipts(tx, ended & ending)
        refunds: Counter[Key] = Counter()
        for key, (campaign, cost) in held.items():
            refunds[key[0], campaign] += cost if key in refused else 0
        await wallet.refund(tx, refunds)
        await _silence(tx, {key: one.error for key, one in outcomes if isinstance(one, Refused) and one.opted_out})
        named = [(key, outcome) for key, outcome in outcomes if isinstance(outcome, Accepted)]
        await reported.add_parts(tx, carrier, [(key, outcome.parts) for key, outcome in named if outcome.parts])
        references = [one for _, outcome in named for one in outcome.parts or (outcome.reference,)]
        early = await reported.take_early(tx, carrier, references) if references else []
        if early or arrived or at_once:
            await receipts.book(tx, carrier, [*early, *arrived], at_once)


async def _silence(tx: Tx, told: Mapping[Key, str]) -> None:
    """Who has told a carrier to be left alone has told us."""
    if not told:
        return
    numbers = await messages.numbers(tx, told)
    lines = [
        (key[0], Consent(number=numbers[key], kind=Opted.OPTED_OUT, at=tx.now, source="carrier", words=told[key]))
        for key in sorted(numbers)
    ]
    await opt_outs.note(tx, lines, repeated=False)


def _reported_at_once(
    outcomes: Sequence[tuple[Key, Outcome]], arrived: Sequence[Receipt]
) -> tuple[Sequence[tuple[Key, Outcome]], Sequence[Receipt], dict[Key, Receipt]]:
    """Apart from the others, the messages whose answer and receipt came so close that one writing does for both."""
    if not outcomes or not arrived:
        return outcomes, arrived, {}
    named = {one.reference: key for key, one in outcomes if isinstance(one, Accepted) and not one.parts}
    at_once: dict[Key, Receipt] = {}
    later: list[Receipt] = []
    for receipt in arrived:
        key = named.get(receipt.reference)
        if key is None or key in at_once:
            later.append(receipt)
        else:
            at_once[key] = receipt
    return [one for one in outcomes if one[0] not in at_once], later, at_once


async def release(store: Store, keys: Sequence[Key]) -> None:
    """Put back what was claimed and surely has not left."""
    async with store.begin() as tx:
        await claims.release(tx, keys)


async def hold(store: Store, held: Sequence[Held]) -> None:
    """Let what was claimed and surely has not left wait, each until its time."""
    async with store.begin() as tx:
        await claims.hold(tx, held)


async def wake(store: Store) -> int:
    """What was held until now goes on; how many messages."""
    async with store.read() as tx:
        if not await claims.any_due(tx):
            return 0
    async with store.begin() as tx:
        return await claims.wake(tx, _WOKEN)


async def note(store: Store, made: Sequence[Attempt]) -> None:
    """Keep what happened to messages on their way, for who asks."""
    async with store.begin() as tx:
        await attempts.add(tx, made)


async def _outgoing(tx: Tx, taken: Sequence[Taken]) -> list[Outgoing]:
    words = await campaigns.words(tx, {(one.account_id, one.campaign_id) for one in taken})
    kept = await windows.keep_back(tx, taken, words)
    refunds: Counter[Key] = Counter()
    outgoing: list[Outgoing] = []
    ended: list[Key] = []
    for one in taken:
        said = words[one.account_id, one.campaign_id]
        if (one.account_id, one.id) in kept.held:
            continue
        if one.state == State.SUBMITTING and (one.account_id, one.id) not in kept.refused:
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
                    purpose=Purpose(said.purpose),
                    direct=said.audience == Kind.NUMBERS.value,
                    attempts=one.attempts,
                )
            )
            continue
        ended.append((one.account_id, one.id))
        refunds[one.account_id, one.campaign_id] += one.cost if said.reserved else 0
    await owe_receipts(tx, ended)
    await wallet.refund(tx, refunds)
    return outgoing
