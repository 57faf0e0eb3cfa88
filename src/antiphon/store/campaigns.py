"""Which campaigns are there, and what state are they in?"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    RowMapping,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from antiphon.core.account import Callbacks
from antiphon.core.campaign import Audience, Campaign, Kind, Purpose, Quality, State, origins
from antiphon.core.message import Key
from antiphon.core.message import State as Message
from antiphon.core.pacing import Pacing
from antiphon.core.template import Syntax
from antiphon.core.voice import Gender, Voice
from antiphon.store.instants import instant
from antiphon.store.schema import campaigns
from antiphon.store.session import Row, Tx
from antiphon.store.unsent import has


class Tally(Struct, kw_only=True):
    """What one step of the calculation adds to a campaign. `cursor` is the last contact it looked at."""

    cursor: int
    messages: int = 0
    opted_out: int = 0
    segments: int = 0
    cost: int = 0


KEY = tuple_(campaigns.c.account_id, campaigns.c.id)
_NO_CALLBACKS = Callbacks()
_AT_ONCE = Pacing()
_APART = ("audience", "voice", "callbacks", "extras", "pacing")
_PLAIN = tuple(name for name in Campaign.__struct_fields__ if name not in _APART)
_NAMES = (
    *_PLAIN,
    *("audience", "audience_names", "audience_ids", "voice_gender", "voice_language"),
    *("callbacks", "extras", "pacing"),
)


async def add(tx: Tx, new: Sequence[Campaign]) -> None:
    await tx.insert(campaigns, _NAMES, [_row(campaign) for campaign in new])


async def by_id(tx: Tx, account: int, id: int) -> Campaign | None:
    row = await tx.first(select(campaigns).where(campaigns.c.account_id == account, campaigns.c.id == id))
    return read(row) if row else None


async def locked(tx: Tx, account: int, id: int) -> Campaign | None:
    """As `by_id`, and nobody else can change it until the transaction ends."""
    mine = (campaigns.c.account_id == account) & (campaigns.c.id == id)
    row = await tx.first(select(campaigns).where(mine).with_for_update())
    return read(row) if row else None


async def newest_ready(tx: Tx, account: int, *, spoken: bool) -> Campaign | None:
    """The last one that is calculated and not confirmed."""
    mine = (campaigns.c.account_id == account) & is_(State.READY)
    kind = campaigns.c.voice_language.is_not(None) if spoken else campaigns.c.voice_language.is_(None)
    row = await tx.first(select(campaigns).where(mine, kind).order_by(campaigns.c.id.desc()).limit(1))
    return read(row) if row else None


async def cancelled_since(tx: Tx, account: int, start: datetime) -> int:
    """How many campaigns of the account have been cancelled since then."""
    mine = (campaigns.c.account_id == account) & is_(State.CANCELLED) & (campaigns.c.ended_at >= start)
    row = await tx.first(select(func.count().label("cancelled")).select_from(campaigns).where(mine))
    return row["cancelled"] if row else 0


async def senders(tx: Tx, account: int, limit: int) -> list[str]:
    """Those of the newest texts and campaigns, each once."""
    query = select(campaigns.c.sender).where(campaigns.c.account_id == account, campaigns.c.voice_language.is_(None))
    newest = await tx.tuples(query.order_by(campaigns.c.id.desc()).limit(limit))
    return list(dict.fromkeys(sender for (sender,) in newest if sender))


async def calculating(tx: Tx, limit: int) -> list[Campaign]:
    """Of all accounts, the oldest first."""
    query = select(campaigns).where(is_(State.CALCULATING)).order_by(campaigns.c.id).limit(limit)
    return [read(row) for row in await tx.all(query)]


async def is_counted(tx: Tx, account: int, list_id: int) -> bool:
    """Is a campaign to this list being calculated?"""
    mine = (campaigns.c.account_id == account) & (campaigns.c.audience == Kind.LIST.value)
    query = select(campaigns.c.audience_ids).where(is_(State.CALCULATING), mine)
    return any(list_id in ids for (ids,) in await tx.tuples(query))


async def sending(tx: Tx, limit: int) -> list[Campaign]:
    """Those to a list or a tag of which something may leave now, of all accounts, the oldest first."""
    moves = has(Message.WAITING) | ~has(Message.HELD)
    in_time = campaigns.c.next_at.is_(None) | (campaigns.c.next_at <= tx.now)
    watched = campaigns.c.canary_left.is_not(None) & (campaigns.c.canary_left == 0)
    query = select(campaigns).where(is_(State.SENDING), is_direct(False), in_time, ~watched, moves)
    return [read(row) for row in await tx.all(query.order_by(campaigns.c.id).limit(limit))]


async def any_direct(tx: Tx) -> bool:
    """Is a campaign to written numbers sending?"""
    return await tx.first(select(campaigns.c.id).where(is_(State.SENDING), is_direct(True)).limit(1)) is not None


class Words(Struct, frozen=True, gc=False):
    """What every message of a campaign says unless it has a text of its own, and whether a wallet paid for it."""

    text: str
    sender: str | None
    reserved: int
    extras: Mapping[str, str] | None
    purpose: str
    audience: str


async def words(tx: Tx, ids: Collection[Key]) -> dict[Key, Words]:
    """Of these campaigns, by (account, id)."""
    if not ids:
        return {}
    query = select(*(campaigns.c[name] for name in ("account_id", "id", *Words.__struct_fields__))).where(
        tx.among(campaigns.c.account_id, {account for account, _ in ids}),
        tx.among(campaigns.c.id, [id for _, id in ids]),
    )
    return {(row[0], row[1]): Words(*row[2:]) for row in await tx.tuples(query)}


async def move(tx: Tx, campaign: Campaign, wanted: State, **changes: Any) -> bool:
    """Compare and set, along the table of moves; False when it is no longer in the state that we saw it in."""
    here = the_one(campaign) & (campaigns.c.state == campaign.state) & campaigns.c.state.in_(origins(wanted))
    return await tx.run(update(campaigns).where(here).values(state=wanted, **changes)) == 1


async def change(tx: Tx, campaign: Campaign) -> Campaign:
    """Store all that this locked campaign is now, and give it back."""
    names = tuple(name for name in _NAMES if name not in ("account_id", "id"))
    values = dict(zip(_NAMES, _row(campaign), strict=True))
    await tx.update(campaigns, names, [(*(values[name] for name in names), campaign.account_id, campaign.id)])
    return campaign


async def advance(tx: Tx, campaign: Campaign, step: Tally) -> None:
    """Book one step of the calculation of a campaign that is locked."""
    counted = {name: campaigns.c[name] + getattr(step, name) for name in step.__struct_fields__ if name != "cursor"}
    await tx.run(update(campaigns).where(the_one(campaign)).values(cursor=step.cursor, **counted))


def oldest_sending(limit: int, direct: bool) -> Select[Any, Any]:
    """Account and id, for a query. They began first, so they are what ends next."""
    query = select(campaigns.c.account_id, campaigns.c.id).where(is_(State.SENDING), is_direct(direct))
    return query.order_by(campaigns.c.id).limit(limit)


def unfinished() -> CompoundSelect[Any, Any]:
    """Account and id of all that may have messages on their way, for a query."""
    stopped = is_(State.STOPPED) & campaigns.c.ended_at.is_(None)
    states = (is_(State.SENDING), is_(State.PAUSED), stopped)
    return union_all(*(select(campaigns.c.account_id, campaigns.c.id).where(state) for state in states))


def is_direct(direct: bool) -> ColumnElement[bool]:
    """Whether the numbers came with the text. Spelled so that an index that begins with the audience will do."""
    kinds = [Kind.NUMBERS] if direct else [Kind.LIST, Kind.TAG]
    return campaigns.c.audience.in_([kind.value for kind in kinds])


def made() -> ColumnElement[bool]:
    """Is it more than a single text? Spelled so that the index of those will do."""
    to_many = campaigns.c.audience != literal(Kind.NUMBERS.value, literal_execute=True)
    return or_(to_many, campaigns.c.voice_language.is_not(None))


def the_one(campaign: Campaign) -> Any:
    return and_(campaigns.c.account_id == campaign.account_id, campaigns.c.id == campaign.id)


def is_(state: State) -> ColumnElement[bool]:
    # Spelled out in the statement, not sent beside it: only so does SQLite see that the partial index will do.
    return campaigns.c.state == literal(state.value, literal_execute=True)


def read(row: RowMapping) -> Campaign:
    """The campaign in a row of the table."""
    fields = dict(row)
    names, ids = (tuple(fields.pop(f"audience_{what}") or ()) for what in ("names", "ids"))
    audience = Audience(kind=Kind(fields.pop("audience")), names=names, ids=ids)
    gender, language = fields.pop("voice_gender"), fields.pop("voice_language")
    voice = Voice(gender=Gender(gender), language=language) if language else None
    fields["state"], fields["purpose"] = State(fields["state"]), Purpose(fields["purpose"])
    fields["quality"], fields["syntax"] = Quality(fields["quality"]), Syntax(fields["syntax"])
    fields["callbacks"] = msgspec.convert(fields["callbacks"] or {}, Callbacks)
    fields["extras"] = fields["extras"] or {}
    fields["pacing"] = msgspec.convert(fields["pacing"], Pacing) if fields["pacing"] else _AT_ONCE
    return Campaign(audience=audience, voice=voice, **fields)


def _row(campaign: Campaign) -> Row:
    plain = [_plain(getattr(campaign, name)) for name in _PLAIN]
    audience = (campaign.audience.kind.value, _json(campaign.audience.names), _json(campaign.audience.ids))
    voice = (campaign.voice.gender.value, campaign.voice.language) if campaign.voice else (None, None)
    callbacks = None if campaign.callbacks == _NO_CALLBACKS else _json(campaign.callbacks)
    pacing = None if campaign.pacing == _AT_ONCE else _json(campaign.pacing)
    return (*plain, *audience, *voice, callbacks, _json(campaign.extras), pacing)


def _json(value: Any) -> str | None:
    return msgspec.json.encode(value).decode() if value else None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return value.value if isinstance(value, Enum) else value
