"""When a vendor lets a campaign be cancelled."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from antiphon.core.campaign import Campaign, State
from antiphon.core.cancelling import CancelRules, check
from antiphon.core.errors import CannotCancel
from tests.core.samples import CAMPAIGN, NOON

SCHEDULED = replace(CAMPAIGN, state=State.SCHEDULED, send_at=NOON, confirmed_at=NOON)
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
