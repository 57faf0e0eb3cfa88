"""What people answered: /replies."""

from msgspec.structs import replace
from starlette.responses import Response

from antiphon.dialects.inbound.posted import Posted
from antiphon.services import replies


async def take(posted: Posted) -> Response:
    """Stored before it is acknowledged, in the carrier's own way."""
    said = posted.reader.replies(posted.payload, posted.store.now())
    arrived = [replace(reply, carrier=posted.carrier) for reply in said]
    await replies.record(posted.store, posted.prices, arrived)
    return Response(posted.reader.answer, media_type=posted.reader.media_type)
