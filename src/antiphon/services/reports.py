"""What became of it?"""

from antiphon.core import phone
from antiphon.core.account import Account
from antiphon.core.campaign import Campaign, Report, Seen
from antiphon.core.errors import UnknownCampaign
from antiphon.core.message import Fared
from antiphon.core.window import Page, Window
from antiphon.store import campaigns, reports
from antiphon.store.session import Store


async def search(store: Store, account: Account, seen: Seen, window: Window) -> Page[Report]:
    """All but single texts, each with the counts of its messages."""
    async with store.read() as tx:
        page = await reports.page(tx, account.id, seen, window)
        counts = await reports.counts(tx, account.id, {campaign.id for campaign in page.things})
    found = [Report(campaign=campaign, counts=counts[campaign.id]) for campaign in page.things]
    return Page(window=window, things=found, total=page.total)


async def messages(
    store: Store, account: Account, id: int, number: str | None, window: Window
) -> tuple[Campaign, Page[Fared]]:
    """A campaign and the messages that a window shows, or only the one to a number. Raises UnknownCampaign."""
    async with store.read() as tx:
        campaign = await campaigns.by_id(tx, account.id, id)
        if campaign is None:
            raise UnknownCampaign(ticket=id)
        wanted = None if number is None else phone.e164(number, account.region) or number
        return campaign, await reports.fared(tx, campaign, wanted, window)
