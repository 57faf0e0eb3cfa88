"""What can be said on the command line about carriers and routes?"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import uvloop
from cyclopts import App, Parameter

from antiphon import app, app_carriers
from antiphon.config import Config, load
from antiphon.core.campaign import Purpose
from antiphon.core.carrier import NewCarrier
from antiphon.core.errors import BadField
from antiphon.core.route import AddRoute, Choice, Route, Strategy
from antiphon.services import accounts, carriers
from antiphon.store.session import Store

carrier = App(name="carrier", help="The ways by which messages leave.")
route = App(name="route", help="Which messages leave by which carrier.")


@carrier.command(name="add")
def add_carrier(name: str, url: str, *, default: bool = False, data: str | None = None) -> None:
    """Add a carrier, or change the one of this name. Running servers use it within a second.

    Parameters
    ----------
    url
        Like smpp://SYSTEM_ID:PASSWORD@HOST:PORT?bind=transceiver&binds=2&window=200&rate=0; docs/carriers.md lists
        the kinds and their options.
    default
        Send by it what no route is for.
    """

    async def work(config: Config, store: Store) -> None:
        new = await app_carriers.add_carrier(config, store, NewCarrier(name=name, url=url, default=default))
        print(f"{'added' if new else 'changed'} {name}{' (default)' if default else ''}")

    with_store(data, work)


@carrier.command(name="list")
def list_carriers(*, data: str | None = None) -> None:
    """Show the carriers, and how their lanes are in each process that runs."""

    async def work(config: Config, store: Store) -> None:
        lanes = await carriers.lanes(store)
        for one in await carriers.all_of_them(store):
            marks = [mark for mark, is_so in (("default", one.is_default), ("paused", one.paused)) if is_so]
            print(f"{one.name:20} {one.url} {' '.join(marks)}")
            if one.url.startswith("http+"):
                print(f"{'':20} posts to {app_carriers.inbound(config, one.name)}/receipts and /replies")
        for lane in lanes:
            print(
                f"{lane.carrier:20} {lane.state}: {lane.queued} queued, {lane.in_flight} in flight, {lane.rate:g}/s, "
                f"{lane.accepted} accepted, {lane.refused} refused, {lane.in_doubt} in doubt"
                + (f"; last error: {lane.error}" if lane.error else "")
            )

    with_store(data, work)


@carrier.command(name="test")
def check_carrier(name: str, *, data: str | None = None) -> None:
    """Connect to a carrier with what is configured, and say how it went. Nothing is sent."""

    async def work(config: Config, store: Store) -> None:
        print(f"{name}: {await app_carriers.check_carrier(config, store, name)}")

    with_store(data, work)


@carrier.command
def pause(name: str, *, data: str | None = None) -> None:
    """Let nothing more leave by it until `carrier resume`; what waits goes by other routes."""
    with_store(data, lambda _config, store: carriers.pause(store, name, paused=True))


@carrier.command
def resume(name: str, *, data: str | None = None) -> None:
    """Let messages leave by it again."""
    with_store(data, lambda _config, store: carriers.pause(store, name, paused=False))


@carrier.command(name="remove")
def remove_carrier(name: str, *, data: str | None = None) -> None:
    """Forget a carrier. What it has taken already is still reported where it calls us."""
    with_store(data, lambda _config, store: carriers.remove(store, name))


@dataclass(frozen=True)
class Fitting:
    """Which messages a route is for: those that fit all that is given.

    Parameters
    ----------
    account
        The login or the id of an account.
    country
        The country of the numbers (ISO 3166).
    prefix
        The beginning of the numbers, like +336.
    sender
        The sender that they are from.
    purpose
        What they are sent for.
    """

    account: str | None = None
    country: str | None = None
    prefix: str | None = None
    sender: str | None = None
    purpose: Purpose | None = None


@route.command(name="add")
def add_route(
    choices: str,
    *,
    strategy: Strategy = Strategy.ORDERED,
    position: int = 100,
    fitting: Annotated[Fitting | None, Parameter(name="*")] = None,
    data: str | None = None,
) -> None:
    """Add a route for the messages that fit all that is given; of several the one with the lowest position holds.

    Parameters
    ----------
    choices
        Carriers: `a,b` in this order; `a=70,b=30` by weight; `a=0.021,b=0.03` with what a segment costs.
    strategy
        ordered, weighted or cheapest.
    """
    fits = fitting or Fitting()

    async def work(_config: Config, store: Store) -> None:
        command = AddRoute(
            choices=_choices(choices, strategy),
            strategy=strategy,
            position=position,
            account_id=(await accounts.find(store, fits.account)).id if fits.account else None,
            country=fits.country.upper() if fits.country else None,
            prefix=fits.prefix,
            sender=fits.sender,
            purpose=fits.purpose,
        )
        print(_line(await carriers.add_route(store, command)))

    with_store(data, work)


@route.command(name="list")
def list_routes(*, data: str | None = None) -> None:
    """Show the routes in the order in which they are tried."""

    async def work(_config: Config, store: Store) -> None:
        for one in await carriers.routes(store):
            print(_line(one))

    with_store(data, work)


@route.command(name="remove")
def remove_route(id: int, *, data: str | None = None) -> None:
    """Forget a route, by the id that `route list` shows first."""
    with_store(data, lambda _config, store: carriers.remove_route(store, id))


def _choices(written: str, strategy: Strategy) -> tuple[Choice, ...]:
    """Raises BadField."""
    choices: list[Choice] = []
    for one in filter(None, written.replace(" ", "").split(",")):
        name, _, number = one.partition("=")
        try:
            value = float(number) if number else 1.0
        except ValueError:
            raise BadField(field="carriers", reason=f"has {number!r}, which is no number") from None
        priced = strategy is Strategy.CHEAPEST
        choices.append(Choice(carrier=name, cost=value) if priced else Choice(carrier=name, weight=value))
    return tuple(choices)


def _line(one: Route) -> str:
    told = {
        "account": one.account_id,
        "country": one.country,
        "prefix": one.prefix,
        "sender": one.sender,
        "purpose": one.purpose,
    }
    fits = " ".join(f"{name}={value}" for name, value in told.items() if value is not None) or "everything"
    value = "cost" if one.strategy is Strategy.CHEAPEST else "weight"
    plain = one.strategy is Strategy.ORDERED
    ways = ",".join(c.carrier if plain else f"{c.carrier}={getattr(c, value):g}" for c in one.choices)
    return f"{one.id} position={one.position} {fits} -> {one.strategy} {ways}"


def with_store(data: str | None, work: Callable[[Config, Store], Awaitable[Any]]) -> None:
    config = load({"data": data})

    async def run() -> None:
        async with app.enlisted(config) as store:
            await work(config, store)

    uvloop.run(run())
