"""What must not leave yet, what has left to the same numbers, and where are those who are still to be written to?"""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import func, select

from antiphon.core.account import Parameters
from antiphon.core.campaign import Campaign, Purpose
from antiphon.core.message import NOT_LEFT, Key, State
from antiphon.core.place import LEAD
from antiphon.core.windows import Windows
from antiphon.store.instants import instant
from antiphon.store.messages import KEY, is_, of
from antiphon.store.schema import accounts, campaigns, carriers, messages
from antiphon.store.session import Row, Tx


class Wishes(Struct, frozen=True):
    """What an account has set, if anything, and its own time zone."""

    windows: Windows | None
    home: str


class Waiting(Struct, frozen=True, gc=False):
    """A message that waits for its turn."""

    id: int
    number: str
    time_zone: str | None
    attempts: int


async def wishes(tx: Tx, ids: Collection[int]) -> dict[int, Wishes]:
    """Of these accounts."""
    query = select(accounts.c.id, accounts.c.parameters, accounts.c.time_zone).where(tx.among(accounts.c.id, ids))
    found = await tx.tuples(query)
    return {id: Wishes(msgspec.convert(said or {}, Parameters).windows, home) for id, said, home in found}


async def reaches_people(tx: Tx) -> bool:
    """Is there a carrier that is not simulated?"""
    query = select(carriers.c.name).where(carriers.c.url.not_like("simulator:%")).limit(1)
    return await tx.first(query) is not None


async def next_waiting(tx: Tx, campaign: Key, limit: int) -> list[Waiting]:
    """Of a campaign, the oldest first; nobody else can take them until the transaction ends."""
    columns = (messages.c[name] for name in Waiting.__struct_fields__)
    mine = messages.c.account_id == campaign[0], messages.c.campaign_id == campaign[1]
    waiting = select(messages.c.account_id, messages.c.id).where(*mine, is_(State.WAITING))
    chosen = waiting.order_by(messages.c.id).limit(limit).with_for_update(skip_locked=True).cte("chosen")
    return [Waiting(*row) for row in await tx.tuples(select(*columns).where(KEY.in_(select(chosen))))]


async def refuse(tx: Tx, why: Mapping[Key, str]) -> int:
    """What was taken does not leave, for this reason, and no carrier was asked."""
    now = instant(tx.now)
    rows: list[Row] = [(State.REFUSED.value, None, error, now, *key) for key, error in why.items()]
    return await tx.update(messages, ("state", "process_id", "error", "updated_at"), rows, (State.SUBMITTING,))


async def marketed(tx: Tx, account: int, since: datetime, numbers: Collection[str]) -> list[tuple[str, int]]:
    """The marketing messages that have left to these numbers since then, each with its id."""
    theirs = (campaigns.c.account_id == messages.c.account_id) & (campaigns.c.id == messages.c.campaign_id)
    left = messages.c.state.not_in([state.value for state in NOT_LEFT])
    query = (
        select(messages.c.number, messages.c.id)
        .select_from(messages.join(campaigns, theirs))
        # A sum, for by the account alone SQLite would read all its messages.
        .where(messages.c.account_id + 0 == account, tx.among(messages.c.number, numbers))
        .where(messages.c.claimed_at >= since, left, campaigns.c.purpose == Purpose.MARKETING.value)
    )
    return [(number, id) for number, id in await tx.tuples(query)]


async def by_lead(tx: Tx, campaign: Campaign) -> list[tuple[str, str | None, int]]:
    """Of what is still to leave: a number, the time zone that is known, and how many begin alike and share that."""
    lead = func.substr(messages.c.number, 1, LEAD)
    # All numbers begin with a plus. Without this SQLite would read all messages of the account.
    mine = *of(campaign), messages.c.number >= "+"
    query = (
        select(func.min(messages.c.number), messages.c.time_zone, func.count().label("messages"))
        .where(*mine, messages.c.state.in_([State.WAITING.value, State.HELD.value]))
        .group_by(lead, messages.c.time_zone)
    )
    return [(number, zone, count) for number, zone, count in await tx.tuples(query)]
