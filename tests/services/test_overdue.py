"""What should have left long ago waits for a person, on both databases."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from antiphon.core.account import Account
from antiphon.core.campaign import State
from antiphon.core.lane import Lane
from antiphon.services import campaigns, carriers, messages, progress
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.services.scenes import EVERYBODY, people, ready, send, sending


@pytest.mark.parametrize(
    ("late", "state"),
    [
        pytest.param(timedelta(0), State.SENDING, id="in time"),
        pytest.param(timedelta(minutes=59), State.SENDING, id="within the grace"),
        pytest.param(timedelta(minutes=61), State.PAUSED, id="overdue"),
    ],
)
async def test_a_schedule(store: Store, account: Account, clock: Clock, late: timedelta, state: State) -> None:
    at = clock.now + timedelta(hours=5)
    campaign = await ready(store, account, people(2), replace(EVERYBODY, send_at=at))
    await campaigns.confirm(store, account, campaign.id)
    single = (await send(store, account, 7, send_at=at)).campaign
    clock.advance((timedelta(hours=5) + late).total_seconds())
    assert await progress.start_due(store) == (2 if state is State.SENDING else 0)
    for one in (campaign, single):
        found = await campaigns.find(store, account, one.id)
        assert found.state is state
        assert (found.reason is not None) is (state is State.PAUSED)
    if state is State.PAUSED:
        assert await messages.claim(store, 10) == []
        await campaigns.resume(store, account, campaign.id)
        assert len(await messages.claim(store, 10)) == 2


@pytest.mark.parametrize(("away", "state"), [(3599, State.SENDING), (3601, State.PAUSED)])
async def test_after_a_long_absence(store: Store, account: Account, clock: Clock, away: int, state: State) -> None:
    campaign = await sending(store, account, people(2))
    assert await progress.come_back(store) == 0, "nothing has ever run"
    told = Lane("simulator", "open", 0, 0, 0.0, 0, 0, 0, None, None, clock.now)
    await carriers.tell_lanes(store, [told], {})
    clock.advance(away)
    assert await progress.come_back(store) == (state is State.PAUSED)
    assert (await campaigns.find(store, account, campaign.id)).state is state
