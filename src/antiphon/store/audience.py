"""Who is written to by a campaign, and which of them want no more?"""

from typing import Any

from sqlalchemy import Select, and_, exists, select, union

from antiphon.core.campaign import Campaign, Kind
from antiphon.core.contact import Contact
from antiphon.store import contacts as people
from antiphon.store.opt_outs import silences
from antiphon.store.schema import contact_tags, contacts, list_members, opt_outs
from antiphon.store.session import Tx


async def following(tx: Tx, campaign: Campaign, limit: int) -> list[tuple[Contact, bool]]:
    """The next contacts of the audience after the cursor, each with whether it has opted out."""
    members = _members(campaign, limit).subquery("members")
    person = and_(contacts.c.account_id == campaign.account_id, contacts.c.id == members.c.contact_id)
    theirs = and_(opt_outs.c.account_id == campaign.account_id, opt_outs.c.number == contacts.c.number)
    silent = exists().where(theirs, silences(lists_of(campaign), campaign.purpose))
    query: Select[Any] = (
        select(*people.FIELDS, silent).select_from(members.join(contacts, person)).order_by(members.c.contact_id)
    )
    return [(people.read(row), bool(row[-1])) for row in await tx.tuples(query)]


def lists_of(campaign: Campaign) -> tuple[int, ...]:
    """The lists that it goes to."""
    return campaign.audience.ids if campaign.audience.kind is Kind.LIST else ()


def _members(campaign: Campaign, limit: int) -> Any:
    """The ids of the next contacts, each once. Every list gives its own next ones: to go through several lists as one
    would sort what is left of all of them for every step."""
    table, owner = {
        Kind.LIST: (list_members, list_members.c.list_id),
        Kind.TAG: (contact_tags, contact_tags.c.tag_id),
    }[campaign.audience.kind]
    after = and_(table.c.account_id == campaign.account_id, table.c.contact_id > campaign.cursor)
    each = [
        select(table.c.contact_id).where(after, owner == id).order_by(table.c.contact_id).limit(limit)
        for id in campaign.audience.ids
    ]
    if len(each) == 1:
        return each[0]
    all_of_them = union(*(select(one.subquery().c.contact_id) for one in each)).subquery()
    return select(all_of_them.c.contact_id).order_by(all_of_them.c.contact_id).limit(limit)
