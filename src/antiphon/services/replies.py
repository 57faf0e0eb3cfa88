"""What does an answer from a person change?"""

from collections.abc import Sequence
from contextlib import suppress

import structlog
from msgspec.structs import replace

from antiphon.core.message import Reply
from antiphon.core.price import Prices
from antiphon.services import automations, consent
from antiphon.services.callbacks import owe_replies
from antiphon.services.contacts import Gone
from antiphon.store import messages, replies
from antiphon.store.session import Store, Tx

_log = structlog.get_logger()


async def record(store: Store, prices: Prices, arrived: Sequence[Reply]) -> None:
    """Store the replies, and do what the accounts' automations say of them.

    Whoever asks for silence has opted out, and is answered, with the same commit. A reply to nothing that we sent is
    logged alone: there is no telling whose it is.
    """
    while True:
        with suppress(Gone):
            async with store.begin() as tx:
                await _record(tx, prices, await _matched(tx, arrived))
            break
    store.woken.set()


async def _matched(tx: Tx, arrived: Sequence[Reply]) -> list[Reply]:
    """Each with the message that it answers: the newest to its number, rather one from the sender it was written to."""
    open_ = {reply.number for reply in arrived if reply.answers is None}
    newest = await messages.last_to(tx, open_) if open_ else {}
    matched: list[Reply] = []
    for reply in arrived:
        answers = reply.answers or newest.get((reply.number, reply.receiver)) or newest.get((reply.number, None))
        if answers is None:
            _log.warning("a reply to nothing that we sent", number=reply.number, receiver=reply.receiver)
        else:
            matched.append(replace(reply, answers=answers))
    return matched


async def _record(tx: Tx, prices: Prices, arrived: Sequence[Reply]) -> None:
    campaigns = await messages.campaigns_of(tx, [reply.answers for reply in arrived if reply.answers])
    known = [
        (reply.answers[0], campaigns[reply.answers], reply)
        for reply in arrived
        if reply.answers and reply.answers in campaigns
    ]
    await replies.add(tx, known)
    stops = await consent.listen(tx, prices, known)
    await automations.run(tx, prices, [(account, reply) for account, _, reply in known])
    await owe_replies(tx, known, stops)
