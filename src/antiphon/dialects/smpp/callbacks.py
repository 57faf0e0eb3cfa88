"""What is told over a bind: receipts as in appendix B of SMPP 3.4, and what people answered."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from antiphon.core import air
from antiphon.core.air import Alphabet
from antiphon.core.event import Event, Kind
from antiphon.core.message import State
from antiphon.dialects.smpp import notes
from antiphon.dialects.smpp.messages import write_word
from antiphon.dialects.smpp.notes import Address, Asked, Note
from antiphon.smpp import receipt
from antiphon.smpp.bodies import ShortMessage, Tag
from antiphon.smpp.receipt import Receipt

_RECEIPT: Final = 0x04  # esm_class, 5.2.12
_INTERNATIONAL: Final = 1, 1
_LONGEST_ADDRESS: Final = 20


def write(event: Event) -> Sequence[ShortMessage]:
    """One for each part that was asked of; none where nothing of this kind is told."""
    note = notes.read(event.custom)
    if event.kind is Kind.REPLY:
        return [write_reply(event, note)]
    if event.kind is not Kind.RECEIPT or event.message_id is None or event.state is None:
        return []
    state = State(event.state)
    too_late = note.is_part or (note.until is not None and note.until <= event.at.timestamp())
    word = write_word(state, event.error, too_late=too_late)
    own = () if note.own is None else (Asked(event.message_id, note.own.failures),)
    asked = [one for one in (*note.parts, *own) if not (one.failures and state is State.DELIVERED)]
    return [write_receipt(event, note, one.id, word) for one in asked if word]


def write_receipt(event: Event, note: Note, id: int, word: str) -> ShortMessage:
    told = Receipt((str(id),), word, _error(event, word), _date(event.at))
    said = re.sub(r"[^ -~]", "?", note.said)  # whatever alphabet a client reads receipts in
    tlvs: dict[int, bytes] = {
        Tag.RECEIPTED_MESSAGE_ID: f"{id}\0".encode(),
        Tag.MESSAGE_STATE: bytes((receipt.code(word),)),
    }
    if note.reference:
        tlvs[Tag.USER_MESSAGE_REFERENCE] = bytes.fromhex(note.reference)
    return ShortMessage(
        service_type=note.service[:5],
        source_ton=note.destination.ton,
        source_npi=note.destination.npi,
        source=note.destination.written[:_LONGEST_ADDRESS],
        destination_ton=note.source.ton,
        destination_npi=note.source.npi,
        destination=note.source.written[:_LONGEST_ADDRESS],
        esm_class=_RECEIPT,
        short_message=receipt.write(told, _date(event.created_at or event.at), said),
        tlvs=tlvs,
    )


def write_reply(event: Event, note: Note) -> ShortMessage:
    """To the sender that the text had. A long one is a message_payload."""
    cut = air.cut(event.text or "", Alphabet.GSM)
    octets = b"".join(cut.parts)
    alone = len(cut.parts) == 1
    to = note.source if note.source.written else Address(written=(event.receiver or "")[:_LONGEST_ADDRESS])
    ton, npi = _INTERNATIONAL
    return ShortMessage(
        source_ton=ton,
        source_npi=npi,
        source=(event.number or "").removeprefix("+")[:_LONGEST_ADDRESS],
        destination_ton=to.ton,
        destination_npi=to.npi,
        destination=to.written[:_LONGEST_ADDRESS],
        data_coding=cut.coding,
        short_message=octets if alone else b"",
        tlvs={} if alone else {Tag.MESSAGE_PAYLOAD: octets},
    )


def _error(event: Event, word: str) -> str:
    """Three digits: the carrier's own where it said some."""
    if word == "DELIVRD":
        return "000"
    found = re.search(r"(?<!\d)\d{3}(?!\d)", event.error or "", re.ASCII)
    return found[0] if found else "001"


def _date(at: datetime) -> str:
    return f"{at.astimezone(UTC):%y%m%d%H%M}"
