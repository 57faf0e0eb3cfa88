"""Which campaigns does an account look through, and which messages of one?"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from antiphon.core.campaign import Campaign, Seen
from antiphon.core.message import Fared
from antiphon.core.window import Page, Window
from antiphon.store.campaigns import made, read
from antiphon.store.schema import campaigns, contacts, messages
from antiphon.store.session import Tx

_SORTS: dict[str, ColumnElement[Any]] = {
    "created_at": campaigns.c.id,  # ids are made in the order of time
    "send_at": campaigns.c.send_at,
    "name": campaigns.c.name,
}
_PERSON = (contacts.c.account_id == messages.c.account_id) & (contacts.c.number == messages.c.number)
TO_PEOPLE = messages.outerjoin(contacts, _PERSON)
_NAMES = ("first_name", "last_name")
FARED = [(contacts if name in _NAMES else messages).c[name] for name in Fared.__struct_fields__]


async def page(tx: Tx, account: int, seen: Seen, window: Window) -> Page[Campaign]:
    """Of all but single texts, those that fit."""
    fitting = and_(campaigns.c.account_id == account, made(), *_fits(seen, window.name))
    ordered = [by.desc() if window.descending else by for by in (_SORTS[window.sort], campaigns.c.id)]
    query = select(campaigns).where(fitting).order_by(*ordered).offset(window.offset).limit(window.limit)
    total = await tx.first(select(func.count().label("total")).select_from(campaigns).where(fitting))
    found = [read(row) for row in await tx.all(query)]
    return Page(window=window, things=found, total=total["total"] if total else 0)


async def counts(tx: Tx, account: int, ids: Collection[int]) -> dict[int, dict[str, int]]:
    """How many messages of each of these campaigns are in which state."""
    query = select(messages.c.campaign_id, messages.c.state, func.count().label("messages")).where(
        messages.c.account_id == account, tx.among(messages.c.campaign_id, ids)
    )
    found: dict[int, dict[str, int]] = {id: {} for id in ids}
    for campaign, state, count in await tx.tuples(query.group_by(messages.c.campaign_id, messages.c.state)):
        found[campaign][state] = count
    return found


async def fared(tx: Tx, campaign: Campaign, number: str | None, window: Window) -> Page[Fared]:
    """Messages of a campaign, in the order of their numbers: that costs no sorting."""
    mine = [messages.c.account_id == campaign.account_id, messages.c.campaign_id == campaign.id]
    if number is not None:
        mine.append(messages.c.number == number)
    by = messages.c.number.desc() if window.descending else messages.c.number
    query = select(*FARED).select_from(TO_PEOPLE)
    found = await tx.tuples(query.where(*mine).order_by(by).offset(window.offset).limit(window.limit))
    total = await tx.first(select(func.count().label("total")).select_from(messages).where(*mine))
    return Page(window=window, things=[Fared(*row) for row in found], total=total["total"] if total else 0)


async def message(tx: Tx, account: int, id: int) -> tuple[int, Fared] | None:
    """One message after the id of its campaign."""
    mine = (messages.c.account_id == account) & (messages.c.id == id)
    found = await tx.tuples(select(messages.c.campaign_id, *FARED).select_from(TO_PEOPLE).where(mine))
    return next(((campaign, Fared(*row)) for campaign, *row in found), None)


def _fits(seen: Seen, name: str | None) -> Sequence[ColumnElement[bool]]:
    language = campaigns.c.voice_language
    fits: list[ColumnElement[bool]] = [language.is_not(None) if seen.spoken else language.is_(None)]
    if name is not None:
        fits.append(campaigns.c.name.icontains(name, autoescape=True))
    if seen.states or seen.archived:
        in_state = campaigns.c.state.in_(seen.states) & campaigns.c.archived_at.is_(None)
        archived = campaigns.c.archived_at.is_not(None)
        fits.append(or_(in_state, archived) if seen.archived else in_state)
    return fits
