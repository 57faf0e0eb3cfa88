"""What has a carrier posted, as JSON, as a form or in the query?"""

from datetime import datetime
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from antiphon.core.errors import Malformed
from antiphon.core.message import Receipt, Reply
from antiphon.core.price import Prices
from antiphon.dialects.incoming import Incoming, without_nul
from antiphon.store.session import Store


class Reader(Protocol):
    """Who knows how one carrier writes; `answer` is what it wants to hear to a reply. Both raise UnknownPath where it
    posts no such thing, else Malformed, MissingField or BadField."""

    answer: bytes
    media_type: str

    def receipts(self, payload: Any, key: str, at: datetime) -> list[Receipt]: ...
    def replies(self, payload: Any, at: datetime) -> list[Reply]: ...


class Posted(Struct, frozen=True, kw_only=True):
    """A call of a carrier that may call; `key` is empty where there is none in the address."""

    store: Store
    prices: Prices
    carrier: str
    reader: Reader
    key: str
    payload: Any


async def read(incoming: Incoming) -> Any:
    """The fields of a form and of the query, or what the JSON holds. Raises Malformed or BodyTooLarge."""
    body = without_nul(await incoming.body()).strip()
    if body[:1] not in (b"{", b"["):
        return await incoming.fields()
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failure:
        raise Malformed(reason=str(failure)) from None
    return incoming.query | said if isinstance(said, dict) else said
