"""What has become of a message under way, by what the carrier answered and reported?"""

from datetime import UTC, datetime

from antiphon.carriers.smpp.questions import THROTTLED_PAUSE
from antiphon.core.message import Accepted, Busy, Fate, InDoubt, Outcome, Outgoing, Receipt, Refused, Torn
from antiphon.smpp import receipt as receipts
from antiphon.smpp import status
from antiphon.smpp.bodies import ShortMessage


class Sending:
    """A message under way: what has become of its parts."""

    __slots__ = ("doubted", "left", "message", "parts", "references", "refused")

    def __init__(self, message: Outgoing, parts: tuple[ShortMessage, ...]) -> None:
        self.message = message
        self.parts = parts
        self.left = len(parts)
        self.references: dict[int, str] = {}
        self.doubted: set[int] = set()
        self.refused: Refused | Busy | None = None


def outcome_of(sending: Sending) -> Outcome | Busy:
    references = tuple(sending.references[place] for place in sorted(sending.references))
    if sending.doubted:
        return InDoubt("the carrier did not answer in time, or the link was lost")
    if sending.refused is None:
        return Accepted(references[0], references if len(references) > 1 else ())
    if references:
        of = f"{len(sending.parts) - len(references)} of {len(sending.parts)} parts"
        return Torn(references, f"{of} were refused: {sending.refused.error}")
    return sending.refused


def refusal(code: int) -> Refused | Busy:
    name = status.name(code)
    if code in status.BUSY:
        return Busy(name, THROTTLED_PAUSE, throttled=True)
    if code in status.PASSING:
        return Busy(name, 5.0)
    return Refused(name, of_route=code in status.OF_THE_ROUTE)


def receipt_of(told: receipts.Receipt, number: str) -> Receipt:
    fate = Fate.DELIVERED if told.is_delivered else Fate.FAILED
    error = None if told.is_delivered else f"{told.state} {told.error}".strip()
    first, *also = told.ids
    return Receipt(reference=first, fate=fate, at=datetime.now(UTC), error=error, also=tuple(also), number=number)
