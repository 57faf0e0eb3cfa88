"""What can be done with a campaign?"""

from collections.abc import Collection, Container
from datetime import datetime

from msgspec.structs import replace

from antiphon.core import campaign as rules
from antiphon.core import cancelling, pacing
from antiphon.core.account import Account
from antiphon.core.campaign import (
    Audience,
    Campaign,
    CreateCampaign,
    EditCampaign,
    Kind,
    Report,
    State,
)
from antiphon.core.cancelling import CancelRules
from antiphon.core.errors import NotNow, RequestRepeated, UnknownCampaign, UnknownList, UnknownTag
from antiphon.services import progress, wallet
from antiphon.services.calculation import begun
from antiphon.services.callbacks import owe_campaigns
from antiphon.services.progress import move
from antiphon.store import campaigns, lists, messages, replies, request_ids, tags
from antiphon.store.session import Store, Tx


async def create(store: Store, account: Account, command: CreateCampaign) -> Campaign:
    """A campaign that is being calculated.

    Raises what `core.campaign.check` and `core.pacing.check` do, UnknownList, UnknownTag, RequestRepeated.
    """
    _check(command)
    async with store.begin() as tx:
        campaign = begun(tx, account, command, await _found(tx, account, command.audience))
        campaign = replace(campaign, pacing=command.pacing, confirmed_at=tx.now if command.confirmed else None)
        named = [(account.id, command.request_id)] if command.request_id else []
        if await request_ids.used(tx, named) or not await request_ids.add(tx, named):
            raise RequestRepeated(request_id=command.request_id or "")
        await campaigns.add(tx, [campaign])
    return campaign


async def simulate(store: Store, account: Account, command: CreateCampaign) -> None:
    """Raise what `create` would, but for RequestRepeated; nothing is stored."""
    _check(command)
    async with store.read() as tx:
        await _found(tx, account, command.audience)


async def find(store: Store, account: Account, id: int) -> Campaign:
    """Raises UnknownCampaign."""
    async with store.read() as tx:
        return await _known(tx, account, id)


async def report(store: Store, account: Account, id: int) -> Report:
    """A campaign and what became of its messages. Raises UnknownCampaign."""
    async with store.read() as tx:
        campaign = await _known(tx, account, id)
        answers = await replies.counts(tx, account.id, [id])
        return Report(campaign=campaign, counts=await messages.counts(tx, campaign), replies=answers.get(id, 0))


async def draft(store: Store, account: Account, *, spoken: bool) -> Campaign | None:
    """The last campaign of texts, or of calls, that is ready and was not confirmed."""
    async with store.read() as tx:
        return await campaigns.newest_ready(tx, account.id, spoken=spoken)


async def confirm(store: Store, account: Account, id: int) -> datetime:
    """Send it, now or at its time; when that is. What it may cost is reserved.

    Raises UnknownCampaign, OutOfCredit, NoVoiceCarrier, or NotNow unless it is ready.
    """
    async with store.begin() as tx:
        campaign = await _held(tx, account, id)
        if campaign.state is not State.READY:  # others may become sending too, but not by this door
            raise NotNow(state=campaign.state, wanted=progress.started(campaign, tx.now))
        at = await progress.go(tx, campaign)
    store.woken.set()
    return at


async def cancel(store: Store, account: Account, id: int, limits: CancelRules | None = None) -> None:
    """Never send it; what was reserved comes back. `limits` are what the caller's API allows.

    Raises UnknownCampaign, CannotCancel, or NotNow unless it is ready or scheduled.
    """
    async with store.begin() as tx:
        campaign = await _held(tx, account, id)
        rules.check_move(campaign.state, State.CANCELLED)
        if limits is not None:
            month = tx.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            cancelled = await campaigns.cancelled_since(tx, account.id, month)
            cancelling.check(campaign, limits, tx.now, cancelled)
        await move(tx, campaign, State.CANCELLED, ended_at=tx.now)
        await owe_campaigns(tx, [(account.id, id)], State.CANCELLED)
        await wallet.refund(tx, {(account.id, campaign.id): campaign.reserved})


async def pause(store: Store, account: Account, id: int) -> Campaign:
    """Send no more of it until it is resumed; what is with a carrier already goes on.

    One that is still being calculated will be ready instead of leaving by itself. Raises UnknownCampaign or NotNow.
    """
    async with store.begin() as tx:
        campaign = await _held(tx, account, id)
        if campaign.state is State.CALCULATING and campaign.confirmed_at is not None:
            return await campaigns.change(tx, replace(campaign, confirmed_at=None))
        await move(tx, campaign, State.PAUSED)
    return replace(campaign, state=State.PAUSED)


async def resume(store: Store, account: Account, id: int) -> Campaign:
    """Go on where it was paused, or confirm it when it is ready. Raises UnknownCampaign, NotNow, or as `confirm`."""
    async with store.begin() as tx:
        campaign = await _held(tx, account, id)
        if campaign.state is State.READY:
            await progress.go(tx, campaign)
        else:
            wanted = progress.started(campaign, tx.now)
            if campaign.state is not State.PAUSED:
                raise NotNow(state=campaign.state, wanted=wanted)
            await move(tx, campaign, wanted, reason=None)
        campaign = await _known(tx, account, id)
    store.woken.set()
    return campaign


async def stop(store: Store, account: Account, id: int, *, if_paused: bool = False) -> Campaign:
    """Never send the rest of it; what was reserved for that comes back. `if_paused`: only then.

    Raises UnknownCampaign or NotNow.
    """
    async with store.begin() as tx:
        campaign = await _held(tx, account, id)
        if if_paused and campaign.state is not State.PAUSED:
            raise NotNow(state=campaign.state, wanted=State.STOPPED)
        await move(tx, campaign, State.STOPPED)
    return replace(campaign, state=State.STOPPED)


async def archive(store: Store, account: Account, id: int) -> Campaign:
    """Put away one that has ended. Raises UnknownCampaign or NotNow."""
    async with store.begin() as tx:
        campaign = await _held(tx, account, id)
        if rules.MOVES[campaign.state]:
            raise NotNow(state=campaign.state, wanted="archived")
        return await campaigns.change(tx, replace(campaign, archived_at=campaign.archived_at or tx.now))


async def edit(store: Store, account: Account, id: int, command: EditCampaign) -> Campaign:
    """Change what has not begun to leave; with another text or audience it is calculated anew.

    Raises UnknownCampaign, UnknownList, UnknownTag, NoText, TextTooLong, BadField, or NotNow when it is too late.
    """
    async with store.begin() as tx:
        known = await _held(tx, account, id)
        if known.state not in (State.CALCULATING, State.READY, State.SCHEDULED):
            raise NotNow(state=known.state, wanted="edited")
        campaign = rules.edited(known, command)
        rules.check_edited(campaign, command.longest)
        campaign = replace(campaign, audience=await _found(tx, account, campaign.audience))
        if campaign.state is State.SCHEDULED:
            campaign = replace(campaign, canary_left=progress.canary(campaign))
        if rules.says_the_same(campaign, known):
            return await campaigns.change(tx, campaign)
        await messages.remove_of(tx, campaign)
        await wallet.refund(tx, {(account.id, id): campaign.reserved})
        nothing = dict.fromkeys(("cursor", "messages", "opted_out", "segments", "cost", "reserved"), 0)
        return await campaigns.change(tx, replace(campaign, state=State.CALCULATING, reason=None, **nothing))


def _check(command: CreateCampaign) -> None:
    rules.check(command)
    pacing.check(command.pacing)


async def _found(tx: Tx, account: Account, audience: Audience) -> Audience:
    """With the names and the ids of what is there. Raises UnknownList or UnknownTag."""
    table = lists if audience.kind is Kind.LIST else tags
    if ids := tuple(dict.fromkeys(audience.ids)):
        named = await table.names(tx, account.id, ids)
        _check_known(audience.kind, ids, named)
        return replace(audience, ids=ids, names=tuple(named[id] for id in ids))
    names = tuple(dict.fromkeys(audience.names))
    found = await table.ids(tx, account.id, names)
    _check_known(audience.kind, names, found)
    return replace(audience, names=names, ids=tuple(found[name] for name in names))


def _check_known(kind: Kind, wanted: Collection[int | str], known: Container[int | str]) -> None:
    for one in wanted:
        if one not in known:
            raise UnknownList(name=one) if kind is Kind.LIST else UnknownTag(name=one)


async def _known(tx: Tx, account: Account, id: int) -> Campaign:
    campaign = await campaigns.by_id(tx, account.id, id)
    if campaign is None:
        raise UnknownCampaign(ticket=id)
    return campaign


async def _held(tx: Tx, account: Account, id: int) -> Campaign:
    """Nobody else can change it until the transaction ends."""
    campaign = await campaigns.locked(tx, account.id, id)
    if campaign is None:
        raise UnknownCampaign(ticket=id)
    return campaign
