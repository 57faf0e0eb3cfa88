"""What many tests need to have happened before they begin."""

from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import select, text, update

from antiphon.core import price
from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Campaign, CreateCampaign, Kind, Purpose, SendMessages, State
from antiphon.core.consent import OptOut
from antiphon.core.contact import AddContacts, Change, Draft, Result
from antiphon.core.price import Product
from antiphon.services import accounts, calculation, campaigns, contacts, lists, sends, wallet
from antiphon.services.sends import Sent
from antiphon.store import opt_outs
from antiphon.store.schema import accounts as account_table
from antiphon.store.schema import campaigns as campaign_table
from antiphon.store.session import Store

EVERYBODY = CreateCampaign(audience=Audience(kind=Kind.LIST, names=("all",)), text="Sale today. STOP 36111")
PRICES = price.read({})
PIECE = PRICES.of(Product.PREMIUM, "FR")


class Holder(NamedTuple):
    """Somebody with a wallet, or without."""

    account: Account
    login: str


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
        await calculation.calculate(store, PRICES)
    return found


async def ready(store: Store, account: Account, drafts: list[Draft], command: CreateCampaign = EVERYBODY) -> Campaign:
    """A campaign to these people alone, to be confirmed."""
    name = f"list {store.ids.one()}"
    await add(store, account, *drafts, lists=(name,))
    command = replace(command, audience=Audience(kind=Kind.LIST, names=(name,)))
    return await calculated(store, await campaigns.create(store, account, command), account)


async def sending(store: Store, account: Account, drafts: list[Draft], command: CreateCampaign = EVERYBODY) -> Campaign:
    campaign = await ready(store, account, drafts, command)
    await campaigns.confirm(store, account, campaign.id)
    return await campaigns.find(store, account, campaign.id)


def to(*numbers: str, **options: object) -> SendMessages:
    """A text of one segment to these numbers."""
    command = SendMessages(
        text="Your code is 1234", purpose=Purpose.ALERT, recipients=[Draft(number=one) for one in numbers]
    )
    return replace(command, **options)


async def send(store: Store, account: Account, *places: int, **options: object) -> Sent:
    return await sends.send(store, PRICES, account, to(*map(number, places), **options))


async def holder(store: Store, pieces: int = 0, parent: Account | None = None) -> Holder:
    """Somebody who can pay so many pieces; without any, one who is not metered. With a `parent` it is below that."""
    login = f"holder{store.ids.one()}@example.com"
    made = await accounts.create(store, login, "FR")
    if parent is not None:
        async with store.begin() as tx:
            mine = account_table.c.id == made.account_id
            await tx.run(update(account_table).where(mine).values(parent_id=parent.id))
    if pieces:
        await wallet.credit(store, login, pieces * PIECE)
    return Holder(await accounts.authenticate(store, made.api_key), login)


async def audited(store: Store, account: Account) -> int:
    """What is left in a wallet, once its ledger was found to say so too."""
    left = await wallet.balance(store, account)
    assert left == sum(entry.amount for entry in await wallet.ledger(store, account))
    assert left >= 0
    return left


async def silence(store: Store, account: Account, *numbers: str) -> None:
    """These numbers want no more."""
    async with store.begin() as tx:
        await opt_outs.add(tx, [(account.id, OptOut(number=one, at=tx.now, source="test")) for one in numbers])


async def counts(store: Store, account: Account, campaign: Campaign) -> dict[str, int]:
    return (await campaigns.report(store, account, campaign.id)).counts


async def made(store: Store, account: Account) -> int:
    """How many campaigns there are, single texts too."""
    async with store.read() as tx:
        return len(await tx.all(select(campaign_table.c.id).where(campaign_table.c.account_id == account.id)))


async def somebody_waits(store: Store) -> None:
    """Until a transaction of PostgreSQL waits for another one."""
    blocked = text("SELECT 1 FROM pg_locks, pg_sleep(0.01) WHERE NOT granted")
    async with store.begin() as tx:
        while not await tx.all(blocked):
            pass
