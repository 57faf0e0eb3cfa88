"""How does any call of any dialect pass? Route -> authenticate -> decode -> handler -> encode; refusals by table."""

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from math import ceil
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from antiphon.core.account import Account, NewCredential
from antiphon.core.callback import Trial
from antiphon.core.carrier import NewCarrier
from antiphon.core.errors import (
    BadField,
    Fault,
    Malformed,
    MissingField,
    Refusal,
    TooFast,
    UnknownPath,
    WrongMethod,
)
from antiphon.core.event import Event, Heard
from antiphon.core.event import Request as CallbackRequest
from antiphon.core.pace import Pace
from antiphon.core.price import Prices
from antiphon.core.repeats import Repeats
from antiphon.dialects.incoming import Incoming, read_fields, without_nul
from antiphon.dialects.lenient import mend
from antiphon.dialects.parts import Parts
from antiphon.services.vault import Vault
from antiphon.store.session import Store

_log = structlog.get_logger()
_IGNORED_HEADER = "Antiphon-Ignored"
_REPEATED_HEADER = "Antiphon-Repeated"  # seconds since the very same call
_LONGEST_HEADER = 1000


class Call(Struct, kw_only=True):
    """One request that may pass: what a handler needs of it. `ignored` names what was not understood or was mended;
    `gone` says whether the client has hung up, or we are about to."""

    store: Store
    house: "House"
    id: str
    method: str
    path: Mapping[str, str]
    headers: Mapping[str, str]
    account: Account
    gone: Callable[[], Awaitable[bool]]
    ignored: list[str]

    @property
    def prices(self) -> Prices:
        return self.house.prices


class Answer(Struct, frozen=True):
    """Status, a body for JSON (bytes go out as they are, an iterator's part by part; none where it is None), further
    headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


class Route(Struct, frozen=True):
    """`path` below the dialect's prefix, `{name}` for a part that varies; of two that fit, the one with fewer answers.

    `takes` is the shape of what the call says: of the query in a GET, else of the body. A handler that gives back no
    Answer has given the body of one with `status`, of the shape `gives`, or of one of them. With `file` the body is a
    form with files, of at most so many bytes. A handler that `streams` is given the lines of a body of any length.
    """

    method: str
    path: str
    handler: Callable[..., Awaitable[Any]]
    takes: type | None = None
    gives: Any = None
    status: int = 200
    file: int | None = None
    streams: bool = False


class Caller(Struct, frozen=True):
    """What a refusal may be told to: enough for any vendor's shape of an error."""

    id: str
    method: str
    path: str


class Dialect(Struct, frozen=True, kw_only=True):
    """A vendor's API. `authenticate` (what comes in, store) finds the account; `refuse` is the table of refusals.

    `callback` writes what a customer's server is told of an event, as a form or as JSON; None for none.
    A `forgiving` one mends what it reads; one that speaks `form` reads fields of a form or the query, never JSON.
    `read` says what an encoded form or query holds.
    `security` are OpenAPI's words for what opens it, all of them together.
    """

    name: str
    title: str
    prefix: str
    routes: Sequence[Route]
    authenticate: Callable[[Incoming, Store], Awaitable[Account]]
    refuse: Callable[[Refusal, Caller], Answer]
    example: Callable[[str, NewCredential], str]
    security: Mapping[str, Mapping[str, str]]
    callback: Callable[[Event, bool], CallbackRequest | None] | None = None
    forgiving: bool = False
    form: bool = False
    read: Callable[[bytes], dict[str, Any]] = read_fields


class House(Struct, frozen=True, kw_only=True):
    """What all doors share. `body_limit` in bytes; no `pace`: everybody calls as fast as they like. Answers without end
    are ended once it is `closing`. A carrier is added (is it new?) and checked (what does it say?) by who knows what
    kinds there are; both raise BadField, and `check_carrier` UnknownCarrier or CarrierUnreachable. A server is called
    to try it out by who may call out; that raises BadField, too. The `vault` seals what only we may read."""

    prices: Prices
    body_limit: int
    pace: Pace | None
    repeats: Repeats
    closing: asyncio.Event
    add_carrier: Callable[[NewCarrier], Awaitable[bool]]
    check_carrier: Callable[[str], Awaitable[str]]
    try_callback: Callable[[Account, Trial], Awaitable[Heard]]
    vault: Callable[[], Vault]


class Door:
    """The ASGI application of one dialect."""

    def __init__(self, dialect: Dialect, store: Store, house: House) -> None:
        self._dialect = dialect
        self._store = store
        self._house = house
        paths = dict.fromkeys(dialect.prefix + route.path for route in dialect.routes)
        self._methods = {
            path.lower(): {route.method: route for route in dialect.routes if dialect.prefix + route.path == path}
            for path in paths
        }
        parted = sorted((path for path in paths if "{" in path), key=lambda path: path.count("{"))
        self._patterns = [(_pattern(path), self._methods[path.lower()]) for path in parted]

    def knows(self, path: str) -> bool:
        """Is there anything at this path? Two dialects may stand under one prefix."""
        return self._at(path) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        caller = Caller(id=uuid.uuid4().hex, method=request.method, path=scope["path"])
        try:
            response = _response(await self._answer(request, caller))
        except ClientDisconnect:
            return
        except Refusal as refusal:
            response = _response(self._dialect.refuse(refusal, caller))
            if isinstance(refusal, TooFast):
                response.headers["Retry-After"] = str(refusal.retry_after)
        except Exception:
            _log.exception("fault", id=caller.id, dialect=self._dialect.name, path=caller.path)
            response = _response(self._dialect.refuse(Fault(id=caller.id), caller))
        await response(scope, receive, send)

    async def _answer(self, request: Request, caller: Caller) -> Answer:
        route, path = self._find(request)
        incoming = Incoming(request, path, route.file or self._house.body_limit, self._dialect.read)
        account = await self._dialect.authenticate(incoming, self._store)
        if self._house.pace and (wait := self._house.pace.wait(account.id, time.monotonic())):
            raise TooFast(retry_after=ceil(wait))
        call = Call(
            store=self._store,
            house=self._house,
            id=caller.id,
            method=caller.method,
            path=path,
            headers=incoming.headers,
            account=account,
            gone=partial(self._is_over, request),
            ignored=[],
        )
        try:
            said = () if route.takes is None else (await self._said(incoming, route, call),)
            said = (incoming.lines(),) if route.streams else said
            given = await route.handler(call, *said)
        finally:
            incoming.close()
        answer = given if isinstance(given, Answer) else Answer(route.status, given)
        headers = {_IGNORED_HEADER: _named(call.ignored)} if call.ignored else {}
        if request.method == "POST" and incoming.short and answer.status < 300:
            since = self._house.repeats.since(account.id, caller.path, incoming.short, time.monotonic())
            headers |= {} if since is None else {_REPEATED_HEADER: str(ceil(since))}
        return Answer(answer.status, answer.body, {**answer.headers, **headers}) if headers else answer

    async def _is_over(self, request: Request) -> bool:
        return self._house.closing.is_set() or await request.is_disconnected()

    def _find(self, request: Request) -> tuple[Route, Mapping[str, str]]:
        """Raises UnknownPath or WrongMethod."""
        found = self._at(request.scope["path"])
        if found is None:
            raise UnknownPath
        methods, varying = found
        if request.method not in methods:
            raise WrongMethod(allowed=", ".join(sorted(methods)))
        return methods[request.method], varying

    def _at(self, written: str) -> tuple[Mapping[str, Route], Mapping[str, str]] | None:
        """What answers at a path, by method, and the parts of it that vary. Case, blanks at the end and doubled or
        trailing slashes do not count: real clients send each of them. Nor does NUL, which no text may hold."""
        path = re.sub(r"/{2,}", "/", written.replace("\0", "")).strip().rstrip("/")
        methods = self._methods.get(path.lower())
        if methods is not None and "{" not in path:
            return methods, {}
        matches = ((pattern.fullmatch(path), methods) for pattern, methods in self._patterns)
        return next(((methods, match.groupdict()) for match, methods in matches if match), None)

    async def _said(self, incoming: Incoming, route: Route, call: Call) -> Any:
        """What the call says, in the shape that its route takes. Raises Malformed, MissingField or BadField."""
        assert route.takes is not None
        if self._dialect.form or route.method == "GET":
            return self._shaped(await incoming.fields(), route.takes, call, written=True)
        if route.file is not None:
            return self._shaped(await incoming.parts(), route.takes, call, written=True)
        body = without_nul(await incoming.body()) or b"{}"
        try:
            return msgspec.json.decode(body, type=route.takes, strict=not self._dialect.forgiving)
        except msgspec.ValidationError as failure:
            if not self._dialect.forgiving:
                raise _bad(str(failure)) from None
            return self._shaped(_object(body), route.takes, call)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failure:
            raise Malformed(reason=str(failure)) from None

    def _shaped(self, raw: Any, wanted: type, call: Call, *, written: bool = False) -> Any:
        """`written`: all of it is text, as in a form, so that a cast is nothing to tell of."""
        try:
            if not self._dialect.forgiving:
                return msgspec.convert(raw, wanted, strict=False)
            mended = mend(raw, wanted)
        except msgspec.ValidationError as failure:
            raise _bad(str(failure)) from None
        call.ignored += mended.ignored if written else [*mended.ignored, *(f"{path} (cast)" for path in mended.cast)]
        return mended.value


def _named(paths: Sequence[str]) -> str:
    """As a header may hold it: the names are the client's own, and a line break in one would begin another header."""
    return re.sub(r"[^ -~]", "?", ", ".join(paths[:_LONGEST_HEADER]))[:_LONGEST_HEADER].strip()


def _object(body: bytes) -> Any:
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failure:
        raise Malformed(reason=str(failure)) from None
    if not isinstance(raw, dict):
        raise Malformed(reason="it is not a JSON object")
    return raw


def _bad(failure: str) -> Refusal:
    """msgspec's sentence ("Expected `str`, got `int` - at `$.contacts[0].number`") as a refusal."""
    reason, _, path = failure.partition(" - at `$")
    field = path.strip("`.") or "The body"
    unknown = re.fullmatch(r"Object contains unknown field `(.+)`", reason)
    if unknown:
        return BadField(field=f"{field}.{unknown[1]}" if path else unknown[1], reason="is not a field of this call")
    missing = re.fullmatch(r"Object missing required field `(.+)`", reason)
    if missing:
        return MissingField(field=f"{field}.{missing[1]}" if path else missing[1])
    return BadField(field=field, reason="is not as it should be: " + reason.replace("`", ""))


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)), re.IGNORECASE)


def _response(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status, headers=dict(answer.headers))
    if isinstance(answer.body, AsyncIterator):
        return Parts(answer.body, answer.status, dict(answer.headers))
    body = answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)
    return Response(body, answer.status, dict(answer.headers), "application/json")
