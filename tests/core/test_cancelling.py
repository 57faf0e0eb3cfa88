"""When a vendor lets a campaign be cancelled."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from antiphon.core.account import Callbacks
from antiphon.core.campaign import NUMBERS, Campaign, Purpose, Quality, State
from antiphon.core.cancelling import CancelRules, check
from antiphon.core.errors import CannotCancel
from antiphon.core.template import Syntax

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCHEDULED = Campaign(
    id=1,
    account_id=1,
    state=State.SCHEDULED,
    name=None,
    audience=NUMBERS,
    text="Sale! STOP 36111",
    syntax=Syntax.BRACES,
    sender=None,
    purpose=Purpose.MARKETING,
    quality=Quality.PREMIUM,
    voice=None,
    send_at=NOON,
    end_at=None,
    with_replies=False,
    cursor=0,
    messages=1_000,
    opted_out=0,
    segments=1_000,
    cost=45_000_000,
    reserved=0,
    currency="EUR",
    reason=None,
    created_at=NOON,
    confirmed_at=NOON,
    ended_at=None,
    archived_at=None,
    callbacks=Callbacks(),
    extras={},
)
RULES = CancelRules(messages=1_000, notice=timedelta(minutes=15), per_month=3)


@pytest.mark.parametrize(
    ("campaign", "minutes", "cancelled"),
    [
        pytest.param(SCHEDULED, 16, 2, id="within every bound"),
        pytest.param(replace(SCHEDULED, messages=0), 15.001, 0, id="a moment before the notice"),
        pytest.param(replace(SCHEDULED, send_at=None), 0, 0, id="no time is set"),
    ],
)
def test_what_can_be_cancelled(campaign: Campaign, minutes: float, cancelled: int) -> None:
    check(campaign, RULES, NOON - timedelta(minutes=minutes), cancelled)


@pytest.mark.parametrize(
    ("campaign", "minutes", "cancelled", "said"),
    [
        pytest.param(
            replace(SCHEDULED, messages=1_001), 60, 0, "it has more than 1000 recipients", id="one recipient too many"
        ),
        pytest.param(SCHEDULED, 15, 0, "it leaves within 15 minutes", id="at the notice"),
        pytest.param(SCHEDULED, 0, 0, "it leaves within 15 minutes", id="now"),
        pytest.param(SCHEDULED, -60, 0, "it leaves within 15 minutes", id="its time is over"),
        pytest.param(SCHEDULED, 60, 3, "3 were cancelled this month already", id="the fourth of the month"),
        pytest.param(replace(SCHEDULED, send_at=None), 0, 9, "3 were cancelled this month already", id="at no time"),
    ],
)
def test_what_cannot_be_cancelled(campaign: Campaign, minutes: float, cancelled: int, said: str) -> None:
    with pytest.raises(CannotCancel) as refusal:
        check(campaign, RULES, NOON - timedelta(minutes=minutes), cancelled)
    assert str(refusal.value) == f"The campaign cannot be cancelled: {said}."
