"""What is a carrier asked about a message that it has taken, and what does its answer mean?"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from antiphon.carriers.carrier import Said
from antiphon.carriers.smpp import messages
from antiphon.carriers.smpp.settings import Settings
from antiphon.core.message import Busy, Entrusted, Fate, Receipt, Refused
from antiphon.smpp import receipt, status, times
from antiphon.smpp.bodies import Body, CancelSm, Command, QuerySm, QuerySmResp
from antiphon.smpp.pdu import Pdu

THROTTLED_PAUSE: Final = 1.0
# A carrier that knows no more of a message has not said that it did not arrive.
_ENDS: Final = frozenset({"DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "REJECTD"})


class Question(NamedTuple):
    command: Command
    write: Callable[[Entrusted, str, Settings], Body]
    read: Callable[[Pdu | None, Entrusted, str, datetime], Said]


def query(message: Entrusted, reference: str, wishes: Settings) -> QuerySm:
    return QuerySm(reference, *messages.source_of(message.sender, wishes))


def read_state(answer: Pdu | None, message: Entrusted, reference: str, now: datetime) -> Said:
    """What the answer to `query` says; None where there is none in time, or it is not the end of the message."""
    if answer is None:
        return None
    if answer.status != status.OK:
        return _refusal(answer.status)
    body = answer.body
    word = receipt.word(body.message_state) if isinstance(body, QuerySmResp) else ""
    if not isinstance(body, QuerySmResp) or word not in _ENDS:
        return None
    delivered = word == "DELIVRD"
    return Receipt(
        reference=reference,
        fate=Fate.DELIVERED if delivered else Fate.FAILED,
        at=_at(body.final_date, now),
        error=None if delivered else f"{word} {body.error_code:03}",
        number=message.number,
    )


def cancel(message: Entrusted, reference: str, wishes: Settings) -> CancelSm:
    ton, npi, source = messages.source_of(message.sender, wishes)
    return CancelSm(
        message_id=reference,
        source_ton=ton,
        source_npi=npi,
        source=source,
        destination_ton=wishes.dest_ton,
        destination_npi=wishes.dest_npi,
        destination=messages.destination_of(message.number, wishes),
    )


def read_cancelled(answer: Pdu | None, message: Entrusted, reference: str, now: datetime) -> Said:
    """What the answer to `cancel` says; None where there is none in time."""
    if answer is None:
        return None
    if answer.status != status.OK or answer.command != Command.CANCEL_SM_RESP:
        return _refusal(answer.status)
    return Receipt(reference=reference, fate=Fate.FAILED, at=now, error="DELETED: cancelled", number=message.number)


def _refusal(code: int) -> Refused | Busy:
    name = status.name(code)
    return Busy(name, THROTTLED_PAUSE, throttled=True) if code in status.BUSY else Refused(name)


def _at(written: str, now: datetime) -> datetime:
    """When it ended, where that is said and can be."""
    try:
        return min(times.read(written, now) or now, now)
    except ValueError:
        return now


QUERY: Final = Question(Command.QUERY_SM, query, read_state)
CANCEL: Final = Question(Command.CANCEL_SM, cancel, read_cancelled)
