"""What has to be told of a message later, as the customer wrote it?

It comes back with every event of the message, beside the facts that we keep ourselves.
"""

import msgspec
from msgspec import Struct


class Address(Struct, frozen=True, array_like=True):
    """Type of number, numbering plan, and what is written."""

    ton: int = 0
    npi: int = 0
    written: str = ""


class Asked(Struct, frozen=True, array_like=True):
    """A part that is to be reported under its own id; `failures`: only if the message fails."""

    id: int
    failures: bool


class Note(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`own` is what was asked of the message itself, or of the part that this is the note of; `parts` of the others.

    `until` is the end of its validity, in seconds since 1970; `said` the beginning of the text; `reference` the
    user_message_reference, in hexadecimal.
    """

    own: Asked | None = None
    parts: tuple[Asked, ...] = ()
    source: Address = Address()
    destination: Address = Address()
    service: str = ""
    until: int | None = None
    said: str = ""
    reference: str = ""
    is_part: bool = False


def write(note: Note) -> str:
    return msgspec.json.encode(note).decode()


def read(written: str | None) -> Note:
    return msgspec.json.decode(written, type=Note) if written else Note()
