"""What many tests need to have happened before they begin."""

from msgspec.structs import replace
from sqlalchemy import text

from antiphon.core import price
from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Campaign, CreateCampaign, Kind, State
from antiphon.core.contact import AddContacts, Change, Draft, Result
from antiphon.services import campaigns, contacts, lists
from antiphon.store.session import Store

EVERYBODY = CreateCampaign(audience=Audience(kind=Kind.LIST, name="all"), text="Sale today. STOP 36111")
PRICES = price.read({})


def number(place: int) -> str:
    """One of ten million French mobile numbers."""
    return f"+3361{place:07d}"


def people(count: int, start: int = 0) -> list[Draft]:
    return [Draft(number=number(start + place)) for place in range(count)]


async def add(store: Store, account: Account, *drafts: Draft, **options: object) -> list[Result]:
    return await contacts.add(store, account, replace(AddContacts(drafts=drafts), **options))


async def members(store: Store, account: Account, name: str) -> list[str]:
    """The numbers on the list of this name."""
    ids = {one.name: one.id for one in await lists.all_of(store, account)}
    return [contact.number for contact in (await lists.find(store, account, ids[name]))[1]]


async def tags_of(store: Store, account: Account, id: int) -> list[str]:
    """The tags of one contact."""
    return (await contacts.tags_of(store, account, [id])).get(id, [])


def changes(results: list[Result]) -> list[Change]:
    return [result.change for result in results]


async def calculated(store: Store, campaign: Campaign, account: Account) -> Campaign:
    """The campaign once the last step of its calculation is done."""
    while (found := await campaigns.find(store, account, campaign.id)).state is State.CALCULATING:
        await campaigns.calculate(store, PRICES)
    return found


async def ready(store: Store, account: Account, drafts: list[Draft], command: CreateCampaign = EVERYBODY) -> Campaign:
    """A campaign to these people alone, to be confirmed."""
    name = f"list {store.ids.one()}"
    await add(store, account, *drafts, lists=(name,))
    command = replace(command, audience=Audience(kind=Kind.LIST, name=name))
    return await calculated(store, await campaigns.create(store, account, command), account)


async def sending(store: Store, account: Account, drafts: list[Draft]) -> Campaign:
    campaign = await ready(store, account, drafts)
    await campaigns.confirm(store, account, campaign.id)
    return await campaigns.find(store, account, campaign.id)


async def counts(store: Store, account: Account, campaign: Campaign) -> dict[str, int]:
    return (await campaigns.report(store, account, campaign.id)).counts


async def somebody_waits(store: Store) -> None:
    """Until a transaction of PostgreSQL waits for another one."""
    blocked = text("SELECT 1 FROM pg_locks, pg_sleep(0.01) WHERE NOT granted")
    async with store.begin() as tx:
        while not await tx.all(blocked):
            pass
