"""Which characters does the GSM alphabet hold, and what can honestly stand for one it lacks?"""

from typing import Final
from unicodedata import decomposition

DEFAULT: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
"""The default alphabet (3GPP TS 23.038, 6.2.1): a character's place is its septet; 0x1B is the escape."""

EXTENSION: Final = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
"""The extension table (3GPP TS 23.038, 6.2.1.1): the septet that follows the escape."""

BASIC: Final = frozenset(DEFAULT) - {"\x1b"}
CHARACTERS: Final = BASIC | frozenset(EXTENSION)

# Joiners, directional marks, variation selectors and loose accents: mute beside GSM text, but needed by
# emoji and by the Arabic, Persian and Indic scripts.
_MUTE: Final = (
    *range(0x0300, 0x0370),
    *range(0x200C, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *range(0xFE00, 0xFE10),
)

# Each character with its stand-in after it.
_SPELT: Final = """
    ←<- ⇒=> ≤<= ≥>= ≠!= ±+/- ×x ⋯... ¦| °o ‰0/00 ©(c) ®(R) 【[ 】] 。. 、, ∆Δ ∏Π ∑Σ µu
    ¢c ₤£ ₹Rs ₺TL ₦NGN ₱PHP ₵GHS ₡CRC ₫VND ₪ILS ₩KRW ₴UAH ₽RUB
    œoe ŒOE łl ŁL đd ĐD ðd ÐD þth ÞTh ħh ĦH ıi ŋn ŊN ŧt ŦT ẞSS əe ƏE ƒf
"""

_STAND_INS: Final[dict[str, str]] = {
    **dict.fromkeys("‘’‚‛‹›′`´ʹʻʼʽˈ❛❜", "'"),
    **dict.fromkeys("“”„‟«»″ʺ❝❞〝〞", '"'),
    **dict.fromkeys("‐‑‒–—―−⁃•‣◦∙⋅·●▪■", "-"),
    **dict.fromkeys("⁄∕÷", "/"),
    **dict.fromkeys("★☆∗⁎", "*"),
    **dict.fromkeys("→➔➜➡", "->"),
    **dict.fromkeys("►▶", ">"),
    **dict.fromkeys("∼≈", "~"),
    **{pair[0]: pair[1:] for pair in _SPELT.split()},
    **dict.fromkeys(map(chr, _MUTE), ""),
}

# A brace made from a look-alike could turn plain words into a merge field.
_NO_BRACES: Final = str.maketrans("{}", "()")

_AFTER_DIGIT: Final = {"<fraction>": " ", "<super>": "^"}


def stand_in(character: str) -> str | None:
    """GSM text a reader takes for `character`, which itself serves when GSM has it; None when nothing does.

    Accents go one at a time until a GSM letter is left (ǻ gives å, ê gives e, ç gives c: GSM has only Ç).
    Unicode's compatibility forms (wide, ligature, font, fraction, …) give what they decompose to, and a
    circled character goes in parentheses.
    """
    if character in CHARACTERS:
        return character
    if character in _STAND_INS:
        return _STAND_INS[character]
    form, parts = _decomposed(character)
    if not parts:
        return None
    plain = ""
    for part in parts:
        if (piece := stand_in(part)) is None:
            return None
        plain += piece
    plain = plain.translate(_NO_BRACES)
    return f"({plain})" if form == "<circle>" else plain


def after_digit(character: str, plain: str) -> str:
    """What keeps `plain` off the digit before it: 1½ is "1 1/2" and 10² is "10^2", but 1º is "1o"."""
    return "" if plain[:1].isalpha() else _AFTER_DIGIT.get(_decomposed(character)[0], "")


def _decomposed(character: str) -> tuple[str, list[str]]:
    form, mark, codes = decomposition(character).rpartition("> ")
    return (form + mark).rstrip(), [chr(int(code, 16)) for code in codes.split()]
