"""What can be done with a campaign?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from antiphon.core import campaign as rules
from antiphon.core import contact, template
from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Campaign, CancelRules, Content, CreateCampaign, Kind, Report, State
from antiphon.core.contact import Contact, Draft
from antiphon.core.errors import (
    NotNow,
    NoVoiceCarrier,
    RequestRepeated,
    UnknownCampaign,
    UnknownList,
    UnknownTag,
)
from antiphon.core.price import Prices
from antiphon.services import wallet
from antiphon.store import campaigns, lists, messages, request_ids, tags
from antiphon.store.campaigns import Tally
from antiphon.store.messages import New
from antiphon.store.session import Store, Tx

# Contacts that one step of the calculation looks at: what is in memory at a time, and what a crash repeats.
STEP = 5_000
_AT_ONCE = 20
OLDEST = 1_000  # sending campaigns that one look asks about


async def create(store: Store, account: Account, command: CreateCampaign) -> Campaign:
    """A campaign that is being calculated.

    Raises what `core.campaign.check` does, UnknownList, UnknownTag, RequestRepeated.
    """
    rules.check(command)
    async with store.begin() as tx:
        ids = await _audience_ids(tx, account, command.audience)
        campaign = begun(tx, account, command, command.audience, ids)
        if command.confirmed:
            campaign = replace(campaign, confirmed_at=tx.now)
        named = [(account.id, command.request_id)] if command.request_id else []
        if await request_ids.used(tx, named) or not await request_ids.add(tx, named):
            raise RequestRepeated(request_id=command.request_id or "")
        await campaigns.add(tx, [campaign])
    return campaign


async def simulate(store: Store, account: Account, command: CreateCampaign) -> None:
    """Raise what `create` would, but for RequestRepeated; nothing is stored."""
    rules.check(command)
    async with store.read() as tx:
        await _audience_ids(tx, account, command.audience)


def begun(
    tx: Tx, account: Account, content: Content, audience: Audience, audience_ids: tuple[int, ...] = ()
) -> Campaign:
    """A new campaign that says this, with nothing calculated yet."""
    default = account.parameters.sender if content.voice is None else account.parameters.voice_sender
    return Campaign(
        id=tx.ids.one(),
        account_id=account.id,
        state=State.CALCULATING,
        name=content.name,
        audience=audience,
        audience_ids=audience_ids,
        text=rules.written(content),
        syntax=content.syntax,
        sender=content.sender or default,
        purpose=content.purpose,
        quality=content.quality,
        voice=content.voice,
        send_at=content.send_at,
        end_at=content.end_at,
        with_replies=content.with_replies,
        cursor=0,
        messages=0,
        opted_out=0,
        segments=0,
        cost=0,
        reserved=0,
        currency=account.currency,
        reason=None,
        created_at=tx.now,
        confirmed_at=None,
        ended_at=None,
        archived_at=None,
        callbacks=content.callbacks,
        extras=content.extras,
    )


async def find(store: Store, account: Account, id: int) -> Campaign:
    """Raises UnknownCampaign."""
    async with store.read() as tx:
        return await _known(tx, account, id)


async def report(store: Store, account: Account, id: int) -> Report:
    """A campaign and what became of its messages. Raises UnknownCampaign."""
    async with store.read() as tx:
        campaign = await _known(tx, account, id)
        return Report(campaign=campaign, counts=await messages.counts(tx, campaign))


async def newest(store: Store, account: Account, limit: int) -> list[Campaign]:
    async with store.read() as tx:
        return await campaigns.newest(tx, account.id, limit)


async def draft(store: Store, account: Account, *, spoken: bool) -> Campaign | None:
    """The last campaign of texts, or of calls, that is ready and was not confirmed."""
    async with store.read() as tx:
        return await campaigns.newest_ready(tx, account.id, spoken=spoken)


async def confirm(store: Store, account: Account, id: int) -> datetime:
    """Send it, now or at its time; when that is. What it may cost is reserved.

    Raises UnknownCampaign, OutOfCredit, NoVoiceCarrier, or NotNow unless it is ready.
    """
    async with store.begin() as tx:
        campaign = await _known(tx, account, id)
        later = campaign.send_at is not None and campaign.send_at > tx.now
        wanted = State.SCHEDULED if later else State.SENDING
        if campaign.state is not State.READY:  # a paused one may become sending too, but not by this door
            raise NotNow(state=campaign.state, wanted=wanted)
        if campaign.voice is not None:
            raise NoVoiceCarrier
        reserved = await wallet.reserve(tx, account.id, campaign.id, campaign.cost)
        await _move(tx, campaign, wanted, confirmed_at=tx.now, reserved=reserved)
        at = campaign.send_at if campaign.send_at is not None and later else tx.now
    store.woken.set()
    return at


async def cancel(store: Store, account: Account, id: int, limits: CancelRules | None = None) -> None:
    """Never send it; what was reserved comes back. `limits` are what the caller's API allows.

    Raises UnknownCampaign, CannotCancel, or NotNow unless it is ready or scheduled.
    """
    async with store.begin() as tx:
        campaign = await _known(tx, account, id)
        rules.check_move(campaign.state, State.CANCELLED)
        if limits is not None:
            month = tx.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            cancelled = await campaigns.cancelled_since(tx, account.id, month)
            rules.check_cancel(campaign, limits, tx.now, cancelled)
        await _move(tx, campaign, State.CANCELLED, ended_at=tx.now)
        await wallet.refund(tx, {(account.id, campaign.id): campaign.reserved})


async def calculate(store: Store, prices: Prices) -> int:
    """One step for each campaign that is being calculated; how many contacts were looked at."""
    async with store.read() as tx:
        waiting = await campaigns.calculating(tx, limit=_AT_ONCE)
    done = 0
    for campaign in waiting:
        done += await _calculate(store, campaign, prices)
    return done


async def start_due(store: Store) -> int:
    """Begin what is scheduled for now or earlier; how many campaigns."""
    async with store.begin() as tx:
        return await campaigns.start_due(tx, tx.now)


async def finish(store: Store) -> int:
    """End the campaigns that have nothing left to send, after dead processes' messages are put in doubt; how many.

    Looks only at the `OLDEST` of those to lists and tags, and of those to written numbers.
    """
    async with store.begin() as tx:
        ended = 0
        for direct in (False, True):
            await messages.doubt(tx, OLDEST, direct=direct)
            ended += await campaigns.end(tx, OLDEST, direct=direct)
        return ended


def rendered(tx: Tx, campaign: Campaign, people: Sequence[Contact | Draft], prices: Prices) -> list[New]:
    """What each of these people is sent, and what it costs; their numbers are E.164."""
    parsed = template.parse(campaign.text, campaign.syntax)
    product = rules.product(campaign)
    same = rules.pieces(campaign, campaign.text)
    new: list[New] = []
    for id, person in zip(tx.ids.many(len(people)), people, strict=True):
        own = parsed.render(contact.merge_values(person)) if parsed.personal else None
        pieces = same if own is None else rules.pieces(campaign, own)
        new.append(
            New(
                account_id=campaign.account_id,
                id=id,
                campaign_id=campaign.id,
                number=person.number,
                text=own,
                segments=pieces,
                cost=pieces * prices.of_number(product, person.number),
            )
        )
    return new


async def _calculate(store: Store, campaign: Campaign, prices: Prices) -> int:
    async with store.begin() as tx:
        people = await campaigns.audience(tx, campaign, STEP)
        step, new = await _write(tx, campaign, people, prices)
        # The cursor moves with the commit that stores the messages: a step is done whole, once, or not at all.
        if not await campaigns.advance(tx, campaign, step):
            return 0
        await messages.add(tx, new)
        if len(people) < STEP:
            await _end(tx, campaign, anybody=campaign.messages + step.messages > 0)
    return len(people)


async def _write(
    tx: Tx, campaign: Campaign, people: list[tuple[Contact, bool]], prices: Prices
) -> tuple[Tally, list[New]]:
    willing = [person for person, opted_out in people if not opted_out]
    # A contact whose number changed meanwhile may carry one that has its message already.
    written = await messages.written_to(tx, campaign, [person.number for person in willing])
    willing = [person for person in willing if person.number not in written]
    new = rendered(tx, campaign, willing, prices)
    step = Tally(
        cursor=people[-1][0].id if people else campaign.cursor,
        messages=len(new),
        opted_out=sum(opted_out for _, opted_out in people),
        segments=sum(message.segments for message in new),
        cost=sum(message.cost for message in new),
    )
    return step, new


async def _end(tx: Tx, campaign: Campaign, *, anybody: bool) -> None:
    if anybody:
        await campaigns.move(tx, campaign, State.READY)
    else:
        await campaigns.move(tx, campaign, State.FAILED, reason="there is nobody to write to")


async def _audience_ids(tx: Tx, account: Account, audience: Audience) -> tuple[int, ...]:
    find = lists.ids if audience.kind is Kind.LIST else tags.ids
    found = await find(tx, account.id, audience.names)
    for name in audience.names:
        if name not in found:
            raise UnknownList(name=name) if audience.kind is Kind.LIST else UnknownTag(name=name)
    return tuple(dict.fromkeys(found[name] for name in audience.names))


async def _known(tx: Tx, account: Account, id: int) -> Campaign:
    campaign = await campaigns.by_id(tx, account.id, id)
    if campaign is None:
        raise UnknownCampaign(ticket=id)
    return campaign


async def _move(tx: Tx, campaign: Campaign, wanted: State, **changes: Any) -> None:
    rules.check_move(campaign.state, wanted)
    if not await campaigns.move(tx, campaign, wanted, **changes):
        # Somebody else moved it after we looked.
        raise NotNow(state="elsewhere already", wanted=wanted)
