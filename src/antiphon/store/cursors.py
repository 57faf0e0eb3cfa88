"""What comes next, after what somebody has seen last? Each page is read by an index, however far in it is."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, and_, exists, func, select, tuple_

from antiphon.core.campaign import Campaign, State
from antiphon.core.consent import OptOut
from antiphon.core.consent import State as Standing
from antiphon.core.contact import Contact
from antiphon.core.message import Answered, Fared
from antiphon.core.wallet import Entry
from antiphon.store import campaigns as campaign_rows
from antiphon.store import contacts as contact_rows
from antiphon.store import lists as list_rows
from antiphon.store import opt_outs as opt_out_rows
from antiphon.store.lists import ContactList
from antiphon.store.reports import FARED, TO_PEOPLE
from antiphon.store.schema import (
    campaigns,
    contact_tags,
    contacts,
    ledger,
    list_members,
    lists,
    messages,
    opt_outs,
    replies,
    tags,
)
from antiphon.store.session import Tx


class Those(Struct, frozen=True, kw_only=True):
    """Contacts on this list, with this tag, with this number."""

    list_id: int | None = None
    tag_id: int | None = None
    number: str | None = None


async def contacts_after(tx: Tx, account: int, after: int, limit: int, those: Those) -> list[Contact]:
    """The oldest first."""
    query = select(*contact_rows.FIELDS).where(contacts.c.account_id == account, contacts.c.id > after)
    tagged = contact_tags.c.account_id == account, contact_tags.c.tag_id == those.tag_id
    if those.list_id is not None:
        members = list_members.c.account_id == account, list_members.c.list_id == those.list_id
        query = _on(list_members, members, after)
        if those.tag_id is not None:
            query = query.where(exists().where(*tagged, contact_tags.c.contact_id == contacts.c.id))
    elif those.tag_id is not None:
        query = _on(contact_tags, tagged, after)
    if those.number is not None:
        query = query.where(contacts.c.number == those.number)
    return [contact_rows.read(row) for row in await tx.tuples(query.order_by(contacts.c.id).limit(limit))]


async def lists_after(tx: Tx, account: int, after: int, limit: int) -> list[ContactList]:
    query = list_rows.of_account(account).where(lists.c.id > after).order_by(lists.c.id).limit(limit)
    return [ContactList(**row) for row in await tx.all(query)]


async def tags_after(tx: Tx, account: int, after: str, limit: int) -> list[tuple[str, int]]:
    """Each with the number of contacts that carry it, by name."""
    mine = and_(contact_tags.c.account_id == tags.c.account_id, contact_tags.c.tag_id == tags.c.id)
    count = select(func.count()).select_from(contact_tags).where(mine).scalar_subquery()
    query = select(tags.c.name, count).where(tags.c.account_id == account, tags.c.name > after)
    return [(name, count) for name, count in await tx.tuples(query.order_by(tags.c.name).limit(limit))]


async def opt_outs_after(tx: Tx, account: int, after: tuple[str, int], limit: int) -> list[OptOut]:
    """By number, and of one number by list."""
    fields = (opt_outs.c[name] for name in OptOut.__struct_fields__)
    place = tuple_(opt_outs.c.number, opt_outs.c.list_id)
    out = opt_outs.c.account_id == account, opt_outs.c.state == Standing.OUT.value
    query = select(*fields).where(*out, place > tuple_(*after))
    rows = await tx.tuples(query.order_by(opt_outs.c.number, opt_outs.c.list_id).limit(limit))
    return [opt_out_rows.read(row) for row in rows]


async def replies_before(tx: Tx, account: int, before: int | None, limit: int) -> list[Answered]:
    """The newest first."""
    fields = (replies.c[name] for name in Answered.__struct_fields__)
    query = select(*fields).where(replies.c.account_id == account)
    query = query if before is None else query.where(replies.c.id < before)
    return [Answered(**row) for row in await tx.all(query.order_by(replies.c.id.desc()).limit(limit))]


async def campaigns_before(
    tx: Tx, account: int, before: int | None, limit: int, states: Sequence[State]
) -> list[Campaign]:
    """The newest first, without single texts."""
    query = select(campaigns).where(campaigns.c.account_id == account, campaign_rows.made())
    query = query if before is None else query.where(campaigns.c.id < before)
    query = query.where(campaigns.c.state.in_(states)) if states else query
    return [campaign_rows.read(row) for row in await tx.all(query.order_by(campaigns.c.id.desc()).limit(limit))]


async def messages_after(tx: Tx, campaign: Campaign, after: str, limit: int, states: Sequence[str]) -> list[Fared]:
    """By number: so they lie in the index."""
    mine = messages.c.account_id == campaign.account_id, messages.c.campaign_id == campaign.id
    query = select(*FARED).select_from(TO_PEOPLE).where(*mine, messages.c.number > after)
    query = query.where(messages.c.state.in_(states)) if states else query
    return [Fared(*row) for row in await tx.tuples(query.order_by(messages.c.number).limit(limit))]


async def messages_to(tx: Tx, account: int, number: str, before: int | None, limit: int) -> list[tuple[int, Fared]]:
    """Those to a number, the newest first, each after the id of its campaign."""
    query = select(messages.c.campaign_id, *FARED).select_from(TO_PEOPLE)
    query = query.where(messages.c.account_id == account, messages.c.number == number)
    query = query if before is None else query.where(messages.c.id < before)
    rows = await tx.tuples(query.order_by(messages.c.id.desc()).limit(limit))
    return [(campaign, Fared(*row)) for campaign, *row in rows]


async def ledger_after(tx: Tx, account: int, after: int, limit: int) -> list[Entry]:
    """The oldest first."""
    fields = (ledger.c[name] for name in Entry.__struct_fields__)
    query = select(*fields).where(ledger.c.account_id == account, ledger.c.id > after)
    return [Entry(**row) for row in await tx.all(query.order_by(ledger.c.id).limit(limit))]


def _on(table: Any, mine: tuple[Any, ...], after: int) -> Select[Any]:
    """Everything is asked of the members: SQLite would else go through all contacts of the account."""
    same = and_(contacts.c.account_id == table.c.account_id, contacts.c.id == table.c.contact_id)
    return select(*contact_rows.FIELDS).select_from(table.join(contacts, same)).where(*mine, table.c.contact_id > after)
