"""What can be done with a campaign?"""

from datetime import datetime

from msgspec import Struct

from antiphon.core import campaign as rules
from antiphon.core import contact, template, text
from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Campaign, CreateCampaign, Kind, Report, State
from antiphon.core.contact import Contact
from antiphon.core.errors import NotNow, UnknownCampaign, UnknownList, UnknownTag
from antiphon.store import campaigns, lists, messages, tags
from antiphon.store.campaigns import Tally
from antiphon.store.messages import New
from antiphon.store.session import Store, Tx

# Contacts that one step of the calculation looks at: what is in memory at a time, and what a crash repeats.
STEP = 5_000
_AT_ONCE = 20


class Prices(Struct, frozen=True):
    """What one segment costs, in micro-units."""

    segment: int


async def create(store: Store, account: Account, command: CreateCampaign) -> Campaign:
    """A campaign that is being calculated. Raises what `core.campaign.check` does, UnknownList, UnknownTag."""
    rules.check(command)
    written = text.optimise(command.text).text if command.optimise else command.text
    async with store.begin() as tx:
        campaign = Campaign(
            id=tx.ids.one(),
            account_id=account.id,
            state=State.CALCULATING,
            audience=command.audience,
            audience_id=await _audience_id(tx, account, command.audience),
            text=written,
            sender=command.sender,
            purpose=command.purpose,
            send_at=command.send_at,
            with_replies=command.with_replies,
            cursor=0,
            messages=0,
            opted_out=0,
            segments=0,
            cost=0,
            currency=account.currency,
            reason=None,
            created_at=tx.now,
            confirmed_at=None,
        )
        await campaigns.add(tx, campaign)
    return campaign


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


async def confirm(store: Store, account: Account, id: int) -> datetime:
    """Send it, now or at its time; when that is. Raises UnknownCampaign, or NotNow unless it is ready."""
    async with store.begin() as tx:
        campaign = await _known(tx, account, id)
        later = campaign.send_at is not None and campaign.send_at > tx.now
        wanted = State.SCHEDULED if later else State.SENDING
        if campaign.state is not State.READY:  # a paused one may become sending too, but not by this door
            raise NotNow(state=campaign.state, wanted=wanted)
        await _move(tx, campaign, wanted, confirmed_at=tx.now)
        return campaign.send_at if campaign.send_at is not None and later else tx.now


async def cancel(store: Store, account: Account, id: int) -> None:
    """Never send it. Raises UnknownCampaign, or NotNow unless it is ready or scheduled."""
    async with store.begin() as tx:
        await _move(tx, await _known(tx, account, id), State.CANCELLED)


async def calculate(store: Store, prices: Prices) -> int:
    """One step for each campaign that is being calculated; how many contacts were looked at."""
    async with store.read() as tx:
        waiting = await campaigns.in_state(tx, State.CALCULATING, limit=_AT_ONCE)
    done = 0
    for campaign in waiting:
        done += await _calculate(store, campaign, prices)
    return done


async def start_due(store: Store) -> int:
    """Begin what is scheduled for now or earlier; how many campaigns."""
    async with store.begin() as tx:
        return await campaigns.start_due(tx, tx.now)


async def finish(store: Store) -> int:
    """End the campaigns that have nothing left to send, after dead processes' messages are put in doubt."""
    async with store.begin() as tx:
        ended = 0
        for campaign in await campaigns.in_state(tx, State.SENDING, limit=_AT_ONCE):
            await messages.doubt(tx, campaign)
            if not await messages.any_open(tx, campaign):
                ended += await campaigns.move(tx, campaign, State.SENT)
        return ended


async def _calculate(store: Store, campaign: Campaign, prices: Prices) -> int:
    async with store.begin() as tx:
        people = await campaigns.audience(tx, campaign, STEP)
        step, new = await _write(tx, campaign, people, prices)
        # The cursor moves with the commit that stores the messages: a step is done whole, once, or not at all.
        if not await campaigns.advance(tx, campaign, step):
            return 0
        await messages.add(tx, campaign, new)
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
    new = _texts(tx, campaign, willing, prices)
    step = Tally(
        cursor=people[-1][0].id if people else campaign.cursor,
        messages=len(new),
        opted_out=sum(opted_out for _, opted_out in people),
        segments=sum(message.segments for message in new),
        cost=sum(message.cost for message in new),
    )
    return step, new


def _texts(tx: Tx, campaign: Campaign, people: list[Contact], prices: Prices) -> list[New]:
    parsed = template.parse(campaign.text)
    same = text.measure(campaign.text).segments
    new: list[New] = []
    for id, person in zip(tx.ids.many(len(people)), people, strict=True):
        own = parsed.render(contact.merge_values(person)) if parsed.personal else None
        segments = same if own is None else text.measure(own).segments
        new.append(New(id=id, number=person.number, text=own, segments=segments, cost=segments * prices.segment))
    return new


async def _end(tx: Tx, campaign: Campaign, *, anybody: bool) -> None:
    if anybody:
        await campaigns.move(tx, campaign, State.READY)
    else:
        await campaigns.move(tx, campaign, State.FAILED, reason="there is nobody to write to")


async def _audience_id(tx: Tx, account: Account, audience: Audience) -> int:
    if audience.kind is Kind.LIST:
        found = await lists.by_name(tx, account.id, audience.name)
        if found is None:
            raise UnknownList(name=audience.name)
        return found.id
    tag = await tags.by_name(tx, account.id, audience.name)
    if tag is None:
        raise UnknownTag(name=audience.name)
    return tag


async def _known(tx: Tx, account: Account, id: int) -> Campaign:
    campaign = await campaigns.by_id(tx, account.id, id)
    if campaign is None:
        raise UnknownCampaign(ticket=id)
    return campaign


async def _move(tx: Tx, campaign: Campaign, wanted: State, confirmed_at: datetime | None = None) -> None:
    rules.check_move(campaign.state, wanted)
    changes = {"confirmed_at": confirmed_at} if confirmed_at else {}
    if not await campaigns.move(tx, campaign, wanted, **changes):
        # Somebody else moved it after we looked.
        raise NotNow(state="elsewhere already", wanted=wanted)
