"""Who is written to, and what does it say to each of them? Worked out while nobody waits."""

from collections.abc import Sequence

from msgspec.structs import replace

from antiphon.core import campaign as rules
from antiphon.core import contact, template
from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Campaign, Content, State
from antiphon.core.contact import Contact, Draft
from antiphon.core.errors import NotNow, NoVoiceCarrier, OutOfCredit
from antiphon.core.place import clean_zone
from antiphon.core.price import Prices
from antiphon.services import progress
from antiphon.services.callbacks import owe_campaigns
from antiphon.store import campaigns, messages
from antiphon.store.audience import following
from antiphon.store.campaigns import Tally
from antiphon.store.messages import New
from antiphon.store.session import Store, Tx

# Contacts that one step of the calculation looks at: what is in memory at a time, and what a crash repeats.
STEP = 5_000
_AT_ONCE = 20


def begun(tx: Tx, account: Account, content: Content, audience: Audience) -> Campaign:
    """A new campaign that says this, with nothing calculated yet."""
    default = account.parameters.sender if content.voice is None else account.parameters.voice_sender
    return Campaign(
        id=tx.ids.one(),
        account_id=account.id,
        state=State.CALCULATING,
        name=content.name,
        audience=audience,
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
                time_zone=clean_zone(person.attributes.get("time_zone")) if person.attributes else None,
            )
        )
    return new


async def calculate(store: Store, prices: Prices) -> int:
    """One step for each campaign that is being calculated; how many contacts were looked at."""
    async with store.read() as tx:
        waiting = await campaigns.calculating(tx, limit=_AT_ONCE)
    done = 0
    for campaign in waiting:
        done += await _calculate(store, campaign, prices)
    return done


async def _calculate(store: Store, campaign: Campaign, prices: Prices) -> int:
    async with store.begin() as tx:
        await tx.hold([campaign.account_id], shared=True)  # nobody of the audience is erased meanwhile
        # Held, because an edit may begin it anew at the same moment: with another text, but at the same place.
        campaign = await campaigns.locked(tx, campaign.account_id, campaign.id) or campaign
        if campaign.state is not State.CALCULATING:
            return 0
        people = await following(tx, campaign, STEP)
        step = await _write(tx, campaign, people, prices)
        # The cursor moves with the commit that stores the messages: a step is done whole, once, or not at all.
        await campaigns.advance(tx, campaign, step)
        if len(people) < STEP:
            await _end(tx, campaign, step)
    return len(people)


async def _write(tx: Tx, campaign: Campaign, people: list[tuple[Contact, bool]], prices: Prices) -> Tally:
    new = rendered(tx, campaign, [person for person, opted_out in people if not opted_out], prices)
    if await messages.add(tx, new) < len(new):
        # A contact whose number changed meanwhile may carry one that has its message already.
        stored = await messages.among(tx, campaign.account_id, [message.id for message in new])
        new = [message for message in new if message.id in stored]
    return Tally(
        cursor=people[-1][0].id if people else campaign.cursor,
        messages=len(new),
        opted_out=sum(opted_out for _, opted_out in people),
        segments=sum(message.segments for message in new),
        cost=sum(message.cost for message in new),
    )


async def _end(tx: Tx, campaign: Campaign, step: Tally) -> None:
    """It is ready; or, if it was confirmed in advance, it goes on or tells why it cannot."""
    campaign = replace(campaign, messages=campaign.messages + step.messages, cost=campaign.cost + step.cost)
    if not campaign.messages:
        await campaigns.move(tx, campaign, State.FAILED, reason="there is nobody to write to", ended_at=tx.now)
        await owe_campaigns(tx, [(campaign.account_id, campaign.id)], State.FAILED)
    elif campaign.confirmed_at is None:
        await campaigns.move(tx, campaign, State.READY)
    else:
        try:
            await progress.go(tx, campaign)
        except (OutOfCredit, NoVoiceCarrier, NotNow) as refusal:
            await campaigns.move(tx, campaign, State.READY, confirmed_at=None, reason=str(refusal))
