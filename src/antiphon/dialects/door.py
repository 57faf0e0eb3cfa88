"""How does any call of any dialect pass? Route -> authenticate -> decode -> handler -> encode; refusals by table."""

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from antiphon.core.account import Account, NewCredential
from antiphon.core.errors import (
    BadField,
    BodyTooLarge,
    Fault,
    Malformed,
    MissingField,
    NotAuthenticated,
    Refusal,
    UnknownPath,
    WrongMethod,
)
from antiphon.dialects.lenient import mend
from antiphon.store.session import Store

_log = structlog.get_logger()
_IGNORED_HEADER = "Antiphon-Ignored"
_LONGEST_HEADER = 1000


class Call(Struct, kw_only=True):
    """One request: what every dialect needs of it. `account` is known once `authenticate` has returned."""

    store: Store
    request: Request
    id: str
    path: Mapping[str, str]
    account: Account
    ignored: list[str]

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params


class Answer(Struct, frozen=True):
    """Status, a body for JSON (none where it is None), further headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


class Route(Struct, frozen=True):
    """`path` below the dialect's prefix, `{name}` for a part that varies; `body` the shape of its JSON, if any."""

    method: str
    path: str
    handler: Callable[..., Awaitable[Answer]]
    body: type | None = None


class Caller(Struct, frozen=True):
    """What a refusal may be told to: enough for any vendor's shape of an error."""

    id: str
    method: str
    path: str


class Dialect(Struct, frozen=True, kw_only=True):
    """A vendor's API. `authenticate` (request, path, store) finds the account; `refuse` is the table of refusals."""

    name: str
    prefix: str
    routes: Sequence[Route]
    authenticate: Callable[[Request, Mapping[str, str], Store], Awaitable[Account]]
    refuse: Callable[[Refusal, Caller], Answer]
    example: Callable[[str, NewCredential], str]
    forgiving: bool = False


class Door:
    """The ASGI application of one dialect. `body_limit` in bytes."""

    def __init__(self, dialect: Dialect, store: Store, body_limit: int) -> None:
        self._dialect = dialect
        self._store = store
        self._body_limit = body_limit
        self._routes = [(_pattern(dialect.prefix + route.path), route) for route in dialect.routes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        caller = Caller(id=uuid.uuid4().hex, method=request.method, path=scope["path"])
        try:
            response = _response(await self._answer(request, caller))
        except ClientDisconnect:
            return
        except Refusal as refusal:
            response = _response(self._dialect.refuse(refusal, caller))
        except Exception:
            _log.exception("fault", id=caller.id, dialect=self._dialect.name, path=caller.path)
            response = _response(self._dialect.refuse(Fault(id=caller.id), caller))
        await response(scope, receive, send)

    async def _answer(self, request: Request, caller: Caller) -> Answer:
        route, path = self._find(request)
        account = await self._dialect.authenticate(request, path, self._store)
        call = Call(store=self._store, request=request, id=caller.id, path=path, account=account, ignored=[])
        if route.body is None:
            answer = await route.handler(call)
        else:
            answer = await route.handler(call, self._decode(await self._read(request), route.body, call))
        if call.ignored:
            named = ", ".join(call.ignored).encode("ascii", "replace").decode()[:_LONGEST_HEADER]
            return Answer(answer.status, answer.body, {**answer.headers, _IGNORED_HEADER: named})
        return answer

    def _find(self, request: Request) -> tuple[Route, Mapping[str, str]]:
        """Raises UnknownPath or WrongMethod. Case, blanks at the end and doubled or trailing slashes do not count:
        real clients send each of them."""
        path = re.sub(r"/{2,}", "/", request.scope["path"]).strip().rstrip("/")
        allowed: list[str] = []
        for pattern, route in self._routes:
            match = pattern.fullmatch(path)
            if match and route.method == request.method:
                return route, match.groupdict()
            if match:
                allowed.append(route.method)
        if allowed:
            raise WrongMethod(allowed=", ".join(sorted(allowed)))
        raise UnknownPath

    async def _read(self, request: Request) -> bytes:
        """Raises BodyTooLarge as soon as the limit is passed."""
        if int(request.headers.get("content-length") or 0) > self._body_limit:
            raise BodyTooLarge(limit=self._body_limit)
        parts: list[bytes] = []
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > self._body_limit:
                raise BodyTooLarge(limit=self._body_limit)
            parts.append(part)
        return b"".join(parts)

    def _decode(self, body: bytes, wanted: type, call: Call) -> Any:
        """Raises Malformed, MissingField or BadField."""
        body = _without_nul(body) or b"{}"
        try:
            try:
                return msgspec.json.decode(body, type=wanted, strict=not self._dialect.forgiving)
            except msgspec.ValidationError:
                if not self._dialect.forgiving:
                    raise
                mended = mend(_object(body), wanted)
                call.ignored.extend(mended.ignored)
                return mended.value
        except msgspec.ValidationError as failure:
            raise _bad(str(failure)) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failure:
            raise Malformed(reason=str(failure)) from None


def authorization(request: Request, scheme: str) -> str:
    """What stands after the scheme in the Authorization header. Raises NotAuthenticated."""
    given, _, value = request.headers.get("authorization", "").partition(" ")
    if given.lower() != scheme or not value.strip():
        raise NotAuthenticated
    return value.strip()


def _object(body: bytes) -> Any:
    raw = msgspec.json.decode(body)
    if not isinstance(raw, dict):
        raise Malformed(reason="it is not a JSON object")
    return raw


def _bad(failure: str) -> Refusal:
    """msgspec's sentence ("Expected `str`, got `int` - at `$.contacts[0].number`") as a refusal."""
    reason, _, path = failure.partition(" - at `$")
    field = path.strip("`.") or "The body"
    missing = re.fullmatch(r"Object missing required field `(.+)`", reason)
    if missing:
        return MissingField(field=f"{field}.{missing[1]}" if path else missing[1])
    return BadField(field=field, reason="is not as it should be: " + reason.replace("`", ""))


def _without_nul(body: bytes) -> bytes:
    # PostgreSQL keeps no NUL in a text; a number of backslashes before it that is odd makes it one.
    return re.sub(rb"(?<!\\)((?:\\\\)*)\\u0000", rb"\1", body) if b"\\u0000" in body else body


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)), re.IGNORECASE)


def _response(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status, headers=dict(answer.headers))
    body = msgspec.json.encode(answer.body)
    return Response(body, answer.status, dict(answer.headers), "application/json")
