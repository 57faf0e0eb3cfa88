"""What becomes of messages that nobody knows of, on both databases."""

import pytest
from msgspec.structs import replace

from antiphon.core.account import Account, Doubts
from antiphon.core.campaign import State
from antiphon.core.message import Accepted, Fate, InDoubt, Receipt
from antiphon.services import accounts, campaigns, doubts, messages, progress, receipts
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.services.scenes import counts, people, send, sending

IN_DOUBT = InDoubt("the link was cut")


async def test_an_alert_is_sent_again_once(store: Store, account: Account, clock: Clock) -> None:
    campaign = (await send(store, account, 1, 2)).campaign
    one, two = await messages.claim(store, 2)
    await messages.settle(store, "test", [(one.key, IN_DOUBT), (two.key, Accepted("ref"))])
    await progress.finish(store)
    assert (await campaigns.find(store, account, campaign.id)).state is State.SENDING, "it may still go on"
    clock.advance(599)
    assert await doubts.settle(store) == 0
    clock.advance(2)
    assert await doubts.settle(store) == 1
    assert await counts(store, account, campaign) == {"waiting": 1, "accepted": 1}
    (again,) = await messages.claim(store, 2)
    assert again.key == one.key
    await messages.settle(store, "test", [(again.key, IN_DOUBT)])
    clock.advance(10_000)
    assert await doubts.settle(store) == 0
    await progress.finish(store)
    assert (await campaigns.find(store, account, campaign.id)).state is State.SENT
    assert await counts(store, account, campaign) == {"in_doubt": 1, "accepted": 1}


async def test_news_ends_the_doubt_before_anything_is_sent_again(store: Store, account: Account, clock: Clock) -> None:
    campaign = (await send(store, account, 1)).campaign
    (one,) = await messages.claim(store, 1)
    await messages.settle(store, "test", [(one.key, IN_DOUBT)])
    receipt = Receipt(reference="ref", fate=Fate.DELIVERED, at=clock.now, echo=one.key)
    await receipts.record(store, "test", [receipt])
    clock.advance(601)
    assert await doubts.settle(store) == 0
    assert await counts(store, account, campaign) == {"delivered": 1}


@pytest.mark.parametrize("wishes", [Doubts(resend=False), Doubts(after=60, resend=False)])
async def test_an_account_may_want_them_left(store: Store, account: Account, clock: Clock, wishes: Doubts) -> None:
    await accounts.edit_parameters(store, account, lambda known: replace(known, doubts=wishes))
    campaign = (await send(store, account, 1)).campaign
    (one,) = await messages.claim(store, 1)
    await messages.settle(store, "test", [(one.key, IN_DOUBT)])
    clock.advance(wishes.after + 1)
    assert await doubts.settle(store) == 0
    await progress.finish(store)
    assert (await campaigns.find(store, account, campaign.id)).state is State.SENT
    assert await counts(store, account, campaign) == {"in_doubt": 1}


async def test_marketing_is_left_and_holds_nothing_up(store: Store, account: Account, clock: Clock) -> None:
    campaign = await sending(store, account, people(1))
    (one,) = await messages.claim(store, 1)
    await messages.settle(store, "test", [(one.key, IN_DOUBT)])
    await progress.finish(store)
    assert (await campaigns.find(store, account, campaign.id)).state is State.SENT
    clock.advance(601)
    assert await doubts.settle(store) == 0
    await messages.settle(store, "test", [(one.key, Accepted("late"))])
    assert await counts(store, account, campaign) == {"accepted": 1}
