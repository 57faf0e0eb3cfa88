"""What may go wrong at the far end, and whom does it meet?"""

import hashlib
from dataclasses import dataclass, fields
from typing import Final, Literal

from antiphon.core.errors import BadField

_SHARES: Final = ("refused", "failed", "lost", "dropped", "early", "twice", "stopped", "silent")
_MOST: Final = 1e6


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Times in seconds, shares from 0 to 1; the same seed, number and text fare alike. Raises BadField.

    Parameters
    ----------
    latency
        Until a message is answered.
    receipt_delay
        From the answer to the receipt.
    shuffled
        Receipts come in any order within so many seconds.
    rate
        More messages a second than that are answered with ESME_RTHROTTLED; 0 is no limit.
    refused
        Share that is refused for its number.
    failed
        Share that is reported as undeliverable.
    lost
        Share that is taken and never answered.
    dropped
        Share that is taken, and then the link is cut before the answer.
    early
        Share whose receipt leaves before the answer.
    twice
        Share whose receipt comes a second time.
    stopped
        Share of the readers that answer STOP.
    silent
        Share of which nothing is ever reported: only who asks hears of it.
    replies
        So many answers a second, each another text, from the people that messages went to.
    ids
        How messages are named: decimal, hex, hex_then_decimal (in the receipt), or padded (in the receipt).
    tell
        Whether receipts tell by text, by tlv (parameters), or both.
    seed
        Another seed, other messages.
    """

    latency: float = 0.0
    receipt_delay: float = 0.1
    shuffled: float = 0.0
    rate: float = 0.0
    refused: float = 0.0
    failed: float = 0.0
    lost: float = 0.0
    dropped: float = 0.0
    early: float = 0.0
    twice: float = 0.0
    stopped: float = 0.0
    silent: float = 0.0
    replies: float = 0.0
    ids: Literal["decimal", "hex", "hex_then_decimal", "padded"] = "decimal"
    tell: Literal["text", "tlv", "both"] = "both"
    seed: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, float) and not 0 <= value <= (1 if field.name in _SHARES else _MOST):
                raise BadField(field=field.name, reason=f"is {value:g}, which is out of range")


def ids(form: str, serial: int) -> tuple[str, str]:
    """What the answer calls it, and what the receipt does."""
    number = 0x1A2B0000 + serial
    match form:
        case "hex":
            return f"{number:X}", f"{number:X}"
        case "hex_then_decimal":
            return f"{number:X}", str(number)
        case "padded":
            return f"{number:x}", f"{number:016X}"
        case _:
            return str(number), str(number)


def draws(seed: int, number: str, octets: bytes) -> list[float]:
    """Eight numbers from 0 to 1 that depend on nothing but the seed, the number and the text."""
    told = f"{seed}|{number}|".encode() + octets
    digest = hashlib.blake2b(told, digest_size=16).digest()
    return [int.from_bytes(digest[place : place + 2]) / 2**16 for place in range(0, 16, 2)]
