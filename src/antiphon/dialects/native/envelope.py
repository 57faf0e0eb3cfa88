"""How does our own API write ids and pages, and how is a request repeated safely?"""

import hashlib
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from antiphon.core.errors import BadField, NotOperator, Refusal
from antiphon.dialects.door import Answer, Call, Route
from antiphon.services import answers

Data = TypeVar("Data")

MOST = 500
Limit = Annotated[int, Meta(ge=1, le=MOST)]

# ?limit=100&after=82130489311233


class WireAsk(Struct, forbid_unknown_fields=True):
    """`after` is the `next` of the page before."""

    limit: Limit = 100
    after: str | None = None


# {"data": [{...}, {...}], "next": "82130489311233"}


class WirePage(Struct, Generic[Data]):
    """`next` is null on the last page."""

    data: list[Data]
    next: str | None


def read_id(written: str | None, field: str = "id") -> int:
    """Raises BadField."""
    if written is None or not (written.isascii() and written.isdigit() and len(written) <= 18):
        raise BadField(field=field, reason="is not an id")
    return int(written)


def write_page(found: Sequence[Any], limit: int, write: Callable[[Any], Data], mark: Callable[[Any], Any]) -> Any:
    """Of one more than were asked for; `mark` is what a page is told to begin after."""
    shown = found[:limit]
    return WirePage([write(one) for one in shown], str(mark(shown[-1])) if len(found) > limit else None)


def operators(route: Route) -> Route:
    """A route that only those may call who run the installation."""

    @wraps(route.handler)
    async def called(call: Call, *said: Any) -> Any:
        if not call.account.operator:
            raise NotOperator
        return await route.handler(call, *said)

    return msgspec.structs.replace(route, handler=called)


def once(route: Route) -> Route:
    """A route whose requests may carry an Idempotency-Key: done once, and answered alike for a day."""

    @wraps(route.handler)
    async def called(call: Call, *said: Any) -> Any:
        key = call.headers.get("idempotency-key")
        if key is None:
            return await route.handler(call, *said)
        kept = await answers.reserve(call.store, call.account, key, _hash(call, route.path, said))
        if kept is not None:
            body = None if kept.body is None else kept.body.encode()
            return Answer(kept.status or route.status, body, {**(kept.headers or {}), "Idempotent-Replayed": "true"})
        return await _kept(call, key, route, said)

    return msgspec.structs.replace(route, handler=called)


async def _kept(call: Call, key: str, route: Route, said: tuple[Any, ...]) -> Answer:
    """What is refused was not done, so its key may come again; what fails in the middle stays in doubt."""
    try:
        answer = _encoded(await route.handler(call, *said), route.status)
    except Refusal:
        await answers.free(call.store, call.account, key)
        raise
    except Exception:
        await answers.abandon(call.store, call.account, key)
        raise
    text = None if answer.body is None else answer.body.decode()
    await answers.keep(call.store, call.account, key, answers.Given(answer.status, answer.headers, text))
    return answer


def _encoded(given: Any, status: int) -> Answer:
    answer = given if isinstance(given, Answer) else Answer(status, given)
    body = None if answer.body is None else msgspec.json.encode(answer.body)
    return Answer(answer.status, body, answer.headers)


def _hash(call: Call, route: str, said: tuple[Any, ...]) -> str:
    return hashlib.sha256(msgspec.json.encode([call.method, route, sorted(call.path.items()), said])).hexdigest()
