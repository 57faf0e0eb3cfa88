"""Which campaigns are there, and what state are they in?"""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, RowMapping, Select, and_, insert, literal, select, update

from antiphon.core.campaign import Audience, Campaign, Kind, Purpose, State, origins
from antiphon.core.contact import Contact
from antiphon.store.contacts import FIELDS, read
from antiphon.store.schema import campaigns, contact_tags, contacts, list_members, opt_outs
from antiphon.store.session import Tx


class Tally(Struct, kw_only=True):
    """What one step of the calculation adds to a campaign. `cursor` is the last contact it looked at."""

    cursor: int
    messages: int = 0
    opted_out: int = 0
    segments: int = 0
    cost: int = 0


async def add(tx: Tx, campaign: Campaign) -> None:
    fields = {name: getattr(campaign, name) for name in campaign.__struct_fields__ if name != "audience"}
    audience = {"audience": campaign.audience.kind.value, "audience_name": campaign.audience.name}
    await tx.run(insert(campaigns).values(**fields, **audience))


async def by_id(tx: Tx, account: int, id: int) -> Campaign | None:
    row = await tx.first(select(campaigns).where(campaigns.c.account_id == account, campaigns.c.id == id))
    return _campaign(row) if row else None


async def newest(tx: Tx, account: int, limit: int) -> list[Campaign]:
    query = select(campaigns).where(campaigns.c.account_id == account).order_by(campaigns.c.id.desc()).limit(limit)
    return [_campaign(row) for row in await tx.all(query)]


async def in_state(tx: Tx, state: State, limit: int) -> list[Campaign]:
    """Of all accounts, the oldest first."""
    query = select(campaigns).where(_is(state)).order_by(campaigns.c.id).limit(limit)
    return [_campaign(row) for row in await tx.all(query)]


async def move(tx: Tx, campaign: Campaign, wanted: State, **changes: Any) -> bool:
    """Compare and set, along the table of moves; False when it is no longer in the state that we saw it in."""
    here = _this(campaign) & (campaigns.c.state == campaign.state) & campaigns.c.state.in_(origins(wanted))
    return await tx.run(update(campaigns).where(here).values(state=wanted, **changes)) == 1


async def start_due(tx: Tx, now: datetime) -> int:
    """Scheduled campaigns whose time has come are sending now; how many."""
    due = _is(State.SCHEDULED) & (campaigns.c.send_at <= now)
    return await tx.run(update(campaigns).where(due).values(state=State.SENDING))


async def advance(tx: Tx, campaign: Campaign, step: Tally) -> bool:
    """Book one step of the calculation; False when another worker has been faster with it."""
    here = _this(campaign) & (campaigns.c.state == State.CALCULATING) & (campaigns.c.cursor == campaign.cursor)
    counted = {name: campaigns.c[name] + getattr(step, name) for name in step.__struct_fields__ if name != "cursor"}
    return await tx.run(update(campaigns).where(here).values(cursor=step.cursor, **counted)) == 1


async def audience(tx: Tx, campaign: Campaign, limit: int) -> list[tuple[Contact, bool]]:
    """The next contacts of the audience after the cursor, each with whether it has opted out."""
    members, owner = {
        Kind.LIST: (list_members, list_members.c.list_id),
        Kind.TAG: (contact_tags, contact_tags.c.tag_id),
    }[campaign.audience.kind]
    person = and_(contacts.c.account_id == members.c.account_id, contacts.c.id == members.c.contact_id)
    silent = and_(opt_outs.c.account_id == contacts.c.account_id, opt_outs.c.number == contacts.c.number)
    query: Select[Any] = (
        select(*FIELDS, opt_outs.c.number)
        .select_from(members.join(contacts, person).outerjoin(opt_outs, silent))
        .where(
            members.c.account_id == campaign.account_id,
            owner == campaign.audience_id,
            members.c.contact_id > campaign.cursor,
        )
        .order_by(members.c.contact_id)
        .limit(limit)
    )
    return [(read(row), row[-1] is not None) for row in await tx.tuples(query)]


def _this(campaign: Campaign) -> Any:
    return and_(campaigns.c.account_id == campaign.account_id, campaigns.c.id == campaign.id)


def _is(state: State) -> ColumnElement[bool]:
    # Spelled out in the statement, not sent beside it: only so does SQLite see that the partial index will do.
    return campaigns.c.state == literal(state.value, literal_execute=True)


def _campaign(row: RowMapping) -> Campaign:
    fields = dict(row)
    audience = Audience(kind=Kind(fields.pop("audience")), name=fields.pop("audience_name"))
    fields["state"], fields["purpose"] = State(fields["state"]), Purpose(fields["purpose"])
    return Campaign(audience=audience, **fields)
