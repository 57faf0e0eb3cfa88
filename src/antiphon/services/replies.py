"""What does an answer from a person change?"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog
from msgspec import Struct
from msgspec.structs import replace

from antiphon.core import reply as rules
from antiphon.core.message import Reply
from antiphon.core.price import Prices
from antiphon.services import automations, consent, reply_parts
from antiphon.services.callbacks import owe_replies
from antiphon.services.contacts import Gone
from antiphon.store import messages, replies
from antiphon.store.ids import first_at
from antiphon.store.replies import Stray
from antiphon.store.session import Store, Tx

_log = structlog.get_logger()
_STRAYS_KEPT: Final = timedelta(days=90)
_AT_ONCE: Final = 1_000


class _Matched(Struct, frozen=True):
    """A reply, and whose it is; `late`: it is no answer to the campaign any more."""

    account: int
    campaign: int
    reply: Reply
    late: bool


async def record(store: Store, prices: Prices, arrived: Sequence[Reply]) -> None:
    """Store the replies, and do what the accounts' automations say of them; each once, however often it comes.

    Whoever asks for silence has opted out, and is answered, with the same commit. A part of a long one waits for the
    others. A reply to nothing that we sent is kept for the operator: there is no telling whose it is.
    """
    clean = [rules.clean(reply) for reply in arrived]
    while True:
        with suppress(Gone):
            async with store.begin() as tx:
                whole = [reply for reply in clean if reply.part is None]
                parts = [reply for reply in clean if reply.part is not None]
                joined = await reply_parts.join(tx, parts) if parts else []
                await _take(tx, prices, whole + [rules.clean(reply) for reply in joined])
            break
    store.woken.set()


async def expire(store: Store, prices: Prices) -> int:
    """Long replies whose other parts never came are taken as they are, and what has been kept for long enough is
    forgotten; how many were taken."""
    async with store.read() as tx:
        kept = first_at(tx.now - _STRAYS_KEPT)
        if not await replies.any_to_forget(tx, kept) and not await reply_parts.any_old(tx):
            return 0
    while True:
        with suppress(Gone):
            async with store.begin() as tx:
                torn = [rules.clean(reply) for reply in await reply_parts.expire(tx, _AT_ONCE)]
                await _take(tx, prices, torn)
                await replies.forget_keys(tx)
                await replies.forget_strays(tx, kept)
            return len(torn)


async def strays(store: Store, before: int | None, limit: int) -> list[Stray]:
    """Replies of nobody's, the newest first."""
    async with store.read() as tx:
        return await replies.strays_before(tx, before, limit)


async def _take(tx: Tx, prices: Prices, arrived: Sequence[Reply]) -> None:
    fresh = await _fresh(tx, arrived)
    people = [reply for reply in fresh if rules.is_number(reply.number)]
    strays = [(reply, "it comes from no phone number") for reply in fresh if not rules.is_number(reply.number)]
    matched, unknown = await _matched(tx, people)
    strays += [(reply, "it answers nothing that was sent to this number") for reply in unknown]
    if strays:
        _log.warning("replies of which nobody knows whose they are", count=len(strays))
    await replies.add_strays(tx, strays)
    await _record(tx, prices, matched)


async def _fresh(tx: Tx, arrived: Sequence[Reply]) -> list[Reply]:
    """Those that have not come before. Raises Gone where another process is faster with one of them."""
    named = [(rules.key_of(reply), reply) for reply in arrived]
    wanted = {key[0]: tx.now + key[1] for key, _ in named if key}
    kept = await replies.keys(tx, wanted) if wanted else {}
    stale = {known: wanted[known] for known, until in kept.items() if known in wanted and until <= tx.now}
    seen = {known for known, until in kept.items() if until > tx.now}
    new = {known: until for known, until in wanted.items() if known not in kept}
    if await replies.keep_keys(tx, new) < len(new):
        raise Gone
    await replies.prolong_keys(tx, stale)
    fresh: list[Reply] = []
    for key, reply in named:
        if key is None or key[0] not in seen:
            fresh.append(reply)
        if key is not None:
            seen.add(key[0])
    return fresh


async def _matched(tx: Tx, arrived: Sequence[Reply]) -> tuple[list[_Matched], list[Reply]]:
    """Those that answer a message: the newest to its number, rather one from the sender it was written to."""
    left = await messages.left_to(tx, {reply.number for reply in arrived if reply.answers is None})
    named = await messages.left(tx, [reply.answers for reply in arrived if reply.answers])
    matched: list[_Matched] = []
    unknown: list[Reply] = []
    for reply in arrived:
        to = named.get(reply.answers) if reply.answers else rules.answered(reply, left.get(reply.number, []))
        if to is None:
            unknown.append(reply)
            continue
        late = rules.is_late(reply, to)
        reply = replace(reply, answers=None if late else to.key)
        matched.append(_Matched(to.key[0], to.campaign_id, reply, late))
    return matched, unknown


async def _record(tx: Tx, prices: Prices, matched: Sequence[_Matched]) -> None:
    if not matched:
        return
    await replies.add(tx, [(one.account, None if one.late else one.campaign, one.reply) for one in matched])
    known = [(one.account, one.campaign, one.reply) for one in matched]
    stops = await consent.listen(tx, prices, known)
    await automations.run(tx, prices, [(one.account, one.reply) for one in matched])
    await owe_replies(tx, known, stops)
