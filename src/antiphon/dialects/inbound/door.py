"""How does a carrier's call pass? Route -> token -> decode -> its own reader -> stored -> 200."""

import uuid
from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from antiphon.core.errors import BadField, Fault, Refusal, UnknownPath, WrongMethod
from antiphon.dialects.door import House
from antiphon.dialects.inbound.auth import authenticate
from antiphon.dialects.inbound.errors import refuse
from antiphon.dialects.inbound.posted import Posted, Reader, read
from antiphon.dialects.inbound.routes import METHODS, ROUTES
from antiphon.dialects.incoming import Incoming, read_fields
from antiphon.services import carriers
from antiphon.services.vault import Vault
from antiphon.store.session import Store

_log = structlog.get_logger()
_LONGEST = 1024 * 1024  # bytes

Take = Callable[[Posted], Awaitable[Response]]


class Inbound:
    """The ASGI application of all carriers. `vault` makes the tokens; `reader` reads what the carrier of a URL posts,
    and raises BadField where that posts nothing."""

    prefix = "/inbound"

    def __init__(self, store: Store, house: House, vault: Callable[[], Vault], reader: Callable[[str], Reader]) -> None:
        self._store = store
        self._house = house
        self._vault = vault
        self._reader = reader
        self._readers: dict[str, tuple[str, Reader]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._answer(Request(scope, receive))
        except ClientDisconnect:
            return
        except Refusal as refusal:
            response = refuse(refusal)
        except Exception:
            id = uuid.uuid4().hex
            _log.exception("fault", id=id, dialect="inbound")
            response = refuse(Fault(id=id))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        take, path = _found(request.scope["path"])
        authenticate(self._vault(), path["carrier"], path["token"])
        if request.method not in METHODS:
            raise WrongMethod(allowed=", ".join(METHODS))
        reader = await self._reader_of(path["carrier"])
        if request.method == "HEAD":  # somebody looks whether there is anything, and tells us nothing
            return Response(media_type=reader.media_type)
        payload = await read(Incoming(request, path, min(_LONGEST, self._house.body_limit), read_fields))
        return await take(
            Posted(
                store=self._store,
                prices=self._house.prices,
                carrier=path["carrier"],
                reader=reader,
                key=path.get("key", ""),
                payload=payload,
            )
        )

    async def _reader_of(self, carrier: str) -> Reader:
        """Raises UnknownCarrier, UnknownPath where it posts nothing, or Fault where its shape cannot be read."""
        url = (await carriers.find(self._store, carrier)).url
        known, reader = self._readers.get(carrier, ("", None))
        if reader is None or known != url:
            try:
                reader = self._reader(url)
            except BadField as refusal:
                _log.error("what this carrier posts cannot be read", carrier=carrier, reason=str(refusal))
                raise Fault(id=uuid.uuid4().hex) from None
            self._readers[carrier] = url, reader
        return reader


def _found(path: str) -> tuple[Take, dict[str, str]]:
    """Raises UnknownPath."""
    for pattern, take in ROUTES.items():
        if match := pattern.fullmatch(path):
            return take, {name: part for name, part in match.groupdict().items() if part}
    raise UnknownPath
