"""What does an answer from a person change?"""

from collections.abc import Sequence

from antiphon.core.consent import OptOut, says_stop
from antiphon.core.message import Reply
from antiphon.store import messages, opt_outs, replies
from antiphon.store.session import Store


async def record(store: Store, arrived: Sequence[Reply]) -> None:
    """Store the replies; whoever asks for silence has opted out with the same commit."""
    async with store.begin() as tx:
        campaigns = await messages.campaigns_of(tx, [reply.answers for reply in arrived])
        known = [(reply.answers[0], campaigns[reply.answers], reply) for reply in arrived if reply.answers in campaigns]
        await replies.add(tx, known)
        await opt_outs.add(
            tx,
            [
                (account, OptOut(number=reply.number, at=reply.at, source="reply", words=reply.text))
                for account, _, reply in known
                if says_stop(reply.text)
            ],
        )
