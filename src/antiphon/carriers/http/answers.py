"""What does a vendor's answer mean for the message?"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from antiphon.carriers.http import paths
from antiphon.carriers.http.shape import Answer, Verdict
from antiphon.core.message import Accepted, Busy, InDoubt, Outcome, Refused, Torn

LONGEST: Final = 64 * 1024  # bytes of an answer that are read
_LONGEST_ERROR: Final = 200
_LONGEST_REFERENCE: Final = 200
_SHORTEST_PAUSE: Final = 0.5  # seconds, whatever the vendor says
_LONGEST_PAUSE: Final = 300.0
_THROTTLED_PAUSE: Final = 1.0
_PASSING_PAUSE: Final = 5.0
_OF_THE_ROUTE: Final = (401, 402, 403, 404, 405, 407)  # our credentials, our credit, our address


class Heard(Struct, frozen=True):
    """An answer as it came; `after` is how many seconds it asks us to wait."""

    status: int
    body: bytes
    after: float | None


def read(heard: Heard, answer: Answer, key: str) -> Outcome | Busy:
    """Of the message with this key."""
    payload = _decoded(heard.body)
    codes = paths.texts(payload, answer.code)
    bad = next((code for code in codes if code not in answer.good), None)
    found = paths.texts(payload, answer.reference) if answer.reference else [key]
    references = tuple(paths.line(one, _LONGEST_REFERENCE) for one in found)
    error = _error(heard, bad, payload, answer)
    if not 200 <= heard.status < 300:
        verdict = answer.codes.get(bad or "") or answer.statuses.get(heard.status) or verdict_of(heard.status)
        return _outcome(verdict, error, heard, key)
    if bad is None:
        if not references:
            return InDoubt(f"it answered HTTP {heard.status}, but without an id of the message")
        return Accepted(references[0], references if len(references) > 1 else ())
    if references and any(code in answer.good for code in codes):
        return Torn(references, f"{len(codes) - len(references)} of {len(codes)} parts were refused: {error}")
    return _outcome(answer.codes.get(bad, Verdict.FINAL), error, heard, key)


def verdict_of(status: int) -> Verdict:
    """What an HTTP status other than 2xx means where the vendor's table has no word for it."""
    if status in (429, 503):
        return Verdict.THROTTLED
    if status == 408:
        return Verdict.PASSING
    if status in _OF_THE_ROUTE or 300 <= status < 400:  # nothing is taken by a redirect, and we follow none
        return Verdict.ROUTE
    return Verdict.FINAL if 400 <= status < 500 else Verdict.DOUBT


def seconds(written: str, now: datetime) -> float | None:
    """What a Retry-After header asks for, in seconds or as a date, within bounds; None where it asks for nothing."""
    written = written.strip()
    if written.isascii() and written.isdigit():
        asked = float(written[:9])
    else:
        try:
            at = parsedate_to_datetime(written)
        except (ValueError, TypeError):
            return None
        asked = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(asked, _SHORTEST_PAUSE), _LONGEST_PAUSE)


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _error(heard: Heard, code: str | None, payload: Any, answer: Answer) -> str:
    said = paths.line(" ".join(filter(None, (code, paths.text(payload, answer.error)))), _LONGEST_ERROR)
    return said or f"HTTP {heard.status}"


def _outcome(verdict: Verdict, error: str, heard: Heard, key: str) -> Outcome | Busy:
    match verdict:
        case Verdict.FINAL:
            return Refused(error)
        case Verdict.SILENCED:
            return Refused(error, opted_out=True)
        case Verdict.ROUTE:
            return Refused(error, of_route=True)
        case Verdict.THROTTLED:
            return Busy(error, _THROTTLED_PAUSE if heard.after is None else heard.after, throttled=True)
        case Verdict.PASSING:
            return Busy(error, _PASSING_PAUSE if heard.after is None else heard.after)
        case Verdict.KNOWN:
            return Accepted(key)
        case Verdict.DOUBT:
            return InDoubt(error)
