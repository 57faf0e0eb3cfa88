"""What does a submit_sm say, and what became of a message?"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from antiphon.core import air, phone
from antiphon.core.account import Account, Callbacks
from antiphon.core.air import Alphabet, Part
from antiphon.core.campaign import Campaign, Purpose, SendMessages
from antiphon.core.campaign import State as Sending
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, BadNumber, Malformed, NotOffered, UnknownMessage
from antiphon.core.event import BOUND, over_a_bind
from antiphon.core.message import Fared, State, is_deleted
from antiphon.core.template import Syntax
from antiphon.dialects.smpp import notes
from antiphon.dialects.smpp.notes import Address, Asked, Note
from antiphon.services.parts import SubmitPart
from antiphon.smpp import receipt, times
from antiphon.smpp.bodies import DataSm, QuerySmResp, ShortMessage, Tag

_HAS_HEADER: Final = 0x40  # esm_class, 5.2.12
_KIND: Final = 0x3C
_RECEIPT: Final = 0x03  # registered_delivery, 5.2.17
_ON_FAILURE: Final = 2
_INTERNATIONAL: Final = 1  # type of number, 5.2.5
_NATIONAL: Final = 2
_LONGEST_NAME: Final = 11
_MARKETING: Final = "PROMO"
# npm's smpp says IA5 where it writes GSM: escapes and what are no letters in IA5 tell.
_IA5: Final = 0x01
_OF_GSM: Final = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]").search
_CODEPAGES: Final = {0x06: "iso8859_5", 0x07: "iso8859_8"}
_NO_TEXT: Final = frozenset({0x02, 0x04, 0x05, 0x09, 0x0A, 0x0D, 0x0E})  # octets, and alphabets that nobody sends
_WORDS: Final = {
    State.DELIVERED: "DELIVRD",
    State.FAILED: "UNDELIV",
    State.REFUSED: "REJECTD",
    State.WITHHELD: "REJECTD",
}


class _Common(Struct, frozen=True):
    """What all the parts of a text say."""

    account: Account
    body: ShortMessage | DataSm
    number: str
    sender: str | None
    send_at: datetime | None
    end_at: datetime | None


def read_submit(body: ShortMessage | DataSm, account: Account, now: datetime) -> SendMessages | SubmitPart:
    """A text, or a part of one. Raises BadField, BadNumber, Malformed or NotOffered."""
    _check(body)
    common = _Common(
        account,
        body,
        read_number(body, account.region),
        read_sender(body),
        *(_read_times(body, now) if isinstance(body, ShortMessage) else (None, None)),
    )
    part, octets = read_part(body)
    if part is None:
        return _command(common, octets, ())
    return SubmitPart(
        sender=body.source,
        receiver=common.number,
        reference=part.reference,
        total=part.total,
        place=part.place,
        octets=octets,
        note=_part_note(common),
        join=lambda whole, told: _command(common, whole, told),
    )


def read_number(body: ShortMessage | DataSm, region: str) -> str:
    """The E.164 number. Raises BadNumber."""
    written = body.destination.strip()
    abroad = "+" + written.removeprefix("+").removeprefix("00")
    number = None if body.destination_ton == _INTERNATIONAL else phone.e164(written, region)
    if number is None and body.destination_ton != _NATIONAL:
        # Most clients write no type of number, and country codes without a plus.
        number = phone.e164(abroad, region)
    if number is None:
        raise BadNumber(written=written, reason=phone.why_unreadable(written, region))
    return number


def read_sender(body: ShortMessage | DataSm) -> str | None:
    """None where the account's own is to stand. Raises BadField."""
    written = body.source.strip()
    digits = written.removeprefix("+")
    if not written:
        return None
    if digits.isascii() and digits.isdecimal() and len(digits) <= 16:
        return f"+{digits}" if body.source_ton == _INTERNATIONAL else written
    if len(written) > _LONGEST_NAME or not written.isprintable():
        raise BadField(field="source_addr", reason=f"is neither digits nor at most {_LONGEST_NAME} characters")
    return written


def read_part(body: ShortMessage | DataSm) -> tuple[Part | None, bytes]:
    """Which part of a text it is, None where it is all of it, and its octets. Raises Malformed or BadField."""
    octets, part = body.user_data, None
    if body.esm_class & _HAS_HEADER:
        if not octets or len(octets) < 1 + octets[0]:
            raise Malformed(reason="the user data header is longer than the message")
        part, octets = air.take_header(octets)
    elif Tag.SAR_MSG_REF_NUM in body.tlvs:
        part = _sar(body.tlvs)
    if part is None or part.total == 1:
        return None, octets
    if not 1 <= part.place <= part.total:
        raise BadField(field="sar", reason=f"says that this is part {part.place} of {part.total}")
    return part, octets


def read_text(octets: bytes, coding: int) -> str:
    """Without NUL, which no text may hold. Raises NotOffered."""
    if coding in _NO_TEXT or coding & 0xFC in (0x14, 0xF4):
        raise NotOffered(what=f"data_coding {coding}")
    if coding in _CODEPAGES:
        return octets.decode(_CODEPAGES[coding], "replace").replace("\0", "")
    if coding == _IA5 and _OF_GSM(octets):
        coding = air.DEFAULT_CODING
    return air.read(octets, coding, Alphabet.GSM).replace("\0", "")


def read_id(written: str) -> int:
    """Raises UnknownMessage."""
    if not (written.isascii() and written.isdecimal() and len(written) <= 18):
        raise UnknownMessage(id=written)
    return int(written)


def write_state(id: str, found: tuple[Campaign, Fared] | None) -> QuerySmResp:
    """None where parts of the message are missing."""
    if found is None:
        return QuerySmResp(id, "", receipt.code("ENROUTE"))
    campaign, fared = found
    word = _word(campaign, fared)
    final = "" if word == "ENROUTE" else times.write(fared.updated_at)
    return QuerySmResp(id, final, receipt.code(word))


def write_word(state: State, error: str | None, *, too_late: bool) -> str:
    """As a receipt says it; "" for what is no end."""
    if state is State.FAILED and is_deleted(error):
        return "DELETED"
    if state is State.UNSENT:
        return "EXPIRED" if too_late else "DELETED"
    return _WORDS.get(state, "")


def _word(campaign: Campaign, fared: Fared) -> str:
    too_late = campaign.end_at is not None and campaign.end_at <= fared.updated_at
    if campaign.state is Sending.CANCELLED:
        return "DELETED"
    return write_word(State(fared.state), fared.error, too_late=too_late) or "ENROUTE"


def _check(body: ShortMessage | DataSm) -> None:
    if body.esm_class & _KIND:
        raise BadField(field="esm_class", reason="is not that of a text")
    if isinstance(body, ShortMessage) and body.replace_if_present:
        raise BadField(field="replace_if_present_flag", reason="is set; nothing is replaced here")
    if isinstance(body, ShortMessage) and body.default_message_id and not body.user_data:
        raise BadField(field="sm_default_msg_id", reason="names a text that is not here")


def _read_times(body: ShortMessage, now: datetime) -> tuple[datetime | None, datetime | None]:
    """When it is to leave, and until when. Raises BadField."""
    send_at = _read_time("schedule_delivery_time", body.schedule_delivery_time, now)
    end_at = _read_time("validity_period", body.validity_period, now)
    if end_at is not None and end_at <= now:
        raise BadField(field="validity_period", reason="has passed")
    return send_at, end_at


def _read_time(field: str, written: str, now: datetime) -> datetime | None:
    try:
        return times.read(written, now)
    except (ValueError, OverflowError):
        raise BadField(field=field, reason="is no time of SMPP") from None


def _sar(tlvs: Mapping[int, bytes]) -> Part:
    reference = tlvs[Tag.SAR_MSG_REF_NUM]
    total, place = (tlvs.get(tag, b"") for tag in (Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM))
    if len(reference) > 2 or len(total) != 1 or len(place) != 1:
        raise BadField(field="sar", reason="has not the parameters of 5.3.2.22 to 5.3.2.24")
    return Part(int.from_bytes(reference, "big"), total[0], place[0])


def _command(common: _Common, octets: bytes, told: Sequence[tuple[int, str | None]]) -> SendMessages:
    account, body = common.account, common.body
    text = read_text(octets, body.data_coding)
    marketing = body.service_type.upper() == _MARKETING
    return SendMessages(
        recipients=[Draft(number=common.number)],
        text=text,
        sender=common.sender,
        purpose=Purpose.MARKETING if marketing else Purpose.ALERT,
        send_at=common.send_at,
        end_at=common.end_at,
        optimise=False,
        syntax=Syntax.NONE,
        callbacks=_callbacks(account, _whole_note(common, text, told)),
    )


def _callbacks(account: Account, note: Note) -> Callbacks:
    """Replies come the same way, but where the account has said whither else."""
    here = over_a_bind(account.id)
    return Callbacks(
        receipts=here if note.own or note.parts else None,
        replies=None if account.parameters.callbacks.replies else here,
        format=BOUND,
        custom=notes.write(note),
    )


def _note(common: _Common) -> Note:
    body = common.body
    asks = body.registered_delivery & _RECEIPT
    return Note(
        own=Asked(0, asks == _ON_FAILURE) if asks else None,
        source=Address(body.source_ton, body.source_npi, body.source),
        destination=Address(body.destination_ton, body.destination_npi, body.destination),
        service=body.service_type,
        until=int(common.end_at.timestamp()) if common.end_at else None,
        reference=body.tlvs.get(Tag.USER_MESSAGE_REFERENCE, b"")[:2].hex(),
    )


def _part_note(common: _Common) -> str | None:
    note = _note(common)
    return notes.write(replace(note, is_part=True)) if note.own else None


def _whole_note(common: _Common, text: str, told: Sequence[tuple[int, str | None]]) -> Note:
    asked = [(id, notes.read(written).own) for id, written in told]
    parts = tuple(Asked(id, own.failures) for id, own in asked if own is not None)
    return replace(_note(common), said=text[:20], parts=parts)
