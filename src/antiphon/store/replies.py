"""What did people answer, have they said it before, and whose are the answers that nobody knows?"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import delete, func, select

from antiphon.core.message import Answered, Reply
from antiphon.store.instants import instant
from antiphon.store.schema import replies, reply_keys, stray_replies
from antiphon.store.session import Tx

_MOST = 100  # of one number to one campaign
_NAMES = ("account_id", "id", "campaign_id", "number", "text", "at", "receiver", "message_id")

Known = tuple[str, str]  # a carrier, and a key of its own


class Stray(Struct, frozen=True, kw_only=True):
    """A reply of which nobody knows whose it is, and why not."""

    id: int
    carrier: str | None
    number: str
    receiver: str | None
    text: str
    reason: str
    at: datetime


async def add(tx: Tx, new: Sequence[tuple[int, int | None, Reply]]) -> int:
    """Each is (account, campaign, reply)."""
    rows = [
        (
            *(account, id, campaign, reply.number, reply.text, instant(reply.at), reply.receiver),
            reply.answers[1] if reply.answers else None,
        )
        for id, (account, campaign, reply) in zip(tx.ids.many(len(new)), new, strict=True)
    ]
    return await tx.insert(replies, _NAMES, rows)


async def to(tx: Tx, account: int, campaign: int, number: str) -> list[Answered]:
    """What this number answered to a campaign, the first of it."""
    mine = replies.c.account_id == account, replies.c.number == number, replies.c.campaign_id == campaign
    query = select(*(replies.c[name] for name in Answered.__struct_fields__)).where(*mine)
    return [Answered(**row) for row in await tx.all(query.order_by(replies.c.id).limit(_MOST))]


async def counts(tx: Tx, account: int, campaigns: Collection[int]) -> dict[int, int]:
    """How many replies each of these campaigns has."""
    query = select(replies.c.campaign_id, func.count()).where(
        replies.c.account_id == account, tx.among(replies.c.campaign_id, campaigns)
    )
    return dict(await tx.tuples(query.group_by(replies.c.campaign_id)))


async def keys(tx: Tx, wanted: Collection[Known]) -> dict[Known, datetime]:
    """Those of these keys that are kept, and until when."""
    carriers, named = {carrier for carrier, _ in wanted}, [key for _, key in wanted]
    query = select(reply_keys.c.carrier, reply_keys.c.key, reply_keys.c.until)
    found = query.where(tx.among(reply_keys.c.carrier, carriers), tx.among(reply_keys.c.key, named))
    return {(carrier, key): until for carrier, key, until in await tx.tuples(found)}


async def keep_keys(tx: Tx, new: Mapping[Known, datetime]) -> int:
    """Keep these keys; how many nobody else has kept meanwhile."""
    rows = sorted((*known, instant(until)) for known, until in new.items())
    return await tx.insert(reply_keys, ("carrier", "key", "until"), rows)


async def prolong_keys(tx: Tx, known: Mapping[Known, datetime]) -> None:
    rows = sorted((instant(until), *key) for key, until in known.items())
    await tx.update(reply_keys, ("until",), rows)


async def any_to_forget(tx: Tx, before: int) -> bool:
    """Is there a key that means nothing any more, or a stray with an id smaller than this?"""
    key = select(reply_keys.c.key).where(reply_keys.c.until < tx.now).limit(1)
    stray = select(stray_replies.c.id).where(stray_replies.c.id < before).limit(1)
    return await tx.first(key) is not None or await tx.first(stray) is not None


async def forget_keys(tx: Tx) -> int:
    """Those that mean nothing any more; how many."""
    return await tx.run(delete(reply_keys).where(reply_keys.c.until < tx.now))


async def add_strays(tx: Tx, new: Sequence[tuple[Reply, str]]) -> int:
    """Each with the reason why it is nobody's."""
    rows = [
        (id, reply.carrier, reply.number, reply.receiver, reply.text, reason, instant(reply.at))
        for id, (reply, reason) in zip(tx.ids.many(len(new)), new, strict=True)
    ]
    return await tx.insert(stray_replies, Stray.__struct_fields__, rows)


async def strays_before(tx: Tx, before: int | None, limit: int) -> list[Stray]:
    """The newest first."""
    query = select(*(stray_replies.c[name] for name in Stray.__struct_fields__))
    query = query if before is None else query.where(stray_replies.c.id < before)
    return [Stray(**row) for row in await tx.all(query.order_by(stray_replies.c.id.desc()).limit(limit))]


async def forget_strays(tx: Tx, before: int) -> int:
    """Those whose ids are smaller; how many."""
    return await tx.run(delete(stray_replies).where(stray_replies.c.id < before))
