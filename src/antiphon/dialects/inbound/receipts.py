"""What became of texts: /receipts, and /receipts/KEY."""

from starlette.responses import Response

from antiphon.dialects.inbound.posted import Posted
from antiphon.services import receipts


async def take(posted: Posted) -> Response:
    """Stored before it is acknowledged; what says nothing final is acknowledged alone."""
    arrived = posted.reader.receipts(posted.payload, posted.key, posted.store.now())
    if arrived:
        await receipts.record(posted.store, posted.carrier, arrived)
    return Response()
