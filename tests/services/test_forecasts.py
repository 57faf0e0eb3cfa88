"""What a campaign can count on, by its routes and lanes, on both databases."""

import base64
from datetime import timedelta

import pytest
from msgspec.structs import replace

from antiphon.core.account import Account
from antiphon.core.errors import NotNow, UnknownCampaign
from antiphon.core.forecast import Speed
from antiphon.core.lane import Lane
from antiphon.core.route import AddRoute, Choice, Strategy
from antiphon.core.windows import Windows
from antiphon.services import budgets, campaigns, carriers, forecasts, messages, processes, windows
from antiphon.services.vault import Vault
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import EVERYBODY, people, ready, sending

VAULT = Vault(base64.urlsafe_b64encode(b"0" * 32).decode())


async def _lanes(store: Store, states: dict[str, str], measured: dict[str, float]) -> None:
    lanes = [Lane(name, state, 0, 0, 0.0, 0, 0, 0, None, None, store.now()) for name, state in states.items()]
    await carriers.tell_lanes(store, lanes, measured)


async def _routes(store: Store, *routes: AddRoute, rate: int = 0) -> None:
    for name in ("a", "b"):
        await carriers.add(store, VAULT, name, f"smpp://x@h?rate={rate}")
    for route in routes:
        await carriers.add_route(store, route)


def _route(strategy: Strategy = Strategy.ORDERED, **fits: str) -> AddRoute:
    return AddRoute(choices=(Choice(carrier="a"), Choice(carrier="b")), strategy=strategy, **fits)


@pytest.mark.parametrize(
    ("routes", "states", "speed"),
    [
        pytest.param([], {"simulator": "open"}, Speed(100, "assumed"), id="nothing is known"),
        pytest.param([_route()], {"a": "open", "b": "open"}, Speed(50, "measured"), id="the first of a route"),
        pytest.param([_route()], {"a": "down", "b": "open"}, Speed(30, "measured"), id="the first that is open"),
        pytest.param(
            [_route(Strategy.WEIGHTED)], {"a": "open", "b": "open"}, Speed(80, "measured"), id="all that share"
        ),
        pytest.param(
            [_route(country="FR")],
            {"a": "open", "b": "open", "simulator": "open"},
            Speed(150, "assumed"),
            id="some numbers by a route, the others by the default",
        ),
        pytest.param(
            [_route()],
            {"a": "down", "b": "paused"},
            Speed(0, "measured", "no carrier can take it now: a is down, b is paused"),
            id="none is open",
        ),
        pytest.param(
            [_route()],
            {},
            Speed(
                0, "measured", "no carrier can take it now: nothing runs that sends by a, nothing runs that sends by b"
            ),
            id="nothing runs",
        ),
    ],
)
async def test_the_speed_of_its_lanes(
    store: Store, account: Account, routes: list[AddRoute], states: dict[str, str], speed: Speed
) -> None:
    await _routes(store, *routes)
    await _lanes(store, states, {"a": 50.0, "b": 30.0})
    campaign = await ready(store, account, people(10))
    assert (await forecasts.of(store, account, campaign.id)).speed == speed


async def test_a_rate_bounds_it(store: Store, account: Account) -> None:
    await _routes(store, _route(), rate=20)
    await _lanes(store, {"a": "open"}, {})
    campaign = await ready(store, account, people(10))
    assert (await forecasts.of(store, account, campaign.id)).speed == Speed(20, "agreed")
    await _lanes(store, {"a": "open"}, {"a": 50.0})
    assert (await forecasts.of(store, account, campaign.id)).speed == Speed(20, "measured")
    await budgets.limit(store, account, 5)
    assert (await forecasts.of(store, account, campaign.id)).speed == Speed(5, "agreed")


async def test_others_have_their_share(store: Store, account: Account) -> None:
    await _lanes(store, {"simulator": "open"}, {"simulator": 600.0})
    campaign = await ready(store, account, people(10))
    other = await another_account(store)
    for owner in (account, account, other):
        await sending(store, owner, people(1))
    assert (await forecasts.of(store, account, campaign.id)).speed == Speed(100, "measured")


async def test_what_is_closed_waits_for_its_window(store: Store, account: Account, clock: Clock) -> None:
    await _lanes(store, {"simulator": "open"}, {"simulator": 100.0})
    await windows.choose(store, account, Windows())
    campaign = await ready(store, account, people(10))
    assert (await forecasts.of(store, account, campaign.id)).now == 10
    clock.advance(10 * 3600)
    await processes.renew(store)
    await _lanes(store, {"simulator": "open"}, {})
    expected = await forecasts.of(store, account, campaign.id)
    (wait,) = expected.waits
    assert (expected.now, wait.messages) == (0, 10)
    assert wait.until is not None
    assert clock.now < wait.until
    assert expected.done_at is not None
    assert wait.until < expected.done_at


async def test_what_is_left_of_it(store: Store, account: Account, clock: Clock) -> None:
    await _lanes(store, {"simulator": "open"}, {"simulator": 2.0})
    campaign = await sending(store, account, people(10))
    assert len(await messages.claim(store, 4)) == 4
    expected = await forecasts.of(store, account, campaign.id)
    assert (expected.messages, expected.now, expected.done_at) == (10, 10, clock.now + timedelta(seconds=5))
    calculating = await campaigns.create(store, account, replace(EVERYBODY, audience=campaign.audience))
    with pytest.raises(NotNow):
        await forecasts.of(store, account, calculating.id)
    with pytest.raises(UnknownCampaign):
        await forecasts.of(store, await another_account(store), campaign.id)
