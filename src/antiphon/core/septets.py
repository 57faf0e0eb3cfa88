"""How does text in the GSM alphabet become octets and text again? (3GPP TS 23.038, 6.1.2.1 and 6.2.1)"""

from typing import Final

from antiphon.core import gsm

_ESCAPE: Final = 0x1B
_TO_SEPTETS: Final = str.maketrans(
    {character: chr(place) for place, character in enumerate(gsm.DEFAULT) if place != _ESCAPE}
    | {character: f"\x1b{chr(septet)}" for character, septet in gsm.EXTENSION.items()}
)
_EXTENDED: Final = {septet: character for character, septet in gsm.EXTENSION.items()}


def encode(text: str) -> bytes:
    """A septet in each octet. Raises UnicodeEncodeError where GSM lacks a character: measure the text first."""
    for character in set(text) - gsm.CHARACTERS:
        raise UnicodeEncodeError("gsm7", text, text.index(character), text.index(character) + 1, "not in the alphabet")
    return text.translate(_TO_SEPTETS).encode("latin-1")


def decode(octets: bytes) -> str:
    """The text; what is no septet, or stands alone after an escape, is a space as the standard wants it."""
    text: list[str] = []
    escaped = False
    for octet in octets:
        if escaped:
            text.append(_EXTENDED.get(octet, gsm.DEFAULT[octet] if octet < 0x80 and octet != _ESCAPE else " "))
            escaped = False
        elif octet == _ESCAPE:
            escaped = True
        else:
            text.append(gsm.DEFAULT[octet] if octet < 0x80 else " ")
    return "".join(text)


def pack(septets: bytes, fill: int = 0) -> bytes:
    """Seven bits of each, the first in the lowest, after `fill` empty bits that follow a header."""
    bits = sum((septet & 0x7F) << (fill + 7 * place) for place, septet in enumerate(septets))
    return bits.to_bytes((fill + 7 * len(septets) + 7) // 8, "little")


def unpack(octets: bytes, count: int, fill: int = 0) -> bytes:
    """`count` septets out of packed octets."""
    bits = int.from_bytes(octets, "little") >> fill
    return bytes(bits >> (7 * place) & 0x7F for place in range(count))
