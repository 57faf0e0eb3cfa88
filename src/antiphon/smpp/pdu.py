"""How do the PDUs of SMPP 3.4 look on the wire? Bytes to records and back."""

import re
import struct
from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any, Final

from msgspec import Struct
from msgspec import inspect as shapes

from antiphon.smpp.bodies import BODIES, NOTHING, Body, Nothing, Tlvs

HEADER: Final = 16
LONGEST: Final = 64 * 1024 + 1024  # a message_payload may have 64 KiB; no PDU of the standard is longer than this
_RESPONSE: Final = 0x8000_0000
_LENIENT: Final = 255  # octets of a C-octet string that we read, where many carriers go beyond the standard's limit


class Pdu(Struct, frozen=True, gc=False):
    """`body` is Nothing where an error status lets the peer leave it out."""

    command: int
    status: int
    sequence: int
    body: Body

    @property
    def is_response(self) -> bool:
        return self.command >= _RESPONSE


class BadLength(Exception):
    """The stream cannot be cut into PDUs any more."""


class BadPdu(Exception):
    """One PDU that cannot be read; the next one may be. `command` and `sequence` are those of its header."""

    def __init__(self, command: int, sequence: int, reason: str) -> None:
        super().__init__(reason)
        self.command = command
        self.sequence = sequence
        self.is_unknown = command not in BODIES
        self.is_response = command >= _RESPONSE


class TooLong(ValueError):
    """A field that the wire has no room for."""


def answer_to(command: int) -> int:
    """The command of the response."""
    return command | _RESPONSE


def encode(command: int, sequence: int, body: Body = NOTHING, status: int = 0) -> bytes:
    """Raises TooLong where a field is over its limit, is not Latin-1 or holds a NUL."""
    written = b"" if isinstance(body, Nothing) else _layout(type(body)).write(body)
    return _HEADER.pack(HEADER + len(written), command, status, sequence) + written


def frames(buffer: bytearray) -> Iterator[bytes]:
    """The whole PDUs at the front of `buffer`, which are taken out of it. Raises BadLength."""
    at, size = 0, len(buffer)
    try:
        while size - at >= HEADER:
            length = int.from_bytes(buffer[at : at + 4], "big")
            if not HEADER <= length <= LONGEST:
                raise BadLength(f"a PDU of {length} octets")
            if size - at < length:
                break
            yield bytes(buffer[at : at + length])
            at += length
    finally:
        del buffer[:at]


def decode(frame: bytes) -> Pdu:
    """Raises BadPdu."""
    _, command, status, sequence = _HEADER.unpack_from(frame)
    body = BODIES.get(command)
    if body is None:
        raise BadPdu(command, sequence, "unknown command")
    if body is Nothing or (len(frame) == HEADER and command >= _RESPONSE):
        return Pdu(command, status, sequence, NOTHING)
    try:
        return Pdu(command, status, sequence, _layout(body).read(frame))
    except (ValueError, struct.error) as failure:
        if command >= _RESPONSE and status:
            return Pdu(command, status, sequence, NOTHING)
        raise BadPdu(command, sequence, str(failure)) from None


_HEADER: Final = struct.Struct(">IIII")
_TLV: Final = struct.Struct(">HH")


class _Layout:
    """A record's mandatory fields as one regular expression to read and one format to write: each runs in C."""

    def __init__(self, body: type[Body]) -> None:
        fields = {field.name: field.type for field in _fields(body)}
        self._body: Callable[..., Body] = body
        self._tlvs = fields.pop("tlvs", None) is not None
        self._message = fields.pop("short_message", None) is not None
        texts = [isinstance(shape, shapes.StrType) for shape in fields.values()]
        self._names = tuple(fields)
        get = attrgetter(*fields)
        self._values: Callable[[Any], tuple[Any, ...]] = get if len(fields) > 1 else lambda body: (get(body),)
        self._texts = [(place, _limit(shape)) for place, shape in enumerate(fields.values()) if texts[place]]
        self._format = b"".join(b"%b\0" if text else b"%c" for text in texts)
        self._readers: list[Callable[[bytes], str | int]] = [_text if text else ord for text in texts]
        pattern = b"".join(b"([^\0]{0,%d})\0" % _LENIENT if text else b"(.)" for text in texts)
        self._match = re.compile(pattern, re.DOTALL).match

    def write(self, body: Any) -> bytes:
        values: list[Any] = list(self._values(body))
        for place, limit in self._texts:
            values[place] = _octets(self._names[place], values[place], limit) if values[place] else b""
        try:
            written = self._format % tuple(values)
        except OverflowError:
            raise TooLong("a number has one octet, from 0 to 255") from None
        if self._message:
            message: bytes = body.short_message
            if len(message) > 255:
                raise TooLong("short_message has at most 255 octets")
            written += b"%c%b" % (len(message), message)
        return written + write_tlvs(body.tlvs) if self._tlvs and body.tlvs else written

    def read(self, frame: bytes) -> Body:
        found = self._match(frame, HEADER)
        if found is None:
            raise ValueError("a mandatory field is missing or endless")
        values: list[Any] = [read(octets) for read, octets in zip(self._readers, found.groups(), strict=True)]
        at = found.end()
        if self._message:
            end = at + 1 + frame[at] if at < len(frame) else len(frame) + 1
            if end > len(frame):
                raise ValueError("the short message is shorter than it says")
            values.append(frame[at + 1 : end])
            at = end
        if self._tlvs and at < len(frame):
            values.append(read_tlvs(frame, at))
        return self._body(*values)


@cache
def _layout(body: type[Body]) -> _Layout:
    return _Layout(body)


def write_tlvs(tlvs: Tlvs) -> bytes:
    """Raises TooLong."""
    try:
        return b"".join(_TLV.pack(tag, len(value)) + value for tag, value in tlvs.items())
    except struct.error as failure:
        raise TooLong(f"an optional parameter: {failure}") from None


def read_tlvs(frame: bytes, at: int = 0) -> dict[int, bytes]:
    """The optional parameters from `at` to the end. Raises ValueError."""
    tlvs: dict[int, bytes] = {}
    while at < len(frame):
        if len(frame) - at < _TLV.size:
            raise ValueError("half an optional parameter")
        tag, length = _TLV.unpack_from(frame, at)
        at += _TLV.size
        if at + length > len(frame):
            raise ValueError(f"optional parameter {tag:#06x} is shorter than it says")
        tlvs[tag] = frame[at : at + length]
        at += length
    return tlvs


def _fields(body: type[Body]) -> tuple[shapes.Field, ...]:
    shape = shapes.type_info(body)
    assert isinstance(shape, shapes.StructType)
    return shape.fields


def _limit(shape: shapes.Type) -> int:
    assert isinstance(shape, shapes.StrType)
    return shape.max_length or 0


def _text(octets: bytes) -> str:
    return octets.decode("latin-1")


def _octets(name: str, text: str, limit: int) -> bytes:
    if len(text) > limit or "\0" in text:
        raise TooLong(f"{name} has at most {limit} characters and no NUL")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise TooLong(f"{name} is not Latin-1") from None
