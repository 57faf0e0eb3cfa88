"""What is to be expected of a campaign: what goes now, what waits, and when it is done."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from antiphon.core.campaign import Campaign, State
from antiphon.core.forecast import Closed, Speed, Wait, of
from antiphon.core.pacing import Canary, Pacing
from tests.core.samples import CAMPAIGN, NOON

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FAST = Speed(100, "measured")
READY = replace(CAMPAIGN, messages=36_000, segments=72_000, cost=0)
CANARY = Pacing(canary=Canary(share=0.1, minutes=10))


@pytest.mark.parametrize(
    ("campaign", "now", "waits", "done_in"),
    [
        pytest.param(READY, 36_000, [], 12 * MINUTE, id="all of it, two parts each"),
        pytest.param(
            replace(READY, send_at=NOON + HOUR),
            0,
            [Wait(36_000, NOON + HOUR, "its time has not come")],
            HOUR + 12 * MINUTE,
            id="later",
        ),
        pytest.param(replace(READY, send_at=NOON - HOUR), 36_000, [], 12 * MINUTE, id="its time is over"),
        pytest.param(
            replace(READY, pacing=Pacing(per_hour=3_600)),
            3_600,
            [Wait(32_400, NOON + HOUR, "3600 leave in an hour")],
            timedelta(seconds=35_999),
            id="little by little",
        ),
        pytest.param(
            replace(READY, pacing=Pacing(over_hours=0.5)), 36_000, [], timedelta(seconds=1800 - 0.05), id="over minutes"
        ),
        pytest.param(
            replace(READY, pacing=CANARY),
            3_600,
            [Wait(32_400, NOON + 72 * timedelta(seconds=1) + 10 * MINUTE, "its canary of 3600 is watched first")],
            timedelta(seconds=720) + 10 * MINUTE,
            id="a canary",
        ),
        pytest.param(
            replace(READY, state=State.SENDING, confirmed_at=NOON, pacing=CANARY),
            36_000,
            [],
            12 * MINUTE,
            id="after it",
        ),
        pytest.param(
            replace(READY, state=State.SENDING, confirmed_at=NOON, canary_left=0, pacing=CANARY),
            0,
            [Wait(36_000, NOON + 10 * MINUTE, "its canary of 0 is watched first")],
            22 * MINUTE,
            id="in the middle of it",
        ),
    ],
)
def test_what_is_to_be_expected(campaign: Campaign, now: int, waits: list[Wait], done_in: timedelta) -> None:
    expected = of(campaign, campaign.messages, FAST, NOON)
    assert (expected.now, list(expected.waits), expected.parts) == (now, waits, 72_000)
    assert expected.done_at is not None
    assert abs(expected.done_at - NOON - done_in) < timedelta(milliseconds=1)


def test_without_a_carrier_all_of_it_waits() -> None:
    closed = Speed(0, "measured", "no carrier can take it now: a is down")
    expected = of(READY, 36_000, closed, NOON)
    assert (expected.now, expected.done_at) == (0, None)
    assert list(expected.waits) == [Wait(36_000, None, "no carrier can take it now: a is down")]


def test_what_is_closed_waits_for_its_window() -> None:
    evening = NOON + 8 * HOUR
    expected = of(READY, 36_000, FAST, NOON, [Closed(3_600, evening, "quiet hours"), Closed(36, NOON + HOUR, "lunch")])
    assert (expected.now, expected.done_at) == (36_000 - 3_636, evening + 72 * timedelta(seconds=1))
    assert list(expected.waits) == [Wait(3_600, evening, "quiet hours"), Wait(36, NOON + HOUR, "lunch")]


def test_what_its_end_cuts_off_is_told() -> None:
    ends = replace(READY, end_at=NOON + 6 * MINUTE)
    assert of(ends, 36_000, FAST, NOON).late == 18_000
    assert of(replace(READY, end_at=NOON + HOUR), 36_000, FAST, NOON).late == 0
    assert of(replace(ends, pacing=CANARY), 36_000, FAST, NOON).late == 32_400


@given(
    left=st.integers(0, 10**7),
    per_hour=st.none() | st.integers(1, 10**8),
    share=st.none() | st.floats(0.001, 0.5),
    speed=st.floats(0, 10**5),
    ends=st.none() | st.integers(1, 10**5),
)
def test_every_message_goes_now_or_later(
    left: int, per_hour: int | None, share: float | None, speed: float, ends: int | None
) -> None:
    pacing = Pacing(per_hour=per_hour, canary=None if share is None else Canary(share=share))
    end_at = None if ends is None else NOON + timedelta(seconds=ends)
    campaign = replace(READY, messages=left, segments=2 * left, pacing=pacing, end_at=end_at)
    expected = of(campaign, left, Speed(speed, "measured"), NOON)
    assert 0 <= expected.now <= left
    assert 0 <= expected.late <= left
    assert all(0 < wait.messages <= left for wait in expected.waits) or not left
    assert expected.now + max((wait.messages for wait in expected.waits), default=0) >= left * (speed > 0)
