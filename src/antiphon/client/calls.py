"""Which request asks for what, and what does an answer mean? No network here: both clients use these."""

import random
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from antiphon.client.shapes import (
    Accepted,
    All,
    Campaign,
    Carrier,
    Checked,
    Choice,
    Contact,
    Conversation,
    Draft,
    Entry,
    Joined,
    Lane,
    List,
    Message,
    OptOut,
    Page,
    Reply,
    Result,
    Route,
    Silenced,
    Step,
    Tag,
    Wallet,
    Word,
)

Given = TypeVar("Given")
Item = TypeVar("Item")

ATTEMPTS = 5
BATCH = 5_000  # drafts in one request
_AGAIN = frozenset({429, 502, 503, 504})
_LONGEST_PAUSE = 30.0  # seconds


class Problem(Exception):
    """A refusal: `kind` is a word to test for, like "unknown-list"; `errors` name the fields to blame."""

    def __init__(self, status: int, kind: str, detail: str, errors: tuple[Mapping[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = errors


class Unreachable(Exception):
    """Nobody answered, however often it was tried."""


class Ask(Struct, Generic[Given], frozen=True):
    """A request, and the shape of its answer; None for one without a body."""

    method: str
    path: str
    shape: Any
    body: bytes | None = None
    headers: Mapping[str, str] = {}


class Told(Struct, frozen=True):
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(method: str, path: str, shape: Any, body: Any = None, **query: Any) -> Ask[Any]:
    """A POST has a key of its own, so that repeating it after a lost answer does nothing twice."""
    known = {name: value for name, value in query.items() if value is not None}
    encoded = None if body is None else msgspec.json.encode(body)
    headers = {} if method != "POST" else {"Idempotency-Key": uuid.uuid4().hex}
    if encoded is not None:
        headers["Content-Type"] = "application/json"
    return Ask(method, f"/api/v1{path}{'?' if known else ''}{urlencode(known)}", shape, encoded, headers)


def read(wanted: Ask[Given], told: Told) -> Given:
    """Raises Problem."""
    if told.status >= 400:
        raise problem(told)
    return None if wanted.shape is None else msgspec.json.decode(told.body, type=wanted.shape)  # type: ignore[return-value]


def problem(told: Told) -> Problem:
    try:
        written: dict[str, Any] = msgspec.json.decode(told.body, type=dict[str, Any])
    except msgspec.DecodeError:
        written = {}
    kind = str(written.get("type", "")).rpartition("/")[2] or "unknown"
    detail = str(written.get("detail") or f"the server answered {told.status}")
    return Problem(told.status, kind, detail, tuple(written.get("errors", ())))


def pause(attempt: int, told: Told | None) -> float | None:
    """Seconds until it is worth another try; None when it is not."""
    if attempt >= ATTEMPTS or (told is not None and told.status not in _AGAIN):
        return None
    asked = told.headers.get("retry-after", "") if told else ""
    least = float(asked) if asked.isdigit() else 0.0
    return max(least, min(0.25 * 2**attempt, _LONGEST_PAUSE) * random.uniform(0.5, 1))  # noqa: S311


def batches(drafts: Iterable[Draft]) -> Iterator[Ask[Any]]:
    """A request for so many drafts; to repeat one changes nothing."""
    waiting = iter(drafts)
    encoder = msgspec.json.Encoder()
    while some := list(islice(waiting, BATCH)):
        body = b"".join(encoder.encode(draft) + b"\n" for draft in some)
        yield Ask("POST", "/api/v1/contacts/bulk", Result, body, {"Content-Type": "application/x-ndjson"})


def results(told: Told, before: int) -> list[Result]:
    """Of one batch, after so many drafts. Raises Problem."""
    if told.status >= 400:
        raise problem(told)
    decoder = msgspec.json.Decoder(Result)
    found = [decoder.decode(line) for line in told.body.splitlines() if line]
    return [Result(before + one.line, one.status, one.id, one.reason) for one in found]


def contacts(after: str | None, **wanted: Any) -> Ask[Page[Contact]]:
    return ask("GET", "/contacts", Page[Contact], after=after, limit=500, **wanted)


def create_contact(draft: Draft) -> Ask[Contact]:
    return ask("POST", "/contacts", Contact, draft)


def contact(id: str) -> Ask[Contact]:
    return ask("GET", f"/contacts/{id}", Contact)


def edit_contact(id: str, changes: Mapping[str, Any]) -> Ask[Contact]:
    return ask("PATCH", f"/contacts/{id}", Contact, changes)


def delete_contact(id: str) -> Ask[None]:
    return ask("DELETE", f"/contacts/{id}", None)


def tag_contact(id: str, names: Iterable[str]) -> Ask[Contact]:
    return ask("PUT", f"/contacts/{id}/tags", Contact, {"tags": list(names)})


def lists(after: str | None) -> Ask[Page[List]]:
    return ask("GET", "/lists", Page[List], after=after, limit=500)


def create_list(name: str) -> Ask[List]:
    return ask("POST", "/lists", List, {"name": name})


def delete_list(id: str) -> Ask[None]:
    return ask("DELETE", f"/lists/{id}", None)


def members(id: str, add: Iterable[str], remove: Iterable[str]) -> Ask[Joined]:
    return ask("POST", f"/lists/{id}/members", Joined, {"add": list(add), "remove": list(remove)})


def tags(after: str | None) -> Ask[Page[Tag]]:
    return ask("GET", "/tags", Page[Tag], after=after, limit=500)


def opt_outs(after: str | None) -> Ask[Page[OptOut]]:
    return ask("GET", "/opt-outs", Page[OptOut], after=after, limit=500)


def opt_out(numbers: Iterable[str], words: str | None) -> Ask[Silenced]:
    return ask("POST", "/opt-outs", Silenced, {"numbers": list(numbers), "words": words})


def send(to: Iterable[str], text: str, **content: Any) -> Ask[Accepted]:
    return ask("POST", "/messages", Accepted, {"to": list(to), "text": text, **said(content)})


def create_campaign(text: str, **content: Any) -> Ask[Campaign]:
    return ask("POST", "/campaigns", Campaign, {"text": text, **said(content)})


def campaign(id: str) -> Ask[Campaign]:
    return ask("GET", f"/campaigns/{id}", Campaign)


def campaigns(after: str | None, state: str | None) -> Ask[Page[Campaign]]:
    return ask("GET", "/campaigns", Page[Campaign], after=after, limit=100, state=state)


def do(id: str, verb: str) -> Ask[Campaign]:
    return ask("POST", f"/campaigns/{id}/{verb}", Campaign)


def messages(id: str, after: str | None, state: str | None) -> Ask[Page[Message]]:
    return ask("GET", f"/campaigns/{id}/messages", Page[Message], after=after, limit=500, state=state)


def messages_to(number: str, after: str | None) -> Ask[Page[Message]]:
    return ask("GET", "/messages", Page[Message], number=number, after=after, limit=500)


def message(id: str) -> Ask[Message]:
    return ask("GET", f"/messages/{id}", Message)


def cancel_message(id: str) -> Ask[Message]:
    return ask("POST", f"/messages/{id}/cancel", Message)


def way(id: str) -> Ask[All[Step]]:
    return ask("GET", f"/messages/{id}/way", All[Step])


def replies(after: str | None) -> Ask[Page[Reply]]:
    return ask("GET", "/replies", Page[Reply], after=after, limit=500)


def conversations(after: str | None) -> Ask[Page[Conversation]]:
    return ask("GET", "/conversations", Page[Conversation], after=after, limit=500)


def conversation(number: str, after: str | None) -> Ask[Page[Word]]:
    return ask("GET", f"/conversations/{_quoted(number)}", Page[Word], after=after, limit=500)


def wallet() -> Ask[Wallet]:
    return ask("GET", "/wallet", Wallet)


def ledger(after: str | None) -> Ask[Page[Entry]]:
    return ask("GET", "/wallet/ledger", Page[Entry], after=after, limit=500)


def carriers() -> Ask[All[Carrier]]:
    return ask("GET", "/carriers", All[Carrier])


def add_carrier(name: str, url: str, default: bool) -> Ask[Carrier]:
    return ask("POST", "/carriers", Carrier, {"name": name, "url": url, "default": default})


def carrier(name: str) -> Ask[Carrier]:
    return ask("GET", f"/carriers/{_quoted(name)}", Carrier)


def do_carrier(name: str, verb: str) -> Ask[Carrier]:
    return ask("POST", f"/carriers/{_quoted(name)}/{verb}", Carrier)


def test_carrier(name: str) -> Ask[Checked]:
    return ask("POST", f"/carriers/{_quoted(name)}/test", Checked)


def remove_carrier(name: str) -> Ask[None]:
    return ask("DELETE", f"/carriers/{_quoted(name)}", None)


def lanes() -> Ask[All[Lane]]:
    return ask("GET", "/lanes", All[Lane])


def routes() -> Ask[All[Route]]:
    return ask("GET", "/routes", All[Route])


def add_route(choices: Iterable[Choice], **fits: Any) -> Ask[Route]:
    return ask("POST", "/routes", Route, {"choices": list(choices), **said(fits)})


def remove_route(id: str) -> Ask[None]:
    return ask("DELETE", f"/routes/{id}", None)


def _quoted(name: str) -> str:
    return quote(name, safe="")


def said(content: Mapping[str, Any]) -> dict[str, Any]:
    """What is not None; times as RFC 3339 writes them."""
    said = {name: value for name, value in content.items() if value is not None}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()}
