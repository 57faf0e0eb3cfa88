"""What does a carrier's answer to a question mean? By the tables of SMPP 3.4 and what carriers make of them."""

from datetime import UTC, datetime

import pytest

from antiphon.carriers.smpp import questions
from antiphon.carriers.smpp.settings import Settings
from antiphon.core.message import Busy, Entrusted, Fate, Receipt, Refused
from antiphon.smpp import status
from antiphon.smpp.bodies import NOTHING, Body, Command, QuerySm, QuerySmResp
from antiphon.smpp.pdu import Pdu

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BEFORE = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
MESSAGE = Entrusted(key=(7, 1), number="+33612345678", sender="ACME", references=("1A2B",))


def answer(body: Body, code: int = status.OK, command: Command = Command.QUERY_SM_RESP) -> Pdu:
    return Pdu(command, code, 1, body)


def said(state: int, final: str = "260302113000000+", error: int = 0) -> Pdu:
    return answer(QuerySmResp("1A2B", final, state, error))


@pytest.mark.parametrize(
    ("state", "fate", "error"),
    [
        pytest.param(2, Fate.DELIVERED, None, id="delivered"),
        pytest.param(3, Fate.FAILED, "EXPIRED 007", id="expired"),
        pytest.param(4, Fate.FAILED, "DELETED 007", id="deleted"),
        pytest.param(5, Fate.FAILED, "UNDELIV 007", id="undeliverable"),
        pytest.param(8, Fate.FAILED, "REJECTD 007", id="rejected"),
    ],
)
def test_an_end(state: int, fate: Fate, error: str | None) -> None:
    assert questions.read_state(said(state, error=7), MESSAGE, "1A2B", NOW) == Receipt(
        reference="1A2B", fate=fate, at=BEFORE, error=error, number="+33612345678"
    )


@pytest.mark.parametrize(
    "final",
    [
        pytest.param("", id="none"),
        pytest.param("260302130000000+", id="to come"),
        pytest.param("2603021130", id="short"),
        pytest.param("269999999999000+", id="no date"),
    ],
)
def test_a_date_that_cannot_be_is_now(final: str) -> None:
    told = questions.read_state(said(2, final), MESSAGE, "1A2B", NOW)
    assert isinstance(told, Receipt)
    assert told.at == NOW


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        pytest.param(said(1), None, id="en route"),
        pytest.param(said(6), None, id="accepted"),
        pytest.param(said(7), None, id="unknown"),
        pytest.param(said(0), None, id="scheduled, or nothing"),
        pytest.param(said(99), None, id="a state that is none"),
        pytest.param(None, None, id="no answer"),
        pytest.param(answer(NOTHING, command=Command.GENERIC_NACK), None, id="neither yes nor no"),
        pytest.param(answer(NOTHING, status.QUERY_FAILED), Refused("ESME_RQUERYFAIL"), id="refused"),
        pytest.param(
            answer(NOTHING, status.INVALID_COMMAND, Command.GENERIC_NACK), Refused("ESME_RINVCMDID"), id="not spoken"
        ),
        pytest.param(
            answer(NOTHING, status.THROTTLED), Busy("ESME_RTHROTTLED", 1.0, throttled=True), id="too many questions"
        ),
    ],
)
def test_what_is_no_end(heard: Pdu | None, expected: object) -> None:
    assert questions.read_state(heard, MESSAGE, "1A2B", NOW) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(Settings(), QuerySm("1A2B", 5, 0, "ACME"), id="by the sender"),
        pytest.param(Settings(source_ton=0, source_npi=1), QuerySm("1A2B", 0, 1, "ACME"), id="as agreed"),
    ],
)
def test_the_sender_is_that_of_the_message(settings: Settings, expected: QuerySm) -> None:
    assert questions.query(MESSAGE, "1A2B", settings) == expected
