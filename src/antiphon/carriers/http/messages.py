"""What does a message look like as a vendor's HTTP request?"""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from antiphon.carriers.http.shape import PLACE, Request
from antiphon.core import text
from antiphon.core.carrier import Address
from antiphon.core.message import Outgoing
from antiphon.core.text import Encoding

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]+")
_TYPES: Final = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


class Written(Struct, frozen=True):
    """`target` is the path with its query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None


def write(message: Outgoing, request: Request, address: Address, receipts: str) -> Written:
    """`receipts` is where the carrier may post its reports, empty for nowhere. Raises ValueError for a text that is no
    Unicode."""
    facts = {**of_address(address), **_of_message(message, request, receipts)}
    fields = fill(request.fields, facts)
    target, body = target_of(request.path, facts), None
    if request.body == "json":
        body = msgspec.json.encode(fields)
    else:
        encoded = urlencode({name: _plain(value) for name, value in fields.items()})
        body = encoded.encode() if request.body == "form" else None
        target = f"{target}?{encoded}" if request.body == "query" else target
    kind = {"Content-Type": _TYPES[request.body]} if body is not None else {}
    own = headers(request, facts)
    if any(name.lower() == "content-type" for name in own):
        kind = {}
    return Written(request.method, target, {**kind, **own}, body)


def key_of(message: Outgoing) -> str:
    """The same for each attempt with this message, and for no other."""
    return f"{message.account_id}-{message.id}"


def of_address(address: Address) -> dict[str, str]:
    return {"user": address.user, "password": address.password, "path": address.path.strip("/")}


def headers(request: Request, facts: Mapping[str, str]) -> dict[str, str]:
    """With the credentials."""
    written = {name: _CONTROLS.sub(" ", value) for name, value in fill(request.headers, facts).items()}
    if request.credentials == "basic":
        pair = f"{facts['user']}:{facts['password']}".encode()
        written["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    elif request.credentials == "bearer":
        written["Authorization"] = f"Bearer {_CONTROLS.sub('', facts['password'])}"
    return written


def target_of(path: str, facts: Mapping[str, str]) -> str:
    return PLACE.sub(lambda match: quote(facts.get(match[1], ""), safe=""), path)


def fill(template: Any, facts: Mapping[str, str]) -> Any:
    """The template with its places filled; None where it names something that is not there."""
    if isinstance(template, str):
        if not all(map(facts.get, PLACE.findall(template))):
            return None
        return PLACE.sub(lambda match: facts[match[1]], template)
    if isinstance(template, Mapping):
        filled = ((name, fill(inner, facts)) for name, inner in template.items())
        return {name: value for name, value in filled if value is not None}
    if isinstance(template, list | tuple):
        return [value for inner in template if (value := fill(inner, facts)) is not None]
    return template


def _of_message(message: Outgoing, request: Request, receipts: str) -> dict[str, str]:
    key, sender = key_of(message), message.sender or ""
    return {
        "number": message.number,
        "digits": message.number.removeprefix("+"),
        "sender": sender,
        "sender_digits": sender.removeprefix("+"),
        "text": message.text,
        "type": "text" if text.measure(message.text).encoding is Encoding.GSM7 else "unicode",
        "purpose": request.purposes.get(message.purpose, message.purpose.value),
        "key": key,
        "receipts": receipts,
        "callback": f"{receipts}/{key}" if receipts else "",
        **{f"extras.{name}": value for name, value in message.extras.items()},
    }


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
