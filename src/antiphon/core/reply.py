"""Which message does a reply answer, is it one that came before, and what is no reply of a person at all?"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from antiphon.core.message import Key, Reply

# What is answered later than that belongs to the conversation, but to no campaign any more.
LATE: Final = timedelta(days=30)
LONGEST: Final = 39_015  # characters: 255 parts of 153
_LONGEST_NAME: Final = 64
_SKEW: Final = timedelta(seconds=5)  # our machines' clocks may differ by so much
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{2,14}")
# Where a carrier names its replies, it may hand one on again for days; where it does not, we can only tell it by its
# words, and somebody may say the same twice.
_SURE: Final = timedelta(days=7)
_UNSURE: Final = timedelta(minutes=5)


class Left(Struct, frozen=True, gc=False):
    """A message that has left for a number, under this sender."""

    key: Key
    campaign_id: int
    sender: str | None
    sent_at: datetime


def clean(reply: Reply) -> Reply:
    """Without what no database keeps, and not longer than any text can be."""
    receiver = None if reply.receiver is None else _plain(reply.receiver, _LONGEST_NAME) or None
    return replace(
        reply, number=_plain(reply.number, _LONGEST_NAME), text=_plain(reply.text, LONGEST), receiver=receiver
    )


def is_number(written: str) -> bool:
    """Can it be a person's, in E.164? Not a name, nor a short code."""
    return _NUMBER.fullmatch(written) is not None


def key_of(reply: Reply) -> tuple[tuple[str, str], timedelta] | None:
    """The carrier and the key by which the same reply is known when it comes again, within this time. None where
    nothing hands it on again."""
    if reply.carrier is None:
        return None
    if reply.id:
        return (reply.carrier, f"id {_digest(reply.id)}"), _SURE
    return (reply.carrier, f"said {_digest(reply.number, reply.receiver or '', reply.text)}"), _UNSURE


def answered(reply: Reply, left: Sequence[Left]) -> Left | None:
    """The newest of these messages that had left before the reply came, rather one from the sender it was written to;
    they begin with the newest."""
    before = [one for one in left if one.sent_at <= reply.at + _SKEW]
    same = (one for one in before if reply.receiver and _bare(one.sender or "") == _bare(reply.receiver))
    return next(same, before[0] if before else None)


def is_late(reply: Reply, to: Left) -> bool:
    return reply.at - to.sent_at > LATE


def _plain(written: str, longest: int) -> str:
    return written[:longest].replace("\0", "").encode("utf-8", "replace").decode()


def _digest(*said: str) -> str:
    return hashlib.blake2b("\0".join(said).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _bare(sender: str) -> str:
    return sender.removeprefix("+").casefold()
