"""What is a vendor's HTTP API, as one table? How a text is written, how an answer is read, what is posted to us."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, Literal

from msgspec import Struct

from antiphon.core.campaign import Purpose
from antiphon.core.errors import BadField

PLACE: Final = re.compile(r"\{([a-z_]+(?:\.[A-Za-z0-9_-]+)?)\}")
OURS: Final = ("user", "password", "path")  # of the carrier's URL, the same for every message
EACH: Final = (
    *("number", "digits", "sender", "sender_digits", "text", "type", "purpose"),
    *("key", "callback", "receipts"),
)

_TARGET: Final = re.compile(r"/[!-~]*")
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2

# Where something stands in JSON or a form: `result.id`, `messages.0.id`, `messages.*.id`; of several the first found.
Paths = str | tuple[str, ...]


class Verdict(StrEnum):
    """What an error means for the message, and for its carrier."""

    FINAL = "final"  # nobody will ever take it
    SILENCED = "silenced"  # nobody will: the person has told the carrier to be left alone
    ROUTE = "route"  # another carrier may: it is not the message that is wrong
    THROTTLED = "throttled"  # surely not taken, and all others had better wait as well
    PASSING = "passing"  # surely not taken, and welcome again soon
    DOUBT = "doubt"  # it may have been taken
    KNOWN = "known"  # it was taken at an earlier attempt with the same key


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Places like {number} in `path`, `headers` and `fields` are filled for each message; a field or header that names
    something which is not there is left out.

    `purposes` are the vendor's words for {purpose}. With `idempotent`, {key} keeps the vendor from taking a message
    twice. `check` is the path of a GET that sends nothing and needs the credentials.
    """

    path: str
    fields: Mapping[str, Any]
    method: Literal["POST", "PUT", "GET"] = "POST"
    body: Literal["json", "form", "query"] = "json"
    credentials: Literal["none", "basic", "bearer"] = "none"
    headers: Mapping[str, str] = {}
    purposes: Mapping[Purpose, str] = {}
    idempotent: bool = False
    check: str = ""


class Answer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A 2xx is success, unless there is a code that is not among the `good` ones. Without a `reference` it is our key.

    A code has a verdict before the HTTP status, and that before what every status means (`answers.py`).
    """

    reference: Paths = ()
    code: Paths = ()
    good: tuple[str, ...] = ()
    error: Paths = ()
    codes: Mapping[str, Verdict] = {}
    statuses: Mapping[int, Verdict] = {}


class Receipts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report that the vendor posts, or each of those at `each`. `key` is where it hands back our own {key}."""

    state: Paths
    delivered: tuple[str, ...]
    failed: tuple[str, ...]
    on_the_way: tuple[str, ...] = ()
    reference: Paths = ()
    key: Paths = ()
    number: Paths = ()
    error: Paths = ()
    each: str = ""


class Replies(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text that the vendor hands on, under an `id` of its own, and the `answer` that it wants to that."""

    number: Paths
    text: Paths
    receiver: Paths = ()
    id: Paths = ()
    each: str = ""
    answer: str = ""
    media_type: str = "text/plain"


class Shape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`host` is where it is for everybody, `region` where numbers without a country code are dialled."""

    request: Request
    answer: Answer
    receipts: Receipts | None = None
    replies: Replies | None = None
    host: str = ""
    region: str = ""


def check(shape: Shape) -> None:
    """Raises BadField, which names the key that is wrong."""
    request = shape.request
    named: list[str] = []
    for key, template in _templates(request):
        for name in PLACE.findall(template):
            named.append(name)
            if name not in (*OURS, *EACH) and not name.startswith("extras."):
                reason = f"has {{{name}}}; there are {', '.join((*OURS, *EACH))} and extras.NAME"
                raise BadField(field=key, reason=reason)
    for key, path in (("request.path", request.path), ("request.check", request.check or "/")):
        if not _TARGET.fullmatch(path):
            raise BadField(field=key, reason="is no path that begins with /, of ASCII without blanks")
    if wrong := next((name for name in request.headers if not _HEADER.fullmatch(name)), None):
        raise BadField(field=f"request.headers.{wrong}", reason="is no name of a header")
    if request.idempotent and "key" not in named:
        raise BadField(field="request.idempotent", reason="is set, but {key} stands nowhere in the request")
    if request.method == "GET" and request.body != "query":
        raise BadField(field="request.body", reason="is not query, which a GET has")
    if request.body != "json" and (nested := next((k for k, v in request.fields.items() if _is_nested(v)), None)):
        raise BadField(field=f"request.fields.{nested}", reason="has parts, which only JSON can have")
    if strange := next((status for status in shape.answer.statuses if not 100 <= status <= 599), None):
        raise BadField(field=f"answer.statuses.{strange}", reason="is no HTTP status")


def _templates(request: Request) -> Iterator[tuple[str, str]]:
    """All texts with places in them, and the keys that they stand at."""
    yield "request.path", request.path
    yield "request.check", request.check
    yield from _within("request.headers", request.headers)
    yield from _within("request.fields", request.fields)


def _within(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif _is_nested(value):
        for name, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _within(f"{key}.{name}", inner)


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple)
