"""What is told of a message, in which words and in which order?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from antiphon.core.campaign import Audience, Campaign, Kind, Purpose
from antiphon.core.campaign import State as Sending
from antiphon.core.consent import OptOut
from antiphon.core.message import Answered, State
from antiphon.core.way import Facts, Kept, Part, Told, way
from tests.core import samples

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


MESSAGE = Kept(
    id=12,
    campaign_id=11,
    number="+33612345678",
    state=State.WAITING,
    segments=1,
    cost=45_000,
    carrier=None,
    reference=None,
    error=None,
    updated_at=START,
    due_at=None,
    claimed_at=None,
    answered_at=None,
    reported_at=None,
)
CAMPAIGN = replace(
    samples.CAMPAIGN,
    id=11,
    state=Sending.SENDING,
    text="Your code is 1234",
    purpose=Purpose.ALERT,
    messages=1,
    segments=1,
    cost=45_000,
    created_at=START,
    confirmed_at=START,
)
TO_A_LIST = replace(CAMPAIGN, audience=Audience(kind=Kind.LIST, names=("all",)), confirmed_at=_at(60))
LEFT = replace(MESSAGE, state=State.ACCEPTED, carrier="acme", claimed_at=_at(1), answered_at=_at(2), updated_at=_at(2))
ACCEPTED = replace(LEFT, reference="77")
BACK = replace(ACCEPTED, state=State.DELIVERED, reported_at=_at(9), updated_at=_at(8))
IN, OUT = "taken in with its number: 1 segment, 0.045 EUR", "claimed, to be sent"
TAKEN = "acme accepted it as 77"
TOLD = Told("receipt", "https://shop.example:443", "waiting", 0, _at(10), _at(9), None, None, None)
OWED = "a callback (receipt) is owed to https://shop.example:443"
DELIVERED = "a receipt of acme says that it was delivered, by its clock at 2026-03-02T12:00:08Z"


def _facts(message: Kept = MESSAGE, campaign: Campaign = CAMPAIGN, **more: Any) -> Facts:
    return Facts(message=message, campaign=campaign, made_at=START, **more)


CASES = [
    ("it waits for its turn", _facts(), [IN, "waits for its turn"]),
    (
        "of a campaign that nobody has confirmed",
        _facts(campaign=replace(TO_A_LIST, state=Sending.READY, confirmed_at=None)),
        ["its campaign 11 was created", "calculated: 1 segment, 0.045 EUR", "waits for its campaign to be confirmed"],
    ),
    (
        "of one that is scheduled",
        _facts(campaign=replace(TO_A_LIST, state=Sending.SCHEDULED, send_at=_at(3600))),
        [
            "its campaign 11 was created",
            "calculated: 1 segment, 0.045 EUR",
            "its campaign was confirmed, to leave at 2026-03-02T13:00:00Z",
            "waits until 2026-03-02T13:00:00Z",
        ],
    ),
    (
        "of one that was stopped",
        _facts(replace(MESSAGE, state=State.UNSENT, updated_at=_at(5))),
        [IN, "not sent: its campaign was stopped"],
    ),
    (
        "withheld",
        _facts(
            replace(MESSAGE, state=State.WITHHELD, claimed_at=_at(1)),
            opt_out=OptOut(number="+33612345678", at=_at(-60), source="reply", words="STOP"),
        ),
        ["the number opted out, known by reply: STOP", IN, "withheld: the number has opted out"],
    ),
    (
        "held",
        _facts(
            replace(
                MESSAGE, state=State.HELD, claimed_at=_at(1), updated_at=_at(2), due_at=_at(30), error="acme: busy"
            ),
            noted=[(_at(2), "acme", "not taken, to be tried again: busy")],
        ),
        [IN, OUT, "acme: not taken, to be tried again: busy", "held until 2026-03-02T12:00:30Z: acme: busy"],
    ),
    ("accepted", _facts(ACCEPTED), [IN, OUT, TAKEN]),
    (
        "accepted in parts",
        _facts(ACCEPTED, parts=[Part(1, "77", "delivered", None), Part(2, "78", None, None)]),
        [IN, OUT, "acme accepted it in 2 parts: 77 (delivered), 78 (of which nothing is heard yet)"],
    ),
    (
        "refused by one and taken by another",
        _facts(ACCEPTED, noted=[(_at(1.5), "other", "refused, sent on by acme: 8")]),
        [IN, OUT, "other: refused, sent on by acme: 8", TAKEN],
    ),
    (
        "refused",
        _facts(replace(LEFT, state=State.REFUSED, error="no such subscriber")),
        [IN, OUT, "acme refused it: no such subscriber"],
    ),
    (
        "torn",
        _facts(replace(ACCEPTED, state=State.FAILED, error="8")),
        [IN, OUT, "acme took a part of it as 77 and refused another: 8"],
    ),
    (
        "in doubt",
        _facts(replace(LEFT, state=State.IN_DOUBT, carrier=None, answered_at=None, error="the process ended")),
        [IN, OUT, "in doubt, it may have left or not: the process ended"],
    ),
    ("delivered", _facts(BACK), [IN, OUT, TAKEN, DELIVERED]),
    (
        "failed",
        _facts(replace(BACK, state=State.FAILED, error="absent", updated_at=_at(9))),
        [IN, OUT, TAKEN, "a receipt of acme says that it failed: absent"],
    ),
    (
        "delivered before we noted when",
        _facts(replace(BACK, answered_at=None, reported_at=None)),
        [IN, OUT, "a receipt of acme says that it was delivered"],
    ),
    (
        "answered",
        _facts(
            ACCEPTED,
            replies=[
                Answered(
                    id=13,
                    campaign_id=11,
                    message_id=12,
                    number="+33612345678",
                    receiver="36111",
                    text="STOP",
                    at=_at(20),
                ),
            ],
        ),
        [IN, OUT, TAKEN, "+33612345678 answered to 36111: STOP"],
    ),
    (
        "told at once",
        _facts(BACK, callbacks=[TOLD]),
        [IN, OUT, TAKEN, DELIVERED, f"{OWED}; it is due at 2026-03-02T12:00:10Z"],
    ),
    (
        "told in vain so far",
        _facts(BACK, callbacks=[replace(TOLD, attempts=2, status=500, due_at=_at(60))]),
        [
            *[IN, OUT, TAKEN, DELIVERED],
            f"{OWED}; after 2 attempts, the last with status 500; it is due at 2026-03-02T12:01:00Z",
        ],
    ),
    (
        "told",
        _facts(BACK, callbacks=[replace(TOLD, attempts=1, status=200, state="delivered", ended_at=_at(11))]),
        [
            *[IN, OUT, TAKEN, DELIVERED, OWED],
            "the callback (receipt) was taken after 1 attempt, the last with status 200",
        ],
    ),
    (
        "told in vain",
        _facts(BACK, callbacks=[replace(TOLD, attempts=9, error="refused", state="failed", ended_at=_at(99))]),
        [
            *[IN, OUT, TAKEN, DELIVERED, OWED],
            "the callback (receipt) was given up after 9 attempts, the last with refused",
        ],
    ),
]


@pytest.mark.parametrize(("facts", "said"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_words(facts: Facts, said: list[str]) -> None:
    assert [step.what for step in way(facts)] == said


@given(
    state=some.sampled_from(State),
    campaign=some.sampled_from(Sending),
    seconds=some.lists(some.integers(0, 100), min_size=5, max_size=5),
)
def test_any_message_has_a_way_in_order(state: State, campaign: Sending, seconds: list[int]) -> None:
    updated, due, claimed, answered, reported = map(_at, seconds)
    message = replace(MESSAGE, state=state, updated_at=updated, due_at=due, claimed_at=claimed)
    for kept in (message, replace(message, answered_at=answered), replace(message, reported_at=reported)):
        steps = way(_facts(kept, replace(TO_A_LIST, state=campaign)))
        assert steps == sorted(steps, key=lambda step: step.at)
        assert len(steps) > 2
