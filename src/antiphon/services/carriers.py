"""By which carriers and routes do messages leave?"""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from antiphon.core import carrier as rules
from antiphon.core import route as routing
from antiphon.core.carrier import Carrier
from antiphon.core.errors import CarrierInUse, CarrierUnreachable, UnknownCarrier, UnknownRoute
from antiphon.core.lane import Lane
from antiphon.core.route import AddRoute, Route
from antiphon.services.vault import Locked, Vault
from antiphon.store import carriers, speeds
from antiphon.store.carriers import Sealed
from antiphon.store.session import Store

SIMULATOR = "simulator"  # is there where nothing else is


class Known(Struct, frozen=True):
    """A carrier with its whole URL; None where its password cannot be read with our key."""

    carrier: Carrier
    url: str | None


async def add(store: Store, vault: Vault, name: str, url: str, *, default: bool = False) -> bool:
    """Add a carrier, or change the one of this name; whether it is new. The first one that is there is no default
    by itself. Raises BadField."""
    rules.check_name(name)
    address = rules.read(url)
    rules.terms(address)
    secret = vault.seal(address.password) if address.password else None
    async with store.begin() as tx:
        if default:
            await carriers.no_default(tx)
        added = Carrier(
            name=name,
            url=rules.open_url(url),
            is_default=default,
            paused=False,
            created_at=tx.now,
            changed_at=tx.now,
        )
        return await carriers.put(tx, added, secret)


async def pause(store: Store, name: str, *, paused: bool) -> None:
    """Let nothing more leave by it, or let it again. Raises UnknownCarrier."""
    async with store.begin() as tx:
        if not await carriers.pause(tx, name, paused=paused):
            raise UnknownCarrier(name=name)


async def remove(store: Store, name: str) -> None:
    """Raises UnknownCarrier, or CarrierInUse where a route names it."""
    async with store.begin() as tx:
        if any(choice.carrier == name for route in await carriers.all_routes(tx) for choice in route.choices):
            raise CarrierInUse(name=name)
        if not await carriers.remove(tx, name):
            raise UnknownCarrier(name=name)


async def all_of_them(store: Store) -> list[Carrier]:
    """By name."""
    async with store.read() as tx:
        return [one.carrier for one in await carriers.all_of_them(tx)]


async def find(store: Store, name: str) -> Carrier:
    """Raises UnknownCarrier."""
    return (await _sealed(store, name)).carrier


async def url_of(store: Store, vault: Vault, name: str) -> str:
    """With its password. Raises UnknownCarrier or CarrierUnreachable."""
    sealed = await _sealed(store, name)
    url = _whole(sealed.carrier.url, sealed.secret, vault)
    if url is None:
        raise CarrierUnreachable(name=name, reason="its password was sealed with another key than ours")
    return url


async def known(store: Store, vault: Vault) -> tuple[list[Known], list[Route]]:
    """All carriers with their passwords, and the routes in the order in which they are tried."""
    async with store.read() as tx:
        sealed = await carriers.all_of_them(tx)
        routes = await carriers.all_routes(tx)
    return [Known(one.carrier, _whole(one.carrier.url, one.secret, vault)) for one in sealed], routes


async def add_route(store: Store, command: AddRoute) -> Route:
    """Raises BadField or UnknownCarrier."""
    routing.check(command)
    async with store.begin() as tx:
        there = {one.carrier.name for one in await carriers.all_of_them(tx)} | {SIMULATOR}
        for choice in command.choices:
            if choice.carrier not in there:
                raise UnknownCarrier(name=choice.carrier)
        route = Route(id=tx.ids.one(), created_at=tx.now, **structs.asdict(command))
        await carriers.add_route(tx, route)
    return route


async def remove_route(store: Store, id: int) -> None:
    """Raises UnknownRoute."""
    async with store.begin() as tx:
        if not await carriers.remove_route(tx, id):
            raise UnknownRoute(id=id)


async def routes(store: Store) -> list[Route]:
    """In the order in which they are tried."""
    async with store.read() as tx:
        return await carriers.all_routes(tx)


async def lanes(store: Store) -> list[Lane]:
    """As the processes told in the last seconds; a carrier has one in each process."""
    async with store.read() as tx:
        return await carriers.all_lanes(tx)


async def tell_lanes(store: Store, told: Sequence[Lane], measured: Mapping[str, float]) -> dict[str, int]:
    """How our lanes are, and how fast those are of which there is news; of each carrier how many lanes there are, in
    all processes."""
    async with store.begin() as tx:
        await carriers.tell_lanes(tx, store.process_id, told)
        if measured:
            await speeds.put(tx, measured)
        return Counter(lane.carrier for lane in await carriers.all_lanes(tx) if lane.state != "broken")


async def _sealed(store: Store, name: str) -> Sealed:
    """Raises UnknownCarrier."""
    async with store.read() as tx:
        found = await carriers.by_name(tx, name)
    if found is None:
        raise UnknownCarrier(name=name)
    return found


def _whole(url: str, secret: str | None, vault: Vault) -> str | None:
    try:
        return rules.with_password(url, vault.open(secret)) if secret else url
    except Locked:
        return None
