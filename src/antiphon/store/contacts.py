"""Who is in the account?"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Select, and_, delete, func, select, type_coerce

from antiphon.core.contact import Contact, FindContacts
from antiphon.core.window import Window
from antiphon.store.instants import Instant, instant, moment
from antiphon.store.schema import contact_tags, contacts, list_members
from antiphon.store.session import Row, Tx

_NAMES = ("account_id", *Contact.__struct_fields__)
_CHANGING = ("first_name", "last_name", "company", "email", "attributes", "updated_at")

# Times as the numbers that they are: SQLAlchemy's own conversion of a row costs as much as reading it.
FIELDS = tuple(
    type_coerce(contacts.c[name], BigInteger) if isinstance(contacts.c[name].type, Instant) else contacts.c[name]
    for name in Contact.__struct_fields__
)


async def by_id(tx: Tx, account: int, id: int) -> Contact | None:
    found = await _read(tx, _of(account).where(contacts.c.id == id))
    return found[0] if found else None


async def locked(tx: Tx, account: int, id: int) -> Contact | None:
    """As `by_id`, and nobody else can change it until the transaction ends."""
    found = await _read(tx, _of(account).where(contacts.c.id == id).with_for_update())
    return found[0] if found else None


async def locked_all(tx: Tx, account: int, ids: Iterable[int]) -> dict[int, Contact]:
    """Those that are there, by id, locked in the order of the numbers as by `by_numbers`."""
    # By an expression: to have the numbers in order, SQLite would else go through all of the account.
    query = _of(account).where(tx.among(contacts.c.id, ids)).order_by(contacts.c.number + "")
    return {contact.id: contact for contact in await _read(tx, query.with_for_update())}


async def page(tx: Tx, account: int, query: FindContacts) -> list[Contact]:
    """What the window shows. In the order of their ids, which is that of their making, no more is read than shown."""
    window = query.window
    if len(query.list_ids) == 1 and not window.name and window.sort == "created_at":
        shown = _members(account, query.list_ids).order_by(*_order(window, list_members.c.contact_id))
        members = shown.limit(window.limit).offset(window.offset).subquery()
        person = and_(contacts.c.account_id == account, contacts.c.id == members.c.contact_id)
        found = await _read(tx, select(*FIELDS).select_from(members.join(contacts, person)))
        return sorted(found, key=lambda contact: contact.id, reverse=window.descending)
    chosen = _of(account).where(*_found(tx, account, query)).order_by(*_order(window, contacts.c.id))
    return await _read(tx, chosen.limit(window.limit).offset(window.offset))


async def count(tx: Tx, account: int, query: FindContacts) -> int:
    """How many there are in all windows."""
    chosen = select(contacts.c.id).where(contacts.c.account_id == account, *_found(tx, account, query))
    if len(query.list_ids) == 1 and not query.window.name:
        chosen = _members(account, query.list_ids)
    return (await tx.tuples(select(func.count()).select_from(chosen.subquery())))[0][0]


async def ids_of(tx: Tx, account: int, numbers: Iterable[str]) -> dict[str, int]:
    """The contacts that have these numbers, by number."""
    query = select(contacts.c.number, contacts.c.id).where(contacts.c.account_id == account)
    return dict(await tx.tuples(query.where(tx.among(contacts.c.number, numbers)).order_by(contacts.c.number)))


async def known(tx: Tx, account: int, numbers: Iterable[str]) -> set[str]:
    """Those of these numbers that a contact has."""
    query = select(contacts.c.number).where(contacts.c.account_id == account, tx.among(contacts.c.number, numbers))
    return {number for (number,) in await tx.tuples(query)}


async def by_numbers(tx: Tx, account: int, numbers: Iterable[str]) -> dict[str, Contact]:
    """Those that are there, by number, locked until the transaction ends."""
    query = _of(account).where(tx.among(contacts.c.number, numbers)).order_by(contacts.c.number)
    return {contact.number: contact for contact in await _read(tx, query.with_for_update())}


async def on_list(tx: Tx, account: int, list_id: int) -> list[Contact]:
    # Everything is asked of the list, nothing of the contacts: SQLite would else go through all of the account.
    person = and_(contacts.c.account_id == list_members.c.account_id, contacts.c.id == list_members.c.contact_id)
    query = select(*FIELDS).select_from(list_members.join(contacts, person))
    mine = and_(list_members.c.account_id == account, list_members.c.list_id == list_id)
    return await _read(tx, query.where(mine).order_by(list_members.c.contact_id))


async def add(tx: Tx, account: int, new: Sequence[Contact]) -> int:
    """Contacts that are made now; how many were new. One whose number is taken is left out."""
    now = instant(tx.now)
    rows = [
        (
            account,
            contact.id,
            contact.number,
            contact.first_name,
            contact.last_name,
            contact.company,
            contact.email,
            _json(contact.attributes),
            now,
            now,
        )
        for contact in new
    ]
    return await tx.insert(contacts, _NAMES, rows)


async def change(tx: Tx, account: int, changed: Sequence[Contact]) -> int:
    """Store what these contacts are now, all but their numbers; how many were found."""
    now = instant(tx.now)
    rows = [
        (
            contact.first_name,
            contact.last_name,
            contact.company,
            contact.email,
            _json(contact.attributes),
            now,
            account,
            contact.id,
        )
        for contact in changed
    ]
    return await tx.update(contacts, _CHANGING, rows)


async def renumber(tx: Tx, account: int, numbers: Mapping[int, str]) -> None:
    """Give contacts, by id, other numbers. Raises Taken where another has one of them; the transaction is lost then."""
    await tx.update(contacts, ("number",), [(number, account, id) for id, number in numbers.items()])


async def remove(tx: Tx, account: int, ids: Sequence[int]) -> int:
    """Delete these contacts and their places on lists and tags; how many there were."""
    # The contacts first: who is about to put one of them on a list holds it, and is waited for.
    removed = await tx.run(delete(contacts).where(contacts.c.account_id == account, tx.among(contacts.c.id, ids)))
    for table, column in (
        (list_members, list_members.c.contact_id),
        (contact_tags, contact_tags.c.contact_id),
    ):
        await tx.run(delete(table).where(table.c.account_id == account, tx.among(column, ids)))
    return removed


async def remove_on_list(tx: Tx, account: int, list_id: int) -> None:
    """Delete everybody on this list, with their places on other lists and their tags."""
    mine = and_(list_members.c.account_id == account, list_members.c.list_id == list_id)
    await remove(tx, account, [id for (id,) in await tx.tuples(select(list_members.c.contact_id).where(mine))])


def read(row: Row) -> Contact:
    """The contact in a row that begins with FIELDS."""
    id, number, first_name, last_name, company, email, attributes, created_at, updated_at = row[:9]
    created, updated = moment(created_at), moment(updated_at)
    return Contact(id, number, first_name, last_name, company, email, attributes, created, updated)


def _of(account: int) -> Select[Any]:
    return select(*FIELDS).where(contacts.c.account_id == account)


def _members(account: int, list_ids: Collection[int]) -> Select[tuple[int]]:
    mine = and_(list_members.c.account_id == account, list_members.c.list_id.in_(list_ids))
    return select(list_members.c.contact_id).where(mine)


def _found(tx: Tx, account: int, query: FindContacts) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.list_ids:
        conditions.append(contacts.c.id.in_(_members(account, query.list_ids)))
    if query.window.name:
        first, last = (func.coalesce(column, "") for column in (contacts.c.first_name, contacts.c.last_name))
        conditions.append(tx.contains(first + " " + last, query.window.name))
    return conditions


def _order(window: Window, id: ColumnElement[int]) -> list[ColumnElement[Any]]:
    """Who lacks what it is sorted by comes before all others, on both databases."""
    column = contacts.c[window.sort]
    if window.sort == "created_at":  # ids are made in the order of time, and are what there is an index for
        return [id.desc() if window.descending else id]
    if window.sort == "number":  # no two are the same
        return [column.desc() if window.descending else column]
    if not column.nullable:
        return [column.desc(), id.desc()] if window.descending else [column, id]
    return [column.desc().nulls_last(), id.desc()] if window.descending else [column.nulls_first(), id]


async def _read(tx: Tx, query: Select[Any]) -> list[Contact]:
    return [read(row) for row in await tx.tuples(query)]


def _json(attributes: Any) -> str | None:
    return msgspec.json.encode(attributes).decode() if attributes else None
