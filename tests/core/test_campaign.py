"""What a campaign may become, and what can be none."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from antiphon.core.campaign import (
    LONGEST_TEXT,
    MOVES,
    Audience,
    CreateCampaign,
    Kind,
    Purpose,
    State,
    check,
    check_move,
    origins,
)
from antiphon.core.errors import BadField, NoStopMention, NoText, NotNow, Refusal, TextTooLong

GOOD = CreateCampaign(audience=Audience(kind=Kind.LIST, name="all"), text="Sale! STOP 36111")
ALERT = replace(GOOD, purpose=Purpose.ALERT, text="Water will be off today.")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ENDS = {State.SENT, State.FAILED, State.CANCELLED, State.STOPPED}


def test_every_move_is_told_alike_from_both_sides() -> None:
    assert set(MOVES) == set(State)
    for state in State:
        assert {before for before in State if state in MOVES[before]} == set(origins(state))


def test_every_state_is_reached_and_the_ends_are_ends() -> None:
    reached = {State.CALCULATING}
    while more := {after for state in reached for after in MOVES[state]} - reached:
        reached |= more
    assert reached == set(State)
    assert {state for state, after in MOVES.items() if not after} == ENDS


@pytest.mark.parametrize("state", State)
def test_check_move_refuses_what_is_not_in_the_table(state: State) -> None:
    for wanted in State:
        if wanted in MOVES[state]:
            check_move(state, wanted)
            continue
        with pytest.raises(NotNow) as refusal:
            check_move(state, wanted)
        assert str(refusal.value) == f"The campaign is {state}; it cannot become {wanted}."


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(GOOD, id="marketing that says STOP"),
        pytest.param(ALERT, id="an alert that does not"),
        pytest.param(replace(GOOD, send_at=NOON), id="at a time"),
        pytest.param(replace(ALERT, text="x" * LONGEST_TEXT), id="the longest"),
    ],
)
def test_what_can_be_a_campaign(command: CreateCampaign) -> None:
    check(command)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        pytest.param(replace(GOOD, text=""), NoText, id="no text"),
        pytest.param(replace(ALERT, text=" \n\u00a0"), NoText, id="only blanks"),
        pytest.param(replace(ALERT, text="x" * (LONGEST_TEXT + 1)), TextTooLong, id="too long"),
        pytest.param(replace(GOOD, text="Sale! stop by at our shop"), NoStopMention, id="no way out"),
        pytest.param(replace(GOOD, send_at=NOON.replace(tzinfo=None)), BadField, id="a time of nowhere"),
        pytest.param(replace(GOOD, send_at=NOON.replace(year=2200)), BadField, id="a far time"),
        pytest.param(replace(GOOD, send_at=NOON.replace(year=1999)), BadField, id="an old time"),
    ],
)
def test_what_can_be_none(command: CreateCampaign, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        check(command)
