"""What does a message look like as submit_sm, and a deliver_sm as text? The settings say what a carrier wants."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec.structs import replace

from antiphon.carriers.smpp.settings import Settings
from antiphon.core import air
from antiphon.core.air import Part
from antiphon.core.message import Fragment, Outgoing
from antiphon.smpp.bodies import DataSm, ShortMessage, Tag

_HAS_HEADER: Final = 0x40  # esm_class, 5.2.12
_WANTS_RECEIPT: Final = 0x01  # registered_delivery, 5.2.17
_ALPHANUMERIC: Final = 5, 0
_INTERNATIONAL: Final = 1, 1
_SHORT_CODE: Final = 3, 0
_LONGEST_SHORT_CODE: Final = 6


def write(message: Outgoing, wishes: Settings, reference: int) -> tuple[ShortMessage, ...]:
    """All parts of it, which share the reference (0 to 255)."""
    cut = air.cut(message.text, wishes.alphabet)
    tags = wishes.tags
    extras = {tags[name]: _zero(value) for name, value in message.extras.items() if name in tags}
    ton, npi, source = source_of(message.sender, wishes)
    common = ShortMessage(
        service_type=wishes.service_type,
        source_ton=ton,
        source_npi=npi,
        source=source,
        destination_ton=wishes.dest_ton,
        destination_npi=wishes.dest_npi,
        destination=destination_of(message.number, wishes),
        priority=1 if message.urgent else 0,
        validity_period=wishes.period,
        registered_delivery=_WANTS_RECEIPT if wishes.receipts else 0,
        data_coding=cut.coding,
        short_message=cut.parts[0],
        tlvs=extras,
    )
    return (common,) if len(cut.parts) == 1 else _long(common, cut.parts, wishes.long, reference)


def source_of(sender: str | None, wishes: Settings) -> tuple[int, int, str]:
    """Its type of number, its numbering plan and its address."""
    ton, npi = _kind(sender or "")
    ton = ton if wishes.source_ton is None else wishes.source_ton
    npi = npi if wishes.source_npi is None else wishes.source_npi
    return ton, npi, (sender or "").removeprefix("+")


def destination_of(number: str, wishes: Settings) -> str:
    return number if wishes.plus else number.removeprefix("+")


def read(body: ShortMessage | DataSm, wishes: Settings) -> str | Fragment:
    """What it says, or what one part of it has in it."""
    octets, part = body.user_data, None
    if body.esm_class & _HAS_HEADER:
        part, octets = air.take_header(octets)
    elif Tag.SAR_MSG_REF_NUM in body.tlvs:
        part = _sar(body.tlvs)
    if part is None or part.total < 2 or not 1 <= part.place <= part.total:
        return air.read(octets, body.data_coding, wishes.alphabet)
    return Fragment(
        reference=part.reference,
        total=part.total,
        place=part.place,
        octets=octets,
        coding=body.data_coding,
        alphabet=wishes.alphabet,
    )


def _long(
    common: ShortMessage, parts: tuple[bytes, ...], how: Literal["udh", "sar", "payload"], reference: int
) -> tuple[ShortMessage, ...]:
    if how == "payload":
        tlvs = {**common.tlvs, Tag.MESSAGE_PAYLOAD: b"".join(parts)}
        return (replace(common, short_message=b"", tlvs=tlvs),)
    each = [Part(reference, len(parts), place) for place in range(1, len(parts) + 1)]
    if how == "udh":
        return tuple(
            replace(common, esm_class=_HAS_HEADER, short_message=air.header(part) + octets)
            for part, octets in zip(each, parts, strict=True)
        )
    return tuple(
        replace(common, short_message=octets, tlvs={**common.tlvs, **_write_sar(part)})
        for part, octets in zip(each, parts, strict=True)
    )


def _write_sar(part: Part) -> dict[int, bytes]:
    return {
        Tag.SAR_MSG_REF_NUM: part.reference.to_bytes(2, "big"),
        Tag.SAR_TOTAL_SEGMENTS: bytes((part.total,)),
        Tag.SAR_SEGMENT_SEQNUM: bytes((part.place,)),
    }


def _sar(tlvs: Mapping[int, bytes]) -> Part | None:
    total, place = (tlvs.get(tag, b"") for tag in (Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM))
    if not total or not place:
        return None
    return Part(int.from_bytes(tlvs[Tag.SAR_MSG_REF_NUM], "big"), total[0], place[0])


def _kind(sender: str) -> tuple[int, int]:
    """Type of number and numbering plan (5.2.5, 5.2.6)."""
    digits = sender.removeprefix("+")
    if not digits:
        return 0, 0
    if not digits.isdigit():
        return _ALPHANUMERIC
    return _SHORT_CODE if len(digits) <= _LONGEST_SHORT_CODE and digits == sender else _INTERNATIONAL


def _zero(value: str) -> bytes:
    return value.encode("utf-8", "replace") + b"\0"
