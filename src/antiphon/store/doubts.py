"""Of which messages does nobody know whether they left, and what is done about it?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select, update

from antiphon.core.account import Parameters
from antiphon.core.campaign import Purpose
from antiphon.core.campaign import State as Sending
from antiphon.core.message import Key, State
from antiphon.store.messages import KEY, is_
from antiphon.store.schema import accounts, campaigns, messages
from antiphon.store.session import Row, Tx


class Doubted(Struct, frozen=True):
    """A message in doubt, with what its account wants done; `sending` is the state of its campaign."""

    key: Key
    attempts: int
    since: datetime
    carrier: str | None
    purpose: Purpose
    sending: Sending
    parameters: Parameters


async def any_unsettled(tx: Tx) -> bool:
    return await tx.first(_unsettled(messages.c.id).limit(1)) is not None


async def unsettled(tx: Tx, before: datetime, limit: int) -> list[Doubted]:
    """Those of which there has been no news since then. They are locked."""
    theirs = (campaigns.c.account_id == messages.c.account_id) & (campaigns.c.id == messages.c.campaign_id)
    query = (
        _unsettled(
            messages.c.account_id,
            messages.c.id,
            messages.c.attempts,
            messages.c.updated_at,
            messages.c.carrier,
            campaigns.c.purpose,
            campaigns.c.state,
            accounts.c.parameters,
        )
        .select_from(messages.join(campaigns, theirs).join(accounts, accounts.c.id == messages.c.account_id))
        .where(messages.c.updated_at <= before)
        .order_by(messages.c.updated_at)
        .limit(limit)
        .with_for_update(of=messages, skip_locked=True)
    )
    return [_read(row) for row in await tx.tuples(query)]


async def settle(tx: Tx, keys: Sequence[Key], *, resend: bool) -> None:
    """Nobody looks at these again; with `resend` they wait as if they had never left."""
    changes: dict[str, Any] = {"process_id": None}
    if resend:
        again = {"state": State.WAITING.value, "attempts": messages.c.attempts + 1}
        changes |= {**again, "updated_at": tx.now, "error": None}
    mine = tx.among(messages.c.account_id, {account for account, _ in keys})
    found = select(messages.c.account_id, messages.c.id).where(mine, tx.among(messages.c.id, [id for _, id in keys]))
    await tx.run(update(messages).where(KEY.in_(found), is_(State.IN_DOUBT)).values(**changes))


def _read(row: Row) -> Doubted:
    account, id, tries, since, carrier, purpose, sending, parameters = row
    wishes = msgspec.convert(parameters or {}, Parameters)
    return Doubted((account, id), tries, since, carrier, Purpose(purpose), Sending(sending), wishes)


def _unsettled(*columns: Any) -> Any:
    return select(*columns).where(is_(State.IN_DOUBT), messages.c.process_id.is_not(None))
