"""What did a vendor post to us? Its shape reads the reports and the replies."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import structlog

from antiphon.carriers.http import paths
from antiphon.carriers.http.shape import Paths, Receipts, Shape
from antiphon.core import phone
from antiphon.core.errors import Malformed, MissingField, UnknownPath
from antiphon.core.message import Fate, Key, Receipt, Reply

_log = structlog.get_logger()
_KEY: Final = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
_LARGEST_ID: Final = 2**63 - 1
_NUMBER: Final = re.compile(r"\+?([1-9][0-9]{2,14})")
_LONGEST_REFERENCE: Final = 200
_LONGEST_ERROR: Final = 200
_LONGEST_RECEIVER: Final = 40


class Reader:
    """Of what comes from the vendor of this shape; `answer` is what it wants to hear when it has handed on a reply."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self.answer = shape.replies.answer.encode() if shape.replies else b""
        self.media_type = shape.replies.media_type if shape.replies else "text/plain"

    def receipts(self, payload: Any, key: str, at: datetime) -> list[Receipt]:
        """The reports in it that are news; `key` is ours where it stood in the address. Raises UnknownPath, Malformed
        or MissingField."""
        wanted = self._shape.receipts
        if wanted is None:
            raise UnknownPath
        read = [self._receipt(item, wanted, key, at) for item in _items(payload, wanted.each)]
        return [one for one in read if one]

    def replies(self, payload: Any, at: datetime) -> list[Reply]:
        """Raises UnknownPath, Malformed or MissingField."""
        wanted = self._shape.replies
        if wanted is None:
            raise UnknownPath
        return [
            Reply(
                number=self._number(_needed(item, wanted.number)),
                text=_needed(item, wanted.text),
                at=at,
                receiver=paths.line(paths.text(item, wanted.receiver), _LONGEST_RECEIVER) or None,
                id=paths.line(paths.text(item, wanted.id), _LONGEST_REFERENCE) or None,
            )
            for item in _items(payload, wanted.each)
        ]

    def _receipt(self, item: Any, wanted: Receipts, key: str, at: datetime) -> Receipt | None:
        state = _needed(item, wanted.state)
        echo = _key(key) or _key(paths.text(item, wanted.key))
        reference = paths.line(paths.text(item, wanted.reference), _LONGEST_REFERENCE)
        if not reference and echo is None:
            raise MissingField(field=_first(wanted.reference or wanted.key))
        fate = _fate(state, wanted)
        if fate is None:
            return None
        said = [state, *paths.all_texts(item, wanted.error)] if fate is Fate.FAILED else []
        return Receipt(
            reference=reference or "{}-{}".format(*echo or ()),
            fate=fate,
            at=at,
            error=paths.line(" ".join(dict.fromkeys(said)), _LONGEST_ERROR) or None,
            echo=echo,
            number=paths.line(paths.text(item, wanted.number), _LONGEST_RECEIVER) or None,
        )

    def _number(self, written: str) -> str:
        """As it is written where it is none."""
        region = self._shape.region
        if region and (found := phone.e164(written.strip(), region)):
            return found
        match = _NUMBER.fullmatch(re.sub(r"[\s().-]", "", written).removeprefix("00"))
        return f"+{match[1]}" if match else paths.line(written, _LONGEST_RECEIVER)


def _fate(state: str, wanted: Receipts) -> Fate | None:
    """None where it says nothing that is final."""
    word = state.strip().casefold()
    if word in map(str.casefold, wanted.delivered):
        return Fate.DELIVERED
    if word in map(str.casefold, wanted.failed):
        return Fate.FAILED
    if word not in map(str.casefold, wanted.on_the_way):
        _log.warning("a report with a state that its shape does not know", state=paths.line(state, 40))
    return None


def _items(payload: Any, each: str) -> Iterator[Any]:
    """Raises Malformed."""
    found = paths.values(payload, each) if each else [payload]
    items = [inner for one in found for inner in (one if isinstance(one, list) else [one])]
    if not items or not all(isinstance(one, dict) for one in items):
        raise Malformed(reason="it does not hold what this carrier posts")
    yield from items


def _needed(item: Any, where: Paths) -> str:
    """Raises MissingField."""
    found = paths.text(item, where)
    if not found:
        raise MissingField(field=_first(where))
    return found


def _first(where: Paths) -> str:
    return where if isinstance(where, str) else next(iter(where), "the reference")


def _key(written: str) -> Key | None:
    match = _KEY.fullmatch(written)
    key = (int(match[1]), int(match[2])) if match else None
    return key if key and max(key) <= _LARGEST_ID else None
