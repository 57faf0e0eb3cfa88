"""What does an answer from a person change?"""

from collections.abc import Sequence
from contextlib import suppress

from antiphon.core.consent import OptOut, says_stop
from antiphon.core.message import Reply
from antiphon.core.price import Prices
from antiphon.services import automations
from antiphon.services.callbacks import owe_replies
from antiphon.services.contacts import Gone
from antiphon.store import messages, opt_outs, replies
from antiphon.store.session import Store, Tx


async def record(store: Store, prices: Prices, arrived: Sequence[Reply]) -> None:
    """Store the replies, and do what the accounts' automations say of them.

    Whoever asks for silence has opted out with the same commit.
    """
    while True:
        with suppress(Gone):
            async with store.begin() as tx:
                await _record(tx, prices, arrived)
            break
    store.woken.set()


async def _record(tx: Tx, prices: Prices, arrived: Sequence[Reply]) -> None:
    campaigns = await messages.campaigns_of(tx, [reply.answers for reply in arrived])
    known = [(reply.answers[0], campaigns[reply.answers], reply) for reply in arrived if reply.answers in campaigns]
    await replies.add(tx, known)
    stops = [(account, reply) for account, _, reply in known if says_stop(reply.text)]
    outs = [OptOut(number=reply.number, at=reply.at, source="reply", words=reply.text) for _, reply in stops]
    await opt_outs.add(tx, [(account, out) for (account, _), out in zip(stops, outs, strict=True)])
    await automations.run(tx, prices, [(account, reply) for account, _, reply in known])
    await owe_replies(tx, known, {reply for _, reply in stops})
