"""What goes over the air? Text as octets with a data coding, cut into parts; and octets that are text again."""

from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct

from antiphon.core import septets, text
from antiphon.core.text import Encoding

# 3GPP TS 23.038, section 4, as SMPP uses it (SMPP 3.4, 5.2.19).
DEFAULT_CODING: Final = 0x00
LATIN1_CODING: Final = 0x03
UCS2_CODING: Final = 0x08
_OCTETS: Final = 140
_JOINED_OCTETS: Final = 134
_HIGH_SURROGATE: Final = 0xD8


class Alphabet(StrEnum):
    """What a carrier means by its default coding: GSM with a septet in each octet, GSM packed, or Latin-1."""

    GSM = "gsm"
    PACKED = "packed"
    LATIN1 = "latin1"


class Cut(Struct, frozen=True):
    """A text as octets, in as many parts as it takes, without headers."""

    coding: int
    parts: tuple[bytes, ...]


class Part(Struct, frozen=True):
    """Which part of how many this is, of those that share a reference."""

    reference: int
    total: int
    place: int


@lru_cache(maxsize=2048)
def cut(said: str, alphabet: Alphabet) -> Cut:
    """Cached: a campaign says the same to everybody."""
    if alphabet is Alphabet.LATIN1:
        return _latin1(said) or _ucs2(said)
    if text.measure(said).encoding is Encoding.UCS2:
        return _ucs2(said)
    coded = [septets.encode(piece) for piece in text.split(said)]
    if alphabet is Alphabet.PACKED:
        # After a header of six octets one bit is left empty, so that a septet begins at a septet's place.
        fill = 1 if len(coded) > 1 else 0
        coded = [septets.pack(piece, fill) for piece in coded]
    return Cut(DEFAULT_CODING, tuple(coded))


def _latin1(said: str) -> Cut | None:
    try:
        octets = said.encode("latin-1")
    except UnicodeEncodeError:
        return None
    room = _OCTETS if len(octets) <= _OCTETS else _JOINED_OCTETS
    return Cut(LATIN1_CODING, tuple(octets[at : at + room] for at in range(0, len(octets) or 1, room)))


def _ucs2(said: str) -> Cut:
    octets = said.encode("utf-16-be", "surrogatepass")
    if len(octets) <= _OCTETS:
        return Cut(UCS2_CODING, (octets,))
    parts: list[bytes] = []
    while octets:
        room = _JOINED_OCTETS
        if len(octets) > room and octets[room - 2] & 0xFC == _HIGH_SURROGATE:  # its other half stays with it
            room -= 2
        parts.append(octets[:room])
        octets = octets[room:]
    return Cut(UCS2_CODING, tuple(parts))


def header(part: Part) -> bytes:
    """The user data header of a part, with a reference of one octet (3GPP TS 23.040, 9.2.3.24.1)."""
    return bytes((5, 0, 3, part.reference & 0xFF, part.total, part.place))


def take_header(octets: bytes) -> tuple[Part | None, bytes]:
    """The part that a user data header tells of, and what follows the header; other elements of it are passed over."""
    if not octets or len(octets) < 1 + octets[0]:
        return None, octets
    rest, at, end = octets[1 + octets[0] :], 1, 1 + octets[0]
    while at + 1 < end:
        kind, length = octets[at], octets[at + 1]
        value = octets[at + 2 : at + 2 + length]
        if kind == 0 and len(value) == 3:
            return Part(value[0], value[1], value[2]), rest
        if kind == 8 and len(value) == 4:  # a reference of two octets (9.2.3.24.8)
            return Part(int.from_bytes(value[:2], "big"), value[2], value[3]), rest
        at += 2 + length
    return None, rest


def read(octets: bytes, coding: int, alphabet: Alphabet) -> str:
    """The text. A coding that we do not know is read as Latin-1, so that nothing is lost."""
    if coding & 0xF0 in (0x00, 0x10, 0xF0):
        coding = coding & 0x0C if coding & 0xF0 else coding
    if coding == UCS2_CODING:
        return octets.decode("utf-16-be", "replace")
    if coding == DEFAULT_CODING and alphabet is Alphabet.PACKED:
        return septets.decode(septets.unpack(octets, len(octets) * 8 // 7)).rstrip("@")
    if coding == DEFAULT_CODING and alphabet is Alphabet.GSM:
        return septets.decode(octets)
    return octets.decode("latin-1")
