"""How is a text spoken, and how long does that take?"""

from enum import StrEnum

from msgspec import Struct

# Characters a second of an unhurried reader: 150 words a minute of six characters with their blank.
_PACE = 15
# Seconds that are paid for at a time.
PIECE = 30


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"


class Voice(Struct, frozen=True, kw_only=True):
    """Who reads: `language` is a BCP 47 tag like fr-FR."""

    gender: Gender = Gender.FEMALE
    language: str = "fr-FR"


def seconds(text: str) -> float:
    """How long it takes to say, estimated, to a hundredth."""
    return round(len(text) / _PACE, 2)


def pieces(text: str) -> int:
    """The started half-minutes of a call that says this."""
    return max(1, -(-len(text) // (_PACE * PIECE)))
