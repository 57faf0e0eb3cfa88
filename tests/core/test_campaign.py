"""What a campaign may become, and what can be none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from antiphon.core.campaign import (
    LONGEST_TEXT,
    MOVES,
    Audience,
    Campaign,
    CreateCampaign,
    Kind,
    Purpose,
    Quality,
    State,
    check,
    check_move,
    origins,
    pieces,
    product,
    written,
)
from antiphon.core.errors import BadField, NoStopMention, NoText, NotNow, Refusal, TextTooLong
from antiphon.core.price import Product
from antiphon.core.text import measure
from antiphon.core.voice import Voice
from tests.core.samples import CAMPAIGN, NOON

GOOD = CreateCampaign(audience=Audience(kind=Kind.LIST, names=("all",)), text="Sale! STOP 36111")
ALERT = replace(GOOD, purpose=Purpose.ALERT, text="Water will be off today.")
CALL = replace(GOOD, text="Hello", voice=Voice())
SCHEDULED = replace(CAMPAIGN, state=State.SCHEDULED, send_at=NOON, confirmed_at=NOON)
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
        pytest.param(CALL, id="a call that says no STOP"),
        pytest.param(replace(GOOD, send_at=NOON.replace(year=2000)), id="an old time"),
        pytest.param(replace(GOOD, send_at=NOON.replace(year=2199)), id="a far time"),
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
        pytest.param(replace(GOOD, send_at=NOON.replace(year=2200)), BadField, id="too far a time"),
        pytest.param(replace(GOOD, send_at=NOON.replace(year=1999)), BadField, id="too old a time"),
        pytest.param(replace(CALL, text=""), NoText, id="a call that says nothing"),
        pytest.param(replace(CALL, text="x" * (LONGEST_TEXT + 1)), TextTooLong, id="too long a call"),
    ],
)
def test_what_can_be_none(command: CreateCampaign, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        check(command)


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        pytest.param(replace(ALERT, text="Fête – là…"), "Fete - là...", id="a text is written for the GSM alphabet"),
        pytest.param(replace(ALERT, text="Fête – là…", optimise=False), "Fête – là…", id="as it is, if wanted so"),
        pytest.param(replace(CALL, text="Fête – là…"), "Fête – là…", id="a call says what was written"),
        pytest.param(replace(ALERT, text="Hi {first_name}  !"), "Hi {first_name} !", id="merge fields stay"),
    ],
)
def test_what_is_sent_of_what_was_written(command: CreateCampaign, sent: str) -> None:
    assert written(command) == sent


@pytest.mark.parametrize(
    ("content", "paid"),
    [
        pytest.param(GOOD, Product.PREMIUM, id="a text"),
        pytest.param(replace(GOOD, quality=Quality.LOW_COST), Product.LOW_COST, id="a cheap text"),
        pytest.param(CALL, Product.VOICE, id="a call"),
        pytest.param(replace(CALL, quality=Quality.LOW_COST), Product.VOICE, id="a call is a call"),
        pytest.param(replace(SCHEDULED, quality=Quality.LOW_COST), Product.LOW_COST, id="a campaign"),
        pytest.param(replace(SCHEDULED, voice=Voice()), Product.VOICE, id="a campaign of calls"),
    ],
)
def test_which_product_is_paid(content: CreateCampaign | Campaign, paid: Product) -> None:
    assert product(content) is paid


def test_every_quality_has_its_product() -> None:
    assert {product(replace(GOOD, quality=quality)) for quality in Quality} == {Product.PREMIUM, Product.LOW_COST}


@pytest.mark.parametrize(
    ("said", "of_text", "of_call"),
    [
        pytest.param("", 1, 1, id="nothing"),
        pytest.param("x" * 160, 1, 1, id="one segment"),
        pytest.param("x" * 161, 2, 1, id="two segments"),
        pytest.param("я" * 71, 2, 1, id="Cyrillic is longer on the air, not when it is spoken"),
        pytest.param("x" * 451, 3, 2, id="over a half-minute"),
    ],
)
def test_how_many_pieces_are_paid(said: str, of_text: int, of_call: int) -> None:
    assert (pieces(GOOD, said), pieces(CALL, said)) == (of_text, of_call)
    assert (pieces(SCHEDULED, said), pieces(replace(SCHEDULED, voice=Voice()), said)) == (of_text, of_call)


@given(st.text(max_size=LONGEST_TEXT))
def test_a_text_is_never_written_dearer_than_it_was(text: str) -> None:
    command = replace(ALERT, text=text)
    assert pieces(command, written(command)) <= measure(text).segments
