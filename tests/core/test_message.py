"""Which news of a message counts."""

import pytest

from antiphon.core.message import (
    OUTCOME_REPLACES,
    RECEIPT_REPLACES,
    Accepted,
    InDoubt,
    Outcome,
    Outgoing,
    Refused,
    State,
    state_after,
)

FINAL = {State.DELIVERED, State.FAILED, State.REFUSED, State.WITHHELD}


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        pytest.param(Accepted("ref"), State.ACCEPTED, id="accepted"),
        pytest.param(Refused("no"), State.REFUSED, id="refused"),
        pytest.param(InDoubt("cut off"), State.IN_DOUBT, id="in doubt"),
    ],
)
def test_an_outcome_is_a_state(outcome: Outcome, state: State) -> None:
    assert state_after(outcome) is state


def test_no_news_undoes_an_end_or_begins_anything() -> None:
    for replaced in (OUTCOME_REPLACES, RECEIPT_REPLACES):
        assert not set(replaced) & {*FINAL, State.WAITING}


def test_a_receipt_knows_more_than_an_answer() -> None:
    assert set(RECEIPT_REPLACES) - set(OUTCOME_REPLACES) == {State.ACCEPTED}
    assert State.IN_DOUBT in OUTCOME_REPLACES


def test_the_key_is_the_account_and_the_id() -> None:
    message = Outgoing(id=2, account_id=1, campaign_id=3, number="+33612345678", sender=None, text="Hi", segments=1)
    assert message.key == (1, 2)
