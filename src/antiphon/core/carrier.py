"""By what is a carrier known, and what has been agreed with it?"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from msgspec import Meta, Struct

from antiphon.core.errors import BadField

_LONGEST_NAME = 40
S = TypeVar("S", bound=Struct)


class Address(Struct, frozen=True, kw_only=True):
    """A carrier's URL, read: `smpp://SYSTEM_ID:PASSWORD@HOST:PORT?OPTION=VALUE&…`. Without a port it is 0."""

    scheme: str
    user: str
    password: str
    host: str
    port: int
    path: str
    options: Mapping[str, str]


class Terms(Struct, frozen=True, kw_only=True):
    """What holds for a carrier of any kind: messages a second (0 is no limit), and from when to when in its day."""

    rate: Annotated[float, Meta(ge=0, le=100_000)] = 0
    hours: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")] = "00:00-00:00"
    zone: str = "UTC"


class NewCarrier(Struct, frozen=True, kw_only=True):
    """A way out as somebody asks for it: the URL with its password. A `default` takes what no route is for."""

    name: str
    url: str
    default: bool = False


class Carrier(Struct, frozen=True, kw_only=True):
    """A way out as it is kept; the URL has no password."""

    name: str
    url: str
    is_default: bool
    paused: bool
    created_at: datetime
    changed_at: datetime


TERMS = tuple(Terms.__struct_fields__)


def check_name(name: str) -> None:
    """Raises BadField."""
    if not name or len(name) > _LONGEST_NAME or not all(one.isalnum() or one in "-_." for one in name):
        reason = f"is not a name of at most {_LONGEST_NAME} letters, digits, dots and dashes"
        raise BadField(field="name", reason=reason)


def read(url: str) -> Address:
    """Raises BadField."""
    try:
        parts = urlsplit(url.strip())
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        port = parts.port or 0
    except ValueError:  # whose words may hold the password
        raise BadField(field="url", reason="cannot be read as smpp://SYSTEM_ID:PASSWORD@HOST:PORT") from None
    if not parts.scheme:
        raise BadField(field="url", reason="does not begin with a scheme like smpp://")
    if parts.fragment or "@" in parts.path + parts.query:
        raise BadField(field="url", reason="has a sign in its password that must be written as %23, %2F, %3F or %40")
    return Address(
        scheme=parts.scheme,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=parts.hostname or "",
        port=port,
        path=parts.path,
        options=options,
    )


def open_url(url: str) -> str:
    """The URL without its password."""
    parts = urlsplit(url.strip())
    who, at, where = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{who.partition(':')[0]}{at}{where}").geturl()


def with_password(url: str, password: str) -> str:
    """The URL as it was before `open_url` took the password out."""
    parts = urlsplit(url)
    who, at, where = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{who}:{quote(password, safe='')}{at}{where}").geturl() if password else url


def cancels(url: str) -> bool:
    """May a message that it has taken be called back? Raises BadField."""
    written = read(url).options.get("cancel", "false")
    try:
        return msgspec.convert(written, bool, strict=False)
    except msgspec.ValidationError:
        raise BadField(field="cancel", reason="is neither true nor false") from None


def terms(address: Address) -> Terms:
    """Raises BadField."""
    agreed = settings({name: value for name, value in address.options.items() if name in TERMS}, Terms)
    if agreed.zone not in available_timezones():
        raise BadField(field="zone", reason=f"{agreed.zone} is no time zone like Europe/Paris")
    return agreed


def settings(options: Mapping[str, str], kind: type[S]) -> S:
    """The options as what they mean. Raises BadField, which names the one that is wrong."""
    unknown = set(options) - set(kind.__struct_fields__)
    if unknown:
        known = ", ".join(kind.__struct_fields__)
        raise BadField(field=min(unknown), reason=f"is no option of this carrier; it has {known}")
    for name, value in options.items():
        try:
            msgspec.convert({name: value}, kind, strict=False)
        except (msgspec.ValidationError, ValueError) as failure:
            reason = str(failure).partition(" - at ")[0].replace("`", "")
            raise BadField(field=name, reason=f"is wrong: {reason}") from None
    return msgspec.convert(options, kind, strict=False)


def is_open(agreed: Terms, now: datetime) -> bool:
    """May anything go by this carrier at this time of its day? `now` is aware."""
    start, end = (time.fromisoformat(one) for one in agreed.hours.split("-"))
    here = now.astimezone(ZoneInfo(agreed.zone)).time()
    return start == end or (start <= here < end if start < end else here >= start or here < end)
