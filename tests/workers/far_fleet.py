"""What tests need that send through a far end: a fleet whose default carrier is there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from cryptography.fernet import Fernet

from antiphon.carriers.carrier import Carrier
from antiphon.carriers.simulator import Behaviour, Simulator
from antiphon.carriers.smpp.carrier import Smpp
from antiphon.core.account import Account
from antiphon.core.campaign import Campaign
from antiphon.core.carrier import Address
from antiphon.services import carriers
from antiphon.services.vault import Vault
from antiphon.store.session import Store
from antiphon.workers.fleet import Fleet
from tests.services.scenes import PRICES, counts


@asynccontextmanager
async def fleet_to(store: Store, port: int, options: str = "") -> AsyncIterator[Fleet]:
    def build(name: str, address: Address) -> Carrier:
        return Smpp(name, address) if address.scheme == "smpp" else Simulator(Behaviour(), None)

    vault = Vault(Fernet.generate_key().decode())
    url = f"smpp://me:secret@127.0.0.1:{port}?ask_after=60&cancel=true{options}"
    await carriers.add(store, vault, "main", url, default=True)
    fleet = Fleet(store, PRICES, vault, build)
    await fleet.run_once()
    lane = next(one for one in fleet.lanes if one.name == "main")
    await until(lambda: lane.trouble is None)
    yield fleet
    await fleet.stop()


async def until(come: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not come():
            await asyncio.sleep(0.02)


async def become(store: Store, account: Account, campaign: Campaign, **wanted: int) -> None:
    async with asyncio.timeout(10):
        while await counts(store, account, campaign) != wanted:
            await asyncio.sleep(0.02)
