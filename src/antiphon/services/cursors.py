"""What comes next? Pages of everything, each beginning after the last one's end."""

from collections.abc import Sequence

from msgspec import Struct

from antiphon.core import phone
from antiphon.core.account import Account
from antiphon.core.campaign import Campaign, Report, State
from antiphon.core.consent import OptOut
from antiphon.core.contact import Contact
from antiphon.core.errors import UnknownCampaign, UnknownList, UnknownTag
from antiphon.core.message import Answered, Fared
from antiphon.core.wallet import Entry
from antiphon.store import campaigns as stored
from antiphon.store import cursors, reports
from antiphon.store import lists as stored_lists
from antiphon.store import replies as stored_replies
from antiphon.store import tags as stored_tags
from antiphon.store.lists import ContactList
from antiphon.store.session import Store


class Filter(Struct, frozen=True, kw_only=True):
    """Which contacts: on this list, with this tag, with this number."""

    list_id: int | None = None
    tag: str | None = None
    number: str | None = None


async def contacts(store: Store, account: Account, after: int, limit: int, wanted: Filter) -> list[Contact]:
    """Raises UnknownList or UnknownTag."""
    number = None if wanted.number is None else phone.e164(wanted.number, account.region) or wanted.number
    async with store.read() as tx:
        if wanted.list_id is not None and await stored_lists.by_id(tx, account.id, wanted.list_id) is None:
            raise UnknownList(name=wanted.list_id)
        tag_id = None
        if wanted.tag is not None:
            tag_id = (await stored_tags.ids(tx, account.id, [wanted.tag])).get(wanted.tag)
            if tag_id is None:
                raise UnknownTag(name=wanted.tag)
        those = cursors.Those(list_id=wanted.list_id, tag_id=tag_id, number=number)
        return await cursors.contacts_after(tx, account.id, after, limit, those)


async def lists(store: Store, account: Account, after: int, limit: int) -> list[tuple[ContactList, int]]:
    """Each with the number of contacts on it."""
    async with store.read() as tx:
        found = await cursors.lists_after(tx, account.id, after, limit)
        sizes = await stored_lists.sizes(tx, account.id, [one.id for one in found])
    return [(one, sizes.get(one.id, 0)) for one in found]


async def tags(store: Store, account: Account, after: str, limit: int) -> list[tuple[str, int]]:
    """Each with the number of contacts that carry it."""
    async with store.read() as tx:
        return await cursors.tags_after(tx, account.id, after, limit)


async def opt_outs(store: Store, account: Account, after: tuple[str, int], limit: int) -> list[OptOut]:
    """By number, and of one number by list: those after this number and list."""
    async with store.read() as tx:
        return await cursors.opt_outs_after(tx, account.id, after, limit)


async def replies(store: Store, account: Account, before: int | None, limit: int) -> list[Answered]:
    async with store.read() as tx:
        return await cursors.replies_before(tx, account.id, before, limit)


async def campaigns(
    store: Store, account: Account, before: int | None, limit: int, states: Sequence[State]
) -> list[Report]:
    """Without single texts; each with the counts of its messages and replies."""
    async with store.read() as tx:
        found = await cursors.campaigns_before(tx, account.id, before, limit, states)
        ids = {one.id for one in found}
        counts = await reports.counts(tx, account.id, ids) if found else {}
        answers = await stored_replies.counts(tx, account.id, ids) if found else {}
    return [Report(campaign=one, counts=counts[one.id], replies=answers.get(one.id, 0)) for one in found]


class Following(Struct, frozen=True):
    """So many messages after this number, in one of these states, if any are named."""

    after: str
    limit: int
    states: Sequence[str] = ()


async def messages(store: Store, account: Account, campaign: int, wanted: Following) -> tuple[Campaign, list[Fared]]:
    """Raises UnknownCampaign."""
    async with store.read() as tx:
        found = await stored.by_id(tx, account.id, campaign)
        if found is None:
            raise UnknownCampaign(ticket=campaign)
        return found, await cursors.messages_after(tx, found, wanted.after, wanted.limit, wanted.states)


async def messages_to(
    store: Store, account: Account, number: str, before: int | None, limit: int
) -> list[tuple[int, str, Fared]]:
    """Those to a number, the newest first, each after its campaign's id and text."""
    wanted = phone.e164(number, account.region) or number
    async with store.read() as tx:
        found = await cursors.messages_to(tx, account.id, wanted, before, limit)
        words = await stored.words(tx, {(account.id, campaign) for campaign, _ in found})
    return [(campaign, words[account.id, campaign].text, fared) for campaign, fared in found]


async def ledger(store: Store, account: Account, after: int, limit: int) -> list[Entry]:
    async with store.read() as tx:
        return await cursors.ledger_after(tx, account.id, after, limit)
