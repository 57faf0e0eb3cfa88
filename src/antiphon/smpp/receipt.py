"""What does a delivery receipt say? Its text by the custom of SMPP 3.4, appendix B, and its parameters (5.3.2.12, .35).

Carriers vary both: any order and case of the names, blanks after the colon, no `sub`, an id that is empty or only in a
parameter, dates of ten or twelve digits, and states in full.
"""

import re
from typing import Final

from msgspec import Struct

from antiphon.smpp.bodies import DataSm, ShortMessage, Tag

# esm_class, bits 5 to 2 (5.2.12): what kind of message a deliver_sm is.
_KIND: Final = 0b0011_1100
_RECEIPTS: Final = frozenset({0b0000_0100, 0b0010_0000})  # a delivery receipt, an intermediate notification
_NAME: Final = r"id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat|err|text"
# A value may be empty: what stands after the blanks is the next name then.
_FIELD: Final = re.compile(rf"\b({_NAME})\s*:(?:[ \t]+(?!(?:{_NAME})\s*:))?([^\s:\0]*)", re.IGNORECASE)
# As appendix B has it, read at once; whatever is otherwise is looked for name by name.
_USUAL: Final = re.compile(
    r"id:(?P<id>[^\s:\0]+) sub:\d+ dlvrd:\d+ submit date:\d+ done date:(?P<donedate>\d+) "
    r"stat:(?P<stat>[A-Z]+) err:(?P<err>[^\s:\0]+) text:",
    re.IGNORECASE,
).match
_STATES: Final = {  # 5.2.28, and the words of appendix B
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
_LONG: Final = {
    "DELIVERED": "DELIVRD",
    "UNDELIVERABLE": "UNDELIV",
    "UNDELIVERED": "UNDELIV",
    "REJECTED": "REJECTD",
    "ACCEPTED": "ACCEPTD",
    "FAILED": "UNDELIV",
}
_FINAL: Final = frozenset({"DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "REJECTD", "UNKNOWN"})


class Receipt(Struct, frozen=True, gc=False):
    """`state` is a word of seven letters as in appendix B; `done` the date as the carrier wrote it, or "".

    `ids` are all spellings of the message's id that it holds, the surest first.
    """

    ids: tuple[str, ...]
    state: str
    error: str
    done: str

    @property
    def is_final(self) -> bool:
        return self.state in _FINAL

    @property
    def is_delivered(self) -> bool:
        return self.state == "DELIVRD"


def is_receipt(body: ShortMessage | DataSm) -> bool:
    """By its esm_class, or by parameters that only a receipt has: some carriers forget the one."""
    return body.esm_class & _KIND in _RECEIPTS or Tag.RECEIPTED_MESSAGE_ID in body.tlvs


def read(body: ShortMessage | DataSm) -> Receipt | None:
    """None where it says neither whose receipt it is nor what became of it."""
    fields = _fields(body.user_data.decode("latin-1"))
    parameter = body.tlvs.get(Tag.RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode("latin-1").strip()
    ids = tuple(dict.fromkeys(id for id in (parameter, fields.get("id", "")) if id))
    state = _state(fields.get("stat", ""), body.tlvs.get(Tag.MESSAGE_STATE, b""))
    if not ids or not state:
        return None
    return Receipt(ids, state, fields.get("err", "") or _error(body), fields.get("donedate", ""))


def write(receipt: Receipt, submitted: str, text: str = "") -> bytes:
    """The text of a receipt as appendix B has it; dates are YYMMDDhhmm."""
    delivered = "001" if receipt.is_delivered else "000"
    line = (
        f"id:{receipt.ids[0]} sub:001 dlvrd:{delivered} submit date:{submitted} done date:{receipt.done} "
        f"stat:{receipt.state} err:{receipt.error} text:{text[:20]}"
    )
    return line.encode("latin-1", "replace")


def code(state: str) -> int:
    """The message_state of a word. Raises KeyError."""
    return _CODES[state]


def word(code: int) -> str:
    """The word of a message_state; empty where that says nothing."""
    return _STATES.get(code, "")


_CODES: Final = {word: number for number, word in _STATES.items()}


def _fields(text: str) -> dict[str, str]:
    if usual := _USUAL(text):
        return usual.groupdict()
    fields: dict[str, str] = {}
    for found in _FIELD.finditer(text):
        fields.setdefault(found[1].lower().replace("_", " ").replace(" ", ""), found[2])
        if found[1].lower() == "text":  # the message itself begins here, and it may say anything
            break
    return fields


def _state(written: str, parameter: bytes) -> str:
    word = _LONG.get(written.upper(), written.upper())
    known = word if word in _CODES else next((one for one in _CODES if word.startswith(one[:5])), "")
    return known or (_STATES.get(parameter[0], "") if parameter else "")


def _error(body: ShortMessage | DataSm) -> str:
    """network_error_code: a network's type and a number of two octets (5.3.2.31)."""
    octets = body.tlvs.get(Tag.NETWORK_ERROR_CODE, b"")
    return f"{int.from_bytes(octets[1:3], 'big'):03}" if len(octets) == 3 else ""
